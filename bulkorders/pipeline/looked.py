"""A sheet that was checked, with all that a door may show of it, and its workbook to put rows right in."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bulkorders import wording
from bulkorders.errors import GuardError
from bulkorders.model.report import AccountMoney, Line, Report, RunSummary
from bulkorders.pipeline import ending
from bulkorders.pipeline.accounts import now
from bulkorders.pipeline.intake.checking import Checking
from bulkorders.sheet.saving import save_results
from bulkorders.wording.repairs import Group


@dataclass(frozen=True, slots=True)
class Looked:
    """What a check found. `unmeant` is the guard that asks which campaign is meant, where it would stop a submit.

    `lines` are those of the report, with the rows as the sheet has them. `journal_id` is the journal that was
    asked. `to_spend` is what the rows that are ready would cost each account, `groups` are the problems by
    what repairs them.
    """

    run: Checking
    lines: Sequence[Line]
    report: Report
    journal_id: str
    at: str
    to_spend: Sequence[AccountMoney]
    groups: Sequence[Group]
    unmeant: GuardError | None = None


def write_to_fix(looked: Looked, path: Path) -> Path:
    """Write the workbook in whose worksheet `To fix` the rows can be put right; return where it is.

    It is a results workbook in which nothing is placed that was not before, and may be given back as a sheet.
    Raises GuardError as `save_results` does.
    """
    run = looked.run
    summary = RunSummary(
        run=run.run,
        command="check",
        campaign=run.campaign,
        journal_id=looked.journal_id,
        sheet=str(run.options.sheet),
        started_at=looked.at,
        finished_at=now(),
        money=[],
        notices=[wording.note(code, facts) for code, facts in run.sheet.notes],
        rates=ending.rates_of(run),
    )
    saved = save_results(
        path, run.sheet, looked.lines, summary, describe=wording.problem_text, read_digest=run.digest
    )
    return saved.path
