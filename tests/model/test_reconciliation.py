"""Doubts settled by the balance: almost all in quiet accounts, none ruled out that was placed in noisy ones."""

import importlib.util
import random
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from bulkorders.model.books import BalanceReading
from bulkorders.model.evidence import Evidence, Sending, Sold
from bulkorders.model.reconciliation import Said, reconcile

_SPEC = importlib.util.spec_from_file_location("trials", Path(__file__).with_name("trials.py"))
trials = importlib.util.module_from_spec(_SPEC)
sys.modules["trials"] = trials
_SPEC.loader.exec_module(trials)

QUIET = 600
NOISY = 10_000


def judged(made):
    """Return (what is said, why, whether it is true) for each order in doubt of a trial.

    Among identical orders only the count is true or not.
    """
    found = reconcile(made.evidence)
    doubts = {doubt.key: doubt for doubt in made.evidence.doubts}
    judged = []
    for key, verdict in found.items():
        alike = [each for each in doubts.values() if each.alike == doubts[key].alike]
        priced = [each for each in doubts.values() if each.estimate == doubts[key].estimate]
        ruled_out = sum(found[each.key].said is Said.NOT_PLACED for each in alike)
        missing = sum(not made.truth[each.key] for each in alike)
        true = {
            Said.NOT_PLACED: ruled_out <= missing if verdict.why == "count" else not made.truth[key],
            Said.PAID: verdict.why == "count" or made.truth[key],
            Said.COUNTED: verdict.placed == sum(made.truth[each.key] for each in priced),
            Said.CANNOT_TELL: True,
        }[verdict.said]
        judged.append((verdict.said, verdict.why, true))
    return judged


def test_in_quiet_accounts_nearly_all_doubts_are_settled_and_none_wrongly():
    """Of 1 to 11 orders in doubt, prices distinct or equal, at least 95 in 100 get a verdict, and it is true."""
    for equal in (False, True):
        said = [
            each
            for seed in range(QUIET)
            for each in judged(trials.trial(seed, equal=equal, count=1 + seed % 11))
        ]
        settled = sum(verdict is not Said.CANNOT_TELL for verdict, _, _ in said)
        assert settled / len(said) >= 0.95
        assert all(true for _, _, true in said)


def test_in_ten_thousand_noisy_accounts_no_order_that_was_placed_is_ruled_out():
    """Strangers, top-ups, late charges, tax, discounts, refunds, double sales: never "not placed" of one that was."""
    said = Counter()
    for seed in range(NOISY):
        draw = random.Random(seed)  # noqa: S311 - a trial that can be repeated
        noise = frozenset(draw.sample(trials.NOISES, draw.choice((1, 1, 2, 3))))
        for verdict, _, true in judged(trials.trial(seed, noise, equal=seed % 2 == 0, count=1 + seed % 11)):
            said[verdict, true] += 1
    assert said[Said.NOT_PLACED, False] == 0
    assert said[Said.NOT_PLACED, True] > 0


def test_money_counts_as_gone_wrongly_only_where_somebody_spends_it_in_the_very_window():
    """Resident strangers and all other noise give no wrong "paid" and no wrong count either."""
    for seed in range(1_000):
        draw = random.Random(seed)  # noqa: S311 - a trial that can be repeated
        noise = frozenset(
            draw.sample(sorted(set(trials.NOISES) - {"newcomer", "twice"}), draw.choice((1, 2, 3)))
        )
        for verdict, why, true in judged(trials.trial(seed, noise, equal=seed % 2 == 0, count=1 + seed % 11)):
            assert true, (seed, verdict, why)


def quiet(*, pausing=True, **changes):
    """Return the evidence of a quiet account with two orders in doubt, one of which was placed, and what changes."""
    for seed in range(100):
        made = trials.trial(seed, count=2, pausing=pausing)
        if sorted(made.truth.values()) == [False, True] and _all_said(made):
            return replace(made.evidence, **changes)
    raise AssertionError("no such trial")


def _all_said(made):
    return all(each.said is not Said.CANNOT_TELL for each in reconcile(made.evidence).values())


def whys(evidence):
    """Return why nothing is said of any order in doubt."""
    found = reconcile(evidence).values()
    assert all(each.said is Said.CANNOT_TELL for each in found)
    return {each.why for each in found}


def test_nothing_is_said_soon_after_the_last_sending():
    """A quarter of an hour must have passed."""
    evidence = quiet()
    last = max(each.sent_at for each in (*evidence.doubts, *evidence.sold))
    soon = replace(evidence.readings[-1], at=(last + timedelta(minutes=14)).isoformat())
    assert whys(quiet(readings=[*evidence.readings[:-1], soon])) == {"too_early"}


def test_a_charge_that_is_not_told_silences():
    """One order without a charge is enough."""
    evidence = quiet()
    sold = [*evidence.sold[:-1], replace(evidence.sold[-1], charge=None)]
    assert whys(replace(evidence, sold=sold)) == {"uncharged"}


def test_a_charge_that_is_not_as_estimated_silences():
    """Tax, a discount or a rounding: then nobody knows what the orders in doubt would cost."""
    evidence = quiet()
    taxed = replace(evidence.sold[-1], charge=evidence.sold[-1].charge * Decimal("1.1"))
    assert whys(replace(evidence, sold=[*evidence.sold[:-1], taxed])) == {"prices"}


