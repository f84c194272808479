"""When an account's money moved, told from its balance readings: what each interval between two leaves unexplained.

An accountant books a line when it is told. The money itself moved at another time: a charge when the order was
sent, a refund some time before the panel told it, a payment some time around the day that was entered. So each
line is a movement with a time at which it is expected; only where the readings say otherwise is it taken to
have come earlier or later, and then the sum of all movements stays what it is: nothing is explained twice.

An interval that does not come out is explained, in this order, by refunds and changes that were there already
and told later; by orders in doubt; by refunds that a status promised and that are not paid yet, and payments not
arrived; by money that the next readings take back; by a payment nobody entered, where the balance rose. What is
left is unexplained. A refund that turns out not to have come where it was told is looked for in what earlier
intervals left open.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from bulkorders.accounting.hindsight import decimals, placed_before
from bulkorders.accounting.matching import matching
from bulkorders.accounting.movements import SHIFTING, Followed, Gap, Movement
from bulkorders.model import money
from bulkorders.model.books import BalanceReading
from bulkorders.model.entries import EntryKind

NOTHING = Decimal(0)
LOOKED_AHEAD = 3
AHEAD = range(1, LOOKED_AHEAD + 1)
"""Readings within which money that came too early or too late is looked for."""


def follow(readings: Sequence[BalanceReading], movements: Iterable[Movement]) -> Followed:
    """Return when each movement took place, and what is unexplained, from the first reading to the last."""
    found = _Following(Followed(readings, list(movements)))
    found.begin()
    for place in range(1, len(readings)):
        found.explain(place)
    return found.result


class _Following:
    def __init__(self, result: Followed) -> None:
        self.result = result
        self.times = [reading.at for reading in result.readings]
        self.last = len(self.times)
        self.at: defaultdict[int, list[Movement]] = defaultdict(list)
        self.waiting: list[Movement] = []
        self.doubts: list[Movement] = []

    def begin(self) -> None:
        """Put each movement where it is expected; the doubtful ones nowhere."""
        for movement in self.result.movements:
            if movement.doubtful:
                movement.moved_by = self.last
                self.doubts.append(movement)
                continue
            movement.moved_by = bisect_left(self.times, movement.expected)
            self.at[movement.moved_by].append(movement)
            if movement.kind in SHIFTING or movement.latest is not None:
                self.waiting.append(movement)

    def rest(self, place: int, without: Iterable[Movement] = ()) -> Decimal:
        """Return what is gone between the reading before and this one, less all that is expected between them."""
        fell = self._fell(place)
        left = {id(movement) for movement in without}
        spent = [each.amount for each in self.at[place] if id(each) not in left]
        return money.plain(money.total((fell, money.total(spent).copy_negate())))

    def _fell(self, place: int) -> Decimal:
        before, after = self.result.readings[place - 1 : place + 1]
        return money.total((before.amount, after.amount.copy_negate()))

    def move(self, movements: Iterable[Movement], place: int) -> None:
        """Take movements to have taken place by another reading than was expected."""
        for movement in movements:
            if movement in self.at[movement.moved_by]:
                self.at[movement.moved_by].remove(movement)
            if place < min(movement.moved_by, self.last) or movement.moved_by == 0:
                movement.expected = self.times[place]
            movement.moved_by = place
            self.at[place].append(movement)

    def explain(self, place: int) -> None:
        """Explain what is gone by this reading; what can't be is a gap."""
        rest = self.rest(place)
        if rest:
            early = self._early(place, rest)
            self.move(early, place)
            rest = self.rest(place)
        if rest:
            rest = self._doubted(place, rest)
        if rest:
            rest = self._came_before(place, rest)
        if rest:
            rest = self._not_yet(place, rest)
        if rest and not self._taken_back(place, rest):
            rest = self._paid_in(place, rest)
            if rest:
                self.result.gaps.append(Gap(place - 1, place, rest))

    def _early(self, place: int, rest: Decimal) -> list[Movement]:
        """Return what was told later and must have moved by this reading: what leaves least to explain."""
        at = self.times[place]
        can = [
            each
            for each in self.waiting
            if (each.moved_by > place and each.earliest < at) or self._unproven(each, place)
        ]
        if not can:
            return []
        # What one run told it mostly found together: it all came before this reading, or none of it.
        told_by = [[each for each in can if each.moved_by <= place + ahead] for ahead in AHEAD]
        near = sorted(can, key=lambda each: (each.moved_by, each.expected))[:48]
        found = matching(rest, [each.amount for each in near])
        choices = [*told_by, [near[index] for index in found or ()], []]
        return min(choices, key=lambda chosen: self._left(place, rest, chosen))

    def _unproven(self, movement: Movement, place: int) -> bool:
        """Whether a payment was entered for before the first reading, and may as well have come by this one."""
        return movement.moved_by == 0 and (movement.latest or "") > self.times[place - 1]

    def _left(self, place: int, rest: Decimal, early: Sequence[Movement]) -> float:
        """Return how much is left to explain here and by the next readings if these had moved by this one."""
        cost = self._cost(place, _less(rest, early))
        for later in range(place + 1, min(place + 1 + LOOKED_AHEAD, self.last)):
            cost += self._cost(later, self.rest(later, early))
        return cost

    def _cost(self, place: int, rest: Decimal) -> float:
        """Return how little a rest pleases: one of many decimals less than a round one."""
        if not rest:
            return 0
        if self._matching_doubts(place, rest):
            return 0.5
        paid_in = rest < 0 and self._fell(place) < 0
        return (1 if paid_in else 2) + decimals(rest) / 100

    def _matching_doubts(self, place: int, rest: Decimal) -> list[Movement]:
        """Return orders in doubt, sent between these readings, that cost exactly this."""
        first, last = self.times[place - 1 : place + 1]
        can = [
            each
            for each in self.doubts
            if each.moved_by > place and first < each.expected <= last and each.amount
        ]
        found = matching(rest, [each.amount for each in can]) if rest > 0 else None
        return [can[index] for index in found or ()]

    def _doubted(self, place: int, rest: Decimal) -> Decimal:
        gone = self._matching_doubts(place, rest)
        self.move(gone, place)
        return _less(rest, gone)

    def _came_before(self, place: int, rest: Decimal) -> Decimal:
        """Take refunds that did not come here to be part of what was unexplained, or paid in, before."""
        can = [each for each in self.at[place] if each.kind in SHIFTING]
        found = matching(rest.copy_negate(), [each.amount for each in can]) if rest > 0 else None
        came = [can[index] for index in found or ()]
        placed = placed_before(self.result, came, place, self.times)
        for movement, earlier in zip(came, placed, strict=False):
            self.move([movement], earlier)
        return NOTHING if placed else rest

    def _not_yet(self, place: int, rest: Decimal) -> Decimal:
        """Take promised refunds and entered payments that explain the rest as not there yet."""
        at = self.times[place]
        can = [
            each
            for each in self.at[place]
            if each.amount < 0 and (each.promised or (each.latest is not None and each.latest > at))
        ]
        found = matching(rest.copy_negate(), [each.amount for each in can]) if rest > 0 else None
        late = [can[index] for index in found or ()]
        for each in late:
            by = self.last if each.latest is None else bisect_left(self.times, each.latest)
            self.move([each], max(by, place + 1))
        return NOTHING if late else rest

    def _taken_back(self, place: int, rest: Decimal) -> bool:
        """Whether the next readings take this back, where lines that may come early or late are large enough."""
        sums, so_far = {place: rest}, rest
        size = money.total(each.amount.copy_abs() for each in self.at[place])
        for later in range(place + 1, min(place + 1 + LOOKED_AHEAD, self.last)):
            size += money.total(each.amount.copy_abs() for each in self.at[later])
            so_far = money.total((so_far, self.rest(later)))
            if not so_far:
                if size < rest.copy_abs():
                    return False
                for index, held in sums.items():
                    self._hold(index, held)
                return True
            sums[later] = so_far
        return False

    def _hold(self, place: int, held: Decimal) -> None:
        """Note what this reading lacks or holds too much, so that its intervals come out."""
        self.result.held[place] = money.total((self.result.held[place], held))
        self.at[place].append(_timing(held))
        self.at[place + 1].append(_timing(held.copy_negate()))

    def _paid_in(self, place: int, rest: Decimal) -> Decimal:
        """Explain a rise by a payment that was entered under another day, else by one that nobody entered."""
        if rest > 0 or self._fell(place) >= 0:
            return rest
        at = self.times[place]
        entered = [
            each
            for each in self.waiting
            if each.kind is EntryKind.TOP_UP and each.moved_by > place and each.earliest < at
        ]
        if entered:
            self.move(entered[:1], place)
            rest = _less(rest, entered[:1])
        if rest < 0:
            self._deduce(place, rest)
            rest = NOTHING
        return rest

    def _deduce(self, place: int, amount: Decimal) -> None:
        """Take the rise for a payment, first seen in this reading."""
        at = self.times[place]
        made = Movement(money.plain(amount), EntryKind.TOP_UP, at, at, at, deduced=True)
        self.result.movements.append(made)
        self.move([made], place)


def _less(rest: Decimal, moved: Iterable[Movement]) -> Decimal:
    return money.plain(money.total((rest, money.total(each.amount for each in moved).copy_negate())))


def _timing(amount: Decimal) -> Movement:
    return Movement(amount, EntryKind.OTHER, None, "", "")
