"""One pass over a worksheet's XML for what its values do not tell: errors, hidden rows, its reach."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.parsers import expat  # a DTD, and with it every entity, is refused by `_Pass`

from bulkorders.sheet.reading.grid import Merge

LAST_ROW = 1_048_576
"""The last row a spreadsheet has."""

NO_VALUE = "formula without a value"
DIGITS = "0123456789"


class Refused(Exception):
    """The pass stopped: `kind` is "dtd", "far" or "xml"; `detail` a cell's name or the parser's words."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = detail


@dataclass(slots=True)
class Marks:
    """What the pass found. Rows and columns count from 0, row numbers of `hidden_rows` from 1 as shown.

    `errors` are the cells that show an error, and formulas that were saved without a value, with what
    they show. `rows` and `columns` say how far values reach, `last` names the lowest cell that has one.
    `hidden_columns` are pairs of first and last; `merged` are cells made one across several rows.
    """

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[Merge] = field(default_factory=list)
    rows: int = 0
    columns: int = 0
    last: str = ""

    def merge(self, first: tuple[int, int], last: tuple[int, int]) -> None:
        """Take note of cells made one, where they reach across rows. Places count from 0."""
        if last[0] > first[0]:
            self.merged.append((first[0] + 1, last[0] + 1, first[1], last[1]))


def find_marks(pieces: Iterable[bytes], columns: int) -> Marks:
    """Return the marks of a worksheet given in pieces of XML; no value may stand beyond so many columns.

    Raises Refused at a DTD, a far cell, or XML that is broken.
    """
    current = _Pass(columns)
    try:
        for piece in pieces:
            current.parser.Parse(piece, False)  # noqa: FBT003 - expat takes no keywords
        current.parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keywords
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Refused("xml", str(error)) from error
    return current.finish()


def place(name: str) -> tuple[int, int]:
    """Return row and column of a cell by its name, from 0: `B3` is (2, 1). Raise ValueError if it is none."""
    letters = name.rstrip(DIGITS)
    column = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            raise ValueError(f"{name} is not the name of a cell")
        column = column * 26 + ord(letter) - 64
    return int(name[len(letters) :]) - 1, column - 1


def letters_of(column: int) -> str:
    """Return the letters over a column, counted from 0: 26 is AA."""
    letters = ""
    left = column + 1
    while left:
        left, digit = divmod(left - 1, 26)
        letters = chr(65 + digit) + letters
    return letters


class _Pass:
    """The state of one pass. Only starts of elements are listened to; text only where an error may stand.

    Attributes come as a list of names and values by turns, which expat gives faster than dictionaries.
    """

    def __init__(self, columns: int) -> None:
        self.marks = Marks()
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.ordered_attributes = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._root
        self._most = columns
        self._known: set[str] = set()  # the letters of columns that have been seen
        self._cell: list[str] = ["r", "A0"]
        self._row = "0"
        self._valued = ""  # the name of the last cell of this row that has a value
        self._texts: list[str] = []
        self._formula = False
        self._open = False  # whether the current cell is yet to be settled

    def finish(self) -> Marks:
        """Settle what is open and return what was found."""
        self._end_row()
        return self.marks

    def _refuse(self, *_: object) -> None:
        raise Refused("dtd", "")

    def _root(self, name: str, _: list[str]) -> None:
        """Learn from the outermost element which prefix the names carry, if any."""
        prefix = name.removesuffix(name.rpartition(":")[2])
        self._others = {f"{prefix}{each}": each for each in ("row", "f", "col", "mergeCell")}
        self._c, self._values = f"{prefix}c", frozenset((f"{prefix}v", f"{prefix}is"))
        self.parser.StartElementHandler = self._start

    def _start(self, name: str, attributes: list[str]) -> None:
        """Take note of an element that begins: the two commonest here, the others apart."""
        if name == self._c:
            if self._open:
                self._settle()
            if not attributes or attributes[0] != "r":
                attributes = self._named(attributes)
            self._cell = attributes
            if "e" in attributes:  # the type of an error cell
                self._open = True
        elif name in self._values:
            self._valued = place_name = self._cell[1]
            if place_name.removesuffix(self._row) not in self._known:
                self._reach(place_name)
            if self._open:
                self._listen()
        elif name in self._others:
            self._start_other(self._others[name], attributes)

    def _start_other(self, name: str, attributes: list[str]) -> None:
        """Take note of a row, a formula, or a column's looks."""
        if name == "f":
            self._formula = self._open = True
        elif name == "row":
            self._end_row()
            told = _pairs(attributes)
            self._row = told.get("r") or str(int(self._row) + 1)
            if told.get("hidden") in ("1", "true"):
                self.marks.hidden_rows.append(int(self._row))
        elif name == "mergeCell":
            first, _, last = _pairs(attributes).get("ref", "A1").partition(":")
            self.marks.merge(place(first), place(last or first))
        else:
            told = _pairs(attributes)
            if told.get("hidden") in ("1", "true"):
                self.marks.hidden_columns.append((int(told["min"]) - 1, int(told["max"]) - 1))

    def _listen(self) -> None:
        """Take the text that comes next: the value of a formula, or the name of an error."""
        self._texts.clear()
        self.parser.CharacterDataHandler = self._texts.append

    def _settle(self) -> None:
        """Decide what the cell that has just ended shows."""
        kind, text = _pairs(self._cell).get("t"), "".join(self._texts).strip()
        if kind == "e":
            self.marks.errors[place(self._cell[1])] = text or "#VALUE!"
        elif self._formula and not text and kind != "str":
            self.marks.errors[place(self._cell[1])] = NO_VALUE
        self.parser.CharacterDataHandler = None
        self._texts.clear()
        self._open = self._formula = False

    def _end_row(self) -> None:
        """Settle the row's last cell, and see how far down the row reaches."""
        if self._open:
            self._settle()
        if self._valued:
            self._reach(self._valued)
        self._valued = ""
        self._cell = []

    def _reach(self, name: str) -> None:
        """Take note that a cell of this name has a value, unless it is too far out."""
        row, column = place(name)
        if column >= self._most or row >= LAST_ROW:
            raise Refused("far", name)
        self._known.add(letters_of(column))
        if row >= self.marks.rows:
            self.marks.rows = row + 1
            self.marks.last = name
        self.marks.columns = max(self.marks.columns, column + 1)

    def _named(self, attributes: list[str]) -> list[str]:
        """Return a cell's attributes, its name first; without one it stands right of the one before."""
        name = _pairs(attributes).get("r")
        if name is None:
            column = place(self._cell[1])[1] + 1 if self._cell else 0
            name = f"{letters_of(column)}{self._row}"
        return ["r", name, *attributes]


def _pairs(attributes: list[str]) -> dict[str, str]:
    """Return attributes by name."""
    return dict(zip(attributes[::2], attributes[1::2], strict=True))
