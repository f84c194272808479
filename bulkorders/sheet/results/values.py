"""What a line of a run says in each of our columns: pure values, no workbook."""

from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bulkorders.model import money
from bulkorders.model.lifecycle import RequestState
from bulkorders.model.orders import OWN_PARAMETER, Cell, Request, Sheet, Submission
from bulkorders.model.problems import Problem
from bulkorders.model.report import Line
from bulkorders.sheet.columns import GONE, HELD, UNKEYED
from bulkorders.sheet.results.styles import STATE_WORDS, least_decimals

Describe = Callable[[Problem], str]
"""Gives the sentence for people of a row's problem; `wording` has them."""

TO_FIX = frozenset({"invalid", "duplicate", "rejected"})
"""States of rows that a person can put right and give in again. In doubt is never one of them."""

LEFT_THE_SHEET = "The row of this order is no longer in the sheet."
ADD_NOTHING = "Send nothing for this row: the order may exist. See the worksheet In doubt."
AGAIN = "Put the row right; to send it again as it is, use submit --retry-rejected."

Value = str | int | Decimal | None


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something in doubt: an order, or a refill or cancel that was asked for (`request`)."""

    line: Line
    submission: Submission
    request: Request | None = None


def gone(line: Line) -> bool:
    """Return whether this is an order whose row has left the sheet."""
    return line.row is None


def listed(lines: Sequence[Line]) -> Iterator[Line]:
    """Give the lines of the worksheet Orders: every row of the sheet, below them the orders without a row.

    An order that was dropped unsent is no order any more; it is only counted.
    """
    yield from (line for line in lines if line.row is not None)
    yield from (line for line in lines if line.row is None and line.state != "dropped")


def to_fix(lines: Sequence[Line]) -> Iterator[Line]:
    """Give the lines a person can put right in the sheet and give in again; none that may have been paid."""
    return (line for line in lines if line.state in TO_FIX and line.row is not None and not line.held)


def doubts(lines: Sequence[Line]) -> Iterator[Doubt]:
    """Give all that is in doubt: first orders, which may have cost money, then refills and cancels."""
    known = [(line, line.submission) for line in lines if line.submission is not None]
    for line, submission in known:
        if line.state == "in_doubt":
            yield Doubt(line, submission)
    for line, submission in known:
        for request in submission.requests:
            if request.state is RequestState.IN_DOUBT:
                yield Doubt(line, submission, request)


def cells(line: Line, sheet: Sheet) -> Sequence[Cell]:
    """Return the user's cells of this line; an order without a row is told in the columns of its fields."""
    if line.row is not None:
        return line.row.cells
    told: dict[str, Cell] = {}
    if line.submission is not None:
        told.update(line.submission.parameters)
        told |= {f"{OWN_PARAMETER}{name}": sent for name, sent in line.submission.parameters.items()}
        told |= {
            name: getattr(line.submission, name)
            for name in ("service", "link", "quantity", "reference", "client")
        }
    shown: list[Cell] = [None] * len(sheet.header)
    for name, index in sheet.columns.items():
        shown[index] = told.get(name)
    return shown


def key(line: Line, shared: Container[str] = ()) -> str:
    """Return what the hidden key cell holds: the order's key, or the row's number where it has none.

    A row that was held back keeps the key it came with, or it would be taken for a new one the next time.

    `shared` are keys that several rows have, as where a reference stands twice: a row to put right must
    not be taken for the other one when it comes back.
    """
    found = line.key or (line.submission.key if line.submission else "")
    if line.row is None:
        return f"{GONE}{found}"
    if not found or (line.state in TO_FIX and found in shared):
        return f"{HELD}{line.row.number}:{line.row.key}" if line.row.key else f"{UNKEYED}{line.row.number}"
    return found


def shared_keys(lines: Sequence[Line]) -> frozenset[str]:
    """Return the keys that more than one line has."""
    counted = Counter(line.key for line in lines if line.key)
    return frozenset(found for found, count in counted.items() if count > 1)


