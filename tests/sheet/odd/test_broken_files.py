"""Files changed at random: read or refused in one sentence, never a traceback, never without end."""

import zipfile
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bulkorders import wording
from bulkorders.errors import SheetError
from bulkorders.sheet.reading import read_sheet

MADE = Path(__file__).parent / "made"
FEW = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
PIECES = st.sampled_from(
    [
        *(b'"', b"<", b">", b"&", b"&#0;", b"-1", b"99999999999", b"1e999", b"nan", b"\x00", b"<!--", b"]]>"),
        *(b'r="A0"', b'r=""', b't="s"', b't="e"', b"<![CDATA[", b"\xff\xfe", b"</table:table>", b"PT"),
    ]
)
CHANGES = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=4) | PIECES), min_size=1, max_size=4
)

Change = list[tuple[float, bytes]]


def answered(path: Path, content: bytes) -> None:
    """Read these bytes: there must be a sheet, or an error with a sentence and what to do."""
    path.write_bytes(content)
    found: SheetError | None = None
    try:
        read_sheet(path)
    except SheetError as error:
        found = error
    if found is not None:
        wording.explain(found)
        assert found.message is not None
        assert found.message != found.code
        assert found.next


def changed(content: bytes, changes: Change) -> bytes:
    """Return bytes with these put over others, each at a share of their length."""
    made = bytearray(content)
    for share, piece in changes:
        at = int(share * len(made))
        made[at : at + len(piece)] = piece
    return bytes(made)


@pytest.mark.parametrize("name", ["orders.xlsx", "orders.ods", "orders.xls"])
@FEW
@given(changes=CHANGES, cut=st.floats(0, 3))
def test_bytes_put_over_others_are_answered(tmp_path: Path, name: str, changes: Change, cut: float) -> None:
    """A file with bytes changed, or cut off anywhere, is read or refused."""
    content = changed((MADE / name).read_bytes(), changes)
    answered(tmp_path / name, content[: int(len(content) * min(cut, 1))] or b"x")


@cache
def parts_of(name: str) -> dict[str, bytes]:
    """Return the parts of a zip."""
    with zipfile.ZipFile(MADE / name) as archive:
        return {each: archive.read(each) for each in archive.namelist() if not each.endswith("/")}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("orders.xlsx", lambda part: part.startswith("xl/")),
        ("orders.ods", lambda part: part == "content.xml"),
    ],
)
@FEW
@given(changes=CHANGES, which=st.floats(0, 1, exclude_max=True))
def test_xml_put_over_other_xml_is_answered(
    tmp_path: Path, name: str, wanted: Callable[[str], bool], changes: Change, which: float
) -> None:
    """A sound zip with broken XML in one of its parts is read or refused."""
    parts = parts_of(name)
    chosen = [part for part in parts if wanted(part)]
    part = chosen[int(which * len(chosen))]
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for each, content in parts.items():
            archive.writestr(each, changed(content, changes) if each == part else content)
    answered(tmp_path / name, made.getvalue())


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1251", "utf-16-le"]))
def test_changed_text_is_answered(tmp_path: Path, changes: Change, encoding: str) -> None:
    """A text file with bytes changed, in any encoding, is read or refused."""
    text = (MADE / "orders.csv").read_text("utf-8").encode(encoding, "replace")
    answered(tmp_path / "orders.csv", changed(text, changes))
