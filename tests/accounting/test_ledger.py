"""Each order's money as dated lines, made of the journal's events alone."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bulkorders.accounting.ledger import entries
from bulkorders.model.entries import EnteredKind
from bulkorders.model.outcomes import Verdict


def test_a_charge_is_booked_when_it_is_first_told(office):
    """A sale is an estimate, its charge a line of the day on which the panel told it."""
    key = office.place(office.order(1))
    assert office.lines() == [("estimate", "1.25")]
    office.on(2026, 10, 6, 9)
    office.tell(key, "1.2", "In progress")
    line = office.ledger()[-1]
    assert (line.kind, line.amount, line.at[:10]) == ("charge", Decimal("1.2"), "2026-10-06")
    assert (line.order_id, line.campaign, line.service, line.service_name) == ("91", "october", "1", "Likes")
    assert (line.panel, line.quantity, line.link) == ("panel.example.com", 500, "https://example.com/post/1")


def test_a_charge_told_by_the_answer_itself_is_booked_at_once(office):
    """Some panels tell the charge with the order id."""
    office.place(office.order(1), charge=Decimal("1.25"))
    assert office.lines() == [("estimate", "1.25"), ("charge", "1.25")]


def test_a_charge_that_rises_is_a_change(office):
    """What is told later and higher is booked as the difference."""
    key = office.place(office.order(1), charge=Decimal("1.25"))
    office.tell(key, "1.5", "In progress")
    assert office.lines()[2:] == [("change", "0.25")]


@pytest.mark.parametrize("status", ["Canceled", "Refunded", "Failed"])
@pytest.mark.parametrize("told", ["0", "1.25", None])
def test_all_of_a_canceled_order_comes_back(office, status, told):
    """Whether the panel tells a charge of nothing, or goes on telling it as it was."""
    key = office.place(office.order(1), charge=Decimal("1.25"))
    office.tell(key, told, status)
    assert office.lines()[2:] == [("refund", "-1.25")]
    assert office.ledger()[-1].note == status


@pytest.mark.parametrize("told", ["0.75", "1.25", None])
def test_the_undelivered_share_of_a_partial_order_comes_back(office, told):
    """Two fifths are missing: two fifths of the charge come back, told either way."""
    key = office.place(office.order(1), charge=Decimal("1.25"))
    office.tell(key, told, "Partial", remains=200)
    assert office.lines()[2:] == [("refund", "-0.5")]


@pytest.mark.parametrize(("told", "then"), [("0.75", "0.75"), ("1.25", "1.25"), ("0", "0")])
def test_telling_the_same_again_books_nothing_more(office, told, then):
    """A refund is booked once, also where a panel tells the smaller charge only a day later."""
    key = office.place(office.order(1), charge=Decimal("1.25"))
    office.tell(key, "1.25", "Partial", remains=200)
    office.tell(key, "0.75", "Partial", remains=200, start_count=7)
    assert office.lines()[2:] == [("refund", "-0.5")]


def test_a_charge_first_told_with_its_refund_is_one_line(office):
    """A partial order of which nothing was known costs what is told, where the estimate says it is reduced."""
    key = office.place(office.order(1))
    office.tell(key, "0.75", "Partial", remains=200)
    assert office.lines()[1:] == [("charge", "0.75")]


def test_a_full_charge_first_told_of_a_partial_order_is_charged_and_paid_back(office):
    """Where the estimate says that the charge is not reduced, its share comes back."""
    key = office.place(office.order(1))
    office.tell(key, "1.25", "Partial", remains=200)
    assert office.lines()[1:] == [("charge", "1.25"), ("refund", "-0.5")]


def test_a_share_that_does_not_divide_is_rounded_to_the_finest_decimal_told(office):
    """A third of 1.25 is 0.42 on an account that shows two decimals."""
    key = office.place(office.order(1, wanted={"quantity": 300}), charge=Decimal("1.25"))
    office.tell(key, None, "Partial", remains=100)
    assert office.lines()[2:] == [("refund", "-0.42")]


@pytest.mark.parametrize(("status", "remains"), [("Canceled", 500), ("Canceled", None), ("Partial", 500)])
def test_an_order_all_paid_back_before_its_charge_was_told_is_charged_and_paid_back(office, status, remains):
    """Its price left the account and came back, so that it is an order like the others in every count."""
    key = office.place(office.order(1))
    office.tell(key, "0", status, remains=remains)
    assert office.lines() == [("estimate", "1.25"), ("charge", "1.25"), ("refund", "-1.25")]


@pytest.mark.parametrize(("status", "remains"), [("Completed", 0), ("In progress", 500), ("Partial", 200)])
def test_an_order_that_cost_nothing_says_nothing(office, status, remains):
    """A charge of 0 is no line where the status does not say that all of it came back."""
    key = office.place(office.order(1))
    office.tell(key, "0", status, remains=remains)
    assert office.lines() == [("estimate", "1.25")]


def test_a_refused_order_takes_its_estimate_back(office):
    """What was refused, or never left, is not expected to cost anything."""
    office.answer(office.claim(office.order(1)), Verdict.REJECTED, message="no")
    office.answer(office.claim(office.order(2)), Verdict.NOT_SENT)
    assert office.lines() == [("estimate", "1.25"), ("estimate", "-1.25")] * 2


def test_a_doubt_is_held_and_taken_back_when_it_is_found(office):
    """In doubt the amount stands beside the books; found, the order is charged like any other."""
    key = office.claim(office.order(1))
    office.answer(key, Verdict.IN_DOUBT)
    assert office.lines() == [("estimate", "1.25"), ("in_doubt", "1.25")]
    office.resolve(key, "find", "77")
    office.tell(key, "1.25", "Completed")
    assert office.lines()[2:] == [("in_doubt", "-1.25"), ("charge", "1.25")]
    assert {line.order_id for line in office.ledger()[2:]} == {"77"}


def test_a_doubt_ruled_out_takes_everything_back(office):
    """Then the order may be sent again, and is expected to cost anew."""
    key = office.claim(office.order(1))
    office.answer(key, Verdict.IN_DOUBT)
    office.resolve(key, "rule out")
    assert office.lines()[2:] == [("estimate", "-1.25"), ("in_doubt", "-1.25")]
    assert office.ledger()[-1].note == "looked it up"
    office.place(office.order(1), charge=Decimal("1.25"))
    assert office.lines()[4:] == [("estimate", "1.25"), ("charge", "1.25")]


def test_an_answer_that_comes_late_is_charged_under_its_id(office):
    """An order ruled out, of which an id came after all, is booked as placed."""
    key = office.claim(office.order(1))
    office.answer(key, Verdict.IN_DOUBT)
    office.resolve(key, "rule out")
    office.answer(key, Verdict.ACCEPTED, "4711", charge=Decimal("1.25"))
    assert office.lines()[4:] == [("estimate", "1.25"), ("charge", "1.25")]
    assert office.ledger()[-1].order_id == "4711"


def test_several_ids_are_one_line(office):
    """The sum of an order that the panel split is one charge, with all ids."""
    key = office.place(office.order(1), "5", "6")
    office.tell(key, "2.5", "Completed")
    line = office.ledger()[-1]
    assert (line.amount, line.order_id) == (Decimal("2.5"), "5, 6")


def test_a_quantity_of_lines_is_told(office):
    """An order of comments has as many pieces as it has lines, though no quantity is sent."""
    order = office.order(1)
    order = replace(order, parameters={"service": "1", "link": order.order.link, "comments": "a\nb"})
    office.place(order)
    assert [line.quantity for line in office.ledger()] == [500]


def test_a_currency_told_otherwise_is_never_added_to_another(office):
    """What was booked in one currency is taken back in it, and booked in the other."""
    key = office.place(office.order(1), charge=Decimal("1.25"))
    office.tell(key, "1.25", "Completed", currency="USD")
    told = [(line.kind, line.amount, line.currency) for line in office.ledger()[2:]]
    assert told == [("change", Decimal("-1.25"), "VND"), ("change", Decimal("1.25"), "USD")]


def test_what_was_told_stays_as_it_was(office):
    """Later events, another name of the service, another quantity: not one earlier line changes."""
    order = office.order(1)
    key = office.claim(order)
    office.answer(key, Verdict.IN_DOUBT)
    office.resolve(key, "rule out")
    before = office.ledger()
    other = replace(order, service_name="Love", estimate=Decimal(9), parameters={"service": "2"})
    office.place(other, charge=Decimal(9))
    office.tell(key, "4", "Partial", currency="EUR", remains=100)
    after = office.ledger()
    assert after[: len(before)] == before
    assert len({line.id for line in after}) == len(after)


def test_only_what_came_since_is_read(office):
    """With a number of an event, lines of later events alone are returned; the order's past is still known."""
    key = office.place(office.order(1), charge=Decimal("1.25"))
    last = office.ledger()[-1].seq
    office.tell(key, None, "Canceled")
    assert office.ledger(after=last) == office.ledger()[2:]
    assert [line.amount for line in office.ledger(after=last)] == [Decimal("-1.25")]


