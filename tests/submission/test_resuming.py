"""What a run does about what it finds in the journal: decided without touching anything."""

from dataclasses import replace
from decimal import Decimal

from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Order, Submission, ValidatedOrder
from bulkorders.submission.resuming import finished, plan, vanished

SUBMISSION = Submission(
    "k1", "a", "c", "f", "1", "https://example.com/a", 500, {"service": "1"}, State.READY, row=2
)


def valid(key):
    """Return a validated order of this key."""
    order = Order(row=2, service="1", link="https://example.com/a", quantity=500)
    return ValidatedOrder(order, "a", "c", key, "f", {}, "Views", Decimal(1), 1000, Decimal(1))


def test_only_what_was_validated_now_is_sent():
    """A ready order of the journal that no valid row asks for is dropped, never sent."""
    decided = plan([valid("k2")], [], [SUBMISSION, replace(SUBMISSION, key="k3", state=State.IN_DOUBT)])
    assert [order.key for order in decided.send] == ["k2"]
    assert decided.drop == ("k1",)


def test_a_rejected_order_is_tried_again_only_when_it_is_valid_and_asked_for():
    """Rejected orders that are asked for again become ready; others stay."""
    decided = plan([valid("k1")], ["k1", "k9"], [])
    assert decided.again == ("k1",)


def test_a_campaign_is_finished_when_nothing_can_change():
    """Placed with a final status, rejected or dropped: finished. Open, in doubt or none at all: not."""
    done = replace(SUBMISSION, state=State.PLACED, status="Completed")
    assert finished([done, replace(SUBMISSION, state=State.REJECTED)])
    assert not finished([done, replace(done, status="In progress")])
    assert not finished([done, replace(SUBMISSION, state=State.IN_DOUBT)])
    assert not finished([])


def test_orders_that_cost_money_and_left_the_sheet_are_vanished():
    """Placed, sending and in-doubt orders whose keys the sheet does not have."""
    orders = [replace(SUBMISSION, key=state.value, state=state) for state in State]
    assert {each.key for each in vanished(orders, ["placed"])} == {"sending", "in_doubt"}
