"""What the journal tells of placed orders that are to be asked about, and what it writes of them."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bulkorders.journal.following import Wanted
from bulkorders.journal.protocol import Run
from bulkorders.model.lifecycle import RequestKind, RequestState
from bulkorders.model.orders import Request
from bulkorders.model.outcomes import DeliveryReport

ACCOUNT = "panel.example.com/api/v2"
LONG_AGO, LATER = "2000-01-01T00:00:00+00:00", "2999-01-01T00:00:00+00:00"
ALL = Wanted(LONG_AGO, LONG_AGO)


def asked(key, kind=RequestKind.REFILL, state=RequestState.ACCEPTED, **changes):
    """Return a request as it was answered."""
    told = Request(f"q{key}", key, "91", kind, state, "2026-05-04T10:00:00+00:00", request_id="7")
    return replace(told, **changes)


def put(run, journal, request):
    """Put a request into the journal, in its state."""
    run(journal.ask([request], "r"))
    run(journal.answer([request], "r"))


def due(run, journal, wanted=ALL):
    """Return the keys of the orders that are due, and see that they are counted so."""
    found = [each.key for each in run(journal.due(ACCOUNT, wanted))]
    assert run(journal.due_count(ACCOUNT, wanted)) == len(found)
    return found


class TestDue:
    """Which orders are asked about."""

    def test_open_ones_are_and_final_ones_are_not(self, run, journal, placed, order):
        """Nor are those not placed, nor those of another account."""
        first, second = placed(1), placed(2)
        run(journal.add([order(3)], "r"))
        placed(4, account="other.example.com")
        run(journal.deliver([(second, DeliveryReport("92", "Completed"))], LONG_AGO, "r"))
        assert due(run, journal) == [first]
        assert due(run, journal, replace(ALL, final=True)) == [first, second]

    def test_they_come_in_pages(self, run, journal, placed):
        """Each page goes on after the last one's number, and carries no more than it is asked for."""
        keys = [placed(number) for number in range(1, 6)]
        first = run(journal.due(ACCOUNT, ALL, limit=2))
        rest = run(journal.due(ACCOUNT, ALL, after=first[-1].seq, limit=9))
        assert [each.key for each in (*first, *rest)] == keys
        assert (first[0].order_ids, first[0].service, first[0].campaign) == (("91",), "1", "may")

    def test_those_checked_since_then_are_left_out(self, run, journal, placed):
        """What an interrupted run has asked about is not asked about again."""
        first, second = placed(1), placed(2)
        run(journal.deliver([(first, DeliveryReport("91", "Pending"))], "2026-05-04T10:00:00+00:00", "r"))
        assert due(run, journal, replace(ALL, unchecked_since="2026-05-04T09:00:00+00:00")) == [second]
        assert due(run, journal, replace(ALL, unchecked_since="2026-05-04T11:00:00+00:00")) == [first, second]

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({}, True),
            ({"state": RequestState.DONE}, False),
            ({"state": RequestState.IN_DOUBT}, False),
            ({"request_id": None}, False),
            ({"asked_at": "1999-01-01T00:00:00+00:00"}, False),
            ({"kind": RequestKind.CANCEL, "request_id": None}, True),
            ({"kind": RequestKind.CANCEL, "request_id": None, "state": RequestState.IN_DOUBT}, True),
        ],
    )
    def test_a_final_one_is_due_with_a_request_under_way(self, run, journal, placed, changes, expected):
        """A refill with an id that is not too old, or a cancel that is not settled."""
        key = placed(1)
        run(journal.deliver([(key, DeliveryReport("91", "Completed"))], LONG_AGO, "r"))
        request = asked(key, **changes)
        run(journal.ask([request], "r"))
        steps = [replace(request, state=RequestState.ACCEPTED)] if request.state is RequestState.DONE else []
        run(journal.answer([*steps, request], "r"))
        assert (due(run, journal) == [key]) is expected

    def test_a_completed_one_with_an_automatic_refill_is_due_for_its_time(self, run, journal, placed, order):
        """And it is among those that have dropped once some is missing."""
        row = replace(order(1).order, refill="auto")
        key = placed(1, order=row)
        run(journal.deliver([(key, DeliveryReport("91", "Completed", remains=0))], LONG_AGO, "r"))
        assert due(run, journal) == [key]
        assert due(run, journal, replace(ALL, auto_since=LATER)) == []
        assert run(journal.dropped(ACCOUNT, LONG_AGO)) == []
        run(journal.deliver([(key, DeliveryReport("91", "Completed", remains=5))], LONG_AGO, "r"))
        assert [each.key for each in run(journal.dropped(ACCOUNT, LONG_AGO))] == [key]
        assert run(journal.dropped(ACCOUNT, LATER)) == []


