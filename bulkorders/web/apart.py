"""What the pipeline does for a page, done in a thread of its own: the server goes on answering meanwhile."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from starlette.requests import Request

from bulkorders.settings import Settings
from bulkorders.web.hands import Hands

Result = TypeVar("Result")


async def apart(story: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Tell a story of the pipeline in a thread with an event loop of its own, and return what it came to.

    It speaks the language of the request it is begun in, and goes on where the request is given up.
    """
    return await asyncio.to_thread(lambda: asyncio.run(story()))


def hands_of(request: Request) -> Hands:
    """Return the hands that do what is asked on the page."""
    found: Hands = request.app.state.desk.hands
    return found


def settings_of(request: Request) -> Settings:
    """Return the settings the server was started with."""
    found: Settings = request.app.state.settings
    return found
