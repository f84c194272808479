"""What the journal knows of the orders at hand, passed in so that checking asks nobody."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bulkorders.model.lifecycle import COMMITTED
from bulkorders.model.links import normalised_link
from bulkorders.model.orders import Submission, composed


@dataclass(frozen=True, slots=True)
class Memory:
    """What the journal knows of the orders at hand.

    `campaign` holds every order of the sheet's campaigns, `alike` a committed order by fingerprint within
    the look-back window, across campaigns, `by_key` the orders that the sheet's rows name by their keys,
    `still_open` those on the same accounts that are not at their end, of whatever campaign.
    """

    campaign: Sequence[Submission] = ()
    alike: Mapping[str, Submission] = field(default_factory=dict)
    by_key: Mapping[str, Submission] = field(default_factory=dict)
    still_open: Sequence[Submission] = ()

    def known(self) -> dict[str, Submission]:
        """Return all of them by key."""
        return {each.key: each for each in self.campaign} | dict(self.by_key)


def committed(order: Submission | None) -> bool:
    """Whether money is, or may be, spent for this order."""
    return order is not None and order.state in COMMITTED


class Sent(Protocol):
    """What has been sent, or would be."""

    @property
    def parameters(self) -> Mapping[str, str]:
        """The parameters under their documented names."""
        ...


def aim(link: str, order: Sent) -> str:
    """Return what an order is for, as panels compare it: its link, or the user where it takes no link."""
    if link:
        return normalised_link(link)
    return order.parameters.get("username", "").removeprefix("@").casefold()


Place = tuple[str, str]
"""An account and a campaign."""

Form = tuple[Place, bool, tuple[tuple[str, str], ...]]
"""Where an order belongs, whether it has a reference, and what was sent."""


class Unclaimed:
    """Committed orders of the sheet's campaigns that no row stands for, as far as is known yet."""

    def __init__(self, orders: Iterable[Submission], places: frozenset[Place]) -> None:
        self._by_key = {
            each.key: each for each in orders if committed(each) and (each.account, each.campaign) in places
        }
        self._by_form: dict[Form, list[Submission]] | None = None

    def __bool__(self) -> bool:
        return bool(self._by_key)

    def get(self, key: str | None) -> Submission | None:
        """Return the order of this key, if no row stands for it."""
        return self._by_key.get(key) if key is not None else None

    def claim(self, key: str) -> Submission | None:
        """Take the order of this key away: a row stands for it."""
        return self._by_key.pop(key, None)

    def alike(self, place: Place, parameters: Mapping[str, str], *, referenced: bool) -> list[Submission]:
        """Return the orders for which exactly this was sent, with or without a reference, first to last."""
        if not self._by_key:
            return []
        if self._by_form is None:
            # Made late: by then most orders are claimed by their keys.
            self._by_form = defaultdict(list)
            for each in self._by_key.values():
                form = ((each.account, each.campaign), each.reference is not None, composed(each.parameters))
                self._by_form[form].append(each)
        found = self._by_form.get((place, referenced, composed(parameters)), ())
        return [each for each in found if each.key in self._by_key]

    def vanished(self) -> "Vanished":
        """Return what is left when all rows are known: the orders whose rows have left the sheet."""
        return Vanished(self._by_key)


class Vanished:
    """Orders that are placed, or may be, whose rows have left the sheet, or have been edited."""

    def __init__(self, by_key: Mapping[str, Submission]) -> None:
        self.by_key = by_key
        self._plain: dict[tuple[Place, str, str], Submission] = {}
        self._named: dict[tuple[Place, str, str], Submission] = {}
        self._alike: dict[tuple[Place, str], Submission] = {}
        for each in by_key.values():
            place = (each.account, each.campaign)
            on = self._plain if each.reference is None else self._named
            on.setdefault((place, each.service, aim(each.link, each)), each)
            self._alike.setdefault((place, each.fingerprint), each)

    def on(self, place: Place, service: str, at: str, *, named: bool) -> Submission | None:
        """Return an order for this service and aim: one without a reference, else (`named`) one with any."""
        asked = (place, service, at)
        return self._plain.get(asked) or (self._named.get(asked) if named else None)

    def like(self, place: Place, fingerprint: str) -> Submission | None:
        """Return an order that is the same purchase."""
        return self._alike.get((place, fingerprint))
