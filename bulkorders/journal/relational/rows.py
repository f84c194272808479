"""Values of the model to database values and back: money as text, lists and maps as JSON."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from bulkorders.journal.protocol import Attempt, Campaign, Event, Run
from bulkorders.model import money
from bulkorders.model.books import BalanceReading
from bulkorders.model.entries import Entered, EnteredKind
from bulkorders.model.lifecycle import RequestKind, RequestState, State
from bulkorders.model.orders import Request, Submission, ValidatedOrder

END_OF_RUN = (
    *("id", "campaign", "sheet", "results", "finished_at"),
    *("exit_code", "stopped", "counts", "money"),
)
"""The columns of a run that its end sets."""

SUBMISSION = (
    *("key", "account", "campaign", "fingerprint", "service", "link", "quantity"),
    *("parameters", "state", "sheet_row", "reference", "service_name", "rate", "basis"),
    *("estimate", "currency", "order_ids", "message", "answer", "charge", "status"),
    *("start_count", "remains", "refill", "placed_at", "checked_at", "sent_at", "error"),
    *("client",),
)
"""The columns of the statement `submissions`, in its order."""

WHOLE_LIMIT = 2**63
"""A whole number from here on fits no column: from a panel it is garbage, and is not known."""


as_json = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
"""Returns a value as compact JSON, in ASCII, so that any text of a panel can be kept."""

_decode = json.JSONDecoder().decode


def clean(text: str) -> str:
    """Return the text without what a database refuses: lone surrogates and NUL are written out."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


def maybe_clean(text: str | None) -> str | None:
    """Return the cleaned text; None stays None."""
    return None if text is None else clean(text)


def whole(value: int | None) -> int | None:
    """Return the whole number where a column can hold it, else None."""
    return value if value is not None and -WHOLE_LIMIT < value < WHOLE_LIMIT else None


def amount(text: str | None) -> Decimal | None:
    """Return the money a column holds as text."""
    return None if text is None else Decimal(text)


def ids_of(text: str) -> tuple[str, ...]:
    """Return the order ids a column holds; most orders of a fresh sheet have none."""
    return () if text == "[]" else tuple(_decode(text))


def intent_of(order: ValidatedOrder) -> dict[str, Any]:
    """Return the columns that say what an order asks for, in the order of the statement `intents`."""
    return {
        "fingerprint": order.fingerprint,
        "service": clean(order.order.service),
        "link": clean(order.order.link),
        "quantity": whole(order.order.quantity),
        "parameters": as_json(dict(order.parameters)),
        "reference": maybe_clean(order.order.reference),
        "service_name": clean(order.service_name),
        "rate": money.text(order.rate),
        "basis": order.basis,
        "estimate": money.text(order.estimate),
        "currency": maybe_clean(order.currency),
        "refill": maybe_clean(order.order.refill),
        "client": clean(order.order.client),
    }


def submission_of(row: tuple[Any, ...], requests: Iterable[Request] = ()) -> Submission:
    """Return the submission one row of the statement `submissions` holds."""
    (
        key,
        account,
        campaign,
        fingerprint,
        service,
        link,
        quantity,
        parameters,
        state,
        sheet_row,
        reference,
        service_name,
        rate,
        basis,
        estimate,
        currency,
        order_ids,
        message,
        answer,
        charge,
        status,
        start_count,
        remains,
        refill,
        placed_at,
        checked_at,
        sent_at,
        error,
        client,
    ) = row
    return Submission(
        key=key,
        account=account,
        campaign=campaign,
        fingerprint=fingerprint,
        service=service,
        link=link,
        quantity=quantity,
        parameters=_decode(parameters),
        state=State(state),
        row=sheet_row,
        reference=reference,
        service_name=service_name,
        rate=amount(rate),
        basis=basis,
        estimate=amount(estimate),
        currency=currency,
        order_ids=ids_of(order_ids),
        message=error or message,
        answer=answer,
        charge=amount(charge),
        status=status,
        start_count=start_count,
        remains=remains,
        refill=refill,
        placed_at=placed_at,
        checked_at=checked_at,
        sent_at=sent_at,
        requests=tuple(requests),
        unknown=error,
        client=client,
    )


