"""What comes together is done together: one commit, and each caller told of its own as if it had come alone."""

import asyncio

import pytest

from bulkorders.errors import JournalError
from bulkorders.journal.replay import replay
from bulkorders.model.lifecycle import State
from bulkorders.model.outcomes import Outcome, Verdict

NOT_SENT = Outcome(Verdict.NOT_SENT, kind="dns")
REFUSED = Outcome(Verdict.REJECTED, kind="link", message="bad link", http_status=200)


@pytest.fixture
def together(run, journal):
    """Do these at once, in one commit; return what came of each, errors too."""

    async def gather(operations):
        return await asyncio.gather(*operations, return_exceptions=True)

    def do(*operations):
        before = journal.commits
        came = run(gather(operations))
        assert journal.commits - before == 1
        return came

    return do


@pytest.fixture
def keys(run, journal, order):
    """Return the keys of eight orders, READY."""
    orders = [order(number) for number in range(1, 9)]
    run(journal.add(orders, "r1"))
    return [one.key for one in orders]


@pytest.fixture
def sent(together, journal, keys):
    """Claim all eight at once, by the attempts a1 to a8; return the keys."""
    claims = [journal.claim(key, f"a{number}", "r1") for number, key in enumerate(keys, start=1)]
    assert together(*claims) == [True] * 8
    return keys


def codes(came):
    """Return the codes of the errors among these, and the rest as it is."""
    return [found.code if isinstance(found, JournalError) else found for found in came]


def stands(run, journal):
    """Return the state of each order, and see that its events tell the same."""
    found = {one.key: one.state for one in run(journal.submissions())}
    assert {key: told.state for key, told in replay(run(journal.events())).items()} == found
    return list(found.values())


def kinds(run, journal, key):
    """Return the kinds of an order's events."""
    return [event.kind for event in run(journal.events(key=key))]


class TestClaims:
    """Claims of one group."""

    def test_of_two_claims_of_one_order_one_is_told_true(self, run, journal, together, keys):
        """Each that asks for an order which another of its group has got is told False, and leaves nothing."""
        first, second = keys[:2]
        wanted = [(first, "a1"), (second, "a2"), (first, "a3"), (second, "a4")]
        assert together(*(journal.claim(key, name, "r1") for key, name in wanted)) == [
            *(True, True, False, False)
        ]
        assert [each.id for key in keys for each in run(journal.attempts(key))] == ["a1", "a2"]
        assert kinds(run, journal, first) == ["add", "claim"]

    def test_an_attempt_has_one_order_of_its_group(self, run, journal, together, keys):
        """Claimed twice it is told True once; another order under the same attempt stays READY."""
        first, second = keys[:2]
        wanted = [(first, "a1"), (first, "a1"), (second, "a1"), ("nobody", "a1")]
        came = codes(together(*(journal.claim(key, name, "r1") for key, name in wanted)))
        assert came == [True, False, "journal.attempt_known", "journal.unknown_order"]
        assert [each.key for key in keys for each in run(journal.attempts(key))] == [first]
        assert stands(run, journal) == [State.SENDING] + [State.READY] * 7

    def test_a_refused_claim_leaves_the_others_of_its_group(self, run, journal, together, keys):
        """Only who asked for what can't be is told so; the others have their orders, each once."""
        run(journal.claim(keys[0], "a1", "r1"))
        wanted = [(keys[1], "b1"), ("nobody", "b2"), (keys[2], "a1"), (keys[0], "b3"), (keys[3], "b4")]
        came = codes(together(*(journal.claim(key, name, "r2") for key, name in wanted)))
        assert came == [True, "journal.unknown_order", "journal.attempt_known", False, True]
        assert stands(run, journal) == [State.SENDING] * 2 + [State.READY, State.SENDING] + [State.READY] * 4
        assert [kinds(run, journal, key) for key in keys[1:3]] == [["add", "claim"], ["add"]]

    def test_more_rows_than_one_statement_takes_are_numbered_one_after_the_other(self, run, reopen, order):
        """Seventy claims of one commit have the numbers 4 to 73 in their turn, in the attempts and in the events."""
        journal = run(reopen(group_limit=100))
        orders = [order(number) for number in range(1, 74)]
        run(journal.add(orders, "r1"))
        for one in orders[:3]:
            run(journal.claim(one.key, f"a{one.key}", "r1"))

        async def claim():
            return await asyncio.gather(
                *(journal.claim(one.key, f"a{one.key}", "r1") for one in orders[:2:-1])
            )

        before = journal.commits
        assert run(claim()) == [True] * 70
        assert journal.commits - before == 1
        wanted = [*orders[:3], *orders[:2:-1]]
        claimed = [event for event in run(journal.events()) if event.kind == "claim"]
        assert [event.key for event in claimed] == [one.key for one in wanted]
        assert [event.facts["number"] for event in claimed] == list(range(1, 74))
        attempts = [run(journal.attempts(one.key)) for one in wanted]
        assert [[each.number, each.id] for (each,) in attempts] == [
            [number, f"a{one.key}"] for number, one in enumerate(wanted, start=1)
        ]
        run(journal.close())


