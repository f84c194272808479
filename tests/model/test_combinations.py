"""Which amounts come to a sum: held against trying them all."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkorders.model.combinations import TooMany, ways

PRICES = st.lists(st.sampled_from([Decimal("0.5"), Decimal("1.25"), Decimal(2), Decimal("2.50")]), max_size=7)


@given(PRICES, st.integers(0, 40))
def test_the_fewest_and_the_most_are_those_of_all_ways(amounts, quarters):
    """What is said of each price is what trying every choice shows."""
    target = Decimal(quarters) / 4
    found = ways(target, amounts)
    chosen = [
        taken
        for picks in product((0, 1), repeat=len(amounts))
        if sum(taken := [one for one, pick in zip(amounts, picks, strict=True) if pick]) == target
    ]
    assert found.possible == bool(chosen)
    if chosen:
        counts = {price: [taken.count(price) for taken in chosen] for price in set(amounts)}
        assert {price: (min(each), max(each)) for price, each in counts.items()} == dict(found.counts)


def test_nothing_comes_to_less_than_nothing():
    """A sum below zero has no way."""
    assert not ways(Decimal(-1), [Decimal(1)]).possible


def test_the_work_is_bounded():
    """Forty amounts, all different, are not tried through."""
    with pytest.raises(TooMany):
        ways(Decimal(10**14), [Decimal(2**number) for number in range(40)])
