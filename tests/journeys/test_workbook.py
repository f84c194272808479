"""Results workbooks in their users' hands: permuted at random and given back, again and again."""

import random
from collections import Counter
from collections.abc import Callable
from copy import copy
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

import bulkorders

KEY = "bulkorders key"
CLIENT_OF = {"few": "Few"}
HEADER = ("Client", "Service", "Link", "Quantity", "Status")


def orders_of(book: Workbook) -> Worksheet:
    """Return the worksheet of the orders, whatever it is called."""
    return next(
        each for each in book if each.title != "To fix" and KEY in [cell.value for cell in each[top(each)]]
    )


def top(sheet: Worksheet) -> int:
    """Return the row of the header."""
    for row in sheet.iter_rows(max_row=5):
        if any(cell.value == KEY for cell in row):
            return row[0].row
    return 1


def held(sheet: Worksheet, number: int) -> list[tuple[Any, Any]]:
    """Return what the cells of a row hold, and their looks."""
    return [(cell.value, copy(cell._style)) for cell in sheet[number]]  # noqa: SLF001 - the whole look


def put(sheet: Worksheet, number: int, cells: list[tuple[Any, Any]]) -> None:
    """Put cells into a row."""
    for column, (value, look) in enumerate(cells, start=1):
        cell = sheet.cell(number, column)
        cell.value, cell._style = value, look  # noqa: SLF001 - the whole look


def below(sheet: Worksheet) -> range:
    """Return the rows below the header."""
    return range(top(sheet) + 1, sheet.max_row + 1)


def place(sheet: Worksheet, title: str) -> int | None:
    """Return the last column with this header."""
    found = [cell.column for cell in sheet[top(sheet)] if cell.value == title]
    return found[-1] if found else None


def sort_rows(sheet: Worksheet, chance: random.Random) -> None:
    """Put the rows into another order."""
    rows = [held(sheet, number) for number in below(sheet)]
    chance.shuffle(rows)
    for number, cells in zip(below(sheet), rows, strict=True):
        put(sheet, number, cells)


def insert_row(sheet: Worksheet, chance: random.Random) -> None:
    """Insert a row with an order of its own, anywhere."""
    at = chance.choice([*below(sheet), sheet.max_row + 1])
    sheet.insert_rows(at)
    new = chance.randrange(10**9)
    for title, value in (("Service", "1"), ("Link", f"https://example.com/new/{new}"), ("Quantity", 300)):
        column = place(sheet, title)
        if column is not None:
            sheet.cell(at, column).value = value


def insert_blank(sheet: Worksheet, chance: random.Random) -> None:
    """Insert an empty row, above the header too."""
    sheet.insert_rows(chance.choice([top(sheet), *below(sheet)]))


def delete_row(sheet: Worksheet, chance: random.Random) -> None:
    """Delete a row, unless it is the last one."""
    if len(below(sheet)) > 1:
        sheet.delete_rows(chance.choice(below(sheet)))


def copy_row(sheet: Worksheet, chance: random.Random) -> None:
    """Copy a row with all its cells, the hidden ones too, to another place."""
    cells = held(sheet, chance.choice(below(sheet)))
    at = chance.choice([*below(sheet), sheet.max_row + 1])
    sheet.insert_rows(at)
    put(sheet, at, cells)


def rename_column(sheet: Worksheet, chance: random.Random) -> None:
    """Give a column that no order needs another name."""
    column = place(sheet, chance.choice(["Client", "Message", "Estimate", "Delivered", "Remains"]))
    if column is not None:
        sheet.cell(top(sheet), column).value = f"My column {chance.randrange(1000)}"


def add_column(sheet: Worksheet, chance: random.Random) -> None:
    """Insert a column of the user's own, anywhere."""
    at = chance.randint(1, sheet.max_column + 1)
    sheet.insert_cols(at)
    sheet.cell(top(sheet), at).value = f"Mine {chance.randrange(1000)}"
    for number in below(sheet):
        sheet.cell(number, at).value = f"note {number}"


def delete_column(sheet: Worksheet, chance: random.Random) -> None:
    """Delete one of the result columns."""
    column = place(sheet, chance.choice(["Message", "Start count", "Currency", "Checked at"]))
    if column is not None:
        sheet.delete_cols(column)


def move_column(sheet: Worksheet, chance: random.Random) -> None:
    """Move a column to the front."""
    column = place(sheet, chance.choice(["Order ID", "State", "Quantity", KEY]))
    if column is None:
        return
    values = [sheet.cell(number, column).value for number in range(1, sheet.max_row + 1)]
    sheet.delete_cols(column)
    sheet.insert_cols(1)
    for number, value in enumerate(values, start=1):
        sheet.cell(number, 1).value = value


def edit_quantity(sheet: Worksheet, chance: random.Random) -> None:
    """Change the quantity of a row."""
    column = place(sheet, "Quantity")
    if column is not None:
        sheet.cell(chance.choice(below(sheet)), column).value = 200 + chance.randrange(500)


def rename_worksheet(sheet: Worksheet, chance: random.Random) -> None:
    """Give the worksheet another name."""
    sheet.title = f"Orders of {chance.randrange(100)}"


