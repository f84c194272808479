"""Which kind of panel this is, told from its answers to calls that change nothing: a proposed profile.

What the client reads off each answer anyway needs no setting; proposed is only what it can't know, or what
spares it calls. The signs of each family are those of its public documents and code.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bulkorders.model.orders import Submission
from bulkorders.model.service_types import service_type
from bulkorders.panel import deliveries, listings
from bulkorders.panel.answers import Reply, folded, says_yes
from bulkorders.panel.client import Panel
from bulkorders.panel.faults import fault_of
from bulkorders.panel.figures import amount
from bulkorders.panel.forms import several

if TYPE_CHECKING:
    from bulkorders.model.catalogue import Service

SOCIAL_TYPES = frozenset(
    {"like", "subscribe", "comment", "dislike", "repost", "friend", "vote", "retweet", "follow", "favorite"}
)
VIETNAMESE_TYPES = frozenset({"special", "special1"})
NEAR = Decimal("0.35")
"""How far a charge may lie from its estimate (tax, rank, a new rate) and still speak for the same basis."""
WITHOUT_KEY = ("required", "missing", "field is")
TYPES_NAMED = 12


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was seen: its code in `wording`, and the facts of its sentence."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was seen, and what `[panels.NAME]` should say beside `url` and `key`, by setting."""

    findings: tuple[Finding, ...]
    settings: Mapping[str, Any]


async def key_refusal(panel: Panel) -> str | None:
    """Ask for the balance once; return the panel's words where it says that it was given no key at all.

    Raises PanelError where the panel can't be asked, or refuses the key it was given: that is not tried again,
    since panels block an address after a few wrong keys.
    """
    reply = await panel.look("balance", {})
    if reply.exchange.status == 405:  # noqa: PLR2004 - the method is not allowed
        return "405"
    said = "; ".join(reply.errors)
    if reply.refused and "key" in said.lower() and any(word in said.lower() for word in WITHOUT_KEY):
        return said
    fault = fault_of(reply, panel.facts("balance"), panel.profile.error_kinds)
    if fault is not None:
        raise fault.error
    return None


async def look_over(panel: Panel, own: Sequence[Submission], order_ids: Sequence[str]) -> Proposal:
    """Ask for balance, services and the status of own orders; return what that shows. Raises PanelError.

    `own` are placed orders the journal knows (their charges tell the rate basis), `order_ids` all that may
    be asked about.
    """
    look = _Look(panel)
    look.take_balance(await panel.read("balance", {}))
    look.take_services(await panel.read("services", {}))
    if order_ids:
        one = await panel.look("status", {"order": order_ids[0]})
        look.take_status(one, order_ids[0], own)
        listed = await panel.look("statuses", {"orders": several(panel.profile, order_ids)})
        look.take_statuses(listed, order_ids)
    else:
        look.found.append(Finding("probe.no_order"))
    return look.proposal()


