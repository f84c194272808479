"""The commands around the work: demo, template, sandbox."""

from pathlib import Path

import click

from bulkorders.cli.options import shared


@click.command()
@shared
def demo(*, as_json: bool) -> int:
    """Run a sample campaign against a pretend panel: nothing is spent, and no settings are needed.

    Leaves the sample sheet and its results workbook in the current folder.
    """
    from bulkorders.cli.display import show_demo
    from bulkorders.cli.front import TerminalFront
    from bulkorders.pipeline.rehearsal import rehearse

    with TerminalFront(yes=True, quiet=as_json) as front:
        rehearsed = rehearse(Path(), front)
    show_demo(rehearsed, as_json=as_json)
    return 0 if rehearsed.as_expected else 1


@click.command()
@click.option(
    "--out",
    type=click.Path(),
    default="order-sheet.xlsx",
    show_default=True,
    metavar="FILE",
    help="Where it goes.",
)
@click.option("--panel", metavar="NAME", help="Which panel of bulkorders.toml is meant.")
@click.option(
    "--type",
    "types",
    metavar="NAME",
    multiple=True,
    help="Only for services of this type, such as Subscriptions; may stand several times.",
)
@shared
def template(*, out: str, panel: str | None, types: tuple[str, ...], as_json: bool) -> int:
    """Make a blank order sheet with the panel's services in a drop-down."""
    import asyncio

    from bulkorders.cli.display import show_written
    from bulkorders.pipeline.accounts import ask_one
    from bulkorders.settings import load_settings
    from bulkorders.sheet.templates import write_template

    account = asyncio.run(ask_one(load_settings(), panel, catalogue=True))
    write_template(Path(out), account.catalogue, types)
    show_written(Path(out), as_json=as_json)
    return 0


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Where it listens.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8900,
    show_default=True,
    metavar="N",
    help="0 takes a free one.",
)
@click.option("--key", default="sandbox-key", show_default=True, metavar="KEY", help="The API key it takes.")
@click.option(
    "--latency",
    default="0ms",
    show_default=True,
    metavar="TIME",
    help="Delay of answers, `300ms` or `300-700ms`.",
)
@click.option(
    "--speed",
    type=click.FloatRange(0, min_open=True),
    metavar="N",
    help="How many times faster than an ordinary day.",
)
@click.option("--balance", metavar="AMOUNT", help="What the account holds at the start.")
@click.option("--seed", type=int, metavar="N", help="The same seed gives the same panel.")
@click.option("--services", type=click.IntRange(1), metavar="N", help="How many services it sells.")
@click.option("--state", type=click.Path(), metavar="FILE", help="Keep its orders in a file.")
@click.option(
    "--dialect", metavar="NAME", help="Which family of panels it speaks like; `documented` at first."
)
@shared
def sandbox(*, as_json: bool, **given: object) -> int:
    """Serve a pretend panel over HTTP, for trying things out. Ends with Ctrl-C."""
    from bulkorders.cli.display import show_sandbox
    from bulkorders.errors import CallError
    from bulkorders.sandbox.errors import SandboxError
    from bulkorders.sandbox.server import run

    try:
        run(announce=lambda lines: show_sandbox(lines, given, as_json=as_json), **given)  # type: ignore[arg-type]  # click has made each value the type that its option declares
    except SandboxError as error:
        raise CallError("call.sandbox", reason=str(error)) from error
    return 0
