"""The commands that ask something of placed orders: refill and cancel."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bulkorders.cli import cluster
from bulkorders.cli.options import Command, shared
from bulkorders.errors import CallError

if TYPE_CHECKING:
    from bulkorders.model.requesting import Requested

SHOWN = 20
"""Orders listed on the terminal; all of them stand in `--json`."""


def choosing(command: Command) -> Command:
    """Add the options by which orders are chosen."""
    for option in (
        click.option("--yes", is_flag=True, help="Go on without being asked: for scripts."),
        click.option("--queue", is_flag=True, help="Let the workers ask: this machine needs no API key."),
        click.option("--panel", metavar="NAME", help="Which panel of bulkorders.toml is meant."),
        click.option(
            "--order", "orders", multiple=True, metavar="ID", help="An order id; may be given several times."
        ),
        click.option("--campaign", metavar="NAME", help="All orders of this campaign that may have one."),
        click.argument("sheet", type=click.Path(), required=False),
    ):
        command = option(command)
    return command


@click.command()
@choosing
@shared
def refill(
    *,
    sheet: str | None,
    campaign: str | None,
    orders: tuple[str, ...],
    panel: str | None,
    yes: bool,
    queue: bool,
    as_json: bool,
) -> int:
    """Ask the panel to refill completed orders of SHEET, of a campaign, or those named.

    Only where the service has a refill, and none was asked for lately; the others are listed with the reason.
    `refresh` tells what became of each.
    """
    return _ask("refill", sheet, campaign, orders, panel, yes=yes, queue=queue, as_json=as_json)


@click.command()
@choosing
@shared
def cancel(
    *,
    sheet: str | None,
    campaign: str | None,
    orders: tuple[str, ...],
    panel: str | None,
    yes: bool,
    queue: bool,
    as_json: bool,
) -> int:
    """Ask the panel to cancel open orders of SHEET, of a campaign, or those named.

    A cancel that was taken is only a request: `refresh` shows what became of it, and what was paid back.
    """
    return _ask("cancel", sheet, campaign, orders, panel, yes=yes, queue=queue, as_json=as_json)


def _ask(
    kind: str,
    sheet: str | None,
    campaign: str | None,
    orders: tuple[str, ...],
    panel: str | None,
    *,
    yes: bool,
    queue: bool,
    as_json: bool,
) -> int:
    given = [each for each in (sheet, campaign, orders) if each]
    if not given:
        raise CallError("call.nothing_named")
    if len(given) > 1:
        raise CallError("call.one_of")
    import asyncio

    from bulkorders.cli.front import TerminalFront
    from bulkorders.model.lifecycle import RequestKind
    from bulkorders.pipeline.requests.requesting import Choice, request
    from bulkorders.pipeline.requests.telling import exit_code_of
    from bulkorders.settings import load_settings

    choice = Choice(Path(sheet) if sheet else None, campaign, orders, panel)
    ask = request
    if queue:
        cluster.installed()
        from bulkorders.cluster import asks

        ask = asks.queue
    with TerminalFront(yes=yes, quiet=as_json) as front:
        found = asyncio.run(ask(RequestKind(kind), choice, load_settings(), front))
    show_requested(found, as_json=as_json)
    return exit_code_of(found)


def show_requested(found: "Requested", *, as_json: bool) -> None:
    """Show what the panel said to refills or cancels, and which orders were left out and why."""
    from bulkorders.cli.display import console, print_json
    from bulkorders.cli.problems import indented
    from bulkorders.wording import asked, summaries

    if as_json:
        print_json(found.to_json())
        return
    screen = console()
    screen.print(asked.outcome(found), markup=False, style="bold")
    unclear = [each for each in found.requests if each["state"] != "accepted"]
    listed = [asked.line(each) for each in (found.requests if found.named else unclear)]
    listed += [each.message for each in found.left_out] if found.named or not found.requests else []
    for line in listed[:SHOWN]:
        indented(screen, line)
    if len(listed) > SHOWN:
        indented(screen, summaries.more(len(listed) - SHOWN))
    if found.left_out and found.requests and not found.named:
        for reason in asked.reasons(found):
            indented(screen, reason)
    for path in found.results:
        screen.print(summaries.written(path), markup=False)
    if found.stopped is not None:
        screen.print(f"{found.stopped.message} {found.stopped.next}", markup=False, style="bold")
    following = asked.next_step(found)
    if following:
        screen.print(following, markup=False)