def test_a_movement_after_the_run_silences():
    """A balance that fell between the end of the run and now speaks of a late charge or a stranger."""
    evidence = quiet()
    last = replace(evidence.readings[-1], amount=evidence.readings[-1].amount - 1)
    assert whys(replace(evidence, readings=[*evidence.readings[:-1], last])) == {"moved"}


def test_a_refund_silences():
    """Money paid back would look like money never taken."""
    assert whys(quiet(refunds=True)) == {"refunds"}


def test_an_earlier_run_that_did_not_close_silences():
    """Where an earlier run left something unexplained, others may use the account, or it charges late."""
    assert whys(quiet(closings=[Decimal(0), Decimal(1)])) == {"shared"}


def test_without_earlier_runs_only_orders_that_cost_more_than_is_gone_are_ruled_out():
    """A new account: the verdicts that a stranger's spending could turn are not given."""
    made = [trials.trial(seed, count=3, pausing=False).evidence for seed in range(60)]
    found = [reconcile(replace(each, closings=())) for each in made]
    said = Counter((each.said, each.why) for verdicts in found for each in verdicts.values())
    assert set(said) <= {(Said.NOT_PLACED, "no_money_gone"), (Said.CANNOT_TELL, "history")}
    assert said[Said.NOT_PLACED, "no_money_gone"] > 0


def test_a_doubt_between_two_pauses_is_judged_by_what_went_between_them():
    """Four doubts at prices that add up in many ways, each alone between two readings: each is told from its own."""
    sold, doubts, readings, held = [], [], [], Decimal(1000)
    placed = [True, False, False, True]
    for minute, price in enumerate((3, 1, 2, 4)):
        readings.append(_reading(minute, held))
        for second in (1, 2, 3):
            moment = _at(minute) + timedelta(seconds=second)
            sold.append(Sold(moment, moment, Decimal(7), Decimal(7)))
        doubts.append(Sending(f"d{price}", _at(minute) + timedelta(seconds=30), Decimal(price), f"d{price}"))
        held -= 21 + (price if placed[minute] else 0)
    readings += [_reading(minute, held) for minute in (4, 40)]
    found = reconcile(Evidence(readings, sold, doubts))
    assert [found[each.key].said for each in doubts] == [
        Said.PAID,
        Said.NOT_PLACED,
        Said.NOT_PLACED,
        Said.PAID,
    ]


def test_a_doubt_that_may_have_been_sold_late_in_place_of_another_is_not_ruled_out():
    """The first of two at one price shows no money gone, the second does: it may be the first that was sold late."""
    sold = [
        Sold(_at(minute), _at(minute), Decimal(7), Decimal(7)) for minute in (0.1, 0.2, 0.3, 1.1, 1.2, 1.3)
    ]
    doubts = [Sending("one", _at(0.5), Decimal(5), "one"), Sending("two", _at(1.5), Decimal(5), "two")]
    held = {0: 1000, 1: 979, 2: 953, 3: 953, 40: 953}
    found = reconcile(Evidence([_reading(*each) for each in held.items()], sold, doubts))
    assert {(each.said, each.placed, each.among) for each in found.values()} == {(Said.COUNTED, 1, 2)}


def _at(minutes):
    return trials.BEGAN + timedelta(minutes=minutes)


def _reading(minutes, amount):
    return BalanceReading("a", Decimal(amount), None, _at(minutes).isoformat(), "r", "end", quiet=True)


def test_a_round_sum_that_may_have_been_paid_in_silences():
    """Two doubts of 50 on an account of 5,000: 100 paid in meanwhile would hide both."""
    evidence = quiet(pausing=False)
    doubts = [replace(each, estimate=Decimal(50), alike="x") for each in evidence.doubts]
    gone = sum(
        (each.charge for each in evidence.sold if each.sent_at > doubts[0].sent_at - timedelta(hours=1)),
        Decimal(0),
    )
    first = next(
        index for index, each in enumerate(evidence.readings) if each.moment == "start" and index == 6
    )
    held = [replace(each, amount=Decimal(5000)) for each in evidence.readings[: first + 1]]
    left = [replace(each, amount=Decimal(5000) - gone) for each in evidence.readings[first + 1 :]]
    assert whys(replace(evidence, doubts=doubts, readings=[*held, *left])) == {"top_up"}


def test_money_that_goes_between_two_runs_silences():
    """A stranger who spends exactly the price of a doubt between two runs is seen, though all adds up at the end."""
    sold = [Sold(_at(minutes), _at(minutes), Decimal(1), Decimal(1)) for minutes in (1, 1.2, 1.4, 60.5)]
    doubt = Sending("doubt", _at(1.3), Decimal("5.13"), "alike")
    readings = [_reading(0, 100), _reading(2, 97), _reading(60, "91.87"), _reading(61, "90.87")]
    readings.append(_reading(90, "90.87"))
    clean = (Decimal(0), Decimal(0))
    assert whys(Evidence(readings, sold, [doubt], closings=clean)) == {"moved"}
    unmoved = [_reading(0, 100), _reading(2, 97), _reading(60, 97), _reading(61, 96), _reading(90, 96)]
    found = reconcile(Evidence(unmoved, sold, [doubt], closings=clean))
    assert found["doubt"].said is Said.NOT_PLACED
