"""What its user has drawn on a worksheet of ours: charts and pictures that stay when it is written anew."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bulkorders.sheet.results.charts import NAMED, SERIES
from bulkorders.sheet.updating.package import Package, relations, relations_part, resolved

_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
_ROOT = re.compile(r"<(?:(\w+):)?wsDr\b([^>]*?)/?>")
_DECLARED = re.compile(r'\sxmlns:(\w+)="([^"]*)"')
_REFERRED = re.compile(r'\b\w+:(?:id|embed|link|dm|lo|qs|cs|pict)="([^"]+)"')
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_SERIES = re.compile(r"<(?:\w+:)?tx>.*?<(?:\w+:)?v>([^<]*)<", re.DOTALL)
EMPTY = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<xdr:wsDr xmlns:xdr="{_DRAWING}"></xdr:wsDr>'
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Anchors of a drawing with the prefixes they use, what they refer to, and the parts of that."""

    anchors: Sequence[str]
    declared: dict[str, str]
    relations: Sequence[str]
    parts: frozenset[str]


def drawn_by_user(package: Package, part: str) -> Drawn | None:
    """Return what is in a drawing and is not ours; None where there is nothing."""
    text = package.read(part).decode("utf-8")
    root = _ROOT.search(text)
    if root is None:
        return None
    prefix = f"{root[1]}:" if root[1] else ""
    anchor = re.compile(
        rf"<{prefix}(twoCellAnchor|oneCellAnchor|absoluteAnchor)\b.*?</{prefix}\1>", re.DOTALL
    )
    targets = relations(package, part)
    found = [each[0] for each in anchor.finditer(text) if not _ours(package, each[0], targets)]
    if not found:
        return None
    if not prefix:
        found = [re.sub(r"^<(\w+)", rf'<\1 xmlns="{_DRAWING}"', each) for each in found]
    referred = {name for each in found for name in _REFERRED.findall(each)} & _ids(package, part)
    kept = [re.sub(_names(referred), r'="kept\1"', each) for each in found]
    declared = dict(_DECLARED.findall(root[2]))
    parts = frozenset(targets[name][1] for name in referred if name in targets)
    return Drawn(kept, declared, _relations(package, part, referred), parts)


def with_drawn(text: str, drawn: Drawn) -> str:
    """Return the XML of a drawing of ours with what the user has drawn."""
    root = _ROOT.search(text)
    there = dict(_DECLARED.findall(root[0])) if root else {}
    further = "".join(
        f' xmlns:{name}="{place}"' for name, place in drawn.declared.items() if name not in there
    )
    text = _ROOT.sub(lambda found: found[0].removesuffix(">") + further + ">", text, count=1)
    return text.replace("</xdr:wsDr>", "".join(drawn.anchors) + "</xdr:wsDr>")


def _ours(package: Package, anchor: str, targets: dict[str, tuple[str, str]]) -> bool:
    """Return whether an anchor holds a chart of ours: by its name, or (where that was lost) by its series."""
    if re.search(rf'\bname="{NAMED} ', anchor):
        return True
    for name in _REFERRED.findall(anchor):
        kind, part = targets.get(name, ("", ""))
        if kind == "chart" and package.has(part):
            series = _SERIES.findall(package.read(part).decode("utf-8"))
            return bool(series) and set(series) <= SERIES
    return False


def _ids(package: Package, part: str) -> set[str]:
    place = relations_part(part)
    text = package.read(place).decode("utf-8") if package.has(place) else ""
    return set(re.findall(r'\bId="([^"]+)"', text))


def _names(referred: set[str]) -> str:
    """Return a pattern of attributes that name one of these relations."""
    return rf'="({"|".join(map(re.escape, sorted(referred))) or "(?!)"})"'


def _relations(package: Package, part: str, referred: set[str]) -> list[str]:
    """Return the relations of these ids, under names of their own, whatever part they come to stand in."""
    place = relations_part(part)
    text = package.read(place).decode("utf-8") if package.has(place) else ""
    found = []
    for each in _RELATION.findall(text):
        name, target, kind = (_attribute(each, key) for key in ("Id", "Target", "Type"))
        if name in referred:
            outside = 'TargetMode="External"' in each
            where = target if outside else f"/{resolved(part, target)}"
            mode = ' TargetMode="External"' if outside else ""
            found.append(f'<Relationship Id="kept{name}" Type="{kind}" Target="{where}"{mode}/>')
    return found


def _attribute(element: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', element)
    return found[1] if found else ""
