"""From a sheet to checked rows: read, parse, ask the panel, remember, apply the rules."""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from bulkorders import wording
from bulkorders.errors import SheetError
from bulkorders.journal.protocol import Journal
from bulkorders.model.lifecycle import COMMITTED, State
from bulkorders.model.orders import OWN_PARAMETER, Order, Sheet, Submission, ValidatedOrder
from bulkorders.model.problems import Problem
from bulkorders.panel.forms import names_taken
from bulkorders.pipeline.accounts import Account
from bulkorders.pipeline.intake import asking
from bulkorders.pipeline.options import Front, Options, Quiet
from bulkorders.settings import Settings
from bulkorders.sheet.reading import uncollected
from bulkorders.sheet.results import results_path
from bulkorders.validation import batch
from bulkorders.validation.batch import Allowances, Checked, Memory, Target
from bulkorders.validation.parsing import Parsed, Parsing


@dataclass(slots=True)
class Checking:
    """A sheet on its way through a run. `checked` is by row number; a row that could not be parsed has none.

    `digest` is of the file's bytes as they were before it was read. `elsewhere` are the accounts beside
    those of this run on which the journal has orders of its campaigns.
    """

    run: str
    options: Options
    settings: Settings
    sheet: Sheet
    parsed: list[Parsed]
    campaign: str
    campaigns: tuple[str, ...]
    accounts: Mapping[str | None, Account] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    checked: dict[int, Checked] = field(default_factory=dict)
    digest: str = ""
    elsewhere: set[str] = field(default_factory=set)

    @property
    def max_total(self) -> Decimal | None:
        """The cap on what a campaign costs on an account: the option's, else the settings'."""
        return self.options.max_total if self.options.max_total is not None else self.settings.max_total

    def distinct_accounts(self) -> list[Account]:
        """Return each account once."""
        return list({account.id: account for account in self.accounts.values()}.values())

    def valid(self) -> list[ValidatedOrder]:
        """Return the orders that keep every rule and are not yet sent."""
        return [validated for each in self.checked.values() if (validated := each.validated) is not None]

    def known(self) -> dict[str, Submission]:
        """Return, by key, every order the journal knows of these campaigns and rows."""
        return {each.key: each for each in self.memory.campaign} | dict(self.memory.by_key)

    def results_file(self) -> Path:
        """Return where the results workbook goes: where asked for, else beside the sheet."""
        return self.options.results or results_path(self.options.sheet)

    def tell_notes(self, front: Front) -> None:
        """Tell what was seen while reading that a person should know."""
        for code, facts in self.sheet.notes:
            front.tell(wording.note(code, facts))

    def panel_names(self) -> list[str | None]:
        """Return the panels that rows name; None stands for the run's own."""
        named = {parsed.order.panel for parsed in self.parsed if parsed.order is not None}
        return sorted(named, key=lambda name: name or "") or [None]


async def read(options: Options, settings: Settings, front: Front | None = None) -> Checking:
    """Read and parse the sheet; what its columns mean may be asked of the front. Raises SheetError."""
    # Before it is read: a sheet that is saved meanwhile then differs, and is never taken for the reviewed one.
    digest = await asyncio.to_thread(digest_of, options.sheet)
    parsing = Parsing(settings.decimal)
    sheet = await asking.read(options, settings, front or Quiet(yes=False), parsing)
    with uncollected():
        parsed = parsing.of(sheet)
    default = options.campaign or sheet.campaign_id or _stem(options)
    orders = [each.order for each in parsed if each.order is not None]
    named = dict.fromkeys(order.campaign for order in orders)
    campaigns = tuple(dict.fromkeys(options.campaign or name or default for name in named)) or (default,)
    return Checking(
        uuid4().hex[:12], options, settings, sheet, parsed, ", ".join(campaigns), campaigns, digest=digest
    )


def digest_of(path: Path) -> str:
    """Return a digest of a file's bytes; an empty text where it can't be read."""
    try:
        if not path.is_file():  # opening a named pipe would wait for a writer
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _stem(options: Options) -> str:
    return options.sheet.stem.removesuffix(".results")


def _campaign(order: Order, options: Options, default: str) -> str:
    return options.campaign or order.campaign or default


