"""The state file: one JSON line for each thing that happened, on disk before the answer leaves."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from bulkorders.sandbox.errors import SandboxError, StateDamagedError

Event = dict[str, Any]


class Storage:
    """Appends events durably. Without a path nothing is kept."""

    def __init__(self, path: str | os.PathLike[str] | None) -> None:
        """Open the file, or make it. Raises SandboxError when it can't be opened for writing."""
        self.path = Path(path) if path is not None else None
        self._file = None
        self._size = 0
        if self.path is not None:
            try:
                self.path.touch()
                self._file = self.path.open("r+b", buffering=0)
            except OSError as reason:
                raise SandboxError(f"{self.path}: cannot keep the state here: {reason.strerror}") from reason

    def load(self) -> list[Event]:
        """Return the events so far. A last line cut off by a crash never had its answer: it is taken off.

        Raises StateDamagedError for any other line that makes no sense.
        """
        if self._file is None:
            return []
        events: list[Event] = []
        whole = 0
        for number, line in enumerate(self._file, start=1):
            if not line.endswith(b"\n"):
                break
            events.append(self._parsed(number, line))
            whole += len(line)
        self._file.truncate(whole)
        self._file.seek(whole)
        self._size = whole
        return events

    def _parsed(self, number: int, line: bytes) -> Event:
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if not isinstance(event, dict) or not isinstance(event.get("event"), str):
            raise StateDamagedError(str(self.path), number, "this is no line of a sandbox's state")
        return event

    def append(self, event: Event) -> None:
        """Write one event and wait until it is on disk. Raises OSError, and then nothing of it is kept."""
        if self.path is None:
            return
        if self._file is None:
            raise SandboxError(f"{self.path}: the state is closed, nothing more can happen")
        line = json.dumps(event, ensure_ascii=False).encode() + b"\n"
        try:
            self._file.write(line)
            os.fsync(self._file.fileno())
        except OSError:
            self._file.truncate(self._size)
            self._file.seek(self._size)
            raise
        self._size += len(line)

    def close(self) -> None:
        """Close the file; closing twice does no harm."""
        if self._file is not None:
            self._file.close()
            self._file = None
