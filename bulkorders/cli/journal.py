"""The commands over the record itself: journal status, path, copy, accept-rollback."""

import json
from typing import TYPE_CHECKING

import click

from bulkorders.cli.books import enter
from bulkorders.cli.options import shared

if TYPE_CHECKING:
    from bulkorders.journal.inspected import Inspected


@click.group()
def journal() -> None:
    """Look at the record of all orders, or take a restored one back into use."""


@journal.command()
@shared
def status(*, as_json: bool) -> int:
    """Show where the journal is, what it holds, and whether it is the newest."""
    from bulkorders.pipeline import journals
    from bulkorders.settings import load_settings

    found = journals.look(load_settings())
    _show(found, as_json=as_json)
    return 4 if found.behind else 0


@journal.command()
@shared
def path(*, as_json: bool) -> int:
    """Print where the journal is."""
    from bulkorders.cli.display import print_json
    from bulkorders.journal.opening import place_of
    from bulkorders.settings import load_settings

    where = place_of(load_settings().journal_url)
    if as_json:
        print_json(json.dumps({"schema": 1, "path": where}, ensure_ascii=False))
    else:
        click.echo(where)
    return 0


@journal.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@shared
def copy(source: str, target: str, *, as_json: bool) -> int:
    """Move a journal from a file (sqlite:///PATH) into an empty database (postgresql://USER@HOST/NAME).

    Both sides are counted and summed before it counts. The file stays, sealed: nothing more is written to it.
    """
    from bulkorders import wording
    from bulkorders.cli.display import print_json
    from bulkorders.pipeline import journals
    from bulkorders.settings import load_settings

    moved = journals.copy(source, target, load_settings())
    if as_json:
        told = {"schema": 1, "source": moved.source, "target": moved.target, "rows": moved.rows}
        print_json(json.dumps(told, ensure_ascii=False))
        return 0
    facts = {
        "source": moved.source,
        "target": moved.target,
        "orders": wording.number(moved.rows["orders"]),
        "attempts": wording.number(moved.rows["attempts"]),
        "events": wording.number(moved.rows["events"]),
    }
    click.echo(wording.note("journal.copied", facts))
    return 0


@journal.command("accept-rollback")
@click.option("--yes", is_flag=True, help="Go on without being asked: you know what was sent meanwhile.")
@shared
def accept_rollback(*, yes: bool, as_json: bool) -> int:
    """Take a journal back into use that is older than what was sent, such as a restored backup.

    Orders that were placed after the backup are unknown to it, and would be bought again: first look at the
    panel's own list of orders, and take those rows out of their sheets.
    """
    import asyncio

    from bulkorders.cli.front import TerminalFront
    from bulkorders.pipeline import journals
    from bulkorders.settings import load_settings

    with TerminalFront(yes=yes, quiet=as_json) as front:
        found = asyncio.run(journals.accept_rollback(load_settings(), front))
    _show(found, as_json=as_json)
    return 0


def _show(found: "Inspected", *, as_json: bool) -> None:
    from bulkorders import wording
    from bulkorders.cli.display import print_json

    fields = ("path", "id", "size", "attempts", "runs", "marked", "behind")
    facts = {name: getattr(found, name) for name in fields}
    if as_json:
        told = {"schema": 1, "journal": {**facts, "orders": dict(found.states)}}
        print_json(json.dumps(told, ensure_ascii=False))
        return
    held = [f"{wording.number(count)} {state.replace('_', ' ')}" for state, count in found.states.items()]
    facts |= {"size": f"{found.size / 1e6:,.1f} MB", "orders": ", ".join(held) or "0"}
    click.echo(wording.note("journal.holds", facts))
    if found.behind:
        click.echo(wording.note("journal.is_behind", facts))
    elif found.marked is not None:
        click.echo(wording.note("journal.is_newest", facts))


journal.add_command(enter)
