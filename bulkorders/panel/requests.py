"""What an answer to `refill`, `refill_status` or `cancel` says of each order: the reader of requests."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bulkorders.model.outcomes import Delivery
from bulkorders.panel.answers import (
    ERROR_KEYS,
    HTTP_ERRORS,
    NEGATIVE_WORDS,
    TEXT_KEYS,
    WRAPPERS,
    Reply,
    error_texts,
    folded,
    present,
    says_no,
    says_yes,
)
from bulkorders.panel.decoding import UNREADABLE
from bulkorders.panel.deliveries import OF_A_DELIVERY, OF_THE_CALL, entries, status_word
from bulkorders.panel.figures import TRUE_WORDS, flag, identifier
from bulkorders.panel.verdicts import NO_VERDICT, NOT_PLACED, is_challenge

REFUSING = frozenset({401, 404, 405})
UNDECIDED = NO_VERDICT | NOT_PLACED
TAKEN = frozenset({Delivery.CANCELED, Delivery.PENDING, Delivery.PROCESSING, Delivery.IN_PROGRESS})
MISTAKES = ("incorrect", "invalid", "error")


class Said(StrEnum):
    """What the panel said to a refill or cancel that was asked for."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class RequestAnswer:
    """One order's part of the answer. `request_id` is the panel's id of a refill, where it gives one."""

    said: Said
    request_id: str | None = None
    message: str = ""


def read_requests(
    reply: Reply, action: str, asked: Sequence[str], *, not_placed: AbstractSet[int] = NOT_PLACED
) -> dict[str, RequestAnswer]:
    """Return what was said of every id that was asked for; NOTHING where that can't be told.

    A positive answer is only a request taken: `status` or `refill_status` proves what became of it.
    `not_placed` are the HTTP statuses whose answer proves that this panel did nothing.
    """
    exchange, status = reply.exchange, reply.exchange.status or 0
    if not exchange.sent:
        return dict.fromkeys(asked, RequestAnswer(Said.NOT_SENT, message=reply.mask(exchange.failure)))
    nothing = RequestAnswer(Said.NOTHING, message=reply.evidence)
    refused = RequestAnswer(Said.REFUSED, message="; ".join(reply.errors) or reply.evidence)
    if exchange.complete and _did_nothing(reply, status, not_placed):
        return dict.fromkeys(asked, refused)
    if not exchange.complete or not 200 <= status < 500 or 300 <= status < 400 or status in UNDECIDED:  # noqa: PLR2004 - HTTP's own ranges
        return dict.fromkeys(asked, nothing)
    if reply.value is UNREADABLE:
        return dict.fromkeys(asked, refused if status in REFUSING else nothing)
    found = _each(reply, action, asked)
    about_all = refused if reply.refused and not found else nothing
    told = {id_: found.get(id_, about_all) for id_ in asked}
    if status in HTTP_ERRORS:
        return {id_: nothing if each.said is Said.ACCEPTED else each for id_, each in told.items()}
    return told


def _did_nothing(reply: Reply, status: int, not_placed: AbstractSet[int]) -> bool:
    """Whether the HTTP status alone proves that the panel did nothing."""
    return status in HTTP_ERRORS and (status in not_placed or (status == 403 and is_challenge(reply)))  # noqa: PLR2004


def _each(reply: Reply, action: str, asked: Sequence[str]) -> dict[str, RequestAnswer]:
    """Return what is said of single ids; nothing where an answer refuses all of them at once."""
    outer = folded(reply.value)
    canceled = outer.get("canceled", outer.get("cancelled")) if action == "cancel" else None
    if isinstance(canceled, list):
        listed = {str(each) for each in canceled}
        return {id_: RequestAnswer(Said.ACCEPTED) for id_ in asked if id_ in listed}
    found = entries(reply.value, asked, own_id=False)
    if reply.refused and found.get(asked[0]) is reply.value:
        return {}
    return {id_: _said(entry, action, reply) for id_, entry in found.items()}


def _said(entry: Any, action: str, reply: Reply) -> RequestAnswer:
    if not isinstance(entry, dict):
        return _bare(entry, action, reply)
    fields = folded(entry)
    inner = next((folded(fields[name]) for name in WRAPPERS if isinstance(fields.get(name), dict)), {})
    fields |= inner
    told = fields.get(action, fields.get(f"{action}_id"))
    if says_no(entry) or (isinstance(told, dict) and says_no(told)):
        texts = error_texts(entry) or error_texts(told)
        return RequestAnswer(Said.REFUSED, message=reply.mask("; ".join(texts)))
    if told not in (None, "", [], {}):
        return _bare(told, action, reply)
    text = fields.get("success")
    went_well = says_yes(entry) or (isinstance(text, str) and present(text))
    if went_well and not OF_A_DELIVERY & fields.keys():
        return RequestAnswer(Said.ACCEPTED, message=reply.mask(text) if isinstance(text, str) else "")
    return RequestAnswer(Said.NOTHING, message=reply.evidence)


def _bare(told: Any, action: str, reply: Reply) -> RequestAnswer:
    """Read what stands at an id, or at `refill` or `cancel`: a flag, an id, a word, an object, or a text."""
    inner = folded(told)
    id_ = identifier(next((inner[name] for name in ("id", f"{action}_id", action) if name in inner), told))
    word = status_word(told if isinstance(told, str) else str(inner.get("status", "")))
    if flag(told) is False or word == Delivery.FAILED:
        return RequestAnswer(Said.REFUSED, message=reply.evidence)
    if id_ is not None or flag(told) or word in TAKEN or says_yes(told):
        return RequestAnswer(Said.ACCEPTED, id_ if action != "cancel" else None)
    if isinstance(told, str) and len(told.split()) > 1:
        return RequestAnswer(Said.REFUSED, message=reply.mask(told))
    return RequestAnswer(Said.NOTHING, message=reply.evidence)


def read_refill_statuses(reply: Reply, asked: Sequence[str]) -> dict[str, str]:
    """Return, by refill id, the panel's word for it; ids it does not speak of, or can't find, are absent."""
    found = entries(reply.value, asked, "refill")
    told = {id_: _refill_word(entry) for id_, entry in found.items()}
    return {
        id_: reply.mask(word if _of_the_call(word, found[id_], reply) else status_word(word))
        for id_, word in told.items()
        if word is not None
    }


def _of_the_call(word: str, entry: Any, reply: Reply) -> bool:
    """Whether a bare `{"status": "success"}` may only say that the call went well: then the refill stays open."""
    bare = entry is reply.value and isinstance(entry, dict) and "refill_status" not in folded(entry)
    nested = any(isinstance(inner, dict) for inner in entry.values()) if bare else False
    return bare and not nested and word.strip().lower() in TRUE_WORDS


def _refill_word(entry: Any) -> str | None:
    if isinstance(entry, str):
        mistaken = len(entry.split()) > 1 and any(word in entry.lower() for word in MISTAKES)
        return None if mistaken or not entry.strip() else entry
    fields = folded(entry)
    fields |= next((folded(fields[name]) for name in WRAPPERS if isinstance(fields.get(name), dict)), {})
    if any(present(fields.get(name)) for name in ERROR_KEYS):
        return None
    return _state(fields)


def _state(fields: Mapping[str, Any]) -> str | None:
    told = fields.get("refill_status", fields.get("status"))
    if not isinstance(told, str) or not told.strip():
        return None
    word = told.strip().lower()
    if word in NEGATIVE_WORDS and any(present(fields.get(name)) for name in TEXT_KEYS):
        return None
    return told if word not in OF_THE_CALL or word in ("success", "failed") else None
