"""A month's books: opening, what moved, closing, and what nothing explains."""

from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bulkorders.accounting.closing import Material, close
from bulkorders.accounting.months import month_of
from bulkorders.accounting.tracing import Known
from bulkorders.errors import CallError
from bulkorders.model.entries import EnteredKind
from bulkorders.model.outcomes import Verdict

NOW = "2027-01-01T00:00:00+00:00"
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture
def closed(office):
    """Close a month of the office's journal, and hold it to its own equation."""

    def closed_(month="2026-10", zone=None, now=NOW):
        journal = office.journal
        orders = {one.key: one for one in office.run(journal.submissions())}
        known = Known(orders, office.run(journal.ruled_out()))
        entered = office.run(journal.entered())
        material = Material(journal.id, office.ledger(), office.run(journal.readings()), entered, known)
        found = close(month_of(month, zone or ZoneInfo("UTC")), material, now=now).accounts
        for each in found:
            if each.opening is not None and each.closing is not None:
                gaps = sum((gap.amount for gap in each.gaps), start=Decimal(0))
                assert each.unexplained == gaps
        return found

    return closed_


def figures(account):
    """Return the account's equation as texts."""
    names = ("charges", "refunds", "top_ups", "unexplained")
    balances = [None if held is None else str(held.balance) for held in (account.opening, account.closing)]
    return (*balances, *(str(getattr(account, name)) for name in names))


def bought(office, number, charge="1.25", **told):
    """Place an order whose charge is told at once."""
    return office.place(office.order(number), charge=Decimal(charge), **told)


def test_a_quiet_month_closes(office, closed):
    """Opening less charges is closing; nothing is unexplained."""
    office.read("100")
    bought(office, 1)
    bought(office, 2)
    office.read("97.5", moment="end")
    assert figures(closed()[0]) == ("100", "97.5", "2.5", "0", "0", "0")


def test_a_charge_told_after_the_reading_is_not_unexplained(office, closed):
    """Money that was gone by the reading and told in the next month stands between the two, by name."""
    office.on(2026, 10, 31, 22)
    office.read("100")
    key = office.place(office.order(1))
    office.read("98.75", moment="end")
    assert figures(closed()[0]) == ("100", "100", "0", "0", "0", "0")
    assert closed()[0].closing.uncharged == Decimal("1.25")
    office.on(2026, 11, 2, 9)
    office.read("98.75", run="r2")
    office.tell(key, "1.25", "Completed")
    october, november = closed()[0], closed("2026-11")[0]
    assert figures(october) == ("100", "100", "0", "0", "0", "0")
    assert (october.closing.reading, october.closing.not_told) == (Decimal("98.75"), Decimal("1.25"))
    assert figures(november) == ("100", "98.75", "1.25", "0", "0", "0")


def test_a_refund_found_by_a_run_was_there_before_its_first_reading(office, closed):
    """The run reads the balance, then is told of the cancellation: the rise before it is explained."""
    office.read("100")
    key = bought(office, 1)
    office.read("98.75", moment="end")
    office.on(2026, 10, 9, 9)
    office.read("100", run="r2")
    office.tell(key, None, "Canceled")
    account = closed()[0]
    assert figures(account) == ("100", "100", "1.25", "1.25", "0", "0")
    assert account.paid_in == ()


def test_refunds_that_another_run_tells_later_are_no_payment(office, closed):
    """A reading that holds refunds nobody has told of yet is explained once they are, and not by a top-up."""
    office.read("100")
    keys = [bought(office, number) for number in range(1, 5)]
    office.read("95", moment="end")
    office.on(2026, 10, 9, 9)
    office.read("97.5", run="r5")
    for key in keys[:2]:
        office.tell(key, None, "Canceled")
    office.read("97.5", run="r6")
    assert figures(closed()[0]) == ("100", "97.5", "5", "2.5", "0", "0")


def test_a_refund_of_the_last_night_is_booked_in_the_next_month(office, closed):
    """Paid back before the border and told after it: the closing is the next opening, and both come out."""
    office.on(2026, 10, 30, 9)
    office.read("100")
    key = bought(office, 1)
    office.read("98.75", moment="end")
    office.on(2026, 10, 31, 23)
    office.read("100", run="r5")
    office.on(2026, 11, 1, 9)
    office.read("100", run="r2")
    office.tell(key, "0", "Canceled")
    october, november = closed()[0], closed("2026-11")[0]
    assert figures(october) == ("100", "98.75", "1.25", "0", "0", "0")
    assert (october.closing.reading, october.closing.paid_back) == (Decimal(100), Decimal("-1.25"))
    assert figures(november) == ("98.75", "100", "0", "1.25", "0", "0")


