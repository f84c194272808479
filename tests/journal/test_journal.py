"""What every journal promises, whatever database it is kept in."""

import asyncio
import dataclasses
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from bulkorders.errors import JournalError
from bulkorders.journal.protocol import Campaign, Journal, Run
from bulkorders.journal.replay import replay
from bulkorders.model.lifecycle import IllegalTransition, RequestKind, RequestState, State
from bulkorders.model.orders import Request, ValidatedOrder
from bulkorders.model.outcomes import DeliveryReport, Outcome, Verdict

Runs = Callable[[Coroutine[Any, Any, Any]], Any]
Orders = Callable[..., ValidatedOrder]
Accept = Callable[..., Outcome]
Place = Callable[..., str]
Reopen = Callable[..., Coroutine[Any, Any, Journal]]

CHECKED = "2020-05-04T10:00:00+00:00"
LOST = Outcome(Verdict.IN_DOUBT, kind="timeout", message="no answer")
REFUSED = Outcome(Verdict.REJECTED, kind="link", message="bad link", http_status=200)
NOT_SENT = Outcome(Verdict.NOT_SENT, kind="dns")
ACTIVE = Outcome(Verdict.REJECTED, kind="duplicate", message="active order", http_status=200)


def request(key: str, number: str = "q1", kind: RequestKind = RequestKind.REFILL) -> Request:
    """Return a refill or cancel that is about to be asked for."""
    return Request(number, key, "91", kind, RequestState.ASKING, CHECKED)


class TestRunsAndCampaigns:
    """Runs, campaigns, accounts."""

    def test_a_run_is_kept_with_its_end(self, run: Runs, journal: Journal) -> None:
        """A run is told with all it began with and ended with."""
        begun = Run("r1", "submit", "may", "/s.xlsx", None, CHECKED, who="Kim", machine="desk")
        ended = dataclasses.replace(
            begun,
            results="/s.results.xlsx",
            finished_at=CHECKED,
            exit_code=6,
            stopped="funds",
            counts={"rows": 3},
            money=({"currency": "VND", "charged": "1.25"},),
        )
        run(journal.begin_run(begun))
        run(journal.end_run(ended))
        assert run(journal.runs()) == [ended]

    def test_runs_come_newest_first(self, run: Runs, journal: Journal) -> None:
        """The latest runs come first, and no more than asked for."""
        for number in range(5):
            run(journal.begin_run(Run(f"r{number}", "check", None, None, None, CHECKED)))
        assert [one.id for one in run(journal.runs(limit=2))] == ["r4", "r3"]

    def test_a_campaign_remembers_its_latest_sheet(self, run: Runs, journal: Journal) -> None:
        """A campaign keeps its first run and takes the new path of its sheet."""
        assert run(journal.campaign("may")) is None
        run(journal.remember_campaign(Campaign("may", "/old.xlsx", "r1", CHECKED)))
        run(journal.remember_campaign(Campaign("may", "/new.xlsx", "r2", "later")))
        assert run(journal.campaign("may")) == Campaign("may", "/new.xlsx", "r1", CHECKED)

    def test_a_key_mark_is_replaced(self, run: Runs, journal: Journal) -> None:
        """An account has the mark that was confirmed last."""
        assert run(journal.key_mark("a")) is None
        run(journal.remember_key_mark("a", "one"))
        run(journal.remember_key_mark("a", "two"))
        assert run(journal.key_mark("a")) == "two"


