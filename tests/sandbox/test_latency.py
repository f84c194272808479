"""How a latency is written, and how it is drawn."""

from __future__ import annotations

import random

import pytest

from bulkorders.sandbox import BadSettingError, Latency


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("300-700ms", 0.3, 0.7),
        ("0.3s", 0.3, 0.3),
        ("0.3-0.7s", 0.3, 0.7),
        ("200ms-1s", 0.2, 1.0),
        (" 20 ms ", 0.02, 0.02),
        ("0", 0, 0),
        (0.25, 0.25, 0.25),
        ("2", 2, 2),
    ],
)
def test_latency_is_read(text: str | float, low: float, high: float):
    """Milliseconds, seconds and ranges of them are understood; a bare number is seconds."""
    read = Latency.read(text)
    assert (read.low, read.high) == pytest.approx((low, high))


@pytest.mark.parametrize("text", ["", "fast", "-1s", "700-300ms", "1m", "3e2ms", "1-2-3s", -0.5, "nan"])
def test_what_is_no_latency_is_refused(text: str | float):
    """Anything else is refused, quoting what was written."""
    with pytest.raises(BadSettingError, match="is no latency"):
        Latency.read(text)


def test_a_range_is_drawn_evenly():
    """Draws stay within the range and spread over all of it."""
    source = random.Random(4)  # noqa: S311 - a test that can be repeated
    draws = [Latency.read("300-700ms").draw(source) for _ in range(2_000)]
    assert min(draws) >= 0.3
    assert max(draws) <= 0.7
    assert sum(draws) / len(draws) == pytest.approx(0.5, abs=0.01)
