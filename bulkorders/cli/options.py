"""Options that several commands share, and how their texts become values."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import click

from bulkorders.errors import CallError

Command = Callable[..., Any]

if TYPE_CHECKING:
    _AmountType = click.ParamType[Decimal]
else:
    _AmountType = click.ParamType  # older versions of click can't be subscripted at run time


class Amount(_AmountType):
    """An exact amount of money, not negative."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Return the amount, or fail with what was expected."""
        try:
            found = Decimal(str(value))
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite() or found < 0:
            self.fail(f"expected an amount such as 25.50, found {value}", param, ctx)
        return found


def shared(command: Command) -> Command:
    """Add the options every command has."""
    command = click.option(
        "--debug", is_flag=True, help="Show the traceback of an error.", expose_value=False
    )(command)
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")(
        command
    )


def lines_option(command: Command) -> Command:
    """Add the option of commands whose report may be too long for one object."""
    return click.option(
        "--jsonl",
        "as_lines",
        is_flag=True,
        help="Print one JSON object for each order, then one for the run: for very large sheets.",
    )(command)


def sheet_options(command: Command) -> Command:
    """Add the options of commands that read an order sheet."""
    for option in (
        click.option("--worksheet", metavar="NAME", help="Which worksheet holds the orders."),
        click.option(
            "--map",
            "mapping",
            metavar='"HEADER=FIELD"',
            multiple=True,
            help="Which header means which field; remembered for sheets with the same headers.",
        ),
        click.option(
            "--forget-map", is_flag=True, help="Forget what was said before of a sheet with these headers."
        ),
        click.option("--results", type=click.Path(), metavar="FILE", help="Where the results workbook goes."),
        click.option("--panel", metavar="NAME", help="Which panel of bulkorders.toml is meant."),
        click.option("--campaign", metavar="NAME", help="The campaign these orders belong to."),
        click.argument("sheet", type=click.Path()),
    ):
        command = option(command)
    return command


def allowances(command: Command) -> Command:
    """Add the options that let through what is held back otherwise."""
    for option in (
        click.option("--max-order", type=Amount(), help="Hold back orders that cost more than this."),
        click.option(
            "--allow-changed", is_flag=True, help="Order rows again that were changed after they were sent."
        ),
        click.option(
            "--allow-duplicates", is_flag=True, help="Order what was ordered before, or stands twice."
        ),
    ):
        command = option(command)
    return command


def mapping_of(told: tuple[str, ...]) -> dict[str, str]:
    """Return header → field. Raises CallError where a text is no such pair."""
    found = {}
    for pair in told:
        header, mark, field = pair.rpartition("=")
        if not mark or not header.strip() or not field.strip():
            raise CallError("call.map", found=pair)
        found[header.strip()] = field.strip()
    return found
