"""The commands that ask something of placed orders: refill and cancel."""

import click

from bulkorders.cli.options import shared
from bulkorders.errors import CallError


@click.command()
@click.option(
    "--order", "orders", multiple=True, metavar="ID", help="An order id; may be given several times."
)
@click.option("--panel", metavar="NAME", help="Which panel of bulkorders.toml is meant.")
@shared
def refill(*, orders: tuple[str, ...], panel: str | None, as_json: bool) -> int:
    """Ask the panel to refill placed orders."""
    return _ask("refill", orders, panel, as_json=as_json)


@click.command()
@click.option(
    "--order", "orders", multiple=True, metavar="ID", help="An order id; may be given several times."
)
@click.option("--panel", metavar="NAME", help="Which panel of bulkorders.toml is meant.")
@shared
def cancel(*, orders: tuple[str, ...], panel: str | None, as_json: bool) -> int:
    """Ask the panel to cancel placed orders; `refresh` shows what became of it."""
    return _ask("cancel", orders, panel, as_json=as_json)


def _ask(kind: str, orders: tuple[str, ...], panel: str | None, *, as_json: bool) -> int:
    if not orders:
        raise CallError("call.nothing_named")
    import asyncio

    from bulkorders.cli.display import show_requests
    from bulkorders.cli.front import TerminalFront
    from bulkorders.model.lifecycle import RequestKind
    from bulkorders.pipeline.requesting import request
    from bulkorders.settings import load_settings

    with TerminalFront(yes=False, quiet=as_json) as front:
        found = asyncio.run(request(RequestKind(kind), orders, load_settings(), front, panel=panel))
    show_requests(found, as_json=as_json)
    return found.exit_code
