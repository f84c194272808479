"""What a tester may do to the pretend panel, and no customer: set its balance, time, prices, outcomes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from bulkorders.sandbox.errors import BadSettingError
from bulkorders.sandbox.fate import (
    CANCELED,
    COMPLETED,
    FAILED,
    FINAL,
    PENDING,
    PROCESSING,
    STATUSES,
    Fate,
    draw_fate,
)
from bulkorders.sandbox.money import amount, plain
from bulkorders.sandbox.orders import Plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from bulkorders.sandbox.orders import Order
    from bulkorders.sandbox.records import Records

_CHANGEABLE: Final[dict[str, type | Callable[[object], Any]]] = {
    "rate": amount,
    "least": int,
    "most": int,
    "name": str,
    "category": str,
    "type": str,
    "refill": bool,
    "cancel": bool,
}


class Rehearsal:
    """The tester's hand on a shop's records. All methods raise BadSettingError for what can't be done."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._plans: list[Plan] = []

    def set_balance(self, balance: Decimal | str | int) -> None:
        """Set what is left to spend."""
        self._happen({"event": "balance", "balance": plain(amount(balance))})

    def top_up(self, paid_in: Decimal | str | int) -> None:
        """Let the customer pay so much in."""
        self._happen({"event": "movement", "amount": plain(amount(paid_in))})

    def spend(self, spent: Decimal | str | int) -> None:
        """Let another user of the account spend so much, on orders that this one knows nothing of."""
        self._happen({"event": "movement", "amount": plain(-amount(spent))})

    def charge(self, *, late: float = 0, tax: Decimal | str | int = 0, silent_refunds: bool = False) -> None:
        """Charge orders to come `late` seconds of the shop after their sale, with so much `tax` on top.

        `silent_refunds`: what is paid back from now on is not told in the charge of its order.
        """
        if late < 0:
            raise BadSettingError(f"a charge comes zero or more seconds later, not {late}")
        told = {"late": float(late), "tax": plain(amount(tax)), "silent": bool(silent_refunds)}
        self._happen({"event": "charging", **told})

    def set_speed(self, speed: float) -> None:
        """Set how many seconds of the shop pass in one of the wall; 86,400 makes a day of a second."""
        self._retime(self._records.clock.set_speed, speed)

    def advance(self, seconds: float = 86_400) -> None:
        """Let so many seconds of the shop pass at once; a day's worth makes every order final."""
        self._retime(self._records.clock.advance, seconds)

    def change_service(self, service_id: str, **changes: Any) -> None:
        """Change rate, least, most, name, category, type, refill or cancel of a service from now on."""
        if unknown := set(changes) - set(_CHANGEABLE):
            raise BadSettingError(f"a service has no {', '.join(sorted(unknown))} that can be changed")
        kept = {name: _CHANGEABLE[name](value) for name, value in changes.items()}
        if "rate" in kept:
            kept["rate"] = plain(kept["rate"])
        self._change(service_id, kept)

    def remove_service(self, service_id: str) -> None:
        """Take a service out of the catalogue; its orders stay."""
        self._change(service_id, None)

    def plan(
        self, status: str, *, link: str = "", share: float | None = None, times: int | None = None
    ) -> None:
        """Force the outcome of orders to come whose link contains `link`; `share` is the part delivered."""
        if status not in FINAL:
            raise BadSettingError(f"an outcome is one of {', '.join(sorted(FINAL))}, not {status!r}")
        with self._records.lock:
            self._plans.append(Plan(status, link, share, times))

    def pin(
        self, order_id: str, status: str, *, remains: int | None = None, start_count: int | None = None
    ) -> None:
        """Fix what is told of a sold order from now on; a final status pays back what it owes.

        Left out, `remains` is 0 (or less, if so drawn) when completed, all when canceled or not begun,
        else half.
        """
        if status not in STATUSES:
            raise BadSettingError(f"a status is one of {', '.join(sorted(STATUSES))}, not {status!r}")
        order = self._known(order_id)
        start = order.fate.start_count if start_count is None else start_count
        left = _natural_remains(order, status) if remains is None else remains
        self._happen(
            {
                "event": "pin",
                "order": order.id,
                "status": status,
                "remains": int(left),
                "start_count": int(start),
            }
        )

    def pin_refill(self, refill_id: str, status: str) -> None:
        """Fix the word for a refill from now on, as "Completed" or "Rejected"."""
        if refill_id not in self._records.refills:
            raise BadSettingError(f"there is no refill {refill_id}")
        self._happen({"event": "refill_pin", "refill": refill_id, "outcome": status})

    def fate_of(self, service: str, link: str, quantity: int) -> Fate:
        """Draw the fate of an order about to be sold by what it is: two runs of one campaign end alike."""
        alike = (service, link, quantity)
        seed = f"{self._records.seed}:{alike}:{self._records.alike[alike]}"
        for index, plan in enumerate(self._plans):
            if plan.link in link and plan.times != 0:
                if plan.times is not None:
                    self._plans[index] = replace(plan, times=plan.times - 1)
                return draw_fate(seed, quantity, status=plan.status, share=plan.share)
        return draw_fate(seed, quantity)

    def _known(self, order_id: str) -> Order:
        if order_id not in self._records.orders:
            raise BadSettingError(f"there is no order {order_id}")
        return self._records.orders[order_id]

    def _change(self, service_id: str, changes: dict[str, Any] | None) -> None:
        if service_id not in self._records.catalogue:
            raise BadSettingError(f"there is no service {service_id}")
        self._happen({"event": "service", "service": service_id, "changes": changes})

    def _happen(self, event: dict[str, Any]) -> None:
        with self._records.lock:
            self._records.happen(event | {"at": self._records.settled()})

    def _retime(self, change: Callable[[float], None], value: float) -> None:
        with self._records.lock:
            try:
                change(value)
            except ValueError as reason:
                raise BadSettingError(str(reason)) from reason
            self._records.happen({"event": "clock", "mark": self._records.clock.mark()})


def _natural_remains(order: Order, status: str) -> int:
    if status == COMPLETED:
        return min(order.quantity - order.fate.delivered, 0)
    return order.quantity if status in (PENDING, PROCESSING, CANCELED, FAILED) else order.quantity // 2