def test_money_that_was_entered_stands_where_it_was_written_down(office):
    """Paid in is below zero; an opening balance is no movement; dates are those that were given."""
    first = office.enter("100", at="2026-10-01T00:00:00+00:00", note="bank")
    office.enter("500", EnteredKind.OPENING)
    office.place(office.order(1))
    office.enter("-2", EnteredKind.OTHER)
    told = [(line.kind.value, line.amount, line.seq) for line in office.ledger()]
    assert told == [("top_up", -100, 0), ("estimate", Decimal("1.25"), 2), ("other", 2, 0)]
    assert (office.ledger()[0].at, office.ledger()[0].note) == (first.at, "bank")
    assert [line.kind for line in office.ledger(entered_since=first.entered_at)] == ["estimate", "other"]


def test_an_old_journal_is_read_too(office):
    """Events that tell of no quantity, and of changed values alone, are enough with the orders beside them."""
    key = office.place(office.order(1))
    office.tell(key, "1.25", "In progress")
    office.tell(key, None, "Partial", remains=250)
    events = office.run(office.journal.events())
    kept = {one.key: one for one in office.run(office.journal.submissions())}
    old = []
    for event in events:
        facts = {
            name: value
            for name, value in event.facts.items()
            if not (isinstance(value, list) and len(value) == 2 and value[0] == value[1])
        }
        if "parameters" in facts:
            facts["parameters"] = {k: v for k, v in facts["parameters"].items() if k != "quantity"}
        old.append(replace(event, facts=facts))
    assert list(entries(old, kept, office.journal.id)) == office.ledger()
