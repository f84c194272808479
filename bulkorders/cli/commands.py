"""Which commands there are, where each stands, and the line that `--help` shows of it: a module is loaded when called.

Loading them all would take longer than showing the list does.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

SECTIONS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Orders": {
        "check": ("orders", "Validate every row against the live catalogue; spend nothing."),
        "submit": ("orders", "Place the orders of SHEET, each at most once."),
        "refresh": ("orders", "Ask what became of open orders, and update the results workbook."),
        "daily": ("daily", "Submit what is new, refresh all open orders, write the results."),
        "resolve": ("doubts", "Show each order in doubt with its evidence, and settle it."),
        "refill": ("requests", "Ask the panel to refill completed orders."),
        "cancel": ("requests", "Ask the panel to cancel open orders."),
    },
    "In a browser": {
        "web": ("web", "Open the page: upload a sheet, check it, review it, send it."),
    },
    "Books": {
        "close": ("books", "Close a month's books: balances, charges, refunds, payments."),
        "export": ("exports", "Write the ledger for spreadsheets, accountants and databases."),
        "history": ("history", "Show the latest runs: when, over what, by whom, what came of them."),
        "show": ("history", "Show one order's whole story."),
        "journal": ("journal", "Look at the record of all orders, and enter payments."),
    },
    "Panels": {
        "services": ("panels", "List the services the panel sells today."),
        "balance": ("panels", "Show what the account holds."),
        "panels": ("panels", "List the panels of the settings, or probe one."),
        "template": ("tools", "Make a blank order sheet with the panel's services in a drop-down."),
    },
    "To try": {
        "demo": ("tools", "Run a sample campaign against a pretend panel; no settings needed."),
        "sandbox": ("tools", "Serve a pretend panel over HTTP."),
    },
}
"""Command → module of this package, and its line, by heading. The command's own name is the function's."""

COMMANDS = {name: told for commands in SECTIONS.values() for name, told in commands.items()}


class Commands(click.Group):
    """A group whose commands are loaded one by one, when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands' names."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command; None where there is none of this name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        found: Any = getattr(import_module(f"bulkorders.cli.{COMMANDS[cmd_name][0]}"), cmd_name)
        return found if isinstance(found, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list, loading none of them."""
        del ctx
        width = max(map(len, COMMANDS))
        for heading, commands in SECTIONS.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(width), line) for name, (_, line) in commands.items()])
