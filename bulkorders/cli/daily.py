"""The command for every day: daily, for cron, systemd timers and the Task Scheduler."""

import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bulkorders.cli import cluster
from bulkorders.cli.options import Amount, mapping_of, shared
from bulkorders.errors import CallError

if TYPE_CHECKING:
    from bulkorders.cli.day_front import DayFront
    from bulkorders.pipeline.days.day import Day
    from bulkorders.pipeline.days.hands import Hands
    from bulkorders.pipeline.days.notifying import Channel, Message
    from bulkorders.pipeline.options import Options
    from bulkorders.settings import Settings

log = logging.getLogger(__name__)


@click.command()
@click.option(
    "--yes", is_flag=True, help="Submit what is new. Without it rows are checked, and nothing is sent."
)
@click.option(
    "--max-total", type=Amount(), help="Send nothing if a campaign would cost more than this in all."
)
@click.option("--max-order", type=Amount(), help="Hold back orders that cost more than this.")
@click.option("--concurrency", type=click.IntRange(1, 500), metavar="N", help="Orders in flight at once (8).")
@click.option(
    "--per-second", type=click.FloatRange(0, min_open=True), metavar="N", help="Orders a second at most."
)
@click.option(
    "--one-per-link", is_flag=True, help="Let a row wait while its service and link have an open order."
)
@click.option("--queue", is_flag=True, help="Let the workers place and ask: this machine needs no API key.")
@click.option("--wait", is_flag=True, help="With --queue: wait until they have placed what is new.")
@click.option("--panel", metavar="NAME", help="Which panel of bulkorders.toml is meant.")
@click.option("--worksheet", metavar="NAME", help="Which worksheet holds the orders.")
@click.option(
    "--map", "mapping", metavar='"HEADER=FIELD"', multiple=True, help="Which header means which field."
)
@click.option(
    "--notify",
    metavar="URL",
    multiple=True,
    help="Tell a person there, when one is needed; env:NAME keeps it secret.",
)
@click.option(
    "--log", "log_file", type=click.Path(dir_okay=False), metavar="FILE", help="Where the log goes."
)
@click.argument("sheets", type=click.Path(), nargs=-1, required=True, metavar="SHEET…|FOLDER")
@shared
def daily(
    *,
    as_json: bool,
    sheets: tuple[str, ...],
    notify: tuple[str, ...],
    log_file: str | None,
    queue: bool,
    wait: bool,
    **given: Any,
) -> int:
    """Do a day's work: submit what is new, refresh all open orders, write the results.

    The exit code speaks of what is new: a row that was wrong yesterday already is no news.
    """
    from bulkorders.cli.logfile import log_to
    from bulkorders.panel.masking import masking
    from bulkorders.pipeline.days import notifying
    from bulkorders.pipeline.secrets import addresses, secrets
    from bulkorders.settings import load_settings

    settings = load_settings()
    hands = _hands(settings, queue=queue, wait=wait)
    told = addresses(settings, notify)
    path = Path(log_file) if log_file else settings.home / "logs" / "daily.log"
    with log_to(path, masking(*secrets(settings), *told)):
        return _logged(
            [Path(each) for each in sheets],
            _options(given),
            settings,
            notifying.channels(told),
            hands,
            as_json=as_json,
        )


def _hands(settings: "Settings", *, queue: bool, wait: bool) -> "Hands | None":
    """Return whose hands do the day where they are not simply this machine's own. Raises CallError."""
    if wait and not queue:
        raise CallError("call.usage", reason="--wait is for --queue", command="bulkorders daily")
    if not queue:
        if not (settings.shared and cluster.is_installed()):
            return None
        from bulkorders.cluster.beside import OwnHands

        return OwnHands()
    cluster.installed()
    from bulkorders.cluster.days import Workers

    return Workers(wait=wait)


def _options(given: dict[str, Any]) -> "Options":
    from bulkorders.pipeline.options import Options

    told = {name: value for name, value in given.items() if value is not None}
    return Options(sheet=Path(), **told | {"mapping": mapping_of(told["mapping"])})


def _logged(
    sheets: Sequence[Path],
    options: "Options",
    settings: "Settings",
    ways: Sequence["Channel"],
    hands: "Hands | None",
    *,
    as_json: bool,
) -> int:
    """Do the day, show it, tell of it, and keep in the log how it ended, whatever it ended with."""
    import asyncio

    from bulkorders.cli.day_front import DayFront
    from bulkorders.cli.display_day import show_day
    from bulkorders.pipeline.days import notifying
    from bulkorders.pipeline.days.daily import daily as live

    began = time.monotonic()
    log.info("daily began: %s%s", ", ".join(map(str, sheets)), " --yes" if options.yes else "")
    front = DayFront(yes=options.yes, quiet=as_json)
    try:
        with front:
            day = asyncio.run(live(sheets, options, settings, front, hands))
    except BaseException as error:
        _failed(error, ways, front, time.monotonic() - began)
        raise
    for line in show_day(day, as_json=as_json):
        log.info("%s", line)
    reached = _notify(notifying.message_of(day, settings.many_rejected), ways, front)
    if reached:
        _remember(day, settings, front)
    log.info("daily ended: exit %d after %.1f s", day.exit_code, time.monotonic() - began)
    return day.exit_code


def _failed(error: BaseException, ways: Sequence["Channel"], front: "DayFront", seconds: float) -> None:
    from bulkorders import wording
    from bulkorders.errors import BulkordersError
    from bulkorders.pipeline.days import notifying

    if isinstance(error, BulkordersError):
        told = wording.explain(error)
        sentence, code = f"{told.message} {told.next or ''}".strip(), error.exit_code
        log.error("%s", sentence)
        _notify(notifying.stopped_message(sentence), ways, front)
    else:
        code = 130 if isinstance(error, KeyboardInterrupt) else 1
        log.error("%s", type(error).__name__)
        if isinstance(error, Exception):
            crashed = wording.explain(BulkordersError("crash", kind=type(error).__name__))
            _notify(notifying.stopped_message(f"{crashed.message} {crashed.next}"), ways, front)
    log.info("daily ended: exit %d after %.1f s", code, seconds)


def _notify(message: "Message | None", ways: Sequence["Channel"], front: "DayFront") -> bool:
    """Send a message; return whether somebody was told, or nobody had to be."""
    from bulkorders import wording
    from bulkorders.pipeline.days import notifying

    if message is None or not ways:
        return True
    failed = notifying.send(message, ways)
    for channel in failed:
        front.tell(wording.note("daily.not_notified", {"number": str(channel.number), "kind": channel.kind}))
    if len(failed) < len(ways):
        log.info("%s", wording.note("daily.notified", {"count": len(ways) - len(failed)}))
    return len(failed) < len(ways)


def _remember(day: "Day", settings: "Settings", front: "DayFront") -> None:
    from bulkorders import wording

    try:
        day.remember(settings)
    except OSError as error:
        front.tell(wording.note("daily.not_remembered", {"reason": error.strerror or str(error)}))
