"""The commands over a sheet: check, submit, refresh."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bulkorders.cli import cluster
from bulkorders.cli.options import Amount, allowances, lines_option, mapping_of, shared, sheet_options
from bulkorders.errors import CallError

if TYPE_CHECKING:
    from bulkorders.cli.front import TerminalFront
    from bulkorders.pipeline.options import Options


@click.command()
@allowances
@sheet_options
@lines_option
@shared
def check(*, as_json: bool, **given: Any) -> int:
    """Validate every row of SHEET against the live catalogue; spend and record nothing. - reads what is pasted."""
    return _over_sheet("check", given, as_json=as_json)


@click.command()
@click.option("--yes", is_flag=True, help="Go on without being asked: for scripts.")
@click.option("--dry-run", is_flag=True, help="Stop where the first order would be sent.")
@click.option("--concurrency", type=click.IntRange(1, 500), metavar="N", help="Orders in flight at once (8).")
@click.option(
    "--per-second", type=click.FloatRange(0, min_open=True), metavar="N", help="Orders a second at most."
)
@click.option("--canary", is_flag=True, help="Place one order first, and compare its real charge.")
@click.option(
    "--one-per-link", is_flag=True, help="Let a row wait while its service and link have an open order."
)
@click.option(
    "--recheck",
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="Ask the catalogue again when older than this (60 before the first order, then 600).",
)
@click.option(
    "--max-total", type=Amount(), help="Send nothing if the campaign would cost more than this in all."
)
@click.option("--retry-rejected", is_flag=True, help="Try orders again that the panel refused.")
@click.option(
    "--queue", is_flag=True, help="Let the workers place the orders: this machine needs no API key."
)
@click.option("--wait", is_flag=True, help="With --queue: wait until they have, and show how far they are.")
@allowances
@sheet_options
@lines_option
@shared
def submit(*, as_json: bool, **given: Any) -> int:
    """Place the orders of SHEET, each at most once; run again it goes on where it stopped.

    - for SHEET takes what is pasted on standard input, such as lines of service | link | quantity; it is
    kept in a file of the current folder.
    """
    queue, wait = bool(given.pop("queue")), bool(given.pop("wait"))
    if wait and not queue:
        raise CallError("call.usage", reason="--wait is for --queue", command="bulkorders submit")
    if queue:
        cluster.installed()
    name = "submit --queue --wait" if wait else "submit --queue" if queue else "submit"
    return _over_sheet(name, given, as_json=as_json)


@click.command()
@click.option(
    "--all", "everything", is_flag=True, help="Every open order of the journal, whatever its sheet."
)
@click.option("--recheck", "recheck_final", is_flag=True, help="Ask about orders with a final status too.")
@click.option("--worksheet", metavar="NAME", help="Which worksheet holds the orders.")
@click.option(
    "--map", "mapping", metavar='"HEADER=FIELD"', multiple=True, help="Which header means which field."
)
@click.option("--forget-map", is_flag=True, help="Forget what was said before of a sheet with these headers.")
@click.option("--results", type=click.Path(), metavar="FILE", help="Where the results workbook goes.")
@click.option("--panel", metavar="NAME", help="Which panel of bulkorders.toml is meant.")
@click.option("--campaign", metavar="NAME", help="The campaign these orders belong to.")
@click.option("--queue", is_flag=True, help="Let the workers ask: this machine needs no API key.")
@click.argument("sheet", type=click.Path(), required=False)
@lines_option
@shared
def refresh(*, as_json: bool, everything: bool, queue: bool, sheet: str | None, **given: Any) -> int:
    """Ask what became of the open orders of SHEET, and update its results workbook. Can't spend."""
    if everything == (sheet is not None):
        raise CallError("call.sheet_needed")
    if everything and given["as_lines"]:
        raise CallError("call.lines_of_all")
    if queue:
        cluster.installed()
        _unfit_for_the_queue(given)
    if sheet is not None:
        name = "refresh --queue" if queue else "refresh"
        return _over_sheet(name, {**given, "sheet": sheet}, as_json=as_json)
    recheck = bool(given.get("recheck_final"))
    return _refresh_all(given.get("panel"), recheck=recheck, queue=queue, as_json=as_json)


def _unfit_for_the_queue(given: dict[str, Any]) -> None:
    """Raise CallError where something is asked for that workers don't do."""
    if given.get("recheck_final"):
        reason = "--recheck is for a machine that holds the key"
        raise CallError("call.usage", reason=reason, command="bulkorders refresh")


def _over_sheet(name: str, given: dict[str, Any], *, as_json: bool) -> int:
    from bulkorders.cli import pasting
    from bulkorders.cli.front import TerminalFront

    as_lines = given.pop("as_lines")
    front = TerminalFront(yes=bool(given.get("yes")), quiet=as_json or as_lines)
    with pasting.kept(given["sheet"], front.tell, keep=name != "check" and not given.get("dry_run")) as sheet:
        options = _options({**given, "sheet": sheet})
        return _run_over(name, options, front, as_json=as_json, as_lines=as_lines)


def _run_over(name: str, options: "Options", front: "TerminalFront", *, as_json: bool, as_lines: bool) -> int:
    import asyncio

    from bulkorders.cli.display import show_report
    from bulkorders.pipeline import reporting, story
    from bulkorders.pipeline.following import refreshing
    from bulkorders.settings import load_settings

    settings = load_settings()
    run = {"check": story.check, "submit": story.submit, "refresh": refreshing.refresh}
    if name.startswith("submit --queue"):
        from bulkorders.cluster import queueing

        run[name] = queueing.waiting if name.endswith("--wait") else queueing.queueing
    elif name == "refresh --queue":
        from bulkorders.cluster import refreshing as by_workers

        run[name] = by_workers.refresh
    elif name == "submit" and settings.shared and cluster.is_installed():
        from bulkorders.cluster import beside

        run[name] = beside.submit
    with front:
        report = asyncio.run(run[name](options, settings, front))
    shown = name.partition(" ")[0] if options.dry_run else name  # what is only looked at is in no queue
    show_report(report, shown, as_json=as_json, as_lines=as_lines)
    return reporting.exit_code_of(report)


def _options(given: dict[str, Any]) -> "Options":
    from bulkorders.pipeline.options import Options

    told = {name: value for name, value in given.items() if value is not None}
    told["sheet"] = Path(told["sheet"])
    told["mapping"] = mapping_of(told.get("mapping", ()))
    if "results" in told:
        told["results"] = Path(told["results"])
    return Options(**told)


def _refresh_all(panel: str | None, *, recheck: bool, queue: bool, as_json: bool) -> int:
    import asyncio

    from bulkorders.cli.display import show_runs
    from bulkorders.cli.front import TerminalFront
    from bulkorders.pipeline.following import everything
    from bulkorders.settings import load_settings

    front = TerminalFront(yes=False, quiet=as_json)
    with front:
        if queue:
            from bulkorders.cluster import refreshing as by_workers

            asked = by_workers.refresh_all(load_settings(), front, panel=panel)
        else:
            asked = everything.refresh_all(
                load_settings(), front, panel=panel, recheck=recheck, every_order=as_json
            )
        runs = asyncio.run(asked)
    show_runs(runs, as_json=as_json)
    return everything.exit_code_of(runs)
