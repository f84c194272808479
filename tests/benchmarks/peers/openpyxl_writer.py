"""The peer for writing: as many rows of sixteen styled cells by openpyxl's write-only mode.

python openpyxl_writer.py COUNT RESULTS
"""

import json
import sys
import time
from datetime import UTC, datetime

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill

TITLES = (
    *("Service", "Link", "Quantity", "Reference", "State", "Order ID", "Estimate", "Charge"),
    *("Currency", "Status", "Start count", "Remains", "Delivered", "Placed at", "Checked at", "Message"),
)
SHOWN = {2: "#,##0", 6: "0.00##", 7: "0.00##", 13: "yyyy-mm-dd hh:mm", 14: "yyyy-mm-dd hh:mm"}
"""Number formats by column."""


def main(count: int, results: str) -> None:
    """Write all rows."""
    began = time.perf_counter()
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Orders")
    bold, green = Font(bold=True), PatternFill("solid", fgColor="C6EFCE")
    header = [WriteOnlyCell(sheet, value=title) for title in TITLES]
    for cell in header:
        cell.font = bold
    sheet.append(header)
    at = datetime(2026, 11, 1, 8, tzinfo=UTC).replace(tzinfo=None)
    for number in range(count):
        values = (
            *(str(number % 5000 + 1), f"https://example.com/campaign/{number}", 500, f"R-{number}"),
            *("placed", str(number), 0.5, 0.5, "USD", "In progress", 7, 12, 488, at, at, ""),
        )
        cells = [WriteOnlyCell(sheet, value=value) for value in values]
        for place, shown in (
            (2, "#,##0"),
            (6, "0.00##"),
            (7, "0.00##"),
            (13, "yyyy-mm-dd hh:mm"),
            (14, "yyyy-mm-dd hh:mm"),
        ):
            cells[place].number_format = shown
        cells[4].fill = green
        sheet.append(cells)
    book.save(results)
    print(json.dumps({"seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
