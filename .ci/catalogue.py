"""Gathers what is to be translated, tells what is missing, and makes the catalogues that the program reads.

.venv/bin/python .ci/catalogue.py           bulkorders/locale/*/LC_MESSAGES/bulkorders.po and .mo made anew
.venv/bin/python .ci/catalogue.py --check   changes nothing, ends with 1 where one of them is behind
"""

import io
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

HOME = Path(__file__).parents[1]
PACKAGE = HOME / "bulkorders"
METHODS = [
    ("wording/*.py", "python"),
    ("cli/*.py", "python"),
    ("web/*.py", "python"),
    ("pipeline/**.py", "python"),
    ("web/pages/*.html", "jinja2"),
]
MADE = datetime(2026, 11, 23, tzinfo=UTC)
"""The same texts give the same file."""

KEYWORDS = {"translated": None, "_": None, "gettext": None, "ngettext": (1, 2)}


def gathered() -> Catalog:
    """Return every text that is said through gettext: calls, templates, and the tables of wording."""
    found = Catalog(project="bulkorders", charset="utf-8")
    for file, line, message, _, _ in extract_from_dir(
        PACKAGE, METHODS, {"**.html": {"trimmed": "true"}}, KEYWORDS
    ):
        found.add(message, locations=[(file, line)])
    for message in tables():
        if message and message not in found:
            found.add(message)
    return found


def tables() -> list[str]:
    """Return the texts of the tables, in their order."""
    sys.path.insert(0, str(HOME))
    from bulkorders.web.exports import FORMATS  # noqa: PLC0415 - the package is beside this script
    from bulkorders.web.rendering import NAV  # noqa: PLC0415 - as above
    from bulkorders.wording import flow_texts, named, page_texts, sentences  # noqa: PLC0415 - as above

    told: list[str] = []
    for table in (
        *(sentences.PROBLEMS, sentences.REPAIRS, sentences.OUTCOMES, sentences.QUESTIONS),
        *(sentences.NOTES, sentences.ERRORS, page_texts.SAID_ON_PAGE),
        *(flow_texts.PAGE_MESSAGES, flow_texts.PAGE_NEXT, flow_texts.PAGE_NOTES),
    ):
        for text in table.values():
            told += text if isinstance(text, tuple) else [text]
    return [*told, *(name for _, name in NAV), *(name for _, name in FORMATS), *named.NAMES]


def main(*, check: bool) -> int:
    """Bring each catalogue up to date, or tell whether it is."""
    texts, behind = gathered(), 0
    for path in sorted((PACKAGE / "locale").glob("*/LC_MESSAGES/bulkorders.po")):
        catalogue = read_po(io.BytesIO(path.read_bytes()), locale=path.parts[-3])
        before = told(catalogue)
        catalogue.update(texts, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.fuzzy, catalogue.creation_date = False, MADE
        missing = [each.id for each in catalogue if each.id and not each.string]
        print(f"{path.parts[-3]}: {len(catalogue)} texts, {len(missing)} without a translation")  # noqa: T201 - what it is for
        if check:
            behind += bool(missing) or before != told(catalogue) or machine_read(path) != told(catalogue)
            continue
        with path.open("wb") as file:
            write_po(file, catalogue, width=0, sort_output=True, no_location=True)
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue)
        print("\n".join(f"  {each}" for each in missing))  # noqa: T201 - as above
    return int(behind > 0)


def told(catalogue: Catalog) -> dict[str, str]:
    """Return what a catalogue says, by text."""
    return {_one(each.id): _one(each.string) for each in catalogue if each.id}


def _one(text: str | Sequence[str]) -> str:
    """Return a text, or all of its forms, as one."""
    return text if isinstance(text, str) else "\0".join(text)


def machine_read(path: Path) -> dict[str, str]:
    """Return what the program reads of a catalogue."""
    try:
        with path.with_suffix(".mo").open("rb") as file:
            return told(read_mo(file))
    except OSError:
        return {}


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv))
