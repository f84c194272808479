"""Columns that are named by hand, asked about on a terminal, and remembered for sheets with the same headers."""

import json

from xlsxwriter.workbook import Workbook

LINK = "https://example.com/a"
HEADER = ("Service", "Link", "URL", "Qty")
ROW = ("1", "https://example.com/shop", LINK, 500)


def links(ended):
    """Return the links of the orders in a report."""
    return [order["link"] for order in ended.json["orders"]]


def test_an_ambiguous_column_is_an_error_where_nobody_can_be_asked(desk):
    """Without a terminal two columns that could be the link end with 2, both named, and what to type."""
    ended = desk.run("check", desk.sheet([ROW], header=HEADER), "--json")
    assert (ended.code, ended.json["error"]["code"]) == (2, "sheet.columns_twice")
    assert "Link and URL" in ended.json["error"]["message"]
    assert '--map "URL=link"' in ended.json["error"]["next"]
    assert not (desk.folder / "home" / "mappings.json").exists()


def test_what_was_said_once_is_remembered_for_these_headers(desk):
    """`--map` is kept for the set of headers, in whatever order and file they come, used, and said."""
    first = desk.run("check", desk.sheet([ROW], header=HEADER), "--map", "url=Link", "--json")
    assert (first.code, links(first)) == (0, [LINK])
    assert "Remembered" in first.err
    other = desk.sheet([(500, LINK, "1", ROW[1])], "june.csv", header=("QTY", " URL", "service", "Link:"))
    again = desk.run("check", other, "--json")
    assert (again.code, links(again)) == (0, [LINK])
    assert "as you said before" in again.err
    assert "url → Link" in again.err


def test_other_headers_are_not_read_by_what_was_said_of_these(desk):
    """One column more is another set of headers: there it is asked anew."""
    desk.run("check", desk.sheet([ROW], header=HEADER), "--map", "URL=link")
    ended = desk.run("check", desk.sheet([(*ROW, "x")], "b.csv", header=(*HEADER, "Client name")))
    assert ended.code == 2


def test_what_is_said_now_wins_over_what_was_said_before(desk):
    """Another `--map` for the same field takes the place of the remembered one."""
    sheet = desk.sheet([ROW], header=HEADER)
    desk.run("check", sheet, "--map", "URL=link")
    now = desk.run("check", sheet, "--map", "Link=link", "--json")
    assert (now.code, links(now)) == (0, [ROW[1]])
    assert links(desk.run("check", sheet, "--json")) == [ROW[1]]


def test_what_was_said_can_be_forgotten(desk):
    """With `--forget-map` the sheet is read as if nothing had been said, and so it is afterwards."""
    header = ("Service", "Link", "Menge")
    sheet = desk.sheet([("1", LINK, 500)], header=header)
    assert desk.run("check", sheet, "--map", "Menge=quantity").code == 0
    assert desk.run("check", sheet).code == 0
    ended = desk.run("check", sheet, "--forget-map")
    assert (ended.code, "is forgotten" in ended.err) == (6, True)
    assert desk.run("check", sheet).code == 6


def test_a_damaged_memory_is_told_and_stops_nothing(desk):
    """A file of mappings that can't be read is said, not used, and written anew when something is said."""
    (desk.folder / "home").mkdir()
    kept = desk.folder / "home" / "mappings.json"
    kept.write_text('{"mappings": [{"headers": 5')
    ended = desk.run("check", desk.sheet([ROW[:1] + ROW[2:]], header=("Service", "URL", "Qty")))
    assert (ended.code, "can't be read" in ended.err) == (0, True)
    desk.run("check", desk.sheet([ROW], header=HEADER), "--map", "URL=link")
    assert json.loads(kept.read_text())["mappings"][0]["mapping"] == {"URL": "link"}


def test_on_a_terminal_the_column_is_asked_about_once(desk, answering):
    """A number answers which column is the link; the next run asks no more."""
    sheet = desk.sheet([ROW], header=HEADER)
    code, shown = answering("check", sheet.name, numbers=[2])
    assert code == 0, shown
    assert "Which column is Link? 1 Link 2 URL 3 none of them" in shown
    code, shown = answering("check", sheet.name)
    assert (code, "Which column" in shown, "as you said before" in shown) == (0, False, True), shown
    assert links(desk.run("check", sheet, "--json")) == [LINK]


def test_a_missing_column_is_asked_about_on_a_terminal(desk, answering):
    """Where no header is the service, those that may be are offered first; then the quantity is asked about."""
    header = ("Notes", "Product ID", "Link", "Amount")
    sheet = desk.sheet([("x", "1", LINK, 500)], header=header)
    code, shown = answering("check", sheet.name, numbers=[1, 1])
    assert code == 0, shown
    assert "Which column is Service? 1 Product ID 2 Notes 3 Amount" in shown
    assert "Which column is Quantity? 1 Amount" in shown
    assert desk.run("check", sheet).code == 0


def test_no_answer_is_no_guess(desk, answering):
    """Who says that none of the columns is the service gets the error, and nothing is remembered."""
    sheet = desk.sheet([("x", "1", LINK, 500)], header=("Notes", "Product ID", "Link", "Qty"))
    code, shown = answering("check", sheet.name, numbers=[3])
    assert (code, "expected columns for Service" in shown) == (2, True), shown
    assert not (desk.folder / "home" / "mappings.json").exists()


def test_with_yes_nobody_is_asked(desk, answering):
    """`--yes` is for scripts: on a terminal too what is unclear is an error, and nothing is sent."""
    code, shown = answering("submit", desk.sheet([ROW], header=HEADER).name, "--yes")
    assert (code, "None is guessed" in shown, desk.sold()) == (2, True, []), shown


def test_several_worksheets_that_fit_are_asked_about(desk, answering):
    """Where two worksheets could be orders, both are named in an error, and on a terminal one is chosen."""
    path = desk.folder / "two.xlsx"
    with Workbook(str(path)) as workbook:
        for name in ("May", "Prices", "June"):
            worksheet = workbook.add_worksheet(name)
            worksheet.write_row(
                0, 0, ("Service", "Price") if name == "Prices" else ("Service", "Link", "Qty")
            )
            worksheet.write_row(
                1, 0, ("1", 5) if name == "Prices" else ("1", f"https://example.com/{name}", 500)
            )
    ended = desk.run("check", path, "--json")
    assert (ended.code, ended.json["error"]["code"]) == (2, "sheet.which_worksheet")
    assert "May and June" in ended.json["error"]["message"]
    code, shown = answering("check", path.name, numbers=[2])
    assert (code, "Which one is meant? 1 May 2 June" in shown) == (0, True), shown
    assert links(desk.run("check", path, "--worksheet", "June", "--json")) == ["https://example.com/June"]