def test_a_refund_that_a_status_promises_and_nobody_pays_is_named(office, closed):
    """Failed, the charge told as it was, and the balance does not rise: not paid back yet."""
    office.read("100")
    key = bought(office, 1)
    office.tell(key, "1.25", "Failed")
    office.read("98.75", run="r4", moment="end")
    account = closed()[0]
    assert figures(account) == ("100", "100", "1.25", "1.25", "0", "0")
    assert account.closing.not_paid_back == Decimal("1.25")


def test_a_rise_is_a_payment(office, closed):
    """What a reading holds more than lines explain was paid in, and dated when it was first seen."""
    office.read("100")
    bought(office, 1)
    office.read("98.75", moment="end")
    office.on(2026, 10, 9, 9)
    office.read("148.75", run="r2")
    account = closed()[0]
    assert figures(account) == ("100", "148.75", "1.25", "0", "50", "0")
    assert [(each.deduced, str(each.amount), each.at[:10]) for each in account.paid_in] == [
        (True, "50", "2026-10-09")
    ]


@pytest.mark.parametrize("at", ["2026-10-07T00:00:00+00:00", "2026-10-12T10:00:00+00:00"])
def test_a_payment_that_was_entered_is_not_counted_twice(office, closed, at):
    """Entered for a day or two before or after it was seen, it is the same money."""
    office.read("100")
    office.on(2026, 10, 9, 9)
    office.read("150", run="r2")
    office.on(2026, 10, 14, 9)
    office.read("150", run="r3")
    office.enter("50", at=at)
    account = closed()[0]
    assert figures(account) == ("100", "150", "0", "0", "50", "0")
    assert [each.deduced for each in account.paid_in] == [False]


def test_a_payment_entered_while_somebody_else_spends_names_the_difference(office, closed):
    """Fifty came and the balance rose by thirty: twenty are gone without a line."""
    office.read("100")
    office.on(2026, 10, 9, 9)
    office.read("130", run="r2")
    office.enter("50", at="2026-10-08T00:00:00+00:00")
    assert figures(closed()[0]) == ("100", "130", "0", "0", "50", "20")


def test_a_payment_in_the_middle_of_a_run_is_explained_once_it_is_entered(office, closed):
    """Too little is gone from a run's balance: unexplained below zero, until the payment is entered."""
    office.read("100")
    bought(office, 1, "30")
    office.read("80", moment="end")
    assert figures(closed()[0])[-1] == "-10"
    office.enter("10", at="2026-10-05T00:00:00+00:00")
    assert figures(closed()[0]) == ("100", "80", "30", "0", "10", "0")


def test_a_correction_takes_an_entry_back(office, closed):
    """An opposite row undoes an entry, whenever it is made; the right one counts."""
    office.read("100")
    office.on(2026, 10, 9, 9)
    office.read("150", run="r2")
    office.enter("500", at="2026-10-08T00:00:00+00:00")
    office.on(2026, 11, 4, 9)
    office.enter("-500")
    office.enter("50", at="2026-10-08T00:00:00+00:00")
    assert figures(closed()[0]) == ("100", "150", "0", "0", "50", "0")


def test_what_somebody_else_spends_is_named_with_its_interval(office, closed):
    """The amount, the two readings, their runs, and an order that could have been charged twice."""
    office.read("100")
    key = bought(office, 1)
    office.read("98.75", moment="end")
    office.on(2026, 10, 9, 9)
    office.read("90", run="r2")
    account = closed()[0]
    assert figures(account)[-1] == "8.75"
    gap = account.gaps[0]
    assert (gap.amount, gap.runs, gap.orders) == (Decimal("8.75"), ("r1", "r2"), ())
    assert (gap.since[:10], gap.until[:10]) == ("2026-10-05", "2026-10-09")
    office.read("88.75", run="r3")
    bought(office, 2)
    office.read("86.25", run="r3")
    gap = closed()[0].gaps[-1]
    assert gap.amount == Decimal("1.25")
    assert [each.order_id for each in gap.orders] == ["92"]
    assert key


def test_a_doubt_that_the_balance_shows_is_gone(office, closed):
    """In doubt, and exactly its estimate is missing: explained, and standing at the border by name."""
    office.read("100")
    office.answer(office.claim(office.order(1)), Verdict.IN_DOUBT)
    office.read("98.75", moment="end")
    account = closed()[0]
    assert figures(account) == ("100", "100", "0", "0", "0", "0")
    assert (account.in_doubt, account.closing.in_doubt) == (Decimal("1.25"), Decimal("1.25"))


