"""Shows a month's books and what was entered: as JSON, or for people on a terminal. Nothing is decided here."""

import json
import shutil
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bulkorders import wording
from bulkorders.cli.display import console, print_json
from bulkorders.cli.folding import folded
from bulkorders.model import money
from bulkorders.wording import translated

if TYPE_CHECKING:
    from rich.console import Console

    from bulkorders.accounting.closing import AccountClosing
    from bulkorders.accounting.drilldown import Group
    from bulkorders.model.entries import Entered
    from bulkorders.pipeline.books.closing import Closed

WIDTH = 80
SHOWN = 12
"""Campaigns, services and orders shown; all of them stand in the statement and in `--json`."""

UNKNOWN = "not known"


def show_closing(found: "Closed", *, as_json: bool) -> None:
    """Show a month's books, and where the statement is."""
    if as_json:
        print_json(found.to_json())
        return
    screen = console()
    month = found.closing.month
    if not found.closing.accounts:
        _say(screen, wording.note("close.nothing", {"month": str(month)}))
        return
    if found.closing.so_far:
        until = f"{month.local(found.closing.until):%Y-%m-%d %H:%M %z}"
        _say(screen, wording.note("close.so_far", {"until": until}))
    for account in found.closing.accounts:
        _show_account(screen, found, account)
    _say(screen, translated("Statement: {path}").format(path=found.statement))
    _say(screen, translated("Its lines: {path}").format(path=found.lines))


def _show_account(screen: "Console", found: "Closed", account: "AccountClosing") -> None:
    title = " ".join(filter(None, (str(found.closing.month), account.account, account.currency)))
    screen.print()
    screen.print(title, markup=False, style="bold")
    screen.print(_equation(account))
    for heading, groups in (
        (translated("Campaign"), account.campaigns),
        (translated("Service"), account.services),
    ):
        if groups:
            screen.print(_groups(heading, groups))
    for sentence in remarks(account, found):
        _say(screen, sentence)
    screen.print()


def _equation(account: "AccountClosing") -> Any:
    """Return the equation as a table: what is added, what is taken off, what is left."""
    balances = [None if held is None else held.balance for held in (account.opening, account.closing)]
    rows: list[tuple[str, Decimal | None, str]] = [
        (translated("Opening balance"), balances[0], ""),
        (translated("Top-ups"), account.top_ups, "+"),
        (translated("Other"), account.other, "+"),
        (translated("Charges"), account.charges, "-"),
        (translated("Refunds"), account.refunds, "+"),
        (translated("Closing balance"), balances[1], "-"),
        (translated("Unexplained"), account.unexplained, "="),
        (translated("In doubt"), account.in_doubt, ""),
    ]
    if not account.other:
        del rows[2]
    table = _table("", "", account.currency or "", right=(2,), shown=False)
    digits = scale(each for _, each, _ in rows)
    for label, amount, sign in rows:
        strong = "bold" if sign == "=" else ""
        table.add_row(sign, label, shown(amount, digits), style=strong)
    return table


def _groups(heading: str, groups: "Sequence[Group]") -> Any:
    from rich.text import Text

    titles = [translated(each) for each in ("Orders", "Charges", "Refunds", "Net")]
    table = _table(heading, *titles, right=(1, 2, 3, 4))
    digits = scale(amount for each in groups for amount in (each.charges, each.refunds))
    for each in groups[:SHOWN]:
        name = each.name if each.id in (each.name, "") else f"{each.id}  {each.name}"
        amounts = [shown(amount, digits) for amount in (each.charges, each.refunds, each.net)]
        # As text: a name in brackets is no markup.
        table.add_row(Text(name), wording.number(each.orders), *amounts)
    if len(groups) > SHOWN:
        table.add_row(translated("… and {count} more").format(count=len(groups) - SHOWN), "", "", "", "")
    return table


