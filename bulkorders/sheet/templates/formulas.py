"""What an order sheet reckons by itself: the id in a service cell, limits by service, estimates and their total.

Formulas are written as the file format has them (English names, commas); every program shows them in its
own language. Lists are known by names, so that formulas stay short: a rule may be 255 characters long.
"""

from collections.abc import Mapping

from xlsxwriter.utility import xl_col_to_name

from bulkorders.model.catalogue import Service
from bulkorders.sheet.template_marks import EXAMPLE_LINK, EXAMPLE_USER

SEAM = " – "
"""What stands between id and name in a service cell; ids have no blanks."""

IDS, LEAST, MOST, PRICES, WAYS = (
    *("service_ids", "service_least", "service_most", "service_prices", "service_ways"),
)
"""Names of the lists in the worksheet Services, one place a service."""
CHOICES = "service_choices"

BY_QUANTITY, BY_COMMENTS, BY_USERNAMES, TO_POSTS, ONE = range(1, 6)
"""How the pieces of an order are counted, by the type of its service."""

NO_LIMIT = 1_000_000_000_000

Columns = Mapping[str, int]
"""The column of each field of the sheet, from 0."""


def way_of(service: Service) -> int:
    """Return how the pieces of an order for this service are counted, as `validation.costs` does."""
    kind = service.type
    if kind.counted is not None:
        return BY_COMMENTS if kind.counted == "comments" else BY_USERNAMES
    if "quantity" in kind.takes:
        return BY_QUANTITY
    return TO_POSTS if kind.per_post else ONE


def _place(columns: Columns, row: int) -> str:
    """Return the place in the lists of the service in a row (from 1)."""
    cell = f"${xl_col_to_name(columns['service'])}{row}"
    return f'MATCH(TRIM(LEFT({cell}&"{SEAM}",FIND("{SEAM}",{cell}&"{SEAM}")-1)),{IDS},0)'


def least(columns: Columns, row: int) -> str:
    """Return the formula for the least quantity that the service in a row takes; 1 where it is not known."""
    return f"=IFERROR(INDEX({LEAST},{_place(columns, row)}),1)"


def most(columns: Columns, row: int) -> str:
    """Return the formula for the most that the service in a row takes; no limit where it is not known."""
    return f"=IFERROR(INDEX({MOST},{_place(columns, row)}),{NO_LIMIT})"


def estimate(columns: Columns, row: int) -> str:
    """Return the formula for what the order in a row costs: nothing where that can't be reckoned."""
    place = _place(columns, row)
    cells = {field: f"${xl_col_to_name(index)}{row}" for field, index in columns.items()}
    ways = (
        cells.get("quantity", "0"),
        _lines(cells.get("comments")),
        _lines(cells.get("usernames")),
        _posts(cells),
        "1",
    )
    runs = f"*MAX(N({cells['runs']}),1)" if "runs" in cells else ""
    pieces = f"CHOOSE(INDEX({WAYS},{place}),{','.join(ways)})"
    return f'=IF({cells["service"]}="","",IFERROR(INDEX({PRICES},{place})*{pieces}{runs},""))'


def _lines(cell: str | None) -> str:
    """Return the count of lines in a cell that are not blank."""
    if cell is None:
        return "0"
    packed = f'TRIM(SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({cell}," ",""),CHAR(13),""),CHAR(10)," "))'
    return f'IF({packed}="",0,LEN({packed})-LEN(SUBSTITUTE({packed}," ",""))+1)'


def _posts(cells: Mapping[str, str]) -> str:
    """Return the most for each post times the posts that are ordered; of an order without end one post."""
    posts = "+".join(f"N({cells[field]})" for field in ("posts", "old_posts") if field in cells) or "0"
    return f"{cells['max']}*MAX({posts},1)" if "max" in cells else "0"


def total(columns: Columns, column: int, first: int, last: int) -> str:
    """Return the formula for the sum of a column of estimates (rows from 1), the examples left out."""

    def cells(index: int) -> str:
        letters = xl_col_to_name(index)
        return f"${letters}${first}:${letters}${last}"

    examples = {"link": EXAMPLE_LINK, "username": EXAMPLE_USER}
    others = [f'{cells(columns[field])},"<>{text}*"' for field, text in examples.items() if field in columns]
    return f"=SUMIFS({','.join((cells(column), *others))})"
