"""What must hold of the money and the disk before the first cent: caps, caps of the day, funds, space."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bulkorders import wording
from bulkorders.errors import GuardError, SettingsError
from bulkorders.journal.address import is_postgres
from bulkorders.journal.opening import journal_path
from bulkorders.journal.protocol import Journal
from bulkorders.model import money
from bulkorders.model.lifecycle import COMMITTED, State
from bulkorders.model.orders import Submission, ValidatedOrder
from bulkorders.pipeline.accounts import Account
from bulkorders.pipeline.intake.checking import Checking
from bulkorders.settings import Settings

SPACE_AT_LEAST = 16_000_000
SPACE_PER_ORDER = 6_000
"""Bytes an order may need in the journal: its record, its attempt, their events, the answer, and a second copy."""


@dataclass(frozen=True, slots=True)
class Day:
    """What an account may spend in a day, and what it has: charges, or estimates where none is known."""

    cap: Decimal
    spent: Decimal


@dataclass(frozen=True, slots=True)
class Cost:
    """What the orders of one account come to, and what may come on top: orders in doubt. In its currency.

    `before` is what the campaigns of this run have cost on the account already, in flight and in doubt included.
    """

    account: Account
    estimated: Decimal
    doubtful: Decimal
    doubts: int
    before: Decimal
    day: Day | None = None

    @property
    def balance(self) -> Decimal | None:
        """What the account holds."""
        return self.account.balance.amount if self.account.balance else None


async def costs(run: Checking, journal: Journal, send: Sequence[ValidatedOrder]) -> list[Cost]:
    """Return what the orders come to on each account, beside what is in doubt there and spent today."""
    found = []
    for account in run.distinct_accounts():
        doubts = await journal.submissions(accounts=[account.id], states=[State.SENDING, State.IN_DOUBT])
        found.append(
            Cost(
                account,
                money.total(order.estimate for order in send if order.account == account.id),
                money.total(order.estimate for order in doubts),
                len(doubts),
                spent_before(run, account.id),
                await _day(run, journal, account),
            )
        )
    return found


def spent_before(run: Checking, account: str) -> Decimal:
    """Return what the campaigns of this run have cost on an account: placed, in flight and in doubt."""
    own = (each for each in run.memory.campaign if each.account == account and each.state in COMMITTED)
    return money.total(_spent(each) for each in own)


def hold(run: Checking, found: Sequence[Cost]) -> None:
    """Raise GuardError where a cap or the funds are not enough for these costs."""
    for cost in found:
        total_cap(run, cost)
        day_cap(cost)
        funds(cost)


def total_cap(run: Checking, cost: Cost) -> None:
    """Raise GuardError where the orders would lift what the campaign costs above `--max-total`."""
    cap, currency = run.max_total, cost.account.currency
    if cap is not None and cost.estimated and cost.before + cost.estimated > cap:
        raise GuardError(
            "guard.max_total",
            found=wording.amount(cost.estimated, currency),
            before=wording.amount(cost.before, currency) if cost.before else "",
            expected=wording.amount(cap, currency),
        )


def day_cap(cost: Cost) -> None:
    """Raise GuardError where the orders would lift what is spent today above the cap of the day."""
    day, currency = cost.day, cost.account.currency
    if day is not None and cost.estimated and day.spent + cost.estimated > day.cap:
        raise GuardError(
            "guard.max_per_day",
            account=cost.account.id,
            found=wording.amount(cost.estimated, currency),
            spent=wording.amount(day.spent, currency),
            expected=wording.amount(day.cap, currency),
            left=wording.amount(max(day.cap - day.spent, Decimal(0)), currency),
        )


def funds(cost: Cost) -> None:
    """Raise GuardError where an account does not hold what its orders cost, at worst those in doubt besides."""
    if not cost.estimated or cost.balance is None:
        return
    if cost.estimated > cost.balance:
        raise GuardError(
            "guard.funds",
            found=cost.estimated,
            currency=cost.account.currency or "",
            account=cost.account.id,
            expected=wording.amount(cost.balance, cost.account.currency),
            missing=wording.amount(cost.estimated - cost.balance, cost.account.currency),
        )
    short = cost.estimated + cost.doubtful - cost.balance
    if short > 0:
        raise GuardError(
            "guard.funds_doubts",
            found=wording.amount(cost.estimated, cost.account.currency),
            account=cost.account.id,
            expected=wording.amount(cost.balance, cost.account.currency),
            count=cost.doubts,
            doubtful=wording.amount(cost.doubtful, cost.account.currency),
            missing=wording.amount(short, cost.account.currency),
        )


async def _day(run: Checking, journal: Journal, account: Account) -> Day | None:
    cap = cap_of(run.settings, account)
    if cap is None:
        return None
    zone = zone_of(run.settings)
    today = datetime.now(zone).date()
    sent = await journal.submissions(accounts=[account.id], states=sorted(COMMITTED))
    own = [each for each in sent if each.sent_at and _date(each.sent_at, zone) == today]
    return Day(cap, money.total(_spent(each) for each in own))


def _date(iso: str, zone: tzinfo | None) -> object:
    return datetime.fromisoformat(iso).astimezone(zone).date()


def _spent(order: Submission) -> Decimal | None:
    return order.charge if order.charge is not None else order.estimate


def cap_of(settings: Settings, account: Account) -> Decimal | None:
    """Return what an account may spend in a day: its panel's cap, else the settings' own, or None.

    Raises GuardError where the caps are by currency and the account's is not among them: nobody could hold it.
    """
    panel = settings.all_panels().get(account.panel.profile.name)
    if panel is not None and panel.max_per_day is not None:
        return panel.max_per_day
    told = settings.max_per_day
    if not isinstance(told, dict):
        return told
    caps = {name.upper(): cap for name, cap in told.items()}
    currency = (account.currency or "").upper()
    if currency not in caps:
        raise GuardError("guard.max_per_day_currency", account=account.id, found=currency, known=sorted(caps))
    return caps[currency]


def zone_of(settings: Settings) -> tzinfo | None:
    """Return the time zone days are counted in; None is the machine's. Raises SettingsError."""
    if settings.timezone is None:
        return None
    try:
        return ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingsError("settings.timezone", found=settings.timezone) from None


def space(settings: Settings, orders: int) -> None:
    """Raise GuardError where the journal's disk has no room for the record of so many orders."""
    database = is_postgres(settings.journal_url)
    path = settings.home / "spool" if database else journal_path(settings.journal_url)
    needed = SPACE_AT_LEAST + orders * SPACE_PER_ORDER
    free = shutil.disk_usage(_standing(path.parent)).free
    if free < needed:
        raise GuardError(
            "guard.space", path=str(path), found=f"{free / 1e6:.1f} MB", expected=f"{needed / 1e6:.1f} MB"
        )


def _standing(folder: Path) -> Path:
    """Return the nearest folder that is there already."""
    return next(each for each in (folder, *folder.parents) if each.is_dir())
