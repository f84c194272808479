"""The worksheet of an order sheet that is filled in: header, examples, checks while typing, live estimates."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from xlsxwriter.worksheet import Worksheet

from bulkorders.model.catalogue import Service
from bulkorders.sheet.inputs import Input
from bulkorders.sheet.results.styles import ACCENT, FAINT, TEXT, WHOLE, Styles, least_decimals, money_format
from bulkorders.sheet.results.writing import number, put_text
from bulkorders.sheet.template_marks import ESTIMATE, TITLE
from bulkorders.sheet.templates import formulas
from bulkorders.sheet.templates.examples import examples

PREPARED_ROWS = 5_000
"""Rows below the header that usually have drop-downs, checks and estimates."""

HEADER_ROW, FIRST_ROW = 1, 2
"""Places of rows from 0."""

SERVICE_WIDTH, ESTIMATE_WIDTH = 46, 17
MOST_DECIMALS = 4
BLANK = " "
"""The saved value of a formula that shows nothing yet: with an empty one it would look as if never reckoned."""

_HINT = "Grey rows are examples, not orders: write over them."


def write_orders(
    worksheet: Worksheet,
    styles: Styles,
    inputs: Sequence[Input],
    services: Sequence[Service],
    currency: str | None,
    *,
    rows: int,
) -> None:
    """Write the worksheet, so many rows prepared; with services it has a drop-down, limits by service and estimates."""
    page = _Page(worksheet, styles, inputs, services, currency, rows=rows)
    page.shape()
    page.head()
    page.examples()
    if services:
        page.estimates()
        page.service_choice()
    page.rules()


class _Page:
    """One worksheet on its way: rows are written from the top down."""

    def __init__(
        self,
        worksheet: Worksheet,
        styles: Styles,
        inputs: Sequence[Input],
        services: Sequence[Service],
        currency: str | None,
        *,
        rows: int,
    ) -> None:
        self._worksheet = worksheet
        self._styles = styles
        self._inputs = inputs
        self._services = services
        self._currency = currency
        self._estimate = _estimate_place(inputs) if services else len(inputs)
        shown = [each.field for each in inputs]
        self._columns = {field: at + (at >= self._estimate) for at, field in enumerate(shown)}
        self._examples = examples(services)
        self._last = HEADER_ROW + rows
        digits = max(least_decimals(currency), 2) if least_decimals(currency) == 0 else MOST_DECIMALS
        form = money_format(digits, digits)
        self._money = styles.get(num_format=f"{form};-{form};;@", valign="top", font_color=FAINT)

    def shape(self) -> None:
        """Set widths, forms, print and what stays in sight."""
        for each in self._inputs:
            look = self._styles.get(num_format=each.form, valign="top") if each.form else None
            at = self._columns[each.field]
            width = SERVICE_WIDTH if self._services and each.field == "service" else each.width
            self._worksheet.set_column(at, at, width, look)
        if self._services:
            self._worksheet.set_column(self._estimate, self._estimate, ESTIMATE_WIDTH, self._money)
        self._worksheet.freeze_panes(FIRST_ROW, 0)
        self._worksheet.set_landscape()
        self._worksheet.set_paper(9)
        self._worksheet.fit_to_pages(1, 0)
        self._worksheet.repeat_rows(HEADER_ROW)
        self._worksheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})

    def head(self) -> None:
        """Write the title with the total of all estimates, and the header with a note in each cell."""
        bold = self._styles.get(bold=True, font_size=14, font_color=ACCENT)
        put_text(self._worksheet, 0, 0, TITLE, bold)
        put_text(self._worksheet, 0, 1, _HINT, self._styles.get(font_color=FAINT, italic=True))
        if self._services:
            self._total()
        self._worksheet.set_row(0, 24)
        titles = {self._columns[each.field]: each for each in self._inputs}
        for at in range(len(self._inputs) + bool(self._services)):
            if at == self._estimate:
                put_text(
                    self._worksheet, HEADER_ROW, at, self._estimate_title(), self._styles.header(ours=False)
                )
                self._note(at, "Reckoned by itself from the rates of the day this sheet was made. Not read.")
                continue
            each = titles[at]
            put_text(
                self._worksheet, HEADER_ROW, at, each.title, self._styles.header(ours=each.needed == "always")
            )
            self._note(at, f"Needed: {each.needed}.\n{each.meaning}")
        self._worksheet.set_row(HEADER_ROW, 32)

    def _note(self, at: int, text: str) -> None:
        self._worksheet.write_comment(
            HEADER_ROW, at, text, {"x_scale": 1.6, "y_scale": 1.2, "author": "bulkorders"}
        )

    def _estimate_title(self) -> str:
        return f"{ESTIMATE} ({self._currency})" if self._currency else ESTIMATE

    def _total(self) -> None:
        """Write the sum of the estimates above their column, where no row can be inserted into it."""
        sum_of = formulas.total(self._columns, self._estimate, FIRST_ROW + 1, self._last + 1)
        look = self._styles.get(bold=True, num_format=self._money.num_format, font_size=12, font_color=ACCENT)
        if self._estimate > 2:  # noqa: PLR2004 - left of it stand the title and the hint
            label = self._styles.get(font_color=FAINT, align="right")
            put_text(self._worksheet, 0, self._estimate - 1, "Total", label)
        self._worksheet.write_formula(0, self._estimate, sum_of, look, 0)

    def examples(self) -> None:
        """Write the example rows, in grey."""
        grey = {"font_color": "#8A94A3", "italic": True, "valign": "top"}
        for row, (example, cost) in enumerate(self._examples, start=FIRST_ROW):
            written = sorted(
                (self._columns[field], value) for field, value in example.items() if field in self._columns
            )
            for at, value in written:
                if isinstance(value, int):
                    self._worksheet.write_number(row, at, value, self._styles.get(num_format=WHOLE, **grey))
                else:
                    wrapped = {"text_wrap": True} if "\n" in value else {}
                    look = self._styles.get(num_format=TEXT, **grey, **wrapped)
                    put_text(self._worksheet, row, at, value, look)
            if self._services:
                self._formula(row, cost)
            self._worksheet.set_row(row, 15 * max(str(value).count("\n") + 1 for _, value in written))

    def estimates(self) -> None:
        """Write the estimates of the rows that are still blank."""
        for row in range(FIRST_ROW + len(self._examples), self._last + 1):
            self._formula(row, None)

    def _formula(self, row: int, cost: Decimal | None) -> None:
        value = BLANK if cost is None else number(cost)
        self._worksheet.write_formula(
            row, self._estimate, formulas.estimate(self._columns, row + 1), self._money, value
        )

    def service_choice(self) -> None:
        """Put the services into a drop-down; any other id may be typed, and is asked about."""
        said = "This is not in the list. The id of a service alone, such as 101, may be written too."
        rule = {"validate": "list", "source": f"={formulas.CHOICES}", "error_type": "warning"}
        self._check(self._columns["service"], {**rule, "error_title": "Service", "error_message": said})

    def rules(self) -> None:
        """Say what the cells of each column take while people type."""
        for each in self._inputs:
            rule = self._limits(each) if self._services else {}
            rule = rule or _rule(each)
            if rule:
                self._check(self._columns[each.field], rule)
        if self._services:
            said = "This cell reckons by itself; write in the others."
            never = {"validate": "custom", "value": "=FALSE", "error_title": ESTIMATE, "error_message": said}
            self._check(self._estimate, never)
            self._worksheet.data_validation(0, self._estimate, 0, self._estimate, never)

    def _limits(self, each: Input) -> dict[str, Any]:
        """Return the limits of the row's service, for the columns that they hold for."""
        if each.field not in ("quantity", "min", "max"):
            return {}
        return {
            "validate": "integer",
            "criteria": "between",
            "minimum": formulas.least(self._columns, FIRST_ROW + 1),
            "maximum": formulas.most(self._columns, FIRST_ROW + 1),
            "error_type": "warning",
            "error_title": each.title,
            "error_message": "The service does not take so many: see its min and max on the page Services.",
        }

    def _check(self, column: int, rule: dict[str, Any]) -> None:
        self._worksheet.data_validation(FIRST_ROW, column, self._last, column, rule)


def _estimate_place(inputs: Sequence[Input]) -> int:
    """Return where the estimates stand: right of what is counted, in sight."""
    fields = [each.field for each in inputs]
    counted = ("quantity", "max", "link", "username")
    return next((fields.index(field) + 1 for field in counted if field in fields), 1)


def _rule(each: Input) -> dict[str, Any]:
    """Return what a spreadsheet checks while people type into this column, whatever the service."""
    said = {"error_title": each.title, "error_message": each.meaning[:255]}
    if each.choices:
        return {"validate": "list", "source": list(each.choices), **said}
    if each.form == WHOLE:
        return {"validate": "integer", "criteria": ">=", "value": each.least, **said}
    return {}
