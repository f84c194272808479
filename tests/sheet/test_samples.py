"""The sample campaigns: what the demo rehearses is really in them."""

import runpy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bulkorders.model.catalogue import Catalogue, Service, basis_of
from bulkorders.sandbox.catalogue import make_catalogue
from bulkorders.sandbox.checks import checked_quantity
from bulkorders.sheet.reading import read_sheet
from bulkorders.validation import batch
from bulkorders.validation.parsing import parse

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture(scope="module")
def making() -> dict[str, Any]:
    """Give the names of the script that makes the samples."""
    return runpy.run_path(str(SAMPLES / "make_samples.py"), run_name="make_samples")


def checked(name: str) -> list[batch.Checked]:
    """Return the answers of validation for each row of a sample, against the sandbox's catalogue."""
    services = {
        each.id: Service(
            each.id, each.name, each.type, each.category, each.rate, each.least, each.most, each.refill,
            basis=basis_of(each.type),
        )
        for each in make_catalogue().values()
    }  # fmt: skip
    sheet = read_sheet(SAMPLES / name)
    target = batch.Target("sandbox", "campaign", Catalogue(services, "VND"), "VND")
    found = parse(sheet)
    assert not [each for each in found if each.problems]
    orders = batch.identify((each.order, target) for each in found if each.order)
    return batch.check(sheet, orders, batch.Memory(), batch.Allowances())


def test_campaign_has_seven_wrong_rows_of_seven_kinds(making: dict[str, Any]):
    """Of 40 rows seven are wrong, those the script names, each in a way of its own."""
    answers = checked("campaign.xlsx")
    wrong = {
        each.identified.order.row: [problem.code for problem in each.problems]
        for each in answers
        if each.problems
    }
    assert len(answers) == 40
    assert wrong.keys() == making["WRONG"].keys()
    assert sorted(wrong.values()) == [
        ["comments.missing"], ["link.not_a_link"], ["quantity.below_min"], ["rate.above_max"],
        ["refill.not_offered"], ["row.duplicate"], ["service.unknown"],
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["campaign.xlsx", "campaign.csv"])
def test_the_sandbox_sells_every_right_row(name: str):
    """The pretend panel accepts what each right row sends, and its documented balance pays for all of them."""
    right = [each.validated for each in checked(name) if each.validated]
    catalogue = make_catalogue()
    charges = [
        checked_quantity(catalogue[each.order.service], dict(each.parameters))
        * catalogue[each.order.service].unit_price
        for each in right
    ]
    assert charges == [each.estimate for each in right]
    assert sum(charges) < Decimal(343_423)


def test_plain_campaign_has_nothing_wrong():
    """The text sample has twelve rows, all of them right."""
    answers = checked("campaign.csv")
    assert len(answers) == 12
    assert not [each for each in answers if each.problems]


def test_campaign_has_several_types_and_columns_of_its_own():
    """The workbook sample has orders of five types, and columns that only the agency needs."""
    types = {
        make_catalogue()[each.validated.order.service].type
        for each in checked("campaign.xlsx")
        if each.validated
    }
    sheet = read_sheet(SAMPLES / "campaign.xlsx")
    assert types == {"Default", "Package", "Custom Comments", "special", "special1"}
    assert {"Due date", "Notes"} <= set(sheet.header)
    assert not {"Due date", "Notes"} & {sheet.header[index] for index in sheet.columns.values()}


def test_samples_are_what_the_script_makes(making: dict[str, Any], tmp_path: Path):
    """The files in samples/ are those the script makes today, byte by byte."""
    making["make"](tmp_path, tmp_path)
    for name in ("campaign.xlsx", "campaign.csv"):
        assert (tmp_path / name).read_bytes() == (SAMPLES / name).read_bytes()
