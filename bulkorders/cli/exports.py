"""The command `export`: the ledger as files for spreadsheets, accountants and databases."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bulkorders.cli.options import shared

if TYPE_CHECKING:
    from bulkorders.pipeline.books.exporting import Exported

    _DayType = click.ParamType[date]
else:
    _DayType = click.ParamType  # older versions of click can't be subscripted at run time

FORMATS = ("csv", "xlsx", "jsonl", "parquet", "beancount", "hledger", "quickbooks", "xero")


class Day(_DayType):
    """A day, written so that day and month can't be confused."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day, or fail with what was expected."""
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"expected a day such as 2026-10-31, found {value}", param, ctx)


@click.command()
@click.option("--format", "format_", type=click.Choice(FORMATS), required=True, help="What is written.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Where it goes: a file or a folder."
)
@click.option("--from", "since", type=Day(), metavar="DATE", help="The first day, such as 2026-10-01.")
@click.option("--to", "until", type=Day(), metavar="DATE", help="The last day; it is included.")
@click.option("--campaign", metavar="NAME", help="Only this campaign.")
@click.option("--panel", metavar="NAME", help="Only this panel.")
@click.option("--since-last", is_flag=True, help="Only what came after the last export of this kind.")
@click.option("--columns", type=click.Choice(["3", "4"]), help="QuickBooks: Amount, or Credit and Debit.")
@click.option(
    "--delimiter", type=click.Choice([",", ";", "\t", "|"]), metavar="MARK", help="CSV: between columns."
)
@click.option("--decimal", type=click.Choice([",", "."]), metavar="MARK", help="CSV: the decimal mark.")
@click.option("--dates", type=click.Choice(["iso", "dmy", "mdy"]), help="How days are written.")
@click.option(
    "--locale", metavar="NAME", help="As spreadsheets of a country have it, such as vi_VN or de_DE."
)
@click.option(
    "--known",
    type=click.Path(path_type=Path),
    metavar="FILE",
    multiple=True,
    help="Leave out lines whose ids stand in this file, such as your books.",
)
@click.option("--force", is_flag=True, help="Replace a file that is there with other lines.")
@shared
def export(*, format_: str, columns: str | None, as_json: bool, **given: Any) -> int:
    """Write the ledger for spreadsheets, accountants and databases.

    Each line keeps its id for ever, so what is imported again is known again. Spending is below zero, as on a
    bank's statement.
    """
    import asyncio

    from bulkorders.pipeline.books.exporting import Asked
    from bulkorders.pipeline.books.exporting import export as exported
    from bulkorders.settings import load_settings

    asked = Asked(format_, columns=int(columns) if columns else None, **given)
    found = asyncio.run(exported(asked, load_settings()))
    _show(found, as_json=as_json)
    return 0


def _show(found: "Exported", *, as_json: bool) -> None:
    from bulkorders import wording
    from bulkorders.cli.display import print_json
    from bulkorders.cli.folding import folded

    if as_json:
        print_json(found.to_json())
        return
    for file in found.files:
        facts = {"file": file.file, "lines": file.lines}
        click.echo(wording.note(f"export.file.{file.state}", facts))
    for total in found.totals:
        told = wording.amount(total.amount, total.currency)
        facts = {"account": total.account, "amount": told, "lines": total.lines}
        click.echo(wording.note("export.total", facts))
    for code, about in found.notes:
        click.echo(folded(wording.note(code, about)), err=True)
