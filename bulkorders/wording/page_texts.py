"""What is said on the page alone: errors of its own, and sentences that name commands, said for a browser."""

PAGE_ERRORS: dict[str, tuple[str, str]] = {
    "call.nothing_ticked": (
        "No order is ticked.",
        "Tick at least one order, and choose again. Nothing was asked for.",
    ),
    "export.nothing_there": (
        "There is nothing to write: no money moved in this time.",
        "Choose another month, or all months.",
    ),
}

SAID_ON_PAGE: dict[str, str] = {}
"""By the sentence that names a command or its options: what is said on the page instead."""
