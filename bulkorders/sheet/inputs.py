"""The columns of an order sheet to be filled in: width, format, and what is said of each."""

from collections.abc import Container
from dataclasses import dataclass

from bulkorders.sheet.columns import title_of
from bulkorders.sheet.results.styles import TEXT, WHOLE


@dataclass(frozen=True, slots=True)
class Input:
    """One column of the order sheet: its field, width, whether an order needs it, and what it means.

    `choices` are the words it takes; `form` is the number format of its cells, `least` the least whole
    number it takes.
    """

    field: str
    width: int
    needed: str
    meaning: str
    choices: tuple[str, ...] = ()
    form: str | None = None
    least: int = 1

    @property
    def title(self) -> str:
        """Return the header of the column."""
        return title_of(self.field)


INPUTS: tuple[Input, ...] = (
    Input("service", 12, "always", "The id of the service, as the panel's catalogue has it.", form=TEXT),
    Input("link", 44, "always", "The address of the page, post or video. One address a row.", form=TEXT),
    Input(
        "quantity",
        12,
        "by most services",
        "How many: a whole number within the service's min and max. Packages and comments need none.",
        form=WHOLE,
    ),
    Input(
        "reference",
        16,
        "optional",
        "Your own number for the order, different in each row. With it a row keeps its identity when it is "
        "edited. A column that only counts rows is not a reference.",
        form=TEXT,
    ),
    Input(
        "comments",
        32,
        "by services of custom comments",
        "The comments, one a line in the same cell (Alt+Enter). Each line is one piece.",
        form=TEXT,
    ),
    Input("list", 24, "by special video services", "The list of videos or channels, one a line.", form=TEXT),
    Input(
        "suggest",
        24,
        "by special video services",
        "Addresses of the videos whose suggestions are used, one a line. Goes with Search.",
        form=TEXT,
    ),
    Input(
        "search",
        24,
        "by special video services",
        "What is searched for, one a line. Goes with Suggest.",
        form=TEXT,
    ),
    Input(
        "runs",
        9,
        "optional",
        "Drip-feed: how many times the quantity is delivered. Goes with Interval.",
        form=WHOLE,
    ),
    Input("interval", 10, "optional", "Drip-feed: minutes between two runs. Goes with Runs.", form=WHOLE),
    Input(
        "refill",
        9,
        "optional",
        "yes: the service must offer refills. auto: a refill is asked for when the count drops. no: neither.",
        choices=("yes", "no", "auto"),
    ),
    Input(
        "max_rate",
        12,
        "optional",
        "The highest rate you accept, as the catalogue writes it. Dearer today: the row is not sent.",
    ),
    Input(
        "panel",
        14,
        "optional",
        "The name of a panel from your settings, where rows go to several.",
        form=TEXT,
    ),
    Input(
        "campaign",
        16,
        "optional",
        "The campaign the row belongs to. Without it: the name of the file.",
        form=TEXT,
    ),
    Input(
        "client",
        16,
        "optional",
        "Whom the order is for. It is not sent; bills are made by it.",
        form=TEXT,
    ),
    Input(
        "allow_duplicate",
        12,
        "optional",
        "yes: send the row although the same order was placed before or stands in another row.",
        choices=("yes", "no"),
    ),
)
"""The columns of a blank order sheet, in order."""

OF_SOME_TYPES: tuple[Input, ...] = (
    Input("keywords", 24, "by SEO services", "The keywords, one a line.", form=TEXT),
    Input(
        "username",
        20,
        "by subscriptions, comment likes, replies and some mentions",
        "The user the order is about: whose new posts, whose comment, whose followers.",
        form=TEXT,
    ),
    Input("usernames", 24, "by mentions", "The users to be mentioned, one a line.", form=TEXT),
    Input("hashtag", 16, "by mentions of a hashtag", "The hashtag whose users are mentioned.", form=TEXT),
    Input("hashtags", 20, "by mentions with hashtags", "The hashtags, one a line.", form=TEXT),
    Input(
        "media",
        32,
        "by mentions of media likers",
        "The address of the post whose likers are mentioned.",
        form=TEXT,
    ),
    Input("answer_number", 10, "by polls", "The number of the answer to vote for.", form=WHOLE),
    Input("groups", 32, "by invites from groups", "The groups to invite from, one a line.", form=TEXT),
    Input(
        "min",
        9,
        "by subscriptions",
        "The least for each post, within the service's min and max.",
        form=WHOLE,
    ),
    Input(
        "max",
        9,
        "by subscriptions",
        "The most for each post, within the service's min and max. What an order may cost is reckoned by it.",
        form=WHOLE,
    ),
    Input(
        "posts",
        9,
        "by subscriptions, or Old posts",
        "How many new posts. Empty or 0: many panels serve every new post, without end.",
        form=WHOLE,
        least=0,
    ),
    Input(
        "old_posts",
        9,
        "by subscriptions, or Posts",
        "How many of the posts that are there already.",
        form=WHOLE,
        least=0,
    ),
    Input(
        "delay",
        9,
        "by subscriptions",
        "Minutes between a new post and its order; 0 for none. Many panels take only 5, 10, 15, 30, 60 or 90.",
        form=WHOLE,
        least=0,
    ),
    Input(
        "expiry",
        13,
        "optional",
        "The day a subscription ends: 31/12/2026 or 2026-12-31, or a cell with a date.",
        form=TEXT,
    ),
    Input(
        "country",
        12,
        "by web traffic",
        "The country's code as the panel has it, such as US or WW.",
        form=TEXT,
    ),
    Input(
        "device", 10, "by web traffic", "The number of the kind of device, as the panel lists it.", form=TEXT
    ),
    Input(
        "type_of_traffic",
        12,
        "by web traffic",
        "1: from a search, with Google keyword. 2: from a page, with Referring URL. 3: neither.",
        form=TEXT,
    ),
    Input("google_keyword", 20, "by web traffic of type 1", "What was searched for.", form=TEXT),
    Input(
        "referring_url",
        32,
        "by web traffic of type 2",
        "The address of the page the visits come from.",
        form=TEXT,
    ),
)
"""The columns of fields that only some types of services take, in order."""

ALWAYS = frozenset(
    {"service", "reference", "refill", "max_rate", "panel", "campaign", "client", "allow_duplicate"}
)
"""Columns that are of use whatever the service."""


def inputs_for(takes: Container[str]) -> tuple[Input, ...]:
    """Return the columns of an order sheet for services that take these fields."""
    shown = [each for each in (*INPUTS, *OF_SOME_TYPES) if each.field in ALWAYS or each.field in takes]
    return tuple(sorted(shown, key=lambda each: each.field in _LAST))


_LAST = frozenset({"refill", "max_rate", "panel", "campaign", "client", "allow_duplicate"})
"""Columns that stand right of all that is sent."""
