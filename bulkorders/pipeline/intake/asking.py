"""A sheet read together with whoever can say what its columns mean: remembered, told by an option, or asked.

What is not clear is never guessed: where nobody can be asked, the reader's error stands.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bulkorders import wording
from bulkorders.errors import SheetError
from bulkorders.model.orders import Sheet
from bulkorders.pipeline.intake.mappings import Mappings
from bulkorders.pipeline.options import Front, Options
from bulkorders.settings import Settings
from bulkorders.sheet.naming import field_of, spelled, title_of
from bulkorders.sheet.reading import read_sheet
from bulkorders.sheet.reading.early import Onward
from bulkorders.sheet.reading.limits import Limits

MOST_QUESTIONS = 12
QUANTITY_NOTES = ("column_perhaps", "column_near")
AMBIGUOUS = {"sheet.which_worksheet", "sheet.columns_twice", "sheet.columns_missing"}


async def read(options: Options, settings: Settings, front: Front, onward: Onward | None = None) -> Sheet:
    """Return the sheet of a run, with notes of what was remembered or is remembered from now on.

    `onward` is given the rows of a large workbook while it is read, each time anew.

    Raises SheetError as `read_sheet` does, also where nobody could or would say what is meant.
    """
    limits = Limits.sized(settings.max_sheet_megabytes)
    reading = _Reading(
        options, front, Mappings(settings.home), dict(options.mapping), options.worksheet, limits, onward
    )
    return await reading.read()


@dataclass(slots=True)
class _Reading:
    """One sheet that is read until it is clear. `said` is what was told or answered, `known` was remembered."""

    options: Options
    front: Front
    memory: Mappings
    said: dict[str, str]
    worksheet: str | None
    limits: Limits
    onward: Onward | None = None
    known: dict[str, str] = field(default_factory=dict)
    looked: set[frozenset[str]] = field(default_factory=set)

    @property
    def mapping(self) -> dict[str, str]:
        """Header → field: what is said now, and beside it what was said before and does not contradict it."""
        names = {spelled(header) for header in self.said}
        fields = {field_of(wanted) for wanted in self.said.values() if wanted not in ("", "-")}
        return {
            **{
                header: wanted
                for header, wanted in self.known.items()
                if spelled(header) not in names and field_of(wanted) not in fields
            },
            **self.said,
        }

    async def read(self) -> Sheet:
        asked = 0
        while True:
            try:
                sheet = await asyncio.to_thread(
                    read_sheet,
                    self.options.sheet,
                    worksheet=self.worksheet,
                    mapping=self.mapping,
                    limits=self.limits,
                    onward=self.onward,
                )
            except SheetError as error:
                if error.code not in AMBIGUOUS or asked >= MOST_QUESTIONS:
                    raise
                if self._remember(error.facts.get("header", ())):
                    continue
                asked += 1
                if not self._answered(error):
                    raise
                continue
            if self._remember(sheet.header):
                continue
            if asked < MOST_QUESTIONS and self._asked_of_quantity(sheet):
                asked += 1
                continue
            return self._told(sheet)

    def _remember(self, header: Sequence[str]) -> bool:
        """Look once whether something was said of these headers before; return whether that changes anything."""
        seen = frozenset(spelled(title) for title in header if title.strip())
        if not seen or seen in self.looked:
            return False
        self.looked.add(seen)
        if self.options.forget_map:
            return False
        before = self.mapping
        self.known = dict(self.memory.of(header))
        return self.mapping != before

    def _answered(self, error: SheetError) -> bool:
        """Ask what an error leaves open; return whether it was answered."""
        facts = error.facts
        if error.code == "sheet.which_worksheet":
            return self._choose_worksheet(list(facts["worksheets"]))
        if error.code == "sheet.columns_twice":
            return bool(facts["typed"]) and self._choose(facts["field"], list(facts["headers"]))
        near = {
            title: [header for header, near in facts["near"] if near == title] for title in facts["missing"]
        }
        title = next((title for title in facts["missing"] if near[title]), facts["missing"][0])
        others = [header for header in facts["unread"] if header not in near[title]]
        return self._choose_missing(title, [*near[title], *others])

    def _choose_worksheet(self, names: list[str]) -> bool:
        index = self.front.choose(wording.question("columns.worksheet"), names)
        if index is None or index >= len(names):
            return False
        self.worksheet = names[index]
        return True

    def _choose(self, name: str, headers: list[str]) -> bool:
        """Ask which of several columns is a field; those that are not are left alone."""
        question = wording.question("columns.which", title=title_of(name))
        index = self.front.choose(question, [*headers, wording.translated("none of them")])
        if index is None:
            return False
        for at, header in enumerate(headers):
            self.said[header] = name if at == index else "-"
        return True

    def _choose_missing(self, title: str, headers: list[str]) -> bool:
        """Ask which column is a field that must have one; without one there is nothing to go on with."""
        if not headers:
            return False
        question = wording.question("columns.which", title=title)
        index = self.front.choose(question, [*headers, wording.translated("none of them")])
        if index is None or index >= len(headers):
            return False
        self.said[headers[index]] = field_of(title) or title
        return True

    def _asked_of_quantity(self, sheet: Sheet) -> bool:
        """Ask whether a column is the quantity, where none is and one may be; return whether it was answered."""
        if "quantity" in sheet.columns:
            return False
        title = title_of("quantity")
        headers = [
            str(facts["header"])
            for code, facts in sheet.notes
            if code in QUANTITY_NOTES and facts["field"] == title
        ]
        return bool(headers) and self._choose("quantity", list(dict.fromkeys(headers)))

    def _told(self, sheet: Sheet) -> Sheet:
        """Return the sheet with notes about the mapping; keep what was said now."""
        notes: list[tuple[str, Mapping[str, object]]] = []
        shown = _shown(self.mapping)
        if self.memory.damaged:
            notes.append(("mappings_damaged", {"path": str(self.memory.path)}))
        if self.options.forget_map and self.memory.of(sheet.header) and not self.said:
            self.memory.keep(sheet.header, {})
            notes.append(("mapping_forgotten", {}))
        elif self.said and self.mapping != dict(self.memory.of(sheet.header)):
            if self.memory.keep(sheet.header, self.mapping):
                notes.append(("mapping_kept", {"columns": shown}))
        elif self.mapping and not self.said:
            notes.append(("mapping_used", {"columns": shown}))
        return replace(sheet, notes=(*notes, *sheet.notes)) if notes else sheet


def _shown(mapping: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return pairs of a header and the title of its field, as people read them."""
    left = wording.translated("not read")
    return tuple((header, left if told in ("", "-") else title_of(told)) for header, told in mapping.items())