def test_an_unchanged_order_writes_nothing_but_when_it_was_checked(run, journal, placed):
    """No event, and no other value; a change among unchanged ones is written all the same."""
    keys = [placed(number) for number in (1, 2)]
    told = [(key, DeliveryReport("9", "Pending", Decimal("1.25"), "VND", 3, 500)) for key in keys]
    assert run(journal.deliver(told, LONG_AGO, "r")) == 2
    before, events = run(journal.submissions(keys=keys)), run(journal.last_event())
    assert run(journal.deliver(told, LATER, "r")) == 0
    assert run(journal.last_event()) == events
    assert run(journal.submissions(keys=keys)) == [replace(each, checked_at=LATER) for each in before]
    told[1] = (keys[1], DeliveryReport("9", "Completed"))
    assert run(journal.deliver(told, LATER, "r")) == 1


def test_campaigns_that_changed_since_an_event(run, journal, placed):
    """Each once, in the order in which they changed."""
    april, may = placed(1, campaign="april"), placed(2)
    event = run(journal.last_event())
    assert run(journal.changed_since(event)) == []
    run(journal.deliver([(may, DeliveryReport("92", "Pending"))], LONG_AGO, "r"))
    put(run, journal, asked(april))
    assert run(journal.changed_since(event)) == ["may", "april"]


def test_an_order_is_named_by_its_id_its_reference_and_its_key(run, journal, placed, order):
    """The beginning of a key is enough from six letters on."""
    key = placed(1, order=replace(order(1).order, reference="R-1"))
    placed(2)
    for name in ("91", "R-1", key, key[:6], key[:9].upper()):
        assert [each.key for each in run(journal.named(name))] == [key]
    assert run(journal.named(key[:5])) == []
    assert run(journal.named("R-")) == []


def test_how_long_completed_orders_took(run, journal, placed):
    """From when they were placed to when they were first seen completed; drip-feeds and open ones tell nothing."""
    key = placed(1)
    placed(2)
    drip = {"service": "1", "link": "x", "quantity": "5", "runs": "3", "interval": "60"}
    dripped = placed(3, parameters=drip)
    told = [(each, DeliveryReport("9", "Completed")) for each in (key, dripped)]
    run(journal.deliver(told, LONG_AGO, "r"))
    found = run(journal.durations(ACCOUNT))
    assert list(found) == ["1"]
    assert [0 <= took < 60 for took in found["1"]] == [True]


def test_open_orders_by_service_and_age(run, journal, placed):
    """Those placed before a time, with the minutes their runs lie apart; those for new posts last as they last."""
    plain = placed(1)
    drip = {"service": "1", "link": "x", "quantity": "5", "runs": "3", "interval": "60"}
    dripped = placed(2, parameters=drip)
    placed(3, parameters={"service": "1", "username": "x", "posts": "5", "min": "1", "max": "2"})
    found = run(journal.open_since(ACCOUNT, "1", LATER))
    assert [(each.key, each.dripping) for each in found] == [(plain, 0), (dripped, 120)]
    assert run(journal.open_since(ACCOUNT, "1", LONG_AGO)) == []
    assert run(journal.open_services(ACCOUNT)) == ["1"]
    assert run(journal.open_accounts()) == [ACCOUNT]


def test_requests_of_one_account(run, journal, placed):
    """Two panels may give the same id to a refill: they are told apart by the account."""
    own, other = placed(1), placed(2, account="other.example.com")
    for key in (own, other):
        put(run, journal, asked(key))
    assert [each.key for each in run(journal.requests(account=ACCOUNT))] == [own]


def test_runs_of_one_command_or_campaign(run, journal):
    """A run over several campaigns is one of each."""
    for number, (command, campaign) in enumerate(
        [("submit", "may, june"), ("refresh", "may"), ("daily", None)]
    ):
        run(journal.begin_run(Run(f"r{number}", command, campaign, None, None, LONG_AGO)))
    assert [each.command for each in run(journal.runs(campaign="may"))] == ["refresh", "submit"]
    assert [each.command for each in run(journal.runs(campaign="june"))] == ["submit"]
    assert [each.command for each in run(journal.runs(command="daily"))] == ["daily"]
    assert run(journal.runs(campaign="jun")) == []


def test_a_request_may_come_to_its_end_in_several_steps_at_once(run, journal, placed):
    """Each state follows the one before, and each is an event."""
    key = placed(1)
    doubtful = asked(key, RequestKind.CANCEL, RequestState.IN_DOUBT)
    put(run, journal, doubtful)
    steps = [replace(doubtful, state=state) for state in (RequestState.ACCEPTED, RequestState.DONE)]
    run(journal.answer(steps, "r"))
    told = [each.after for each in run(journal.events(key=key)) if each.kind == "cancel"]
    assert told == ["asking", "in_doubt", "accepted", "done"]