class TestAdding:
    """Orders come in, change, drop out and return."""

    def test_an_added_order_is_ready_as_it_was_validated(
        self, run: Runs, journal: Journal, order: Orders
    ) -> None:
        """A new order is READY with all its values."""
        one = order(7)
        (found,) = run(journal.add([one], "r1"))
        assert (found.state, found.row, found.key, found.account) == (State.READY, 7, one.key, one.account)
        assert (found.rate, found.estimate, found.currency) == (Decimal("2.5"), Decimal("1.25"), "VND")
        assert found.parameters == dict(one.parameters)
        assert run(journal.submissions()) == [found]

    def test_orders_come_back_in_the_order_given(self, run: Runs, journal: Journal, order: Orders) -> None:
        """`add` answers in the order it was asked, `submissions` in the order of first adding."""
        run(journal.add([order(2), order(1)], "r1"))
        found = run(journal.add([order(1), order(3), order(2)], "r2"))
        assert [one.row for one in found] == [1, 3, 2]
        assert [one.row for one in run(journal.submissions())] == [2, 1, 3]

    def test_adding_again_changes_nothing(self, run: Runs, journal: Journal, order: Orders) -> None:
        """The same orders a second time write no event."""
        run(journal.add([order(1)], "r1"))
        before = run(journal.events())
        run(journal.add([order(1)], "r2"))
        assert run(journal.events()) == before

    def test_a_ready_order_takes_new_values(self, run: Runs, journal: Journal, order: Orders) -> None:
        """A READY order takes the new rate, estimate, parameters and row, and an event tells it."""
        one = order(1)
        run(journal.add([one], "r1"))
        changed = dataclasses.replace(
            one,
            order=dataclasses.replace(one.order, row=9),
            rate=Decimal(3),
            estimate=Decimal("1.5"),
            parameters={**one.parameters, "quantity": "600"},
        )
        (found,) = run(journal.add([changed], "r2"))
        assert (found.row, found.rate, found.estimate) == (9, Decimal(3), Decimal("1.5"))
        assert found.parameters["quantity"] == "600"
        assert [event.kind for event in run(journal.events())] == ["add", "change"]

    def test_a_placed_order_only_takes_the_row(
        self, run: Runs, journal: Journal, order: Orders, placed: Place
    ) -> None:
        """What was sent stays as it was sent."""
        placed(1)
        one = order(1)
        moved = dataclasses.replace(one, order=dataclasses.replace(one.order, row=9), rate=Decimal(3))
        (found,) = run(journal.add([moved], "r2"))
        assert (found.row, found.rate, found.state) == (9, Decimal("2.5"), State.PLACED)

    def test_a_dropped_order_returns(self, run: Runs, journal: Journal, order: Orders) -> None:
        """An order that left the sheet is DROPPED, and READY again when it comes back."""
        one = order(1)
        run(journal.add([one], "r1"))
        run(journal.drop([one.key], "r2"))
        assert run(journal.submissions())[0].state is State.DROPPED
        assert not run(journal.claim(one.key, "a1", "r2"))
        (found,) = run(journal.add([one], "r3"))
        assert found.state is State.READY
        assert [event.kind for event in run(journal.events())] == ["add", "drop", "return"]

    def test_dropping_leaves_placed_orders_alone(self, run: Runs, journal: Journal, placed: Place) -> None:
        """Only READY orders are dropped."""
        key = placed(1)
        run(journal.drop([key], "r2"))
        assert run(journal.submissions())[0].state is State.PLACED

    def test_again_is_for_rejected_orders_only(
        self, run: Runs, journal: Journal, order: Orders, placed: Place
    ) -> None:
        """A REJECTED order is READY by a person's word and can be claimed; a placed one can't."""
        one = order(2)
        run(journal.add([one], "r1"))
        run(journal.claim(one.key, "b1", "r1"))
        assert run(journal.record("b1", REFUSED)).state is State.REJECTED
        run(journal.again([one.key], "r2"))
        assert run(journal.claim(one.key, "b2", "r2"))
        with pytest.raises(IllegalTransition):
            run(journal.again([placed(1)], "r2"))

    def test_thousands_of_orders_are_added_and_found_at_once(
        self, run: Runs, journal: Journal, order: Orders
    ) -> None:
        """Any number of keys may be asked for."""
        orders = [order(number) for number in range(1, 5001)]
        assert len(run(journal.add(orders, "r1"))) == 5000
        assert len(run(journal.submissions(keys=[one.key for one in orders]))) == 5000


