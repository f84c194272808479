"""The worksheet In doubt: what may or may not exist at the panel, with the evidence and the next step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bulkorders.model.lifecycle import RequestKind
from bulkorders.model.report import Line
from bulkorders.sheet.results import values
from bulkorders.sheet.results.row_xml import Placed, RowWorksheet
from bulkorders.sheet.results.rows import HEADER_HEIGHT, LINE_HEIGHT, Setting, lines_of, print_across
from bulkorders.sheet.results.styles import MOMENT, TEXT, TONES, WHOLE, Styles, money_format
from bulkorders.sheet.results.values import Doubt
from bulkorders.sheet.results.writing import local, number, serial

NOTHING = "Nothing is in doubt."
FOUND = "Look for it among the panel's orders, by link and time. Found:"
NOT_FOUND = "Not found:"
CANCEL = "bulkorders refresh settles it once the order has ended. Or look the order up with the panel. It was taken:"
REFILL = "Look the order up with the panel. It was taken (with the refill's id, where it shows one):"
NOT_TAKEN = "It was not:"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header, its width in characters, how to read it, and whether it holds numbers."""

    title: str
    width: int
    read: Callable[[Doubt], values.Value]
    numbers: bool = False


def _what(doubt: Doubt) -> str:
    return "Order" if doubt.request is None else doubt.request.kind.value.capitalize()


def _at_risk(doubt: Doubt) -> Decimal | None:
    """Return the money that may have been spent; a refill or cancel costs nothing."""
    return values.estimate(doubt.line) if doubt.request is None else None


def _sent_at(doubt: Doubt) -> str | None:
    return doubt.submission.sent_at if doubt.request is None else doubt.request.asked_at


def _answer(doubt: Doubt) -> str:
    """Return what the panel answered, as it came; the message says why that proves nothing."""
    return doubt.submission.answer if doubt.request is None else doubt.request.message


def _message(doubt: Doubt) -> str:
    return doubt.line.message or doubt.submission.message if doubt.request is None else ""


def _order_id(doubt: Doubt) -> str:
    return ", ".join(doubt.submission.order_ids) if doubt.request is None else doubt.request.order_id


def _next_step(doubt: Doubt) -> str:
    """Return what a person does about it, as commands to type."""
    if doubt.request is not None:
        id_, refill = doubt.request.id[:8], doubt.request.kind is RequestKind.REFILL
        taken = f"bulkorders resolve --taken {id_}{'=REFILL_ID' if refill else ''}"
        not_taken = f'bulkorders resolve --not-taken {id_} --reason "not shown by the panel"'
        return f"{REFILL if refill else CANCEL}\n{taken}\n{NOT_TAKEN}\n{not_taken}"
    key = doubt.submission.key
    placed = f"bulkorders resolve --placed {key}=ORDER_ID"
    not_placed = f'bulkorders resolve --not-placed {key} --reason "not among the panel\'s orders"'
    return f"{FOUND}\n{placed}\n{NOT_FOUND}\n{not_placed}"


COLUMNS = (
    Column("Row", 7, lambda doubt: doubt.line.row.number if doubt.line.row else None, numbers=True),
    Column("What", 9, _what),
    Column("Service", 9, lambda doubt: doubt.submission.service),
    Column("Service name", 22, lambda doubt: values.service_name(doubt.line)),
    Column("Link", 30, lambda doubt: doubt.submission.link),
    Column("Quantity", 10, lambda doubt: doubt.submission.quantity, numbers=True),
    Column("Money at risk", 17, _at_risk, numbers=True),
    Column("Currency", 10, lambda doubt: values.currency(doubt.line)),
    Column("Sent at", 17, _sent_at),
    Column("Order ID", 10, _order_id),
    Column("What happened", 28, _message),
    Column("Answer as it came", 30, _answer),
    Column("Next step", 58, _next_step),
    Column("Order key", 19, lambda doubt: doubt.submission.key),
)
MOST_LINES = 12


def write_in_doubt(worksheet: RowWorksheet, setting: Setting, lines: Sequence[Line]) -> bool:
    """Write the worksheet; return whether anything is in doubt."""
    _head(worksheet, setting)
    row = 0
    for row, doubt in enumerate(values.doubts(lines), start=1):
        cells = [_cell(index, column, doubt, setting) for index, column in enumerate(COLUMNS)]
        tall = max(lines_of(held, COLUMNS[index].width) for index, held, _ in cells if isinstance(held, str))
        worksheet.add_row(row, cells, LINE_HEIGHT * min(tall, MOST_LINES))
    if not row:
        worksheet.add_row(1, [(0, NOTHING, setting.styles.get(italic=True))])
    worksheet.autofilter(0, 0, max(row, 1), len(COLUMNS) - 1)
    return row > 0


def _head(worksheet: RowWorksheet, setting: Setting) -> None:
    """Write the header, and set widths and print."""
    cells: list[Placed] = []
    for index, column in enumerate(COLUMNS):
        worksheet.set_column(index, index, column.width)
        cells.append((index, column.title, setting.styles.header(ours=True, numbers=column.numbers)))
        if column.read is _sent_at:
            worksheet.write_comment(0, index, f"Times are in {setting.zone_name}.")
    worksheet.add_row(0, cells, HEADER_HEIGHT)
    print_across(worksheet, setting)


def _cell(index: int, column: Column, doubt: Doubt, setting: Setting) -> Placed:
    """Return one cell of the evidence."""
    value = column.read(doubt)
    look: dict[str, Any] = {"bg_color": TONES["in_doubt"].row, "valign": "top", "indent": 1, **Styles.line()}
    if isinstance(value, Decimal):
        shown = values.decimals(value, values.currency(doubt.line))
        form = money_format(shown, setting.decimals)
        return index, number(value), setting.styles.get(num_format=form, align="right", **look)
    if isinstance(value, int):
        return index, value, setting.styles.get(num_format=WHOLE, align="right", **look)
    look["align"] = "left"
    if column.read is _sent_at and value:
        return index, serial(local(str(value), setting.zone)), setting.styles.get(num_format=MOMENT, **look)
    return index, str(value or "") or None, setting.styles.get(text_wrap=True, num_format=TEXT, **look)