async def check(checking: Checking, accounts: Mapping[str | None, Account], journal: Journal) -> None:
    """Hold every parsed order against its panel's catalogue and the journal's memory."""
    checking.accounts = accounts
    _check_own_names(checking)
    with uncollected():
        identified = batch.identify(_targets(checking))
    checking.memory = await _memory(checking, identified, journal)
    with uncollected():
        answers = batch.check(checking.sheet, identified, checking.memory, _allowances(checking))
        checking.checked = {answer.identified.order.row: answer for answer in answers}


def _check_own_names(checking: Checking) -> None:
    """Raise SheetError where a column names a parameter that a panel's settings give to something else."""
    sheet = checking.sheet
    own = {name.removeprefix(OWN_PARAMETER): name for name in sheet.columns if name.startswith(OWN_PARAMETER)}
    for account in checking.distinct_accounts() if own else ():
        taken = names_taken(account.panel.profile)
        for name in own.keys() & taken:
            raise SheetError(
                "sheet.param_reserved",
                path=sheet.path,
                header_row=sheet.header_row,
                header=sheet.title(own[name]),
                reserved=sorted(taken),
            )


def _allowances(checking: Checking) -> Allowances:
    options, settings = checking.options, checking.settings
    max_order = options.max_order if options.max_order is not None else settings.max_order
    return Allowances(
        duplicates=options.allow_duplicates,
        changed=options.allow_changed,
        rejected=options.retry_rejected,
        max_order=max_order,
        capped=max_order is not None or checking.max_total is not None,
    )


def _targets(checking: Checking) -> Iterable[tuple[Order, Target]]:
    """Yield each order with where it goes; a row whose panel is not in the settings gets its problem instead."""
    known: dict[tuple[str | None, str | None], Target | None] = {}
    for at, parsed in enumerate(checking.parsed):
        order = parsed.order
        if order is None:
            continue
        named = (order.panel, order.campaign)
        if named not in known:
            known[named] = _target(checking, order)
        target = known[named]
        if target is None:
            checking.parsed[at] = _unknown_panel(checking, parsed, order)
        else:
            yield order, target


def _target(checking: Checking, order: Order) -> Target | None:
    """Return where an order goes, by the panel and the campaign that its row names; None if there is no such panel."""
    account = checking.accounts.get(order.panel)
    if account is None:
        return None
    default = checking.options.campaign or checking.sheet.campaign_id or _stem(checking.options)
    campaign = _campaign(order, checking.options, default)
    return Target(account.id, campaign, account.catalogue, account.currency)


def _unknown_panel(checking: Checking, parsed: Parsed, order: Order) -> Parsed:
    column = checking.sheet.title("panel") or wording.field_title("panel")
    facts = {"found": order.panel, "known": sorted(checking.settings.all_panels())}
    return Parsed(parsed.row, None, (*parsed.problems, Problem(order.row, "panel.unknown", column, facts)))


async def _memory(checking: Checking, identified: list[batch.Identified], journal: Journal) -> Memory:
    days = timedelta(days=checking.settings.duplicate_days)
    since = (datetime.now(UTC) - days).isoformat(timespec="milliseconds")
    campaign: list[Submission] = []
    for name in checking.campaigns:
        campaign.extend(await journal.submissions(campaign=name))
    known = await journal.submissions(keys=batch.wanted_keys(identified)) if identified else []
    alike = await journal.alike([each.fingerprint for each in identified], since) if identified else {}
    own = {account.id for account in checking.distinct_accounts()}
    checking.elsewhere = {each.account for each in campaign} - own
    return Memory(
        tuple(each for each in campaign if each.account in own),
        alike,
        {each.key: each for each in known},
        await _still_open(identified, [*campaign, *known], own, journal),
    )


async def _still_open(
    identified: list[batch.Identified], known: list[Submission], own: set[str], journal: Journal
) -> list[Submission]:
    """Return the orders of these accounts that are open or in doubt; none where no row is new."""
    sent = {each.key for each in known if each.state in COMMITTED}
    if all(each.key in sent for each in identified):
        return []
    accounts = sorted(own)
    placed = await journal.submissions(accounts=accounts, open_only=True)
    doubtful = await journal.submissions(accounts=accounts, states=[State.SENDING, State.IN_DOUBT])
    return placed + doubtful
