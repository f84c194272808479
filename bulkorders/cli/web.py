"""The command that opens the page in a browser: web."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bulkorders.cli.options import shared

if TYPE_CHECKING:
    from bulkorders.web.server import Place

PORT = 8910


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Where it listens.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    metavar="N",
    help="0 takes a free one.",
)
@click.option("--no-browser", is_flag=True, help="Only show the address, and open nothing.")
@click.option(
    "--allow-host",
    "hosts",
    multiple=True,
    metavar="NAME:PORT",
    help="A further name under which browsers reach it.",
)
@click.option(
    "--password-file",
    type=click.Path(),
    metavar="FILE",
    help="Who may log in; needed to serve other machines.",
)
@click.option(
    "--set-password", metavar="NAME", help="Ask for a password, put it into the password file, and end."
)
@click.option("--rehearsal", is_flag=True, help="With a pretend panel and a journal that is thrown away.")
@shared
def web(
    *,
    host: str,
    port: int,
    no_browser: bool,
    hosts: tuple[str, ...],
    password_file: str | None,
    set_password: str | None,
    rehearsal: bool,
    as_json: bool,
) -> int:
    """Open the page: upload an order sheet, check it, review it, and send it, in a browser.

    It serves this machine alone; whoever has the address that is shown may use it. Ends with Ctrl-C, after
    what is in flight.
    """
    import logging
    import sys

    from bulkorders.errors import CallError

    if "--debug" in sys.argv:
        logging.getLogger("bulkorders.web").addHandler(logging.StreamHandler())
    if set_password is not None:
        if password_file is None:
            raise CallError("page.password_file_needed")
        return _set_password(Path(password_file), set_password)
    from bulkorders.settings import load_settings
    from bulkorders.web.rehearsing import rehearsing
    from bulkorders.web.server import Place, run

    place = Place(host, port, hosts, Path(password_file) if password_file else None)

    def announce(address: str, where: "Place") -> None:
        _announce(address, where, as_json=as_json)

    if rehearsal:
        with rehearsing() as found:
            return run(found.settings, place, announce, browser=not no_browser, sandbox=found.sandbox)
    return run(load_settings(), place, announce, browser=not no_browser)


def _set_password(path: Path, name: str) -> int:
    import sys

    from bulkorders import wording
    from bulkorders.web import passwords

    if sys.stdin.isatty():
        asked = wording.translated("Password for {name}").format(name=name)
        password = click.prompt(asked, hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    passwords.keep(path, name, password)
    click.echo(wording.translated("Written: {path}").format(path=path), err=True)
    return 0


def _announce(address: str, place: "Place", *, as_json: bool) -> None:
    import json
    import sys

    from bulkorders import wording

    if as_json:
        click.echo(json.dumps({"schema": 1, "address": address}))
    else:
        click.echo(wording.note("page.open", {"address": address}))
    if not place.private:
        click.echo(wording.note("page.tls", {"host": place.host}), err=True)
    sys.stdout.flush()
