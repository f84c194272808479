"""What holds of every ledger and every closing, whatever panels tell and balances show."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bulkorders.accounting.following import follow
from bulkorders.accounting.ledger import entries
from bulkorders.accounting.matching import matching
from bulkorders.accounting.movements import Movement
from bulkorders.journal.protocol import Event
from bulkorders.model.books import BalanceReading
from bulkorders.model.entries import EntryKind

ACCOUNT = "panel.example.com/api/v2"
AMOUNTS = st.decimals(min_value=0, max_value=20, places=3)
STATUSES = st.sampled_from(["Pending", "In progress", "Completed", "Partial", "Canceled", "Failed", "Hm"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("tell"), AMOUNTS | st.none(), STATUSES, st.integers(0, 500)),
        st.tuples(
            st.sampled_from(["lose", "find", "rule out", "claim", "accept", "reject", "suspect", "again"])
        ),
    ),
    max_size=14,
)
NEXT = {
    ("ready", "claim"): "sending",
    ("sending", "lose"): "in_doubt",
    ("sending", "accept"): "placed",
    ("sending", "reject"): "rejected",
    ("in_doubt", "find"): "placed",
    ("in_doubt", "rule out"): "ready",
    ("rejected", "suspect"): "in_doubt",
    ("rejected", "again"): "ready",
}


def events_of(steps):
    """Return the events of one order to which these steps happen, those left out that can't."""
    parameters = {"service": "1", "link": "https://example.com/1", "quantity": "500"}
    facts = {
        "account": ACCOUNT,
        "campaign": "c",
        "parameters": parameters,
        "estimate": "1.25",
        "currency": "VND",
    }
    made = [Event(1, at(1), "k", "add", None, "ready", "r", facts)]
    state, charge = "ready", None
    for kind, *more in steps:
        seq = len(made) + 1
        if kind == "tell" and state == "placed":
            told, status, remains = more
            charge = charge if told is None else format(told, "f")
            facts = {"charge": [None, charge], "status": [None, status], "remains": [None, remains]}
            made.append(Event(seq, at(seq), "k", "delivery", state, state, "r", facts))
        elif (state, kind) in NEXT:
            then = NEXT[state, kind]
            ids = {"order_ids": [str(seq)]} if then == "placed" else {}
            made.append(Event(seq, at(seq), "k", kind, state, then, "r", ids))
            state = then
    return made


def at(number):
    """Return a time, later for a higher number."""
    return f"2026-10-{1 + number // 24:02}T{number % 24:02}:00:00+00:00"


@given(STEPS)
def test_no_later_event_changes_an_earlier_line(steps):
    """The ledger of the first events is the beginning of the ledger of all of them."""
    events = events_of(steps)
    whole = list(entries(events, {}, "j"))
    for count in range(len(events)):
        first = list(entries(events[:count], {}, "j"))
        assert whole[: len(first)] == first
    assert len({line.id for line in whole}) == len(whole)


@given(STEPS)
def test_lines_come_to_what_an_order_has_cost(steps):
    """Never less than nothing, never more than was told; doubts and estimates are taken back in full."""
    events = events_of(steps)
    lines = list(entries(events, {}, "j"))
    cost = sum((line.amount for line in lines if line.moved), start=Decimal(0))
    told = [event.facts["charge"][1] for event in events if "charge" in event.facts]
    highest = max((Decimal(each) for each in told if each is not None), default=Decimal(0))
    assert 0 <= cost <= highest
    sums = {
        kind: sum((line.amount for line in lines if line.kind is kind), start=Decimal(0))
        for kind in (EntryKind.ESTIMATE, EntryKind.IN_DOUBT)
    }
    state = events[-1].after
    assert sums[EntryKind.IN_DOUBT] == (Decimal("1.25") if state == "in_doubt" else 0)
    assert sums[EntryKind.ESTIMATE] == (Decimal("1.25") if state in ("sending", "in_doubt", "placed") else 0)


def movement(kind, amount, expected, before):
    """Return a movement expected at this hour, possible from some hours before."""
    sign = -1 if kind in (EntryKind.REFUND, EntryKind.TOP_UP) else 1
    latest = at(expected + 3) if kind is EntryKind.TOP_UP else None
    return Movement(
        sign * amount,
        kind,
        at(expected),
        at(expected),
        at(max(expected - before, 0)),
        latest,
        promised=before == 2,
    )


MOVEMENTS = st.lists(
    st.builds(
        movement,
        st.sampled_from([EntryKind.CHARGE, EntryKind.REFUND, EntryKind.CHANGE, EntryKind.TOP_UP]),
        st.sampled_from([Decimal(each) for each in ("1", "1.25", "2.5", "3", "10")]),
        st.integers(1, 60),
        st.integers(0, 30),
    ),
    max_size=12,
)
READINGS = st.lists(
    st.tuples(
        st.integers(1, 60), st.sampled_from([Decimal(each) for each in ("100", "98.75", "96", "90", "110")])
    ),
    min_size=2,
    max_size=7,
    unique_by=lambda each: each[0],
)


@given(READINGS, MOVEMENTS)
def test_nothing_is_explained_twice_and_nothing_lost(told, movements):
    """What went between the first reading and any other is what moved by then, and the gaps."""
    readings = [
        BalanceReading(ACCOUNT, amount, "VND", at(hour), f"r{hour}", "start") for hour, amount in sorted(told)
    ]
    followed = follow(readings, movements)
    for place, reading in enumerate(readings):
        fell = readings[0].amount - reading.amount
        moved = sum(each.amount for each in followed.movements if 0 < each.moved_by <= place)
        gaps = sum(gap.amount for gap in followed.gaps if gap.after <= place)
        lacks = followed.held.get(place, Decimal(0)) - followed.held.get(0, Decimal(0))
        assert fell == moved + gaps + lacks
    assert all(each.amount < 0 for each in followed.movements if each.deduced and each.amount)


@given(st.lists(st.decimals(-5, 5, places=1), max_size=8), st.decimals(-9, 9, places=1))
def test_what_matches_comes_to_the_target(amounts, target):
    """The places that are named are different ones, and their amounts come to the target."""
    found = matching(target, amounts)
    if found is not None:
        assert len(set(found)) == len(found) > 0
        assert sum(amounts[place] for place in found) == target
