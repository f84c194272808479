"""The report's orders, each made of its line when somebody looks at it: a million of them are never held at once."""

from collections.abc import Iterator, Sequence
from typing import overload

from bulkorders import wording
from bulkorders.model import money
from bulkorders.model.orders import Request
from bulkorders.model.report import Line, OrderPart, ProblemPart


class Orders(Sequence[OrderPart]):
    """The orders of a report, in the order of their lines."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, at: int) -> OrderPart: ...
    @overload
    def __getitem__(self, at: slice) -> "Orders": ...
    def __getitem__(self, at: int | slice) -> "OrderPart | Orders":
        return Orders(self._lines[at]) if isinstance(at, slice) else part_of(self._lines[at])

    def notable(self) -> Iterator[OrderPart]:
        """Yield the orders with problems, or with refills or cancels."""
        for line in self._lines:
            if line.problems or (line.submission is not None and line.submission.requests):
                yield part_of(line)


def part_of(line: Line) -> OrderPart:
    """Return the part of one line."""
    order, submission = line.order, line.submission
    placed = submission if line.state == "placed" else None
    return OrderPart(
        row=line.row.number if line.row else None,
        key=line.key,
        reference=order.reference if order else (submission.reference if submission else None),
        service=order.service if order else (submission.service if submission else None),
        link=order.link if order else (submission.link if submission else None),
        quantity=order.quantity if order else (submission.quantity if submission else None),
        state=line.state,
        order_id=submission.order_id if submission else None,
        order_ids=submission.order_ids if submission else (),
        estimate=money.digits(line.estimate),
        charge=money.text(submission.charge) if submission else None,
        currency=line.currency,
        status=placed.status if placed else None,
        start_count=placed.start_count if placed else None,
        remains=placed.remains if placed else None,
        message=line.message,
        requests=tuple(_request_part(each) for each in submission.requests) if submission else (),
        problems=tuple(
            ProblemPart(
                code=each.code,
                column=each.column,
                message=wording.problem(each),
                severity=each.severity.value,
            )
            for each in line.problems
        ),
    )


def _request_part(request: Request) -> dict[str, object]:
    fields = ("id", "kind", "state", "order_id", "request_id", "asked_at", "status", "message")
    return {name: getattr(request, name) for name in fields}
