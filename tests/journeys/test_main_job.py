"""The main job as its users run it: check, submit, refresh, run again, each a command of its own."""

import json
import signal
import time
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from bulkorders.sandbox import Fault

COUNTS = {
    "rows", "invalid", "duplicate", "ready", "placed", "rejected", "in_doubt", "dropped", "completed", "open",
    "uncharged",
}  # fmt: skip
MONEY = {
    "account", "currency", "estimated", "charged", "in_doubt", "balance_before", "balance_after", "unexplained",
    "refunded", "unexplained_rows",
}  # fmt: skip
ORDER = {
    "row", "key", "reference", "service", "link", "quantity", "state", "order_id", "order_ids", "estimate",
    "charge", "currency", "status", "start_count", "remains", "message", "requests", "problems",
}  # fmt: skip


def test_check_spends_and_records_nothing(desk):
    """A check sends no order and leaves neither journal nor workbook."""
    sheet = desk.sheet(desk_rows(3))
    ended = desk.run("check", sheet, "--json")
    assert ended.code == 0
    assert ended.states() == ["ready"] * 3
    assert desk.sold() == []
    assert not (desk.folder / "home").exists()
    assert [path.name for path in desk.folder.iterdir()] == ["campaign.csv"]


def desk_rows(count, first=1):
    """Return so many valid rows."""
    return [
        ("1", f"https://example.com/post/{number}", 200 + number) for number in range(first, first + count)
    ]


def test_json_is_exactly_the_contract(desk):
    """`submit --json` prints one object with the contract's names, and nothing else."""
    sheet = desk.sheet([*desk_rows(1), ("1", "https://example.com/few", 5)])
    ended = desk.run("submit", sheet, "--yes", "--json")
    report = ended.json
    assert set(report) == {
        "schema", "run", "campaign", "sheet", "results", "counts", "money", "orders", "stopped",
    }  # fmt: skip
    assert report["schema"] == 1
    assert set(report["counts"]) == COUNTS
    assert all(set(each) == MONEY for each in report["money"])
    assert all(set(each) == ORDER for each in report["orders"])
    assert ended.code == 6


def test_each_order_is_placed_once_with_id_and_charge(desk):
    """Every valid row is sold once, and has its id and charge in the report and the workbook."""
    sheet = desk.sheet(desk_rows(20))
    ended = desk.run("submit", sheet, "--yes", "--json")
    assert ended.code == 0, ended.err
    assert len(desk.sold()) == 20
    sold = {order.params["link"]: order.id for order in desk.sandbox.shop.orders}
    for order in ended.json["orders"]:
        assert order["state"] == "placed"
        assert order["order_id"] == sold[order["link"]]
        assert Decimal(order["charge"]) == Decimal("2.5") * order["quantity"] / 1000
    book = openpyxl.load_workbook(desk.folder / "campaign.results.xlsx", data_only=True)
    header, *told = book["Orders"].values
    at = header.index("Order ID")
    assert {row[header.index("Link")]: row[at] for row in told} == sold
    book.close()


def test_a_second_run_sends_nothing(desk):
    """Submitting the same sheet again buys nothing and says which orders stand."""
    sheet = desk.sheet(desk_rows(5))
    first = desk.run("submit", sheet, "--yes", "--json").json
    again = desk.run("submit", sheet, "--yes", "--json")
    assert again.code == 0
    assert len(desk.sold()) == 5
    assert [each["order_id"] for each in again.json["orders"]] == [
        each["order_id"] for each in first["orders"]
    ]
    assert "--campaign" in again.err


def test_sorted_inserted_and_appended_rows_cost_nothing_for_the_old_ones(desk):
    """After sorting, inserting and appending, only the new rows are bought, whatever their row numbers."""
    old = desk_rows(6)
    desk.run("submit", desk.sheet(old), "--yes")
    new = [("2", "https://example.com/new/1", 100), ("2", "https://example.com/new/2", 200)]
    sheet = desk.sheet([new[0], *reversed(old), new[1]])
    ended = desk.run("submit", sheet, "--yes", "--json")
    assert ended.code == 0, ended.err
    assert ended.states() == ["placed"] * 8
    assert len(desk.sold()) == 8
    assert {sold["link"] for sold in desk.sold()[6:]} == {link for _, link, _ in new}


