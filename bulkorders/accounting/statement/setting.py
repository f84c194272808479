"""What all worksheets of a statement share: the books, styles, and how amounts and times are written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Self

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from bulkorders.accounting.closing import AccountClosing, Closing
from bulkorders.model import money
from bulkorders.sheet.results.styles import MOMENT, Styles, least_decimals, money_format
from bulkorders.sheet.results.writing import local, number, put_text, serial

HIDDEN = "_bulkorders_statement"
"""The very hidden worksheet by which a statement is known."""

PAPER_A4 = 9
UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title, its width in characters, and what its cells are."""

    title: str
    width: float
    kind: str = "text"


@dataclass(slots=True)
class Setting:
    """The month's books in a workbook; `decimals` are by account and currency the most that any amount shows."""

    closing: Closing
    styles: Styles
    decimals: dict[tuple[str, str | None], int] = field(default_factory=dict)

    @classmethod
    def of(cls, workbook: Workbook, closing: Closing) -> Self:
        """Return the setting of a workbook."""
        setting = cls(closing, Styles(workbook))
        for each in closing.accounts:
            setting.decimals[each.account, each.currency] = _finest(each)
        return setting

    @property
    def title(self) -> str:
        """The month, and that it is not over where it isn't."""
        month = self.closing.month
        until = f", so far ({self.local(self.closing.until):%Y-%m-%d %H:%M})" if self.closing.so_far else ""
        return f"{month}{until}"

    @property
    def zone(self) -> str:
        """The name of the time zone, or how far the machine's clock is from UTC."""
        month = self.closing.month
        return str(month.zone) if month.zone is not None else f"UTC{month.local(month.begin):%z}"

    def local(self, iso: str) -> Any:
        """Return a time on the clock of the month's zone, without its zone."""
        return local(iso, self.closing.month.zone)

    def money_form(self, account: AccountClosing) -> str:
        """Return the number format of all amounts of an account, so that their points stand under each other."""
        most = self.decimals[account.account, account.currency]
        return money_format(most, most)

    def put(self, sheet: Worksheet, row: int, column: int, value: Any, form: str = "", **look: Any) -> None:
        """Write a value as what it is: text is text, whatever it begins with."""
        if isinstance(value, str) and "align" not in look:
            look = {"indent": 1, **look}  # under the title, which is set in too
        put(sheet, row, column, value, self.styles.get(**({"num_format": form} if form else {}), **look))

    def moment(self, sheet: Worksheet, row: int, column: int, iso: str, **look: Any) -> None:
        """Write a time as a date of the workbook."""
        day = serial(self.local(iso))
        sheet.write_number(
            row, column, day, self.styles.get(num_format=MOMENT, align="left", indent=1, **look)
        )

    def begin(self, sheet: Worksheet, columns: Iterable[Column], subject: str) -> None:
        """Write a table's header and lay out its printing: across, one page wide, the header on each page."""
        columns = list(columns)
        sheet.hide_gridlines(2)
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)
            look = self.styles.header(ours=True, numbers=column.kind == "money")
            put_text(sheet, 0, index, column.title, look)
        sheet.set_default_row(17)
        sheet.set_row(0, 34)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        self.page(sheet, subject)

    def page(self, sheet: Worksheet, subject: str) -> None:
        """Lay out a worksheet's printing."""
        sheet.set_landscape()
        sheet.set_paper(PAPER_A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L&9Statement {self.closing.month}&C&9{subject}&R&9&P / &N")
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})


def put(sheet: Worksheet, row: int, column: int, value: Any, look: Format) -> None:
    """Write a text, a whole number or an amount; an amount too long for a workbook's numbers is text."""
    stored = number(value) if isinstance(value, Decimal) else value
    if stored is None or isinstance(stored, str):
        put_text(sheet, row, column, stored or "", look)
    else:
        sheet.write_number(row, column, stored, look)


def _finest(account: AccountClosing) -> int:
    """Return the most decimals any amount of this account has, and at least its currency's usual ones."""
    amounts = [line.amount for line in account.lines]
    amounts += [held.balance for held in (account.opening, account.closing) if held is not None]
    amounts += [gap.amount for gap in account.gaps] + [each.amount for each in account.paid_in]
    exponents = [money.plain(each).as_tuple().exponent for each in amounts]
    return max(least_decimals(account.currency), *(-each for each in exponents if isinstance(each, int)), 0)
