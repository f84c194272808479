"""Which header means which field, and which columns and worksheets of a results workbook are ours."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz

from bulkorders.errors import SheetError
from bulkorders.model.orders import OWN_PARAMETER
from bulkorders.model.service_types import INCIDENTAL
from bulkorders.sheet.aliases import FIELDS, HINTS, NUMBERING, Field


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """One column that a results workbook adds: its name in the code and its header."""

    name: str
    title: str


RESULT_COLUMNS: tuple[ResultColumn, ...] = (
    ResultColumn("state", "State"),
    ResultColumn("order_id", "Order ID"),
    ResultColumn("message", "Message"),
    ResultColumn("service_name", "Service name"),
    ResultColumn("estimate", "Estimate"),
    ResultColumn("charge", "Charge"),
    ResultColumn("currency", "Currency"),
    ResultColumn("status", "Status"),
    ResultColumn("start_count", "Start count"),
    ResultColumn("remains", "Remains"),
    ResultColumn("placed_at", "Placed at"),
    ResultColumn("checked_at", "Checked at"),
    ResultColumn("requests", "Refills and cancels"),
)
"""What a results workbook writes to the right of the user's own columns, in this order."""

KEY_COLUMN = "bulkorders key"
"""Header of the hidden column that carries each order's key through sorting, inserting and renaming."""

GONE = "gone:"
"""What the key cell of a row of `Orders` begins with where its order's row has left the sheet."""

UNKEYED = "row:"
"""What the key cell of a row that could not be made into an order begins with, then its row number.

`Orders` and `To fix` carry the same text, so that a row put right in `To fix` finds its place.
"""

HELD = "was:"
"""What the key cell of a row begins with that was held back and had another order's key when it was read.

Then come its row number, a colon, and that key: an edited row must not lose sight of the order it was
sent as, or it would be bought again the next time. The number keeps copied rows apart.
"""


def key_of_cell(cell: str) -> str | None:
    """Return the order's key that a key cell holds or remembers; None for a row that never had one."""
    if cell.startswith(UNKEYED):
        return None
    return cell.removeprefix(HELD).partition(":")[2] if cell.startswith(HELD) else cell


HIDDEN_SHEET = "_bulkorders"
"""The very hidden worksheet by which a results workbook is known: rows of name and value, no header."""

HIDDEN_NAMES = ("schema", "campaign", "journal", "sheet")
"""What column A of the hidden worksheet holds, with its value in column B."""

ORDERS_SHEET = "Orders"
TO_FIX_SHEET = "To fix"
IN_DOUBT_SHEET = "In doubt"
SUMMARY_SHEET = "Summary"

NEAR = 80
"""From this likeness on (of 100, after normalising) a header that fits no field is shown as a near miss."""

OWN = re.compile(rf"\s*{OWN_PARAMETER}(.*)", re.IGNORECASE | re.DOTALL)
"""A header that names a parameter of the panel's own."""

RESERVED = ("key", "action", "service", "link", "quantity", "order", "orders")
"""Parameters of every call or with columns of their own: a column `param:` of these would change what is bought."""

LEDGERS = (
    frozenset({"id", "kind", "amount", "orderid", "key"}),
    frozenset({"lineid", "what", "amount", "orderid"}),
)
"""Headers by which an export of the ledger, and a month's statement, are known: their rows were ordered already."""

UNMARKED = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "\u0131": "i", "æ": "ae", "œ": "oe", "ð": "d"})
"""Letters that Unicode does not take apart into a plain one and its mark."""


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """What the headers of a sheet mean.

    `columns` maps each field found to the index of its column. `own` are the titles of the user's further
    columns, which are kept. `near` pairs a header that fits nothing with the title of the missing field
    it nearly names: worth telling, never taken.
    """

    columns: Mapping[str, int]
    own: tuple[str, ...] = ()
    near: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=4096)
def normalised(header: str) -> str:
    """Return the letters and digits of a header alone, without case and accents."""
    folded = unicodedata.normalize("NFKD", header.casefold()).casefold().translate(UNMARKED)
    return "".join(letter for letter in folded if letter.isalnum())


@cache
def _named() -> Mapping[str, str]:
    """Return the field of every known name, by the normalised name."""
    found = {normalised(known.name): known.name for known in FIELDS}
    for known in FIELDS:
        found[normalised(known.title)] = known.name
        for names in known.aliases.values():
            found.update((normalised(name), known.name) for name in names)
    return found


@cache
def _titles() -> Mapping[str, str]:
    """Return the usual header of each field."""
    return {known.name: known.title for known in FIELDS}


def title_of(field_name: str) -> str:
    """Return the usual header of a field (`max_rate`: "Max rate"); a parameter of the panel's own is its own."""
    return _titles().get(field_name, field_name)


@cache
def _hints() -> re.Pattern[str]:
    """Return the pattern of remarks like "(optional)". Others may name a unit: they are not passed over."""
    alternatives = "|".join(re.escape(hint) for hint in HINTS)
    return re.compile(rf"[(\[]\s*(?:{alternatives})\s*[)\]]", re.IGNORECASE)


def field_of(header: str) -> str | None:
    """Return the field this header names, or None; `/` or a line end may stand between two languages.

    `param:NAME` is the panel's own parameter NAME, exactly as it is written.
    """
    plain = unicodedata.normalize("NFC", header)
    own = OWN.fullmatch(plain)
    if own is not None:
        return f"{OWN_PARAMETER}{own[1].strip()}"
    whole = _named().get(normalised(_hints().sub(" ", plain)))
    if whole is not None:
        return whole
    parts = {_named().get(normalised(part)) for part in re.split(r"[/\n]", plain) if part.strip()}
    return parts.pop() if len(parts) == 1 else None


