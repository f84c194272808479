"""Messages to a person, by mail, chat or push: through the Apprise library, which is an extra.

An address holds passwords or tokens: it is never logged or shown; a channel is spoken of by its number and
the kind of its address.
"""

import logging
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bulkorders import wording
from bulkorders.errors import SettingsError
from bulkorders.pipeline.days.day import INTERRUPTED, Day
from bulkorders.pipeline.days.news import Fact, Kind

SHOWN = 10
"""Facts of one kind that a message tells one by one."""

ORDER = (
    Kind.IN_DOUBT,
    Kind.MISSING,
    Kind.LOW_BALANCE,
    Kind.DEARER,
    Kind.REJECTED,
    Kind.INVALID,
    Kind.DUPLICATE,
    Kind.SLOW,
)
NEED_A_PERSON = frozenset({Kind.IN_DOUBT, Kind.MISSING, Kind.LOW_BALANCE, Kind.DEARER})
"""Kinds of news for which a message is sent; the others stand in it where one is sent."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One address, ready to be written to. `kind` is how it begins (`json`, `mailto`)."""

    number: int
    kind: str
    way: Any


@dataclass(frozen=True, slots=True)
class Message:
    """What a person is told."""

    title: str
    body: str


def channels(addresses: Sequence[str]) -> list[Channel]:
    """Return the channels of these addresses.

    Raises SettingsError where the library is not installed (`notify.missing`), or an address is none.
    """
    if not addresses:
        return []
    with _its_own_warnings():
        try:
            import apprise  # noqa: PLC0415 - an extra, and slow to load
        except ImportError:
            raise SettingsError("notify.missing") from None
        return _opened(apprise.Apprise, addresses)


def _opened(way_of: Callable[[], Any], addresses: Sequence[str]) -> list[Channel]:
    quiet = logging.getLogger("apprise")  # its warnings hold addresses
    quiet.propagate = False
    quiet.addHandler(logging.NullHandler())
    found = []
    for number, address in enumerate(addresses, start=1):
        way, kind = way_of(), kind_of(address)
        if not way.add(address):
            raise SettingsError("notify.address", number=number, kind=kind)
        found.append(Channel(number, kind, way))
    return found


@contextmanager
def _its_own_warnings() -> Iterator[None]:
    """Keep what the library warns its own developers of from the person, and from ending a run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def kind_of(address: str) -> str:
    """Return how an address begins, which is no secret: `json` of `json://…`."""
    found = re.match(r"([A-Za-z][A-Za-z0-9+.-]{0,20})://", address)
    return found[1].lower() if found else "?"


def send(message: Message, ways: Sequence[Channel]) -> list[Channel]:
    """Send the message on every channel; return those it could not be sent on. Raises nothing."""
    return [each for each in ways if not _sent(message, each)]


def _sent(message: Message, channel: Channel) -> bool:
    try:
        with _its_own_warnings():
            return bool(channel.way.notify(title=message.title, body=message.body))
    except Exception:  # noqa: BLE001 - whatever a channel fails with, the day is done; it is said by the caller
        return False


def message_of(day: Day, share: float) -> Message | None:
    """Return what to tell a person of a day; None where nothing new needs one.

    `share` is the part of the orders sent today from which on refusals are many.
    """
    by_kind = {kind: [fact for fact in day.fresh if fact.kind is kind] for kind in ORDER}
    refused = len(by_kind[Kind.REJECTED])
    many = bool(refused) and refused >= share * (refused + day.placed)
    stops = [f"{stop.message} {stop.next}".strip() for stop in day.stops() if stop.code != INTERRUPTED]
    if not (many or stops or any(by_kind[kind] for kind in NEED_A_PERSON)):
        return None
    lines = [wording.note("daily.stopped", {"message": each, "next": ""}).strip() for each in stops]
    if many:
        facts = {"count": refused, "sent": refused + day.placed}
        lines.append(wording.note("daily.many_rejected", facts))
    for kind in ORDER:
        lines += _lines(by_kind[kind])
    return Message(_title(by_kind, stopped=bool(stops), many=many), "\n".join(lines))


def stopped_message(sentence: str) -> Message:
    """Return what to tell where a day ended before it began."""
    title = wording.note("daily.title", {"told": wording.note("daily.title_stopped", {})})
    return Message(title, sentence)


def _lines(facts: Sequence[Fact]) -> list[str]:
    told = [f"{fact.scope}: {fact.told}" if fact.kind not in _OF_ACCOUNTS else fact.told for fact in facts]
    if len(told) <= SHOWN:
        return told
    return [*told[:SHOWN], wording.note("daily.and_more", {"count": len(told) - SHOWN})]


_OF_ACCOUNTS = (Kind.LOW_BALANCE, Kind.DEARER, Kind.SLOW)


def _title(by_kind: dict[Kind, list[Fact]], *, stopped: bool, many: bool) -> str:
    named = (
        (stopped, wording.note("daily.title_stopped", {})),
        (by_kind[Kind.IN_DOUBT], wording.note("daily.title_doubts", {"count": len(by_kind[Kind.IN_DOUBT])})),
        (by_kind[Kind.MISSING], wording.note("daily.title_missing", {"count": len(by_kind[Kind.MISSING])})),
        (by_kind[Kind.LOW_BALANCE], wording.note("daily.title_low", {})),
        (by_kind[Kind.DEARER], wording.note("daily.title_dearer", {})),
        (many, wording.note("daily.title_rejected", {})),
    )
    return wording.note("daily.title", {"told": ", ".join(text for holds, text in named if holds)})
