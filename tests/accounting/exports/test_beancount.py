"""The export for beancount, loaded and checked by beancount itself."""

import re
from datetime import date
from decimal import Decimal

import pytest
from beancount import loader
from beancount.core.data import Open, Transaction
from hypothesis import given
from hypothesis import strategies as st

from bulkorders.accounting.exports import beancount
from bulkorders.accounting.exports.lines import Markups
from bulkorders.accounting.exports.rates import Rates
from bulkorders.accounting.exports.terms import AccountNames
from bulkorders.model import money


def text_of(lines, terms):
    """Return the export as text."""
    (made,) = beancount.made(lines, terms)
    return made.content.decode()


def load(text):
    """Return the transactions as beancount reads them; it must find nothing wrong."""
    found, errors, _ = loader.load_string(text)
    assert errors == []
    return [each for each in found if isinstance(each, Transaction)]


def sums(transactions, account):
    """Return what stands on accounts of this name's beginning, by name and commodity."""
    found = {}
    for each in transactions:
        for posting in each.postings:
            if posting.account.startswith(account):
                place = (posting.account, posting.units.currency)
                found[place] = money.total((found.get(place), posting.units.number))
    return found


def without_known(text, known):
    """Return an export without the transactions and openings that stand in another one, as an import by id does it."""
    ids = set(re.findall(r'bulkorders: "(\w+)"', known))
    opened = set(re.findall(r"^\S+ open \S+$", known, re.MULTILINE))
    blocks = [
        block for block in text.split("\n\n") if not ids & set(re.findall(r'bulkorders: "(\w+)"', block))
    ]
    return "\n".join(line for line in "\n\n".join(blocks).splitlines() if line not in opened)


def test_beancount_takes_it_and_has_the_ledgers_balances(maker):
    """Nothing is wrong with it, and each account and commodity holds what the ledger says, to the last digit."""
    lines = maker.lines(*maker.mixed)
    found = load(text_of(lines, maker.terms(lines)))
    assert sums(found, "Assets:") == {
        ("Assets:Panels:Panel-example-com", "VND"): Decimal("-801.50"),
        ("Assets:Panels:Panel-example-com", "EUR"): Decimal("-12345678901234567890.12345678"),
        ("Assets:Panels:Other-example-com-client-2", "USD"): Decimal("-0.0000001"),
        ("Assets:Panels:Third-example-com", "UNKNOWN"): Decimal(-3),
    }
    assert sums(found, "Equity:") == {("Equity:TopUps", "VND"): Decimal(-700)}
    assert sums(found, "Expenses:")["Expenses:Orders", "VND"] == Decimal("1501.50")


def test_memoranda_stand_in_no_books(maker):
    """Estimates and doubts moved nothing: neither makes a transaction."""
    lines = maker.lines(*maker.mixed)
    ids = {each.meta["bulkorders"] for each in load(text_of(lines, maker.terms(lines)))}
    assert ids == {entry.id for entry in maker.mixed if entry.moved}


def test_a_refund_reverses_on_the_same_accounts(maker):
    """It has an id of its own, the order's link, and the opposite signs."""
    order = {"key": "0ab1", "order_id": "9"}
    lines = maker.lines(maker.entry(1, "5", **order), maker.entry(2, "-2", **order))
    charge, refund = load(text_of(lines, maker.terms(lines)))
    assert charge.links == refund.links == {"0ab1"}
    assert charge.meta["bulkorders"] != refund.meta["bulkorders"]
    assert [posting.units.number for posting in refund.postings] == [2, -2]


def test_imported_again_nothing_is_added(maker):
    """A longer export beside an earlier one, deduped by id, gives the books of the longer one alone."""
    everything = maker.lines(*maker.mixed)
    terms = maker.terms(everything)
    first, second = text_of(everything[:5], terms), text_of(everything, terms)
    once = load(second)
    again = load(f"{first}\n{without_known(second, first)}")
    assert sums(again, "") == sums(once, "")
    assert without_known(second, second).strip() == ""