def delete_summary(sheet: Worksheet, chance: random.Random) -> None:
    """Delete a worksheet that only tells."""
    book = sheet.parent
    name = chance.choice(["Summary", "Runs", "In doubt"])
    if name in book.sheetnames:
        del book[name]


def mend_row(sheet: Worksheet, chance: random.Random) -> None:
    """Put a row of the worksheet of rows to fix right, or all of them into another order first."""
    book = sheet.parent
    if "To fix" not in book.sheetnames:
        return
    wrong = book["To fix"]
    column = place(wrong, "Quantity")
    if column is None or not len(below(wrong)):
        return
    if chance.random() < HALF:
        sort_rows(wrong, chance)
    number = chance.choice(below(wrong))
    if wrong.cell(number, column).value is not None:
        wrong.cell(number, column).value = 200 + chance.randrange(500)


HALF = 0.5
"""How often the rows to fix are put into another order before one is changed."""

HANDS: tuple[Callable[[Worksheet, random.Random], None], ...] = (
    sort_rows, sort_rows, insert_row, insert_blank, delete_row, copy_row, copy_row, rename_column, add_column,
    delete_column, move_column, edit_quantity, rename_worksheet, delete_summary, mend_row,
)  # fmt: skip


class Trial:
    """One campaign of its own: submitted, permuted, given back."""

    def __init__(self, desk: Any, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.desk = desk
        self.chance = random.Random(seed)  # noqa: S311 - a test that can be run again
        self.name = f"campaign{seed}"
        for name, value in desk.environment.items():
            if name.startswith("BULKORDERS_"):
                monkeypatch.setenv(name, value)
        monkeypatch.setenv("BULKORDERS_HOME", str(desk.folder / f"home{seed}"))
        self.before = len(desk.sandbox.shop.orders)
        rows = [
            (f"Client {n}", "1", f"https://example.com/{seed}/{n}", 200 + n, "new")
            for n in range(self.chance.randint(3, 6))
        ]
        rows.append(("Few", "1", f"https://example.com/{seed}/few", 5, "new"))
        self.sheet = desk.sheet(rows, f"{self.name}.csv", HEADER)
        self.results = desk.folder / f"{self.name}.results.xlsx"
        bulkorders.submit(self.sheet, yes=True)

    def permute(self) -> None:
        """Change the workbook by hand, several times."""
        book = openpyxl.load_workbook(self.results)
        sheet = orders_of(book)
        for _ in range(self.chance.randint(1, 4)):
            self.chance.choice(HANDS)(sheet, self.chance)
        book.save(self.results)

    def go_on(self) -> Path:
        """Do one of the things people do next; return where the results are then."""
        command = self.chance.choice([bulkorders.submit, bulkorders.refresh])
        what = self.chance.choice([self.sheet, self.results])
        options = {"yes": True} if command is bulkorders.submit else {}
        report = command(what, **options)
        assert report.results is not None
        return Path(report.results)

    def judge(self, results: Path) -> None:
        """Hold the workbook against the panel's own record."""
        sold: dict[str, set[str]] = {}
        bought = Counter()
        for order in self.desk.sandbox.shop.orders[self.before :]:
            sold.setdefault(order.params["link"], set()).add(order.id)
            bought[order.params["link"], order.params["quantity"]] += 1
        # A copied row with another quantity is another order; the same one is never bought again.
        assert max(bought.values()) == 1, "an order was sold twice"
        sheet = orders_of(openpyxl.load_workbook(results))
        link, order_id, state = (place(sheet, title) for title in ("Link", "Order ID", "State"))
        assert None not in (link, order_id, state)
        shown = Counter()
        client = place(sheet, "Client")
        for number in below(sheet):
            if client is not None and sheet.cell(number, client).value:
                whose = str(sheet.cell(number, link).value).rpartition("/")[2]
                assert sheet.cell(number, client).value == CLIENT_OF.get(whose, f"Client {whose}")
            told = sheet.cell(number, order_id).value
            if told is not None:
                found = sheet.cell(number, link).value
                assert told in sold[found], "a result stands in another order's row"
                shown[told] += 1
            assert (sheet.cell(number, state).value == "Placed") == (told is not None)
        assert set(shown) == set().union(*sold.values()), "a sold order is not shown"
        assert max(shown.values()) == 1, "an order is shown twice"


def run_trial(desk: Any, seed: int, monkeypatch: pytest.MonkeyPatch, rounds: int) -> None:
    """Permute and go on, several times, and hold each outcome against the panel's record."""
    trial = Trial(desk, seed, monkeypatch)
    for _ in range(rounds):
        trial.permute()
        trial.judge(trial.go_on())


@pytest.mark.parametrize("block", range(4))
def test_no_result_on_a_wrong_row_and_no_order_twice(block: int, desk, monkeypatch: pytest.MonkeyPatch):
    """However rows and columns are permuted, each result stands in its order's row and nothing is sold twice."""
    for seed in range(block * 3, block * 3 + 3):
        run_trial(desk, seed, monkeypatch, rounds=2)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("block", range(50))
def test_two_thousand_permutations(block: int, desk, monkeypatch: pytest.MonkeyPatch):
    """Two thousand permutations of results workbooks, no result on a wrong row, no order twice."""
    for seed in range(10_000 + block * 10, 10_000 + block * 10 + 10):
        run_trial(desk, seed, monkeypatch, rounds=4)
