"""Whose hands do a day's work: those of this machine, which holds the keys, unless others are given."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime

from bulkorders import wording
from bulkorders.errors import BulkordersError
from bulkorders.journal.following import Wanted
from bulkorders.model.lifecycle import State
from bulkorders.model.report import Report
from bulkorders.pipeline import story
from bulkorders.pipeline.accounts import Account, now
from bulkorders.pipeline.apart import Apart
from bulkorders.pipeline.books import readings
from bulkorders.pipeline.days.day import Today, stop_of
from bulkorders.pipeline.following import polling
from bulkorders.pipeline.following.pages import follow_account
from bulkorders.pipeline.intake.checking import Checking
from bulkorders.pipeline.options import Front, Options
from bulkorders.pipeline.recording import Record
from bulkorders.settings import Settings

PANEL_STOP = 3
"""The exit code of a stop that the panel called for."""


class Hands:
    """This machine's own. `queued`: others place what is ready, sooner or later."""

    command = "daily"
    queued = False

    async def panels(
        self,
        settings: Settings,
        options: Options,
        front: Front,  # noqa: ARG002 - for those who have something to tell of them
        stack: AsyncExitStack,
        read: Callable[[Account], Awaitable[None]],
    ) -> Apart:
        """Return the panels of the day; `read` is told of each account when its panel has answered."""
        return Apart(settings, options, stack, read)

    async def over(
        self, run: Checking, opened: Mapping[str | None, Account], record: Record, front: Front
    ) -> Report:
        """Submit what is new in a sheet. Raises what ends it before the first cent."""
        return await story.over(run, opened, record, front, self.command)

    async def ask(self, day: Today) -> None:
        """Ask about every open order, all campaigns together."""
        await _ask_all(day)


async def _ask_all(day: Today) -> None:
    """Ask about every open order, all campaigns together, but those just placed: they were asked about."""
    journal = day.record.journal
    which = polling.wanted(day.settings, datetime.now(UTC), unchecked_since=day.begun.started_at)
    day.event = await journal.last_event()
    asked = await _accounts(day, which)
    for account in asked:
        if account.balance_after is not None:
            account.balance, account.balance_after, account.asked_at = account.balance_after, None, now()
    for account in asked:
        followed = await follow_account(
            account, journal, day.front, settings=day.settings, which=which, run=day.begun.id
        )
        day.followed.append(followed)
        if followed.failure is not None:
            day.stop(stop_of(followed.failure), PANEL_STOP)
    doubts = await journal.submissions(states=[State.IN_DOUBT])
    await readings.ask_end(journal, asked, day.front, day.begun.id, {order.account for order in doubts})


async def _accounts(day: Today, which: Wanted) -> list[Account]:
    """Return every account of the day: those of the named sheets, and those with anything to ask about."""
    journal, names = day.record.journal, day.panels.names()
    for name in await journal.open_accounts():
        if name not in names:
            day.front.tell(wording.note("account.not_set", {"account": name}))
    for name, panel in names.items():
        if await journal.due_count(name, which):
            try:
                await day.panels.account(panel)
            except BulkordersError as error:
                day.stop(stop_of(error), error.exit_code)
    return day.panels.asked()
