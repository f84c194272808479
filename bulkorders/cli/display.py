"""Shows results: as JSON, or for people on a terminal. Nothing is decided here."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bulkorders import wording
from bulkorders.cli.folding import folded
from bulkorders.cli.problems import SHOWN, indented, show_problems
from bulkorders.errors import BulkordersError
from bulkorders.wording import asked, summaries

if TYPE_CHECKING:
    from rich.console import Console

    from bulkorders.model.catalogue import Service
    from bulkorders.model.report import Report
    from bulkorders.pipeline.accounts import Account
    from bulkorders.pipeline.following.everything import Runs
    from bulkorders.pipeline.panels.listing import Listed
    from bulkorders.pipeline.panels.probing import Probed
    from bulkorders.pipeline.rehearsal import Rehearsed


def console() -> "Console":
    """Return where people's text goes: standard output, without colour where it is not a terminal."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def print_json(text: str) -> None:
    """Print one JSON object on standard output."""
    click.echo(text)


def say_error(error: BulkordersError, *, as_json: bool) -> None:
    """Say in one sentence what went wrong, and what to do next."""
    wording.explain(error)
    if as_json:
        told = {"code": error.code, "message": error.message, "next": error.next}
        print_json(json.dumps({"schema": 1, "error": told}, ensure_ascii=False))
        return
    click.echo(folded(f"{error.message} {error.next or ''}".rstrip()), err=True)


def show_report(report: "Report", command: str, *, as_json: bool, as_lines: bool = False) -> None:
    """Show what a run over a sheet came to; `as_lines` prints each order as an object of its own."""
    if as_lines:
        for line in report.to_lines():
            click.echo(line)
    elif as_json:
        print_json(report.to_json())
    else:
        _tell_report(report, command)


def _tell_report(report: "Report", command: str) -> None:
    screen = console()
    show_problems(screen, report)
    for line in summaries.consequences(report, command):
        screen.print(line, markup=False)
    _show_doubts(screen, report)
    if report.stopped is not None:
        told = f"{wording.translated('Stopped:')} {report.stopped.message} {report.stopped.next}"
        screen.print(told, markup=False, style="bold")
    following = summaries.next_step(report, command)
    if following:
        screen.print(following, markup=False)


def _show_doubts(screen: "Console", report: "Report") -> None:
    unsure = sum(each["state"] == "in_doubt" for order in report.notable() for each in order.requests)
    if unsure:
        screen.print(asked.doubtful(unsure), markup=False, style="bold magenta")
    doubts = [order for order in report.orders if order.state == "in_doubt"] if report.counts.in_doubt else []
    if not doubts:
        return
    screen.print()
    screen.print(summaries.doubts_heading(len(doubts)), markup=False, style="bold magenta")
    for order in doubts[:SHOWN]:
        indented(screen, summaries.doubt(order))
    if len(doubts) > SHOWN:
        indented(screen, summaries.more(len(doubts) - SHOWN))
    screen.print(summaries.doubts_next(), markup=False)


def show_runs(runs: "Runs", *, as_json: bool) -> None:
    """Show what a run over every open order came to, one line a campaign."""
    if as_json:
        print_json(runs.to_json())
        return
    screen = console()
    for report in runs.runs:
        screen.print(summaries.summary_line(report), markup=False)
    screen.print(asked.refreshed(runs.asked, runs.changed, runs.unasked, runs.in_doubt), markup=False)
    for late in runs.slow[:SHOWN]:
        indented(screen, f"{late['campaign']}: {late['message']}")
    if len(runs.slow) > SHOWN:
        indented(screen, summaries.more(len(runs.slow) - SHOWN))
    if runs.stopped is not None:
        screen.print(f"{runs.stopped.message} {runs.stopped.next}", markup=False)