class TestAnswers:
    """Answers of one group."""

    def test_each_caller_has_the_order_of_its_own_attempt(self, run, journal, together, sent, accept):
        """Whatever their turn, and whatever each answer is."""
        turn = [5, 1, 8, 2, 7]
        answers = [accept("51"), REFUSED, NOT_SENT, Outcome(Verdict.IN_DOUBT), accept("71", "72")]
        came = together(*(journal.record(f"a{who}", said) for who, said in zip(turn, answers, strict=True)))
        assert [one.key for one in came] == [sent[who - 1] for who in turn]
        assert [one.order_ids for one in came] == [("51",), (), (), (), ("71", "72")]
        assert [one.state for one in came] == [
            *(State.PLACED, State.REJECTED, State.READY, State.IN_DOUBT, State.PLACED)
        ]
        assert came == [run(journal.submissions(keys=[one.key]))[0] for one in came]
        stands(run, journal)

    def test_an_id_that_two_answers_of_a_group_give_is_the_first_ones(
        self, run, journal, together, sent, accept
    ):
        """The second is in doubt as a duplicate, and its evidence is kept."""
        first, second, other = together(
            *(journal.record(f"a{who}", accept(found)) for who, found in ((2, "77"), (1, "77"), (3, "78")))
        )
        assert (first.state, second.state, other.state) == (State.PLACED, State.IN_DOUBT, State.PLACED)
        assert (first.order_ids, second.order_ids) == (("77",), ())
        (attempt,) = run(journal.attempts(sent[0]))
        assert (attempt.outcome, attempt.kind, attempt.order_ids) == ("in_doubt", "duplicate_id", ("77",))
        assert [one.key for one in run(journal.submissions(order_ids=["77"]))] == [sent[1]]

    @pytest.mark.usefixtures("sent")
    def test_an_id_of_an_earlier_group_is_a_duplicate_too(self, run, journal, together, accept):
        """What the journal holds counts as what the group brings."""
        run(journal.record("a1", accept("77")))
        second, other = together(journal.record("a2", accept("77")), journal.record("a3", accept("78")))
        assert (second.state, other.state) == (State.IN_DOUBT, State.PLACED)

    def test_two_answers_about_one_order_are_settled_in_their_turn(
        self, run, journal, together, sent, accept
    ):
        """The late one of an attempt that was ruled out, and the one of the attempt after it: both ids are kept."""
        key = sent[0]
        run(journal.record("a1", Outcome(Verdict.IN_DOUBT)))
        run(journal.resolve(key, "rule out", run="r2"))
        run(journal.claim(key, "b1", "r2"))
        came = together(
            journal.record("b1", accept("7")),
            journal.record("a2", accept("8")),
            journal.record("a1", accept("9")),
        )
        assert [one.order_ids for one in came] == [("7",), ("8",), ("7", "9")]
        found = [(each.id, each.outcome, each.order_ids) for each in run(journal.attempts(key))]
        assert found == [("a1", "ruled_out", ("9",)), ("b1", "accepted", ("7",))]
        assert kinds(run, journal, key)[-2:] == ["accept", "answer"]
        stands(run, journal)

    def test_the_same_answer_twice_in_a_group_is_written_once(self, run, journal, together, sent, accept):
        """The second finds itself recorded; one that gives another id adds it."""
        came = together(*(journal.record("a1", accept(found)) for found in ("7", "7", "8")))
        assert [one.order_ids for one in came] == [("7",), ("7",), ("7", "8")]
        assert kinds(run, journal, sent[0]) == ["add", "claim", "accept", "answer"]

    @pytest.mark.usefixtures("sent")
    def test_an_answer_to_an_unknown_attempt_leaves_the_others_of_its_group(
        self, run, journal, together, accept
    ):
        """Only its own caller is told, with the ids that would be lost."""
        came = together(*(journal.record(who, accept(f"9{who}")) for who in ("a1", "never", "a2")))
        assert codes(came)[1] == "journal.unknown_attempt"
        assert came[1].facts["order_ids"] == ["9never"]
        assert [came[at].order_ids for at in (0, 2)] == [("9a1",), ("9a2",)]
        assert stands(run, journal)[:3] == [State.PLACED, State.PLACED, State.SENDING]
        assert run(journal.submissions(order_ids=["9never"])) == []

    def test_answers_of_a_megabyte_are_kept_whole(self, run, journal, together, sent):
        """So are texts that look like parts of a statement or of JSON, and the largest number a column holds."""
        odd = ["null", "[]", '"', "\\u0000", "'; --", "\U0001f600", "1e400", "ạ" * 1_000_000]
        answers = [
            Outcome(Verdict.REJECTED, kind="link", message=text, answer=text, http_status=2**63 - 1)
            for text in odd
        ]
        came = together(
            *(journal.record(f"a{number}", answer) for number, answer in enumerate(answers, start=1))
        )
        assert [one.answer for one in came] == odd
        held = [run(journal.attempts(key))[0] for key in sent]
        assert [(each.message, each.answer, each.http_status) for each in held] == [
            (text, text, 2**63 - 1) for text in odd
        ]
