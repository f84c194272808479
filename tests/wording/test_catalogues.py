"""The catalogues: complete, in step with what the program reads, and true to the facts of each sentence."""

import importlib.util
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po

from bulkorders import wording
from bulkorders.errors import SheetError
from bulkorders.wording import languages

HOME = Path(__file__).parents[2]
PLACES = re.compile(r"\{\w*\}|%\(\w+\)s")
CATALOGUES = sorted((HOME / "bulkorders" / "locale").glob("*/LC_MESSAGES/bulkorders.po"))


@pytest.fixture(scope="module")
def script():
    """Give the script that gathers texts and makes the catalogues."""
    spec = importlib.util.spec_from_file_location("catalogue", HOME / ".ci" / "catalogue.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_nothing_that_is_said_is_without_a_translation(script, capsys):
    """Every text of pages, tables and calls stands in each catalogue, translated, and in the file that is read."""
    assert script.main(check=True) == 0, capsys.readouterr().out


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_translation_has_the_facts_of_its_text(path):
    """Each translation names the same facts as its text: none is lost, and none made up."""
    with path.open("rb") as file:
        catalogue = read_po(file)
    wrong = []
    for each in catalogue:
        texts = each.id if isinstance(each.id, tuple) else (each.id,)
        told = each.string if isinstance(each.string, tuple) else (each.string,)
        wanted = set(PLACES.findall(texts[-1]))
        wrong += [(texts[0], text) for text in told if each.id and set(PLACES.findall(text)) != wanted]
    assert wrong == []


def test_a_sentence_is_said_in_the_language_of_the_moment():
    """An error is explained in the language that is spoken, with its numbers written as there."""
    with languages.speaking("vi"):
        told = wording.explain(SheetError("sheet.too_large", path="a.xlsx", size=1234567, limit=10, part="x"))
    assert told.message == "a.xlsx quá lớn: x giải nén ra 1.234.567 byte, mà nhiều nhất đọc 10."
    assert wording.number(1234567) == "1,234,567"


@pytest.mark.parametrize(("spoken", "shown"), [("en", "3 Oct 2026 07:05"), ("vi", "03/10/2026 07:05")])
def test_a_time_is_written_as_its_language_has_it(spoken, shown):
    """Day and month can't be confused: the month is a word in English, and the order is the usual one in Vietnamese."""
    with languages.speaking(spoken):
        assert languages.when("2026-10-03T00:05:06+00:00", ZoneInfo("Asia/Ho_Chi_Minh")) == shown
