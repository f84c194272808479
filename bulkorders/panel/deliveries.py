"""What became of orders: the reader of `status` answers for one order or for many."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from html import unescape
from typing import Any

from bulkorders.model.outcomes import Delivery, DeliveryReport
from bulkorders.panel.answers import (
    ERROR_KEYS,
    NEGATIVE_WORDS,
    SAYS_HOW_IT_WENT,
    TEXT_KEYS,
    WRAPPERS,
    error_texts,
    folded,
    present,
)
from bulkorders.panel.figures import TRUE_WORDS, amount, whole_number
from bulkorders.panel.listings import words as plain_words
from bulkorders.panel.masking import Mask
from bulkorders.panel.order_ids import is_service

STATUS_WORDS = {
    **dict.fromkeys(
        ("pending", "awaiting", "waiting", "creating", "on hold", "active", "queued"), Delivery.PENDING
    ),
    "processing": Delivery.PROCESSING,
    **dict.fromkeys(("in progress", "inprogress", "in progess", "running", "started"), Delivery.IN_PROGRESS),
    **dict.fromkeys(("completed", "complete", "success", "done", "finished"), Delivery.COMPLETED),
    **dict.fromkeys(("partial", "partially", "partially completed"), Delivery.PARTIAL),
    **dict.fromkeys(("canceled", "cancelled", "cancel"), Delivery.CANCELED),
    **dict.fromkeys(("refunded", "refunds", "refund"), Delivery.REFUNDED),
    **dict.fromkeys(("fail", "failed", "error", "rejected"), Delivery.FAILED),
}
MARKUP = re.compile(r"<[^<>]*>")
OF_A_DELIVERY = frozenset({"charge", "remains", "start_count", "start_counter", "runs", "posts", "orders"})
OF_THE_CALL = NEGATIVE_WORDS | TRUE_WORDS

LONGEST_WORD = 64
"""Characters of a status that is remembered: longer texts are a panel's own, and differ each time."""


def entries(value: Any, asked: Sequence[str], key: str = "order", *, own_id: bool = True) -> dict[str, Any]:
    """Return, by id, what an answer to several ids (or one) says of each; ids it does not speak of are absent.

    Objects keyed by id, lists whose entries carry their id, the same wrapped, and for a single id the
    bare entry. A list without ids is not believed: its order is not guaranteed, so nothing is returned.
    Nor is an entry that names another id than the one it stands for, or two that differ. `own_id`: a bare
    entry's `id` names what was asked about, not what the answer is about besides (a refill).
    """
    found = _by_id(value, asked, key)
    if found or len(asked) != 1:
        return found
    alone = _bare(value, asked[0], key)
    return {} if own_id and alone and _another(alone[asked[0]], asked[0], key) else alone


def _by_id(value: Any, asked: Sequence[str], key: str) -> dict[str, Any]:
    if isinstance(value, list):
        return _named(value, frozenset(asked), key)
    if not isinstance(value, dict):
        return {}
    keyed = {name.strip(): entry for name, entry in value.items()}
    found = {name: keyed[name] for name in asked if name in keyed and _may_be(keyed[name], name, key)}
    if found:
        return found
    entry = folded(value)
    wrapped = (_by_id(entry[name], asked, key) for name in (f"{key}s", *WRAPPERS) if name in entry)
    return next(filter(None, wrapped), {})


def _bare(value: Any, asked: str, key: str) -> dict[str, Any]:
    if isinstance(value, list):
        return _bare(value[0], asked, key) if len(value) == 1 else {}
    entry = folded(value)
    inside = [entry[name] for name in (f"{key}s", key, *WRAPPERS) if name in entry]
    listed = next(
        (found for each in inside if isinstance(each, list) and (found := _bare(each, asked, key))), {}
    )
    if listed and isinstance(listed[asked], dict):
        return listed
    believed = isinstance(value, str) or (isinstance(value, dict) and asked not in value)
    return {asked: value} if believed and all(_may_be(each, asked, key) for each in (value, *inside)) else {}


def _another(entry: Any, id_: str, key: str) -> bool:
    """Whether an entry that stands under no id, and names none as its order's, has another `id`."""
    fields = folded(entry)
    if any(name in fields and not isinstance(fields[name], dict) for name in (key, f"{key}_id")):
        return False
    own = fields.get("id")
    if isinstance(own, str | int) and not isinstance(own, bool) and str(own).strip() != id_:
        return True
    inside = (fields[name] for name in (key, *WRAPPERS) if isinstance(fields.get(name), dict))
    return any(_another(each, id_, key) for each in inside)