def test_appended_rows_are_bought_after_all_others_are_delivered(desk):
    """A campaign whose orders are all delivered goes on when its sheet still holds them and has new rows."""
    sheet = desk.sheet(desk_rows(2))
    desk.run("submit", sheet, "--yes")
    desk.sandbox.shop.advance(60 * 24 * 3600)
    assert desk.run("refresh", sheet, "--json").json["counts"]["open"] == 0
    ended = desk.run("submit", desk.sheet(desk_rows(3)), "--yes", "--json")
    assert ended.code == 0, ended.err
    assert len(desk.sold()) == 3


def test_next_months_sheet_under_the_same_name_must_be_named(desk):
    """New rows in a delivered campaign whose old rows are gone are not sent until the campaign is named."""
    sheet = desk.sheet(desk_rows(2))
    desk.run("submit", sheet, "--yes")
    desk.sandbox.shop.advance(60 * 24 * 3600)
    desk.run("refresh", sheet)
    desk.sheet(desk_rows(2, first=50))
    held = desk.run("submit", sheet, "--yes", "--json")
    assert held.code == 4
    assert held.json["error"]["code"] == "campaign.finished"
    assert len(desk.sold()) == 2
    named = desk.run("submit", sheet, "--yes", "--campaign", "june", "--json")
    assert named.code == 0
    assert len(desk.sold()) == 4


def test_a_campaign_known_from_another_sheet_must_be_named(desk):
    """A sheet of the same name in another folder does not join the campaign by itself."""
    desk.run("submit", desk.sheet(desk_rows(1)), "--yes")
    (desk.folder / "other").mkdir()
    other = desk.sheet(desk_rows(1, first=9), "other/campaign.csv")
    held = desk.run("submit", other, "--yes", "--json")
    assert (held.code, held.json["error"]["code"]) == (4, "campaign.other_sheet")
    assert len(desk.sold()) == 1


def test_a_placed_row_whose_quantity_was_edited_is_held(desk):
    """An edited row is not bought again: it is invalid, and the order as it was sent stays listed."""
    sheet = desk.sheet([("1", "https://example.com/a", 500), ("1", "https://example.com/b", 500)])
    desk.run("submit", sheet, "--yes")
    desk.sheet([("1", "https://example.com/a", 900), ("1", "https://example.com/b", 500)])
    ended = desk.run("submit", sheet, "--yes", "--json")
    assert ended.code == 6
    assert len(desk.sold()) == 2
    edited, kept, before = ended.json["orders"]
    assert edited["state"] == "invalid"
    assert [problem["code"] for problem in edited["problems"]] == ["row.changed_after_placed"]
    assert kept["state"] == "placed"
    assert (before["row"], before["state"], before["quantity"]) == (None, "placed", 500)


def test_an_edited_row_is_held_by_its_reference_too(desk):
    """With a reference, another quantity is held, and ordered besides only with --allow-changed."""
    header = ("Service", "Link", "Quantity", "Reference")
    sheet = desk.sheet([("1", "https://example.com/a", 500, "A-1")], header=header)
    desk.run("submit", sheet, "--yes")
    desk.sheet([("1", "https://example.com/a", 900, "A-1")], header=header)
    assert desk.run("submit", sheet, "--yes", "--json").code == 6
    assert len(desk.sold()) == 1
    allowed = desk.run("submit", sheet, "--yes", "--allow-changed", "--json")
    assert (allowed.code, len(desk.sold())) == (0, 2)
    again = desk.run("submit", sheet, "--yes", "--json")
    assert (again.code, again.states(), len(desk.sold())) == (0, ["placed"], 2)