class _Look:
    """What has been seen so far."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self.found: list[Finding] = []
        self._settings: dict[str, Any] = {}
        self._signs: list[str] = []
        self._services: list[Service] = []
        self._currency: str | None = None
        self._special = False

    def take_balance(self, reply: Reply) -> None:
        """Take in the balance."""
        told = None if reply.refused else listings.balance(reply.value)
        if told is None:
            self.found.append(Finding("probe.no_balance", {"began": reply.text[:80]}))
            return
        self.found.append(
            Finding("probe.balance", {"amount": told.amount, "currency": told.currency or "no currency"})
        )
        entry = folded(reply.value)
        if told.currency is None and self._panel.profile.currency is None:
            self.found.append(Finding("probe.no_currency"))
        self._sign("cmsnt1", "balancef" in entry)
        self._sign("smartpanel", _as_html(reply) and "status" in entry and "\n" in reply.raw.strip())
        self._sign(
            "indonesian", isinstance(entry.get("data"), dict) and isinstance(entry.get("status"), bool)
        )
        self._currency = told.currency

    def take_services(self, reply: Reply) -> None:
        """Take in the catalogue."""
        self._services = listings.services(reply.value, self._panel.profile.basis) or []
        types = list(dict.fromkeys(service.type_name for service in self._services))
        facts = {"count": len(self._services), "types": types[:TYPES_NAMED]}
        self.found.append(Finding("probe.services", facts))
        unread = [service.id for service in self._services if service.trouble]
        if unread:
            facts = {"count": len(unread), "ids": unread[:TYPES_NAMED]}
            self.found.append(Finding("probe.services_unread", facts))
        unknown = [name for name in types if not service_type(name).known]
        if unknown:
            self.found.append(Finding("probe.types_unknown", {"types": unknown[:TYPES_NAMED]}))
        plain = [service.type.name.lower() for service in self._services]
        entry = _first(reply.value)
        self._sign("socpanel", "default" not in plain and not SOCIAL_TYPES.isdisjoint(plain))
        self._special = not VIETNAMESE_TYPES.isdisjoint(plain)
        self._sign(
            "smartpanel", entry.get("dripfeed") in ("0", "1") and isinstance(entry.get("service"), str)
        )
        self._sign("cmsnt2", "platform" in entry or _refills_as_enum(reply.value))
        self._sign("indonesian", isinstance(folded(reply.value).get("data"), list) and says_yes(reply.value))

    def take_status(self, reply: Reply, id_: str, own: Sequence[Submission]) -> None:
        """Take in the status of one order of one's own."""
        told = deliveries.entries(reply.value, [id_])
        report = deliveries.delivery(id_, told[id_], self._panel.mask) if id_ in told else None
        if report is None or report.error is not None:
            said = report.error if report else reply.text[:80]
            self.found.append(Finding("probe.order_unknown", {"id": id_, "said": said}))
            return
        self.found.append(Finding("probe.status", {"id": id_, "status": report.status}))
        entry = folded(told[id_])
        self._sign("cmsnt1", "start_counter" in entry)
        known = next((order for order in own if id_ in order.order_ids), None)
        if known is not None and amount(entry.get("charge")):
            self._take_charge(known, amount(entry.get("charge")) or Decimal(0))

    def _take_charge(self, order: Submission, charge: Decimal) -> None:
        """Tell the rate basis from what an order cost."""
        if not order.estimate or len(order.order_ids) > 1:
            return
        ratio = charge / order.estimate
        other = {1000: (1, Decimal(1000)), 1: (1000, Decimal("0.001"))}[order.basis]
        facts = {"service": order.service, "charge": charge, "estimate": order.estimate}
        if abs(ratio - 1) <= NEAR:
            self.found.append(Finding("probe.basis_fits", {**facts, "basis": order.basis}))
        elif abs(ratio / other[1] - 1) <= NEAR:
            self.found.append(Finding("probe.basis_differs", {**facts, "basis": other[0]}))
            service = next((each for each in self._services if each.id == order.service), None)
            name = service.type_name.lower() if service else "default"
            self._settings["rate_basis"] = {name: other[0]}
        else:
            self.found.append(Finding("probe.basis_unclear", {**facts, "basis": order.basis}))

    def take_statuses(self, reply: Reply, ids: Sequence[str]) -> None:
        """Take in how the panel answers to the status of several."""
        if deliveries.entries(reply.value, ids) and isinstance(reply.value, dict | list):
            self.found.append(Finding("probe.several"))
            self._sign("cmsnt2", "order" in _first(reply.value))
        else:
            self.found.append(Finding("probe.one_by_one", {"began": reply.text[:80]}))
            self._settings["batch_size"] = 1

    def _sign(self, family: str, seen: object) -> None:
        if seen:
            self._signs.append(family)

    def proposal(self) -> Proposal:
        """Return what was seen, the likeliest family first among what is proposed."""
        if not self._signs and self._special and self._currency == "VND":
            self._signs.append("vn")
        family = _likeliest(self._signs)
        self.found.append(Finding("probe.family" if self._signs else "probe.canonical", {"family": family}))
        preset = {"preset": family} if self._signs else {}
        return Proposal(tuple(self.found), {**preset, **self._settings})


def _likeliest(signs: Sequence[str]) -> str:
    """Return the family with the most signs; of equals the rarer one, since its signs are its own."""
    rarest_first = ("vn", "cmsnt1", "cmsnt2", "indonesian", "socpanel", "smartpanel")
    return max(rarest_first, key=signs.count) if signs else "perfectpanel"


def _as_html(reply: Reply) -> bool:
    told = next(
        (value for name, value in reply.exchange.headers.items() if name.lower() == "content-type"), ""
    )
    return "html" in told.lower()


def _entries(value: Any) -> Iterable[Mapping[str, Any]]:
    return (folded(entry) for entry in value if isinstance(entry, dict)) if isinstance(value, list) else ()


def _first(value: Any) -> Mapping[str, Any]:
    return next(iter(_entries(value)), {})


def _refills_as_enum(value: Any) -> bool:
    return any(entry.get("refill") in (2, 3, "2", "3") for entry in _entries(value))
