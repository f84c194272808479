"""Names of accounts and commodities, locales, and texts that can do no harm."""

import pytest

from bulkorders.accounting.exports import locales, names, texts
from bulkorders.errors import CallError, SettingsError


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("panel.example.com", "Panel-example-com"), ("127.0.0.1:8900", "127-0-0-1-8900"), ("Đơn Tết", "Don-Tet"),
        ("élan vital", "Elan-vital"), ("--x--", "X"), ("", "None"),
    ],
)  # fmt: skip
def test_a_part_of_a_name_is_plain(text, name):
    """Letters, digits and dashes, beginning with a capital or a digit."""
    assert names.component(text) == name


@pytest.mark.parametrize("pair", [("客户一", "客户二"), ("Клиент А", "Клиент Б"), ("!!!", "???")])
def test_texts_that_lose_their_letters_stay_apart(pair):
    """What ASCII can't write is told apart by a mark."""
    first, second = map(names.component, pair)
    assert first != second
    assert all(each.isascii() for each in (first, second))


@pytest.mark.parametrize(
    ("template", "right"),
    [
        ("Assets:Panels:{panel}", True), ("Expenses:Orders", True), ("Assets", False), ("Panels:{panel}", False),
        ("Assets::X", False), ("Assets:{who}", False), ("Assets:{panel", False), ("Assets:{}", False),
        ("Assets:{panel.x}", False), ("Assets:{panel[0]}", False), ("{panel}:X", False),
    ],
)  # fmt: skip
def test_a_template_is_a_name_or_an_error(template, right):
    """Nothing but the known places is filled in, below one of the five roots."""
    if right:
        assert names.checked(template) == template
        return
    with pytest.raises(SettingsError) as refused:
        names.checked(template)
    assert refused.value.code == "export.account_name"


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("vi_VN", (";", ",", "dmy")), ("de-DE", (";", ",", "dmy")), ("de_CH", (";", ".", "dmy")),
        ("en_US", (",", ".", "mdy")), ("en_GB", (",", ".", "dmy")), ("en", (",", ".", "iso")),
        ("es_MX", (",", ".", "dmy")), ("fr_CA", (";", ",", "iso")), ("zh-Hans-CN", (",", ".", "iso")),
        ("pt_BR.UTF-8", (";", ",", "dmy")), ("hu", (";", ",", "iso")),
    ],
)  # fmt: skip
def test_a_locale_says_how_a_country_reads_a_csv(locale, expected):
    """Decimal comma and semicolons, or point and commas; day, month or year first."""
    assert locales.written(locale) == expected


@pytest.mark.parametrize("locale", ["", "xx_XX", "vietnam", "C", "vi VN"])
def test_a_locale_nobody_knows_is_an_error(locale):
    """Nothing is guessed: a wrong mark would change amounts."""
    with pytest.raises(CallError):
        locales.written(locale)


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@x", "\tx", "\r=x", "＝1", "＋1", "－1", "＠x", "  =1", "\u00a0=1"]
)
def test_a_formula_is_made_a_text(text):
    """Signs that begin a formula, also full-width, behind blanks or a tab."""
    assert texts.neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "https://example.com/?a=1", "12-3", "Tết"])
def test_other_texts_stay_as_they_are(text):
    """Only what would be run is changed."""
    assert texts.neutral(text) == text


def test_one_line_is_one_line():
    """Line ends, controls and signs that turn text around are blanks."""
    assert texts.one_line(" a\r\nb\u2028c\x00d\u202ee  f ") == "a b c d e f"