def test_a_row_that_leaves_the_sheet_before_it_is_sent_is_dropped(desk):
    """A ready order that is no longer in the sheet is dropped, and never sent later."""
    desk.sandbox.shop.set_balance("100000")
    desk.sandbox.faults.set([Fault(kind="no_funds", action="add", times=9)])
    sheet = desk.sheet(desk_rows(2))
    stopped = desk.run("submit", sheet, "--yes", "--json")
    assert stopped.code == 3
    assert stopped.json["counts"]["ready"] == 2
    desk.sandbox.faults.set([])
    ended = desk.run("submit", desk.sheet(desk_rows(1)), "--yes", "--json")
    assert ended.json["counts"]["dropped"] == 1
    assert len(desk.sold()) == 1


def test_never_more_in_flight_than_asked(desk):
    """With --concurrency 3 the panel never sees a fourth order at once."""
    desk.sandbox.latency = "30-80ms"
    ended = desk.run("submit", desk.sheet(desk_rows(24)), "--yes", "--concurrency", "3")
    assert ended.code == 0
    assert 1 < desk.sandbox.shop.stats.peak_adds_in_flight <= 3


def test_no_status_call_has_more_than_a_hundred_ids(desk):
    """A status pass over 230 orders asks for at most a hundred at a time."""
    sheet = desk.sheet(desk_rows(230))
    ended = desk.run("submit", sheet, "--yes", "--concurrency", "40", "--json")
    assert ended.json["counts"]["uncharged"] == 0
    assert 0 < desk.sandbox.shop.stats.largest_status_batch <= 100


def test_special_fields_reach_the_panel_as_the_sheet_has_them(desk):
    """list, suggest, search and comments are sent as they stand, and fields that are empty are not sent."""
    services = {service.type: service.id for service in reversed(desk.sandbox.shop.services())}
    header = ("Service", "Link", "Quantity", "List", "Suggest", "Search", "Comments")
    video = "https://example.com/watch?v=1"
    sheet = desk.sheet(
        [
            (services["special"], f"{video}0", 200, "a1\nb2", "", "", ""),
            (services["special1"], f"{video}1", 200, "", "c3\nd4", "cats", ""),
            (
                services["Custom Comments"],
                f"{video}2",
                "",
                "",
                "",
                "",
                "\n".join(f"Nice {n}" for n in range(9)),
            ),
            (services["Package"], f"{video}3", "", "", "", "", ""),
        ],
        header=header,
    )
    ended = desk.run("submit", sheet, "--yes", "--json")
    assert ended.states() == ["placed"] * 4, ended.out
    listed, mixed, comments, package = sorted(desk.sold(), key=lambda sold: sold["link"])
    assert listed["list"] == "a1\nb2"
    assert (mixed["suggest"], mixed["search"]) == ("c3\nd4", "cats")
    assert comments["comments"].split("\n")[8] == "Nice 8"
    assert set(package) == {"service", "link"}


def test_refresh_never_asks_about_final_orders_again(desk):
    """Once all are delivered, a refresh makes no status call."""
    sheet = desk.sheet(desk_rows(3))
    desk.run("submit", sheet, "--yes")
    desk.sandbox.shop.advance(60 * 24 * 3600)
    assert desk.run("refresh", sheet, "--json").json["counts"]["open"] == 0
    before = desk.sandbox.shop.stats.requests.get("status", 0)
    assert desk.run("refresh", sheet).code == 0
    assert desk.sandbox.shop.stats.requests.get("status", 0) == before


def test_refresh_keeps_what_was_known_when_the_panel_fails(desk):
    """A panel that fails during a refresh costs no status that was known, and the run says so with 3."""
    sheet = desk.sheet(desk_rows(2))
    desk.run("submit", sheet, "--yes")
    desk.sandbox.faults.set([Fault(kind="status", status=502, action="status", times=99)])
    ended = desk.run("refresh", sheet, "--json")
    assert ended.code == 3
    assert [order["status"] for order in ended.json["orders"]] == ["Pending", "Pending"]
    assert ended.json["stopped"]["code"].startswith("panel.")


