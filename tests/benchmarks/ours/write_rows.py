"""Writes a results workbook of so many placed orders; prints its seconds and the memory that it added.

python write_rows.py COUNT RESULTS
"""

import json
import resource
import sys
import time
from decimal import Decimal
from pathlib import Path

from bulkorders import wording
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Order, Row, Sheet, Submission
from bulkorders.model.report import Line, RunSummary
from bulkorders.sheet.results import write_results

AT = "2026-11-01T08:00:00.000+00:00"
HEADER = ("Service", "Link", "Quantity", "Reference")


def line(number: int) -> Line:
    """Return the line of one placed order."""
    service, link, reference = str(number % 5000 + 1), f"https://example.com/post/{number}", f"R-{number}"
    order = Order(row=number + 2, service=service, link=link, quantity=500, reference=reference)
    placed = Submission(
        key=f"{number:032x}",
        account="example.com/api/v2",
        campaign="load",
        fingerprint=f"{number:032x}",
        service=service,
        link=link,
        quantity=500,
        parameters={},
        state=State.PLACED,
        row=number + 2,
        reference=reference,
        service_name="Followers",
        rate=Decimal(1),
        estimate=Decimal("0.5"),
        currency="USD",
        order_ids=(str(number),),
        charge=Decimal("0.5"),
        status="In progress",
        start_count=7,
        remains=12,
        placed_at=AT,
        checked_at=AT,
        sent_at=AT,
    )
    row = Row(number + 2, (service, link, 500, reference))
    return Line(
        row,
        "placed",
        order,
        placed,
        key=placed.key,
        service_name="Followers",
        estimate=placed.estimate,
        rate=placed.rate,
        currency="USD",
    )


def peak() -> float:
    """Return the largest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(count: int, results: str) -> None:
    """Make the lines, and write them."""
    lines = [line(number) for number in range(count)]
    rows = tuple(each.row for each in lines if each.row)
    columns = {name.lower(): place for place, name in enumerate(HEADER)}
    sheet = Sheet("load.xlsx", HEADER, columns, rows)
    summary = RunSummary("r", "submit", "load", "j", "load.xlsx", AT, AT, [])
    before, began = peak(), time.perf_counter()
    write_results(Path(results), sheet, lines, summary, describe=wording.problem_text)
    print(json.dumps({"seconds": time.perf_counter() - began, "megabytes": peak() - before, "rows": before}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
