"""Which placed orders a refill or cancel may be asked for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bulkorders.model.catalogue import Service
from bulkorders.model.lifecycle import RequestKind, RequestState, State
from bulkorders.model.orders import Request, Submission
from bulkorders.panel.profiles import Profile
from bulkorders.tracking.eligibility import Target, automatic, left_out, targets

AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
ORDER = Submission(
    key="k",
    account="panel.example.com",
    campaign="may",
    fingerprint="f",
    service="1",
    link="https://example.com/a",
    quantity=500,
    parameters={},
    state=State.PLACED,
    row=2,
    order_ids=("91",),
    status="Completed",
    placed_at="2026-05-01T12:00:00+00:00",
)
PROFILE = Profile("own", "https://panel.example.com", "key", "panel.example.com")


def asked(kind, state, hours, order_id="91"):
    """Return a request of so many hours ago."""
    return Request("r", "k", order_id, kind, state, (AT - timedelta(hours=hours)).isoformat())


def reason(kind, order, **service):
    """Return the code of the reason, or None."""
    listed = Service("1", "Views", **service) if service else None
    found = left_out(kind, Target(order, "91"), listed, PROFILE, AT)
    return found.code if found else None


@pytest.mark.parametrize(
    ("status", "service", "expected"),
    [
        ("Completed", {"refill": True}, None),
        ("Completed", {"refill": None}, None),
        ("Completed", {}, None),
        ("Completed", {"refill": False}, "request.no_refill"),
        ("Partial", {"refill": True}, "request.not_completed"),
        ("Canceled", {"refill": True}, "request.not_completed"),
        (None, {"refill": True}, "request.not_completed"),
    ],
)
def test_a_refill_is_for_completed_orders_of_services_that_do_not_say_no(status, service, expected):
    """What the catalogue does not say is no reason; what it denies is."""
    assert reason(RequestKind.REFILL, replace(ORDER, status=status), **service) == expected


@pytest.mark.parametrize(
    ("state", "hours", "expected"),
    [
        (RequestState.ACCEPTED, 23, "request.asked_lately"),
        (RequestState.DONE, 23, "request.asked_lately"),
        (RequestState.DONE, 25, None),
        (RequestState.REFUSED, 1, None),
        (RequestState.FAILED, 1, None),
        (RequestState.IN_DOUBT, 999, "request.in_doubt"),
        (RequestState.ASKING, 999, "request.in_doubt"),
    ],
)
def test_a_refill_taken_lately_or_in_doubt_keeps_from_another(state, hours, expected):
    """One that the panel turned down does not; one in doubt does for ever."""
    order = replace(ORDER, requests=(asked(RequestKind.REFILL, state, hours),))
    assert reason(RequestKind.REFILL, order, refill=True) == expected


def test_a_panel_may_refill_other_statuses_and_sooner():
    """The profile says which statuses, and how long after the last one."""
    profile = replace(PROFILE, refill_statuses=frozenset({"Partial"}), refill_hours=1)
    order = replace(ORDER, status="Partial", requests=(asked(RequestKind.REFILL, RequestState.DONE, 2),))
    assert left_out(RequestKind.REFILL, Target(order, "91"), None, profile, AT) is None


@pytest.mark.parametrize(
    ("status", "requests", "service", "expected"),
    [
        ("Pending", (), {"cancel": True}, None),
        ("Pending", (), {"cancel": None}, None),
        (None, (), {}, None),
        ("Pending", (), {"cancel": False}, "request.no_cancel"),
        ("Completed", (), {"cancel": True}, "request.finished"),
        ("Partial", (), {"cancel": True}, "request.finished"),
        ("Pending", (RequestState.ACCEPTED,), {"cancel": True}, "request.is_asked"),
        ("Pending", (RequestState.IN_DOUBT,), {"cancel": True}, "request.in_doubt"),
        ("Pending", (RequestState.FAILED,), {"cancel": True}, None),
    ],
)
def test_a_cancel_is_for_open_orders_that_have_none_under_way(status, requests, service, expected):
    """Finished orders, services that say no, and cancels asked for already are left out."""
    made = tuple(asked(RequestKind.CANCEL, state, 1) for state in requests)
    assert reason(RequestKind.CANCEL, replace(ORDER, status=status, requests=made), **service) == expected


def test_only_the_named_ids_of_an_order_with_several_are_meant():
    """An order that became several at the panel is asked about as a whole, or by the ids given."""
    order = replace(ORDER, order_ids=("91", "92", "93"))
    assert [each.order_id for each in targets([order])] == ["91", "92", "93"]
    assert [each.order_id for each in targets([order], ["92"])] == ["92"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"remains": 10}, True),
        ({"remains": 0}, False),
        ({"remains": -2}, False),
        ({"remains": None}, False),
        ({"remains": 10, "refill": "yes"}, False),
        ({"remains": 10, "status": "Partial"}, False),
        ({"remains": 10, "placed_at": "2026-03-01T12:00:00+00:00"}, False),
        ({"remains": 10, "requests": (asked(RequestKind.REFILL, RequestState.REFUSED, 23),)}, False),
        ({"remains": 10, "requests": (asked(RequestKind.REFILL, RequestState.REFUSED, 25),)}, True),
    ],
)
def test_a_refill_is_automatic_where_some_is_missing_again(changes, expected):
    """Only where the row says so, the panel shows it, the order is not too old, and none was asked for lately."""
    order = replace(ORDER, **{"refill": "auto", **changes})
    assert automatic(order, "2026-04-04T12:00:00+00:00", PROFILE, AT) is expected
