"""A month closed: the journal read, the books made, a statement written. Records nothing and can't spend."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from bulkorders import wording
from bulkorders.accounting import closing as books
from bulkorders.accounting.borders import Held
from bulkorders.accounting.closing import AccountClosing, Closing, Material
from bulkorders.accounting.ledger import read_ledger
from bulkorders.accounting.months import last_month, month_of
from bulkorders.accounting.statement import write_lines, write_statement
from bulkorders.accounting.tracing import Known
from bulkorders.errors import CallError, PanelError
from bulkorders.journal.opening import open_journal
from bulkorders.journal.protocol import Journal
from bulkorders.model import money
from bulkorders.model.books import BalanceReading
from bulkorders.model.orders import account_id, by_key
from bulkorders.pipeline.accounts import ask_one, now
from bulkorders.pipeline.options import Front
from bulkorders.pipeline.placement.limits import zone_of
from bulkorders.settings import Settings

UNEXPLAINED = 6
"""The exit code where money is left that nothing explains: a person is needed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be closed: a month as `2026-10` (None: the last that is over), of which account, into which file.

    `panel` is a name of the settings, `account` an address; with neither, all accounts. `ask` reads what the
    accounts hold now.
    """

    month: str | None = None
    panel: str | None = None
    account: str | None = None
    out: Path | None = None
    ask: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    """A closing and the files it was written into, none where there is nothing to write."""

    closing: Closing
    statement: Path | None
    lines: Path | None

    @property
    def exit_code(self) -> int:
        """6 where money is unexplained, else 0."""
        return UNEXPLAINED if self.closing.unexplained else 0

    def to_json(self) -> str:
        """Return it as one JSON object: amounts as strings, null for what is not known."""
        month = self.closing.month
        told = {
            "schema": 1,
            "month": str(month),
            "timezone": None if month.zone is None else str(month.zone),
            "from": month.begin,
            "to": month.end,
            "so_far": self.closing.so_far,
            "until": self.closing.until,
            "accounts": [_account(each) for each in self.closing.accounts],
            "statement": self.statement and str(self.statement),
            "lines": self.lines and str(self.lines),
        }
        return json.dumps(told, ensure_ascii=False)


async def close(wanted: Wanted, settings: Settings, front: Front) -> Closed:
    """Close a month and write its statement. Raises CallError, GuardError, SettingsError, JournalError."""
    zone, at = zone_of(settings), now()
    month = month_of(wanted.month, zone) if wanted.month else last_month(at, zone)
    if month.begin > at:
        raise CallError("close.future_month", month=str(month))
    out = wanted.out or Path(f"statement-{month}.xlsx")
    if out.suffix.lower() != ".xlsx":
        raise CallError("close.not_xlsx", path=str(out))
    journal = await open_journal(settings.journal_url, read_only=True)
    try:
        material = await _material(journal)
    finally:
        await journal.close()
    account = _wanted_account(wanted, settings, material)
    if wanted.ask:
        asked = await _asked(settings, front, account)
        readings = sorted((*material.readings, *asked), key=lambda each: each.at)
        material = Material(material.journal_id, material.lines, readings, material.entered, material.known)
    closing = books.close(
        month, material, now=max(at, now()), accounts=None if account is None else [account]
    )
    if not closing.accounts:
        return Closed(closing, None, None)
    statement = write_statement(out, closing)
    return Closed(closing, statement, write_lines(statement.with_suffix(".csv"), closing))


async def _material(journal: Journal) -> Material:
    return Material(
        journal_id=journal.id,
        lines=await read_ledger(journal),
        readings=await journal.readings(),
        entered=await journal.entered(),
        known=Known(by_key(await journal.submissions()), await journal.ruled_out()),
    )


def _wanted_account(wanted: Wanted, settings: Settings, material: Material) -> str | None:
    """Return the account that is meant, None for all. Raises CallError where the journal knows none such."""
    account = wanted.account
    if wanted.panel is not None:
        _, panel = settings.panel(wanted.panel)
        account = account_id(panel.url, panel.account)
    if account is None:
        return None
    known = {line.account for line in material.lines} | {each.account for each in material.readings}
    known |= {each.account for each in material.entered}
    if account not in known:
        raise CallError("close.no_account", found=account, known=sorted(known))
    return account


async def _asked(settings: Settings, front: Front, account: str | None) -> list[BalanceReading]:
    """Return what the accounts of the settings hold now; one that can't be asked is told of."""
    found: dict[str, BalanceReading] = {}
    for name, panel in sorted(settings.all_panels().items()):
        own = account_id(panel.url, panel.account)
        if account not in (None, own) or own in found:
            continue
        try:
            asked = await ask_one(settings, name, catalogue=False)
        except PanelError as error:
            told = wording.explain(error)
            front.tell(wording.note("close.asked_not", {"account": own, "reason": told.message}))
            continue
        if asked.balance is not None:
            held = asked.balance
            found[own] = BalanceReading(own, held.amount, held.currency, now(), "", "close", quiet=False)
    return list(found.values())


def _account(found: AccountClosing) -> dict[str, Any]:
    """Return an account's books as plain values; its lines stand in the statement's CSV."""
    told = {
        each.name: _plain(getattr(found, each.name))
        for each in fields(found)
        if each.name not in ("lines", "opening", "closing")
    }
    balances = {"opening": _held(found.opening), "closing": _held(found.closing)}
    amounts = {name: None if held is None else held["balance"] for name, held in balances.items()}
    return {**told, **amounts, "balances": balances}


def _held(held: Held | None) -> dict[str, Any] | None:
    return None if held is None else {each.name: _plain(getattr(held, each.name)) for each in fields(held)}


def _plain(value: Any) -> Any:
    """Return a value as JSON takes it: amounts and days as text."""
    if isinstance(value, Decimal):
        return money.text(value)
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, Sequence):
        return [_plain(each) for each in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
