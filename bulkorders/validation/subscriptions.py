"""The rules of orders that deliver to each of several posts: subscriptions, and likes that are spread."""

from collections.abc import Iterator

from bulkorders.model.catalogue import UNLIMITED
from bulkorders.model.problems import Problem, Severity
from bulkorders.validation.case import Case
from bulkorders.validation.costs import posts_of

LIMITS = (("min", "min.below_min", "min.above_max"), ("max", "max.below_min", "max.above_max"))


def min_and_max(case: Case) -> Iterator[Problem]:
    """Check that `min` and `max` lie within the service's own, and `min` is not above `max`."""
    if not case.kind.per_post:
        return
    service = case.service
    least, most = max(service.min or 1, 1), None if service.max == UNLIMITED else service.max
    fitting = most is None or least <= most
    for field, below, above in LIMITS:
        found = case.whole(field)
        if found is None or not fitting:
            continue
        if found < least:
            yield case.problem(below, field, found=found, min=least)
        elif most is not None and found > most:
            yield case.problem(above, field, found=found, max=most)
    fewest, highest = case.whole("min"), case.whole("max")
    if fewest is not None and highest is not None and fewest > highest:
        yield case.problem("min.more_than_max", "min", found=fewest, expected=highest)


def posts_told(case: Case) -> Iterator[Problem]:
    """Check that the number of posts is set: panels take none, or 0, for every post that will ever come.

    Where the run may spend so much and no more, an order that has no end can't be sent.
    """
    kind = case.kind
    if not kind.per_post:
        return
    if kind.any_of and not any(map(case.has, kind.any_of)):
        yield case.problem("posts.missing", "posts")
        return
    field = "posts" if "posts" in kind.takes else "old_posts"
    missing = field in kind.required and not case.has(field)
    if missing or case.unread("posts") or case.unread("old_posts") or case.whole(field):
        return
    reckoned = max(posts_of(case.extras), 1)
    if case.capped:
        yield case.problem("posts.uncapped", field, posts=reckoned)
    else:
        yield case.problem("posts.unlimited", field, Severity.WARNING, posts=reckoned)


def no_link_or_quantity(case: Case) -> Iterator[Problem]:
    """Check that there is neither a link nor a quantity beside what takes their place."""
    if case.order.link and "link" not in case.kind.takes:
        yield case.problem("link.not_taken", "link", found=case.order.link)
    if case.kind.per_post and case.order.quantity is not None:
        yield case.problem("quantity.by_min_and_max", "quantity", found=case.order.quantity)
