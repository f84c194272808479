"""What each kind of fault makes of the panel's honest reply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

from bulkorders.sandbox.replies import Ending, Reply, page

if TYPE_CHECKING:
    from bulkorders.sandbox.api import Dialect
    from bulkorders.sandbox.faults import Fault

ACCEPT: Final = "accept"
BEFORE: Final = "before"
AFTER: Final = "after"
_GARBAGE: Final = bytes.fromhex("00ff13379e0bfeed80c3281f8b08deadbe") * 3


@dataclass(frozen=True, slots=True)
class Situation:
    """What a fault may use: the dialect, the honest reply (None before the sale), an id given earlier.

    `made_up` is the id of an order there is not; `refused` says that the honest reply is a refusal.
    """

    dialect: Dialect
    key: str
    made_up: str
    honest: Reply | None = None
    earlier: str | None = None
    refused: bool = False

    @property
    def base(self) -> Reply:
        """The reply to spoil: the honest one, or one that looks like it."""
        if self.honest is not None:
            return self.honest
        return self.dialect.sold(self.made_up)


Spoiler = Callable[["Fault", Situation], Reply]


def spoiled(fault: Fault, situation: Situation) -> Reply:
    """Return what is written in place of the honest reply."""
    return KINDS[fault.kind][1](fault, situation)


def _untouched(_fault: Fault, situation: Situation) -> Reply:
    return situation.base


def _silent(_fault: Fault, _situation: Situation) -> Reply:
    return Reply(raw=b"", ending=Ending.SILENT)


def _reset(_fault: Fault, _situation: Situation) -> Reply:
    return Reply(raw=b"", ending=Ending.RESET)


def _closed(_fault: Fault, _situation: Situation) -> Reply:
    return Reply(raw=b"", ending=Ending.CLOSE)


def _cut(_fault: Fault, situation: Situation) -> Reply:
    body = situation.base.body
    return replace(situation.base, body=body[: len(body) // 2], declared=len(body), ending=Ending.CLOSE)


def _too_long(_fault: Fault, situation: Situation) -> Reply:
    body = situation.base.body
    return replace(situation.base, declared=len(body) + 7, ending=Ending.CLOSE)


def _too_short(_fault: Fault, situation: Situation) -> Reply:
    body = situation.base.body
    return replace(situation.base, declared=max(len(body) - 7, 0), ending=Ending.CLOSE)


def _garbage(_fault: Fault, _situation: Situation) -> Reply:
    return Reply(body=_GARBAGE)


def _not_http(_fault: Fault, _situation: Situation) -> Reply:
    return Reply(raw=_GARBAGE, ending=Ending.CLOSE)


def _bad_gzip(_fault: Fault, situation: Situation) -> Reply:
    return replace(situation.base, body=b"\x1f\x8b" + _GARBAGE, headers=(("Content-Encoding", "gzip"),))


def _html(fault: Fault, _situation: Situation) -> Reply:
    return page(fault.text or "Welcome to our panel", fault.status or 200)


def _challenge(_fault: Fault, _situation: Situation) -> Reply:
    reply = page("Just a moment...", 403)
    script = b'<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script></body>'
    return replace(
        reply,
        body=reply.body.replace(b"</body>", b"<p>Checking your browser before accessing.</p>" + script),
        headers=(("cf-mitigated", "challenge"), ("Server", "cloudflare")),
    )


def _status(fault: Fault, _situation: Situation) -> Reply:
    status = fault.status or 502
    return page(fault.text or f"Error {status}", status)


def _too_many(fault: Fault, situation: Situation) -> Reply:
    reply = situation.dialect.says("rate", fault.text, fault.status)
    if fault.retry_after is None:
        return reply
    said = fault.retry_after
    if said.startswith("date:"):
        later = datetime.now(UTC) + timedelta(seconds=float(said.removeprefix("date:")))
        said = format_datetime(later, usegmt=True)
    return replace(reply, headers=(("Retry-After", said),))


def _redirect(fault: Fault, _situation: Situation) -> Reply:
    location = fault.location or "/login"
    return replace(page("Found", fault.status or 302), headers=(("Location", location),))


def _empty(_fault: Fault, _situation: Situation) -> Reply:
    return Reply()


def _null(_fault: Fault, _situation: Situation) -> Reply:
    return Reply(body=b"null")


def _says(code: str, default: str = "") -> Spoiler:
    def error(fault: Fault, situation: Situation) -> Reply:
        text = (fault.text or default).replace("{key}", situation.key)
        return situation.dialect.says(code, text, fault.status)

    return error


def _answer(fault: Fault, situation: Situation) -> Reply:
    body = situation.base.body if fault.body is None else fault.body.encode()
    content_type = fault.content_type or situation.base.content_type
    return Reply(fault.status or 200, body, content_type)


def _created(_fault: Fault, situation: Situation) -> Reply:
    return replace(situation.base, status=201)


def _repeated_id(fault: Fault, situation: Situation) -> Reply:
    order_id = fault.order or situation.earlier
    if order_id is None or situation.refused:
        return situation.base
    return situation.dialect.sold(order_id)


KINDS: Final[dict[str, tuple[str, Spoiler]]] = {
    "none": (AFTER, _untouched),  # the honest answer: a step in a list of faults that lets one request pass
    "slow": (AFTER, _untouched),  # `seconds` later
    "silent": (AFTER, _silent),  # never answers, keeps the connection open
    "reset": (AFTER, _reset),  # TCP reset; at accept: as its first byte arrives, unread
    "close": (AFTER, _closed),  # closes without an answer
    "cut": (AFTER, _cut),  # half the body, the right Content-Length
    "too_long": (AFTER, _too_long),  # a Content-Length larger than the body
    "too_short": (AFTER, _too_short),  # a Content-Length smaller than the body
    "garbage": (AFTER, _garbage),  # a body of bytes that are no text
    "not_http": (AFTER, _not_http),  # bytes that are no HTTP
    "bad_gzip": (AFTER, _bad_gzip),  # says gzip, and is not
    "html": (AFTER, _html),  # an HTML page with 200
    "challenge": (BEFORE, _challenge),  # a 403 page that checks the browser
    "status": (AFTER, _status),  # an HTML page with `status`, 502 if left out
    "too_many": (BEFORE, _too_many),  # 429, with `retry_after` or without
    "redirect": (BEFORE, _redirect),  # 302 to `location`
    "empty": (AFTER, _empty),  # 200, no body
    "null": (AFTER, _null),  # 200, `null`
    "error": (BEFORE, _says("strange")),  # 200, an error of `text`
    "unknown_error": (BEFORE, _says("strange")),
    "bad_key": (BEFORE, _says("key")),
    "suspended": (BEFORE, _says("suspended")),
    "no_funds": (BEFORE, _says("funds")),
    "echo_key": (BEFORE, _says("strange", "Request with key {key} was refused")),
    "repeated_id": (AFTER, _repeated_id),  # an order id given before; before: and nothing is sold
    "twice": (AFTER, _untouched),  # sells two orders for one request
    "created": (AFTER, _created),  # 201 with the id
    "answer": (AFTER, _answer),  # whatever `status`, `body` and `content_type` say
}
HARMLESS: Final = frozenset({"none", "slow"})
AT_ACCEPT: Final = frozenset({"reset", "close", "silent", "not_http"})
NEEDS_SALE: Final = frozenset({"twice", "created"})
