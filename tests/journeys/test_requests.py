"""Refills and cancels: who may have one, asked at most once, and what became of each."""

import json

import pytest
from openpyxl import load_workbook

from bulkorders.sandbox import Fault, running

pytestmark = pytest.mark.usefixtures("within")

REFILLABLE, NO_REFILL, NO_CANCEL = "1", "2", "8"
"""Services of the pretend panel: facebook views, tiktok views (neither), telegram members (refill only)."""


def row(service, number, *, quantity=500):
    """Return a row of an order sheet."""
    return (service, f"https://example.com/post/{number}", quantity)


@pytest.fixture
def sent(desk):
    """Return a function that submits rows as `campaign.csv`, and returns their order ids."""

    def submit(rows, **more):
        sheet = desk.sheet(rows, **more)
        ended = desk.run("submit", sheet, "--yes", "--json")
        assert ended.code == 0, ended.out
        return [order["order_id"] for order in ended.json["orders"]]

    return submit


def asked(desk, action):
    """Return how many calls of this action the panel has received."""
    return desk.sandbox.shop.stats.requests[action]


def requests_of(desk, sheet="campaign.csv"):
    """Return what `refresh` tells of the refills and cancels, by order id."""
    orders = desk.run("refresh", sheet, "--json").json["orders"]
    return {
        order["order_id"]: [(each["kind"], each["state"]) for each in order["requests"]] for order in orders
    }


