"""When money moved: a charge that was first told with its refund taken off was all of it gone before."""

from decimal import Decimal

import pytest

from bulkorders.accounting.tracing import Known, movements_of
from bulkorders.model.books import BalanceReading
from bulkorders.model.entries import EntryKind, LedgerEntry
from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission

SENT, BEGUN, TOLD = "2026-09-02T01:00:00+00:00", "2026-09-03T01:00:00+00:00", "2026-09-03T01:00:02+00:00"


def traced(status, told, remains):
    """Return the movements of an order of 1000 pieces for 60, found after a crash, that was told like this."""
    order = Submission(
        key="k",
        account="panel",
        campaign="c",
        fingerprint="f",
        service="1",
        link="https://example.com/1",
        quantity=1000,
        parameters={},
        state=State.PLACED,
        row=2,
        estimate=Decimal(60),
        order_ids=("9",),
        charge=Decimal(told),
        status=status,
        remains=remains,
        sent_at=SENT,
    )
    line = LedgerEntry(
        "id", 5, TOLD, EntryKind.CHARGE, Decimal(told), "VND", "panel", "panel", "c", key="k", run="r"
    )
    reading = BalanceReading("panel", Decimal(100), "VND", BEGUN, "r", "start")
    found = movements_of([line], [reading], [], Known({"k": order}))
    return [(str(each.amount), each.kind, each.expected) for each in found]


def test_a_charge_told_with_its_refund_taken_off_is_two_movements():
    """The whole price was gone when it was sent, and the share came back before the run that told of it."""
    assert traced("Partial", "45", 250) == [
        ("60", EntryKind.CHARGE, SENT),
        ("-15", EntryKind.REFUND, BEGUN),
    ]


@pytest.mark.parametrize(
    ("status", "told", "remains"), [("Partial", "60", 250), ("Partial", "50", 250), ("Completed", "45", 0)]
)
def test_any_other_charge_is_one_movement(status, told, remains):
    """A charge as it was, one at another price, and one of a completed order moved as they were told."""
    assert traced(status, told, remains) == [(told, EntryKind.CHARGE, SENT)]
