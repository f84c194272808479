"""What was told on earlier days, in a small file beside the journal's home; without it old news is told once more."""

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from bulkorders.pipeline.days.news import Marks

FILE_NAME = "daily.json"


def told_before(home: Path, journal_id: str) -> dict[str, list[str]]:
    """Return the marks of what was told of this journal's orders; none where the file is missing or damaged."""
    marks = _journals(home / FILE_NAME).get(journal_id, {})
    if not isinstance(marks, dict):
        return {}
    return {str(scope): [str(mark) for mark in found] for scope, found in marks.items() if _is_list(found)}


def remember(home: Path, journal_id: str, marks: Marks) -> None:
    """Keep these marks in place of the journal's earlier ones; the file is replaced whole. Raises OSError."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / FILE_NAME
    journals = {**_journals(path), journal_id: {scope: list(found) for scope, found in marks.items()}}
    beside = path.with_name(f"{FILE_NAME}.{os.getpid()}.new")
    try:
        beside.write_text(json.dumps({"schema": 1, "journals": journals}), encoding="utf-8")
        beside.replace(path)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def _journals(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    journals = found.get("journals") if isinstance(found, dict) else None
    return journals if isinstance(journals, dict) else {}


def _is_list(found: object) -> bool:
    return isinstance(found, list)
