"""Makes the sample campaign and the blank order sheets again. Run by hand: `python samples/make_samples.py`.

Writes campaign.xlsx and campaign.csv beside this file, and order-sheet.xlsx and order-sheet.csv into
../templates (or all four into the folder given). Same input, same files, byte by byte. Services are those
of the sandbox panel. The workbook has 40 rows of a fictional agency's clients; WRONG names the seven that
are wrong on purpose, each in its own way. The text file is a plain campaign: 12 rows, none wrong.
"""

import csv
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from xlsxwriter.workbook import Workbook

from bulkorders.sheet.results.row_xml import Placed, RowWorksheet
from bulkorders.sheet.results.styles import DATE, TEXT, WHOLE, Styles
from bulkorders.sheet.results.writing import stored
from bulkorders.sheet.templates import write_template

HEADER = (
    "Client", "Service", "Link", "Quantity", "Comments", "List", "Suggest", "Search", "Refill", "Max rate",
    "Due date", "Notes",
)  # fmt: skip
WIDTHS = (20, 9, 52, 10, 34, 42, 42, 22, 8, 10, 12, 32)

CAFE, CYCLES, SPA = "Harbour Café", "Northlight Cycles", "Lotus & Pine Spa"
BAKERY, BOOKS, GYM = "Green Lane Bakery", "Paper Lantern Books", "Riverside Gym"
SITE = "https://example.com"

CAFE_WORDS = (
    "Best flat white in town!\nLove the new terrace\nWe'll be back on Sunday\nThe lemon cake 🍋\nSo cosy"
)
SPA_WORDS = (
    "Rất thư giãn\nKhông gian thật đẹp\nNhân viên dễ thương\nSẽ quay lại\nTuyệt vời\nFive stars from us"
)
GYM_WORDS = "See you at 6 am\nGreat coaches\nWhen does the new class start?"
CYCLES_VIDEOS = f"{SITE}/video/city-bikes\n{SITE}/video/winter-tyres"
BOOKS_VIDEOS = f"{SITE}/video/reading-nooks\n{SITE}/video/small-bookshops"

DAY_ONE = date(2026, 3, 2)

