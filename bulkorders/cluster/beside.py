"""Who places orders with a key of its own on a shared journal: at the pace of all, and not while a panel is paused."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from bulkorders.cluster import engine, panels
from bulkorders.cluster.engine import Engine
from bulkorders.cluster.pace import SharedPace
from bulkorders.model.report import Report
from bulkorders.panel.profiles import Profile
from bulkorders.pipeline import story
from bulkorders.pipeline.accounts import Account, Paced
from bulkorders.pipeline.apart import Apart
from bulkorders.pipeline.days.hands import Hands
from bulkorders.pipeline.options import Front, Options
from bulkorders.settings import Settings

LOOK = 1.0
"""Seconds that what was heard of a panel holds good: workers hear of a pause as often."""


class ListeningPace(SharedPace):
    """The pace of all machines for one that is no worker: nobody tells it of a pause, so it asks before its turns."""

    def __init__(self, found: Engine, profile: Profile, **more: Any) -> None:
        super().__init__(found, profile.account, profile.limits, **more)
        self._profile = profile
        self._found = found
        self._heard_at = float("-inf")
        self._hearing = asyncio.Lock()

    async def turn(self, action: str) -> None:
        """Hear how the panel stands where that is long ago, then wait for the turn."""
        async with self._hearing:
            if time.monotonic() - self._heard_at > LOOK:
                await self._hear()
        await super().turn(action)

    async def _hear(self) -> None:
        account = self._profile.account
        if self._heard_at < 0:
            await panels.know(self._found, account, self._profile.name)
        for state in await panels.states(self._found, [account]):
            self.heard(held=state.held, paused=(state.paused, state.said) if state.paused else None)
        self._heard_at = time.monotonic()


@asynccontextmanager
async def paced(settings: Settings, options: Options) -> AsyncIterator[Paced]:
    """Give what makes the pace of a panel. Raises SettingsError, JournalError."""
    at_once = options.concurrency or settings.concurrency
    per_second = options.per_second or settings.per_second
    async with engine.looked_at(settings) as found:
        yield lambda profile: ListeningPace(found, profile, at_once=at_once, per_second=per_second)


async def submit(options: Options, settings: Settings, front: Front) -> Report:
    """Submit a sheet as `pipeline.story.submit` does."""
    async with paced(settings, options) as own:
        return await story.submit(options, settings, front, paced=own)


class OwnHands(Hands):
    """This machine's own hands for a day, at the pace of all machines."""

    async def panels(
        self,
        settings: Settings,
        options: Options,
        front: Front,  # noqa: ARG002 - as `Hands` has it
        stack: AsyncExitStack,
        read: Callable[[Account], Awaitable[None]],
    ) -> Apart:
        """Return the panels of the day, each opened at that pace."""
        return Apart(
            settings, options, stack, read, await stack.enter_async_context(paced(settings, options))
        )