class TestFinding:
    """What is asked of the journal."""

    def test_all_that_is_given_must_match(self, run: Runs, journal: Journal, placed: Place) -> None:
        """Each condition narrows the answer."""
        first, second = placed(1), placed(2, campaign="june")
        third = placed(3, account="other.example.com", key="k3")

        def found(**conditions: Any) -> list[str]:
            return [one.key for one in run(journal.submissions(**conditions))]

        assert found(campaign="may") == [first, third]
        assert found(order_ids=["91", "92", "nobody's"]) == [first, second]
        assert found(accounts=["other.example.com"]) == [third]
        assert found(states=[State.PLACED], campaign="june") == [second]
        assert found(states=[State.READY]) == []
        assert found(keys=[]) == []
        assert found(keys=[first, second], campaign="june") == [second]

    def test_open_orders_are_placed_and_not_final(
        self, run: Runs, journal: Journal, order: Orders, placed: Place
    ) -> None:
        """A final status closes an order; one that isn't placed was never open."""
        still, done = placed(1), placed(2)
        run(journal.add([order(3)], "r1"))
        run(journal.deliver([(done, DeliveryReport("92", status="Completed"))], CHECKED, "r2"))
        assert [one.key for one in run(journal.submissions(open_only=True))] == [still]

    def test_alike_finds_the_earliest_committed_order(
        self, run: Runs, journal: Journal, order: Orders, placed: Place
    ) -> None:
        """The same purchase of another campaign is found by its fingerprint, until it is too old."""
        first = placed(1)
        placed(2, fingerprint=order(1).fingerprint)
        run(journal.add([order(3)], "r1"))
        prints = [order(number).fingerprint for number in (1, 2, 3)]
        long_ago = (datetime.now(UTC) - timedelta(days=30)).isoformat()
        assert {mark: one.key for mark, one in run(journal.alike(prints, long_ago)).items()} == {
            prints[0]: first
        }
        soon = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
        assert run(journal.alike(prints, soon)) == {}

    def test_a_rejected_order_is_no_duplicate(self, run: Runs, journal: Journal, order: Orders) -> None:
        """What was refused may be bought elsewhere."""
        run(journal.add([order(1)], "r1"))
        run(journal.claim(order(1).key, "a1", "r1"))
        run(journal.record("a1", REFUSED))
        assert run(journal.alike([order(1).fingerprint], CHECKED)) == {}

    def test_alike_understands_any_offset(
        self, run: Runs, journal: Journal, order: Orders, placed: Place
    ) -> None:
        """A moment with another offset than UTC means the same moment."""
        placed(1)
        earlier = datetime.now(UTC) - timedelta(minutes=1)
        other = earlier.astimezone(timezone(timedelta(hours=7))).isoformat()
        assert run(journal.alike([order(1).fingerprint], other))


