"""What has come of an answer so far, and the exchange that it makes: kept whatever happens after it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import httpx

UNPACKED_AT_ONCE = 1 << 14
"""Bytes: a small packed answer may unpack to a thousand times its size."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What one request came to.

    `sent` says that the first byte may have left. `status` is None where no answer began. `complete` is
    False where the answer was cut, too large or unreadable; `body` then holds what came of it.
    `failure` names what went wrong, for the evidence.
    """

    sent: bool
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    complete: bool = False
    failure: str = field(default="", repr=False)


class Arriving:
    """An answer as it comes: `largest` bytes of it at most, unpacked."""

    def __init__(self, largest: int) -> None:
        self.status: int | None = None
        self.headers: Mapping[str, str] = {}
        self.parts: list[bytes] = []
        self.whole = False
        self.trouble = ""
        self._largest = largest
        self._size = 0

    def take(self, part: bytes) -> bool:
        """Take in one more part; return whether there is room for another."""
        self.parts.append(part)
        self._size += len(part)
        if self._size > self._largest:
            self.trouble = f"answer larger than {self._largest} bytes"
        return not self.trouble

    def unpack(self) -> None:
        """Unpack what came packed. Raises where it can't be; what came before that stays."""
        if "content-encoding" not in self.headers:
            return
        packed, self.parts, self._size = self.parts, [], 0
        whole, self.whole = self.whole, False
        how = {"content-encoding": self.headers["content-encoding"]}
        response = httpx.Response(self.status or 0, headers=how, stream=_Parts(packed))
        for part in response.iter_bytes():
            if not self.take(part):
                return
        self.whole = whole

    def exchange(self, *, sent: bool, failure: str) -> Exchange:
        """Return it as an Exchange. An answer that came whole stays whole, whatever closing it met with."""
        return Exchange(sent, self.status, self.headers, b"".join(self.parts), self.whole, failure)


class _Parts(httpx.SyncByteStream):
    """The parts of an answer, once more."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            for start in range(0, len(part), UNPACKED_AT_ONCE):
                yield part[start : start + UNPACKED_AT_ONCE]