def show_services(found: Sequence["Service"], account: "Account", *, as_json: bool) -> None:
    """Show services of the catalogue."""
    if as_json:
        listed = [_service(each, account) for each in found]
        print_json(json.dumps({"schema": 1, "account": account.id, "services": listed}, ensure_ascii=False))
        return
    rate = f"{account.currency} per 1,000" if account.currency else "Per 1,000"
    table = _table("ID", "Name", "Type", rate, "Min", "Max", "Refill", right=(3, 4, 5))
    for each in found:
        table.add_row(
            each.id,
            each.name if each.trouble is None else f"{each.name} ({each.trouble})",
            each.type.name,
            summaries.rate(each.rate, each.basis),
            wording.number(each.min),
            summaries.most(each.max),
            {True: "yes", False: "no", None: ""}[each.refill],
        )
    screen = console()
    screen.print(table)
    screen.print(summaries.found_services(len(found), len(account.catalogue.services)), markup=False)


def _service(each: "Service", account: "Account") -> Mapping[str, Any]:
    return {
        "service": each.id,
        "name": each.name,
        "type": each.type_name,
        "category": each.category,
        "rate": None if each.rate is None else format(each.rate, "f"),
        "per": each.basis,
        "currency": each.currency or account.currency,
        "min": each.min,
        "max": each.max,
        "refill": each.refill,
        "cancel": each.cancel,
        "trouble": each.trouble,
    }


def show_balance(account: "Account", *, as_json: bool) -> None:
    """Show what an account holds."""
    held = account.balance
    if as_json:
        amount = None if held is None else format(held.amount, "f")
        told = {"schema": 1, "account": account.id, "balance": amount, "currency": account.currency}
        print_json(json.dumps(told, ensure_ascii=False))
        return
    shown = wording.amount(held.amount if held else None, account.currency)
    console().print(f"{account.id}: {shown}", markup=False)


def show_panels(found: Sequence["Listed"], *, as_json: bool) -> None:
    """Show the panels of the settings."""
    if as_json:
        told = [
            {
                "name": each.name,
                "account": each.account,
                "preset": each.settings.preset,
                "currency": each.settings.currency,
                "key_from": each.key_from,
                "key_there": each.key_there,
            }
            for each in found
        ]
        print_json(json.dumps({"schema": 1, "panels": told}, ensure_ascii=False))
        return
    table = _table("Name", "Account", "Family", "Currency", "Key from")
    for each in found:
        place = each.key_from if each.key_there else f"{each.key_from} ({wording.translated('not set')})"
        own = each.settings
        table.add_row(each.name, each.account, own.preset or "", own.currency or "", place)
    console().print(table if found else wording.translated("No panel is set."))


def show_probed(found: "Probed", *, as_json: bool) -> None:
    """Show what a panel showed of itself, and the lines for bulkorders.toml."""
    if as_json:
        print_json(found.to_json())
        return
    screen = console()
    for _, sentence in found.findings:
        screen.print(sentence, markup=False)
    screen.print()
    screen.print(wording.translated("For bulkorders.toml:"), style="bold")
    screen.print(found.toml, markup=False)


def show_written(path: Path, *, as_json: bool) -> None:
    """Show which file was written."""
    if as_json:
        print_json(json.dumps({"schema": 1, "file": str(path)}, ensure_ascii=False))
        return
    console().print(summaries.written(str(path)), markup=False)


def show_sandbox(lines: Sequence[str], given: Mapping[str, Any], *, as_json: bool) -> None:
    """Show where the pretend panel listens, and how to point the tool at it."""
    if as_json:
        told = {"schema": 1, "key": given.get("key"), "lines": list(lines)}
        setting = "BULKORDERS_PANEL_URL="
        url = next(
            (line.split()[0].removeprefix(setting) for line in lines if line.startswith(setting)), None
        )
        click.echo(json.dumps({**told, "url": url}, ensure_ascii=False))
    else:
        click.echo("\n".join(lines))
    sys.stdout.flush()


def show_demo(rehearsed: "Rehearsed", *, as_json: bool) -> None:
    """Show what the demo came to."""
    if as_json:
        print_json(rehearsed.refreshed.to_json())
        return
    show_report(rehearsed.refreshed, "demo", as_json=False)
    screen = console()
    for line in summaries.rehearsal(rehearsed.sold, rehearsed.seconds, as_expected=rehearsed.as_expected):
        screen.print(line, markup=False)


def _table(*titles: str, right: Sequence[int] = ()) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for index, title in enumerate(titles):
        # Ids and amounts are never wrapped or cut; names give way.
        table.add_column(
            title, justify="right" if index in right else "left", no_wrap=index in right or index == 0
        )
    return table
