"""How long an order may take before it is pointed out."""

from datetime import timedelta

from bulkorders.model.catalogue import Catalogue, Service
from bulkorders.tracking.slowness import ENOUGH, LEAST, Told, usual

HOUR = 3_600.0


def allowed(service="1", *, average=None, took=(), slow_after=72):
    """Return how long an order of the service may take."""
    catalogue = Catalogue({"1": Service("1", "Views", usual=average)})
    return usual(catalogue, {"1": list(took)}, slow_after).of(service)


def test_the_catalogue_goes_before_earlier_orders_and_both_before_the_setting():
    """The first that tells is believed."""
    took = [8 * HOUR] * ENOUGH
    assert allowed(average=180, took=took).told is Told.CATALOGUE
    assert allowed(took=took).told is Told.JOURNAL
    assert allowed().told is Told.SETTING
    assert allowed("2", average=180).told is Told.SETTING


def test_a_few_orders_tell_nothing():
    """Below twenty finished orders the setting holds."""
    assert allowed(took=[HOUR] * (ENOUGH - 1)).told is Told.SETTING


def test_one_straggler_of_twenty_sets_no_measure():
    """Twice the time within which nineteen of twenty were done."""
    found = allowed(took=[10 * HOUR] * 19 + [900 * HOUR])
    assert (found.usual, found.time) == (timedelta(hours=10), timedelta(hours=20))


def test_an_order_is_never_slow_within_hours():
    """However quick a service is on average."""
    assert allowed(average=2).time == LEAST
    assert allowed(average=2).usual == timedelta(minutes=2)


def test_a_drip_feed_takes_as_much_longer_as_its_runs_lie_apart():
    """The minutes between its first and last run come on top."""
    found = usual(Catalogue(), {}, 72)
    placed = "2026-05-01T00:00:00+00:00"
    first, later = found.slow_from("1", placed), found.slow_from("1", placed, 90)
    assert first is not None
    assert later is not None
    assert later - first == timedelta(minutes=90)


def test_an_order_of_unknown_age_is_not_slow():
    """Without the time of its placing nobody can say."""
    assert usual(Catalogue(), {}, 72).slow_from("1", None) is None
