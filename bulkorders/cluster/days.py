"""`daily --queue`: the same day where no key is; workers place what is new, and ask what became of the rest."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack

from bulkorders.cluster import cards, engine, queueing, refreshing
from bulkorders.cluster.engine import Engine
from bulkorders.model.report import Report
from bulkorders.pipeline.accounts import Account
from bulkorders.pipeline.apart import Apart
from bulkorders.pipeline.days.day import Today
from bulkorders.pipeline.days.hands import Hands
from bulkorders.pipeline.intake.checking import Checking
from bulkorders.pipeline.options import Front, Options
from bulkorders.pipeline.recording import Record
from bulkorders.settings import Settings


class Told(Apart):
    """The panels of a day as workers told of them."""

    def __init__(self, engine: Engine, settings: Settings, options: Options, front: Front) -> None:
        self._engine = engine
        self._longest = settings.cluster.catalogue_age
        self._options = options
        self._front = front
        self._found: dict[str, Account] = {}

    async def of_rows(self, names: list[str | None]) -> dict[str | None, Account]:
        """Return the accounts that the rows of a sheet name, each as fresh as a worker tells it."""
        wanted, front = self._options.panel, self._front
        async with cards.accounts(self._engine, names, wanted, front, self._longest) as opened:
            own = {name: self._found.setdefault(each.id, each) for name, each in opened.items()}
        await cards.ask_all(own.values())
        return own


class Workers(Hands):
    """Those of the workers. `wait`: until they have placed what a sheet queued."""

    command = "daily --queue"
    queued = True

    def __init__(self, *, wait: bool) -> None:
        self._wait = wait
        self._engine: Engine

    async def panels(
        self,
        settings: Settings,
        options: Options,
        front: Front,
        stack: AsyncExitStack,
        read: Callable[[Account], Awaitable[None]],  # noqa: ARG002 - a worker's reading is none of this run's
    ) -> Apart:
        """Return the panels as workers told of them."""
        self._engine = await stack.enter_async_context(engine.opened(settings))
        return Told(self._engine, settings, options, front)

    async def over(
        self, run: Checking, opened: Mapping[str | None, Account], record: Record, front: Front
    ) -> Report:
        """Queue what is new in a sheet."""
        return await queueing.over(
            self._engine, run, opened, record, front, wait=self._wait, command=self.command
        )

    async def ask(self, day: Today) -> None:
        """Let workers ask about the open orders of the accounts of the day."""
        day.event = await day.record.journal.last_event()
        own = await day.record.journal.open_accounts()
        await refreshing.ask(self._engine, own, day.front, day.settings.cluster)