def test_over_delivery_is_shown_as_it_is(desk):
    """A negative `remains` arrives in the report as the panel wrote it."""
    sheet = desk.sheet(desk_rows(1))
    order_id = desk.run("submit", sheet, "--yes", "--json").json["orders"][0]["order_id"]
    desk.sandbox.shop.pin(order_id, status="Completed", remains=-2)
    order = desk.run("refresh", sheet, "--json").json["orders"][0]
    assert (order["status"], order["remains"]) == ("Completed", -2)


def test_the_results_workbook_can_be_given_back(desk):
    """The results workbook submitted as a sheet buys nothing, and keeps its campaign under any name."""
    desk.run("submit", desk.sheet(desk_rows(4)), "--yes")
    returned = desk.folder / "anything.xlsx"
    (desk.folder / "campaign.results.xlsx").rename(returned)
    ended = desk.run("submit", returned, "--yes", "--json")
    assert (ended.code, ended.json["campaign"]) == (0, "campaign"), ended.err + ended.out
    assert ended.states() == ["placed"] * 4
    assert len(desk.sold()) == 4


def test_a_row_put_right_in_the_results_workbook_is_bought(desk):
    """A wrong row corrected in the worksheet To fix is placed when the workbook is submitted."""
    desk.run("submit", desk.sheet([*desk_rows(2), ("1", "https://example.com/few", 5)]), "--yes")
    path = desk.folder / "campaign.results.xlsx"
    book = openpyxl.load_workbook(path)
    fix = book["To fix"]
    header = [cell.value for cell in fix[1]]
    fix.cell(row=2, column=header.index("Quantity") + 1).value = 300
    book.save(path)
    ended = desk.run("submit", path, "--yes", "--json")
    assert (ended.code, len(desk.sold())) == (0, 3), ended.out
    assert desk.sold()[2]["quantity"] == "300"


def test_xlsx_and_csv_of_the_same_rows_are_the_same_campaign_orders(desk):
    """An Excel copy of a submitted CSV under the same campaign buys nothing."""
    desk.run("submit", desk.sheet(desk_rows(3)), "--yes")
    book = openpyxl.Workbook()
    for row in [("Service", "Link", "Quantity"), *desk_rows(3)]:
        book.active.append(row)
    path = desk.folder / "copy.xlsx"
    book.save(path)
    ended = desk.run("submit", path, "--yes", "--campaign", "campaign", "--json")
    assert (ended.code, len(desk.sold())) == (0, 3)


def test_a_copy_under_another_name_is_recognised_as_duplicate(desk):
    """The same orders in a file of another name are duplicates, not sent, and say where they stand."""
    desk.run("submit", desk.sheet(desk_rows(2)), "--yes")
    ended = desk.run("submit", desk.sheet(desk_rows(2), "renamed.csv"), "--yes", "--json")
    assert (ended.code, ended.states()) == (6, ["duplicate", "duplicate"])
    assert len(desk.sold()) == 2


@pytest.mark.parametrize("command", ["check", "submit", "refresh"])
def test_a_sheet_that_is_not_there_is_a_call_error(desk, command):
    """No such file: exit 2 and one sentence that names it, as JSON where asked."""
    ended = desk.run(command, "nowhere.xlsx", "--json")
    assert ended.code == 2
    assert "nowhere.xlsx" in ended.json["error"]["message"]
    assert ended.json["error"]["next"]
    assert "Traceback" not in desk.run(command, "nowhere.xlsx").err


def test_without_terminal_and_yes_nothing_is_sent(desk):
    """A submit that can ask nobody ends with 2, having sent nothing."""
    ended = desk.run("submit", desk.sheet(desk_rows(1)))
    assert (ended.code, desk.sold()) == (2, [])
    assert "--yes" in ended.err


