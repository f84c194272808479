"""A panel that fails, over real sockets: what each fault leaves of an order, a run, and the next run."""

import openpyxl
import pytest

from bulkorders.sandbox import Fault, broken_tls

IN_DOUBT = [
    Fault(kind="reset"),
    Fault(kind="reset", when="before"),
    Fault(kind="close"),
    Fault(kind="cut"),
    Fault(kind="too_long"),
    Fault(kind="too_short"),
    Fault(kind="garbage"),
    Fault(kind="not_http"),
    Fault(kind="bad_gzip"),
    Fault(kind="html"),
    Fault(kind="empty"),
    Fault(kind="null"),
    Fault(kind="unknown_error"),
    Fault(kind="unknown_error", when="after"),
    Fault(kind="echo_key"),
    *(Fault(kind="status", status=status) for status in (500, 502, 503, 504, 520, 522, 524, 408)),
]
READY_AND_STOPPED = {
    "bad_key": "key",
    "suspended": "account",
    "no_funds": "funds",
    "challenge": "challenge",
}


def rows(count):
    """Return so many valid rows."""
    return [("1", f"https://example.com/post/{number}", 200 + number) for number in range(count)]


@pytest.mark.parametrize("fault", IN_DOUBT, ids=lambda fault: f"{fault.kind}-{fault.moment}-{fault.status}")
def test_a_sent_order_without_a_clear_answer_is_in_doubt_and_not_sent_again(desk, fault):
    """Whatever happens to the answer, the order is in doubt, the others go on, and no second run sends it."""
    desk.sandbox.faults.set([fault])
    sheet = desk.sheet(rows(3))
    ended = desk.run("submit", sheet, "--yes", "--concurrency", "1", "--json")
    assert ended.code == 5, ended.out + ended.err
    assert sorted(ended.states()) == ["in_doubt", "placed", "placed"]
    asked = desk.sandbox.shop.stats.requests["add"]
    assert asked == 3
    again = desk.run("submit", sheet, "--yes", "--json")
    assert again.code == 5
    assert desk.sandbox.shop.stats.requests["add"] == 3
    assert desk.sandbox.key not in ended.out + ended.err + again.out


@pytest.mark.parametrize("kind", READY_AND_STOPPED)
def test_a_panel_that_refuses_everybody_stops_the_run_with_the_rest_ready(desk, kind):
    """Wrong key, closed account, no funds, browser check: nothing in doubt, nothing rejected, exit 3."""
    desk.sandbox.faults.set([Fault(kind="none"), Fault(kind=kind, times=99)])
    ended = desk.run("submit", desk.sheet(rows(4)), "--yes", "--concurrency", "1", "--json")
    assert ended.code == 3
    assert ended.states() == ["placed", "ready", "ready", "ready"]
    assert ended.json["stopped"]["code"] == READY_AND_STOPPED[kind]
    assert desk.sandbox.shop.stats.requests["add"] == 2


def test_a_request_to_wait_is_waited_for(desk):
    """429 leaves the order ready, and it is placed after the wait the panel asked for."""
    desk.sandbox.faults.set(
        [Fault(kind="too_many", retry_after="1"), Fault(kind="too_many", retry_after="date:2")]
    )
    ended = desk.run("submit", desk.sheet(rows(2)), "--yes", "--concurrency", "1", "--json")
    assert (ended.code, ended.states()) == (0, ["placed", "placed"])
    assert desk.sandbox.shop.stats.requests["add"] == 4


def test_an_order_id_twice_is_in_doubt_and_stops_the_run(desk):
    """An id that is already ours is never believed: in doubt, alarm, the rest stays ready."""
    desk.sandbox.faults.set([Fault(kind="none"), Fault(kind="repeated_id")])
    ended = desk.run("submit", desk.sheet(rows(4)), "--yes", "--concurrency", "1", "--json")
    assert (ended.code, ended.states()) == (5, ["placed", "in_doubt", "ready", "ready"])
    assert ended.json["stopped"]["code"] == "duplicate_id"


def test_a_panel_that_takes_the_money_and_refuses_puts_the_order_in_doubt(desk):
    """A refusal after which the balance fell without a charge is not believed: in doubt, alarm, never in To fix."""
    desk.sandbox.faults.set([Fault(kind="none"), Fault(kind="error", text="Bad link", when="after")])
    sheet = desk.sheet(rows(3))
    ended = desk.run("submit", sheet, "--yes", "--concurrency", "1", "--json")
    assert (ended.code, ended.states()) == (5, ["placed", "in_doubt", "placed"])
    assert "may have been charged" in ended.err
    book = openpyxl.load_workbook(desk.folder / "campaign.results.xlsx")
    links = [row[1] for row in book["To fix"].iter_rows(values_only=True)]
    book.close()
    assert "https://example.com/post/1" not in links
    again = desk.run("submit", sheet, "--yes", "--retry-rejected", "--json")
    assert (again.code, len(desk.sold())) == (5, 3)


def test_a_refusal_with_the_balance_as_it_should_be_stays_a_refusal(desk):
    """A refused order that cost nothing is rejected, and stands in To fix."""
    desk.sandbox.faults.set([Fault(kind="error", text="Bad link", when="before")])
    ended = desk.run("submit", desk.sheet(rows(2)), "--yes", "--concurrency", "1", "--json")
    assert (ended.code, ended.states()) == (6, ["rejected", "placed"])


def test_one_request_an_order_whatever_the_panel_makes_of_it(desk):
    """A panel that sells twice for one request was asked once."""
    desk.sandbox.faults.set([Fault(kind="twice")])
    ended = desk.run("submit", desk.sheet(rows(1)), "--yes", "--json")
    assert ended.states() == ["placed"]
    assert desk.sandbox.shop.stats.requests["add"] == 1