def request_of(row: tuple[Any, ...]) -> Request:
    """Return the refill or cancel one row of the statement `requests` holds."""
    number, key, order_id, kind, state, asked_at, request_id, status, message = row
    return Request(
        id=number,
        key=key,
        order_id=order_id,
        kind=RequestKind(kind),
        state=RequestState(state),
        asked_at=asked_at,
        request_id=request_id,
        status=status,
        message=message,
    )


def request_values(request: Request) -> dict[str, Any]:
    """Return the columns of a refill or cancel."""
    return {
        "id": request.id,
        "key": request.key,
        "order_id": request.order_id,
        "kind": request.kind.value,
        "state": request.state.value,
        "asked_at": request.asked_at,
        "request_id": maybe_clean(request.request_id),
        "status": maybe_clean(request.status),
        "message": clean(request.message),
    }


def attempt_of(row: tuple[Any, ...]) -> Attempt:
    """Return the attempt one row of the statement `attempts` holds."""
    *plain, order_ids = row
    return Attempt(*(*plain, ids_of(order_ids)))


def event_of(row: tuple[Any, ...]) -> Event:
    """Return the event one row of the statement `events` holds."""
    *plain, facts = row
    return Event(*(*plain, _decode(facts)))


def run_of(row: tuple[Any, ...]) -> Run:
    """Return the run one row of the statement `runs` holds."""
    *plain, counts, sums = row
    return Run(*(*plain, _decode(counts), tuple(_decode(sums))))


def run_values(run: Run) -> dict[str, Any]:
    """Return the columns of a run."""
    return {
        "id": run.id,
        "command": clean(run.command),
        "campaign": maybe_clean(run.campaign),
        "sheet": maybe_clean(run.sheet),
        "results": maybe_clean(run.results),
        "started_at": run.started_at,
        "who": clean(run.who),
        "machine": clean(run.machine),
        "finished_at": run.finished_at,
        "exit_code": run.exit_code,
        "stopped": maybe_clean(run.stopped),
        "counts": as_json(dict(run.counts)),
        "money": as_json([_sums(entry) for entry in run.money]),
    }


def campaign_of(row: tuple[Any, ...]) -> Campaign:
    """Return the campaign one row of the statement `campaign` holds."""
    return Campaign(*row)


def _sums(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: money.text(value) if isinstance(value, Decimal) else value for name, value in entry.items()}


def balance_values(reading: BalanceReading) -> dict[str, Any]:
    """Return the columns of a reading of an account's balance."""
    return {
        "account": reading.account,
        "amount": money.text(reading.amount),
        "currency": maybe_clean(reading.currency),
        "at": reading.at,
        "run": reading.run,
        "moment": reading.moment,
        "quiet": int(reading.quiet),
    }


def balance_of(row: tuple[Any, ...]) -> BalanceReading:
    """Return the reading a row of `balances` holds."""
    account, held, currency, at, run, moment, quiet = row
    return BalanceReading(account, Decimal(held), currency, at, run, moment, bool(quiet))


def entered_values(found: Entered) -> dict[str, Any]:
    """Return the columns of what a person entered."""
    return {
        "id": found.id,
        "account": found.account,
        "amount": money.text(found.amount),
        "currency": maybe_clean(found.currency),
        "at": found.at,
        "kind": found.kind.value,
        "note": clean(found.note),
        "entered_at": found.entered_at,
        "run": found.run,
    }


def entered_of(row: tuple[Any, ...]) -> Entered:
    """Return what a person entered, as a row of `entered` holds it."""
    number, account, held, currency, at, kind, note, entered_at, run = row
    return Entered(number, account, Decimal(held), currency, at, EnteredKind(kind), note, entered_at, run)