class TestAttempts:
    """Claimed before the first byte, recorded when the answer is there."""

    def test_an_accepted_attempt_places_the_order(self, run: Runs, journal: Journal, order: Orders) -> None:
        """The answer's ids, charge and message are the order's."""
        one = order(1)
        run(journal.add([one], "r1"))
        assert run(journal.claim(one.key, "a1", "r1"))
        assert run(journal.submissions())[0].state is State.SENDING
        outcome = Outcome(
            Verdict.ACCEPTED, order_ids=("5", "6"), message="ok", charge=Decimal("1.20"), answer='{"order":5}'
        )
        found = run(journal.record("a1", outcome))
        assert (found.state, found.order_ids, found.charge) == (State.PLACED, ("5", "6"), Decimal("1.20"))
        assert (found.message, found.answer) == ("ok", '{"order":5}')
        assert found.sent_at is not None
        assert found.placed_at is not None
        (attempt,) = run(journal.attempts(one.key))
        assert (attempt.outcome, attempt.order_ids, attempt.number) == ("accepted", ("5", "6"), 1)
        assert run(journal.events())[-1].facts["charge"] == [None, "1.20"]

    def test_only_one_of_fifty_claims_wins(self, run: Runs, journal: Journal, order: Orders) -> None:
        """Fifty tasks that claim the same order get one True."""
        one = order(1)
        run(journal.add([one], "r1"))

        async def all_at_once() -> list[bool]:
            return await asyncio.gather(*(journal.claim(one.key, f"a{number}", "r1") for number in range(50)))

        assert sum(run(all_at_once())) == 1
        assert len(run(journal.attempts(one.key))) == 1

    def test_only_ready_orders_are_claimed(
        self, run: Runs, journal: Journal, order: Orders, placed: Place
    ) -> None:
        """Sending, in doubt, rejected and placed orders are somebody else's."""
        lost, refused = order(2), order(3)
        run(journal.add([lost, refused], "r1"))
        run(journal.claim(lost.key, "b1", "r1"))
        assert not run(journal.claim(lost.key, "b2", "r1"))
        run(journal.record("b1", LOST))
        run(journal.claim(refused.key, "c1", "r1"))
        run(journal.record("c1", REFUSED))
        for key in (placed(1), lost.key, refused.key):
            assert not run(journal.claim(key, f"x{key}", "r2"))

    def test_a_missed_attempt_leaves_the_order_ready(
        self, run: Runs, journal: Journal, order: Orders
    ) -> None:
        """Proof that nothing left lets the order be claimed again."""
        one = order(1)
        run(journal.add([one], "r1"))
        run(journal.claim(one.key, "a1", "r1"))
        found = run(journal.record("a1", NOT_SENT))
        assert (found.state, found.sent_at) == (State.READY, None)
        assert run(journal.claim(one.key, "a2", "r1"))

    def test_an_unknown_order_or_attempt_is_an_error(self, run: Runs, journal: Journal) -> None:
        """What the journal never heard of is told, with the ids that would be lost."""
        with pytest.raises(JournalError, match=r"journal\.unknown_order"):
            run(journal.claim("nobody", "a1", "r1"))
        with pytest.raises(JournalError, match=r"journal\.unknown_attempt.*99"):
            run(journal.record("a1", Outcome(Verdict.ACCEPTED, order_ids=("99",))))

    def test_an_attempt_id_is_used_once(self, run: Runs, journal: Journal, order: Orders) -> None:
        """Two orders can't be claimed under one attempt."""
        run(journal.add([order(1), order(2)], "r1"))
        run(journal.claim(order(1).key, "a1", "r1"))
        with pytest.raises(JournalError, match=r"journal\.attempt_known"):
            run(journal.claim(order(2).key, "a1", "r1"))

    def test_an_id_twice_is_in_doubt(
        self, run: Runs, journal: Journal, order: Orders, placed: Place, accept: Accept
    ) -> None:
        """An order id that is another order's proves nothing: the order is in doubt, the evidence kept."""
        placed(1, "77")
        one = order(2)
        run(journal.add([one], "r1"))
        run(journal.claim(one.key, "b1", "r1"))
        found = run(journal.record("b1", accept("77")))
        assert (found.state, found.order_ids) == (State.IN_DOUBT, ())
        (attempt,) = run(journal.attempts(one.key))
        assert (attempt.outcome, attempt.kind, attempt.order_ids) == ("in_doubt", "duplicate_id", ("77",))

    def test_the_same_id_on_another_account_is_another_order(
        self, run: Runs, journal: Journal, placed: Place
    ) -> None:
        """Order ids are unique within an account only."""
        placed(1, "77")
        placed(2, "77", account="other.example.com", key="k2")
        assert len(run(journal.submissions(order_ids=["77"]))) == 2

    def test_an_answer_recorded_twice_changes_nothing(
        self, run: Runs, journal: Journal, placed: Place, accept: Accept
    ) -> None:
        """A spooled answer that had been recorded after all is no second event."""
        placed(1)
        before = run(journal.events())
        assert run(journal.record("a1", accept("91"))).order_ids == ("91",)
        assert run(journal.events()) == before

    def test_odd_text_of_a_panel_is_kept(self, run: Runs, journal: Journal, order: Orders) -> None:
        """Half a surrogate pair or a NUL in an answer loses no order id."""
        one = order(1)
        run(journal.add([one], "r1"))
        run(journal.claim(one.key, "a1", "r1"))
        odd = "\ud83d\0"
        found = run(
            journal.record("a1", Outcome(Verdict.ACCEPTED, order_ids=("5",), message=odd, answer=odd))
        )
        assert found.order_ids == ("5",)
        assert "ud83d" in found.message


