"""Charts of the Summary: native ones, each drawing a table of the page and carrying its figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from bulkorders.model.outcomes import Delivery
from bulkorders.sheet.columns import SUMMARY_SHEET
from bulkorders.sheet.results.colours import bar_delivered
from bulkorders.sheet.results.figures import NOT_TOLD, Figures, Standing
from bulkorders.sheet.results.styles import FAINT, INK, TONES
from bulkorders.sheet.results.summary_page import LEFT, ROW_PIXELS
from bulkorders.sheet.results.writing import clean, number

CHART_ROWS = 9
"""Rows of the page that a chart takes at least."""

NAMED = "bulkorders"
"""What the names of our charts begin with, by which they are told from charts that the user drew."""

_ROOM = 1.3
"""How much longer the axis is than its longest bar, so that the figure beside that has room."""

SERIES = frozenset({"Rows", "Spent by service", "Spent by campaign", "Ordered", "Delivered"})
"""How the series of our charts are called."""

_MOST = 12
"""Bars of one chart: more can't be read."""

_DELIVERY_BARS: dict[str, str] = {
    Delivery.COMPLETED: "#2F7D4F",
    Delivery.PARTIAL: "#B3B25C",
    Delivery.IN_PROGRESS: "#5FA57C",
    Delivery.PROCESSING: "#7DB894",
    Delivery.PENDING: "#A3CDB3",
    Delivery.CANCELED: "#9AA1AB",
    NOT_TOLD: "#C9DED0",
}
_WORD_COLUMN, _ROWS_COLUMN, _CHART_COLUMN = LEFT + 2, LEFT + 4, LEFT + 6
_WIDTH = 560
_SPENT, _ORDERED, _DELIVERED = "#1F4E5F", "#C5CCD5", "#4C9A6A"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the figures of a chart stand: the first row, and the columns of names and values."""

    row: int
    names: int
    values: int
    further: int = 0


def charted(figures: Sequence[Figures]) -> Sequence[Figures]:
    """Return the figures that a chart shows: the first, dearest ones, of one currency."""
    return [each for each in figures if each.currency == figures[0].currency][:_MOST]


def rows_for(figures: Sequence[Figures]) -> int:
    """Return how many rows of the page charts of these figures take."""
    return max(CHART_ROWS, len(figures) + 4) + 1


class Charts:
    """Draws the charts of one Summary."""

    def __init__(self, workbook: Workbook, worksheet: Worksheet) -> None:
        self._workbook = workbook
        self._worksheet = worksheet

    def standing(self, top: int, standing: Sequence[Standing]) -> None:
        """Draw where the rows stand as bars, each in the colour of its state."""
        bars = [_DELIVERY_BARS.get(each.word, TONES[each.state].bar) for each in standing]
        series = self._series(
            "Rows", [each.word for each in standing], [each.rows for each in standing],
            Place(top + 1, _WORD_COLUMN, _ROWS_COLUMN), _ROWS_COLUMN,
        )  # fmt: skip
        series["points"] = [{"fill": {"color": bar}, "border": {"none": True}} for bar in bars]
        described = ", ".join(f"{each.word} {each.rows}" for each in standing)
        self._draw(
            (top, _CHART_COLUMN),
            ("rows", ""),
            [series],
            rows=max(CHART_ROWS, len(standing) + 2),
            described=f"Bar chart of the rows by where they stand: {described}.",
        )

    def spent(self, row: int, column: int, title: str, figures: Sequence[Figures], place: Place) -> None:
        """Draw what was charged, or is reckoned to be where nothing is charged yet."""
        charged = any(each.charge is not None for each in figures)
        at = place.values if charged else place.values - 1
        amounts = [
            number((each.charge if charged else each.estimate) or each.estimate * 0) for each in figures
        ]
        series = self._series(title, _names(figures), amounts, place, at)
        series["fill"] = {"color": _SPENT}
        code = figures[0].currency
        named = f"{title}{'' if charged else ', estimated'}{f', {code}' if code else ''}"
        described = ", ".join(
            f"{name} {amount}" for name, amount in zip(_names(figures), amounts, strict=True)
        )
        rows = rows_for(figures) - 1
        self._draw((row, column), (title, named), [series], rows=rows, described=f"{named}: {described}.")

    def delivered(self, row: int, column: int, title: str, figures: Sequence[Figures], place: Place) -> None:
        """Draw what is delivered beside what was ordered."""
        pieces = [each.quantity for each in figures]
        done = [each.delivered for each in figures]
        ordered = self._series("Ordered", _names(figures), pieces, place, place.values)
        ordered["fill"] = {"color": _ORDERED}
        came = self._series("Delivered", _names(figures), done, place, place.further)
        came["fill"] = {"color": _DELIVERED}
        told = zip(_names(figures), done, pieces, strict=True)
        described = ", ".join(f"{name} {part} of {whole}" for name, part, whole in told)
        rows = rows_for(figures) - 1
        described = f"{title}: {described}."
        self._draw(
            (row, column), (title, title), [ordered, came], rows=rows, described=described, legend=True
        )

    def bars(self, first: int, last: int, column: int) -> None:
        """Draw a bar of what is delivered in each cell of a column."""
        bar_delivered(self._worksheet, column, first, last)

    @staticmethod
    def _series(
        name: str, names: Sequence[str], amounts: Sequence[float | str], place: Place, column: int
    ) -> dict[str, Any]:
        last = place.row + len(names) - 1
        return {
            "name": name,
            "categories": [SUMMARY_SHEET, place.row, place.names, last, place.names],
            "values": [SUMMARY_SHEET, place.row, column, last, column],
            # Rows are written to the disk at once, so the chart can't look its own figures up.
            "categories_data": [clean(each) for each in names],
            "values_data": list(amounts),
            "border": {"none": True},
            "data_labels": {"value": True, "font": {"size": 9, "color": INK}, "num_format": "#,##0"},
            "gap": 35,
        }

    def _draw(
        self,
        place: tuple[int, int],
        titles: tuple[str, str],
        series: Sequence[dict[str, Any]],
        *,
        rows: int,
        described: str,
        legend: bool = False,
    ) -> None:
        """Draw bars from left to right, the first on top; `titles` are the chart's name and what stands over it."""
        name, title = titles
        chart = self._workbook.add_chart({"type": "bar", "name": f"{NAMED} {name}"})
        if chart is None:
            raise TypeError("this XlsxWriter draws no bar charts")
        for each in series:
            chart.add_series(each)
        chart.set_legend({"position": "bottom", "font": {"size": 9}} if legend else {"none": True})
        font = {"size": 10, "color": FAINT, "bold": True}
        chart.set_title({"name": title, "name_font": font, "overlay": False} if title else {"none": True})
        look = {"line": {"none": True}, "num_font": {"size": 9}, "major_tick_mark": "none"}
        chart.set_y_axis({"reverse": True, **look})
        most = max((float(amount) for each in series for amount in each["values_data"]), default=0.0)
        axis = {"visible": False, "major_gridlines": {"visible": False}, "min": 0}
        chart.set_x_axis({**axis, "max": most * _ROOM} if most else axis)
        chart.set_chartarea({"border": {"none": True}, "fill": {"none": True}})
        chart.set_size({"width": _WIDTH, "height": ROW_PIXELS * rows})
        options = {"x_offset": 12, "y_offset": 4, "description": clean(described[:1000])}
        self._worksheet.insert_chart(*place, chart, options)


def _names(figures: Sequence[Figures]) -> list[str]:
    """Return what the bars are called: by the cell they stand for."""
    return [each.name or each.what for each in figures]
