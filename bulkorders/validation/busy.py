"""Orders for one service and link at the same time: panels refuse the second, or deliver both as one."""

from collections.abc import Iterable

from bulkorders.model.orders import Submission
from bulkorders.validation.identity import Identified
from bulkorders.validation.memory import aim

Spot = tuple[str, str, str]
"""An account, a service, and what an order is for: its link, or the user where it takes no link."""


STILL_OPEN = "link.still_open"
TWICE = "link.twice"
CODES = frozenset({STILL_OPEN, TWICE})
"""The warnings of a row that would be sent while another order for its service and link is open, or goes before."""


class Busy:
    """Which links are busy: by orders still open, and by rows of the sheet that go before."""

    def __init__(self, still_open: Iterable[Submission]) -> None:
        self._open: dict[Spot, Submission] = {}
        self._rows: dict[Spot, int] = {}
        for each in still_open:
            self._open.setdefault((each.account, each.service, aim(each.link, each)), each)

    def take(self, each: Identified) -> tuple[str, dict[str, object]] | None:
        """Let a row that would be sent take its place; return what is there already, a code with facts, or None."""
        order = each.order
        spot = each.target.account, order.service, each.link if order.link else aim("", each)
        first = self._rows.setdefault(spot, order.row)
        before = self._open.get(spot)
        if before is not None and before.key != each.key:
            return STILL_OPEN, {"order_id": before.order_id, "campaign": before.campaign}
        return (TWICE, {"first": first}) if first != order.row else None
