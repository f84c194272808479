"""One request as it was read, and one reply as it will be written, be it a broken one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

JSON: Final = "application/json"
HTML: Final = "text/html; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Request:
    """A complete HTTP request; header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Ending(Enum):
    """What happens to the connection once the reply is written."""

    KEEP = "keep"
    CLOSE = "close"
    RESET = "reset"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply. `declared` is a Content-Length that isn't the body's; `raw` are bytes in place of any HTTP."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    declared: int | None = None
    raw: bytes | None = None
    ending: Ending = Ending.KEEP

    @property
    def honest(self) -> bool:
        """Whether it is well-formed HTTP from end to end."""
        return self.raw is None and self.declared is None and self.ending in (Ending.KEEP, Ending.CLOSE)

    def head(self) -> list[tuple[str, str]]:
        """Return the header lines."""
        length = len(self.body) if self.declared is None else self.declared
        return [("Content-Type", self.content_type), ("Content-Length", str(length)), *self.headers]


def json_reply(value: Any, status: int = 200) -> Reply:
    """Return a reply of this JSON value."""
    return Reply(status, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def page(title: str, status: int) -> Reply:
    """Return a reply of a small HTML page."""
    text = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Reply(status, text.encode(), HTML)
