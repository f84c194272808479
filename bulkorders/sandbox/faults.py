"""The faults in force: rules that are consumed in order or by chance."""

from __future__ import annotations

import random
import re
import threading
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

from bulkorders.sandbox.api import ACTIONS
from bulkorders.sandbox.damage import ACCEPT, AFTER, AT_ACCEPT, BEFORE, HARMLESS, KINDS, NEEDS_SALE
from bulkorders.sandbox.errors import BadSettingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_ORDER: Final = re.compile(r"(?:[A-Za-z]+_?)?\d+", re.ASCII)
_WAIT: Final = re.compile(r"(?:date:)?-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule. Left out, `when` and `times` are what suits the kind.

    `kind`: a key of KINDS. `when`: "accept" (as the first byte of a new connection arrives, before the
    request is read; for reset, close, silent and not_http), "before" the sale, so that nothing is sold, or
    "after" it. `action`: which action it strikes, "*" for all. `times`: how often, 1 if left out; with a
    `chance` (0 to 1) as often as the chance wills. `seconds`: an extra delay at that moment.
    `text`, `status`, `body`, `content_type`, `location`, `order` and `retry_after` (seconds, or
    "date:SECONDS" for an HTTP-date) are what the answer says, each for the kinds that use it.
    """

    kind: str
    when: str = ""
    action: str = "add"
    times: int | None = None
    chance: float | None = None
    seconds: float = 0.0
    text: str = ""
    status: int = 0
    body: str | None = None
    content_type: str = ""
    retry_after: str | None = None
    location: str = ""
    order: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadSettingError(f"there is no fault {self.kind!r}; there are {', '.join(sorted(KINDS))}")
        if self.when not in ("", ACCEPT, BEFORE, AFTER):
            raise BadSettingError(f"a fault strikes at accept, before or after, not {self.when!r}")
        if self.when == ACCEPT and self.kind not in AT_ACCEPT:
            raise BadSettingError(f"a fault {self.kind} cannot strike at accept")
        if self.when == BEFORE and self.kind in NEEDS_SALE:
            raise BadSettingError(f"a fault {self.kind} needs a sale, so it strikes after it")
        if self.action != "*" and self.action not in ACTIONS:
            raise BadSettingError(f"there is no action {self.action!r}")
        if self.chance is not None and not 0 <= self.chance <= 1:
            raise BadSettingError(f"a chance is from 0 to 1, not {self.chance}")
        if self.seconds < 0 or (self.times is not None and self.times < 0):
            raise BadSettingError("seconds and times are zero or more")
        self._check_what_is_said()

    def _check_what_is_said(self) -> None:
        if self.status and not 200 <= self.status <= 599:  # noqa: PLR2004 - the statuses a final answer may have
            raise BadSettingError(f"a status is from 200 to 599, not {self.status}")
        if self.order is not None and not _ORDER.fullmatch(self.order):
            raise BadSettingError(
                f"an order id is of digits here, or begins with letters as in K12 and ord_12, not {self.order!r}"
            )
        if self.retry_after is not None and not _WAIT.fullmatch(self.retry_after):
            raise BadSettingError(f"retry_after is SECONDS or date:SECONDS, not {self.retry_after!r}")

    @property
    def moment(self) -> str:
        """When it strikes."""
        return self.when or KINDS[self.kind][0]

    @property
    def sells(self) -> bool:
        """Whether the panel acts on the request all the same."""
        return self.moment == AFTER or self.kind in HARMLESS


class Faults:
    """The rules in force: for each request the first live rule that fits is taken. Usable from any thread."""

    def __init__(self, seed: int = 1) -> None:
        self._lock = threading.Lock()
        self._draw = random.Random(f"{seed}:faults")  # noqa: S311 - a rehearsal, not a secret
        self._rules: list[Fault] = []

    def add(self, *faults: Fault) -> None:
        """Put rules at the end of the list."""
        with self._lock:
            self._rules += [replace(one, times=_often(one)) for one in faults]

    def set(self, faults: Iterable[Fault]) -> None:
        """Put these rules in place of all there are."""
        self.clear()
        self.add(*faults)

    def clear(self) -> None:
        """Take away all rules."""
        with self._lock:
            self._rules = []

    @property
    def left(self) -> list[Fault]:
        """The rules still in force, with the times they have left."""
        with self._lock:
            return [rule for rule in self._rules if rule.times != 0]

    def at_accept(self) -> Fault | None:
        """Take the rule that strikes a connection as it opens, if any."""
        return self._take(lambda rule: rule.moment == ACCEPT)

    def for_action(self, action: str) -> Fault | None:
        """Take the rule that strikes this request, if any."""
        return self._take(lambda rule: rule.moment != ACCEPT and rule.action in ("*", action))

    def _take(self, fits: Callable[[Fault], bool]) -> Fault | None:
        with self._lock:
            for index, rule in enumerate(self._rules):
                if rule.times == 0 or not fits(rule):
                    continue
                if rule.chance is not None and self._draw.random() >= rule.chance:
                    continue
                if rule.times is not None:
                    self._rules[index] = replace(rule, times=rule.times - 1)
                return rule
        return None


def _often(fault: Fault) -> int | None:
    return 1 if fault.times is None and fault.chance is None else fault.times


def fault_from(value: Any) -> Fault:
    """Return the rule a JSON object stands for. Raises BadSettingError."""
    names = {field.name for field in fields(Fault)}
    if not isinstance(value, dict) or not set(value) <= names or "kind" not in value:
        raise BadSettingError(
            f"a fault is an object with a kind and any of {', '.join(sorted(names))}, not {value!r}"
        )
    try:
        return Fault(**value)
    except TypeError as reason:
        raise BadSettingError(f"{value!r} is no fault: {reason}") from reason


def fault_as_json(fault: Fault) -> dict[str, Any]:
    """Return the rule as plain values, without those left out."""
    return {name: value for name, value in asdict(fault).items() if value not in (None, "", 0.0)}
