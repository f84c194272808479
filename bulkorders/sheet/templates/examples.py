"""The example rows of an order sheet: filled in as one does, and known by their link as no orders."""

from collections.abc import Sequence
from decimal import Decimal

from bulkorders.model.catalogue import Service
from bulkorders.model.money import charge_for
from bulkorders.sheet.template_marks import EXAMPLE_LINK, EXAMPLE_USER
from bulkorders.sheet.templates.formulas import (
    BY_COMMENTS,
    BY_QUANTITY,
    BY_USERNAMES,
    SEAM,
    TO_POSTS,
    way_of,
)

EXAMPLES = 3
LONGEST_NAME = 200
USUAL, FEW, MOST_LINES, POSTS = 1_000, 2, 12, 10

_TEXTS: dict[str, str | int] = {
    "list": f"{EXAMPLE_LINK}video-1\n{EXAMPLE_LINK}video-2",
    "suggest": f"{EXAMPLE_LINK}video-1\n{EXAMPLE_LINK}video-2",
    "search": "travel by train\nnight trains",
    "keywords": "travel by train\nnight trains",
    "hashtag": "nighttrain",
    "hashtags": "nighttrain\ntravel",
    "media": f"{EXAMPLE_LINK}media",
    "answer_number": 2,
    "groups": f"{EXAMPLE_LINK}group",
    "runs": 5,
    "interval": 60,
    "posts": POSTS,
    "old_posts": POSTS,
    "delay": 0,
    "country": "US",
    "device": "1",
    "type_of_traffic": "1",
    "google_keyword": "travel by train",
    "username": EXAMPLE_USER,
}

Example = dict[str, str | int]
"""What stands in the cells of an example row, by field."""


def choice(service: Service) -> str:
    """Return what stands in the drop-down for a service: its id and its name, in one line."""
    name = " ".join(service.name.split())
    return f"{service.id}{SEAM}{name[:LONGEST_NAME]}" if name else service.id


def examples(services: Sequence[Service]) -> list[tuple[Example, Decimal]]:
    """Return the example rows with their estimates: for one service of each way to count, three at most."""
    if not services:
        return [({"service": "101", "link": f"{EXAMPLE_LINK}1", "quantity": USUAL}, Decimal(0))]
    each_way = {way_of(service): service for service in reversed(services) if service.rate is not None}
    return [
        _example(each_way[way], number) for number, way in enumerate(sorted(each_way)[:EXAMPLES], start=1)
    ]


def _example(service: Service, number: int) -> tuple[Example, Decimal]:
    """Return the example row for a service, and what it would cost."""
    kind, way = service.type, way_of(service)
    count = fitting(service, USUAL if way == BY_QUANTITY else FEW)
    needed = {*kind.required, *kind.any_of[:1], *(field for *_, field in kind.depending[:1])}
    found: Example = {"service": choice(service)}
    found |= {field: value for field, value in _TEXTS.items() if field in needed}
    if "link" in kind.takes:
        found["link"] = f"{EXAMPLE_LINK}{number}"
    if way == BY_QUANTITY:
        found["quantity"] = count
    lines = count if way in (BY_COMMENTS, BY_USERNAMES) else FEW
    lines = min(lines, MOST_LINES)
    for field, word in (("comments", "What a view!"), ("usernames", "somebody")):
        if field in needed or kind.counted == field:
            found[field] = "\n".join(f"{word} {at}" for at in range(1, lines + 1))
    pieces = {BY_QUANTITY: count, BY_COMMENTS: lines, BY_USERNAMES: lines}.get(way, 1)
    if way == TO_POSTS:
        found |= {"min": fitting(service, 100), "max": fitting(service, 200)}
        pieces = int(found["max"]) * POSTS
    runs = int(found.get("runs", 1))
    return found, charge_for(service.rate or Decimal(0), pieces * runs, service.basis)


def fitting(service: Service, wanted: int) -> int:
    """Return the count nearest to the one wanted that the service takes."""
    most = wanted if service.max is None else min(wanted, service.max)
    return max(most, service.min or 1, 1)
