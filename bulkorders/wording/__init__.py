"""Every sentence a person reads, through gettext.

A problem or an error has a code and facts; here stands what it says: where, what was expected, what was
found, and what to do next. Numbers are grouped by thousands; amounts are shown as they are.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime
from decimal import Decimal
from typing import Any

from bulkorders.errors import BulkordersError
from bulkorders.model import money
from bulkorders.model.outcomes import Outcome, Verdict
from bulkorders.model.problems import Problem
from bulkorders.wording.flow_texts import PAGE_MESSAGES, PAGE_NEXT, PAGE_NOTES
from bulkorders.wording.languages import catalogue, grouped
from bulkorders.wording.page_texts import SAID_ON_PAGE
from bulkorders.wording.sentences import ERRORS, FIELD_TITLES, NOTES, OUTCOMES, PROBLEMS, QUESTIONS, REPAIRS

DOOR: ContextVar[str] = ContextVar("door", default="")
"""The door people stand at, where it has words of its own: `page`."""

LONGEST = 300
"""Characters of one fact that are shown: a sentence, not a page."""

PLAIN_NUMBERS = frozenset({"row", "rows", "first", "header_row", "numbers", "status"})
"""Facts that are names rather than amounts: the numbers of rows, and HTTP's."""


def translated(message: str) -> str:
    """Return the message in the language that is spoken, or as it is; on the page what names no command."""
    if DOOR.get() == "page":
        message = SAID_ON_PAGE.get(message, message)
    return catalogue().gettext(message) if message else ""


def field_title(field: str) -> str:
    """Return the usual header of a field's column (`max_rate`: `Max rate`), in no language but the sheet's."""
    return FIELD_TITLES.get(field, field.replace("_", " ").capitalize())


def problem(found: Problem) -> str:
    """Return the problem with its place: `Row 42, Quantity: …`."""
    return translated("Row {row}, {column}: {text}").format(
        row=found.row, column=found.column, text=problem_text(found)
    )


def problem_text(found: Problem) -> str:
    """Return what is wrong and how to put it right, without the place."""
    told = PROBLEMS.get(_listed(PROBLEMS, found.code, found.facts), "{code}")
    return _told(told, found.code, found.facts)


def repair(code: str) -> str:
    """Return what puts problems of this code right, as the heading of their group."""
    told = translated(REPAIRS.get(_listed(REPAIRS, code, {}), code))
    return told.format(field=field_title(code.partition(".")[0]))


def note(code: str, facts: Mapping[str, Any]) -> str:
    """Return something worth knowing that stops nothing."""
    return _told(_own(PAGE_NOTES, code) or NOTES.get(code, "{code}"), code, facts)


def question(code: str, **facts: Any) -> str:
    """Return a question to be answered with yes or no."""
    return _told(QUESTIONS[code], code, facts)


def outcome(came: Outcome) -> str:
    """Return what came of an attempt, in a sentence with the panel's own words."""
    code = f"{came.verdict.value}.{came.kind}"
    general = OUTCOMES.get(code) or OUTCOMES[came.verdict.value]
    if came.verdict is Verdict.ACCEPTED:
        return came.message
    facts = {
        "said": came.message or came.answer[:200],
        "status": came.http_status,
        "ids": ", ".join(came.order_ids),
    }
    return _told(general, code, facts)


def explain(error: BulkordersError) -> BulkordersError:
    """Fill in an error's `message` and `next`, and return it."""
    if error.message is None:
        entry = _listed(ERRORS, error.code, error.facts)
        message, following = ERRORS.get(entry, ("{code}", ""))
        message = _own(PAGE_MESSAGES, entry) or message
        following = _own(PAGE_NEXT, error.code) or following
        error.message = _told(message, error.code, error.facts)
        error.next = _told(following, error.code, error.facts)
    return error


def number(value: float | Decimal | None) -> str:
    """Return a number with its thousands grouped; nothing for None."""
    if value is None:
        return ""
    return grouped(f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}")


def amount(value: Decimal | None, currency: str | None) -> str:
    """Return an amount with its currency, `1,234.5 VND`."""
    if value is None:
        return translated("unknown")
    shown = grouped(f"{money.plain(value):,f}")
    return f"{shown} {currency}" if currency else shown


def moment(iso: str | None) -> str:
    """Return a time for people, to the second, with its offset from UTC."""
    return "" if not iso else datetime.fromisoformat(iso).astimezone().strftime("%Y-%m-%d %H:%M:%S %z")


def listed(values: Any) -> str:
    """Return values in a row, `A, B and C`."""
    told = [str(_shown(value)) for value in values]
    if len(told) < 2:  # noqa: PLR2004 - one needs no "and"
        return "".join(told)
    return translated("{first} and {last}").format(first=", ".join(told[:-1]), last=told[-1])


def _listed(table: Mapping[str, Any], code: str, facts: Mapping[str, Any]) -> str:
    """Return the entry of a table for this code: the one for a fact that is missing, the code's own, or `*.rest`."""
    for entry in _WITHOUT.get(code, ()):
        if entry in table and facts.get(entry.rpartition(" ")[2]) in (None, "", [], ()):
            return entry
    return code if code in table else f"*.{code.partition('.')[2]}"


def _own(table: Mapping[str, str], entry: str) -> str | None:
    """Return what the door says in its own words, or None where it has none for this."""
    return table.get(entry) if DOOR.get() == "page" else None


def _without() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for entry in (*PROBLEMS, *ERRORS):
        code, mark, _ = entry.partition(" without ")
        if mark:
            found[code] = (*found.get(code, ()), entry)
    return found


_WITHOUT = _without()
"""By code: the entries that are said where a fact is missing, in the order in which they are tried."""


class _Facts(dict[str, Any]):
    """Facts that never fail a sentence: a missing one is shown as `?`."""

    def __missing__(self, key: str) -> str:
        return "?"


def _told(message: str, code: str, facts: Mapping[str, Any]) -> str:
    shown = {name: _cut(_shown(value, plain=name in PLAIN_NUMBERS)) for name, value in facts.items()}
    field = field_title(code.partition(".")[0])
    return translated(message).format_map(_Facts({"code": code, "field": field, **shown}))


def _shown(value: Any, *, plain: bool = False) -> Any:
    """Return a fact as people read it: numbers grouped, lists in a row, pairs as `5 → 41`, maps as `name: reason`."""
    if isinstance(value, bool) or value is None:
        return translated({True: "yes", False: "no", None: "nothing"}[value])
    if isinstance(value, int | Decimal):
        return str(value) if plain else number(value)
    if isinstance(value, Mapping):
        return ": ".join(str(part) for part in value.values())
    if isinstance(value, list | tuple) and value and all(isinstance(part, tuple) for part in value):
        return listed(" → ".join(map(str, part)) for part in value)
    if isinstance(value, list | tuple | set | frozenset):
        return listed(map(str, value) if plain else value)
    return value


def _cut(shown: Any) -> Any:
    """Return at most as much of a text as a sentence takes."""
    if isinstance(shown, str) and len(shown) > LONGEST:
        return f"{shown[:LONGEST]}…"
    return shown