def message(line: Line, describe: Describe) -> str:
    """Return what there is to say of the line, in sentences: what the run said, then each problem once."""
    said = [line.message or (line.submission.message if line.submission else "")]
    for problem in sorted(line.problems, key=lambda problem: not problem.blocks):
        sentence = describe(problem)
        if not any(sentence in earlier for earlier in said):
            said.append(sentence)
    if line.state == "in_doubt":
        said.append(ADD_NOTHING)
    if gone(line):
        said.append(LEFT_THE_SHEET)
    return " ".join(filter(None, said))


def currency(line: Line) -> str | None:
    """Return the currency of the line's amounts."""
    return (line.submission.currency if line.submission else None) or line.currency


def estimate(line: Line) -> Decimal | None:
    """Return what the order was, or is, reckoned to cost: as it was sent, where it has been."""
    sent = line.submission.estimate if line.submission else None
    return line.estimate if sent is None else sent


def charge(line: Line) -> Decimal | None:
    """Return what the panel last said the order cost, None while unknown."""
    return line.submission.charge if line.submission else None


def service_name(line: Line) -> str:
    """Return the name of the service as the catalogue has it, or had it when the order was sent."""
    return line.service_name or (line.submission.service_name if line.submission else "")


def _sent(name: str) -> Callable[[Line], Value]:
    """Return what reads this value off the line's submission."""

    def read(line: Line) -> Value:
        found: Value = getattr(line.submission, name) if line.submission else None
        return found

    return read


def _order_ids(line: Line) -> str | None:
    return ", ".join(line.submission.order_ids) if line.submission else None


REQUEST_WORDS: Mapping[RequestState, str] = {
    RequestState.ASKING: "in doubt",
    RequestState.IN_DOUBT: "in doubt",
    RequestState.ACCEPTED: "taken",
    RequestState.REFUSED: "refused",
    RequestState.DONE: "done",
    RequestState.FAILED: "not done",
}
"""What each state of a refill or cancel is called."""


def _requests(line: Line) -> str | None:
    """Return each refill and cancel of the order in a line of its own: when, which, its id, and where it stands."""
    if line.submission is None or not line.submission.requests:
        return None
    several = len(line.submission.order_ids) > 1
    return "\n".join(_request(each, several=several) for each in line.submission.requests)


def _request(request: Request, *, several: bool) -> str:
    asked_at = f"{request.asked_at[:10]} {request.asked_at[11:16]} UTC"
    told = [asked_at, request.kind.value, request.request_id or ""]
    told += [f"of {request.order_id}"] if several else []
    state = REQUEST_WORDS[request.state]
    said = request.status or (request.message if request.state is RequestState.REFUSED else "")
    return f"{' '.join(filter(None, told))}: {state}{f' ({said})' if said else ''}"


READ: Mapping[str, Callable[[Line], Value]] = {
    "state": lambda line: STATE_WORDS[line.state],
    "order_id": _order_ids,
    "service_name": service_name,
    "estimate": estimate,
    "charge": charge,
    "currency": currency,
    "status": _sent("status"),
    "start_count": _sent("start_count"),
    "remains": _sent("remains"),
    "placed_at": _sent("placed_at"),
    "checked_at": _sent("checked_at"),
    "requests": _requests,
}
"""By the name of a result column; `message` needs the sentences of the problems and stands apart."""


def decimals(amount: Decimal, currency_code: str | None) -> int:
    """Return how many decimals this amount is shown with: all it has, at least what its currency takes."""
    _, digits, exponent = amount.as_tuple()
    if digits[-1] == 0:
        exponent = money.plain(amount).as_tuple().exponent
    own = -exponent if isinstance(exponent, int) else 0
    return max(own, least_decimals(currency_code))


def finest(lines: Sequence[Line]) -> int:
    """Return the most decimals any amount of these lines shows."""
    most = 0
    for line in lines:
        code = currency(line)
        for amount in (estimate(line), charge(line)):
            if amount is not None:
                most = max(most, decimals(amount, code))
    return most