def test_a_doubt_found_later_was_gone_when_it_was_sent(office, closed):
    """Its charge belongs to the month that tells it; the reading before is explained by it."""
    office.read("100")
    key = office.claim(office.order(1))
    office.answer(key, Verdict.IN_DOUBT)
    office.read("98.75", moment="end")
    office.on(2026, 11, 3, 9)
    office.read("98.75", run="r2")
    office.resolve(key, "find", "7")
    office.tell(key, "1.25", "Completed")
    assert figures(closed()[0]) == ("100", "100", "0", "0", "0", "0")
    assert closed()[0].closing.not_told == Decimal("1.25")
    assert figures(closed("2026-11")[0]) == ("100", "98.75", "1.25", "0", "0", "0")


def test_a_doubt_ruled_out_costs_nothing_or_is_named(office, closed):
    """Ruled out, and yet the money is gone: unexplained, with the order."""
    office.read("100")
    key = office.claim(office.order(1))
    office.answer(key, Verdict.IN_DOUBT)
    office.resolve(key, "rule out")
    bought(office, 2, "3")
    office.read("95.75", moment="end")
    account = closed()[0]
    assert figures(account)[-1] == "1.25"
    assert [each.key for each in account.gaps[0].orders] == [key]


def test_a_refused_order_that_was_charged_is_named(office, closed):
    """Some panels take the money and answer with an error."""
    office.read("100")
    key = office.claim(office.order(1))
    office.answer(key, Verdict.REJECTED, message="no")
    bought(office, 2, "3")
    office.read("95.75", moment="end")
    account = closed()[0]
    assert figures(account)[-1] == "1.25"
    assert [each.key for each in account.gaps[0].orders] == [key]


def test_money_that_a_panel_takes_late_is_timing(office, closed):
    """Told at once and taken after the run: the two readings' differences are one."""
    office.read("100")
    bought(office, 1)
    office.read("100", moment="end")
    office.on(2026, 10, 9, 9)
    office.read("98.75", run="r2")
    assert figures(closed()[0]) == ("100", "98.75", "1.25", "0", "0", "0")


def test_money_taken_late_over_the_border_is_in_the_right_month(office, closed):
    """The charge of October that left in November closes both."""
    office.on(2026, 10, 31, 20)
    office.read("100")
    bought(office, 1)
    office.read("100", moment="end")
    office.on(2026, 11, 3, 9)
    office.read("98.75", run="r2")
    assert figures(closed()[0]) == ("100", "98.75", "1.25", "0", "0", "0")
    assert closed()[0].closing.timing == Decimal("-1.25")
    assert figures(closed("2026-11")[0]) == ("98.75", "98.75", "0", "0", "0", "0")


def test_two_currencies_and_two_accounts_stand_side_by_side(office, closed):
    """Each has its own books; nothing is added across them."""
    other = "other.example.com/api/v2"
    office.read("100")
    office.read("20", other, "USD")
    bought(office, 1)
    office.place(office.order(2, account=other, currency="USD", estimate=Decimal(3)), charge=Decimal(3))
    office.read("98.75", moment="end")
    office.read("17", other, "USD", moment="end")
    found = {(each.account, each.currency): figures(each) for each in closed()}
    assert found == {
        ("panel.example.com/api/v2", "VND"): ("100", "98.75", "1.25", "0", "0", "0"),
        (other, "USD"): ("20", "17", "3", "0", "0", "0"),
    }


def test_a_charge_in_a_currency_without_readings_has_no_balances(office, closed):
    """What can't be said is None, not zero."""
    office.read("100")
    key = office.place(office.order(1, currency="EUR"), charge=Decimal(2))
    office.tell(key, None, "Completed")
    office.read("100", moment="end")
    assert [figures(each) for each in closed()] == [
        (None, None, "2", "0", "0", "None"),
        ("100", "100", "0", "0", "0", "0"),
    ]


def test_without_readings_nothing_is_said_of_balances(office, closed):
    """No reading: no opening, no closing, nothing unexplained."""
    bought(office, 1)
    assert figures(closed()[0]) == (None, None, "1.25", "0", "0", "None")


def test_an_opening_balance_that_was_entered_is_a_reading(office, closed):
    """The books may begin with what the account held on the first."""
    office.enter("100", EnteredKind.OPENING, at="2026-10-01T00:00:00+00:00")
    bought(office, 1)
    office.read("90", moment="end")
    assert figures(closed()[0]) == ("100", "90", "1.25", "0", "0", "8.75")


def test_a_month_before_the_first_reading_is_not_known(office, closed):
    """What an account held is not carried back to a month of which nothing is known."""
    office.read("100")
    assert closed("2026-08") == ()
    assert figures(closed("2026-11")[0])[:2] == ("100", None)


