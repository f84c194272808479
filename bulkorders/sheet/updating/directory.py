"""The workbook's own part: its list of worksheets and of names, told of what was added."""

import re
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape  # writes XML, reads none

from bulkorders.sheet.updating.book import WORKBOOK, Book
from bulkorders.sheet.updating.package import relations_part
from bulkorders.sheet.updating.unfit import Unfit

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook_xml(
    book: Book,
    added: Sequence[tuple[str, str]],
    names: Mapping[str, str],
    *,
    ours: Sequence[str],
    local: Sequence[tuple[str, str, str]],
    filtered: tuple[str, int] | None,
) -> tuple[bytes, bytes | None]:
    """Return the workbook's own part and its relations, told of worksheets that were added and of names.

    `names` are hidden names of ours with their references, `ours` worksheets whose own names are replaced by
    `local` (worksheet, name, reference). `filtered`: a worksheet's filter reaches to this row now.
    """
    text = book.workbook.decode("utf-8")
    found = re.search(r"<(?:(\w+):)?workbook\b", text)
    p = f"{found[1]}:" if found and found[1] else ""
    tabs = [tab.name for tab in book.tabs]
    text, related = _with_tabs(book, text, p, added)
    tabs += [name for name, _ in added]
    kept = [
        each
        for each in re.findall(rf"<{p}definedName\b[^>]*>.*?</{p}definedName>", text, re.DOTALL)
        if not _replaced(each, {tabs.index(name) for name in ours})
    ]
    if filtered is not None:
        kept = [_reaching(each, tabs.index(filtered[0]), filtered[1]) for each in kept]
    for tab, name, reference in local:
        hidden = ' hidden="1"' if name.endswith("_FilterDatabase") else ""
        place = f'localSheetId="{tabs.index(tab)}"'
        kept.append(f'<{p}definedName name="{name}" {place}{hidden}>{escape(reference)}</{p}definedName>')
    kept += [
        f'<{p}definedName name="{name}" hidden="1">{escape(at)}</{p}definedName>'
        for name, at in names.items()
    ]
    return _calculated(_with_names(text, p, kept), p).encode("utf-8"), related


def _calculated(text: str, p: str) -> str:
    """Return the workbook's XML asking for its formulas to be calculated anew: those of the user's read our cells."""
    asked = ' fullCalcOnLoad="1"'
    found = re.search(rf"<{p}calcPr\b[^>]*?/?>", text)
    if found is None:
        return text.replace(f"</{p}definedNames>", f"</{p}definedNames><{p}calcPr{asked}/>", 1)
    if "fullCalcOnLoad=" in found[0]:
        now = re.sub(r'\sfullCalcOnLoad="[^"]*"', asked, found[0])
    else:
        now = found[0].replace("calcPr", f"calcPr{asked}", 1)
    return text[: found.start()] + now + text[found.end() :]


def _with_tabs(book: Book, text: str, p: str, added: Sequence[tuple[str, str]]) -> tuple[str, bytes | None]:
    """Return the workbook's XML and its relations with these worksheets put behind the others."""
    if not added:
        return text, None
    place = relations_part(WORKBOOK)
    related = book.package.read(place).decode("utf-8")
    prefix = re.search(rf'xmlns:(\w+)="{_OFFICE}"', text)
    if prefix is None:
        raise Unfit("workbook.unread", reason="its list of worksheets is written in an unknown way")
    number = max((int(each) for each in re.findall(r'sheetId="(\d+)"', text)), default=0)
    taken = set(re.findall(r'Id="([^"]*)"', related))
    for offset, (name, part) in enumerate(added, start=1):
        relation = next(each for at in range(1, 10**6) if (each := f"rIdB{at}") not in taken)
        taken.add(relation)
        tab = f'<{p}sheet name="{name}" sheetId="{number + offset}" {prefix[1]}:id="{relation}"/>'
        text = text.replace(f"</{p}sheets>", f"{tab}</{p}sheets>")
        made = f'Relationship Id="{relation}" Type="{_OFFICE}/worksheet" Target="/{part}"/>'
        related = re.sub(r"</(\w+:)?Relationships>", rf"<\g<1>{made}\g<0>", related)
    return text, related.encode("utf-8")


def _replaced(name: str, tabs: set[int]) -> bool:
    """Return whether a name is one that is written anew."""
    start = name.partition(">")[0]
    if 'name="bulkorders_c' in start:
        return True
    tab = re.search(r'localSheetId="(\d+)"', start)
    print_or_filter = re.search(r'name="_xlnm\.(?:Print_Titles|_FilterDatabase)"', start)
    return bool(tab and print_or_filter and int(tab[1]) in tabs)


def _reaching(name: str, tab: int, last: int) -> str:
    """Return the name of a filter with its area reaching to this row."""
    if f'localSheetId="{tab}"' not in name or "_xlnm._FilterDatabase" not in name:
        return name
    return re.sub(r"(:\$?[A-Z]+\$?)(\d+)", lambda found: f"{found[1]}{max(int(found[2]), last)}", name)


def _with_names(text: str, p: str, names: Sequence[str]) -> str:
    """Return the workbook's XML with these defined names."""
    whole = f"<{p}definedNames>{''.join(names)}</{p}definedNames>" if names else ""
    there = re.compile(rf"<{p}definedNames\b[^>]*/>|<{p}definedNames\b[^>]*>.*?</{p}definedNames>", re.DOTALL)
    if there.search(text):
        return there.sub(lambda _: whole, text, count=1)
    anchors = rf"</{p}externalReferences>|</{p}functionGroups>|</{p}sheets>"
    at = max(found.end() for found in re.finditer(anchors, text))
    return text[:at] + whole + text[at:]