class TestRefills:
    """Refills of completed orders."""

    def test_a_sheet_asks_for_those_that_may_have_one(self, desk, sent):
        """Completed orders of services with refill are asked for in one call; the others are listed with why."""
        ids = sent([row(REFILLABLE, 1), row(REFILLABLE, 2), row(NO_REFILL, 3), row(REFILLABLE, 4)])
        for id_ in ids[:3]:
            desk.sandbox.shop.pin(id_, "Completed")
        desk.sandbox.shop.pin(ids[3], "In progress")
        ended = desk.run("refill", "campaign.csv", "--yes", "--json")
        assert (ended.code, asked(desk, "refill")) == (0, 1), ended.err
        assert [(each["order_id"], each["state"]) for each in ended.json["requests"]] == [
            (ids[0], "accepted"),
            (ids[1], "accepted"),
        ]
        assert {each["order_id"]: each["code"] for each in ended.json["left_out"]} == {
            ids[2]: "request.no_refill",
            ids[3]: "request.not_completed",
        }
        assert all(each["request_id"] for each in ended.json["requests"])

    def test_what_became_of_them_is_asked_together_and_stands_in_the_workbook(self, desk, sent):
        """One call tells of all refills; each has its id, time and word in workbook and `--json`."""
        ids = sent([row(REFILLABLE, number) for number in range(1, 6)])
        for id_ in ids:
            desk.sandbox.shop.pin(id_, "Completed")
        desk.run("refill", "campaign.csv", "--yes")
        for number, refill_id in enumerate(desk.sandbox.shop.refill_ids):
            desk.sandbox.shop.pin_refill(refill_id, "Rejected" if number == 0 else "Completed")
        told = requests_of(desk)
        assert asked(desk, "refill_status") == 1
        assert told[ids[0]] == [("refill", "failed")]
        assert told[ids[4]] == [("refill", "done")]
        book = load_workbook(desk.folder / "campaign.results.xlsx")["Orders"]
        titles = [cell.value for cell in book[1]]
        shown = book.cell(3, titles.index("Refills and cancels") + 1).value
        assert shown.endswith(f"refill {desk.sandbox.shop.refill_ids[1]}: done (Completed)")
        calls = asked(desk, "refill_status"), asked(desk, "status")
        desk.run("refresh", "campaign.csv")
        assert (asked(desk, "refill_status"), asked(desk, "status")) == calls

    def test_one_that_was_asked_for_lately_is_not_asked_for_again(self, desk, sent):
        """Within a day a second refill is left out, with the time from which on; after it, it is asked for."""
        (id_,) = sent([row(REFILLABLE, 1)])
        desk.sandbox.shop.pin(id_, "Completed")
        assert desk.run("refill", "--order", id_).code == 0
        again = desk.run("refill", "--order", id_, "--json")
        assert (again.code, again.json["left_out"][0]["code"]) == (6, "request.asked_lately")
        assert "asked for at" in desk.run("refill", "--order", id_).out
        (desk.folder / "bulkorders.toml").write_text(
            f'[panels.own]\nurl = "{desk.sandbox.url}"\nkey = "env:BULKORDERS_PANEL_KEY"\nrefill_hours = 0\n',
            encoding="utf-8",
        )
        desk.sandbox.shop.pin_refill(desk.sandbox.shop.refill_ids[0], "Completed")
        assert desk.run("refill", "--order", id_, "--panel", "own", "--json").code == 0
        assert asked(desk, "refill") == 2

    def test_nobody_is_asked_without_a_yes(self, desk, sent):
        """Where nobody can be asked and no --yes is given, nothing is asked of the panel: exit 2."""
        (id_,) = sent([row(REFILLABLE, 1)])
        desk.sandbox.shop.pin(id_, "Completed")
        refused = desk.run("refill", "campaign.csv", "--json")
        assert (refused.code, refused.json["error"]["code"], asked(desk, "refill")) == (
            2,
            "call.no_terminal",
            0,
        )

    def test_a_campaign_is_named_without_its_sheet(self, desk, sent):
        """--campaign chooses all its orders, though the sheet has gone."""
        (id_,) = sent([row(REFILLABLE, 1)])
        desk.sandbox.shop.pin(id_, "Completed")
        (desk.folder / "campaign.csv").unlink()
        ended = desk.run("refill", "--campaign", "campaign", "--yes", "--json")
        assert (ended.code, ended.json["counts"]["accepted"]) == (0, 1), ended.out
        none = desk.run("refill", "--campaign", "other", "--yes", "--json")
        assert (none.code, none.json["error"]["code"]) == (2, "request.none_placed")

    @pytest.mark.parametrize("fault", ["close", "cut", "garbage"])
    def test_a_lost_answer_puts_each_of_its_batch_in_doubt_and_is_never_asked_again(self, desk, sent, fault):
        """All of the batch are in doubt (exit 5); asked for again, they are left out and the panel hears nothing."""
        ids = sent([row(REFILLABLE, 1), row(REFILLABLE, 2)])
        for id_ in ids:
            desk.sandbox.shop.pin(id_, "Completed")
        desk.sandbox.faults.set([Fault(kind=fault, when="after", action="refill")])
        lost = desk.run("refill", "campaign.csv", "--yes", "--json")
        assert (lost.code, lost.json["counts"]["in_doubt"]) == (5, 2), lost.out
        calls = asked(desk, "refill")
        again = desk.run("refill", "campaign.csv", "--yes", "--json")
        assert [each["code"] for each in again.json["left_out"]] == ["request.in_doubt"] * 2
        assert asked(desk, "refill") == calls
        shown = desk.run("resolve")
        assert (shown.code, shown.out.count("--not-taken")) == (5, 2)

    def test_the_panel_may_refuse_some(self, desk, sent):
        """Of a batch in which the panel refuses one, the others are taken: exit 6, with its words."""
        ids = sent([row(REFILLABLE, 1), row(REFILLABLE, 2)])
        for id_ in ids:
            desk.sandbox.shop.pin(id_, "Completed")
        desk.sandbox.shop.refill(ids[0])
        ended = desk.run("refill", "campaign.csv", "--yes", "--json")
        assert ended.code == 6
        assert [each["state"] for each in ended.json["requests"]] == ["refused", "accepted"]
        assert ended.json["requests"][0]["message"]

    def test_an_id_given_to_several_orders_is_no_id(self, desk, sent):
        """Where the panel answers the same refill id for two orders, nothing is asked about it, nor claimed."""
        ids = sent([row(REFILLABLE, 1), row(REFILLABLE, 2)])
        for id_ in ids:
            desk.sandbox.shop.pin(id_, "Completed")
        told = json.dumps([{"order": int(id_), "refill": 1} for id_ in ids])
        desk.sandbox.faults.set([Fault(kind="answer", body=told, action="refill")])
        assert desk.run("refill", "campaign.csv", "--yes", "--json").json["counts"]["accepted"] == 2
        assert requests_of(desk) == {id_: [("refill", "accepted")] for id_ in ids}
        assert asked(desk, "refill_status") == 0


class TestAutomaticRefills:
    """Rows whose Refill says `auto`."""

    HEADER = ("Service", "Link", "Quantity", "Refill")

    def test_a_dropped_order_is_refilled_by_the_next_refresh(self, desk, sent):
        """Completed and whole, nothing is asked; once some is missing, a refill is, and once only."""
        ids = sent([(*row(REFILLABLE, 1), "auto"), (*row(REFILLABLE, 2), "yes")], header=self.HEADER)
        for id_ in ids:
            desk.sandbox.shop.pin(id_, "Completed", remains=0)
        assert requests_of(desk) == {id_: [] for id_ in ids}
        for id_ in ids:
            desk.sandbox.shop.pin(id_, "Completed", remains=60)
        assert requests_of(desk) == {ids[0]: [("refill", "accepted")], ids[1]: []}
        desk.run("refresh", "--all")
        assert asked(desk, "refill") == 1

    def test_refresh_all_does_the_same(self, desk, sent):
        """`refresh --all` asks about completed orders with automatic refill, and asks for the refill."""
        (id_,) = sent([(*row(REFILLABLE, 1), "auto")], header=self.HEADER)
        desk.sandbox.shop.pin(id_, "Completed", remains=0)
        desk.run("refresh", "--all")
        desk.sandbox.shop.pin(id_, "Completed", remains=60)
        ended = desk.run("refresh", "--all", "--json")
        assert [each["state"] for each in ended.json["runs"][0]["orders"][0]["requests"]] == ["accepted"]
        assert "Refills asked for by themselves" in ended.err


