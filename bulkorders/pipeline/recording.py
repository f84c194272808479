"""The journal of a run: held by it alone, with the answers that waited recorded and nothing left dangling."""

import getpass
import platform
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path

from bulkorders import wording
from bulkorders.journal.opening import open_journal, spool_beside
from bulkorders.journal.protocol import Journal, Run
from bulkorders.journal.spool import Spool
from bulkorders.model.report import Report
from bulkorders.pipeline.accounts import now
from bulkorders.pipeline.options import Front
from bulkorders.settings import Settings

WHO: ContextVar[str] = ContextVar("who", default="")
"""Who asked for what runs in this context, where that is not whose process it is: somebody at the page."""


@dataclass(frozen=True, slots=True)
class Record:
    """The journal and its spool, in the hands of one run."""

    journal: Journal
    spool: Spool


@asynccontextmanager
async def recording(settings: Settings, command: str, run: str, front: Front) -> AsyncIterator[Record]:
    """Give the journal and its spool. First what waits in the spool is recorded, then what dangles is in doubt.

    Raises JournalHeld where another run holds the journal, JournalError where it can't be trusted.
    """
    journal = await open_journal(
        settings.journal_url,
        who=f"bulkorders {command}",
        home=settings.home,
        silence=(settings.cluster.silent_after, settings.cluster.lost_after),
    )
    try:
        spool = Spool.open(spool_beside(journal))
        try:
            await _put_in_order(journal, spool, run, front)
            yield Record(journal, spool)
        finally:
            spool.close()
    finally:
        await journal.close()


async def _put_in_order(journal: Journal, spool: Spool, run: str, front: Front) -> None:
    replayed = await spool.replay(journal)
    if replayed.recorded:
        front.tell(wording.note("spool.replayed", {"count": len(replayed.recorded)}))
    if replayed.unmatched:
        front.tell(wording.note("spool.unmatched", {"count": len(replayed.unmatched)}))
    lost = await journal.lose_dangling(run)
    if lost:
        front.tell(wording.note("journal.dangling", {"count": len(lost)}))


async def begin(
    journal: Journal, run: str, command: str, *, campaign: str, sheet: Path, results: Path
) -> Run:
    """Record that a run began, by whom and where."""
    record = Run(
        run,
        command,
        campaign,
        str(sheet.resolve()),
        str(results.resolve()),
        now(),
        who=who(),
        machine=platform.node(),
    )
    await journal.begin_run(record)
    return record


async def begin_over_all(
    journal: Journal, run: str, command: str, counts: Mapping[str, int], *, campaign: str | None = None
) -> Run:
    """Record that a run began that is about no sheet of its own; `counts` are kept beside those of its end."""
    record = Run(run, command, campaign, None, None, now(), who=who(), machine=platform.node(), counts=counts)
    await journal.begin_run(record)
    return record


async def end(journal: Journal, record: Run, report: Report, exit_code: int) -> None:
    """Record how the run ended."""
    ended = replace(
        record,
        results=report.results,
        finished_at=now(),
        exit_code=exit_code,
        stopped=report.stopped.code if report.stopped else None,
        counts=report.counts.model_dump(),
        money=[part.model_dump() for part in report.money],
    )
    await journal.end_run(ended)


def who() -> str:
    """Return who runs this, as the system knows them."""
    asked = WHO.get()
    if asked:
        return asked
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