def test_history_lists_the_runs(desk):
    """`history --json` shows each run with its counts and how it ended."""
    sheet = desk.sheet(desk_rows(1))
    desk.run("submit", sheet, "--yes")
    desk.run("refresh", sheet)
    told = desk.run("history", "--json").json["history"]
    assert [(run["command"], run["exit_code"], run["counts"]["placed"]) for run in told] == [
        ("refresh", 0, 1),
        ("submit", 0, 1),
    ]


def test_refresh_all_speaks_of_every_campaign(desk):
    """`refresh --all` asks about the open orders of all campaigns and writes each workbook anew."""
    desk.run("submit", desk.sheet(desk_rows(2), "one.csv"), "--yes")
    desk.run("submit", desk.sheet(desk_rows(2, first=9), "two.csv"), "--yes")
    desk.sandbox.shop.advance(60 * 24 * 3600)
    ended = desk.run("refresh", "--all", "--json")
    assert ended.code == 0, ended.err
    assert [(run["campaign"], run["counts"]["open"]) for run in ended.json["runs"]] == [
        ("one", 0),
        ("two", 0),
    ]
    assert {"schema", "runs", "stopped"} <= set(ended.json)


def test_refill_and_cancel_of_given_orders(desk):
    """A refill and a cancel are asked for by order id, kept in the journal, and shown with the order."""
    sheet = desk.sheet(desk_rows(2))
    orders = [each["order_id"] for each in desk.run("submit", sheet, "--yes", "--json").json["orders"]]
    desk.sandbox.shop.pin(orders[0], status="Completed", remains=0)
    desk.run("refresh", sheet)
    refilled = desk.run("refill", "--order", orders[0], "--json")
    assert (refilled.code, refilled.json["requests"][0]["state"]) == (0, "accepted"), refilled.out
    told = desk.run("refresh", sheet, "--json").json["orders"][0]
    assert told["requests"][0]["kind"] == "refill"
    unknown = desk.run("cancel", "--order", "123", "--json")
    assert (unknown.code, unknown.json["error"]["code"]) == (2, "orders.unknown")


def test_services_and_balance_as_json(desk):
    """`services --json` and `balance --json` give exact texts."""
    assert desk.run("balance", "--json").json["balance"] == "100000000"
    listed = desk.run("services", "--search", "facebook views", "--json").json["services"]
    assert {"service": "1", "rate": "2.5", "per": 1000, "min": 200, "max": 10000, "refill": True}.items() <= (
        next(each for each in listed if each["service"] == "1").items()
    )


def test_the_demo_goes_as_rehearsed(desk):
    """The demo leaves sheet and results in the current folder; every placed row has id, charge, final status."""
    desk.changes = {"BULKORDERS_PANEL_URL": "http://127.0.0.1:9", "BULKORDERS_PANEL_KEY": "not-used"}
    ended = desk.run("demo", "--json")
    assert ended.code == 0, ended.err
    placed = [order for order in ended.json["orders"] if order["state"] == "placed"]
    assert len(placed) > 25
    assert all(order["order_id"] and order["charge"] and order["status"] for order in placed)
    assert ended.json["counts"]["open"] == 0
    names = {path.name for path in Path(desk.folder).iterdir()}
    assert {"demo-campaign.xlsx", "demo-campaign.results.xlsx"} <= names
    assert not (desk.folder / "home").exists()
    assert json.loads(ended.out)["schema"] == 1


def test_a_sheet_of_the_same_name_elsewhere_is_not_refreshed_as_another_one(desk):
    """`refresh` of a sheet that was never submitted says so, although its name is a known campaign's."""
    desk.run("submit", desk.sheet(desk_rows(1)), "--yes")
    (desk.folder / "other").mkdir()
    other = desk.sheet(desk_rows(1, first=9), "other/campaign.csv")
    ended = desk.run("refresh", other, "--json")
    assert (ended.code, ended.json["error"]["code"]) == (2, "sheet.unknown_campaign")


