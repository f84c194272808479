"""The page as the front of a run: what it asks waits for the person's answer, whichever tab gives it."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from bulkorders.model.progress import Progress, Review

PATIENCE = 1800.0
"""Seconds a question waits. A run that waits holds the journal, and a person who went home must not stop others."""

Answer = bool | int | None


@dataclass(frozen=True, slots=True)
class Question:
    """What a run asks: to confirm a review, to agree, or to choose one of several.

    `until` is by the monotonic clock.
    """

    id: str
    kind: Literal["confirm", "agree", "choose"]
    text: str = ""
    choices: tuple[str, ...] = ()
    review: Review | None = None
    until: float = 0.0


class PageFront:
    """Asked, told and shown from the thread of a run; looked at and answered from the server's.

    `version` rises with each change, so that a page knows when to look again. `plain` makes a sentence one
    for people, without where files are kept.
    """

    def __init__(self, *, patience: float = PATIENCE, plain: Callable[[str], str] = str) -> None:
        self.plain = plain
        self._patience = patience
        self._changed = threading.Condition()
        self._question: Question | None = None
        self._answer: Answer = None
        self._answered = False
        self._given_up = False
        self._told: list[str] = []
        self._progress: Progress | None = None
        self._stage = ""
        self._stage_began = time.monotonic()
        self.version = 0

    # from the thread of the run

    def confirm(self, review: Review) -> bool:
        """Show the review and wait for the answer; nobody's answer is a no."""
        question = Question(uuid4().hex, "confirm", review=review, until=self._until())
        return self._ask(question) is True

    def agree(self, question: str) -> bool:
        """Ask a question with yes and no, and wait; nobody's answer is a no."""
        return self._ask(Question(uuid4().hex, "agree", question, until=self._until())) is True

    def choose(self, question: str, choices: Sequence[str]) -> int | None:
        """Let one of several be chosen, and wait; None where nobody does."""
        asked = Question(uuid4().hex, "choose", question, tuple(choices), until=self._until())
        answer = self._ask(asked)
        return answer if isinstance(answer, int) and 0 <= answer < len(choices) else None

    def tell(self, sentence: str) -> None:
        """Keep a sentence for the page."""
        sentence = self.plain(sentence)
        with self._changed:
            if sentence not in self._told:
                self._told.append(sentence)
            self.version += 1

    def progress(self, progress: Progress) -> None:
        """Keep how far the run is."""
        if progress.stage != self._stage:
            self.stage(progress.stage)
        with self._changed:
            if progress != self._progress:
                self._progress = progress
                self.version += 1

    def stage(self, name: str) -> None:
        """Keep what is being done, in a word."""
        with self._changed:
            self._stage, self._stage_began = name, time.monotonic()
            self.version += 1

    def _until(self) -> float:
        return time.monotonic() + self._patience

    def _ask(self, question: Question) -> Answer:
        with self._changed:
            if self._given_up:
                return None
            self._question, self._answer, self._answered = question, None, False
            self.version += 1
            while not (self._answered or self._given_up):
                if not self._changed.wait(max(question.until - time.monotonic(), 0)):
                    break
            self._question = None
            self.version += 1
            return self._answer

    # from the server

    def answer(self, question: str, answer: Answer) -> bool:
        """Answer the question of this id; return whether it was still asked. The first answer counts."""
        with self._changed:
            if self._question is None or self._question.id != question or self._answered:
                return False
            self._answer, self._answered = answer, True
            self._changed.notify_all()
            return True

    def give_up(self) -> None:
        """Let nobody be asked any more: what is asked now, and later, has no answer."""
        with self._changed:
            self._given_up = True
            self._changed.notify_all()

    @property
    def question(self) -> Question | None:
        """What is asked just now."""
        return None if self._answered else self._question

    @property
    def told(self) -> tuple[str, ...]:
        """What was told so far, each sentence once."""
        return tuple(self._told)

    @property
    def now(self) -> tuple[str, Progress | None, float]:
        """What is being done, how far it is, and for how many seconds it has been."""
        with self._changed:
            return self._stage, self._progress, time.monotonic() - self._stage_began
