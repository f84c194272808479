"""The commands over money: close a month, enter what moved without an order."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bulkorders.cli.options import shared

if TYPE_CHECKING:
    from decimal import Decimal

    from bulkorders.model.entries import EnteredKind


@click.command()
@click.option("--month", metavar="YYYY-MM", help="Which month; left out, the last one that is over.")
@click.option("--panel", metavar="NAME", help="Only the account of this panel of bulkorders.toml.")
@click.option("--account", metavar="ADDRESS", help="Only this account, as the journal names it.")
@click.option(
    "--out", type=click.Path(), metavar="FILE", help="The statement; statement-YYYY-MM.xlsx at first."
)
@click.option(
    "--ask", is_flag=True, help="Ask the accounts what they hold now, for a month that is not over."
)
@shared
def close(
    *, month: str | None, panel: str | None, account: str | None, out: str | None, ask: bool, as_json: bool
) -> int:
    """Close a month's books: balances, charges, refunds, payments, and what nothing explains.

    Writes a statement workbook and a CSV of its lines. Records nothing, and can't spend. Months are those of
    the `timezone` setting. Ends with 6 where money is left that nothing explains.
    """
    import asyncio

    from bulkorders.cli.books_display import show_closing
    from bulkorders.cli.front import TerminalFront
    from bulkorders.pipeline.books import closing
    from bulkorders.settings import load_settings

    wanted = closing.Wanted(month, panel, account, Path(out) if out else None, ask)
    with TerminalFront(yes=False, quiet=as_json) as front:
        found = asyncio.run(closing.close(wanted, load_settings(), front))
    show_closing(found, as_json=as_json)
    return found.exit_code


@click.command()
@click.option("--top-up", metavar="AMOUNT", help="Money that was paid in.")
@click.option("--opening", metavar="AMOUNT", help="What the account held at that time.")
@click.option("--other", metavar="AMOUNT", help="Anything else; below zero where it left the account.")
@click.option("--at", metavar="DATE", help="When: 2026-10-05 or 2026-10-05 14:30; left out, now.")
@click.option("--note", metavar="TEXT", default="", help="What it was.")
@click.option("--currency", metavar="CODE", help="Its currency; left out, the account's.")
@click.option("--panel", metavar="NAME", help="Which panel of bulkorders.toml is meant.")
@click.option("--account", metavar="ADDRESS", help="Which account, as the journal names it.")
@shared
def enter(
    *,
    top_up: str | None,
    opening: str | None,
    other: str | None,
    as_json: bool,
    at: str | None,
    note: str,
    currency: str | None,
    panel: str | None,
    account: str | None,
) -> int:
    """Enter money that moved without an order of yours.

    An entry is never changed: take one back with the opposite amount (`--top-up -100`).
    """
    import asyncio

    from bulkorders.cli.books_display import show_entered
    from bulkorders.cli.front import TerminalFront
    from bulkorders.pipeline.books.entering import Said
    from bulkorders.pipeline.books.entering import enter as keep
    from bulkorders.settings import load_settings

    kind, amount = _one(top_up, opening, other)
    said = Said(amount, kind, at, note, panel, account, currency)
    with TerminalFront(yes=False, quiet=as_json) as front:
        found = asyncio.run(keep(said, load_settings(), front))
    show_entered(found, as_json=as_json)
    return 0


def _one(top_up: str | None, opening: str | None, other: str | None) -> "tuple[EnteredKind, Decimal]":
    """Return the one amount that was given. Raises CallError."""
    from bulkorders.errors import CallError
    from bulkorders.model import money
    from bulkorders.model.entries import EnteredKind

    told = {EnteredKind.TOP_UP: top_up, EnteredKind.OPENING: opening, EnteredKind.OTHER: other}
    given = [(kind, text) for kind, text in told.items() if text is not None]
    if len(given) != 1:
        raise CallError("enter.one", count=len(given))
    kind, text = given[0]
    amount = money.decimal(text.strip())
    if amount is None or (not amount and kind is not EnteredKind.OPENING):
        raise CallError("enter.amount", found=text)
    return kind, amount
