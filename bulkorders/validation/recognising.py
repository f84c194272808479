"""Which rows are orders that the journal knows as placed, or maybe placed.

A row is known by its key, by the hidden key of a results workbook, by what was sent, whatever became of
its service, and where its reference came or went. Each order is claimed by one row at most, so that a
sheet with three of a kind never has more than three of them, however it is sorted.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Submission, changed_key, same_parameters
from bulkorders.validation.grouping import grouped, repeating
from bulkorders.validation.identity import Identified, forms
from bulkorders.validation.memory import Place, Unclaimed, Vanished, committed

Fit = Callable[[Identified], bool]
"""Whether a row keeps every rule of its own."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """The rows under the keys the journal knows them by.

    `claimed` is by place among the rows: the committed order the row is. `twice` is by place too: the
    number of the row that has the same reference. `vanished` are the committed orders no row stands for.
    """

    rows: Sequence[Identified]
    claimed: Mapping[int, Submission]
    twice: Mapping[int, int]
    vanished: Vanished


def recognise(identified: Sequence[Identified], known: Mapping[str, Submission], fit: Fit) -> Recognised:
    """Find for each row the order that it is, if it is one already. `known` are the memory's orders by key."""
    return _Recognition(identified, known, fit).recognised()


class _Recognition:
    """The rows of one sheet beside the orders of its campaigns."""

    def __init__(self, identified: Sequence[Identified], known: Mapping[str, Submission], fit: Fit) -> None:
        self._rows = list(identified)
        self._known = known
        self._fit = fit
        self._unclaimed = Unclaimed(known.values(), frozenset(map(place_of, identified if known else ())))
        self._claimed: dict[int, Submission] = {}
        self._twice: dict[int, int] = {}

    def recognised(self) -> Recognised:
        """Go from the surest sign to the weakest."""
        if self._unclaimed:
            self._by_hidden_key()
        self._by_reference()
        if any(map(committed, self._known.values())):
            self._by_parameters()
        for at, each in enumerate(self._rows if self._unclaimed else ()):
            if at not in self._claimed and at not in self._twice:
                self._by_another_form(at, each)
        for each in self._rows if self._unclaimed else ():
            if each.order.problems and each.order.held_key is not None:
                # Its row stands in the sheet, though it can't be read: the order has not lost it.
                self._unclaimed.claim(each.order.held_key)
        return Recognised(self._rows, self._claimed, self._twice, self._unclaimed.vanished())

    def _claim(self, at: int, order: Submission) -> None:
        self._unclaimed.claim(order.key)
        self._claimed[at] = order
        each = self._rows[at]
        if each.key != order.key:
            self._rows[at] = replace(each, key=order.key, sent=order.parameters)

    def _by_hidden_key(self) -> None:
        """Claim by the key a results workbook carries, where what was sent is what the row says."""
        held = [at for at, each in enumerate(self._rows) if self._unclaimed.get(each.order.held_key)]
        # A copied row carries the key twice: the copy is the one that is allowed to be a duplicate.
        for at in sorted(held, key=lambda at: self._rows[at].order.allow_duplicate):
            each = self._rows[at]
            order = self._unclaimed.get(each.order.held_key)
            if order is None or place_of(each) != (order.account, order.campaign):
                continue
            if self._same_label(each, order) and _sent_as(each, order):
                self._claim(at, order)

    def _same_label(self, each: Identified, order: Submission) -> bool:
        """Whether the references agree, or one came or went; a reference the journal knows is its own order."""
        if each.key == order.key or each.order.reference is None:
            return True
        return order.reference is None and self._known.get(each.key) is None

    def _by_reference(self) -> None:
        """Claim by reference, one row each; a further row of the same reference is a mistake."""
        referenced = [
            (at, each.likes) for at, each in enumerate(self._rows) if each.order.reference is not None
        ]
        # A row that stands alone has an order only where the journal knows any.
        for places in (grouped if self._known else repeating)(referenced):
            owner = next((at for at in places if at in self._claimed), None)
            if owner is None:
                owner = self._owner(places)
                self._own(owner, self._rows[owner])
            for at in places:
                if at != owner:
                    self._twice[at] = self._rows[owner].order.row
                    self._claimed.pop(at, None)

    def _owner(self, places: Sequence[int]) -> int:
        """Return which of these rows has their reference: the one that was sent, else the first that can be."""
        if len(places) == 1:
            return places[0]
        sent = (at for at in places if self._is_as_sent(self._rows[at]))
        fit = (at for at in places if self._fit(self._rows[at]))
        return next(chain(sent, fit, places))

    def _is_as_sent(self, each: Identified) -> bool:
        order = self._known.get(each.key)
        return order is not None and _sent_as(each, order)

    def _own(self, at: int, each: Identified) -> None:
        """Claim the order of a reference; one that was changed and allowed has a key of its own."""
        order = self._known.get(each.key)
        if order is None or not committed(order):
            return
        if self._is_as_sent(each):
            self._claim(at, order)
            return
        self._unclaimed.claim(order.key)
        for form in forms(each):
            changed = self._known.get(changed_key(each.key, form))
            if changed is not None and changed.state is not State.DROPPED:
                self._rows[at] = replace(each, key=changed.key)
                if committed(changed):
                    self._claim(at, changed)
                return

    def _by_parameters(self) -> None:
        """Claim by what is sent; rows without a reference that send the same share the orders of that kind."""
        plain = [
            (at, each.likes)
            for at, each in enumerate(self._rows)
            if each.order.reference is None and at not in self._claimed
        ]
        shared = []
        for places in grouped(plain):
            order = self._unclaimed.get(self._rows[places[0]].key) if len(places) == 1 else None
            if order is not None:
                self._claim(places[0], order)
            else:
                shared.append(places)
        for places in shared:
            self._share(places)

    def _share(self, places: Sequence[int]) -> None:
        """Share the orders of one kind among its rows, and give the others keys that are free.

        Rows that would be sent come first (one, and those that are allowed duplicates), so that no row that
        would not be sent takes the order of one that was; then those that stand where the order's row stood.
        """
        rows = [self._rows[at] for at in places]
        orders = self._unclaimed.alike(place_of(rows[0]), rows[0].parameters, referenced=False)
        if not orders and not any(committed(self._known.get(each.key)) for each in rows):
            return
        numbers = {each.order.row for each in rows}
        orders = sorted(orders, key=lambda order: order.row not in numbers)[: len(places)]
        stood = {order.row for order in orders}
        chosen = list(places)
        if 0 < len(orders) < len(places):
            chosen.sort(key=self._ranks(places, stood))
        by_row = {order.row: order for order in orders}
        rest = [at for at in chosen[: len(orders)] if not self._claim_at(at, by_row)]
        left = [order for order in orders if self._unclaimed.get(order.key)]
        for at, order in zip(rest, left, strict=True):
            self._claim(at, order)
        self._free_keys(sorted(chosen[len(orders) :]))

    def _ranks(self, places: Sequence[int], stood: Container[int]) -> Callable[[int], tuple[bool, ...]]:
        fit = {at for at in places if self._fit(self._rows[at])}
        single = next((at for at in places if at in fit and not self._rows[at].order.allow_duplicate), None)

        def rank(at: int) -> tuple[bool, ...]:
            order = self._rows[at].order
            surplus = at != single and not order.allow_duplicate
            return at not in fit, surplus, order.allow_duplicate, order.row not in stood

        return rank

    def _claim_at(self, at: int, by_row: Mapping[int, Submission]) -> bool:
        order = by_row.get(self._rows[at].order.row)
        if order is None or self._unclaimed.get(order.key) is None:
            return False
        self._claim(at, order)
        return True

    def _free_keys(self, places: Sequence[int]) -> None:
        """Give these rows, in their order, the first keys of their kind that no committed order has."""
        occurrence = 0
        for at in places:
            occurrence += 1
            while committed(self._known.get(key := self._rows[at].nth_key(occurrence))):
                occurrence += 1
            self._rows[at] = replace(self._rows[at], key=key, occurrence=occurrence)

    def _by_another_form(self, at: int, each: Identified) -> None:
        """Claim by what else may have been sent for this row, or where its reference came or went."""
        own = self._known.get(each.key)
        if own is not None and own.state is not State.DROPPED:
            return
        referenced = each.order.reference is not None
        for form in forms(each):
            for with_reference in (referenced, not referenced):
                if with_reference and referenced:
                    continue  # another reference is another order
                found = self._unclaimed.alike(place_of(each), form, referenced=with_reference)
                if found:
                    self._claim(at, found[0])
                    return


def _sent_as(each: Identified, order: Submission) -> bool:
    """Whether what was sent for this order is what the row says."""
    return any(same_parameters(form, order.parameters) for form in forms(each))


def place_of(each: Identified) -> Place:
    """Return the account and the campaign a row's order belongs to."""
    return each.target.account, each.target.campaign
