"""What the journal is asked: orders with their requests, attempts, events, runs. Changes nothing."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bulkorders.errors import JournalError
from bulkorders.journal.protocol import Attempt, Campaign, Event, Run
from bulkorders.journal.relational.rows import (
    as_json,
    attempt_of,
    balance_of,
    campaign_of,
    entered_of,
    event_of,
    ids_of,
    request_of,
    run_of,
    submission_of,
)
from bulkorders.journal.relational.transaction import Transaction
from bulkorders.model.books import BalanceReading
from bulkorders.model.entries import Entered
from bulkorders.model.lifecycle import RequestKind, State
from bulkorders.model.orders import Request, Submission

STATE = 8
"""The column of the state in the statement `submissions`."""

NO_LIMIT = -1
"""What the LIMIT of a statement takes as "all"."""


def submission(tx: Transaction, key: str) -> Submission:
    """Return the order of this key as it now stands."""
    row = tx.one("submission", key=key)
    if row is None:
        raise JournalError("journal.unknown_order", key=key)
    placed = row[STATE] == State.PLACED
    return submission_of(row, requests(tx, keys=[key]) if placed and tx.one("any_request") else ())


def submissions(
    tx: Transaction,
    *,
    campaign: str | None = None,
    keys: Sequence[str] | None = None,
    order_ids: Sequence[str] | None = None,
    accounts: Sequence[str] | None = None,
    states: Sequence[State] | None = None,
    open_only: bool = False,
) -> list[Submission]:
    """Return the orders that match all that is given, in the order they were first added."""
    if keys is not None and tx.one("any_order") is None:
        return []  # a journal that is new is not asked about each row of a sheet
    asked: dict[str, Any] = {"campaign": campaign}
    lists = {"keys": keys, "order_ids": order_ids, "accounts": accounts, "states": states}
    asked.update((name, None if values is None else as_json(list(values))) for name, values in lists.items())
    given = {name: value for name, value in asked.items() if value is not None}
    conditions = [f"where_{name}" for name in given] + (["where_open"] if open_only else [])
    rows = tx.where("submissions", conditions, "seq", given)
    return with_requests(tx, rows)


def alike(tx: Transaction, fingerprints: Sequence[str], since: str) -> dict[str, Submission]:
    """Return, by fingerprint, the committed order that was sent first at or after `since`."""
    if tx.one("any_order") is None:
        return {}
    moment = datetime.fromisoformat(since).astimezone(UTC).isoformat()
    rows = tx.all("alike", fingerprints=as_json(list(fingerprints)), since=moment)
    found: dict[str, Submission] = {}
    for one in with_requests(tx, rows):
        found.setdefault(one.fingerprint, one)
    return found


def with_requests(tx: Transaction, rows: list[tuple[Any, ...]]) -> list[Submission]:
    """Return the orders of these rows of the statement `submissions`, each with its requests."""
    asked: defaultdict[str, list[Request]] = defaultdict(list)
    if rows and tx.one("any_request") is not None:
        for request in requests(tx, keys=[row[0] for row in rows]):
            asked[request.key].append(request)
    return [submission_of(row, asked.get(row[0], ())) for row in rows]


def requests(
    tx: Transaction,
    *,
    kind: RequestKind | None = None,
    keys: Sequence[str] | None = None,
    account: str | None = None,
    open_only: bool = False,
) -> list[Request]:
    """Return refills and cancels, oldest first."""
    asked = {
        "kind": None if kind is None else kind.value,
        "request_account": account,
        "keys": None if keys is None else as_json(list(keys)),
    }
    given = {name: value for name, value in asked.items() if value is not None}
    conditions = [f"where_{name}" for name in given] + (["where_request_open"] if open_only else [])
    return [request_of(row) for row in tx.where("requests", conditions, "seq", given)]


def attempts(tx: Transaction, key: str) -> list[Attempt]:
    """Return the attempts of an order, first to last."""
    return [attempt_of(row) for row in tx.all("attempts", key=key)]


def events(tx: Transaction, key: str | None, after: int, limit: int | None) -> list[Event]:
    """Return the events with a number above `after`, in their order."""
    most = NO_LIMIT if limit is None else limit
    if key is None:
        return [event_of(row) for row in tx.all("events", after=after, limit=most)]
    return [event_of(row) for row in tx.all("events_of_order", key=key, after=after, limit=most)]


def runs(tx: Transaction, limit: int, command: str | None = None, campaign: str | None = None) -> list[Run]:
    """Return the latest runs, newest first; of one command, or one campaign, where it is given."""
    rows = tx.all("runs", limit=limit, command=command, campaign=campaign)
    return [run_of(row) for row in rows]


def campaign(tx: Transaction, name: str) -> Campaign | None:
    """Return what is remembered of a campaign."""
    row = tx.one("campaign", id=name)
    return None if row is None else campaign_of(row)


def key_mark(tx: Transaction, account: str) -> str | None:
    """Return the mark of the API key last confirmed for this account."""
    row = tx.one("key_mark", account=account)
    return None if row is None else str(row[0])


def balances(tx: Transaction, account: str, since: str) -> list[BalanceReading]:
    """Return what the account held at or after `since`, oldest first."""
    return [balance_of(row) for row in tx.all("balances", account=account, since=since)]


def readings(tx: Transaction) -> list[BalanceReading]:
    """Return what all accounts held whenever they were read, oldest first."""
    return [balance_of(row) for row in tx.all("readings")]


def entered(tx: Transaction) -> list[Entered]:
    """Return what persons entered, in the order in which it was."""
    return [entered_of(row) for row in tx.all("entered")]


def exported(tx: Transaction, scope: str) -> int:
    """Return up to where the last export of this scope went, 0 where there was none."""
    row = tx.one("last_export", scope=scope)
    return 0 if row is None else int(row[0])


def turned_up(tx: Transaction) -> dict[str, tuple[str, ...]]:
    """Return, by key, the ids of orders that had been ruled not placed, and were placed after all."""
    return {row[0]: ids_of(row[1]) for row in tx.all("turned_up")}


def ruled_out(tx: Transaction) -> set[str]:
    """Return the keys of orders with a sending that was ruled not placed."""
    return {row[0] for row in tx.all("ruled_out")}
