"""How long something takes, as panels write it."""

import pytest

from bulkorders.panel.durations import minutes
from bulkorders.panel.listings import services


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("90", 90), (90, 90), ("1 hour 30 minutes", 90), ("1h30m", 90), ("01:30", 90), ("00:05:30", 5.5),
        ("2 ngày", 2_880), ("3 days 2 hours", 4_440), ("1,5 hours", 90), ("45 Min", 45),
        ("Not enough data", None), ("", None), (None, None), (True, None), ("0", None), (-5, None),
        ("5 apples", None), ("1 hour 5 apples", None), ("99999999 days", None), ([], None),
    ],
)  # fmt: skip
def test_a_time_is_read_in_minutes(told, expected):
    """What is no time, or none that an order takes, is None."""
    assert minutes(told) == expected


def test_a_service_tells_its_average_time():
    """Under any of the names panels use; where it says nothing, nothing is known."""
    listed = [
        {"service": 1, "name": "a", "rate": "1", "average_time": "2 hours"},
        {"service": 2, "name": "b", "rate": "1", "average_time": "Not enough data", "avg_time": 30},
        {"service": 3, "name": "c", "rate": "1"},
    ]
    assert [each.usual for each in services(listed) or []] == [120, 30, None]


def test_an_average_that_moved_makes_no_two_terms():
    """A service listed twice with another average is the same service."""
    listed = [
        {"service": 1, "name": "a", "rate": "1", "average_time": told} for told in ("2 hours", "3 hours")
    ]
    (service,) = services(listed) or []
    assert service.trouble is None
