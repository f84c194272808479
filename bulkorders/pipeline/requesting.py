"""Refills and cancels of given orders, from their order ids to what the panel said."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

from bulkorders.errors import CallError
from bulkorders.journal.protocol import Journal
from bulkorders.model.lifecycle import RequestKind, RequestState, State
from bulkorders.model.orders import Request, Submission
from bulkorders.pipeline import accounts, recording
from bulkorders.pipeline.accounts import Account, now
from bulkorders.pipeline.options import Front, Options
from bulkorders.settings import Settings
from bulkorders.tracking.asking import ask


class Requested(BaseModel):
    """What a refill or cancel command came to."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_: Literal[1] = Field(default=1, alias="schema")
    run: str
    requests: tuple[dict[str, Any], ...]
    stopped: None = None

    def to_json(self) -> str:
        """Return it as one JSON object."""
        return self.model_dump_json(by_alias=True)

    @property
    def exit_code(self) -> int:
        """5 where an answer was lost, 6 where the panel refused one, else 0."""
        states = {each["state"] for each in self.requests}
        if RequestState.IN_DOUBT.value in states:
            return 5
        return 6 if RequestState.REFUSED.value in states else 0


async def request(
    kind: RequestKind, order_ids: Sequence[str], settings: Settings, front: Front, *, panel: str | None = None
) -> Requested:
    """Ask for a refill or cancel of placed orders by their order ids.

    Raises CallError where the journal has no such placed order, JournalError where one of them has a
    request of this kind that is still unanswered.
    """
    run = uuid4().hex[:12]
    names: list[str | None] = [panel] if panel is not None else [*sorted(settings.all_panels())] or [None]
    async with (
        accounts.opened(settings, Options(sheet=Path()), names) as opened,
        recording.recording(settings, kind.value, run, front) as record,
    ):
        distinct = {account.id: account for account in opened.values()}
        orders = await _orders(record.journal, order_ids, distinct)
        asked: list[Request] = []
        for account in distinct.values():
            own = [order for order in orders if order.account == account.id]
            asked += await ask(kind, account.panel, record.journal, own, run=run, now=now) if own else []
        return Requested(run=run, requests=tuple(asdict(each) for each in asked))


async def _orders(journal: Journal, order_ids: Sequence[str], known: dict[str, Account]) -> list[Submission]:
    wanted = list(dict.fromkeys(order_ids))
    found = await journal.submissions(order_ids=wanted, states=[State.PLACED], accounts=list(known))
    missing = [id_ for id_ in wanted if not any(id_ in order.order_ids for order in found)]
    if missing:
        raise CallError("orders.unknown", ids=missing)
    return found
