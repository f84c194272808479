"""A desk: sheets made of rows, a catalogue, a memory, and the checks run over them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest

from bulkorders.model.catalogue import Catalogue, Service
from bulkorders.model.lifecycle import COMMITTED, State
from bulkorders.model.orders import Cell, Order, Row, Sheet, Submission, ValidatedOrder
from bulkorders.model.problems import Problem
from bulkorders.model.service_types import INCIDENTAL
from bulkorders.validation import batch, parsing
from bulkorders.validation.batch import Allowances, Checked, Identified, Memory, Target

ACCOUNT = "panel.example/api/v2"
CAMPAIGN = "spring"
LINK = "https://example.com/post/1"
FIELDS = (
    *("service", "link", "quantity", "comments", "list", "suggest", "search", "runs", "interval", "refill"),
    *("max_rate", "reference", "campaign", "panel", "allow_duplicate"),
    *INCIDENTAL,
    *("param:reaction", "param:country"),
)

SERVICES = (
    Service("1", "Likes", rate=Decimal("2.5"), min=200, max=10_000, refill=True, dripfeed=True),
    Service("2", "Views", rate=Decimal("0.5"), min=100, max=2_147_483_647, refill=False, dripfeed=False),
    Service("3", "Starter", "Package", rate=Decimal(15), min=1, max=1, basis=1),
    Service("4", "Comments", "Custom Comments", rate=Decimal(1500), min=2, max=4, refill=True),
    Service("5", "Videos", "special", rate=Decimal(30), min=100, max=5_000),
    Service("6", "Mixed videos", "special1", rate=Decimal(30), min=100, max=5_000),
    Service("7", "Silent", rate=Decimal(1), min=10, max=1_000),
    Service("8", "Remark pack", "custom_comments_package", rate=Decimal(9), min=1, max=1, basis=1),
    Service("9", "Garbled", rate=None, trouble="rate: cheap"),
    Service("10", "Upside down", rate=Decimal(1), min=1_000, max=1),
    Service("11", "Picked", "Pick a comment", rate=Decimal(1), min=10, max=1_000),
    Service("12", "Without limits", rate=Decimal("0.00125")),
    Service("13", "No rate"),
    Service("14", "Never", rate=Decimal(1), min=0, max=0),
    Service("15", "Below nothing", rate=Decimal(-1), min=10, max=1_000),
    Service("16", "Package upside down", "Package", rate=Decimal(5), min=100, max=99, basis=1),
    Service("17", "Likes on new posts", "Subscriptions", rate=Decimal(2), min=10, max=1_000),
)


@dataclass
class Desk:
    """Makes sheets and checks them, without a file, a panel or a journal."""

    services: Sequence[Service] = SERVICES
    account: str = ACCOUNT
    campaign: str = CAMPAIGN
    _ids: list[int] = field(default_factory=lambda: [0])

    def row(self, **cells: Cell) -> dict[str, Cell]:
        """Return a row that keeps every rule, with these cells in place of its own."""
        return {"service": "1", "link": LINK, "quantity": 500, **cells}

    def sheet(self, rows: Iterable[Mapping[str, Cell]], keys: Mapping[int, str] | None = None) -> Sheet:
        """Return a sheet with a column for each field; rows are numbered from 2, or by their `number`."""
        made = []
        for place, cells in enumerate(rows, start=2):
            number = int(str(cells.get("number", place)))
            line = tuple(cells.get(name) for name in FIELDS)
            made.append(Row(number, line, (keys or {}).get(number)))
        titles = tuple(name.replace("_", " ").capitalize() for name in FIELDS)
        columns = {name: at for at, name in enumerate(FIELDS)}
        return Sheet("orders.xlsx", titles, columns, tuple(made))

    def order(self, *, key: str | None = None, **cells: Cell) -> Order:
        """Return the order of one row."""
        sheet = self.sheet([self.row(**cells)], {2: key} if key else None)
        order = parsing.parse(sheet)[0].order
        assert order is not None
        return order

    def identified(self, sheet: Sheet, decimal: str | None = None) -> list[Identified]:
        """Return the sheet's orders with their identity."""
        catalogue = Catalogue({service.id: service for service in self.services})
        parsed = parsing.parse(sheet, decimal)
        orders = [each.order for each in parsed if each.order is not None]
        targets = [
            Target(self.account, order.campaign or self.campaign, catalogue, "VND") for order in orders
        ]
        return batch.identify(zip(orders, targets, strict=True))

    def check(
        self,
        rows: Iterable[Mapping[str, Cell]],
        memory: Memory | None = None,
        *,
        keys: Mapping[int, str] | None = None,
        **allowed: bool | Decimal,
    ) -> list[Checked]:
        """Return the answers for these rows."""
        sheet = self.sheet(rows, keys)
        allowances = Allowances(**allowed)  # type: ignore[arg-type]
        return batch.check(sheet, self.identified(sheet), memory or Memory(), allowances)

    def problems(self, **cells: Cell) -> tuple[Problem, ...]:
        """Return the problems of one row, warnings too."""
        return self.check([self.row(**cells)])[0].problems

    def codes(self, **cells: Cell) -> list[str]:
        """Return the codes of the problems of one row."""
        return [problem.code for problem in self.problems(**cells)]

    def submission(self, order: ValidatedOrder, state: State = State.PLACED) -> Submission:
        """Return the record of an order in this state."""
        self._ids[0] += 1
        sent = state in COMMITTED or state is State.REJECTED
        return Submission(
            key=order.key,
            account=order.account,
            campaign=order.campaign,
            fingerprint=order.fingerprint,
            service=order.order.service,
            link=order.order.link,
            quantity=order.order.quantity,
            parameters=dict(order.parameters),
            state=state,
            row=order.order.row,
            reference=order.order.reference,
            estimate=order.estimate,
            order_ids=(f"9{self._ids[0]:04}",) if state is State.PLACED else (),
            sent_at="2026-03-02T10:00:00+00:00" if sent else None,
        )

    def memory(self, *orders: Submission, alike: bool = True) -> Memory:
        """Return what the journal remembers of these orders of this campaign (and, of others, by fingerprint)."""
        committed = [each for each in orders if each.state in COMMITTED]
        own = [each for each in orders if each.campaign == self.campaign]
        by_mark = {each.fingerprint: each for each in reversed(committed)} if alike else {}
        return Memory(own, by_mark, {each.key: each for each in orders})

    def sent(
        self, rows: Iterable[Mapping[str, Cell]], state: State = State.PLACED, **allowed: bool
    ) -> tuple[Submission, ...]:
        """Send these rows as the first run of the campaign; return what the journal has then."""
        answers = self.check(rows, **allowed)
        return tuple(self.submission(each.validated, state) for each in answers if each.validated)

    def without(self, *ids: str) -> "Desk":
        """Return the desk with a catalogue that lacks these services."""
        return replace(self, services=[each for each in self.services if each.id not in ids])


@pytest.fixture(scope="session")
def desk() -> Desk:
    """Give the desk."""
    return Desk()
