"""The problems of a run on the terminal: grouped by what repairs them, first in numbers, then in sentences."""

from typing import TYPE_CHECKING

from bulkorders import wording
from bulkorders.wording import repairs

if TYPE_CHECKING:
    from rich.console import Console

    from bulkorders.model.report import Report
    from bulkorders.wording.repairs import Group

SHOWN, SHOWN_OF_MANY = 12, 4
"""Sentences shown of one group of problems; all of them stand in the workbook and in `--json`.

Fewer where an overview has said already how many rows there are of each.
"""

HANGING = 7
"""Where text goes on that is broken beside a number."""


def show_problems(screen: "Console", report: "Report") -> None:
    """Show problems grouped by what repairs them: an overview where there are many, then what each says."""
    groups = repairs.groups(report)
    overview = repairs.overview(groups)
    if overview:
        screen.print(repairs.overview_heading(report), markup=False)
        screen.print()
        for group, told in overview:
            _heading(screen, group)
            indented(screen, told)
        screen.print()
    shown = SHOWN_OF_MANY if overview else SHOWN
    for group in groups:
        _heading(screen, group)
        for line in group.lines[:shown]:
            indented(screen, line)
        if len(group.lines) > shown:
            indented(screen, repairs.rest(len(group.lines) - shown, report))
    if groups:
        screen.print()


def _heading(screen: "Console", group: "Group") -> None:
    """Show how many problems a group has, and what repairs them, folded beside the number."""
    from rich.padding import Padding
    from rich.text import Text

    colour = "bold red" if group.blocking else "bold yellow"
    text = Text.assemble((f"{wording.number(group.count):>5}", colour), "  ", (group.heading, "bold"))
    if screen.is_terminal:
        lines = text.wrap(screen, screen.width - HANGING)
        screen.print(lines[0])
        for line in lines[1:]:
            screen.print(Padding(line, (0, 0, 0, HANGING)))
    else:
        screen.print(text)


def indented(screen: "Console", text: str) -> None:
    """Show a line that stays indented where the terminal breaks it."""
    from rich.padding import Padding
    from rich.text import Text

    screen.print(
        Padding(Text(text), (0, 0, 0, HANGING)) if screen.is_terminal else f"{' ' * HANGING}{text}",
        markup=False,
    )
