"""Single values of an answer: read where they are clear, None where a second reading is possible."""

from decimal import Decimal
from typing import Any

import pytest

from bulkorders.panel.decoding import UNREADABLE, json_of, text_of
from bulkorders.panel.figures import amount, flag, identifier, whole_number

AMOUNTS: dict[Any, str | None] = {
    "2.5": "2.5",
    "0.90": "0.90",
    "60.00000": "60.00000",
    "343423": "343423",
    "-2": "-2",
    "+3": "3",
    ".5": "0.5",
    "2,5": "2.5",
    "0,500": "0.500",
    ",75": "0.75",
    "1,234.50": "1234.50",
    "1,234.500000": "1234.500000",
    "1.234,5": "1234.5",
    "1 234,5": "1234.5",
    "1\u00a0234\u00a0567": "1234567",
    "1,234,567": "1234567",
    "1.234.567": "1234567",
    "1'234.5": "1234.5",
    "1$": "1",
    "0.30$": "0.30",
    "$ 9.9": "9.9",
    "€9": "9",
    "-$5": "-5",
    "$-5": "-5",
    "5 VND": "5",
    "VND 5.5": "5.5",
    "2.5 đ": "2.5",
    "Rs.5": "5",
    "5Kč": "5",
    "5 BRL": "5",
    "5MXN": "5",
    "5k": "5000",
    "10M": "10000000",
    "1.5M": "1500000.0",
    "12345678901234567890123456789.5": "12345678901234567890123456789.5",
    "1,234": None,
    "343,423": None,
    "€9 9": None,
    "12 34": None,
    "1,2,3.5": None,
    "1,234,5": None,
    "12,34,567": None,
    "1.2.3": None,
    "5k$": None,
    "5kVND": None,
    "5 mio": None,
    "Rp 5.000": None,
    "USD.5": None,
    "1e5": None,
    "5%": None,
    "<5": None,
    "5-6": None,
    "--5": None,
    "-$-5": None,
    "Unknown": None,
    "free": None,
    "Infinity": None,
    "NaN": None,
    "0x10": None,
    "": None,
    " ": None,
    "²": None,
    "9" * 40: None,
    "9" * 5_000: None,
}


@pytest.mark.parametrize(("written", "meant"), AMOUNTS.items())
def test_an_amount_is_exact_or_nothing(written: str, meant: str | None) -> None:
    """A sum of money is read to the last digit, and not at all where it could be another."""
    found = amount(written)
    assert found == (None if meant is None else Decimal(meant))


@pytest.mark.parametrize("value", [None, True, False, [], {}, [1], {"a": 1}, object(), 1.5])
def test_what_is_no_amount_is_none(value: Any) -> None:
    """Nothing but numbers and texts can be an amount (floats never come out of our decoder)."""
    assert amount(value) is None


WHOLE: dict[Any, int | None] = {
    "1,000": 1_000,
    "1.000": 1_000,
    "1 000": 1_000,
    "1,000,000": 1_000_000,
    "10M": 10_000_000,
    "2147483647": 2_147_483_647,
    "-2": -2,
    " 7 ": 7,
    "5.0": 5,
    "1,000.000": 1_000,
    "1,000.5": None,
    "5.5": None,
    "Unknown": None,
    "": None,
    "1" + ",000" * 3_000: None,
}


@pytest.mark.parametrize(("written", "meant"), WHOLE.items())
def test_a_whole_number_is_read_with_its_thousands(written: str, meant: int | None) -> None:
    """Separators between groups of three are thousands; a fraction is no whole number."""
    assert whole_number(written) == meant


def test_flags_are_yes_no_or_unknown() -> None:
    """Only what says so exactly is yes or no; an enumeration's 2 and 3 are neither."""
    assert [flag(value) for value in (True, 1, "1", "true", "True", "yes")] == [True] * 6
    assert [flag(value) for value in (False, 0, "0", "false", "no", "")] == [False] * 6
    assert [flag(value) for value in (None, 2, 3, "3", "maybe", [], {}, Decimal("0.5"))] == [None] * 8


def test_ids_are_texts_as_they_came() -> None:
    """An id keeps its zeros and letters; words, blanks, nought and fractions are none."""
    assert [identifier(value) for value in (5, "007", " A-1 ", "ord_01HG", "KQZRMA", Decimal("5.0"))] == [
        "5",
        "007",
        "A-1",
        "ord_01HG",
        "KQZRMA",
        "5",
    ]
    none = (0, "0", "000", -1, "", " ", None, True, "pending", "NULL", "a b", "ü1", "x" * 200 + "1", [], {})
    assert [identifier(value) for value in (*none, Decimal("5.5"), Decimal("1e25"))] == [None] * (
        len(none) + 2
    )


READABLE = {
    '{"a":1}': {"a": 1},
    '\ufeff{"a":1}': {"a": 1},
    '<b>Warning</b>: x[1] {y} <br />\n{"a":1}': {"a": 1},
    '{"a":1}\n<br />Notice: late': {"a": 1},
    '{"a":"x\ty\nz"}': {"a": "x\ty\nz"},
    '{"a":1,"a":1}': {"a": 1},
    '{"a":1,"a":2}': {"a": "1 | 2"},
    '{"a":"","a":"x","a":null}': {"a": "x"},
    '{"a":0.10}': {"a": Decimal("0.10")},
    "null": None,
    "5": 5,
    "\ufeff null \n": None,
}
BROKEN = [
    *(
        "",
        " ",
        "text",
        "<html>{}</html>",
        '{"a":1',
        '{"a":1,}',
        "[1,2",
        '{"a":1}{"b":2}',
        "5 apples",
        "null null",
    ),
    *("[" * 10_000, '{"a":' * 70 + "1" + "}" * 70, "{'a':1}", '[{"a":1},{"b":2}'),
]


@pytest.mark.parametrize(("text", "value"), READABLE.items())
def test_json_is_found_in_what_php_prints(text: str, value: Any) -> None:
    """Marks and warnings around JSON are passed over, and numbers keep their digits."""
    assert json_of(text) == value


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_broken_json_is_unreadable_as_a_whole(text: str) -> None:
    """No part of a broken value is taken for the value."""
    assert json_of(text) is UNREADABLE


def test_exact_numbers_of_any_size() -> None:
    """Numbers beyond all reason stay text, and raise nothing."""
    value = json_of('{"a":1e99999999999999999999,"b":' + "9" * 5_000 + ',"c":NaN,"d":-Infinity}')
    assert (value["a"], value["c"], value["d"]) == ("1e99999999999999999999", "NaN", "-Infinity")
    assert value["b"] == "9" * 5_000


def test_odd_bytes_are_replaced() -> None:
    """Bytes that are no UTF-8 are shown as such, and both byte-order marks are understood."""
    assert text_of(b"\xef\xbb\xbfa\xff") == "a\ufffd"
    assert text_of("ä".encode("utf-16")) == "ä"
