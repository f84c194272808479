"""Which language is spoken: that of the person's environment, or the one a page's reader asked for.

Numbers and times of two languages are four marks and two orders of day and month: they stand here. A library
that knows all countries is ten megabytes, and is used only where catalogues are made.
"""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "locale"
LANGUAGES = {"en": "English", "vi": "Tiếng Việt"}
"""The languages there are, each by its own name; the texts themselves are English."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak this language (`en`, `vi`) in the block, and in tasks and threads that are begun in it."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def catalogue() -> gettext.NullTranslations:
    """Return the catalogue of the language that is spoken now."""
    return _catalogue(_spoken.get())


def language() -> str:
    """Return the language that is spoken now, one of `LANGUAGES`."""
    found = _spoken.get() or catalogue().info().get("language", "en")
    return found if found in LANGUAGES else "en"


@cache
def _catalogue(spoken: str | None) -> gettext.NullTranslations:
    if spoken is None:
        return gettext.translation("bulkorders", FOLDER, fallback=True)
    return gettext.translation("bulkorders", FOLDER, languages=[spoken], fallback=True)


def grouped(digits: str) -> str:
    """Return a number such as `1,234.5` with the marks of the language: `1.234,5` in Vietnamese."""
    return digits.translate(_SWAPPED) if language() == "vi" else digits


_SWAPPED = str.maketrans({",": ".", ".": ","})


def day(at: datetime) -> str:
    """Return a day that can't be taken for another: `3 Oct 2026`; in Vietnamese `03/10/2026`, as is usual there."""
    if language() == "vi":
        return at.strftime("%d/%m/%Y")
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}"


def when(iso: str | None, zone: tzinfo | None = None) -> str:
    """Return a moment as the clock in this zone shows it, to the minute (None: the machine's zone)."""
    if not iso:
        return ""
    at = datetime.fromisoformat(iso).astimezone(zone)
    return f"{day(at)} {at:%H:%M}"
