"""Decisions after an outcome: pure, so each is tried by itself."""

import pytest

from bulkorders.model.outcomes import Consequence, Outcome, Verdict
from bulkorders.model.pace import LONGEST_WAIT
from bulkorders.submission.retrying import DOUBTS_IN_A_ROW, MOST_TRIES, decide, resume_after_probes

WAIT = Outcome(Verdict.NOT_SENT, kind="rate", consequence=Consequence.WAIT, wait=7.0)
DOUBT = Outcome(Verdict.IN_DOUBT, kind="no_answer")


@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.REJECTED])
def test_a_clear_answer_changes_nothing(verdict):
    """After an accepted or a rejected order the run goes on as before."""
    decision = decide(Outcome(verdict), tries=1, doubts=0, draw=0.5)
    assert (decision.again, decision.hold, decision.stop, decision.pause) == (False, 0.0, None, False)


def test_an_order_in_doubt_is_never_tried_again():
    """No number of tries, doubts or draws makes a doubt be sent again."""
    for tries in range(1, 5):
        for doubts in range(1, 9):
            assert decide(DOUBT, tries, doubts, 1.0).again is False


def test_so_many_doubts_in_a_row_pause_the_panel():
    """The third doubt in a row pauses, the second does not."""
    assert decide(DOUBT, 1, DOUBTS_IN_A_ROW, 0.5).pause
    assert not decide(DOUBT, 1, DOUBTS_IN_A_ROW - 1, 0.5).pause


def test_the_panels_own_wait_is_the_least():
    """The wait is at least what the panel asked for, whatever the draw."""
    assert decide(WAIT, 1, 0, 0.0).hold == 7.0
    assert decide(WAIT, 1, 0, 0.0).again


def test_what_was_not_sent_is_tried_three_times_at_most():
    """The third try without progress ends the run, with the rest left ready."""
    assert decide(WAIT, MOST_TRIES, 0, 0.5).stop == "rate"
    assert decide(WAIT, MOST_TRIES - 1, 0, 0.5).stop is None


def test_a_wait_longer_than_a_run_can_take_ends_it():
    """A Retry-After of an hour is no wait for a run."""
    long = Outcome(Verdict.NOT_SENT, kind="rate", consequence=Consequence.WAIT, wait=LONGEST_WAIT + 1)
    assert decide(long, 1, 0, 0.5).stop == "rate"


def test_a_refusal_of_everybody_stops_at_once():
    """A bad key stops with the first answer."""
    stop = Outcome(Verdict.NOT_SENT, kind="key", consequence=Consequence.STOP)
    assert decide(stop, 1, 0, 0.5).stop == "key"


def test_a_pause_ends_only_with_good_probes_and_progress():
    """A first pause ends with good probes; a further one only where orders got through since."""
    assert resume_after_probes(good=2, placed_since_last_pause=0, pauses=1)
    assert not resume_after_probes(good=0, placed_since_last_pause=5, pauses=1)
    assert not resume_after_probes(good=2, placed_since_last_pause=0, pauses=2)
    assert resume_after_probes(good=2, placed_since_last_pause=1, pauses=2)


def test_a_panel_that_says_too_often_and_not_how_long_gets_a_second() -> None:
    """Nobody begins for a second at least, whatever the draw."""
    busy = Outcome(Verdict.NOT_SENT, kind="rate", consequence=Consequence.WAIT)
    assert decide(busy, 1, 0, 0.0).hold >= 1.0