def find(header: Sequence[str], mapping: Mapping[str, str] | None = None) -> dict[str, list[int]]:
    """Return the columns that could be each field, without a complaint: for seeing whether a row is a header.

    `mapping` (header → field, or an empty text for a column that is no field) wins over the names known.
    """
    places: dict[str, list[int]] = {}
    chosen = {_spelled(name): _mapped_field(wanted) for name, wanted in (mapping or {}).items()}
    taken = set(chosen.values())
    for index, title in enumerate(header):
        known = field_of(title)
        name = chosen.get(_spelled(title), None if known in taken else known)
        if name is not None:
            places.setdefault(name, []).append(index)
    return places


def complete(places: Mapping[str, Sequence[int]]) -> bool:
    """Return whether every required field has a column among these."""
    return not _missing(places)


def _missing(places: Mapping[str, Sequence[int]]) -> list[str]:
    """Return the titles of required fields that have no column. Subscriptions have a username for a link."""
    found = {*places, "link"} if "username" in places else set(places)
    return [known.title for known in FIELDS if known.required and known.name not in found]


def match(header: Sequence[str], mapping: Mapping[str, str] | None = None) -> ColumnMatch:
    """Return which column holds which field.

    `mapping` names columns by hand: header as the sheet has it → field (by name, title or alias), or
    an empty text or `-` for a column that is to be left alone.

    Raises SheetError `sheet.ledger` (an export of ours, no order sheet), or
    `sheet.map_unknown` (facts `what` "header" or "field", `given`, `known`, `near`),
    `sheet.columns_twice` (`field`, `title`, `headers`), `sheet.param_reserved` (`header`, `reserved`),
    `sheet.param_unnamed` (`header`) or `sheet.columns_missing` (`missing`, `found`, `near`), the last one
    with all that is missing at once.
    """
    if any(signs <= {normalised(title) for title in header} for signs in LEDGERS):
        raise SheetError("sheet.ledger")
    _check_mapping(header, mapping or {})
    places = find(header, mapping)
    _check_own(header, places)
    for name, indexes in places.items():
        if len(indexes) > 1:
            headers = [header[index] for index in indexes]
            raise SheetError("sheet.columns_twice", field=name, title=title_of(name), headers=headers)
    used = {indexes[0] for indexes in places.values()}
    own = tuple(title for index, title in enumerate(header) if index not in used and title.strip())
    missing = _missing(places)
    open_to = [known for known in FIELDS if known.name not in places]
    if not missing:
        # A "Group" or a "Counter" is hardly meant for a field that few services take.
        open_to = [known for known in open_to if known.name not in INCIDENTAL]
    near = tuple(_near_misses(own, open_to))
    if missing:
        found = [title for title in header if title.strip()]
        raise SheetError("sheet.columns_missing", missing=missing, found=found, near=list(near))
    return ColumnMatch({name: indexes[0] for name, indexes in places.items()}, own, near)


def _check_own(header: Sequence[str], places: Mapping[str, Sequence[int]]) -> None:
    """Raise SheetError where a column is meant for a parameter that can't be the panel's own."""
    for name, indexes in places.items():
        if not name.startswith(OWN_PARAMETER):
            continue
        parameter = name.removeprefix(OWN_PARAMETER)
        if not parameter:
            raise SheetError("sheet.param_unnamed", header=header[indexes[0]])
        if parameter.casefold() in RESERVED:
            raise SheetError("sheet.param_reserved", header=header[indexes[0]], reserved=list(RESERVED))


def _spelled(header: str) -> str:
    """Return what headers are compared by; one of signs alone, such as `#`, is its signs."""
    return normalised(header) or header.strip()


def _mapped_field(wanted: str) -> str | None:
    """Return the field that a mapping names; None for a column that is to be left alone."""
    return None if wanted.strip() in ("", "-") else field_of(wanted)


def _check_mapping(header: Sequence[str], mapping: Mapping[str, str]) -> None:
    """Raise SheetError `sheet.map_unknown` where a mapping names a header or a field there is none of."""
    spelled = {_spelled(title) for title in header if title.strip()}
    for name, wanted in mapping.items():
        if _spelled(name) not in spelled:
            known = [title for title in header if title.strip()]
            raise _map_unknown("header", name, known, known)
        if wanted.strip() not in ("", "-") and field_of(wanted) is None:
            fields = [each.name for each in FIELDS]
            raise _map_unknown("field", wanted, fields, fields)


def _map_unknown(what: str, given: str, known: list[str], candidates: Iterable[str]) -> SheetError:
    """Return the error for a word of a mapping that is not known, with those it comes near to."""
    near = [word for word in candidates if fuzz.ratio(normalised(given), normalised(word)) >= NEAR]
    return SheetError("sheet.map_unknown", what=what, given=given, known=known, near=near)


def _near_misses(titles: Iterable[str], fields: Sequence[Field]) -> Iterable[tuple[str, str]]:
    """Yield (header, title of the field) where a header nearly names one of these fields, the best."""
    numbering = {normalised(name) for name in NUMBERING}
    for title in titles:
        spelled = normalised(title)
        if not spelled or spelled in numbering:
            continue
        likeness = {known.title: _likeness(spelled, known) for known in fields}
        best = max(likeness, key=likeness.__getitem__, default="")
        if best and likeness[best] >= NEAR:
            yield title, best


def _likeness(spelled: str, known: Field) -> float:
    """Return how near a normalised header comes to the names of a field, of 100."""
    names = [known.title, *(name for names in known.aliases.values() for name in names)]
    return max(fuzz.ratio(spelled, normalised(name)) for name in names)
