"""The terminal as the front of a run: asks the person, tells what comes up, shows how far it is."""

import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

from bulkorders import wording
from bulkorders.cli.folding import folded
from bulkorders.errors import CallError
from bulkorders.wording import summaries

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from bulkorders.model.progress import Progress, Review

ANSWERS = "[y/N]"


class TerminalFront:
    """Asks on the terminal, and shows progress on standard error where that is one.

    With `quiet` nothing is shown and nobody is asked: the answer is `yes`, or the run ends.
    """

    def __init__(self, *, yes: bool, quiet: bool) -> None:
        self._yes = yes
        self._quiet = quiet
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._stage = ""
        self._began = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def confirm(self, review: "Review") -> bool:
        """Show the consequences in numbers, and ask. Raises CallError where there is no terminal to ask on."""
        if not self._quiet:
            for line in summaries.review(review):
                click.echo(folded(line, "    "), err=True)
        return self._ask(wording.translated("Place these orders?"))

    def agree(self, question: str) -> bool:
        """Ask a question."""
        return self._ask(question)

    def choose(self, question: str, choices: Sequence[str]) -> int | None:
        """Show numbered choices, and let a number be typed; None where there is no terminal to ask on."""
        if self._yes or self._quiet or not sys.stdin.isatty():
            return None
        self._end()
        click.echo(folded(question), err=True)
        for number, choice in enumerate(choices, start=1):
            click.echo(folded(f"{number:>4}  {' '.join(choice.split())}", "      "), err=True)
        asked = f"{wording.translated('Number')} [1-{len(choices)}]"
        chosen = click.prompt(asked, type=click.IntRange(1, len(choices)), err=True)
        return int(chosen) - 1

    def _ask(self, question: str) -> bool:
        if self._yes:
            return True
        if self._quiet or not sys.stdin.isatty():
            raise CallError("call.no_terminal")
        self._end()  # a bar that runs holds back lines without an end, and draws over the question
        return click.confirm(folded(f"{question} {ANSWERS}"), default=False, err=True, show_default=False)

    def tell(self, sentence: str) -> None:
        """Tell something that stops nothing, on standard error."""
        if self._bar is not None:
            self._bar.console.print(sentence, markup=False, highlight=False)
        else:
            click.echo(folded(sentence), err=True)

    def progress(self, progress: "Progress") -> None:
        """Show counts, money, rate and remaining time; nothing where standard error is no terminal."""
        if self._quiet or not sys.stderr.isatty():
            return
        if self._bar is None or progress.stage != self._stage:
            self._end()
            self._start(progress)
        done = progress.placed + progress.rejected + progress.in_doubt
        if self._bar is not None and self._task is not None:
            told = summaries.progress(progress, time.monotonic() - self._began)
            self._bar.update(self._task, completed=done, total=progress.total, told=told)

    def _start(self, progress: "Progress") -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar
        from rich.table import Column

        self._stage, self._began = progress.stage, time.monotonic()
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(bar_width=12, table_column=Column(no_wrap=True, min_width=12)),
            MofNCompleteColumn(table_column=Column(no_wrap=True, min_width=len(f"{progress.total}") * 2 + 1)),
            TimeRemainingColumn(compact=True, table_column=Column(no_wrap=True, min_width=5)),
            # The counts stay whole on a narrow terminal; what gives way is the end of the sentence.
            TextColumn("{task.fields[told]}", markup=False, table_column=Column(no_wrap=True, ratio=1)),
            console=Console(stderr=True, highlight=False),
            transient=True,
            expand=True,
        )
        self._bar.start()
        self._task = self._bar.add_task(summaries.stage(progress.stage), total=progress.total, told="")

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.stop()
        self._bar = self._task = None