class TestCancels:
    """Cancels of open orders."""

    def test_a_cancel_is_requested_until_the_status_says_canceled(self, desk, sent):
        """Taken is not done: only `status` settles it, and the refund shows in the order's charge."""
        ids = sent([row(REFILLABLE, 1), row(NO_CANCEL, 2)])
        for id_ in ids:
            desk.sandbox.shop.pin(id_, "Pending")
        ended = desk.run("cancel", "campaign.csv", "--yes", "--json")
        assert (ended.code, [each["code"] for each in ended.json["left_out"]]) == (6, []), ended.out
        assert [each["state"] for each in ended.json["requests"]] == ["accepted", "refused"]
        assert requests_of(desk)[ids[0]] == [("cancel", "accepted")]
        desk.sandbox.shop.pin(ids[0], "Canceled")
        refreshed = desk.run("refresh", "campaign.csv", "--json")
        told = refreshed.json
        assert [(each["kind"], each["state"]) for each in told["orders"][0]["requests"]] == [
            ("cancel", "done")
        ]
        assert told["orders"][0]["charge"] == "0"
        assert "rose by 1.25 VND" in refreshed.err

    def test_services_that_say_no_and_finished_orders_are_left_out(self, desk, sent):
        """Where the catalogue says `cancel: false` the panel is not asked; nor about an order that has ended."""
        ids = sent([row(REFILLABLE, 1), row(REFILLABLE, 2), row(NO_CANCEL, 3)])
        desk.sandbox.shop.pin(ids[0], "Completed")
        listed = [
            {"service": id_, "name": "x", "rate": "2.5", "min": "1", "max": "9999", "cancel": id_ == "1"}
            for id_ in ("1", "8")
        ]
        desk.sandbox.faults.set([Fault(kind="answer", body=json.dumps(listed), action="services")])
        ended = desk.run("cancel", "campaign.csv", "--yes", "--json")
        assert {each["order_id"]: each["code"] for each in ended.json["left_out"]} == {
            ids[0]: "request.finished",
            ids[2]: "request.no_cancel",
        }
        assert ended.json["counts"]["accepted"] == 1
        again = desk.run("cancel", "--order", ids[1], "--yes", "--json")
        assert (again.code, again.json["left_out"][0]["code"]) == (6, "request.is_asked")

    def test_a_cancel_is_confirmed_though_its_orders_are_named(self, desk, sent):
        """Money moves, so nobody cancels without a yes: exit 2, and the panel has heard nothing."""
        (id_,) = sent([row(REFILLABLE, 1)])
        refused = desk.run("cancel", "--order", id_, "--json")
        assert (refused.code, refused.json["error"]["code"], asked(desk, "cancel")) == (
            2,
            "call.no_terminal",
            0,
        )

    def test_two_hundred_and_fifty_take_three_calls(self, desk, sent):
        """At most a hundred ids a call."""
        sent([row(REFILLABLE, number) for number in range(250)])
        ended = desk.run("cancel", "campaign.csv", "--yes", "--json")
        assert (ended.code, ended.json["counts"]["accepted"], asked(desk, "cancel")) == (0, 250, 3)
        assert desk.sandbox.shop.stats.largest_cancel_batch == 100

    def test_a_lost_answer_stops_the_rest_and_the_status_settles_it(self, desk, sent):
        """After a batch without an answer no other is sent; once its orders have ended, nothing is in doubt."""
        ids = sent([row(REFILLABLE, number) for number in range(150)])
        desk.sandbox.faults.set([Fault(kind="close", when="after", action="cancel")])
        lost = desk.run("cancel", "campaign.csv", "--yes", "--json")
        assert (lost.code, lost.json["counts"]["in_doubt"], asked(desk, "cancel")) == (5, 100, 1)
        assert lost.json["stopped"]["code"] == "unanswered"
        for id_ in ids[:99]:
            desk.sandbox.shop.pin(id_, "Canceled")
        desk.sandbox.shop.pin(ids[99], "Completed")
        told = requests_of(desk)
        assert told[ids[0]] == [("cancel", "done")]
        assert told[ids[99]] == [("cancel", "refused")]
        assert desk.run("resolve").code == 0

    def test_a_panel_that_is_down_leaves_nothing_in_doubt(self, desk, sent):
        """What never left is no request: nothing is in doubt, and the same command asks for it later."""
        sent([row(REFILLABLE, 1)])
        desk.sandbox.faults.set([Fault(kind="too_many", action="cancel", times=9, retry_after="600")])
        busy = desk.run("cancel", "campaign.csv", "--yes", "--json")
        assert (busy.code, busy.json["counts"]["in_doubt"]) == (6, 0), busy.out
        desk.sandbox.faults.clear()
        assert desk.run("cancel", "campaign.csv", "--yes", "--json").code == 0


