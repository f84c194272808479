"""A journal on a real file, and orders whose money is told step by step."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bulkorders.accounting.ledger import read_ledger
from bulkorders.journal.sqlite import SqliteJournal
from bulkorders.model.books import BalanceReading
from bulkorders.model.entries import Entered, EnteredKind, LedgerEntry
from bulkorders.model.orders import Order, ValidatedOrder, fingerprint, order_key
from bulkorders.model.outcomes import DeliveryReport, Outcome, Verdict

ACCOUNT = "panel.example.com/api/v2"
BEGIN = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)


@dataclass
class Office:
    """An accountant's desk: a journal whose clock is set by hand, and what happens to orders in it."""

    runner: asyncio.Runner
    path: Path
    at: datetime = BEGIN
    journal: SqliteJournal = field(init=False)
    attempts: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def __post_init__(self):
        """Open the journal."""
        self.journal = self.run(SqliteJournal.open(self.path, clock=self.clock))

    def run(self, coroutine: Any) -> Any:
        """Run a coroutine to its end."""
        return self.runner.run(coroutine)

    def clock(self) -> str:
        """Return the desk's time, which goes on by a second whenever it is asked for."""
        self.at += timedelta(seconds=1)
        return self.at.isoformat(timespec="microseconds")

    def on(self, *when: int) -> None:
        """Set the clock (year, month, day, hour, minute), in UTC."""
        self.at = datetime(*when, tzinfo=UTC)

    def order(
        self, number: int, *, account: str = ACCOUNT, campaign: str = "october", **changes: Any
    ) -> ValidatedOrder:
        """Return an order for 500 pieces, estimated at 1.25."""
        wanted = Order(row=number, service="1", link=f"https://example.com/post/{number}", quantity=500)
        wanted = replace(wanted, **changes.pop("wanted", {}))
        sent = wanted.parameters()
        validated = ValidatedOrder(
            order=wanted,
            account=account,
            campaign=campaign,
            key=order_key(account, campaign, sent, 1),
            fingerprint=fingerprint(account, sent),
            parameters=sent,
            service_name="Likes",
            rate=Decimal("2.5"),
            basis=1000,
            estimate=Decimal("1.25"),
            currency="VND",
        )
        return replace(validated, **changes)

    def claim(self, order: ValidatedOrder) -> str:
        """Add an order and claim it."""
        self.count += 1
        self.run(self.journal.add([order], "r1"))
        self.attempts[order.key] = attempt = f"a{self.count}"
        assert self.run(self.journal.claim(order.key, attempt, "r1"))
        return order.key

    def answer(self, key: str, verdict: Verdict, *order_ids: str, **facts: Any) -> None:
        """Record what came of the order's last attempt."""
        self.run(self.journal.record(self.attempts[key], Outcome(verdict, order_ids=order_ids, **facts)))

    def place(self, order: ValidatedOrder, *order_ids: str, **facts: Any) -> str:
        """Place an order the whole way, and return its key."""
        key = self.claim(order)
        self.answer(key, Verdict.ACCEPTED, *(order_ids or (f"9{self.count}",)), **facts)
        return key

    def tell(self, key: str, charge: str | None = None, status: str | None = None, **more: Any) -> None:
        """Take in what the panel tells of an order."""
        told = DeliveryReport("9", status, None if charge is None else Decimal(charge), **more)
        self.run(self.journal.deliver([(key, told)], self.clock(), "r2"))

    def resolve(self, key: str, event: str, *order_ids: str) -> None:
        """Settle an order by a person's word."""
        self.run(self.journal.resolve(key, event, order_ids=order_ids, reason="looked it up", run="r3"))

    def read(self, amount: str, account: str = ACCOUNT, currency: str | None = "VND", **more: Any) -> None:
        """Keep what the account holds now."""
        told = {"run": "r1", "moment": "start", "quiet": True, **more}
        found = BalanceReading(account, Decimal(amount), currency, self.clock(), **told)
        self.run(self.journal.keep_balance(found))

    def enter(self, amount: str, kind: EnteredKind = EnteredKind.TOP_UP, **changes: Any) -> Entered:
        """Enter money."""
        self.count += 1
        now = self.clock()
        found = Entered(f"e{self.count}", ACCOUNT, Decimal(amount), "VND", now, kind, "", now, "r9")
        found = replace(found, **changes)
        self.run(self.journal.enter(found))
        return found

    def ledger(self, **how: Any) -> list[LedgerEntry]:
        """Return the ledger."""
        return self.run(read_ledger(self.journal, **how))

    def lines(self, key: str | None = None) -> list[tuple[str, str]]:
        """Return kind and amount of each line of the ledger."""
        return [
            (line.kind.value, format(line.amount, "f")) for line in self.ledger() if key in (None, line.key)
        ]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Yield a desk with an empty journal, on 5 October 2026."""
    with asyncio.Runner() as runner:
        desk = Office(runner, tmp_path / "journal.sqlite")
        yield desk
        runner.run(desk.journal.close())
