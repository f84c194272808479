"""A campaign from the file to its results, in a browser."""

from openpyxl import load_workbook
from playwright.sync_api import expect


def test_a_sheet_is_checked_reviewed_sent_and_its_workbook_downloaded(
    page, door, samples, tmp_path, give, send
):
    """The sample campaign goes from the file to its results workbook, each valid row bought once."""
    give(page, samples / "campaign.xlsx")
    expect(page.get_by_text("What to put right").first).to_be_visible()
    assert door.desk.sold() == []
    send(page)
    expect(page.get_by_role("heading", level=1, name="Results: campaign")).to_be_visible()
    sold = door.desk.sold()
    assert len(sold) == len({order["link"] + order["service"] for order in sold}) == 33
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the results workbook").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    book = load_workbook(path, read_only=True)
    assert {"Orders", "To fix", "Summary"} <= set(book.sheetnames)
    book.close()


def test_a_wrong_total_sends_nothing(page, door, samples, give):
    """Nothing is sent as long as something else than the total was typed, though the button is woken by force."""
    give(page, samples / "campaign.xlsx")
    page.get_by_role("button", name="Review").click()
    button = page.locator("button.needs-confirm")
    expect(button).to_be_disabled()
    page.locator("input[data-confirm]").first.fill("1")
    expect(button).to_be_disabled()
    button.evaluate("button => { button.disabled = false; }")
    button.click()
    expect(page.get_by_text("That is not the total. Nothing was sent yet.")).to_be_visible()
    assert door.desk.sold() == []


def test_a_file_that_is_no_sheet_is_explained(page, door, tmp_path):
    """A picture that is called a workbook is answered by a sentence with a next step, and can be replaced."""
    wrong = tmp_path / "orders.xlsx"
    wrong.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    page.set_input_files("#file", wrong)
    expect(page.get_by_role("alert").filter(has_text="what is in it is not one")).to_be_visible()
    page.get_by_role("link", name="Another sheet").click()
    expect(page.get_by_role("heading", level=1, name="New campaign")).to_be_visible()
    assert door.desk.sold() == []