def test_the_month_is_that_of_the_time_zone(office, closed):
    """An evening of 31 October in UTC is already November in Hà Nội."""
    office.on(2026, 10, 31, 12)
    office.read("100")
    bought(office, 1)
    office.on(2026, 10, 31, 20)
    bought(office, 2, "2")
    office.read("96.75", moment="end")
    assert figures(closed(zone=HANOI)[0])[2] == "1.25"
    assert figures(closed("2026-11", zone=HANOI)[0])[2] == "2"
    assert figures(closed()[0])[2] == "3.25"


def test_summer_time_moves_the_borders():
    """October in Berlin begins at 22:00 UTC and ends at 23:00."""
    month = month_of("2026-10", ZoneInfo("Europe/Berlin"))
    assert (month.begin[:16], month.end[:16]) == ("2026-09-30T22:00", "2026-10-31T23:00")


@pytest.mark.parametrize("text", ["2026-13", "october", "2026", "2026-1", "0000-01"])
def test_what_is_no_month_is_refused(text):
    """A month is written 2026-10."""
    with pytest.raises(CallError) as caught:
        month_of(text, None)
    assert caught.value.code == "close.month"


def test_the_drilldown_adds_up(office, closed):
    """Campaigns and services come to the charges and refunds of the account."""
    office.read("100")
    bought(office, 1)
    key = office.place(office.order(2, campaign="november"), charge=Decimal("1.25"))
    office.tell(key, None, "Canceled")
    other = office.order(3, wanted={"service": "2"})
    office.place(replace(other, service_name="Views"), charge=Decimal("0.5"))
    account = closed()[0]
    told = [(each.id, each.name, each.orders, str(each.net)) for each in account.services]
    assert told == [("1", "Likes", 2, "1.25"), ("2", "Views", 1, "0.5")]
    assert [(each.id, str(each.refunds)) for each in account.campaigns] == [
        ("october", "0"),
        ("november", "1.25"),
    ]
    for groups in (account.campaigns, account.services, account.days):
        assert sum(each.charges for each in groups) == account.charges
        assert sum(each.refunds for each in groups) == account.refunds


def test_an_open_month_is_closed_so_far(office):
    """Its closing says so."""
    material = Material(office.journal.id, (), (), (), Known({}))
    found = close(month_of("2026-10", HANOI), material, now="2026-10-09T00:00:00+00:00")
    assert (found.so_far, found.until[:10]) == (True, "2026-10-09")


def test_a_refund_that_hid_a_stranger_is_found_when_it_is_told(office, closed):
    """Told five readings later: the stranger spent ten, and not what was left of them beside the refund."""
    office.read("100")
    key = bought(office, 1)
    office.read("98.75", moment="end")
    for day in range(9, 14):
        office.on(2026, 10, day, 9)
        office.read("90", run=f"r{day}")
    assert [gap.amount for gap in closed()[0].gaps] == [Decimal("8.75")]
    office.on(2026, 10, 15, 9)
    office.read("90", run="r2")
    office.tell(key, "0", "Canceled")
    gaps = closed()[0].gaps
    assert [(gap.amount, gap.until[:10]) for gap in gaps] == [(Decimal(10), "2026-10-09")]


def test_a_refund_beside_a_stranger_is_that_of_the_run_that_told_it(office, closed):
    """The run read the balance first, so the refund was in it: what is missing besides is somebody else's."""
    office.read("100")
    key = bought(office, 1)
    office.read("98.75", moment="end")
    office.on(2026, 10, 9, 9)
    office.read("94.75", run="r2")
    office.tell(key, None, "Canceled")
    assert figures(closed()[0])[-1] == "5.25"


def test_a_balance_is_carried_from_the_reading_to_the_border(office, closed):
    """Lines between the nearest reading and the end of the month stand in the closing."""
    office.on(2026, 10, 30, 9)
    office.read("100")
    office.on(2026, 10, 31, 9)
    bought(office, 1)
    office.on(2026, 11, 8, 9)
    office.read("98.75", run="r2")
    account = closed()[0]
    assert figures(account) == ("100", "98.75", "1.25", "0", "0", "0")
    assert (account.closing.reading, account.closing.carried) == (Decimal(100), Decimal("-1.25"))
    assert account.closing.not_told == 0


def test_orders_before_the_first_reading_have_no_opening(office, closed):
    """What an account held in a month without a reading is not known."""
    office.on(2026, 9, 10, 9)
    bought(office, 1)
    office.on(2026, 10, 5, 9)
    office.read("100", run="r2")
    assert figures(closed("2026-09")[0]) == (None, "100", "1.25", "0", "0", "None")