class TestDoubt:
    """Lost, found, ruled out, and the answers that come late."""

    @pytest.fixture
    def key(self, run: Runs, journal: Journal, order: Orders) -> str:
        """Return the key of an order in doubt, by attempt a1."""
        one = order(1)
        run(journal.add([one], "r1"))
        run(journal.claim(one.key, "a1", "r1"))
        run(journal.record("a1", LOST))
        return one.key

    def test_dangling_attempts_and_requests_become_in_doubt(
        self, run: Runs, journal: Journal, order: Orders, placed: Place
    ) -> None:
        """What was under way when a run died is in doubt at the next."""
        asked = placed(1)
        run(journal.ask([request(asked)], "r1"))
        run(journal.add([order(2)], "r1"))
        run(journal.claim(order(2).key, "b1", "r1"))
        lost = {one.key: one for one in run(journal.lose_dangling("r2"))}
        assert lost[order(2).key].state is State.IN_DOUBT
        assert lost[asked].state is State.PLACED
        assert lost[asked].requests[0].state is RequestState.IN_DOUBT
        assert run(journal.lose_dangling("r3")) == []

    def test_a_late_answer_finds_the_order(
        self, run: Runs, journal: Journal, key: str, accept: Accept
    ) -> None:
        """An order in doubt is placed by its own late answer."""
        found = run(journal.record("a1", accept("5")))
        assert (found.key, found.state, found.order_ids) == (key, State.PLACED, ("5",))

    def test_a_late_refusal_settles_the_doubt(self, run: Runs, journal: Journal, key: str) -> None:
        """An order in doubt is rejected by its own late answer."""
        found = run(journal.record("a1", REFUSED))
        assert (found.key, found.state) == (key, State.REJECTED)

    def test_late_proof_that_nothing_left_rules_the_attempt_out(
        self, run: Runs, journal: Journal, key: str
    ) -> None:
        """An attempt that says itself that it never sent is evidence."""
        assert run(journal.record("a1", NOT_SENT)).state is State.READY
        assert run(journal.claim(key, "a2", "r2"))

    def test_an_order_ruled_out_can_be_sent_again(self, run: Runs, journal: Journal, key: str) -> None:
        """By a person's word, with its reason in the record."""
        assert run(journal.resolve(key, "rule out", reason="support says no", run="r2")).state is State.READY
        assert run(journal.events(key=key))[-1].facts["reason"] == "support says no"
        assert run(journal.claim(key, "a2", "r2"))

    def test_an_active_order_after_ruling_out_may_be_the_lost_one(
        self, run: Runs, journal: Journal, key: str
    ) -> None:
        """The panel holds such an order already: after a ruled-out attempt that is a doubt, not a refusal."""
        run(journal.resolve(key, "rule out", run="r2"))
        run(journal.claim(key, "a2", "r2"))
        again = run(journal.record("a2", ACTIVE))
        assert (again.state, again.message) == (State.IN_DOUBT, "active order")
        assert replay(run(journal.events()))[key].state is State.IN_DOUBT
        assert not run(journal.claim(key, "a3", "r3"))

    def test_an_active_order_without_an_earlier_attempt_is_a_refusal(
        self, run: Runs, journal: Journal, order: Orders
    ) -> None:
        """A fresh order can't be what the panel holds already: it is rejected, and may be tried later."""
        fresh = order(2)
        run(journal.add([fresh], "r1"))
        for attempt in ("b1", "b2"):
            run(journal.claim(fresh.key, attempt, "r1"))
            assert run(journal.record(attempt, ACTIVE)).state is State.REJECTED
            run(journal.again([fresh.key], "r2"))

    def test_an_accepted_answer_after_ruling_out_places_the_order(
        self, run: Runs, journal: Journal, key: str, accept: Accept
    ) -> None:
        """Ruled out, and yet its answer came: placed, and not sendable."""
        run(journal.resolve(key, "rule out", run="r2"))
        assert run(journal.record("a1", accept("5"))).state is State.PLACED
        assert run(journal.events(key=key))[-1].kind == "late"
        assert not run(journal.claim(key, "a2", "r3"))

    def test_both_ids_are_kept_where_a_ruled_out_order_was_sent_again(
        self, run: Runs, journal: Journal, key: str, accept: Accept
    ) -> None:
        """The late answer comes while the second attempt is under way: no id is lost, one attempt is live."""
        run(journal.resolve(key, "rule out", run="r2"))
        run(journal.claim(key, "a2", "r2"))
        assert run(journal.record("a1", accept("5"))).order_ids == ("5",)
        found = run(journal.record("a2", accept("6")))
        assert (found.state, found.order_ids) == (State.PLACED, ("5", "6"))
        assert [one.outcome for one in run(journal.attempts(key))] == ["ruled_out", "accepted"]

    def test_a_found_order_has_the_ids_a_person_gave(self, run: Runs, journal: Journal, key: str) -> None:
        """`find` places the order under these ids."""
        found = run(journal.resolve(key, "find", order_ids=["5"], run="r2"))
        assert (found.state, found.order_ids) == (State.PLACED, ("5",))
        assert run(journal.submissions(order_ids=["5"])) == [found]
        assert replay(run(journal.events()))[key].order_ids == ("5",)

    def test_find_needs_an_id_of_its_own(self, run: Runs, journal: Journal, key: str, placed: Place) -> None:
        """No id, or one that is another order's, leaves the order in doubt."""
        placed(2, "77")
        with pytest.raises(JournalError, match=r"journal\.find_needs_id"):
            run(journal.resolve(key, "find", run="r2"))
        with pytest.raises(JournalError, match=r"journal\.order_id_taken"):
            run(journal.resolve(key, "find", order_ids=["5", "77"], run="r2"))
        assert run(journal.submissions(keys=[key]))[0].state is State.IN_DOUBT
        assert run(journal.submissions(order_ids=["5"])) == []

    def test_a_rejected_order_can_be_suspected(self, run: Runs, journal: Journal, key: str) -> None:
        """The books show a charge: in doubt, not sendable by `again`, found by its id."""
        run(journal.record("a1", REFUSED))
        assert run(journal.resolve(key, "suspect", reason="charged", run="r2")).state is State.IN_DOUBT
        with pytest.raises(IllegalTransition):
            run(journal.again([key], "r3"))
        assert run(journal.resolve(key, "find", order_ids=["5"], run="r3")).state is State.PLACED

    @pytest.mark.parametrize("answer", [REFUSED, NOT_SENT])
    def test_a_suspicion_outlives_the_attempts_own_word(
        self, run: Runs, journal: Journal, key: str, answer: Outcome
    ) -> None:
        """Where the books show a charge, a refusal that comes again does not clear the order."""
        run(journal.record("a1", REFUSED))
        run(journal.resolve(key, "suspect", run="r2"))
        assert run(journal.record("a1", answer)).state is State.IN_DOUBT

    @pytest.mark.parametrize("event", ["accept", "late", "nonsense"])
    def test_resolve_takes_no_other_event(self, run: Runs, journal: Journal, key: str, event: str) -> None:
        """Only the words a person may say settle an order."""
        with pytest.raises(IllegalTransition):
            run(journal.resolve(key, event, order_ids=["5"], run="r2"))

    def test_an_accepted_answer_without_an_id_is_in_doubt(
        self, run: Runs, journal: Journal, order: Orders, accept: Accept
    ) -> None:
        """An order is placed only under an id."""
        run(journal.add([order(2)], "r1"))
        run(journal.claim(order(2).key, "b1", "r1"))
        assert run(journal.record("b1", accept())).state is State.IN_DOUBT


