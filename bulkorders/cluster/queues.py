"""The names of queues and tasks, and how urgent each is: what submitters, workers and the sweep agree on."""

import hashlib

SUBMIT = "bulkorders.submit"
SWEEP = "bulkorders.sweep"
LOOK = "bulkorders.look"
REFRESH = "bulkorders.refresh"
REQUEST = "bulkorders.request"
CLOSE = "bulkorders.close"
EXPORT = "bulkorders.export"

SWEEPING = "bulkorders-sweep"
"""The queue of the sweep: its own, so that no order ever keeps it waiting."""

PAPERS = "bulkorders-papers"
"""The queue of what any worker can do: closing, exports."""

URGENT, USUAL, PATIENT = 100, 0, -10
"""Priorities: the sweep and looks, orders, and what can wait."""


def of_account(account: str) -> str:
    """Return the queue of an account's orders: only workers that hold its key listen to it.

    The database tells of new jobs on a channel of this name, which may have few letters.
    """
    return f"orders-{_short(account)}"


def care_of(account: str) -> str:
    """Return the queue of what else is asked of an account's panel: looks, statuses, refills, cancels."""
    return f"care-{_short(account)}"


def _short(account: str) -> str:
    return hashlib.sha256(account.encode()).hexdigest()[:20]
