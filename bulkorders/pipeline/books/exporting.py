"""The ledger exported: read from the journal, chosen, written in a format, and what was exported remembered."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from bulkorders.accounting.exports import beancount, placing
from bulkorders.accounting.exports import known as known_lines
from bulkorders.accounting.exports.lines import Line, Reckoning
from bulkorders.accounting.exports.terms import Made, Terms
from bulkorders.accounting.ledger import read_ledger
from bulkorders.errors import CallError, JournalError
from bulkorders.journal.address import is_postgres
from bulkorders.journal.opening import journal_path, open_journal
from bulkorders.journal.protocol import Journal
from bulkorders.model import money
from bulkorders.model.entries import LedgerEntry
from bulkorders.model.orders import account_id
from bulkorders.pipeline.accounts import now
from bulkorders.pipeline.books import export_terms
from bulkorders.pipeline.books.export_terms import Format
from bulkorders.settings import Settings

COMMAND = "export"
ENTERED = " | entered"
"""What the scope's name ends with under which the lines that persons entered are counted."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be exported, and how.

    `since` and `until` are days, both included. `panel` is a panel of the settings, or an account or host of
    the ledger. `out` is a file or a folder. Of `delimiter`, `decimal`, `dates`, `columns` and `locale` None
    leaves it to the settings. `force` replaces a different file. `known` are files of text, such as books:
    lines whose ids stand in them are left out.
    """

    format: str
    out: Path | None = None
    since: date | None = None
    until: date | None = None
    campaign: str | None = None
    panel: str | None = None
    since_last: bool = False
    columns: int | None = None
    delimiter: str | None = None
    decimal: str | None = None
    dates: str | None = None
    locale: str | None = None
    force: bool = False
    known: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """One file: where, how many lines, and whether it was written, replaced, or there already as it is."""

    file: str
    lines: int
    state: str


@dataclass(frozen=True, slots=True)
class Total:
    """What moved on one account in one currency, as its statement shows it: spending below zero."""

    account: str
    currency: str | None
    lines: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export came to. `lines` were chosen, `notes` are worth knowing, as codes with facts."""

    format: str
    files: Sequence[Written]
    lines: int
    totals: Sequence[Total]
    notes: Sequence[tuple[str, Mapping[str, Any]]] = ()

    def to_json(self) -> str:
        """Return it as one JSON object; amounts are texts."""
        told = {
            "format": self.format,
            "lines": self.lines,
            "files": [{"file": each.file, "lines": each.lines, "state": each.state} for each in self.files],
            "totals": [
                {
                    "account": each.account,
                    "currency": each.currency,
                    "lines": each.lines,
                    "amount": money.text(each.amount),
                }
                for each in self.totals
            ],
            "notes": [code for code, _ in self.notes],
        }
        return json.dumps({"schema": 1, "export": told}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class _Position:
    """How far an export went: the number of the last event, and how many lines persons had entered."""

    event: int = 0
    entered: int = 0

    @property
    def number(self) -> int:
        """One number that rises with every further line."""
        return self.event + self.entered


@dataclass(slots=True)
class _Chosen:
    """The lines to export, those of earlier exports, and how far this one goes."""

    entries: list[LedgerEntry] = field(default_factory=list)
    earlier: list[LedgerEntry] = field(default_factory=list)
    end: _Position = field(default_factory=_Position)


async def export(asked: Asked, settings: Settings) -> Exported:
    """Write the ledger's lines as files, each whole or not at all.

    Raises CallError and SettingsError where it can't be meant so, GuardError where a file is in the way or
    can't be written, JournalError. With `since_last` the journal is held, and told how far it went after the
    files are in place: what fails before that is exported again the next time.
    """
    form = export_terms.form_of(asked.format)
    export_terms.checked(asked.format, asked)
    if not is_postgres(settings.journal_url) and not journal_path(settings.journal_url).exists():
        raise JournalError("journal.none", path=str(journal_path(settings.journal_url)))
    reckoning, known = export_terms.reckoning(settings), known_lines.read(asked.known)
    journal = await open_journal(
        settings.journal_url,
        read_only=not asked.since_last,
        who=f"bulkorders {COMMAND}",
        home=settings.home,
    )
    try:
        ledger = await read_ledger(journal)
        scope, start = _scope(asked), _Position()
        if asked.since_last:
            start = _Position(await journal.exported(scope), await journal.exported(scope + ENTERED))
        wanted = await _wanted(asked, settings, journal, ledger)
        chosen = _choose(ledger, wanted, asked, reckoning, start)
        terms = _terms(asked, settings, reckoning, ledger, chosen)
        terms = replace(terms, opened=terms.opened | known.opened)
        lines = list(reckoning.lines(entry for entry in chosen.entries if entry.id not in known.ids))
        found = _written(asked, form, lines, terms, (start, chosen.end))
        if found.files:
            found = replace(found, notes=export_terms.notes(asked.format, lines, terms, reckoning.digits))
        if asked.since_last and found.files:
            await _remember(journal, scope, chosen.end, found)
    finally:
        await journal.close()
    return found


def _scope(asked: Asked) -> str:
    """Return the name under which it is kept how far exports of this kind went."""
    filters = ("campaign", "panel", "since", "until")
    named = [f"{name}={getattr(asked, name)}" for name in filters if getattr(asked, name) is not None]
    return " | ".join((asked.format, *named))


async def _wanted(
    asked: Asked, settings: Settings, journal: Journal, ledger: Sequence[LedgerEntry]
) -> frozenset[str] | None:
    """Return the accounts that are meant, None for all. CallError where panel or campaign is not known."""
    if asked.campaign is not None and await journal.campaign(asked.campaign) is None:
        known = sorted({entry.campaign for entry in ledger if entry.campaign})
        if asked.campaign not in known:
            raise CallError("export.campaign_unknown", found=asked.campaign, known=known)
    if asked.panel is None:
        return None
    own = settings.all_panels()
    if asked.panel in own:
        return frozenset({account_id(own[asked.panel].url, own[asked.panel].account)})
    found = frozenset(entry.account for entry in ledger if asked.panel in (entry.account, entry.panel))
    if not found:
        known = sorted({*own, *(entry.account for entry in ledger)})
        raise CallError("export.panel_unknown", found=asked.panel, known=known)
    return found


def _choose(
    ledger: Sequence[LedgerEntry],
    accounts: frozenset[str] | None,
    asked: Asked,
    reckoning: Reckoning,
    start: _Position,
) -> _Chosen:
    """Return the lines that are asked for, apart from those of earlier exports."""
    found = _Chosen()
    event = entered = 0
    for entry in ledger:
        event, entered = max(event, entry.seq), entered + (not entry.seq)
        if not _asked_for(entry, accounts, asked, reckoning):
            continue
        old = entry.seq <= start.event if entry.seq else entered <= start.entered
        (found.earlier if old else found.entries).append(entry)
    found.end = _Position(event, entered)
    return found


def _asked_for(
    entry: LedgerEntry, accounts: frozenset[str] | None, asked: Asked, reckoning: Reckoning
) -> bool:
    if accounts is not None and entry.account not in accounts:
        return False
    if asked.campaign is not None and entry.campaign != asked.campaign:
        return False
    if asked.since is None and asked.until is None:
        return True
    day = reckoning.day(entry)
    return (asked.since or day) <= day <= (asked.until or day)


def _terms(
    asked: Asked, settings: Settings, reckoning: Reckoning, ledger: Sequence[LedgerEntry], chosen: _Chosen
) -> Terms:
    """Return how it is written, with the names that the whole ledger needs."""
    terms = export_terms.terms(asked.format, asked, settings)
    accounts = tuple(dict.fromkeys(entry.account for entry in ledger))
    currencies = tuple(dict.fromkeys(entry.currency or terms.names.unknown for entry in ledger))
    terms = replace(terms, accounts=accounts, currencies=currencies)
    if asked.format != "beancount" or not chosen.earlier:
        return terms
    plain = replace(reckoning, rates=None, markups=None)
    opened = beancount.accounts(list(plain.lines(chosen.earlier)), terms)
    return replace(terms, opened=frozenset(opened))


def _written(
    asked: Asked, form: Format, lines: Sequence[Line], terms: Terms, went: tuple[_Position, _Position]
) -> Exported:
    """Write the files, none where there is nothing new, and return what it came to."""
    made = form.load()(lines, terms)
    if (asked.since_last or asked.known) and not any(each.lines for each in made):
        return Exported(asked.format, (), 0, (), (("export.nothing_new", {}),))
    first = _path(asked, form, went)
    paths = [first.with_name(f"{first.stem}{each.part}{first.suffix}") for each in made]
    states = placing.place(
        [(path, each.content) for path, each in zip(paths, made, strict=True)], force=asked.force
    )
    return Exported(asked.format, _files(paths, made, states), len(lines), _totals(lines))


def _files(paths: Sequence[Path], made: Sequence[Made], states: Sequence[str]) -> Sequence[Written]:
    return [
        Written(str(path), each.lines, state) for path, each, state in zip(paths, made, states, strict=True)
    ]


def _path(asked: Asked, form: Format, went: tuple[_Position, _Position]) -> Path:
    """Return the file that is asked for, or the usual name in the folder: with the lines' numbers since the last."""
    start, end = went
    name = f"{form.stem}-{start.number + 1}-{end.number}" if asked.since_last else form.stem
    usual = f"{name}.{form.suffix}"
    if asked.out is None:
        return Path(usual)
    return asked.out / usual if asked.out.is_dir() else asked.out


def _totals(lines: Sequence[Line]) -> Sequence[Total]:
    """Return what moved, by account and currency; none is added to another."""
    groups: dict[tuple[str, str | None], list[Decimal]] = {}
    for line in lines:
        if line.entry.moved:
            groups.setdefault((line.entry.account, line.entry.currency), []).append(line.amount)
    return [
        Total(account, currency, len(amounts), money.total(amounts))
        for (account, currency), amounts in groups.items()
    ]


async def _remember(journal: Journal, scope: str, end: _Position, found: Exported) -> None:
    """Keep how far the export went. It is no run of its own: guards look back over a number of runs that spent."""
    first = str(Path(found.files[0].file).resolve())
    went_to = {scope: end.event, scope + ENTERED: end.entered}
    await journal.keep_export(went_to, at=now(), run=uuid4().hex[:12], file=first)
