"""All that can stop a run, with the exit code each ends with.

    BulkordersError                     exit
    ├── CallError                        2   the command line asks for something that can't be
    ├── SettingsError                    2   the settings are missing, wrong or contradict each other
    ├── SheetError                       2   the order sheet can't be read as one
    ├── PanelError                       3
    │   ├── PanelUnreachable             3   no answer came, or none that could be read
    │   └── PanelRefused                 3   the panel said no: key, account, funds, address
    ├── GuardError                       4   a guard stopped the run before it did harm
    │   ├── Declined                     4   the person asked said no
    │   └── JournalHeld                  4   another run holds the journal
    ├── JournalError                     4   the journal can't be trusted or written
    └── Interrupted                    130   Ctrl-C or SIGTERM; what was in flight has been waited for

An error carries a `code` and facts; the sentences for people stand in `wording`, which fills in
`message` (where, what was expected, what was found) and `next` (what to do). Facts never hold a key.
"""

from typing import Any, ClassVar


class BulkordersError(Exception):
    """What stops a run: a code, the facts of the case, and the exit code to end with."""

    exit_code: ClassVar[int] = 1

    def __init__(self, code: str, /, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
        self.message: str | None = None
        self.next: str | None = None

    def __str__(self) -> str:
        if self.message is not None:
            return " ".join(filter(None, (self.message, self.next)))
        told = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code} ({told})" if told else self.code


class CallError(BulkordersError):
    """The command asks for something that can't be."""

    exit_code = 2


class SettingsError(BulkordersError):
    """The settings are missing, wrong, or contradict each other."""

    exit_code = 2


class SheetError(BulkordersError):
    """The order sheet can't be read as one."""

    exit_code = 2


class PanelError(BulkordersError):
    """The panel couldn't be asked, or didn't say what was needed."""

    exit_code = 3


class PanelUnreachable(PanelError):
    """No answer came, or none that could be read."""


class PanelRefused(PanelError):
    """The panel said no to everything: wrong key, closed account, no funds, wrong address."""


class GuardError(BulkordersError):
    """A guard stopped the run before it did harm."""

    exit_code = 4


class Declined(GuardError):
    """The person who was asked said no."""


class JournalHeld(GuardError):
    """Another run holds the journal."""


class JournalError(BulkordersError):
    """The journal can't be trusted, read or written."""

    exit_code = 4


class Interrupted(BulkordersError):
    """Ctrl-C or SIGTERM came; what was in flight has been waited for."""

    exit_code = 130
