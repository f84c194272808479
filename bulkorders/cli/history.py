"""The commands that look back: history of the runs, and show of one order."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from bulkorders.cli.options import shared

if TYPE_CHECKING:
    from datetime import tzinfo

    from bulkorders.journal.protocol import Run
    from bulkorders.pipeline.following.telling import Story

RUN_FIELDS = (
    *("id", "command", "campaign", "sheet", "results", "started_at", "finished_at", "exit_code"),
    *("stopped", "who", "machine"),
)
LONGEST_ANSWER = 1_000
"""Characters of a raw answer that are shown; `--json` has all that was kept."""


@click.command()
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N", help="How many runs."
)
@click.option("--campaign", metavar="NAME", help="Only the runs of this campaign.")
@shared
def history(*, limit: int, campaign: str | None, as_json: bool) -> int:
    """Show the latest runs: when, over what, by whom, and what they came to."""
    import asyncio

    from bulkorders.pipeline.following.telling import history as latest
    from bulkorders.pipeline.placement.limits import zone_of
    from bulkorders.settings import load_settings

    settings = load_settings()
    runs = asyncio.run(latest(settings, limit, campaign=campaign))
    _show_runs(runs, zone_of(settings), as_json=as_json)
    return 0


@click.command()
@click.option(
    "--campaign", metavar="NAME", help="Which campaign is meant, where a reference stands in several."
)
@click.option("--panel", metavar="NAME", help="Which panel of bulkorders.toml is meant.")
@click.argument("order")
@shared
def show(*, order: str, campaign: str | None, panel: str | None, as_json: bool) -> int:
    """Show one order's whole story. ORDER is its order id, its reference, or its key or the beginning of it."""
    import asyncio

    from bulkorders.pipeline.following.telling import story_of
    from bulkorders.settings import load_settings

    found = asyncio.run(story_of(load_settings(), order.strip(), campaign=campaign, panel=panel))
    _show_story(found, as_json=as_json)
    return 0


def _show_runs(runs: "Sequence[Run]", zone: "tzinfo | None", *, as_json: bool) -> None:
    from bulkorders import wording
    from bulkorders.cli.display import console, print_json
    from bulkorders.cli.problems import indented
    from bulkorders.wording import stories

    if as_json:
        listed = [
            {
                **{name: getattr(each, name) for name in RUN_FIELDS},
                "counts": dict(each.counts),
                "money": [dict(part) for part in each.money],
            }
            for each in runs
        ]
        print_json(json.dumps({"schema": 1, "history": listed}, ensure_ascii=False))
        return
    screen = console()
    for each in runs:
        began = stories.at(each.started_at, zone)[:16]
        screen.print(f"{began}  {each.command}  {each.campaign or ''}".rstrip(), markup=False, style="bold")
        by = f"{each.who}@{each.machine}" if each.who and each.machine else each.who
        came_to = [
            stories.counts(each.counts, over_sheet="rows" in each.counts),
            stories.money(each.money),
            _ended(each),
        ]
        indented(screen, "; ".join(filter(None, came_to)))
        indented(screen, ", ".join(filter(None, (each.sheet, by))))
    if not runs:
        screen.print(wording.translated("No run is recorded yet."))


def _ended(run: "Run") -> str:
    from bulkorders import wording

    if run.finished_at is None:
        return wording.translated("not ended")
    told = wording.translated("exit {code}").format(code=run.exit_code)
    return f"{told} ({run.stopped})" if run.stopped else told


def _show_story(found: "Story", *, as_json: bool) -> None:
    from bulkorders.cli.display import print_json

    if as_json:
        print_json(json.dumps({"schema": 1, **_as_json(found)}, ensure_ascii=False))
        return
    _show_order(found)
    _show_events(found)
    _show_hands(found)
    _show_attempts(found)
    _show_entries(found)


