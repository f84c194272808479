"""The terminal as the front of a day: each sentence is told once, and kept in the log."""

import logging

from bulkorders.cli.front import TerminalFront

log = logging.getLogger(__name__)


class DayFront(TerminalFront):
    """The terminal, with each sentence told once a day and kept in the log."""

    def __init__(self, *, yes: bool, quiet: bool) -> None:
        super().__init__(yes=yes, quiet=quiet)
        self._told: set[str] = set()

    def tell(self, sentence: str) -> None:
        """Tell something that stops nothing; several sheets of one account often come to the same."""
        if sentence not in self._told:
            self._told.add(sentence)
            log.info("%s", sentence)
            super().tell(sentence)
