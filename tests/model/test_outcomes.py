"""What a panel tells of an order, and when it will tell no more."""

import pytest

from bulkorders.model.outcomes import FINAL, Delivery, DeliveryReport, Outcome, Verdict


@pytest.mark.parametrize(
    ("status", "final"),
    [
        ("Pending", False),
        ("Processing", False),
        ("In progress", False),
        ("Completed", True),
        ("Partial", True),
        ("Canceled", True),
        ("Refunded", True),
        ("Failed", True),
        ("Paused", False),
        ("completed", False),
        (None, False),
    ],
)
def test_only_a_known_last_word_is_final(status: str | None, final: bool) -> None:
    """A word nobody has listed, or none, keeps the order open."""
    assert DeliveryReport("9", status).final is final


def test_final_words_are_words_of_deliveries() -> None:
    """Each final status is one of the normalised words."""
    assert {word.value for word in Delivery} > FINAL


def test_an_outcome_says_nothing_it_was_not_told() -> None:
    """Only the verdict is needed: no id, no charge and no wait are made up."""
    outcome = Outcome(Verdict.IN_DOUBT)
    assert (outcome.order_ids, outcome.charge, outcome.wait, outcome.http_status) == ((), None, None, None)
