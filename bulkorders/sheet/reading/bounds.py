"""What the process that reads a workbook may take of memory and processor, by what each system offers."""

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

try:
    import resource
except ImportError:  # there is none on Windows
    resource = None  # type: ignore[assignment]  # a module where there is one

OVER_MEMORY = 77
"""The exit code of a process that ended itself since it took too much memory."""

LOOKED = 0.05
"""Seconds between two looks at how much memory is taken, where the system does not bound it."""


def bound(memory: int, seconds: int, limits: Any = resource) -> bool:
    """Bound this process to so many bytes, and so many seconds of the processor.

    `limits` is the module of the system's limits. Where there is none (Windows), or it does not bound
    memory (macOS), a thread looks at what is taken and ends the process; the time is then kept by whoever
    started it. Returns whether the system itself keeps the memory.
    """
    kept = False
    if limits is not None:
        _lower(limits, limits.RLIMIT_CORE, 0, 0)
        _lower(limits, limits.RLIMIT_CPU, seconds, seconds + 5)
        # macOS takes the call and does not act on it.
        kept = _lower(limits, limits.RLIMIT_AS, memory, memory) and sys.platform != "darwin"
    if not kept:
        watch(memory, taken, over)
    return kept


def _lower(limits: Any, which: int, soft: int, hard: int) -> bool:
    """Lower one limit of this process; return whether it could be."""
    most = limits.getrlimit(which)[1]
    if most != limits.RLIM_INFINITY:
        soft, hard = min(soft, most), min(hard, most)
    try:
        limits.setrlimit(which, (soft, hard))
    except (OSError, ValueError):
        return False
    return True


def watch(memory: int, used: Callable[[], int | None], ended: Callable[[], None]) -> threading.Thread:
    """Look again and again at how many bytes are used, and call `ended` once they are too many."""

    def look() -> None:
        while (bytes_used := used()) is not None:
            if bytes_used > memory:
                ended()
                return
            time.sleep(LOOKED)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    return thread


def over() -> None:
    """End this process at once, with the code that says why."""
    os._exit(OVER_MEMORY)


def taken() -> int | None:
    """Return the most bytes of memory this process has taken; None where the system doesn't tell."""
    if "resource" in sys.modules:
        peak: int = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    return _taken_on_windows()


def _taken_on_windows() -> int | None:
    """Return the same by the call that Windows has for it."""
    import ctypes  # noqa: PLC0415 - only here
    from ctypes import wintypes  # noqa: PLC0415 - likewise

    class Counters(ctypes.Structure):
        """What the system fills in: sizes in bytes."""

        _fields_ = (
            ("size", wintypes.DWORD),
            ("faults", wintypes.DWORD),
            ("peak", ctypes.c_size_t),
            *((f"further_{number}", ctypes.c_size_t) for number in range(7)),
        )

    counters = Counters(size=ctypes.sizeof(Counters))
    kernel: Any = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]  # on Windows alone
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    asked = kernel.K32GetProcessMemoryInfo
    asked.argtypes = (wintypes.HANDLE, ctypes.c_void_p, wintypes.DWORD)
    if not asked(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.size):
        return None
    return int(counters.peak)
