"""The commands that look at a panel: services and balance."""

from typing import TYPE_CHECKING

import click

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


def _asked(panel: str | None, *, catalogue: bool) -> "Account":
    import asyncio

    from bulkorders.pipeline.accounts import ask_one
    from bulkorders.settings import load_settings

    return asyncio.run(ask_one(load_settings(), panel, catalogue=catalogue))