# Client, service, page, quantity, what else, days after the first, notes
ROWS: tuple[tuple[str, str, str, int | None, dict[str, str | int | float], int, str], ...] = (
    (CAFE, "1", "facebook/harbour-cafe/reel-spring", 5_000, {"Refill": "yes"}, 0, "Spring launch"),
    (CAFE, "2", "tiktok/harbour-cafe/latte-art", 1_500, {}, 0, "Spring launch"),
    (CAFE, "7", "instagram/harbour-cafe", 250, {"Refill": "yes", "Max rate": 22_000}, 1, ""),
    (CAFE, "4", "facebook/harbour-cafe/post-terrace", None, {"Comments": CAFE_WORDS}, 1, "Texts approved"),
    (CAFE, "1", "facebook/harbour-cafe/post-menu", 2_000, {"Max rate": 3}, 2, ""),
    (CYCLES, "5", "video/northlight-city-ride", 400, {"List": CYCLES_VIDEOS, "Refill": "yes"}, 2, ""),
    (CYCLES, "1", "facebook/northlight/winter-sale", 10_000, {"Refill": "auto"}, 2, "Last week of the sale"),
    (CYCLES, "2", "tiktok/northlight/bike-wash", 800, {}, 3, ""),
    (CYCLES, "7", "instagram/northlight.cycles", 400, {"Refill": "auto"}, 3, "Watch for drops"),
    (CYCLES, "1", "facebook/northlight/spring-check", 150, {}, 3, "Small test"),
    (SPA, "3", "instagram/lotus-pine-spa", None, {}, 4, "Starter pack"),
    (SPA, "10", "tiktok/lotus-pine/morning-ritual", None, {"Comments": SPA_WORDS}, 4, "In two languages"),
    (SPA, "2", "tiktok/lotus-pine/garden", 1_200, {}, 4, ""),
    (SPA, "1", "facebook/lotus-pine/gift-cards", 3_500, {"Refill": "yes"}, 5, ""),
    (SPA, "318", "instagram/lotus-pine-spa/reel-tea", 500, {}, 5, "Service from last year's list"),
    (BAKERY, "1", "facebook/green-lane/sourdough", 4_200, {}, 5, ""),
    (BAKERY, "2", "tiktok/green-lane/croissants", 1_000, {}, 6, ""),
    (BAKERY, "8", "telegram/green-lane-orders", 300, {"Refill": "yes"}, 6, "Order channel"),
    (BAKERY, "9", "spotify/green-lane-mornings", 1_000, {}, 6, "Shop playlist"),
    (BAKERY, "1", "facebook/green-lane/rye", 1_000, {}, 7, "Address as the client sent it"),
    (BOOKS, "6", "video/paper-lantern-tour", 200,
     {"Suggest": BOOKS_VIDEOS, "Search": "independent bookshop\nreading corner"}, 7, ""),
    (BOOKS, "1", "facebook/paper-lantern/author-evening", 2_500, {"Refill": "yes"}, 7, "Author evening"),
    (BOOKS, "2", "tiktok/paper-lantern/new-arrivals", 600, {"Refill": "yes"}, 8, ""),
    (BOOKS, "7", "instagram/paper.lantern.books", 150, {"Max rate": 25_000.5}, 8, ""),
    (BOOKS, "1", "facebook/paper-lantern/book-club", 1_800, {}, 8, ""),
    (GYM, "1", "facebook/riverside-gym/open-day", 6_000, {"Refill": "yes"}, 9, "Open day"),
    (GYM, "10", "tiktok/riverside-gym/first-class", None, {"Comments": GYM_WORDS}, 9, ""),
    (GYM, "7", "instagram/riverside.gym", 500, {"Refill": "yes", "Max rate": 20_000}, 9, "Agreed ceiling"),
    (GYM, "2", "tiktok/riverside-gym/kettlebells", 1_400, {}, 10, ""),
    (GYM, "9", "spotify/riverside-workout", 1_200, {}, 10, ""),
    (GYM, "4", "facebook/riverside-gym/coaches", None, {}, 10, "Texts still missing"),
    (CAFE, "1", "facebook/harbour-cafe/live-music", 2_200, {}, 11, ""),
    (CAFE, "2", "tiktok/harbour-cafe/cold-brew", 900, {}, 11, ""),
    (CYCLES, "1", "facebook/northlight/e-bikes", 3_000, {"Refill": "auto"}, 12, ""),
    (CYCLES, "2", "tiktok/northlight/bike-wash", 800, {}, 12, "Copied from last week?"),
    (SPA, "8", "telegram/lotus-pine-news", 150, {}, 13, ""),
    (SPA, "1", "facebook/lotus-pine/herbal-bath", 1_500, {}, 13, ""),
    (BAKERY, "2", "tiktok/green-lane/easter-buns", 1_500, {}, 14, "Easter"),
    (BOOKS, "1", "facebook/paper-lantern/summer-list", 2_000, {"Refill": "yes"}, 14, ""),
    (GYM, "1", "facebook/riverside-gym/summer-pass", 5_500, {"Max rate": 3}, 14, ""),
)  # fmt: skip

WRONG = {
    11: "the quantity is below the service's min",
    16: "the panel has no such service",
    21: "the link is not a link",
    24: "a refill is wanted where none is offered",
    29: "the rate is above the highest that is accepted",
    32: "the comments are missing",
    36: "the same order stands in row 9",
}
"""The rows that are wrong on purpose, by the number the spreadsheet shows, and why."""

FIRST = 2
"""The number of the first row below the header."""

BARE_LINK = 21