def test_parts_one_after_the_other_are_the_whole(maker):
    """Where an export goes on from an earlier one, each account is opened once, and both load as one."""
    everything = maker.lines(*maker.mixed)
    terms = maker.terms(everything)
    first = text_of(everything[:3], terms)
    opened = frozenset(beancount.accounts(everything[:3], terms))
    second = text_of(everything[3:], maker.terms(everything, opened=opened))
    both, _, _ = loader.load_string(f"{first}\n{second}")
    assert sums(load(f"{first}\n{second}"), "") == sums(load(text_of(everything, terms)), "")
    names = [each.account for each in both if isinstance(each, Open)]
    assert sorted(names) == sorted(set(names))


def test_nothing_that_was_written_breaks_out_of_its_text(maker):
    """Quotes, line ends and directives in names, links and notes stay texts."""
    entries = maker.nasty_entries()
    lines = maker.lines(*entries)
    found = load(text_of(lines, maker.terms(lines)))
    assert [each.meta["bulkorders"] for each in found] == [entry.id for entry in entries]
    assert found[5].meta["client"] == maker.nasty[5]
    assert found[7].meta["note"] == "line one line two line three"


@given(st.text(), st.text())
def test_any_text_is_a_text(name, note):
    """Whatever is written, there is one transaction, with its own amounts on its own accounts."""
    maker = test_any_text_is_a_text.maker
    lines = maker.lines(
        maker.entry(1, service_name=name, note=note, client=name, campaign=note, account=f"{name}/a")
    )
    names = AccountNames(expense="Expenses:{campaign}:{client}:{service}")
    (found,) = load(text_of(lines, maker.terms(lines, names=names)))
    assert [posting.units.number for posting in found.postings] == [Decimal("-1.25"), Decimal("1.25")]


@pytest.fixture(autouse=True)
def _maker_for_any_text(maker):
    test_any_text_is_a_text.maker = maker


@pytest.mark.parametrize("currency", ["vnd", "$", "₫", "Rp", "đồng", "points 2", "9", "", "X" * 40, "金"])
def test_any_currency_is_a_commodity(maker, currency):
    """What a panel calls its currency becomes one that beancount takes."""
    lines = maker.lines(maker.entry(1, currency=currency))
    (found,) = load(text_of(lines, maker.terms(lines)))
    assert found.postings[0].units.number == Decimal("-1.25")


def test_two_accounts_and_two_currencies_never_fall_into_one(maker):
    """Names that come out alike are told apart, the first keeping its own, whatever part is exported."""
    accounts = ("panel.example.com/api/v2", "panel-example.com/api", "panel.example.com/other")
    everything = maker.lines(
        *(maker.entry(at, account=account) for at, account in enumerate(accounts)),
        maker.entry(4, currency="p!"),
        maker.entry(5, currency="p?"),
    )
    terms = maker.terms(everything)
    found = load(text_of(everything, terms))
    assert len({each.postings[0].account for each in found}) == 3
    assert len({each.postings[0].units.currency for each in found}) == 3
    assert found[0].postings[0].account == "Assets:Panels:Panel-example-com"
    (alone,) = load(text_of(everything[1:2], terms))
    assert alone.postings[0].account == found[1].postings[0].account


def test_the_books_currency_stands_as_a_price(maker):
    """The account's currency stays exact, the rate of the day beside it; a bill is an amount of the books'."""
    markups = Markups({"a": Decimal(20)})
    lines = maker.lines(
        maker.entry(1, "2500", client="A"), rates=Rates("USD", {"": Decimal("0.000039")}), markups=markups
    )
    (found,) = load(text_of(lines, maker.terms(lines, books="USD", bills=True)))
    first = found.postings[0]
    assert (first.units.to_string(), first.price.to_string()) == ("-2500 VND", "0.000039 USD")
    assert found.meta["bill"].to_string() == "0.117 USD"
    assert found.date == date(2026, 10, 6)
