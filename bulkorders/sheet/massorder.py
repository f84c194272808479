"""Orders as panels take them in a text box: `service | link | quantity`, one a line, or as two lists."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bulkorders.errors import SheetError
from bulkorders.model.orders import Cell, Row, Sheet

HEADER = ("Service", "Link", "Quantity", "Runs", "Interval")
FIELDS = ("service", "link", "quantity", "runs", "interval")
PLAIN = 3
"""How many of these each line has; the other two are of drip-feed."""

SEPARATORS = ("|", "\t", ";", ",")
REMARK = ("#", "//")
TABLES = (".csv", ".tsv", ".xlsx", ".xlsm", ".xls")
"""Names of files in which a header is expected."""

SHOWN = 20
"""How many line numbers a note names at most."""

ID = re.compile(r"[0-9]{1,12}")
NUMBER = re.compile(r"[0-9]+(?:[.,' \u00a0\u202f][0-9]{3})*")
ADDRESS = re.compile(r"(?:https?://|www\.)\S+|@[\w.]+|[\w-]+(?:\.[\w-]+)+/\S*", re.IGNORECASE)
INVISIBLE = " \t\u00a0\u200b\ufeff\u200e\u200f"

Note = tuple[str, dict[str, object]]
Line = tuple[int, str]


@dataclass(frozen=True, slots=True)
class _Form:
    """How a text is to be read: by the sign between the parts of a line, or as two lists."""

    separator: str | None
    lists: tuple[Sequence[Line], Sequence[Line]] | None = None


def read_mass_order(path: str, text: str) -> Sheet | None:
    """Return the orders of a text without a header; None where it is no such text.

    Each line is `service | link | quantity`; a tab, semicolon or comma may stand for the sign, the last two
    may be swapped (note `mass_order_swapped`), the quantity may be left out, and runs and interval may
    follow. Or there are two lists, of `service | quantity` and of links, in any order: they go together
    line by line, or the only line of one with each of the other (note `mass_order_lists`). Lines that begin
    with `#` are remarks (note `mass_order_remarks`). A file named as a table (.csv) is said to have no header
    (note `no_header`). `Row.number` is the line, of the link in two lists.

    Raises SheetError `sheet.mass_order_line` (`line`, `found`) or `sheet.mass_order_lists` (`services`,
    `links`: how many there are of each).
    """
    lines = [(number, line.strip(INVISIBLE)) for number, line in enumerate(_lines(text), start=1)]
    remarks = [line for line in lines if line[1].startswith(REMARK)]
    told = [line for line in lines if line[1] and not line[1].startswith(REMARK)]
    form = _form(told)
    if form is None:
        return None
    notes: list[Note] = []
    if form.lists is not None:
        rows = _paired(path, *form.lists)
        services, links = map(len, form.lists)
        notes.append(("mass_order_lists", {"services": services, "links": links, "count": len(rows)}))
    else:
        rows, swapped = _rows(path, told, form.separator or "|")
        if path.lower().endswith(TABLES):
            notes.append(("no_header", {"columns": ", ".join(HEADER[: len(rows[0].cells)])}))
        if swapped:
            notes.append(("mass_order_swapped", {"count": len(swapped), "rows": tuple(swapped[:SHOWN])}))
    if remarks:
        numbers = tuple(number for number, _ in remarks[:SHOWN])
        notes.append(("mass_order_remarks", {"count": len(remarks), "rows": numbers}))
    width = max(len(row.cells) for row in rows)
    return Sheet(
        path=path,
        header=HEADER[:width],
        columns={name: index for index, name in enumerate(FIELDS[:width])},
        rows=tuple(Row(row.number, (*row.cells, *[None] * (width - len(row.cells)))) for row in rows),
        header_row=0,
        notes=tuple(notes),
    )


def pasted_mark(content: bytes) -> str:
    """Return what pasted orders are known by: line ends, and blanks at the ends of lines, make no others of them."""
    lines = (line.rstrip() for line in content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"))
    return hashlib.sha256(b"\n".join(lines).strip()).hexdigest()[:8]


def pasted_name(content: bytes) -> str:
    """Return the name of the file in which pasted orders are kept: the same orders have the same name."""
    return f"mass-order-{pasted_mark(content)}.txt"


def _lines(text: str) -> list[str]:
    """Return the lines of a text as an editor counts them."""
    return re.split(r"\r\n|\r|\n", text)


def _form(lines: Sequence[Line]) -> _Form | None:
    """Return how the text is to be read, which its first line decides; None where that is no order."""
    if not lines:
        return None
    first = lines[0][1]
    for separator in SEPARATORS:
        if separator in first and _is_order(_parts(first, separator), surely=separator == SEPARATORS[0]):
            return _Form(separator)
    services = [line for line in lines if _is_service(line[1])]
    links = [line for line in lines if ADDRESS.fullmatch(line[1])]
    apart = lines in ([*services, *links], [*links, *services])
    return _Form(None, (services, links)) if services and links and apart else None


def _parts(line: str, separator: str) -> list[str]:
    return [part.strip(INVISIBLE) for part in line.split(separator)]


def _is_order(parts: Sequence[str], *, surely: bool) -> bool:
    """Return whether these are an id, a link and a quantity, in either order, with runs and interval or not.

    With `surely`, by the sign between them, a name will do for a link: `101 | somebody | 500`.
    """
    if not ID.fullmatch(parts[0]):
        return False
    if len(parts) == PLAIN - 1:
        return bool(ADDRESS.fullmatch(parts[1]))
    if len(parts) not in (PLAIN, len(FIELDS)):
        return False
    one, other = parts[1:PLAIN]
    if surely and NUMBER.fullmatch(other):
        return True
    if ADDRESS.fullmatch(one):
        return not ADDRESS.fullmatch(other)
    return bool(NUMBER.fullmatch(one) and ADDRESS.fullmatch(other))


def _rows(path: str, lines: Sequence[Line], separator: str) -> tuple[list[Row], list[int]]:
    """Return the orders, and the lines in which quantity and link are swapped."""
    rows: list[Row] = []
    swapped: list[int] = []
    for number, line in lines:
        parts = _parts(line, separator)
        if parts[-1] == "" and len(parts) > PLAIN:
            parts.pop()  # a sign at the end of the line
        if len(parts) not in (PLAIN - 1, PLAIN, len(FIELDS)):
            raise SheetError("sheet.mass_order_line", path=path, line=number, found=line)
        if len(parts) >= PLAIN and NUMBER.fullmatch(parts[1]) and ADDRESS.fullmatch(parts[2]):
            parts[1], parts[2] = parts[2], parts[1]
            swapped.append(number)
        rows.append(Row(number, _cells(parts)))
    return rows, swapped


def _cells(parts: Sequence[str]) -> tuple[Cell, ...]:
    """Return the parts of a line as cells, at least those that each order has."""
    cells: list[Cell] = [part or None for part in parts]
    return (*cells, *[None] * (PLAIN - len(cells)))


def _is_service(line: str) -> bool:
    """Return whether a line of a list is an id, with a quantity or without."""
    return len(_service(line)) > 0


def _service(line: str) -> list[str]:
    """Return id and quantity of a line of the list of services; nothing where it is none."""
    for separator in (*SEPARATORS, None):
        parts = line.split() if separator is None else _parts(line, separator)
        if (
            len(parts) in (1, 2)
            and ID.fullmatch(parts[0])
            and (len(parts) == 1 or NUMBER.fullmatch(parts[1]))
        ):
            return parts
    return []


def _paired(path: str, services: Sequence[Line], links: Sequence[Line]) -> list[Row]:
    """Return the orders of two lists."""
    if len(services) != len(links) and 1 not in (len(services), len(links)):
        raise SheetError("sheet.mass_order_lists", path=path, services=len(services), links=len(links))
    return list(_together(services, links))


def _together(services: Sequence[Line], links: Sequence[Line]) -> Iterator[Row]:
    """Give each order under the line of its link; of one link with many services under the service's."""
    longest = max(len(services), len(links))
    for at in range(longest):
        number, line = services[at if len(services) > 1 else 0]
        linked, link = links[at if len(links) > 1 else 0]
        service, *quantity = _service(line)
        yield Row(
            linked if len(links) == longest else number, (service, link, quantity[0] if quantity else None)
        )
