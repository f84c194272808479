"""The journal looked at by itself, and taken back into use by a person's word after a backup was restored."""

from dataclasses import replace
from uuid import uuid4

from bulkorders import wording
from bulkorders.errors import GuardError, JournalError
from bulkorders.journal.address import address_of, is_postgres
from bulkorders.journal.copied import Copied
from bulkorders.journal.inspected import Inspected
from bulkorders.journal.inspecting import inspect
from bulkorders.journal.opening import journal_path, open_journal, place_of
from bulkorders.journal.protocol import Run
from bulkorders.pipeline.accounts import now
from bulkorders.pipeline.options import Front
from bulkorders.settings import Settings

COMMAND = "journal accept-rollback"


def copy(source: str, target: str, settings: Settings) -> Copied:
    """Move a journal from its file into a database; the file is sealed. Raises JournalError, SettingsError."""
    if is_postgres(source) or not is_postgres(target):
        raise JournalError("journal.copy_kinds", source=place_of(source), target=place_of(target))
    try:
        from bulkorders.journal.copying import copy_journal  # noqa: PLC0415 - the driver is an extra
    except ImportError:
        raise JournalError("journal.backend_missing", backend="postgresql") from None
    home, who = settings.home, "bulkorders journal copy"
    return copy_journal(journal_path(source), address_of(target), home=home, who=who)


def look(settings: Settings) -> Inspected:
    """Return what the journal of these settings holds. Raises JournalError."""
    return inspect(settings.journal_url, settings.home)


async def accept_rollback(settings: Settings, front: Front) -> Inspected:
    """Take a journal that is behind its mark back into use, once a person has said so; its history keeps it.

    A journal that is not behind is left as it is. Raises GuardError where the answer is no, JournalError.
    """
    found = look(settings)
    if not found.behind:
        return found
    marked = found.marked or 0
    missing = max(marked - found.known, 0)
    question = wording.question(
        "journal.accept_rollback", path=found.path, found=found.known, expected=marked, missing=missing
    )
    if not found.readable:
        question = wording.question("journal.accept_unmarked", path=found.path)
    if not front.agree(question):
        raise GuardError("guard.rollback_declined", path=found.path)
    journal = await open_journal(
        settings.journal_url, who=f"bulkorders {COMMAND}", accept_rollback=True, home=settings.home
    )
    try:
        run = Run(uuid4().hex[:12], COMMAND, None, None, None, now())
        await journal.begin_run(run)
        await journal.end_run(replace(run, finished_at=now(), exit_code=0, counts={"forgotten": missing}))
    finally:
        await journal.close()
    return look(settings)
