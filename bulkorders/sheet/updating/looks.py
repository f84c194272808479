"""The looks of an existing workbook: those it has stay as they are, further ones are put behind them."""

import re
from collections.abc import Sequence
from typing import Any

from bulkorders.sheet.updating.package import tree
from bulkorders.sheet.updating.tokens import MAIN
from bulkorders.sheet.updating.unfit import Unfit

GENERAL = "General"
_FIRST_OWN = 164
"""Number formats below this are the spreadsheet programs' own."""

_BUILT_IN = {
    0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 14: "mm-dd-yy", 22: "m/d/yy h:mm",
    49: "@",
}  # fmt: skip
_SECTIONS = ("numFmts", "fonts", "fills", "borders", "cellXfs", "dxfs")
_CHILD = {
    "numFmts": "numFmt",
    "fonts": "font",
    "fills": "fill",
    "borders": "border",
    "cellXfs": "xf",
    "dxfs": "dxf",
}
_OURS = re.compile(r"#,##0(?:\.0+|_\.)?(?:_0)*|yyyy-mm-dd(?: hh:mm)?|0%|@")
"""Number formats that we give to cells ourselves: where one of these stands, another may take its place."""

Canonical = tuple[Any, ...]


class Looks:
    """One workbook's table of looks, which can grow."""

    def __init__(self, content: bytes) -> None:
        """Read the table. Raises Unfit where it is not as spreadsheet programs write it."""
        self._text = content.decode("utf-8")
        root = tree(content)
        prefix = re.search(r"<(?:(\w+):)?styleSheet\b", self._text)
        self._prefix = f"{prefix[1]}:" if prefix and prefix[1] else ""
        self.raw = {name: _children(self._text, self._prefix, name) for name in _SECTIONS}
        self._known: dict[str, dict[Canonical, int]] = {}
        for name in _SECTIONS:
            section = next((node for node in root if node.tag.rpartition("}")[2] == name), None)
            nodes = list(section) if section is not None else []
            if len(nodes) != len(self.raw[name]):
                raise Unfit("workbook.unread", reason="its table of looks is written in an unknown way")
            self._known[name] = {}
            for index, node in enumerate(nodes):
                self._known[name].setdefault(_canonical(node), index)
        self._added: dict[str, list[str]] = {name: [] for name in _SECTIONS}
        self.formats = _formats(self.raw["numFmts"])
        self._made: dict[tuple[int, str], int] = {}
        if not self.raw["cellXfs"]:
            raise Unfit("workbook.unread", reason="it has no table of looks")

    def number_format(self, look: int) -> str:
        """Return the number format of a look."""
        number = int(_attribute(self._look(look), "numFmtId") or 0)
        return self.formats.get(number) or _BUILT_IN.get(number, f"#{number}")

    def with_format(self, look: int, form: str) -> int:
        """Return this look with another number format; a format that the user chose is left as it is."""
        if (made := self._made.get((look, form))) is not None:
            return made
        now = self.number_format(look)
        found = look
        if now != form and (now == GENERAL or _OURS.fullmatch(now)):
            xf = _with(self._look(look), numFmtId=str(self._format(form)), applyNumberFormat="1")
            found = self._add("cellXfs", xf)
        self._made[look, form] = found
        return found

    def take(self, other: "Looks") -> tuple[list[int], list[int]]:
        """Take in all looks of another table; return where each of its cell looks and rule looks is here."""
        fonts, fills, borders = (
            [self._add(name, raw) for raw in other.raw[name]] for name in ("fonts", "fills", "borders")
        )
        cells = []
        for raw in other.raw["cellXfs"]:
            number = int(_attribute(raw, "numFmtId") or 0)
            form = other.formats.get(number)
            cells.append(
                self._add(
                    "cellXfs",
                    _with(
                        raw,
                        numFmtId=str(self._format(form) if form else number),
                        fontId=str(fonts[int(_attribute(raw, "fontId") or 0)]),
                        fillId=str(fills[int(_attribute(raw, "fillId") or 0)]),
                        borderId=str(borders[int(_attribute(raw, "borderId") or 0)]),
                        xfId="0",
                    ),
                )
            )
        return cells, [self._add("dxfs", raw) for raw in other.raw["dxfs"]]

    def content(self) -> bytes | None:
        """Return the table with what was added; None where nothing was."""
        text = self._text
        for name in _SECTIONS:
            if self._added[name]:
                text = _grown(text, self._prefix, name, self._added[name], len(self.raw[name]))
        return None if text == self._text else text.encode("utf-8")

    def _look(self, look: int) -> str:
        looks = self.raw["cellXfs"]
        return looks[look] if look < len(looks) else looks[0]

    def _format(self, form: str) -> int:
        """Return the number of a number format, which is added where it isn't there."""
        for number, known in (*self.formats.items(), *_BUILT_IN.items()):
            if known == form:
                return number
        number = max((*self.formats, _FIRST_OWN - 1)) + 1
        escaped = form.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
        self.formats[number] = form
        self._add("numFmts", f'<numFmt numFmtId="{number}" formatCode="{escaped}"/>')
        return number

    def _add(self, name: str, raw: str) -> int:
        """Return where an element stands in a section; one that is not there is put at its end."""
        bare = _bare(raw)
        canonical = _canonical(tree(f'<a xmlns="{MAIN.decode()}">{bare}</a>'.encode())[0])
        known = self._known[name]
        if canonical not in known:
            known[canonical] = len(self.raw[name])
            self.raw[name].append(bare)
            self._added[name].append(bare)
        return known[canonical]


