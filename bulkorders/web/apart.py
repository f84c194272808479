"""What the pipeline does for a page, done in a thread of its own: the server goes on answering meanwhile."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from starlette.requests import Request

from bulkorders.settings import Settings

Result = TypeVar("Result")


async def apart(story: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Tell a story of the pipeline in a thread with an event loop of its own, and return what it came to.

    It speaks the language of the request it is begun in, and goes on where the request is given up.
    """
    return await asyncio.to_thread(lambda: asyncio.run(story()))


def settings_of(request: Request) -> Settings:
    """Return the settings the server was started with."""
    found: Settings = request.app.state.settings
    return found