class TestDeliveries:
    """What the panel tells of placed orders."""

    def test_a_report_is_taken_in_with_what_was_before(
        self, run: Runs, journal: Journal, placed: Place
    ) -> None:
        """Charge, status and counts are the order's, and the event tells them before and after."""
        key = placed(1)
        first = DeliveryReport("91", "In progress", Decimal("1.25"), "VND", 168, 500)
        last = DeliveryReport("91", "Partial", Decimal("1.00"), None, None, 100)
        assert run(journal.deliver([(key, first)], CHECKED, "r2")) == 1
        assert run(journal.deliver([(key, last)], CHECKED, "r3")) == 1
        (found,) = run(journal.submissions())
        assert (found.status, found.charge, found.start_count, found.remains) == (
            "Partial",
            Decimal("1.00"),
            168,
            100,
        )
        facts = run(journal.events(key=key))[-1].facts
        assert facts["charge"] == ["1.25", "1.00"]
        assert facts["status"] == ["In progress", "Partial"]
        assert facts["currency"] == ["VND", "VND"]

    def test_an_unchanged_order_writes_no_event(self, run: Runs, journal: Journal, placed: Place) -> None:
        """The same report twice is one change; an equal charge in other digits is none."""
        key = placed(1)
        report = DeliveryReport("91", "Pending", Decimal("2.5"))
        run(journal.deliver([(key, report)], CHECKED, "r2"))
        before = run(journal.events())
        same = dataclasses.replace(report, charge=Decimal("2.50"))
        assert run(journal.deliver([(key, same)], "2026-05-05T10:00:00+00:00", "r3")) == 0
        assert run(journal.events()) == before
        assert run(journal.submissions())[0].checked_at == "2026-05-05T10:00:00+00:00"

    def test_an_error_changes_the_message_alone_until_it_passes(
        self, run: Runs, journal: Journal, placed: Place
    ) -> None:
        """A panel that does not know the order for once takes nothing away."""
        key = placed(1)
        run(journal.deliver([(key, DeliveryReport("91", "Completed", Decimal(1)))], CHECKED, "r2"))
        run(journal.deliver([(key, DeliveryReport("91", error="Incorrect order ID"))], CHECKED, "r3"))
        (found,) = run(journal.submissions())
        assert (found.status, found.charge, found.message) == ("Completed", Decimal(1), "Incorrect order ID")
        run(journal.deliver([(key, DeliveryReport("91", "Completed"))], CHECKED, "r4"))
        assert run(journal.submissions())[0].message == "ok"

    def test_a_number_no_column_holds_is_not_known(self, run: Runs, journal: Journal, placed: Place) -> None:
        """A panel's garbage stops no status pass."""
        key = placed(1)
        run(journal.deliver([(key, DeliveryReport("91", "Pending", remains=10**30))], CHECKED, "r2"))
        assert run(journal.submissions())[0].remains is None

    def test_only_placed_orders_are_told_of(self, run: Runs, journal: Journal, order: Orders) -> None:
        """A report of an order that isn't placed is a mistake of ours."""
        run(journal.add([order(1)], "r1"))
        with pytest.raises(IllegalTransition):
            run(journal.deliver([(order(1).key, DeliveryReport("1"))], CHECKED, "r2"))
        with pytest.raises(JournalError, match=r"journal\.unknown_order"):
            run(journal.deliver([("nobody", DeliveryReport("1"))], CHECKED, "r2"))


