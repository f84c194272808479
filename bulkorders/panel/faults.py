"""What is wrong with the answer to a read, if anything, and whether asking again can help."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bulkorders.errors import PanelError, PanelRefused, PanelUnreachable
from bulkorders.panel.answers import Reply
from bulkorders.panel.decoding import UNREADABLE
from bulkorders.panel.kinds import Kind, Kinds, kind_of
from bulkorders.panel.verdicts import is_challenge, retry_after

AT_THE_DOOR = {401: "key", 404: "address", 405: "address"}
ABOUT_THE_ACCOUNT = frozenset({"services", "balance"})
REFUSALS = frozenset({"key", "account", "address"})
SHORTEST_WAIT = 1.0
SHOWN = 120


@dataclass(frozen=True, slots=True)
class Fault:
    """What ends a read. `wait` is the least number of seconds before another try; None where none can help."""

    error: PanelError
    wait: float | None = None


def fault_of(reply: Reply, facts: Mapping[str, Any], extra: Kinds = ()) -> Fault | None:
    """Return what is wrong with this answer, or None where its body may be read.

    `facts` (url, panel, action) are told with the error; the action matters, since "order not found" is no
    fault of an answer about one order. `extra` are the kinds of error texts of the panel's profile.
    """
    exchange = reply.exchange
    if exchange.status is None or not exchange.complete:
        reason = reply.mask(exchange.failure)
        return Fault(PanelUnreachable("panel.unreachable", **facts, reason=reason), wait=0.0)
    kind = kind_of(reply.errors, extra)
    return (
        _asked_to_wait(reply, kind, facts)
        or _refused(reply, exchange.status, kind, facts)
        or _no_answer(reply, facts)
    )


def _asked_to_wait(reply: Reply, kind: Kind, facts: Mapping[str, Any]) -> Fault | None:
    status = reply.exchange.status
    if status != 429 and not (reply.refused and kind.verdict == "wait"):  # noqa: PLR2004
        return None
    busy = PanelError("panel.busy", **facts, reason=_reason(reply))
    return Fault(busy, wait=retry_after(reply) or SHORTEST_WAIT)


def _refused(reply: Reply, status: int, kind: Kind, facts: Mapping[str, Any]) -> Fault | None:
    if reply.value is UNREADABLE and status not in AT_THE_DOOR and is_challenge(reply):
        return Fault(PanelRefused("panel.challenge", **facts))
    about_the_account = facts["action"] in ABOUT_THE_ACCOUNT
    told = kind.verdict == "stop" and kind.name in REFUSALS
    if told and (kind.name == "key" or about_the_account or status in (401, 403)):
        return Fault(PanelRefused(f"panel.{kind.name}", **facts, reason=_reason(reply), status=status))
    if status == 401 or (status in AT_THE_DOOR and (reply.value is UNREADABLE or about_the_account)):  # noqa: PLR2004
        code = f"panel.{AT_THE_DOOR[status]}"
        return Fault(PanelRefused(code, **facts, reason=_reason(reply), status=status))
    return None


def _no_answer(reply: Reply, facts: Mapping[str, Any]) -> Fault | None:
    status = reply.exchange.status or 0
    if status >= 500:  # noqa: PLR2004
        return Fault(
            PanelUnreachable("panel.server_error", **facts, status=status), wait=retry_after(reply) or 0.0
        )
    if 300 <= status < 400:  # noqa: PLR2004
        return Fault(PanelRefused("panel.redirect", **facts, status=status))
    if reply.value is UNREADABLE:
        return Fault(PanelUnreachable("panel.not_json", **facts, status=status, began=reply.text[:SHOWN]))
    return None


def _reason(reply: Reply) -> str:
    return "; ".join(reply.errors) or f"HTTP {reply.exchange.status}"
