"""The commands of several machines that share a journal: worker, status, pause and resume of a panel."""

import json
from typing import TYPE_CHECKING

import click

from bulkorders.cli.options import shared
from bulkorders.errors import CallError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bulkorders.cluster.status import Status


@click.command()
@click.option(
    "--panels", "names", metavar="NAME,…", help="Which panels of bulkorders.toml it works for (all)."
)
@click.option(
    "--lanes",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    metavar="N",
    help="Chunks of up to 50 orders placed side by side on each panel.",
)
@click.option(
    "--metrics", metavar="HOST:PORT", help="Serve metrics in Prometheus text form (host: 127.0.0.1)."
)
@click.option("--yes", is_flag=True, help="Answer yes to what it asks at its start: for services.")
@shared
def worker(*, names: str | None, lanes: int, metrics: str | None, yes: bool, as_json: bool) -> int:
    """Place queued orders, and ask what became of them, until Ctrl-C. The API keys stay with workers."""
    import asyncio
    from functools import partial

    from bulkorders.cli.front import TerminalFront
    from bulkorders.settings import load_settings

    installed()
    from bulkorders.cluster import working
    from bulkorders.cluster.metrics import address_of, served

    told = [name.strip() for name in (names or "").split(",") if name.strip()]
    if metrics is not None:
        address_of(metrics)
    _log_to_standard_error()
    with TerminalFront(yes=yes, quiet=as_json) as front:
        beside = partial(served, address=metrics) if metrics is not None else None
        asyncio.run(working.work(load_settings(), front, names=told, lanes=lanes, beside=beside))
    return 0


@click.command()
@shared
def status(*, as_json: bool) -> int:
    """Show what all machines of the journal are doing: queue, panels, workers, doubts. Needs no API key."""
    import asyncio

    from bulkorders.cli.display import print_json
    from bulkorders.settings import load_settings

    installed()
    from bulkorders.cluster.status import look

    found = asyncio.run(look(load_settings()))
    if as_json:
        print_json(json.dumps({"schema": 1, **found.as_json()}, ensure_ascii=False))
    else:
        _show(found)
    return 6 if found.amiss else 0


@click.command()
@click.argument("name")
@click.option("--reason", default="", metavar="TEXT", help="What the others are told.")
@shared
def pause(*, name: str, reason: str, as_json: bool) -> int:
    """Let no worker on any machine begin another order on the panel NAME."""
    import asyncio

    from bulkorders.settings import load_settings

    installed()
    from bulkorders.cluster import pausing

    account = asyncio.run(pausing.pause(load_settings(), name, reason))
    _say("cluster.paused", name, account, paused=True, as_json=as_json)
    return 0


@click.command()
@click.argument("name")
@shared
def resume(*, name: str, as_json: bool) -> int:
    """Let the workers on all machines go on with the panel NAME."""
    import asyncio

    from bulkorders.settings import load_settings

    installed()
    from bulkorders.cluster import pausing

    account, was = asyncio.run(pausing.resume(load_settings(), name))
    _say("cluster.resumed" if was else "cluster.not_paused", name, account, paused=False, as_json=as_json)
    return 0


def _say(code: str, name: str, account: str, *, paused: bool, as_json: bool) -> None:
    from bulkorders import wording
    from bulkorders.cli.display import print_json

    if as_json:
        told = {"schema": 1, "panel": name, "account": account, "paused": paused}
        print_json(json.dumps(told, ensure_ascii=False))
    else:
        click.echo(wording.note(code, {"name": name, "account": account}))


def _show(found: "Status") -> None:
    from bulkorders import wording
    from bulkorders.cli.display import console
    from bulkorders.cli.problems import indented
    from bulkorders.wording import machines

    screen = console()
    sections: Sequence[tuple[str, list[tuple[str, list[str]]]]] = (
        ("Panels", [machines.panel(each) for each in found.panels]),
        ("Workers", [machines.worker(each) for each in found.workers]),
        ("To be reviewed again", [machines.held(each) for each in found.held]),
    )
    for title, parts in sections:
        if not parts and title != "Workers":
            continue
        screen.print(wording.translated(title), style="bold")
        for head, lines in parts:
            screen.print(head, markup=False)
            for line in lines:
                indented(screen, line)
        if not parts:
            screen.print(wording.note("cluster.nobody", {}), markup=False)


def _log_to_standard_error() -> None:
    """Let what a worker meets be read where its output goes: a service's log."""
    import logging
    import sys

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    for name, level in (("bulkorders.cluster", logging.INFO), ("procrastinate.worker", logging.ERROR)):
        log = logging.getLogger(name)
        log.addHandler(handler)
        log.setLevel(level)


def is_installed() -> bool:
    """Whether the extra is installed."""
    from importlib.util import find_spec

    return all(find_spec(name) is not None for name in ("procrastinate", "psycopg"))


def installed() -> None:
    """Raise CallError where the extra is not installed."""
    if not is_installed():
        raise CallError("cluster.missing")