def test_a_header_of_ones_own_is_mapped(desk):
    """--map says which header means which field."""
    sheet = desk.sheet([("1", "https://example.com/a", 500)], header=("Leistung", "Adresse", "Menge"))
    unmapped = desk.run("check", sheet, "--json")
    assert (unmapped.code, unmapped.json["error"]["code"]) == (2, "sheet.columns_missing")
    mapped = desk.run(
        "submit",
        sheet,
        "--yes",
        "--map",
        "Leistung=service",
        "--map",
        "Adresse=link",
        "--map",
        "Menge=quantity",
        "--json",
    )
    assert (mapped.code, mapped.states()) == (0, ["placed"])


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.xlsx", b"", "sheet.empty"),
        ("empty.csv", b"", "sheet.empty"),
        ("columns.csv", b"Name,Price\nx,1\n", "sheet.columns_missing"),
        ("text.xlsx", b"Service,Link,Quantity\n1,https://example.com/a,500\n", "sheet.not_workbook"),
        ("page.pdf", b"%PDF-1.7", "sheet.kind"),
        ("header.csv", b"Service,Link,Quantity\n", "sheet.no_rows"),
    ],
)
def test_a_bad_sheet_is_one_clear_sentence(desk, name, content, code):
    """Each kind of bad sheet ends with 2, says what was found and what to do, and loses nothing."""
    path = desk.folder / name
    path.write_bytes(content)
    ended = desk.run("submit", path, "--yes", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (2, code), ended.out
    assert ended.json["error"]["next"]
    assert path.read_bytes() == content
    assert desk.sold() == []


def test_a_results_workbook_of_another_journal_is_refused(desk):
    """Given back to a journal that knows nothing of it, a results workbook buys nothing: exit 4."""
    desk.run("submit", desk.sheet(desk_rows(2)), "--yes")
    desk.changes = {"BULKORDERS_HOME": str(desk.folder / "another")}
    ended = desk.run("submit", "campaign.results.xlsx", "--yes", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (4, "journal.other")
    warned = desk.run("submit", "campaign.csv", "--yes", "--max-total", "0", "--json")
    assert "another journal" in warned.err
    assert len(desk.sold()) == 2


def test_a_drain_does_not_wait_for_the_rate(desk):
    """Ctrl-C ends a run of one order a minute at once: who waits for a turn has claimed nothing."""
    running = desk.start("submit", desk.sheet(desk_rows(5)), "--yes", "--per-second", "0.02", "--json")
    while not desk.sold():
        assert running.poll() is None
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=20)
    assert running.returncode == 130, err
    counts = json.loads(out)["counts"]
    assert (counts["placed"], counts["ready"], counts["in_doubt"]) == (1, 4, 0)


def test_a_link_edited_in_the_results_workbook_is_held_every_time(desk):
    """A held row keeps the key it was sent under: submitted again and again, it is never bought."""
    desk.run("submit", desk.sheet(desk_rows(2)), "--yes")
    path = desk.folder / "campaign.results.xlsx"
    edit(path, "Orders", 2, "Link", "https://example.com/edited")
    for turn in range(3):
        held = desk.run("submit", path, "--yes", "--json")
        assert (held.code, held.states()) == (6, ["invalid", "placed"]), turn
        assert len(desk.sold()) == 2
    edit(path, "To fix", 2, "Link", "https://example.com/edited/again")
    assert desk.run("submit", path, "--yes", "--json").states() == ["invalid", "placed"]
    edit(path, "To fix", 2, "Link", "https://example.com/post/1")
    back = desk.run("submit", path, "--yes", "--json")
    assert (back.code, back.states(), len(desk.sold())) == (0, ["placed", "placed"], 2)


def edit(path, worksheet, row, title, value):
    """Change one cell of a workbook, as a person would."""
    book = openpyxl.load_workbook(path)
    header = [cell.value for cell in book[worksheet][1]]
    book[worksheet].cell(row=row, column=header.index(title) + 1).value = value
    book.save(path)
    book.close()
