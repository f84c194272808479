"""The parts of an .xlsx or .xlsb: which worksheets there are, and where each of them is kept."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bulkorders.errors import SheetError
from bulkorders.sheet.reading import binary
from bulkorders.sheet.reading.archive import Archive
from bulkorders.sheet.reading.grid import Worksheet
from bulkorders.sheet.reading.limits import Limits

ROOT = "_rels/.rels"
USUAL = "xl/workbook.xml"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

FIXED = {"sharedStrings": "xl/sharedStrings.xml", "styles": "xl/styles.xml"}
"""The parts that the fast reader looks for under these names alone."""

_SHEETS = ("worksheets/", "sheets/")


@dataclass(frozen=True, slots=True)
class _Relation:
    """What a part points to: the kind of thing, and the part that holds it."""

    kind: str
    part: str


class Package:
    """An opened workbook of parts with relations. Raises the SheetErrors of `Archive`, and `sheet.not_workbook`."""

    def __init__(self, path: str, content: bytes, limits: Limits) -> None:
        self.archive = Archive(path, content, limits, _holds_rows)
        self.main = self._main()
        self._related = self._relations(self.main)
        self.dated_1904 = False
        self.worksheets: list[Worksheet] = []
        self._parts: list[str] = []
        for name, relation, visible in self._bundled() if self.main.endswith(".bin") else self._listed():
            part = self.target(relation)
            if part is not None and self.kind(relation) == "worksheet":
                self.worksheets.append(Worksheet(name, len(self._parts), visible))
                self._parts.append(part)

    def part_of(self, worksheet: Worksheet) -> str:
        """Return the part that holds a worksheet."""
        return self._parts[worksheet.index]

    def target(self, relation: str) -> str | None:
        """Return the part that a relation of the workbook points to, by the relation's id."""
        found = self._related.get(relation)
        return found.part if found is not None and self.archive.has(found.part) else None

    def kind(self, relation: str) -> str:
        """Return what kind of thing a relation points to: "worksheet", "chartsheet", …."""
        return self._related[relation].kind if relation in self._related else ""

    def fixed(self) -> dict[str, str]:
        """Return where shared strings and styles really are, by the names the fast reader looks for."""
        found = {}
        for each in self._related.values():
            if each.kind in FIXED and self.archive.has(each.part):
                found[FIXED[each.kind]] = each.part
        return found

    def usual(self, amended: Mapping[str, bytes]) -> bytes:
        """Return the workbook with its parts under the usual names, which the fast reader takes for granted.

        `amended` are parts whose bytes are to be others.
        """
        moved = any(new.lower() != old.lower() for new, old in self.fixed().items())
        if not amended and self.main.lower() == USUAL and not moved and not self.archive.rooted(self.main):
            return self.archive.content
        from xml.sax.saxutils import quoteattr  # noqa: PLC0415 - it loads much, and few workbooks come so far

        names = {old: new for new, old in self.fixed().items()}
        related = "".join(_relation(kind, FIXED[kind], f"rId{kind}") for kind in FIXED)
        listed = ""
        for number, (worksheet, part) in enumerate(zip(self.worksheets, self._parts, strict=True), start=1):
            names[part] = f"xl/worksheets/sheet{number}.xml"
            related += _relation("worksheet", names[part], f"rId{number}")
            listed += f'<sheet name={quoteattr(worksheet.name)} sheetId="{number}" r:id="rId{number}"/>'
        dated = '<workbookPr date1904="1"/>' if self.dated_1904 else ""
        workbook = (
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATION}">{dated}<sheets>{listed}</sheets></workbook>'
        )
        written = {ROOT: _relations(_relation("officeDocument", USUAL, "rId1")), USUAL: workbook.encode()}
        written["xl/_rels/workbook.xml.rels"] = _relations(related)
        for part, content in amended.items():
            written[names.pop(part)] = content
        return self.archive.renamed(names, written)

    def _main(self) -> str:
        """Return the part that lists the worksheets."""
        for part in (USUAL, "xl/workbook.bin"):
            if self.archive.has(part):
                return part
        if self.archive.has(ROOT):
            for each in self._relations("").values():
                if each.kind == "officeDocument" and self.archive.has(each.part):
                    return each.part
        found = "document" if self.archive.has("word/document.xml") else "archive"
        raise SheetError("sheet.not_workbook", path=self.archive.path, found=found)

    def _relations(self, part: str) -> dict[str, _Relation]:
        """Return what a part points to, by the relation's id."""
        folder, name = posixpath.split(part)
        listed = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self.archive.has(listed):
            return {}
        return {
            node.get("Id", ""): _Relation(
                node.get("Type", "").rpartition("/")[2], _joined(folder, node.get("Target", ""))
            )
            for node in self.archive.tree(listed).iter()
            if node.get("Target") and node.get("TargetMode") != "External"
        }

    def _listed(self) -> Iterator[tuple[str, str, bool]]:
        """Give name, relation and visibility of each sheet that the workbook's XML lists."""
        for node in self.archive.tree(self.main).iter():
            name = node.tag.rpartition("}")[2]
            if name == "workbookPr":
                self.dated_1904 = node.get("date1904") in ("1", "true")
            if name == "sheet":
                relation = next((value for key, value in node.items() if key.endswith("}id")), "")
                yield node.get("name", ""), relation, node.get("state", "visible") == "visible"

    def _bundled(self) -> Iterator[tuple[str, str, bool]]:
        """Give the same of a binary workbook."""
        content = b"".join(self.archive.pieces(self.main))
        try:
            yield from (
                binary.bundle(content, at) for kind, at in binary.records(content) if kind == binary.BUNDLE
            )
        except binary.BROKEN as error:
            raise self.archive.damaged(f"{self.main}: {error}") from error


def _holds_rows(part: str) -> bool:
    return any(folder in part for folder in _SHEETS)


def _relations(inner: str) -> bytes:
    return f'<Relationships xmlns="{RELATIONS}">{inner}</Relationships>'.encode()


def _relation(kind: str, target: str, name: str) -> str:
    return f'<Relationship Id="{name}" Type="{RELATION}/{kind}" Target="/{target}"/>'


def _joined(folder: str, target: str) -> str:
    """Return the part that a target means, seen from a folder; a target may be absolute."""
    plain = target.replace("\\", "/")
    return plain.lstrip("/") if plain.startswith("/") else posixpath.normpath(posixpath.join(folder, plain))
