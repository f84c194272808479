"""Ctrl-C and SIGTERM, or a page's button: the first drains, the second stops at once."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from bulkorders.submission.reins import Pause, steered

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def draining(
    first: Callable[[], None], second: Callable[[], None], *, pause: Pause | None = None
) -> Iterator[None]:
    """Call `first` on the first signal and `second` on any further one, within the running event loop.

    Whoever holds the reins of this context may do the same, and `pause`.

    Where the loop takes no signal handlers (Windows), the interpreter's own are used; in a thread that
    is not the main one there are none to set, and signals stay whoever's they were.
    """
    loop = asyncio.get_running_loop()
    heard = False

    def hear() -> None:
        nonlocal heard
        call, heard = (second if heard else first), True
        call()

    with steered(loop, hear, pause), _signals(loop, hear):
        yield


@contextmanager
def _signals(loop: asyncio.AbstractEventLoop, hear: Callable[[], None]) -> Iterator[None]:
    try:
        for number in SIGNALS:
            loop.add_signal_handler(number, hear)
    except NotImplementedError:
        with _interpreter_handlers(loop, hear):
            yield
        return
    except (RuntimeError, ValueError):
        yield
        return
    try:
        yield
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)


@contextmanager
def _interpreter_handlers(loop: asyncio.AbstractEventLoop, hear: Callable[[], None]) -> Iterator[None]:
    def wake(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(hear)

    before = {number: signal.signal(number, wake) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