class TestRequests:
    """Refills and cancels."""

    def test_a_request_is_kept_with_its_order(self, run: Runs, journal: Journal, placed: Place) -> None:
        """It is ASKING before it is asked for, then what the panel made of it."""
        key = placed(1)
        asked = request(key)
        run(journal.ask([asked], "r2"))
        assert run(journal.requests(open_only=True)) == [asked]
        taken = dataclasses.replace(asked, state=RequestState.ACCEPTED, request_id="7")
        run(journal.answer([taken], "r2"))
        done = dataclasses.replace(taken, state=RequestState.DONE, status="Completed")
        run(journal.answer([done], "r3"))
        run(journal.answer([done], "r3"))
        assert run(journal.submissions())[0].requests == (done,)
        assert run(journal.requests(open_only=True)) == []
        assert [event.after for event in run(journal.events(key=key)) if event.kind == "refill"] == [
            "asking",
            "accepted",
            "done",
        ]

    def test_one_of_a_kind_is_open_at_a_time(self, run: Runs, journal: Journal, placed: Place) -> None:
        """A second refill waits for the first's answer; a cancel is another kind."""
        key = placed(1)
        run(journal.ask([request(key)], "r2"))
        with pytest.raises(JournalError, match=r"journal\.request_open"):
            run(journal.ask([request(key, "q2")], "r2"))
        run(journal.ask([request(key, "q3", RequestKind.CANCEL)], "r2"))
        assert [one.id for one in run(journal.requests(kind=RequestKind.CANCEL))] == ["q3"]
        refused = dataclasses.replace(request(key), state=RequestState.REFUSED, message="too early")
        run(journal.answer([refused], "r2"))
        run(journal.ask([request(key, "q2")], "r3"))
        assert [one.id for one in run(journal.requests(keys=[key], kind=RequestKind.REFILL))] == ["q1", "q2"]

    def test_a_request_obeys_its_state_machine(self, run: Runs, journal: Journal, placed: Place) -> None:
        """What was refused is never done; an answer to nothing is an error."""
        key = placed(1)
        run(journal.ask([request(key)], "r2"))
        run(journal.answer([dataclasses.replace(request(key), state=RequestState.REFUSED)], "r2"))
        with pytest.raises(IllegalTransition):
            run(journal.answer([dataclasses.replace(request(key), state=RequestState.DONE)], "r2"))
        with pytest.raises(JournalError, match=r"journal\.unknown_request"):
            run(journal.answer([request(key, "q9")], "r2"))

    def test_a_failed_batch_of_requests_records_none(
        self, run: Runs, journal: Journal, placed: Place
    ) -> None:
        """One impossible request takes its whole batch back."""
        key, other = placed(1), placed(2)
        run(journal.ask([request(key)], "r2"))
        with pytest.raises(JournalError):
            run(journal.ask([request(other, "q2"), request(key, "q3")], "r2"))
        assert [one.id for one in run(journal.requests())] == ["q1"]