def _children(text: str, prefix: str, name: str) -> list[str]:
    """Return the elements of a section as they are written."""
    found = re.search(rf"<{prefix}{name}\b[^>]*(?<!/)>(.*?)</{prefix}{name}>", text, re.DOTALL)
    if found is None:
        return []
    child = f"{prefix}{_CHILD[name]}"
    return re.findall(rf"<{child}\b[^>]*/>|<{child}\b[^>]*>.*?</{child}>", found[1], re.DOTALL)


def _formats(raw: Sequence[str]) -> dict[int, str]:
    """Return the workbook's own number formats by their number."""
    found = {}
    for each in raw:
        node = tree(f'<a xmlns="{MAIN.decode()}">{_bare(each)}</a>'.encode())[0]
        found[int(node.get("numFmtId", "0"))] = node.get("formatCode", "")
    return found


def _bare(raw: str) -> str:
    """Return an element without the prefixes of its names, and without attributes that another program added."""
    plain = re.sub(r"<(/?)\w+:(?=\w+[\s/>])", r"<\1", raw)
    return re.sub(r'\s[\w.]+:[\w.]+="[^"]*"', "", plain)


def _canonical(node: Any) -> Canonical:
    """Return an element as a value that does not depend on how it is written."""
    named = sorted((key, value) for key, value in node.items() if not key.startswith("{"))
    return (node.tag.rpartition("}")[2], tuple(named), tuple(_canonical(child) for child in node))


def _attribute(raw: str, name: str) -> str | None:
    start = raw.partition(">")[0]
    found = re.search(rf'\b{name}="([^"]*)"', start)
    return found[1] if found else None


def _with(raw: str, **attributes: str) -> str:
    """Return an element with these attributes."""
    start, mark, rest = raw.partition(">")
    ending = "/" if start.endswith("/") else ""
    start = start.removesuffix("/")
    for name, value in attributes.items():
        if re.search(rf'\b{name}="', start):
            start = re.sub(rf'\b{name}="[^"]*"', f'{name}="{value}"', start)
        else:
            start = f'{start.rstrip()} {name}="{value}"'
    return f"{start}{ending}{mark}{rest}"


def _grown(text: str, prefix: str, name: str, added: Sequence[str], count: int) -> str:
    """Return the table with elements put at the end of a section, which is made where it is missing."""
    inner = "".join(added)
    if prefix:
        inner = re.sub(r"<(/?)(?=\w)", rf"<\1{prefix}", inner)
    start = re.search(rf"<{prefix}{name}\b[^>]*?(/?)>", text)
    if start is None:
        anchor = re.search(
            rf"<{prefix}styleSheet\b[^>]*>"
            if name == "numFmts"
            else rf"</{prefix}cellStyles>|</{prefix}cellXfs>(?!.*</{prefix}cellStyles>)",
            text,
            re.DOTALL,
        )
        if anchor is None:
            raise Unfit("workbook.unread", reason="its table of looks is written in an unknown way")
        made = f'<{prefix}{name} count="{count}">{inner}</{prefix}{name}>'
        return text[: anchor.end()] + made + text[anchor.end() :]
    opened = re.sub(r'\bcount="\d+"', f'count="{count}"', start[0])
    if start[1]:
        opened = opened.removesuffix("/>") + ">"
        return text[: start.start()] + f"{opened}{inner}</{prefix}{name}>" + text[start.end() :]
    end = text.index(f"</{prefix}{name}>", start.end())
    return text[: start.start()] + opened + text[start.end() : end] + inner + text[end:]
