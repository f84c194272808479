"""Looking back: the runs, and one order's whole story."""

import json

import pytest

from bulkorders.sandbox import Fault

pytestmark = pytest.mark.usefixtures("within")

HEADER = ("Service", "Link", "Quantity", "Reference")


@pytest.fixture
def told(desk):
    """Return the order ids of a campaign with a refill, a cancel and a change of charge in its story."""
    sheet = desk.sheet(
        [("1", "https://example.com/a", 500, "R-1"), ("1", "https://example.com/b", 400, "R-2")],
        header=HEADER,
    )
    assert desk.run("submit", sheet, "--yes", "--concurrency", "1").code == 0
    first, second = (order.id for order in desk.sandbox.shop.orders)
    desk.sandbox.shop.pin(first, "Completed")
    assert desk.run("refill", "--order", first).code == 0
    assert desk.run("cancel", "--order", second, "--yes").code == 0
    desk.sandbox.shop.pin(second, "Canceled")
    assert desk.run("refresh", sheet).code == 0
    return first, second


class TestShow:
    """One order's whole story."""

    def test_it_is_found_by_order_id_key_and_reference(self, desk, told):
        """All three name the same order."""
        by_id = desk.run("show", told[0], "--json").json["order"]
        assert by_id["reference"] == "R-1"
        assert desk.run("show", by_id["key"][:8], "--json").json["order"] == by_id
        assert desk.run("show", "R-1", "--json").json["order"] == by_id

    def test_each_event_answer_request_and_amount_is_told(self, desk, told):
        """The sale, its raw answer, the refill, the cancel and the money that came back are all there."""
        story = desk.run("show", told[1], "--json").json
        assert [each["kind"] for each in story["events"]][:3] == ["add", "claim", "accept"]
        assert {each["kind"] for each in story["events"]} == {"add", "claim", "accept", "delivery", "cancel"}
        assert json.loads(story["attempts"][0]["answer"])["order"] == int(told[1])
        assert story["order"]["requests"][0]["state"] == "done"
        assert [(each["kind"], each["amount"]) for each in story["entries"]] == [
            ("estimate", "1"),
            ("charge", "1"),
            ("refund", "-1"),
        ]

    def test_people_read_it_as_sentences(self, desk, told):
        """The terminal tells what happened in words, with times in the zone of the settings."""
        (desk.folder / "bulkorders.toml").write_text('timezone = "Asia/Ho_Chi_Minh"\n', encoding="utf-8")
        shown = desk.run("show", told[0])
        assert shown.code == 0, shown.err
        for part in ("Placed: ", "Sent to the panel (attempt 1).", "is taken.", "charge: 1.25 VND", "status"):
            assert part in shown.out
        placed_at = desk.run("show", told[0], "--json").json["order"]["placed_at"]
        hour = (int(placed_at[11:13]) + 7) % 24
        assert f" {hour:02}:{placed_at[14:16]}:" in shown.out

    @pytest.mark.usefixtures("told")
    def test_a_reference_of_several_campaigns_lists_them(self, desk):
        """Exit 2, with each campaign and key; --campaign says which is meant."""
        again = desk.sheet([("1", "https://example.com/c", 500, "R-1")], "june.csv", header=HEADER)
        desk.run("submit", again, "--yes")
        several = desk.run("show", "R-1", "--json")
        assert (several.code, several.json["error"]["code"]) == (2, "show.several")
        assert "june, row 2" in several.json["error"]["message"]
        assert "campaign, row 2" in several.json["error"]["message"]
        one = desk.run("show", "R-1", "--campaign", "june", "--json")
        assert one.json["order"]["campaign"] == "june"

    @pytest.mark.usefixtures("told")
    def test_an_unknown_order_is_said(self, desk):
        """Exit 2, and nothing is made."""
        wrong = desk.run("show", "R-9", "--json")
        assert (wrong.code, wrong.json["error"]["code"]) == (2, "show.unknown")

    def test_a_raw_answer_shows_no_key_and_obeys_no_terminal(self, desk):
        """The key that a panel echoes is masked, and control characters are taken out."""
        desk.sandbox.faults.set([Fault(kind="echo_key", action="add", when="after")])
        sheet = desk.sheet([("1", "https://example.com/a", 500, "R-1")], header=HEADER)
        desk.run("submit", sheet, "--yes")
        shown = desk.run("show", "R-1")
        assert "[key]" in shown.out
        assert "\x1b" not in shown.out


class TestHistory:
    """The runs."""

    @pytest.mark.usefixtures("told")
    def test_each_run_tells_when_what_who_and_how_much(self, desk):
        """Newest first: command, campaign, sheet, who, counts, money by account, exit code."""
        runs = desk.run("history", "--json").json["history"]
        assert [each["command"] for each in runs[:2]] == ["refresh", "cancel"]
        assert runs[-1]["command"] == "submit"
        assert (runs[-1]["counts"]["placed"], runs[-1]["exit_code"]) == (2, 0)
        assert [(each["charged"], each["currency"]) for each in runs[-1]["money"]] == [("2.25", "VND")]
        shown = desk.run("history").out
        for part in ("submit", "campaign.csv", "2 placed", "charged 2.25 VND", "exit 0"):
            assert part in shown

    @pytest.mark.usefixtures("told")
    def test_it_can_be_narrowed(self, desk):
        """--limit takes the latest alone, --campaign those of one campaign."""
        desk.run("submit", desk.sheet([("1", "https://example.com/z", 500)], "june.csv"), "--yes")
        assert len(desk.run("history", "--limit", "2", "--json").json["history"]) == 2
        june = desk.run("history", "--campaign", "june", "--json").json["history"]
        assert [each["command"] for each in june] == ["submit"]
