"""What the other dialects sell beside the documented catalogue: the further types, and odd entries."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from bulkorders.sandbox.catalogue import Service
from bulkorders.sandbox.needs import COMMENTS_PACKAGE, DEFAULT, SUBSCRIPTIONS, WEB_TRAFFIC

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bulkorders.sandbox.terms import Terms

UNLIMITED: Final = 2_147_483_647
NO_CATEGORY: Final = ""
"""A category that the panel answers as null."""
PLAIN_TYPES: Final = (
    "like", "subscribe", "comment", "like_to_comment", "dislike", "dislike_to_comment", "repost", "friend",
    "vote", "retweet", "follow", "favorite",
)  # fmt: skip
_DRIPS: Final = frozenset({"Instagram followers, drip-feed", "Website visitors"})

_FURTHER: Final = (
    ("Instagram followers, drip-feed", DEFAULT, "Instagram", "18500", 10, 5_000),
    ("Instagram comment set, your words", COMMENTS_PACKAGE, "Instagram", "52000", 1, 1),
    ("Instagram replies, your words", "Comment Replies", "Instagram", "91000", 1, 500),
    ("Instagram comment likes", "Comment Likes", "Instagram", "12400", 10, 5_000),
    ("Instagram mentions", "Mentions", "Instagram", "64000", 10, 5_000),
    ("Instagram mentions, hashtags", "Mentions with Hashtags", "Instagram", "66000", 10, 5_000),
    ("Instagram mentions, your list", "Mentions Custom List", "Instagram", "70000", 1, 5_000),
    ("Instagram mentions, one hashtag", "Mentions Hashtag", "Instagram", "61500", 10, 5_000),
    ("Instagram mentions, followers of", "Mentions User Followers", "Instagram", "62000", 10, 5_000),
    ("Instagram mentions, likers of", "Mentions Media Likers", "Instagram", "62500", 10, 5_000),
    ("Telegram poll votes", "Poll", "Telegram", "8800", 10, 20_000),
    ("Facebook group invites", "Invites from Groups", "Facebook", "39000", 10, 10_000),
    ("Instagram likes for new posts", SUBSCRIPTIONS, "Instagram", "9900", 10, 10_000),
    ("Website visitors", WEB_TRAFFIC, "Website", "1200", 100, 1_000_000),
    ("Google search visits", "SEO", "Website", "2400", 100, 100_000),
    ("Google search visits, deep", "SEO2", "Website", "3600", 100, 100_000),
    ("Instagram likes spread over posts", "Likes spread", "Instagram", "9100", 10, 10_000),
    ("Instagram comment of your choice", "Pick a comment", "Instagram", "15000", 1, 100),
    *((f"Social {kind.replace('_', ' ')}", kind, "Social", "7000", 10, 10_000) for kind in PLAIN_TYPES),
)
_ODD: Final = (
    ("Story views, limits swapped", "Instagram", "600", 100, 99, ""),
    ("Likes without end", "Instagram", "0.5", 20, UNLIMITED, ""),
    ("Free test", "Test", "0", 10, 100, ""),
    ("<b>Likes</b> &amp; more <i>fast</i>", "Instagram", "3", 10, 1_000, ""),
    ("🔥 Views 🚀 instant ⚡", "🎵 Tiktok", "4.5", 10, 1_000, ""),
    ("Saves of no category", NO_CATEGORY, "5", 10, 1_000, ""),
    ("Shares, decimal comma", "Facebook", "2.5", 10, 1_000, "2,5"),
    ("Reach, with a sign", "Facebook", "1", 10, 1_000, "1$"),
)
NAMELESS: Final = "64f0c2a1b7e9d3000a1b2c3d"
"""The id of a service whose id is no number."""


def further(terms: Terms, first: int) -> Mapping[str, Service]:
    """Return what is sold on these terms beyond the documented catalogue, ids from `first` on."""
    rows = [
        Service(
            str(number),
            name,
            kind,
            category,
            Decimal(rate),
            least,
            most,
            refill=number % 2 == 0,
            cancel=True,
            dripfeed=name in _DRIPS,
            per_one=kind in terms.per_one,
        )
        for number, (name, kind, category, rate, least, most) in enumerate(_FURTHER, start=first)
    ]
    if terms.odd:
        rows += _odd_ones(first + len(rows))
    return {service.id: service for service in rows} if terms.further else {}


def _odd_ones(first: int) -> list[Service]:
    rows = [
        Service(
            str(number),
            name,
            DEFAULT,
            category,
            Decimal(rate),
            least,
            most,
            refill=True,
            cancel=True,
            spelled=spelled,
        )
        for number, (name, category, rate, least, most, spelled) in enumerate(_ODD, start=first)
    ]
    return [*rows, replace(rows[-1], id=NAMELESS, name="Followers, an id of letters", spelled="")]