def _show_order(found: "Story") -> None:
    from bulkorders import wording
    from bulkorders.cli.display import console
    from bulkorders.cli.problems import indented
    from bulkorders.wording import stories

    order, screen = found.order, console()
    heading = wording.translated("{campaign}, row {row}: {state}").format(
        campaign=order.campaign, row=order.row, state=order.state.value.replace("_", " ")
    )
    if order.order_ids:
        heading += f", {', '.join(order.order_ids)}"
    screen.print(_plain(heading), markup=False, style="bold")
    delivery = ", ".join(
        f"{name.replace('_', ' ')} {value}"
        for name, value in (("start_count", order.start_count), ("remains", order.remains))
        if value is not None
    )
    lines = {
        "Service": f"{order.service} {order.service_name}".strip(),
        "Link": order.link,
        "Quantity": wording.number(order.quantity),
        "Reference": order.reference,
        "Account": order.account,
        "Status": f"{order.status or ''}{f' ({delivery})' if delivery else ''}",
        "Charge": None if order.charge is None else wording.amount(order.charge, order.currency),
        "Estimate": wording.amount(order.estimate, order.currency),
        "Checked at": stories.at(order.checked_at, found.zone),
        "Key": order.key,
    }
    for title, value in lines.items():
        if value:
            indented(screen, _plain(f"{wording.translated(title)}: {value}"))


def _show_events(found: "Story") -> None:
    from bulkorders import wording
    from bulkorders.cli.display import console
    from bulkorders.cli.problems import indented
    from bulkorders.wording import stories

    screen = console()
    screen.print(wording.translated("What happened"), style="bold")
    currency = found.order.currency
    for each in found.events:
        told = stories.event(each.kind, each.after, each.facts, currency)
        indented(screen, _plain(f"{stories.at(each.at, found.zone)}  {told}"))


def _show_hands(found: "Story") -> None:
    """Show which runs touched the order, whose they were, and on which machine."""
    from bulkorders import wording
    from bulkorders.cli.display import console
    from bulkorders.cli.problems import indented
    from bulkorders.wording import stories

    if not found.runs:
        return
    screen = console()
    screen.print(wording.translated("Who"), style="bold")
    for each in found.runs:
        by = f"{each.who}@{each.machine}" if each.who and each.machine else each.who
        line = f"{stories.at(each.started_at, found.zone)}  {each.command}  {by}".rstrip()
        indented(screen, _plain(line))


def _show_attempts(found: "Story") -> None:
    from bulkorders import wording
    from bulkorders.cli.display import console
    from bulkorders.cli.problems import indented
    from bulkorders.wording import stories

    if not found.attempts:
        return
    screen = console()
    screen.print(wording.translated("What the panel answered"), style="bold")
    for each in found.attempts:
        status = f", HTTP {each.http_status}" if each.http_status else ""
        outcome = (each.outcome or "under way").replace("_", " ")
        head = f"{stories.at(each.claimed_at, found.zone)}  attempt {each.number}: {outcome}{status}"
        indented(screen, _plain(head))
        indented(screen, _plain(each.answer[:LONGEST_ANSWER] or wording.note("doubt.no_answer", {})))


def _show_entries(found: "Story") -> None:
    from bulkorders import wording
    from bulkorders.cli.display import console
    from bulkorders.cli.problems import indented
    from bulkorders.wording import stories

    if not found.entries:
        return
    screen = console()
    screen.print(wording.translated("Money"), style="bold")
    for each in found.entries:
        indented(screen, _plain(f"{stories.at(each.at, found.zone)}  {stories.entry(each)}"))


def _plain(text: str) -> str:
    """Return a text that others may have made up without anything a terminal would obey."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "\ufffd" for letter in text)


def _as_json(found: "Story") -> Mapping[str, Any]:
    from dataclasses import asdict

    order = asdict(found.order)
    return {
        "order": _digits(order),
        "runs": [{name: getattr(each, name) for name in RUN_FIELDS} for each in found.runs],
        "attempts": [_digits(asdict(each)) for each in found.attempts],
        "events": [_digits(asdict(each)) for each in found.events],
        "entries": [_digits(asdict(each)) for each in found.entries],
    }


def _digits(value: Any) -> Any:
    """Return plain values for JSON: amounts are strings of digits."""
    from decimal import Decimal

    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return {name: _digits(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_digits(each) for each in value]
    return value
