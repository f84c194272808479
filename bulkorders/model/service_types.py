"""The types of services that panels of the family sell, and what an order for each needs.

The types and their fields are the documented ones and those that the other panels of the family use;
the spelling of a type differs between panels and is normalised before it is looked up.
"""

from dataclasses import dataclass, field, replace
from functools import lru_cache

INCIDENTAL = (
    *("keywords", "username", "usernames", "hashtag", "hashtags", "media", "answer_number", "groups"),
    *("min", "max", "posts", "old_posts", "delay", "expiry"),
    *("country", "device", "type_of_traffic", "google_keyword", "referring_url"),
)
"""Fields that only some types take, and whose names head columns of plain information in many sheets.

Where a row's type does not take one, it is not sent, and keeps nothing from being sent.
"""

UNSAID = frozenset({"min", "max"})
"""Those of them that a copy of the price list has beside each row: not a word is said where they aren't sent."""

DRIP_FEED = ("runs", "interval")
SPECIAL = ("list", "suggest", "search")
PER_POST = ("username", "min", "max", "delay")


@dataclass(frozen=True, slots=True)
class ServiceType:
    """What an order for services of this type must, may and must not carry.

    `takes` are all fields an order may carry. `counted` names the field whose lines are the quantity
    (comments); then no quantity is needed. Of the fields in `any_of` one at least must be there. Each of
    `depending` is a field, a value of it, and the field that is needed where it has that value.
    `priced_per_one` says that the rate is the price of one piece, where the panel's profile says nothing.
    """

    name: str
    required: tuple[str, ...] = ("link", "quantity")
    optional: tuple[str, ...] = ()
    counted: str | None = None
    any_of: tuple[str, ...] = ()
    depending: tuple[tuple[str, str, str], ...] = ()
    priced_per_one: bool = False
    known: bool = True
    takes: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Gather all fields an order of this type may carry in `takes`."""
        counted = (self.counted,) if self.counted else ()
        depending = (needed for _, _, needed in self.depending)
        every = frozenset((*self.required, *self.optional, *self.any_of, *depending, *counted))
        object.__setattr__(self, "takes", every)

    @property
    def per_post(self) -> bool:
        """Whether an order is for between `min` and `max` pieces to each of several posts."""
        return "max" in self.takes

    @property
    def limited(self) -> bool:
        """Whether the quantity, or what stands in its place, is the person's choice."""
        return "quantity" in self.takes or self.counted is not None or self.per_post


DEFAULT = ServiceType("Default", optional=(*DRIP_FEED, *SPECIAL))
"""The documented catalogue types its special video services no differently, so `list` or `suggest` and
`search` may stand on a Default service too."""

_LISTED = (
    DEFAULT,
    ServiceType("Drip-feed", ("link", "quantity", *DRIP_FEED)),
    ServiceType("Package", ("link",), priced_per_one=True),
    ServiceType("Custom Comments", ("link", "comments"), counted="comments"),
    ServiceType("Custom Comments Package", ("link", "comments"), priced_per_one=True),
    ServiceType("Comment Replies", ("link", "username", "comments"), counted="comments"),
    ServiceType("Comment Likes", ("link", "quantity", "username")),
    ServiceType("Mentions", ("link", "quantity", "usernames")),
    ServiceType("Mentions with Hashtags", ("link", "quantity", "usernames", "hashtags")),
    ServiceType("Mentions Custom List", ("link", "usernames"), counted="usernames"),
    ServiceType("Mentions Hashtag", ("link", "quantity", "hashtag")),
    ServiceType("Mentions User Followers", ("link", "quantity", "username")),
    ServiceType("Mentions Media Likers", ("link", "quantity", "media")),
    ServiceType("Poll", ("link", "quantity", "answer_number")),
    ServiceType("Invites from Groups", ("link", "quantity", "groups")),
    ServiceType("SEO", ("link", "quantity", "keywords")),
    ServiceType("SEO2", ("link", "quantity", "keywords")),
    ServiceType(
        "Web Traffic",
        ("link", "quantity", "country", "device", "type_of_traffic"),
        DRIP_FEED,
        depending=(("type_of_traffic", "1", "google_keyword"), ("type_of_traffic", "2", "referring_url")),
    ),
    ServiceType("Subscriptions", PER_POST, ("expiry",), any_of=("posts", "old_posts")),
    ServiceType("Likes spread", (*PER_POST, "old_posts"), ("expiry",)),
    ServiceType("Special", ("link", "quantity"), SPECIAL),
    ServiceType("Special1", ("link", "quantity", "suggest", "search")),
    *map(
        ServiceType,
        (
            *("Like", "Subscribe", "Comment", "Like to comment", "Dislike", "Dislike to comment", "Repost"),
            *("Friend", "Vote", "Retweet", "Follow", "Favorite"),
        ),
    ),
)

ALIASES = {
    "comments package": "custom comments package",
    "custom replies": "comment replies",
    "dripfeed": "drip feed",
    "mention": "mentions",
    "mentions hastag": "mentions with hashtags",
    "mentions with hashtag": "mentions with hashtags",
    "mentions users followers": "mentions user followers",
    "seo 2": "seo2",
    "special 1": "special1",
    "subscription": "subscriptions",
}


def normalised_type(name: str) -> str:
    """Return the spelling of a type under which TYPES knows it: lower case, blanks for `_` and `-`."""
    plain = " ".join(name.replace("_", " ").replace("-", " ").lower().split())
    return ALIASES.get(plain, plain)


TYPES: dict[str, ServiceType] = {normalised_type(kind.name): kind for kind in _LISTED}
"""By normalised name. `special` needs one list, or the mixed two; `special1` always the mixed two."""


@lru_cache(maxsize=256)
def dripped(kind: ServiceType) -> ServiceType:
    """Return the type with `runs` and `interval` among what an order may carry."""
    further = tuple(name for name in DRIP_FEED if name not in kind.takes)
    return replace(kind, optional=(*kind.optional, *further)) if further else kind


@lru_cache(maxsize=1024)
def service_type(name: str) -> ServiceType:
    """Return the type of this name; an unknown or empty one is treated as Default and marked not known."""
    found = TYPES.get(normalised_type(name) or "default")
    return found or ServiceType(name.strip(), DEFAULT.required, DEFAULT.optional, known=False)