class TestResolving:
    """Refills and cancels in doubt, settled by a person."""

    @pytest.fixture
    def doubtful(self, desk, sent):
        """Return the order id of a completed order whose refill was taken, and its answer lost."""
        (id_,) = sent([row(REFILLABLE, 1)])
        desk.sandbox.shop.pin(id_, "Completed")
        desk.sandbox.faults.set([Fault(kind="close", when="after", action="refill")])
        assert desk.run("refill", "--order", id_).code == 5
        return id_

    def test_taken_with_an_id_that_the_panel_knows(self, desk, doubtful):
        """--taken ID=REFILL_ID is checked with the panel, then followed like any other."""
        unsure = desk.run("resolve", "--json").json["requests"][0]
        assert (unsure["order_id"], unsure["kind"]) == (doubtful, "refill")
        wrong = desk.run("resolve", "--taken", f"{unsure['id'][:8]}=777", "--json")
        assert (wrong.code, wrong.json["error"]["code"]) == (2, "resolve.refill_unknown")
        refill_id = desk.sandbox.shop.refill_ids[0]
        settled = desk.run("resolve", "--taken", f"{unsure['id'][:8]}={refill_id}", "--json")
        assert (settled.code, settled.json["answered"][0]["state"]) == (0, "accepted"), settled.out
        desk.sandbox.shop.pin_refill(refill_id, "Completed")
        assert requests_of(desk) == {doubtful: [("refill", "done")]}

    @pytest.mark.usefixtures("doubtful")
    def test_not_taken_needs_a_reason_and_its_time(self, desk):
        """--not-taken is refused while the answer may still come; after that the refill may be asked for again."""
        unsure = desk.run("resolve", "--json").json["requests"][0]["id"]
        assert desk.run("resolve", "--not-taken", unsure, "--json").json["error"]["code"] == "resolve.reason"
        early = desk.run("resolve", "--not-taken", unsure, "--reason", "not listed", "--json")
        assert (early.code, early.json["error"]["code"]) == (4, "resolve.too_early")

    @pytest.mark.usefixtures("doubtful")
    def test_an_unknown_id_is_named(self, desk):
        """An id that begins none of those in doubt changes nothing."""
        wrong = desk.run("resolve", "--taken", "zzz", "--json")
        assert (wrong.code, wrong.json["error"]["code"]) == (2, "resolve.unknown_request")


class TestDialects:
    """Panels that take one order a call."""

    @pytest.mark.parametrize("dialect", ["smartpanel", "asap", "homemade"])
    def test_several_orders_are_asked_for_each_once(self, desk, dialect):
        """However many a call may hold, each order gets its one refill, or is said not to have got one."""
        with running(balance="100000000", key=desk.sandbox.key, dialect=dialect) as panel:
            desk.sandbox = panel
            sheet = desk.sheet([row(REFILLABLE, 1), row(REFILLABLE, 2), row(REFILLABLE, 3)])
            toml = f'[panels.own]\nurl = "{panel.url}"\nkey = "env:OWN_KEY"\n'
            toml += f'preset = "{dialect}"\n' if dialect != "homemade" else 'idempotency = "request_id"\n'
            (desk.folder / "bulkorders.toml").write_text(toml, encoding="utf-8")
            desk.changes = {"OWN_KEY": panel.key}
            desk.hidden = ("BULKORDERS_PANEL_URL", "BULKORDERS_PANEL_KEY")
            assert desk.run("submit", sheet, "--yes", "--json").code == 0
            for order in panel.shop.orders:
                panel.shop.pin(order.id, "Completed")
            ended = desk.run("refill", sheet, "--yes", "--json")
            taken = [each["order_id"] for each in ended.json["requests"] if each["state"] == "accepted"]
            assert sorted(taken) == sorted(order.id for order in panel.shop.orders), ended.out
            assert len(panel.shop.refill_ids) == 3