class TestRecord:
    """The append-only record."""

    def test_events_are_numbered_without_a_gap(self, run: Runs, journal: Journal, placed: Place) -> None:
        """Even failed operations leave no hole, and any part can be asked for."""
        placed(1)
        with pytest.raises(IllegalTransition):
            run(journal.again([placed(2)], "r1"))
        numbers = [event.seq for event in run(journal.events())]
        assert numbers == list(range(1, len(numbers) + 1))
        assert [event.seq for event in run(journal.events(after=2, limit=3))] == [3, 4, 5]

    def test_all_is_kept_over_closing(
        self, run: Runs, reopen: Reopen, journal: Journal, placed: Place
    ) -> None:
        """A journal that is opened again says the same."""
        placed(1)
        before = run(journal.submissions()), run(journal.events()), journal.id
        run(journal.close())
        again = run(reopen())
        assert (run(again.submissions()), run(again.events()), again.id) == before
        run(again.close())

    def test_a_closed_journal_says_so(self, run: Runs, journal: Journal) -> None:
        """Nothing waits for ever on a journal that is closed; closing twice is harmless."""
        run(journal.close())
        run(journal.close())
        with pytest.raises(JournalError, match=r"journal\.closed"):
            run(journal.runs())

    def test_the_events_replay_to_the_state(
        self, run: Runs, journal: Journal, order: Orders, placed: Place
    ) -> None:
        """What the events tell of an order is what its row says."""
        key = placed(1)
        run(
            journal.deliver([(key, DeliveryReport("91", "Partial", Decimal(1), "USD", 3, -2))], CHECKED, "r2")
        )
        run(journal.add([order(2)], "r1"))
        run(journal.drop([order(2).key], "r2"))
        told = replay(run(journal.events()))
        for found in run(journal.submissions()):
            assert (told[found.key].state, told[found.key].order_ids) == (found.state, found.order_ids)
        assert (told[key].charge, told[key].status, told[key].currency, told[key].remains) == (
            "1",
            "Partial",
            "USD",
            -2,
        )