TEXT_HEADER = ("Service", "Link", "Quantity")
TEXT_ROWS = (
    ("1", "facebook/harbour-cafe/summer-terrace", 2_500),
    ("2", "tiktok/harbour-cafe/iced-latte", 900),
    ("7", "instagram/harbour.cafe.summer", 150),
    ("1", "facebook/northlight/summer-rides", 4_000),
    ("2", "tiktok/northlight/brake-check", 700),
    ("1", "facebook/lotus-pine/summer-hours", 1_200),
    ("8", "telegram/lotus-pine-summer", 100),
    ("2", "tiktok/green-lane/ice-cream", 1_500),
    ("9", "spotify/green-lane-summer", 1_000),
    ("1", "facebook/paper-lantern/holiday-reads", 3_200),
    ("2", "tiktok/paper-lantern/window-display", 450),
    ("1", "facebook/riverside-gym/outdoor-class", 10_000),
)


def cells(number: int) -> list[str | int | float | date | None]:
    """Return the cells of a row by its place in ROWS, in the order of HEADER; empty ones None."""
    client, service, page, quantity, further, days, notes = ROWS[number]
    link = f"{SITE}/{page}" if number + FIRST != BARE_LINK else f"example.com/{page}"
    known: dict[str, str | int | float | date | None] = {
        "Client": client, "Service": service, "Link": link, "Quantity": quantity,
        "Due date": DAY_ONE + timedelta(days=days), "Notes": notes or None, **further,
    }  # fmt: skip
    return [known.get(title) for title in HEADER]


def write_workbook(path: Path) -> None:
    """Write the 40 rows as an agency keeps them: dates, notes and a column for the client."""
    with path.open("wb") as file, Workbook(file, {"constant_memory": True}) as workbook:
        styles = Styles(workbook)
        sheet = workbook.add_worksheet("Spring campaign", RowWorksheet)
        for index, width in enumerate(WIDTHS):
            sheet.set_column(index, index, width)
        header = styles.header(ours=True)
        sheet.add_row(0, [(index, title, header) for index, title in enumerate(HEADER)], 26)
        for number in range(len(ROWS)):
            placed = [_placed(index, value, styles) for index, value in enumerate(cells(number))]
            tall = max((value.count("\n") + 1 for _, value, _ in placed if isinstance(value, str)), default=1)
            sheet.add_row(number + 1, placed, 15.0 * tall)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(ROWS), len(HEADER) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        workbook.set_properties({"title": "Spring campaign", "created": datetime(2026, 2, 23, tzinfo=UTC)})


def _placed(index: int, value: str | float | date | None, styles: Styles) -> Placed:
    """Return a cell with the look of its column."""
    form = {"Quantity": WHOLE, "Due date": DATE, "Service": TEXT}.get(HEADER[index])
    if HEADER[index] == "Max rate" and isinstance(value, int | float):
        form = WHOLE if float(value).is_integer() else "#,##0.0#"
    align = "right" if HEADER[index] in {"Quantity", "Max rate"} else "left"
    look = {"valign": "top", "indent": 1, "align": align, "text_wrap": True, **styles.line()}
    return index, stored(value)[0], styles.get(**({"num_format": form} if form else {}), **look)


def write_text(path: Path) -> None:
    """Write the plain campaign."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(TEXT_HEADER)
        writer.writerows((service, f"{SITE}/{page}", quantity) for service, page, quantity in TEXT_ROWS)


def make(samples: Path, templates: Path) -> None:
    """Make all four files."""
    write_workbook(samples / "campaign.xlsx")
    write_text(samples / "campaign.csv")
    for name in ("order-sheet.xlsx", "order-sheet.csv"):
        (templates / name).unlink(missing_ok=True)
        write_template(templates / name)


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    if len(sys.argv) > 1:
        make(Path(sys.argv[1]), Path(sys.argv[1]))
    else:
        make(here, here.parent / "templates")
