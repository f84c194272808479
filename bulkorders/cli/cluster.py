"""The commands of several machines that share a journal: worker, status, pause and resume of a panel."""

import click

from bulkorders.cli.options import shared
from bulkorders.errors import CallError


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
@click.option("--metrics", metavar="HOST:PORT", help="Serve metrics in Prometheus text form (127.0.0.1).")
@click.option("--yes", is_flag=True, help="Go on without being asked: for services.")
@shared
def worker(*, names: str | None, lanes: int, metrics: str | None, yes: bool, as_json: bool) -> int:
    """Place queued orders, and ask what became of them, until Ctrl-C. The API keys stay with workers."""
    import asyncio

    from bulkorders.cli.front import TerminalFront
    from bulkorders.settings import load_settings

    installed()
    from bulkorders.cluster import working

    told = [name.strip() for name in (names or "").split(",") if name.strip()]
    with TerminalFront(yes=yes, quiet=as_json) as front:
        asyncio.run(working.work(load_settings(), front, names=told, lanes=lanes))
    return 0


def installed() -> None:
    """Raise CallError where the extra is not installed."""
    from importlib.util import find_spec

    if find_spec("procrastinate") is None or find_spec("psycopg") is None:
        raise CallError("cluster.missing")
