"""From a journal's URL or path to an open journal: local drive, lock, integrity, high-water mark."""

import re
from pathlib import Path

from bulkorders.errors import JournalError
from bulkorders.journal.disk import network_kind
from bulkorders.journal.lock import JournalLock
from bulkorders.journal.mark import Mark
from bulkorders.journal.protocol import Journal
from bulkorders.journal.sqlite import SqliteJournal

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://(.*)", re.DOTALL)


async def open_journal(
    url_or_path: str | Path, *, read_only: bool = False, who: str = "", accept_rollback: bool = False
) -> Journal:
    """Open the journal at a path or `sqlite:///path` URL (a fourth slash begins an absolute path).

    For writing, the file and its folders are made where they are missing, and the single-instance lock is
    held until `close`; `who` is what the next one is told of us (never with a key in it). `read_only`
    needs no lock and writes nothing; a journal that doesn't exist yet is then an empty one.
    `accept_rollback`: a person's word that the journal may be behind its mark.

    Raise JournalHeld where another run holds it, JournalError where it is on a network drive, damaged,
    newer than this program, not a journal, behind its mark, or of a kind that isn't built in.
    """
    path = journal_path(url_or_path)
    kind = network_kind(path)
    if kind is not None:
        raise JournalError("journal.network_drive", path=str(path), kind=kind)
    if read_only:
        return await SqliteJournal.open(path, read_only=True)
    lock = JournalLock(path)
    lock.take(who)
    mark = Mark(mark_path(path))
    try:
        return await SqliteJournal.open(
            path, mark=mark, accept_rollback=accept_rollback, release=lock.release
        )
    except BaseException:
        mark.close()
        lock.release()
        raise


def journal_path(url_or_path: str | Path) -> Path:
    """Return the file a journal's URL or path names, links followed; JournalError for other kinds of URL."""
    found = _URL.fullmatch(str(url_or_path))
    if found is None:
        return Path(url_or_path).expanduser().resolve()
    scheme, rest = found[1].lower(), found[2]
    if scheme.partition("+")[0] in ("postgresql", "postgres"):
        raise JournalError("journal.backend_missing", backend="postgresql")
    if scheme != "sqlite" or not rest.startswith("/") or len(rest) == 1:
        raise JournalError("journal.url_unknown", scheme=scheme)
    return Path(rest[1:]).expanduser().resolve()


def mark_path(path: Path) -> Path:
    """Return where the high-water mark of the journal at this path stands."""
    return path.with_name(f"{path.name}.mark")


def spool_path(url_or_path: str | Path) -> Path:
    """Return where the spool of this journal stands."""
    path = journal_path(url_or_path)
    return path.with_name(f"{path.name}.spool")
