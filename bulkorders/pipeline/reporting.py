"""Lines into the report: states, counts, money, exit code."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bulkorders import wording
from bulkorders.model import money
from bulkorders.model.books import Closing
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission
from bulkorders.model.outcomes import FINAL, Delivery
from bulkorders.model.problems import Problem, Severity
from bulkorders.model.report import (
    AccountMoney,
    Counts,
    Line,
    MoneyPart,
    OrderState,
    Report,
    Stop,
)
from bulkorders.pipeline.accounts import Account
from bulkorders.pipeline.intake.checking import Checking
from bulkorders.pipeline.parts import Orders
from bulkorders.tracking.statuses import overdue
from bulkorders.validation.batch import Checked
from bulkorders.validation.parsing import Parsed

STATES: dict[State, OrderState] = {
    State.READY: "ready",
    State.SENDING: "in_doubt",
    State.PLACED: "placed",
    State.REJECTED: "rejected",
    State.IN_DOUBT: "in_doubt",
    State.DROPPED: "dropped",
}
MISSING = "order.missing"
TURNED_UP = "order.turned_up"
ALARMS = frozenset({MISSING, TURNED_UP})
STOPPED_EXIT = {"interrupted": 130, "journal": 4, "plan_changed": 4, "canary": 4}


def lines_of(checking: Checking, known: Mapping[str, Submission]) -> list[Line]:
    """Return one line for each row of the sheet, and one for each order whose row has left it.

    `known` are the orders as the journal has them now, by key.
    """
    found = [_line(parsed, checking.checked.get(parsed.row.number), known) for parsed in checking.parsed]
    keys = {line.key for line in found}
    gone = [submission for submission in known.values() if submission.key not in keys]
    return found + [line_of(submission) for submission in gone if submission.state not in _FORGOTTEN]


_FORGOTTEN = (State.READY, State.REJECTED)


def _line(parsed: Parsed, checked: Checked | None, known: Mapping[str, Submission]) -> Line:
    if checked is None:
        return Line(
            parsed.row, "invalid", parsed.order, problems=parsed.problems, message=_said(parsed.problems)
        )
    identified = checked.identified
    key = identified.key
    submission = known.get(key)
    blocked = bool(checked.problems) and any(problem.blocks for problem in checked.problems)
    line = Line(
        parsed.row,
        "ready",
        identified.order,
        problems=checked.problems,
        key=key,
        service_name=identified.service.name if identified.service else None,
        estimate=checked.estimate,
        rate=identified.service.rate if identified.service else None,
        currency=identified.target.currency,
        message=_said(checked.problems),
    )
    if blocked:
        # The key may be that of the order as it was sent; that order has a line of its own.
        return replace(line, state="duplicate" if checked.duplicate else "invalid", key=None)
    return line if submission is None else _with(line, submission)


def _with(line: Line, submission: Submission) -> Line:
    missing = _missing(submission)
    return replace(
        line,
        state=STATES[submission.state],
        submission=submission,
        problems=(*line.problems, *missing),
        service_name=submission.service_name or line.service_name,
        estimate=submission.estimate,
        rate=submission.rate,
        currency=submission.currency or line.currency,
        message=_said(missing) or _told(submission) or line.message,
    )


def _missing(submission: Submission) -> tuple[Problem, ...]:
    """Return that the panel does not know a placed order: a warning at first, then an alarm."""
    if submission.state is not State.PLACED or submission.unknown is None or submission.status in FINAL:
        return ()
    facts = {
        "order_id": submission.order_id,
        "said": submission.unknown,
        "placed_at": wording.moment(submission.placed_at),
    }
    if overdue(submission, datetime.now(UTC)):
        return (Problem(submission.row, MISSING, wording.field_title("status"), facts),)
    return (
        Problem(
            submission.row, "order.not_found_yet", wording.field_title("status"), facts, Severity.WARNING
        ),
    )


def _told(submission: Submission) -> str:
    if submission.state in (State.IN_DOUBT, State.SENDING) and not submission.message:
        return wording.note("doubt.dangling", {})
    return submission.message


def line_of(submission: Submission) -> Line:
    """Return the line of an order whose row is not at hand."""
    return _with(Line(None, "placed", key=submission.key), submission)


def _said(problems: Iterable[Problem]) -> str:
    return " ".join(wording.problem_text(problem) for problem in problems)


def counts_of(lines: Sequence[Line]) -> Counts:
    """Count the lines by state; `rows` are those of the sheet."""
    states = Counter(line.state for line in lines)
    placed = [line.submission for line in lines if line.state == "placed" and line.submission]
    return Counts(
        rows=sum(line.row is not None for line in lines),
        **{state: states[state] for state in STATES.values() if state != "ready"},
        ready=states["ready"],
        invalid=states["invalid"],
        duplicate=states["duplicate"],
        completed=sum(each.status == Delivery.COMPLETED for each in placed),
        open=sum(each.status not in FINAL for each in placed),
        uncharged=sum(each.charge is None for each in placed),
    )


def money_of(
    checking: Checking, lines: Sequence[Line], closings: Mapping[str, Closing] | None = None
) -> list[AccountMoney]:
    """Return the money of each account: what its lines are estimated and charged, and what is in doubt.

    `closings` are the run's books, by account; without them nothing is said of what is unexplained.
    """
    return [
        _account_money(
            account,
            [line for line in lines if _account(line, checking) == account.id],
            (closings or {}).get(account.id),
        )
        for account in checking.distinct_accounts()
    ]


def _account(line: Line, checking: Checking) -> str | None:
    if line.submission is not None:
        return line.submission.account
    account = checking.accounts.get(line.order.panel if line.order else None)
    return account.id if account else None


def _account_money(account: Account, lines: Sequence[Line], closing: Closing | None) -> AccountMoney:
    states = ("ready", "placed", "in_doubt")
    return AccountMoney(
        account.id,
        account.currency,
        estimated=money.total(line.estimate for line in lines if line.state in states),
        charged=money.total(line.submission.charge for line in lines if line.submission),
        in_doubt=money.total(line.estimate for line in lines if line.state == "in_doubt"),
        balance_before=account.balance.amount if account.balance else None,
        balance_after=account.balance_after.amount if account.balance_after else None,
        unexplained=closing.unexplained if closing else None,
        refunded=closing.refunded if closing else None,
        unexplained_rows=_rows(closing, lines),
    )


def _rows(closing: Closing | None, lines: Sequence[Line]) -> tuple[int, ...]:
    """Return the rows that an unexplained amount could be; an order without a row is left out."""
    keys = set(closing.rows) if closing else set()
    return tuple(line.row.number for line in lines if line.row is not None and line.key in keys)


def marked(
    lines: Sequence[Line], held: Collection[str], turned_up: Mapping[str, Sequence[str]]
) -> list[Line]:
    """Return the lines with an alarm at orders that turned up, and refused ones of open books marked.

    `held` are keys of refused orders that may have been paid: they are not yet rows to put right.
    `turned_up` are the ids of orders that had been ruled not placed.
    """
    return [_marked(line, held, turned_up.get(line.key or "")) for line in lines]


def _marked(line: Line, held: Collection[str], ids: Sequence[str] | None) -> Line:
    if line.state == "rejected" and line.key in held:
        line = replace(line, held=True, message=f"{line.message} {wording.note('books.held', {})}".strip())
    submission = line.submission
    if ids is None or submission is None or submission.status in FINAL:
        return line
    facts = {"ids": list(ids), "order_ids": list(submission.order_ids)}
    problem = Problem(submission.row, TURNED_UP, wording.field_title("status"), facts)
    return replace(
        line, problems=(*line.problems, problem), message=f"{line.message} {_said([problem])}".strip()
    )


def report_of(
    checking: Checking,
    lines: Sequence[Line],
    account_money: Sequence[AccountMoney],
    *,
    results: str | None = None,
    stopped: Stop | None = None,
) -> Report:
    """Return the report."""
    return Report(
        run=checking.run,
        campaign=checking.campaign,
        sheet=str(checking.options.sheet),
        results=results,
        counts=counts_of(lines),
        money=tuple(_money_part(each) for each in account_money),
        orders=Orders(lines),
        stopped=stopped,
    )


def _money_part(found: AccountMoney) -> MoneyPart:
    return MoneyPart(
        account=found.account,
        currency=found.currency,
        estimated=money.digits(found.estimated) or "0",
        charged=money.digits(found.charged) or "0",
        in_doubt=money.digits(found.in_doubt) or "0",
        balance_before=money.text(found.balance_before),
        balance_after=money.text(found.balance_after),
        unexplained=money.digits(found.unexplained),
        refunded=money.digits(found.refunded),
        unexplained_rows=found.unexplained_rows,
    )


def missing(report: Report) -> bool:
    """Whether an order is missing at the panel, or turned up after it was ruled out: that needs a person."""
    return any(problem.code in ALARMS for order in report.notable() for problem in order.problems)


def exit_code_of(report: Report) -> int:
    """Return the exit code; where several hold, in the order 130, 2, 5, 3, 4, 6."""
    stop = STOPPED_EXIT.get(report.stopped.code, 3) if report.stopped else 0
    counts = report.counts
    doubtful = any(each["state"] == "in_doubt" for order in report.notable() for each in order.requests)
    holding = {
        stop,
        5 if counts.in_doubt or doubtful else 0,
        6 if counts.invalid or counts.duplicate or counts.rejected or missing(report) else 0,
    }
    return next((code for code in (130, 2, 5, 3, 4, 6) if code in holding), 0)
