"""From a journal's URL or path to an open journal: local drive, lock, integrity, high-water mark."""

import re
from pathlib import Path

from bulkorders.errors import JournalError
from bulkorders.journal.address import address_of, is_postgres
from bulkorders.journal.disk import network_kind
from bulkorders.journal.lock import JournalLock
from bulkorders.journal.mark import Mark
from bulkorders.journal.protocol import Journal
from bulkorders.journal.seat import SPOOL, Seat
from bulkorders.journal.sqlite import SqliteJournal

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://(.*)", re.DOTALL)


async def open_journal(
    url_or_path: str | Path,
    *,
    read_only: bool = False,
    who: str = "",
    accept_rollback: bool = False,
    home: Path | None = None,
    silence: tuple[float, float] | None = None,
) -> Journal:
    """Open the journal at a path or `sqlite:///path` URL (a fourth slash begins an absolute path), or a database.

    On PostgreSQL (`postgresql://…`) several may write at once; `home` is then the folder for what this machine
    keeps beside the journal. `silence`: so many seconds after its last sign of life a process
    counts as gone, and so many after the claim what it was sending is in doubt.

    For writing, the file and its folders are made where they are missing, and the single-instance lock is
    held until `close`; `who` is what the next one is told of us (never with a key in it). `read_only`
    needs no lock and writes nothing; a journal that doesn't exist yet is then an empty one.
    `accept_rollback`: a person's word that the journal may be behind its mark.

    Raise JournalHeld where another run holds it, JournalError where it is on a network drive, damaged,
    newer than this program, not a journal, behind its mark, or of a kind that isn't built in.
    """
    if is_postgres(url_or_path):
        return await _open_database(
            str(url_or_path),
            read_only=read_only,
            who=who,
            accept_rollback=accept_rollback,
            home=home,
            silence=silence,
        )
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


async def _open_database(
    url: str,
    *,
    read_only: bool,
    who: str,
    accept_rollback: bool,
    home: Path | None,
    silence: tuple[float, float] | None,
) -> Journal:
    try:
        from bulkorders.journal.postgres import PostgresJournal  # noqa: PLC0415 - the driver is an extra
        from bulkorders.journal.postgres.session import waits_of  # noqa: PLC0415 - as above
    except ImportError:
        raise JournalError("journal.backend_missing", backend="postgresql") from None
    address = address_of(url)
    if read_only:
        try:
            return await PostgresJournal.open(address, read_only=True)
        except JournalError as error:
            if error.code != "journal.none":
                raise
            return await SqliteJournal.open(Path(":memory:"), read_only=True)
    seat = Seat.take(home or Path.cwd(), address.stem)
    try:
        return await PostgresJournal.open(
            address,
            mark=seat.mark,
            beside=seat.beside,
            accept_rollback=accept_rollback,
            release=seat.release,
            who=who,
            waits=waits_of(silence),
        )
    except BaseException:
        seat.mark.close()
        seat.release()
        raise


def place_of(url_or_path: str | Path) -> str:
    """Return what people are told of where the journal is: never a password."""
    return address_of(str(url_or_path)).shown if is_postgres(url_or_path) else str(journal_path(url_or_path))


def journal_path(url_or_path: str | Path) -> Path:
    """Return the file a journal's URL or path names, links followed; JournalError for other kinds of URL."""
    found = _URL.fullmatch(str(url_or_path))
    if found is None:
        return Path(url_or_path).expanduser().resolve()
    scheme, rest = found[1].lower(), found[2]
    if scheme != "sqlite" or not rest.startswith("/") or len(rest) == 1:
        raise JournalError("journal.url_unknown", scheme=scheme)
    return Path(rest[1:]).expanduser().resolve()


def mark_path(path: Path) -> Path:
    """Return where the high-water mark of the journal at this path stands."""
    return path.with_name(f"{path.name}.mark")


def spool_path(url_or_path: str | Path) -> Path:
    """Return where the spool of the journal in this file stands."""
    path = journal_path(url_or_path)
    return path.with_name(f"{path.name}{SPOOL}")


def spool_beside(journal: Journal) -> Path:
    """Return where the spool of this open journal stands: its own as long as it is open."""
    return journal.beside.with_name(f"{journal.beside.name}{SPOOL}")
