"""What an answer to `add` proves: the verdict table.

Accepted needs a usable order id under an ordinary status. Not sent needs proof that nothing left, or a
panel that refuses everybody. Rejected needs an error of a known kind. Everything else is in doubt.
"""

import re
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bulkorders.model.outcomes import Consequence, Outcome, Verdict
from bulkorders.panel.answers import HTTP_ERRORS, WRAPPERS, Reply, folded, says_no
from bulkorders.panel.decoding import UNREADABLE
from bulkorders.panel.figures import amount
from bulkorders.panel.kinds import UNCLEAR, Kind, Kinds, kind_of
from bulkorders.panel.order_ids import contradicting, names_an_order, order_ids

CHALLENGE = re.compile(
    r"just a moment|challenge-platform|cf-chl|attention required|enable javascript and cookies|captcha"
    r"|checking your browser|ddos protection",
    re.IGNORECASE,
)
WRONG_ADDRESS = frozenset({404, 405})
NOT_PLACED = frozenset({429})
"""Statuses whose answer proves that nothing was placed, where a panel's profile says nothing else."""

NO_VERDICT = frozenset({408})
LOOKED_AT = 100_000
LONGEST_MESSAGE = 500


def outcome_of(reply: Reply, *, extra: Kinds = (), not_placed: AbstractSet[int] = NOT_PLACED) -> Outcome:
    """Return what came of a paid request. Total: every exchange has an outcome, none raises.

    `extra` are the kinds of error texts of the panel's profile, tried before the table. `not_placed` are the
    HTTP statuses whose answer proves that this panel placed nothing and may be asked again later.
    """
    exchange = reply.exchange
    if not exchange.sent:
        return _outcome(reply, Verdict.NOT_SENT, "unreached", Consequence.WAIT)
    ids = order_ids(reply.value)
    if exchange.status is None or not exchange.complete:
        return _outcome(reply, Verdict.IN_DOUBT, "cut" if exchange.body else "no_answer", ids=ids)
    if ids:
        return _with_id(reply, exchange.status, ids)
    kind = kind_of(reply.errors, extra)
    found = _by_status(reply, exchange.status, kind, not_placed) or _by_text(reply, kind)
    if found.verdict is not Verdict.IN_DOUBT and names_an_order(reply.value):
        return _outcome(reply, Verdict.IN_DOUBT, "no_id")
    return found


def _with_id(reply: Reply, status: int, ids: tuple[str, ...]) -> Outcome:
    if not 200 <= status < 300 or says_no(reply.value) or contradicting(reply.value):  # noqa: PLR2004 - HTTP's own ranges
        return _outcome(reply, Verdict.IN_DOUBT, "odd_answer", ids=ids)
    entry = folded(reply.value)
    inner = next((folded(entry[name]) for name in WRAPPERS if name in entry), {})
    message = entry.get("message", entry.get("msg", ""))
    return Outcome(
        Verdict.ACCEPTED,
        kind="placed",
        message=_short(reply.mask(message)) if isinstance(message, str) else "",
        order_ids=ids,
        charge=amount(entry.get("charge", inner.get("charge"))),
        http_status=status,
        answer=reply.evidence,
    )


def _by_status(reply: Reply, status: int, kind: Kind, not_placed: AbstractSet[int]) -> Outcome | None:
    """Return the outcome where the HTTP status alone decides; the body held no order id."""
    if status in HTTP_ERRORS and status in {401, *WRONG_ADDRESS, *not_placed}:
        return _for_everybody(reply, status, kind, not_placed)
    if status == 403 and is_challenge(reply):  # noqa: PLR2004
        return _outcome(reply, Verdict.NOT_SENT, "challenge", Consequence.STOP)
    if 300 <= status < 400:  # noqa: PLR2004
        return _outcome(reply, Verdict.IN_DOUBT, "redirect", Consequence.STOP)
    if status >= 500 or status < 200 or status in NO_VERDICT | NOT_PLACED:  # noqa: PLR2004
        return _outcome(reply, Verdict.IN_DOUBT, "server")
    return None


def _for_everybody(reply: Reply, status: int, kind: Kind, not_placed: AbstractSet[int]) -> Outcome | None:
    """Every order is refused, in the panel's words where it has some; a 404 may also mean the row's service."""
    if kind.name == UNCLEAR:
        return _outcome(reply, Verdict.IN_DOUBT, kind.name)
    if status in not_placed:
        return _outcome(reply, Verdict.NOT_SENT, "rate", Consequence.WAIT)
    if status == 404 and kind.verdict == "rejected" and kind.name != "request":  # noqa: PLR2004
        return None
    general = "key" if status == 401 else "address"  # noqa: PLR2004
    name = kind.name if kind.verdict == "stop" else general
    return _outcome(reply, Verdict.NOT_SENT, name, Consequence.STOP)


def _by_text(reply: Reply, kind: Kind) -> Outcome:
    if not reply.refused:
        return _outcome(reply, Verdict.IN_DOUBT, "no_id")
    if reply.contradicts_itself:
        return _outcome(reply, Verdict.IN_DOUBT, "odd_answer")
    if kind.verdict == "rejected":
        return _outcome(reply, Verdict.REJECTED, kind.name)
    if kind.verdict == "wait":
        return _outcome(reply, Verdict.NOT_SENT, kind.name, Consequence.WAIT)
    if kind.verdict == "stop":
        return _outcome(reply, Verdict.NOT_SENT, kind.name, Consequence.STOP)
    return _outcome(reply, Verdict.IN_DOUBT, kind.name)


def _outcome(
    reply: Reply,
    verdict: Verdict,
    kind: str,
    consequence: Consequence = Consequence.GO_ON,
    ids: tuple[str, ...] = (),
) -> Outcome:
    return Outcome(
        verdict,
        kind=kind,
        message=_short("; ".join(reply.errors) or reply.mask(reply.exchange.failure)),
        order_ids=ids,
        http_status=reply.exchange.status,
        answer=reply.evidence,
        consequence=consequence,
        wait=retry_after(reply) if consequence is Consequence.WAIT else None,
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_MESSAGE else f"{text[:LONGEST_MESSAGE]}…"


def is_challenge(reply: Reply) -> bool:
    """Whether the answer is a browser challenge in front of the panel: the request never reached it."""
    page = reply.value is UNREADABLE and CHALLENGE.search(reply.raw[:LOOKED_AT]) is not None
    return page or bool(_header(reply, "cf-mitigated"))


def retry_after(reply: Reply) -> float | None:
    """Return the seconds the panel asks to wait (`Retry-After`, as seconds or as a date), or None."""
    told = _header(reply, "retry-after").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", told):
        return float(told)
    try:
        when = parsedate_to_datetime(told)
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        return max(0.0, (when - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _header(reply: Reply, name: str) -> str:
    return next((value for key, value in reply.exchange.headers.items() if key.lower() == name), "")
