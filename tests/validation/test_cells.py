"""One cell into a value: nothing is guessed, nothing is lost."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from bulkorders.model.orders import Cell, ErrorCell
from bulkorders.validation import cells
from bulkorders.validation.cells import CellTrouble

DAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (500, 500),
        (500.0, 500),
        (Decimal("500.0"), 500),
        ("500", 500),
        (" 500 ", 500),
        ("\u00a0500\u202f", 500),
        ("\u200e500", 500),
        ("0500", 500),
        ("500.0", 500),
        ("500,00", 500),
        ("500.", 500),
        ("1.000", 1000),
        ("1,000", 1000),
        ("1 000", 1000),
        ("1\u00a0000", 1000),
        ("1\u202f000", 1000),
        ("1\u2009000", 1000),
        ("1'000", 1000),
        ("1\u2019000", 1000),
        ("12.500", 12_500),
        ("1.250.000", 1_250_000),
        ("1,250,000", 1_250_000),
        ("1.0", 1),
        ("1000000000000", 10**12),
        (0, 0),
        ("0", 0),
        (None, None),
        ("", None),
        (" \u00a0\u200b", None),
    ],
)
def test_a_quantity_is_read_as_people_write_whole_numbers(cell: Cell, expected: int | None) -> None:
    """Grouping by points, commas or any blank means thousands, and a fraction of zeros means nothing."""
    assert cells.quantity(cell) == expected


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("10k", "quantity.not_a_number"),
        ("1.5", "quantity.not_a_number"),
        ("1,5", "quantity.not_a_number"),
        ("0.500", "quantity.not_a_number"),
        ("0,250", "quantity.not_a_number"),
        ("1.000,000", "quantity.not_a_number"),
        ("1.0000.000", "quantity.not_a_number"),
        ("1.00.000", "quantity.not_a_number"),
        ("-5", "quantity.not_a_number"),
        ("+5", "quantity.not_a_number"),
        ("1e3", "quantity.not_a_number"),
        ("500 pcs", "quantity.not_a_number"),
        ("١٢٣", "quantity.not_a_number"),
        ("²", "quantity.not_a_number"),
        (True, "quantity.not_a_number"),
        (False, "quantity.not_a_number"),
        (DAY, "quantity.not_a_number"),
        (date(2026, 3, 2), "quantity.not_a_number"),
        (time(9, 30), "quantity.not_a_number"),
        (timedelta(hours=1), "quantity.not_a_number"),
        (1.5, "quantity.not_whole"),
        (-5, "quantity.not_whole"),
        (-0.5, "quantity.not_whole"),
        (500.0000001, "quantity.not_whole"),
        (Decimal("0.5"), "quantity.not_whole"),
        (float("nan"), "quantity.not_whole"),
        (float("inf"), "quantity.not_whole"),
        (float("-inf"), "quantity.not_whole"),
        (Decimal("NaN"), "quantity.not_whole"),
        (Decimal("Infinity"), "quantity.not_whole"),
        (1e30, "quantity.too_large"),
        (10**12 + 1, "quantity.too_large"),
        ("1000000000001", "quantity.too_large"),
        ("9" * 5000, "quantity.too_large"),
        ("999.999.999.999.999", "quantity.too_large"),
        (ErrorCell("#N/A"), "cell.error"),
        ("#VALUE!", "cell.error"),
    ],
)
def test_what_is_no_quantity_is_refused(cell: Cell, code: str) -> None:
    """A cell that says no whole number of pieces is trouble, never rounded and never guessed."""
    with pytest.raises(CellTrouble) as trouble:
        cells.quantity(cell)
    assert trouble.value.code == code
    assert trouble.value.facts["found"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("00123", "00123"),
        (123, "123"),
        (12.0, "12"),
        (Decimal("12.0"), "12"),
        (Decimal("12.50"), "12.50"),
        ("12.0", "12.0"),
        (2.5, "2.5"),
        ("12345678901234567890", "12345678901234567890"),
        (123456789012345, "123456789012345"),
        ("  ab c\t", "ab c"),
        ("\ufeff\u00a0101\u200b\u2060", "101"),
        ("\u202ahttps://example.com/\u202c", "https://example.com/"),
        ("\u2003x\u3000", "x"),
        ("\u00ad", None),
        ("đ\u0323", "đ\u0323"),
        (True, "yes"),
        (False, "no"),
        (date(2026, 3, 2), "2026-03-02"),
        (DAY, "2026-03-02T09:30:00+00:00"),
        (timedelta(hours=1), "1:00:00"),
        (float("nan"), "nan"),
        ("#hashtag", "#hashtag"),
        ("#", "#"),
        (None, None),
    ],
)
def test_text_is_kept_as_it_stands_without_blanks_at_its_ends(cell: Cell, expected: str | None) -> None:
    """Ids and names stay text: zeros in front are kept, whole numbers lose their point, odd blanks go."""
    assert cells.text(cell) == expected


@pytest.mark.parametrize("shown", ["#N/A", "#REF!", "#DIV/0!", "#NAME?", "#value!", " #N/A\u00a0", "#SPILL!"])
def test_an_error_of_the_spreadsheet_is_never_text(shown: str) -> None:
    """A cell that shows an error is trouble in every reader, whether a workbook or a text file holds it."""
    for cell in (shown, ErrorCell(shown.strip())):
        for reader in (cells.text, cells.identifier, cells.quantity, cells.lines, cells.refill):
            with pytest.raises(CellTrouble) as trouble:
                reader(cell)
            assert trouble.value.code == "cell.error"
            assert trouble.value.facts == {"found": shown.strip(" \u00a0")}


@pytest.mark.parametrize(
    "cell", [date(2026, 3, 2), DAY, time(9), timedelta(1), True, 1.5, 1e15, float("nan")]
)
def test_what_a_spreadsheet_made_of_an_id_is_no_id(cell: Cell) -> None:
    """A date, a yes, a fraction or a number whose last digits are lost is not taken for a service id."""
    with pytest.raises(CellTrouble) as trouble:
        cells.identifier(cell)
    assert trouble.value.code == "service.not_an_id"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("yes", "yes"),
        ("Yes ", "yes"),
        ("x", "yes"),
        (True, "yes"),
        (1, "yes"),
        (1.0, "yes"),
        ("ĐÚNG", "yes"),
        ("no", "no"),
        (0, "no"),
        ("-", "no"),
        ("Không", "no"),
        ("AUTO", "auto"),
        ("Tự động", "auto"),
        ("", None),
        (None, None),
    ],
)
def test_a_refill_is_yes_no_or_auto(cell: Cell, expected: str | None) -> None:
    """The words people use for a refill are read, in any case and as a spreadsheet's own yes and no."""
    assert cells.refill(cell) == expected


@pytest.mark.parametrize("cell", ["maybe", "2", 2, "yes no", DAY])
def test_an_unclear_yes_or_no_is_refused(cell: Cell) -> None:
    """A word that is neither yes nor no is trouble of the field it stands in."""
    for reader, code in (
        (cells.refill, "refill.unclear"),
        (lambda found: cells.yes_or_no(found, "allow_duplicate.unclear"), "allow_duplicate.unclear"),
    ):
        with pytest.raises(CellTrouble) as trouble:
            reader(cell)
        assert trouble.value.code == code


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("one\ntwo", "one\ntwo"),
        ("one\r\ntwo\r\n", "one\ntwo"),
        ("one\rtwo", "one\ntwo"),
        ("\n one \n\n\u00a0\n two\u00a0", "one\ntwo"),
        ("one\u2028two\vthree", "one\ntwo\nthree"),
        ("שלום!\u200f", "שלום!\u200f"),
        ("a, b", "a, b"),
        (5, "5"),
        ("\n \n", None),
        (None, None),
    ],
)
def test_lines_are_one_to_a_line_without_empty_ones(cell: Cell, expected: str | None) -> None:
    """However a cell breaks its lines, each kept line is one comment or video, without blanks around it."""
    assert cells.lines(cell) == expected
