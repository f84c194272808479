"""The commands that look at panels: services, balance, and how each panel is set."""

from typing import TYPE_CHECKING

import click

from bulkorders.cli import cluster
from bulkorders.cli.options import shared

if TYPE_CHECKING:
    from bulkorders.pipeline.accounts import Account


@click.command()
@click.option("--search", metavar="TEXT", help="Only services whose id, name, category or type holds TEXT.")
@click.option("--panel", metavar="NAME", help="Which panel of bulkorders.toml is meant.")
@shared
def services(*, search: str | None, panel: str | None, as_json: bool) -> int:
    """List the services the panel sells today."""
    from bulkorders.cli.display import show_services

    account = _asked(panel, catalogue=True)
    words = (search or "").casefold().split()
    found = [
        each
        for each in account.catalogue.services.values()
        if all(word in f"{each.id} {each.name} {each.category} {each.type_name}".casefold() for word in words)
    ]
    show_services(found, account, as_json=as_json)
    return 0


@click.command()
@click.option("--panel", metavar="NAME", help="Which panel of bulkorders.toml is meant.")
@shared
def balance(*, panel: str | None, as_json: bool) -> int:
    """Show what the account holds."""
    from bulkorders.cli.display import show_balance

    show_balance(_asked(panel, catalogue=False), as_json=as_json)
    return 0


@click.group(invoke_without_command=True)
@shared
@click.pass_context
def panels(context: click.Context, *, as_json: bool) -> int:
    """List the panels of the settings and how each is set; asks none of them."""
    if context.invoked_subcommand is not None:
        return 0
    from bulkorders.cli.display import show_panels
    from bulkorders.pipeline.panels.listing import listed
    from bulkorders.settings import load_settings

    show_panels(listed(load_settings()), as_json=as_json)
    return 0


@panels.command()
@click.argument("name", required=False)
@click.option("--url", metavar="URL", help="A panel that is not in the settings yet.")
@click.option("--key", metavar="PLACE", help="Where its key is: env:NAME or keyring:SERVICE/USER.")
@click.option("--order", "order_ids", multiple=True, metavar="ID", help="An order of your own on that panel.")
@shared
def probe(
    *, name: str | None, url: str | None, key: str | None, order_ids: tuple[str, ...], as_json: bool
) -> int:
    """Look at a panel with calls that change nothing, and propose what bulkorders.toml should say of it."""
    import asyncio

    from bulkorders.cli.display import show_probed
    from bulkorders.pipeline.panels.probing import probe as look
    from bulkorders.settings import load_settings, panel_settings

    settings = load_settings()
    if url is None:
        name, panel = settings.panel(name)
    else:
        name, panel = name or "new", panel_settings(url, key or "env:BULKORDERS_PANEL_KEY")
    show_probed(asyncio.run(look(name, panel, settings, order_ids)), as_json=as_json)
    return 0


def _asked(panel: str | None, *, catalogue: bool) -> "Account":
    import asyncio

    from bulkorders.pipeline.accounts import ask_one
    from bulkorders.settings import load_settings

    return asyncio.run(ask_one(load_settings(), panel, catalogue=catalogue))


panels.add_command(cluster.pause)
panels.add_command(cluster.resume)