def _may_be(entry: Any, id_: str, key: str) -> bool:
    """Whether an entry may be about this id: it names no other, and is nothing of a catalogue."""
    fields = folded(entry)
    named = [fields.get(name) for name in (key, f"{key}_id")]
    ids = {str(told).strip() for told in named if isinstance(told, str | int) and not isinstance(told, bool)}
    return ids == {id_} if ids else not _of_a_catalogue(fields)


def _of_a_catalogue(fields: Mapping[str, Any]) -> bool:
    return is_service(fields) or ("service" in fields and "status" not in fields)


def _named(listed: Sequence[Any], wanted: frozenset[str], key: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    twice = set()
    for name, entry in _with_ids(listed, key):
        if name in wanted and found.setdefault(name, entry) != entry:
            twice.add(name)
    return {name: entry for name, entry in found.items() if name not in twice}


def _with_ids(listed: Sequence[Any], key: str) -> Iterator[tuple[str, Any]]:
    for entry in listed:
        fields = folded(entry)
        named = (key, f"{key}_id") if _of_a_catalogue(fields) else (key, f"{key}_id", "id")
        told = next((fields[name] for name in named if name in fields), None)
        if isinstance(told, str | int) and not isinstance(told, bool):
            yield str(told).strip(), entry


def status_word(told: str, words: Mapping[str, str] | None = None) -> str:
    """Return the status in the words of `Delivery`, or as it came where no table knows it.

    `words` are the profile's own, by normalised spelling, and go first.
    """
    plain = normalised_status(told)
    if words and plain in words:
        return words[plain]
    known = STATUS_WORDS.get(plain)
    return known.value if known is not None else " ".join(told.split())


def normalised_status(told: str) -> str:
    """Return the spelling under which a status is looked up, in the table and among a profile's own words."""
    return _known_spelling(told) if len(told) <= LONGEST_WORD else _spelling(told)


def _spelling(told: str) -> str:
    bare = MARKUP.sub(" ", unescape(told)).replace("_", " ").replace("-", " ")
    return " ".join(bare.lower().split()).strip(" .!")


_known_spelling = lru_cache(maxsize=1024)(_spelling)


def delivery(order_id: str, value: Any, mask: Mask, words: Mapping[str, str] | None = None) -> DeliveryReport:
    """Return what a status entry says of one order; an entry that is an error keeps its text in `error`."""
    outer = folded(value)
    inner = next(
        (folded(outer[name]) for name in (*WRAPPERS, "order") if isinstance(outer.get(name), dict)), {}
    )
    entry = inner or outer
    levels = (outer, entry) if inner else (entry,)
    wrong = any(present(each[name]) for each in levels for name in ERROR_KEYS if name in each)
    told = None if wrong else _word_alone(value) or _state(entry)
    if told is None:
        texts = map(mask, error_texts(value))
        return DeliveryReport(order_id, error="; ".join(texts) or "no status in the answer")
    if _of_the_call(told, entry, wrapped=bool(inner) and any(name in outer for name in SAYS_HOW_IT_WENT)):
        status = told.strip()
    else:
        status = status_word(told, words)
    return DeliveryReport(
        order_id,
        status=mask(status),
        charge=amount(entry.get("charge")),
        currency=plain_words(entry.get("currency")) or None,
        start_count=whole_number(entry.get("start_count", entry.get("start_counter"))),
        remains=whole_number(entry.get("remains")),
    )


def _word_alone(value: Any) -> str | None:
    """Return a bare text where it is a status and nothing else; every other text is an error."""
    plain = normalised_status(value) if isinstance(value, str) else ""
    return value if plain in STATUS_WORDS and plain not in OF_THE_CALL else None


def _of_the_call(told: str, entry: Mapping[str, Any], *, wrapped: bool) -> bool:
    """Whether "success" may only say that the call went well: then the order stays open.

    It is the order's own state where nothing is left to deliver, and in an answer that says apart from it
    how the call went (`wrapped`, or `order_status`).
    """
    plain = normalised_status(told)
    if plain not in TRUE_WORDS or wrapped or told in (entry.get("order_status"), entry.get("orderstatus")):
        return False
    remains = whole_number(entry.get("remains"))
    return remains is None or remains > 0


def _state(entry: Mapping[str, Any]) -> str | None:
    """Return the order's state: `order_status` where there is one, else `status` unless it speaks of the call."""
    for name in ("order_status", "orderstatus"):
        told = entry.get(name)
        if isinstance(told, str) and told.strip():
            return told
    told, known = entry.get("status"), OF_A_DELIVERY & entry.keys()
    if isinstance(told, int) and not isinstance(told, bool) and known:
        told = str(told)
    if not isinstance(told, str) or not told.strip():
        return None
    word = told.strip().lower()
    explained = word in NEGATIVE_WORDS and any(present(entry.get(name)) for name in TEXT_KEYS)
    return told if (known and not explained) or word not in OF_THE_CALL else None
