"""Accounts made up at random, quiet and noisy, with runs, orders in doubt and what really became of them."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bulkorders.model.books import BalanceReading
from bulkorders.model.evidence import Evidence, Refused, Sending, Sold

BEGAN = datetime(2026, 1, 5, 8, tzinfo=UTC)
CENT = Decimal("0.01")

NOISES = (
    "stranger",
    "newcomer",
    "top_up",
    "late",
    "lazy",
    "tax",
    "discount",
    "twice",
    "refund",
    "error_paid",
)


@dataclass
class Trial:
    """One made-up account: the evidence, and the truth (key: whether it was placed)."""

    evidence: Evidence
    truth: dict[str, bool]


@dataclass
class World:
    """What happens on an account: movements of its balance, by time (seconds since it began)."""

    draw: random.Random
    noise: frozenset[str]
    rates: list[Decimal]
    moves: list[tuple[float, Decimal]] = field(default_factory=list)
    sold: list[Sold] = field(default_factory=list)
    doubts: list[Sending] = field(default_factory=list)
    truth: dict[str, bool] = field(default_factory=dict)
    others: list[Refused] = field(default_factory=list)
    shots: list[tuple[float, str]] = field(default_factory=list)
    spans: list[tuple[float, float, Decimal]] = field(default_factory=list)
    pausing: bool = True

    def price(self) -> Decimal:
        """Return what one order is estimated to cost."""
        return self.draw.choice(self.rates) * self.draw.randrange(200, 3000, 50) / 1000

    def cost(self, estimate: Decimal) -> Decimal:
        """Return what the panel takes for it."""
        factor = {"tax": Decimal("1.1"), "discount": Decimal("0.95")}
        return estimate * next((factor[each] for each in sorted(self.noise) if each in factor), Decimal(1))

    def sell(self, at: float, estimate: Decimal) -> None:
        """Take the money for an order sold at this time."""
        cost = self.cost(estimate)
        late = "late" in self.noise or ("lazy" in self.noise and self.draw.random() < 0.3)
        lag = self.draw.uniform(60, 43_200) if late else 0.0
        self.moves.append((at + lag, -cost))
        if "twice" in self.noise and self.draw.random() < 0.1:
            self.moves.append((at + lag, -cost))

    def run(self, began: float, orders: int, doubtful: list[Decimal] | None = None) -> float:
        """Do one run, some orders in flight at once, the doubtful ones among them; return when it ended.

        After a doubt what is in flight is waited for, and the balance is read, a dozen times at most.
        """
        at = began + 1
        self.shots.append((began, "start"))
        charged = Decimal(0)
        steps: list[Decimal | None] = [None] * orders
        for price in doubtful or ():
            steps.insert(self.draw.randint(0, len(steps)), price)
        at_once, looks = self.draw.randint(1, 8), 12
        allowed = at_once
        while steps:
            # All that leaves before the answer to a doubt is missed is looked at together.
            first = next((index for index, step in enumerate(steps) if step is not None), len(steps))
            ahead = min(at_once, allowed + first)
            group, steps = steps[: first + ahead], steps[first + ahead :]
            allowed = 1
            for step in group:
                took = self.draw.uniform(0.2, 2)
                if step is None:
                    charged += self.place(at, took)
                else:
                    self.doubt(at, step)
                at += took
            if looks and self.pausing and any(step is not None for step in group) and steps:
                looks -= 1
                self.shots.append((at + 2, "pause"))
                at += 2.1
        if "error_paid" in self.noise and self.draw.random() < 0.5:
            estimate = self.price()
            self.others.append(Refused(estimate, BEGAN + timedelta(seconds=at)))
            self.sell(at, estimate)
        self.shots.append((at + 3, "end"))
        self.spans.append((began, at + 3, charged))
        return at + 3

    def place(self, at: float, took: float) -> Decimal:
        """Place an order whose answer comes; return its charge."""
        estimate = self.price()
        self.sell(at + took / 2, estimate)
        moment = BEGAN + timedelta(seconds=at)
        placed = moment + timedelta(seconds=took)
        self.sold.append(Sold(moment, placed, estimate, self.cost(estimate)))
        return self.cost(estimate)

    def doubt(self, at: float, estimate: Decimal) -> None:
        """Send an order whose answer is lost; half of them are sold."""
        key = f"doubt-{len(self.doubts)}"
        alike = f"alike-{estimate}" if self.draw.random() < 0.5 else key
        self.doubts.append(Sending(key, BEGAN + timedelta(seconds=at), estimate, alike))
        self.truth[key] = self.draw.random() < 0.5
        if self.truth[key]:
            self.sell(at + 0.3, estimate)

    def balance(self, opening: Decimal, at: float) -> Decimal:
        """Return what the account holds at this time."""
        return opening + sum((amount for moment, amount in self.moves if moment <= at), start=Decimal(0))


def trial(
    seed: int,
    noise: frozenset[str] = frozenset(),
    *,
    equal: bool = False,
    count: int = 1,
    pausing: bool = True,
) -> Trial:
    """Make an account: earlier runs on other days, a run with so many doubts, and the reading a good while later.

    Without `pausing` the balance was read at the ends of the runs alone, as where a run was killed.
    """
    draw = random.Random(seed)  # noqa: S311 - a trial that can be repeated
    rates = [Decimal(draw.randint(5, 9999)) * draw.choice((CENT, Decimal("0.0001"))) for _ in range(5)]
    world = World(draw, noise, rates, pausing=pausing)
    at = 0.0
    for _ in range(3):
        at = world.run(at, draw.randint(3, 12)) + draw.uniform(3_600, 86_400)
    prices = [world.price()] * count if equal else [world.price() for _ in range(count)]
    began = at
    ended = world.run(began, draw.randint(60, 150), prices)
    now = ended + draw.uniform(1_000, 86_400)
    window = (began, ended)
    _disturb(world, now, window, prices)
    opening = Decimal(draw.randint(50, 5000)) * sum(each.estimate for each in world.sold)
    return Trial(_evidence(world, opening, now), world.truth)


def _disturb(world: World, now: float, window: tuple[float, float], prices: list[Decimal]) -> None:
    """Let others move the balance too, as often as not at one of our own prices or by a round sum."""
    draw = world.draw
    if "stranger" in world.noise:
        for _ in range(draw.randint(2, 12)):
            price = draw.choice((world.price(), draw.choice(prices)))
            world.moves.append((draw.uniform(0, now), -price))
            if draw.random() < 0.3:
                world.moves.append((draw.uniform(0, now), price))
    if "newcomer" in world.noise:
        one, two = draw.choice(prices), draw.choice((world.price(), draw.choice(prices)))
        moment = draw.choice((draw.uniform(*window), draw.uniform(window[0], now)))
        world.moves.append((moment, -draw.choice((one, two, one + two, abs(one - two)))))
    if "top_up" in world.noise:
        amount = draw.choice((1, 2, 5, 10, 20, 25, 50, 75)) * Decimal(10) ** draw.randint(0, 4)
        world.moves.append((draw.choice((draw.uniform(*window), draw.uniform(0, now))), amount))
    if "refund" in world.noise:
        world.moves.append((draw.uniform(window[1], now), draw.choice(world.sold).estimate))


def _evidence(world: World, opening: Decimal, now: float) -> Evidence:
    def reading(at: float, moment: str) -> BalanceReading:
        when = (BEGAN + timedelta(seconds=at)).isoformat()
        return BalanceReading("a", world.balance(opening, at), None, when, str(at), moment, quiet=True)

    readings = [reading(at, moment) for at, moment in [*world.shots, (now, "resolve")]]
    closings = [
        world.balance(opening, began) - world.balance(opening, ended) - charged
        for began, ended, charged in world.spans[:-1]
    ]
    return Evidence(
        readings, world.sold, world.doubts, world.others, closings, refunds="refund" in world.noise
    )