def test_three_doubts_in_a_row_pause_the_panel(desk):
    """After three doubts in a row the panel is probed; where it does not answer, the rest stays ready."""
    desk.sandbox.faults.set(
        [
            Fault(kind="close", times=99),
            Fault(kind="status", status=502, action="balance", when="before", times=99),
        ]
    )
    # The balance before the start is asked while the panel is well: its faults begin with the first order.
    desk.sandbox.faults.set([Fault(kind="close", times=99)])
    ended = desk.run("submit", desk.sheet(rows(12)), "--yes", "--concurrency", "1", "--json")
    assert ended.code == 5
    counts = ended.json["counts"]
    assert 3 <= counts["in_doubt"] <= 6
    assert counts["ready"] == 12 - counts["in_doubt"]
    assert ended.json["stopped"]["code"] == "doubts"


def test_an_unknown_service_answer_is_a_rejection(desk):
    """An error of a known kind rejects the row; the next run does not send it again unless asked."""
    desk.sandbox.faults.set([Fault(kind="error", text="Incorrect service ID")])
    sheet = desk.sheet(rows(2))
    ended = desk.run("submit", sheet, "--yes", "--concurrency", "1", "--json")
    assert (ended.code, ended.states()) == (6, ["rejected", "placed"])
    assert "Incorrect service ID" in ended.json["orders"][0]["message"]
    desk.run("submit", sheet, "--yes")
    assert desk.sandbox.shop.stats.requests["add"] == 2
    retried = desk.run("submit", sheet, "--yes", "--retry-rejected", "--json")
    assert (retried.code, retried.states()) == (0, ["placed", "placed"])


def test_a_panel_that_is_down_costs_nothing(desk):
    """No panel at the address: exit 3, one sentence, nothing recorded as sent."""
    desk.changes = {"BULKORDERS_PANEL_URL": "http://127.0.0.1:9/api/v2"}
    ended = desk.run("submit", desk.sheet(rows(1)), "--yes", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (3, "panel.unreachable")
    assert ended.json["error"]["next"]


def test_broken_tls_is_not_sent(desk):
    """A panel whose TLS is broken is not reached: exit 3, and nothing is in doubt."""
    with broken_tls() as broken:
        desk.changes = {"BULKORDERS_PANEL_URL": broken.url}
        ended = desk.run("check", desk.sheet(rows(1)), "--json")
    assert (ended.code, ended.json["error"]["code"]) == (3, "panel.unreachable")


def test_a_wrong_key_is_tried_once(desk):
    """A wrong key ends the run with 3 after a single request: panels block after a few."""
    desk.changes = {"BULKORDERS_PANEL_KEY": "not-the-key-at-all"}
    ended = desk.run("submit", desk.sheet(rows(1)), "--yes", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (3, "panel.key")
    assert sum(desk.sandbox.shop.stats.requests.values()) == 1
    assert "not-the-key-at-all" not in ended.out + ended.err


def test_too_little_balance_stops_before_the_first_cent(desk):
    """Orders that cost more than the balance are not begun: exit 4, nothing sent."""
    desk.sandbox.shop.set_balance("1")
    ended = desk.run("submit", desk.sheet(rows(9)), "--yes", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (4, "guard.funds")
    assert desk.sold() == []


def test_a_cap_on_the_total_stops_before_the_first_cent(desk):
    """--max-total below the estimate: exit 4, nothing sent."""
    ended = desk.run("submit", desk.sheet(rows(9)), "--yes", "--max-total", "1", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (4, "guard.max_total")
    assert desk.sold() == []


def test_html_instead_of_json_names_the_address(desk):
    """A page at the panel's address is told from a panel: exit 3, and what to check."""
    desk.sandbox.faults.set([Fault(kind="html", action="*", times=99)])
    ended = desk.run("check", desk.sheet(rows(1)), "--json")
    assert (ended.code, ended.json["error"]["code"]) == (3, "panel.not_json")


def test_two_runs_on_one_journal_do_no_harm(desk):
    """The second of two runs says who holds the journal, sends nothing, and ends with 4."""
    desk.sandbox.latency = "1s"
    first = desk.start("submit", desk.sheet(rows(6)), "--yes", "--json")
    while desk.sandbox.shop.stats.requests.get("add", 0) == 0:
        assert first.poll() is None
    second = desk.run("submit", "campaign.csv", "--yes", "--json")
    assert (second.code, second.json["error"]["code"]) == (4, "journal.held")
    assert str(first.pid) in second.json["error"]["message"]
    out, err = first.communicate(timeout=60)
    assert first.returncode == 0, err + out
    assert len(desk.sold()) == 6


def test_a_read_only_folder_stops_before_the_first_cent(desk):
    """Results that can't be written stop the run before anything is sent."""
    (desk.folder / "campaign.results.xlsx").mkdir()
    ended = desk.run("submit", desk.sheet(rows(1)), "--yes", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (4, "results.not_writable")
    assert desk.sold() == []


def test_a_workbook_of_the_users_own_is_never_overwritten(desk):
    """A file at the results' place that is not ours is left alone, and the run ends with 4."""
    (desk.folder / "campaign.results.xlsx").write_bytes(b"the user's own")
    ended = desk.run("submit", desk.sheet(rows(1)), "--yes", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (4, "results.foreign")
    assert (desk.folder / "campaign.results.xlsx").read_bytes() == b"the user's own"
    assert desk.sold() == []
