"""What each type of service needs of an order, beside its number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DEFAULT: Final = "Default"
PACKAGE: Final = "Package"
COMMENTS: Final = "Custom Comments"
COMMENTS_PACKAGE: Final = "Custom Comments Package"
LISTED: Final = "special"
MIXED: Final = "special1"
SUBSCRIPTIONS: Final = "Subscriptions"
WEB_TRAFFIC: Final = "Web Traffic"


@dataclass(frozen=True, slots=True)
class Needs:
    """`required` fields, with a `link` or without; how much is sold is the quantity, unless said otherwise.

    `counted`: the field whose lines are the quantity. `single`: one is sold. `posts`: so many posts with at
    most `max` each. `either`: at least one of these fields.
    """

    required: tuple[str, ...] = ()
    counted: str | None = None
    link: bool = True
    single: bool = False
    posts: bool = False
    either: tuple[str, ...] = ()


ANYTHING: Final = Needs()
NEEDS: Final[dict[str, Needs]] = {
    PACKAGE: Needs(single=True),
    COMMENTS: Needs(("comments",), counted="comments"),
    COMMENTS_PACKAGE: Needs(("comments",), single=True),
    LISTED: Needs(("list",)),
    MIXED: Needs(("suggest", "search")),
    "SEO": Needs(("keywords",)),
    "SEO2": Needs(("keywords",)),
    "Comment Replies": Needs(("username", "comments"), counted="comments"),
    "Comment Likes": Needs(("username",)),
    "Mentions": Needs(("usernames",)),
    "Mentions with Hashtags": Needs(("usernames", "hashtags")),
    "Mentions Custom List": Needs(("usernames",), counted="usernames"),
    "Mentions Hashtag": Needs(("hashtag",)),
    "Mentions User Followers": Needs(("username",)),
    "Mentions Media Likers": Needs(("media",)),
    "Poll": Needs(("answer_number",)),
    "Invites from Groups": Needs(("groups",)),
    SUBSCRIPTIONS: Needs(
        ("username", "min", "max", "delay"), link=False, posts=True, either=("posts", "old_posts")
    ),
    "Likes spread": Needs(("username", "min", "max", "old_posts", "delay"), link=False, posts=True),
    WEB_TRAFFIC: Needs(("country", "device", "type_of_traffic")),
}
"""By the type's documented spelling; a type that isn't named needs link and quantity."""
