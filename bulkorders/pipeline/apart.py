"""The panels of a day, opened one by one: one that can't be asked keeps none of the others from it."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from bulkorders.errors import BulkordersError
from bulkorders.model.orders import account_id
from bulkorders.pipeline import accounts
from bulkorders.pipeline.accounts import Account
from bulkorders.pipeline.options import Options
from bulkorders.settings import Settings


class Apart:
    """Accounts by the names of their panels, each asked for balance and services when it is first needed.

    `asked` is told of each account that has answered, before anything else is done on it. `paced` makes the pace of a
    panel where it is not this process's own.
    """

    def __init__(
        self,
        settings: Settings,
        options: Options,
        stack: AsyncExitStack,
        asked: Callable[[Account], Awaitable[None]],
        paced: accounts.Paced | None = None,
    ) -> None:
        self._asked = asked
        self._paced = paced
        self._settings = settings
        self._options = options
        self._stack = stack
        self._found: dict[str, Account] = {}
        self._failed: dict[str, BulkordersError] = {}

    async def account(self, name: str | None) -> Account:
        """Return a panel's account; None is the day's own panel. Raises what it failed with, each time anew."""
        panel, _ = self._settings.panel(name if name is not None else self._options.panel)
        if panel in self._failed:
            raise self._failed[panel]
        if panel not in self._found:
            try:
                self._found[panel] = await self._opened(panel)
            except BulkordersError as error:
                self._failed[panel] = error
                raise
        return self._found[panel]

    async def _opened(self, panel: str) -> Account:
        opened = await self._stack.enter_async_context(
            accounts.opened(self._settings, self._options, [panel], self._paced)
        )
        await accounts.ask_all(opened.values())
        await self._asked(opened[panel])
        return opened[panel]

    async def of_rows(self, names: list[str | None]) -> dict[str | None, Account]:
        """Return the accounts that the rows of a sheet name; names that are not in the settings are left out."""
        known = self._settings.all_panels()
        return {name: await self.account(name) for name in names if name is None or name in known}

    def asked(self) -> list[Account]:
        """Return each account that answered, once."""
        return list({account.id: account for account in self._found.values()}.values())

    def names(self) -> dict[str, str]:
        """Return, by account, the name of its panel; where one panel is chosen, of that alone."""
        known = self._settings.all_panels()
        if self._options.panel is not None:
            known = {self._options.panel: self._settings.panel(self._options.panel)[1]}
        return {account_id(panel.url, panel.account): name for name, panel in known.items()}
