"""Which header means which field, and which columns and worksheets of a results workbook are ours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from bulkorders.errors import SheetError
from bulkorders.model.orders import OWN_PARAMETER
from bulkorders.model.service_types import INCIDENTAL
from bulkorders.sheet.aliases import FIELDS
from bulkorders.sheet.naming import (
    NEAR,
    UNMARKED,
    field_of,
    near_misses,
    normalised,
    perhaps,
    spelled,
    title_of,
)

__all__ = ["FIELDS", "UNMARKED", "field_of", "find", "match", "normalised", "title_of"]


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
    ResultColumn("delivered", "Delivered"),
    ResultColumn("start_count", "Start count"),
    ResultColumn("remains", "Remains"),
    ResultColumn("placed_at", "Placed at"),
    ResultColumn("checked_at", "Checked at"),
    ResultColumn("requests", "Refills and cancels"),
)
"""What a results workbook writes to the right of the user's own columns, in this order."""

KEY_COLUMN = "bulkorders key"
"""Header of the hidden column that carries each order's key through sorting, inserting and renaming."""

REPAIR_COLUMN = "What to do"
"""Header of the column of `To fix` that says how to put the row right; its rows are grouped by it."""

ROW_COLUMN = "bulkorders row"
"""Header of the hidden column by which a row of the sheet is found again: its number, a colon, its digest."""

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
SERVICES_SHEET = "Services used"
RUNS_SHEET = "Runs"

RESERVED = ("key", "action", "service", "link", "quantity", "order", "orders")
"""Parameters of every call or with columns of their own: a column `param:` of these would change what is bought."""

LEDGERS = (
    frozenset({"id", "kind", "amount", "orderid", "key"}),
    frozenset({"lineid", "what", "amount", "orderid"}),
)
"""Headers by which an export of the ledger, and a month's statement, are known: their rows were ordered already."""


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """What the headers of a sheet mean.

    `columns` maps each field found to the index of its column. `own` are the titles of the user's further
    columns, which are kept. `near` pairs a header that fits nothing with the title of the missing field
    it nearly names, `perhaps` one that heads many things with the title of the missing field it may be
    meant for: worth telling and asking about, never taken.
    """

    columns: Mapping[str, int]
    own: tuple[str, ...] = ()
    near: tuple[tuple[str, str], ...] = ()
    perhaps: tuple[tuple[str, str], ...] = ()


def find(header: Sequence[str], mapping: Mapping[str, str] | None = None) -> dict[str, list[int]]:
    """Return the columns that could be each field, without a complaint: for seeing whether a row is a header.

    `mapping` (header → field, or an empty text for a column that is no field) wins over the names known.
    """
    places: dict[str, list[int]] = {}
    chosen = {spelled(name): _mapped_field(wanted) for name, wanted in (mapping or {}).items()}
    taken = set(chosen.values())
    for index, title in enumerate(header):
        known = field_of(title)
        name = chosen.get(spelled(title), None if known in taken else known)
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

    Raises SheetError `sheet.ledger` (an export of ours, no order sheet), `sheet.map_unknown` (facts `what`
    "header" or "field", `given`, `known`, `near`), `sheet.columns_twice` (`field`, `title`, `headers`,
    `typed`), `sheet.param_reserved` (`header`, `reserved`), `sheet.param_unnamed` (`header`) or
    `sheet.columns_missing` (`missing`, `found`, `near`, `typed`, `unread`), the last one with all that is
    missing at once. `near` are pairs of a header and the title of the missing field that it may be meant
    for, `typed` the options that would say so, `unread` the headers that mean nothing here, `header` all
    titles.
    """
    if any(signs <= {normalised(title) for title in header} for signs in LEDGERS):
        raise SheetError("sheet.ledger")
    _check_mapping(header, mapping or {})
    places = find(header, mapping)
    _check_own(header, places)
    _check_single(header, places)
    used = {indexes[0] for indexes in places.values()}
    own = tuple(title for index, title in enumerate(header) if index not in used and title.strip())
    missing = _missing(places)
    left = {spelled(name) for name in mapping or {}}
    open_titles = [title for title in own if spelled(title) not in left]
    near = _near(open_titles, places, missing)
    unclear = _perhaps(open_titles, places, missing)
    if missing:
        proposed = list(dict.fromkeys((*unclear, *near)))
        raise SheetError(
            "sheet.columns_missing",
            missing=missing,
            found=[title for title in header if title.strip()],
            near=proposed,
            typed=[_option(title, name) for title, name in proposed],
            unread=open_titles,
            header=list(header),
        )
    return ColumnMatch({name: indexes[0] for name, indexes in places.items()}, own, near, unclear)


def _check_single(header: Sequence[str], places: Mapping[str, Sequence[int]]) -> None:
    """Raise SheetError where several columns could be the same field."""
    for name, indexes in places.items():
        if len(indexes) > 1:
            headers = [header[index] for index in indexes]
            distinct = {spelled(title) for title in headers}
            typed = [_option(title, name) for title in headers] if len(distinct) == len(headers) else []
            raise SheetError(
                "sheet.columns_twice",
                field=name,
                title=title_of(name),
                headers=headers,
                typed=typed,
                header=list(header),
            )


def _option(title: str, field: str) -> str:
    """Return what is typed to say that a header means a field."""
    shown = " ".join(title.split()).replace('"', "'")
    return f'--map "{shown}={field}"'


def _near(
    own: Sequence[str], places: Mapping[str, Sequence[int]], missing: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    """Return headers that nearly name a field without a column, with the title of that field."""
    open_to = [known for known in FIELDS if known.name not in places]
    if not missing:
        # A "Group" or a "Counter" is hardly meant for a field that few services take.
        open_to = [known for known in open_to if known.name not in INCIDENTAL]
    return tuple((title, title_of(name)) for title, name in near_misses(own, open_to))


def _perhaps(
    own: Sequence[str], places: Mapping[str, Sequence[int]], missing: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    """Return headers of many meanings that may be what is missing, with the title of that field."""
    wanted = [known for known in FIELDS if known.title in missing]
    if "quantity" not in places:
        wanted += [known for known in FIELDS if known.name == "quantity"]
    return tuple((title, known.title) for known in wanted for title in own if perhaps(title, known.name))


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


def _mapped_field(wanted: str) -> str | None:
    """Return the field that a mapping names; None for a column that is to be left alone."""
    return None if wanted.strip() in ("", "-") else field_of(wanted)


def _check_mapping(header: Sequence[str], mapping: Mapping[str, str]) -> None:
    """Raise SheetError `sheet.map_unknown` where a mapping names a header or a field there is none of."""
    there = {spelled(title) for title in header if title.strip()}
    for name, wanted in mapping.items():
        if spelled(name) not in there:
            known = [title for title in header if title.strip()]
            raise _map_unknown("header", name, known, known)
        if wanted.strip() not in ("", "-") and field_of(wanted) is None:
            fields = [each.name for each in FIELDS]
            raise _map_unknown("field", wanted, fields, fields)


def _map_unknown(what: str, given: str, known: list[str], candidates: Iterable[str]) -> SheetError:
    """Return the error for a word of a mapping that is not known, with those it comes near to."""
    near = [word for word in candidates if fuzz.ratio(normalised(given), normalised(word)) >= NEAR]
    return SheetError("sheet.map_unknown", what=what, given=given, known=known, near=near)