def remarks(account: "AccountClosing", found: "Closed") -> list[str]:
    """Return what is to be said of an account's books, in sentences."""
    month, code = found.closing.month, account.currency
    said = []
    for name, held, day in (
        ("close.no_opening", account.opening, month.day(month.begin)),
        ("close.no_closing", account.closing, month.day(month.begin)),
    ):
        if held is None:
            said.append(wording.note(name, {"account": account.account, "day": day}))
    for each in account.paid_in:
        if each.deduced:
            told = translated("{amount} was paid in by {at}: the balance rose by as much.")
            at = f"{month.local(each.at):%Y-%m-%d %H:%M}"
            said.append(told.format(amount=wording.amount(each.amount, code), at=at))
    for gap in account.gaps:
        said += _gap(gap, account, found)
    if account.closing is not None and account.closing.uncharged:
        facts = {"amount": wording.amount(account.closing.uncharged, code)}
        said.append(wording.note("close.uncharged", facts))
    if account.closing is not None and account.closing.not_paid_back:
        facts = {"amount": wording.amount(account.closing.not_paid_back, code)}
        said.append(wording.note("close.unpaid", facts))
    if account.in_doubt:
        said.append(wording.note("close.in_doubt", {"amount": wording.amount(account.in_doubt, code)}))
    return said


def _gap(gap: Any, account: "AccountClosing", found: "Closed") -> list[str]:
    """Return what an unexplained amount is, between which readings it went, and what it could be."""
    month, code = found.closing.month, account.currency
    since, until = (f"{month.local(at):%Y-%m-%d %H:%M:%S}" for at in (gap.since, gap.until))
    facts = {
        "account": account.account,
        "amount": wording.amount(gap.amount.copy_abs(), code),
        "plain": money.text(gap.amount.copy_abs()),
        "since": since,
        "until": until,
        "before": wording.amount(gap.held_before, code),
        "after": wording.amount(gap.held_after, code),
        "runs": ", ".join(gap.runs),
        "day": month.day(gap.until),
    }
    said = [wording.note("close.too_much" if gap.amount > 0 else "close.too_little", facts)]
    if gap.orders:
        orders = [
            f"{each.campaign} row {each.row} ({each.order_id or each.state})" for each in gap.orders[:SHOWN]
        ]
        if len(gap.orders) > SHOWN:
            orders.append(translated("… and {count} more").format(count=len(gap.orders) - SHOWN))
        said.append(wording.note("close.could_be", {"orders": orders}))
    elif gap.amount > 0:
        said.append(wording.note("close.could_be_nobody", {}))
    return said


def show_entered(found: "Entered", *, as_json: bool) -> None:
    """Show what was entered."""
    if as_json:
        told = {name: getattr(found, name) for name in ("id", "account", "currency", "at", "note", "run")}
        told |= {"kind": found.kind.value, "amount": money.text(found.amount)}
        print_json(json.dumps({"schema": 1, "entered": told}, ensure_ascii=False))
        return
    facts = {
        "account": found.account,
        "kind": found.kind.value.replace("_", "-"),
        "amount": wording.amount(found.amount, found.currency),
        "at": wording.moment(found.at),
    }
    _say(console(), wording.note("enter.entered", facts))


def scale(amounts: Any) -> int:
    """Return the most decimals any of these amounts has."""
    exponents = [money.plain(each).as_tuple().exponent for each in amounts if each is not None]
    return max((-each for each in exponents if isinstance(each, int)), default=0)


def shown(amount: Decimal | None, digits: int) -> str:
    """Return an amount with so many decimals, so that the points of a column stand under each other."""
    return translated(UNKNOWN) if amount is None else f"{amount:,.{max(digits, 0)}f}"


def _say(screen: "Console", sentence: str) -> None:
    screen.print(folded(sentence), markup=False)


def _table(*titles: str, right: Sequence[int] = (), shown: bool = True) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    width = min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_header=shown, width=width if shown else None)
    for index, title in enumerate(titles):
        # Amounts are never wrapped or cut; names give way.
        table.add_column(
            title,
            justify="right" if index in right else "left",
            no_wrap=index in right,
            ratio=None if index else 1,
            overflow="fold",
        )
    return table
