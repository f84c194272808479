"""What a run finds in the journal and what it does about it: decides, and changes nothing itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bulkorders.model.lifecycle import COMMITTED, State
from bulkorders.model.orders import Submission, ValidatedOrder
from bulkorders.model.outcomes import FINAL


@dataclass(frozen=True, slots=True)
class Plan:
    """What a submit will do: orders to make ready and send, rejected ones to try again, keys to drop."""

    send: tuple[ValidatedOrder, ...]
    again: tuple[str, ...]
    drop: tuple[str, ...]


def plan(valid: Sequence[ValidatedOrder], rejected: Iterable[str], campaign: Sequence[Submission]) -> Plan:
    """Return the plan.

    Only what was just validated is sent. `rejected` are the keys of rejected orders that may be tried
    again (asked for, or their rows were edited). READY orders of the campaign that no valid row asks for
    any more are dropped.
    """
    wanted = {order.key for order in valid}
    again = set(rejected) & wanted
    drop = [known.key for known in campaign if known.state is State.READY and known.key not in wanted]
    return Plan(tuple(valid), tuple(sorted(again)), tuple(drop))


def finished(campaign: Sequence[Submission]) -> bool:
    """Whether a campaign has orders, and all of them are at their end."""
    return bool(campaign) and all(
        known.status in FINAL
        if known.state is State.PLACED
        else known.state in (State.REJECTED, State.DROPPED)
        for known in campaign
    )


def vanished(campaign: Sequence[Submission], keys: Iterable[str]) -> list[Submission]:
    """Return the orders that are placed, or may be, whose rows have left the sheet."""
    present = set(keys)
    return [known for known in campaign if known.state in COMMITTED and known.key not in present]
