"""The panels of a run: opened once, asked for catalogue and balance, each with its pace."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bulkorders import wording
from bulkorders.errors import GuardError
from bulkorders.journal.protocol import Journal
from bulkorders.model.catalogue import Balance, Catalogue
from bulkorders.model.pace import Pace
from bulkorders.panel.client import Panel
from bulkorders.panel.pace import LocalPace
from bulkorders.panel.profiles import Profile, profile_of
from bulkorders.pipeline.options import Front, Options
from bulkorders.settings import Settings
from bulkorders.tracking.slowness import Usual


def now() -> str:
    """Return the time as an ISO text in UTC with offset."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(slots=True)
class Account:
    """One panel in one run, with what it said when the run began; `usual` is how long its orders may take."""

    panel: Panel
    pace: Pace
    catalogue: Catalogue = field(default_factory=Catalogue)
    balance: Balance | None = None
    balance_after: Balance | None = None
    asked_at: str | None = None
    usual: Usual | None = None

    @property
    def id(self) -> str:
        """The account orders are placed on."""
        return self.panel.account

    @property
    def currency(self) -> str | None:
        """The account's currency, as its settings or its balance say."""
        said = self.balance.currency if self.balance else None
        return self.panel.profile.currency or said or self.catalogue.currency


@asynccontextmanager
async def opened(
    settings: Settings,
    options: Options,
    names: Iterable[str | None],
    paced: "Paced | None" = None,
) -> AsyncIterator[dict[str | None, Account]]:
    """Give the accounts by the panel names that rows use; None stands for the run's own panel.

    Two names of one account share it. `paced` makes the pace of a panel where it is not this process's own.
    Raises SettingsError where the run's own panel is not set.
    """
    known = settings.all_panels()
    at_once = options.concurrency or settings.concurrency
    async with AsyncExitStack() as stack:
        accounts: dict[str | None, Account] = {}
        by_profile: dict[str, Account] = {}
        for name in names:
            if name is not None and name not in known:
                continue
            found, panel = settings.panel(name if name is not None else options.panel)
            if found not in by_profile:
                profile = profile_of(found, panel, settings.kinds_of_errors())
                per_second = options.per_second or settings.per_second
                pace = paced(profile) if paced else LocalPace(at_once, per_second, profile.limits)
                client = await stack.enter_async_context(Panel(profile, at_once=at_once, pace=pace))
                by_profile[found] = Account(client, pace)
            accounts[name] = by_profile[found]
        yield accounts


Paced = Callable[[Profile], Pace]
"""Makes the pace of a panel where it is not this process's own."""

Opening = Callable[
    [Settings, Options, Iterable[str | None], Front],
    AbstractAsyncContextManager[Mapping[str | None, Account]],
]
"""Gives the accounts by the panel names that rows use, each with what its panel says now."""


@asynccontextmanager
async def asked(
    settings: Settings,
    options: Options,
    names: Iterable[str | None],
    _front: Front,
) -> AsyncIterator[Mapping[str | None, Account]]:
    """Give the accounts of the settings, each just asked for its balance and services. Raises PanelError."""
    async with opened(settings, options, names) as found:
        await ask_all(found.values())
        yield found


async def ask_all(accounts: Iterable[Account], *, catalogue: bool = True) -> None:
    """Ask every account for its balance and services, always afresh. Raises PanelError."""
    each = list({id(account): account for account in accounts}.values())
    results = await asyncio.gather(
        *(_ask(account, catalogue=catalogue) for account in each), return_exceptions=True
    )
    for failure in results:
        if isinstance(failure, BaseException):
            raise failure


async def _ask(account: Account, *, catalogue: bool) -> None:
    # The balance first: some panels list their services to anyone, so only the balance proves the key.
    account.balance = await account.panel.balance()
    account.asked_at = now()
    if catalogue:
        account.catalogue = await account.panel.catalogue(now())


async def ask_catalogue(account: Account) -> None:
    """Ask for the services where they were not asked for yet. Raises PanelError."""
    if not account.catalogue.asked_at:
        account.catalogue = await account.panel.catalogue(now())


async def confirm_key(journal: Journal, account: Account, front: Front) -> None:
    """Ask once whether an API key that is new for a known account is a key of the same account.

    The journal keeps only a salted hash of the key. Raises GuardError where the answer is no.
    """
    mark = key_mark(account.panel.profile, journal.id)
    before = await journal.key_mark(account.id)
    if before == mark:
        return
    if before is not None:
        question = wording.question("key.new", account=account.id)
        if not front.agree(question):
            raise GuardError("guard.new_key", account=account.id, panel=account.panel.profile.name)
    await journal.remember_key_mark(account.id, mark)


def key_mark(profile: Profile, salt: str) -> str:
    """Return a mark by which a key is known again, and from which it can't be had back (scrypt)."""
    made = hashlib.scrypt(profile.key.encode(), salt=f"{salt}{profile.account}".encode(), n=2**14, r=8, p=1)
    return made.hex()[:32]


async def ask_one(settings: Settings, panel: str | None, *, catalogue: bool) -> Account:
    """Return one account with what its panel says now. Raises SettingsError, PanelError."""
    options = Options(sheet=Path(), panel=panel)
    async with opened(settings, options, [None]) as found:
        await ask_all(found.values(), catalogue=catalogue)
        return found[None]
