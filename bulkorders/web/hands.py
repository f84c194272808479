"""Whose hands do what the page asks: this machine's, where it has a panel's key, else the workers of its journal."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from bulkorders.pipeline import accounts, story
from bulkorders.pipeline.following import everything
from bulkorders.pipeline.panels import listing
from bulkorders.pipeline.requests import requesting

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence

    from bulkorders.model.report import Report
    from bulkorders.model.requesting import Requested
    from bulkorders.pipeline.accounts import Account
    from bulkorders.pipeline.following.everything import Runs
    from bulkorders.pipeline.looked import Looked
    from bulkorders.pipeline.options import Front, Options
    from bulkorders.settings import Settings

    Submit = Callable[[Options, Settings, Front], Coroutine[Any, Any, Report]]
    Named = Any
    """A panel by its `name` and its `account`."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What the page asks of the pipeline, each done here or by workers; `queued`: by workers."""

    queued: bool
    look: Callable[..., Awaitable[Looked]]
    submit: Submit
    request: Callable[..., Coroutine[Any, Any, Requested]]
    refresh_all: Callable[[Settings, Front], Coroutine[Any, Any, Runs]]
    ask_one: Callable[..., Coroutine[Any, Any, Account]]
    panels: Callable[[Settings], Coroutine[Any, Any, Sequence[Named]]]


def hands_of(settings: Settings) -> Hands:
    """Return the hands for these settings: without a panel of its own, a page on a shared journal queues."""
    if settings.shared and not settings.all_panels() and find_spec("procrastinate") is not None:
        return _workers()
    return _own(settings)


def _own(settings: Settings) -> Hands:
    submit: Submit = story.submit
    if settings.shared and find_spec("procrastinate") is not None:
        from bulkorders.cluster import beside  # noqa: PLC0415 - the queue is an extra

        submit = beside.submit

    async def refresh(settings: Settings, front: Front) -> Runs:
        return await everything.refresh_all(settings, front, every_order=False)

    async def panels(settings: Settings) -> Sequence[Named]:
        return listing.listed(settings)

    return Hands(
        False,  # noqa: FBT003 - named by the class
        story.look,
        submit,
        requesting.request,
        refresh,
        accounts.ask_one,
        panels,
    )


def _workers() -> Hands:
    from bulkorders.cluster import asks, looking, queueing, refreshing  # noqa: PLC0415 - the queue is an extra

    return Hands(
        True,  # noqa: FBT003 - named by the class
        looking.look,
        queueing.waiting,
        asks.queue,
        refreshing.refresh_all,
        looking.ask_one,
        looking.panels,
    )
