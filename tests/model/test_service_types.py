"""Types of services in every spelling, and what an order for each needs."""

import pytest

from bulkorders.model.catalogue import Service
from bulkorders.model.service_types import (
    ALIASES,
    DEFAULT,
    INCIDENTAL,
    TYPES,
    UNSAID,
    normalised_type,
    service_type,
)

SPELLINGS = {
    "Default": ("default", "", "  "),
    "Drip-feed": ("drip-feed", "dripfeed", "Drip feed", "drip_feed", "DRIPFEED"),
    "Package": ("PACKAGE",),
    "Custom Comments": ("custom_comments", "Custom_comments", "custom-comments "),
    "Custom Comments Package": ("custom_comments_package", "comments_package", "Comments Package"),
    "Comment Replies": ("comment_replies", "Custom Replies", "custom-replies"),
    "Comment Likes": ("comment_likes", "comment likes"),
    "Mentions": ("mentions", "MENTIONS"),
    "Mentions with Hashtags": ("mentions_with_hashtags", "mentions hastag", "Mentions With Hashtags"),
    "Mentions Custom List": ("mentions_custom_list",),
    "Mentions Hashtag": ("mentions_hashtag", "mentions hashtag"),
    "Mentions User Followers": ("mentions_user_followers", "Mentions Users Followers"),
    "Mentions Media Likers": ("mentions_media_likers",),
    "Poll": ("poll", " POLL "),
    "Invites from Groups": ("invites from groups", "Invites From Groups", "invites_from_groups"),
    "SEO": ("seo",),
    "SEO2": ("seo2", "SEO 2", "seo_2"),
    "Web Traffic": ("web_traffic", "web traffic"),
    "Subscriptions": ("subscription", "subscriptions", "Subscription"),
    "Likes spread": ("likes_spread", "Likes Spread"),
    "Special": ("special",),
    "Special1": ("special1", "special_1"),
    "Like": ("like",),
    "Subscribe": ("subscribe",),
    "Comment": ("comment",),
    "Like to comment": ("like_to_comment",),
    "Dislike": ("dislike",),
    "Dislike to comment": ("dislike_to_comment",),
    "Repost": ("repost",),
    "Friend": ("friend",),
    "Vote": ("vote",),
    "Retweet": ("retweet",),
    "Follow": ("follow",),
    "Favorite": ("favorite",),
}


@pytest.mark.parametrize(
    ("spelled", "name"), [(each, name) for name, others in SPELLINGS.items() for each in (name, *others)]
)
def test_a_type_is_known_in_every_spelling(spelled: str, name: str) -> None:
    """Case, underscores, dashes and the other names of the family's panels all mean the one type."""
    assert service_type(spelled).name == name
    assert service_type(spelled).known


def test_every_type_has_its_spellings_above() -> None:
    """No type of the table is left out of the test of spellings."""
    assert {kind.name for kind in TYPES.values()} == set(SPELLINGS)


@pytest.mark.parametrize("name", ["Pick a comment", "Reactions", "special 2"])
def test_an_unknown_type_is_treated_as_default(name: str) -> None:
    """A type nobody has listed keeps its name, is marked, and needs what a Default one needs."""
    found = service_type(name)
    assert (found.name, found.known) == (name, False)
    assert (found.required, found.takes) == (DEFAULT.required, DEFAULT.takes)


PIECES = {"link", "quantity"}
POSTS = {"username", "min", "max", "delay"}


@pytest.mark.parametrize(
    ("name", "required", "further"),
    [
        ("Default", PIECES, {"runs", "interval", "list", "suggest", "search"}),
        ("Drip-feed", PIECES | {"runs", "interval"}, set()),
        ("Package", {"link"}, set()),
        ("Custom Comments", {"link", "comments"}, set()),
        ("Custom Comments Package", {"link", "comments"}, set()),
        ("Comment Replies", {"link", "username", "comments"}, set()),
        ("Comment Likes", PIECES | {"username"}, set()),
        ("Mentions", PIECES | {"usernames"}, set()),
        ("Mentions with Hashtags", PIECES | {"usernames", "hashtags"}, set()),
        ("Mentions Custom List", {"link", "usernames"}, set()),
        ("Mentions Hashtag", PIECES | {"hashtag"}, set()),
        ("Mentions User Followers", PIECES | {"username"}, set()),
        ("Mentions Media Likers", PIECES | {"media"}, set()),
        ("Poll", PIECES | {"answer_number"}, set()),
        ("Invites from Groups", PIECES | {"groups"}, set()),
        ("SEO", PIECES | {"keywords"}, set()),
        ("SEO2", PIECES | {"keywords"}, set()),
        (
            "Web Traffic",
            PIECES | {"country", "device", "type_of_traffic"},
            {"google_keyword", "referring_url", "runs", "interval"},
        ),
        ("Subscriptions", POSTS, {"posts", "old_posts", "expiry"}),
        ("Likes spread", POSTS | {"old_posts"}, {"expiry"}),
        ("Special", PIECES, {"list", "suggest", "search"}),
        ("Special1", PIECES | {"suggest", "search"}, set()),
        ("Like", PIECES, set()),
        ("Dislike to comment", PIECES, set()),
        ("Favorite", PIECES, set()),
    ],
)
def test_each_type_needs_and_takes_its_documented_fields(
    name: str, required: set[str], further: set[str]
) -> None:
    """The fields of `add` are those of the documents, no more and no less."""
    found = service_type(name)
    assert set(found.required) == required
    assert found.takes == required | further


def test_the_counted_types_count_their_lines() -> None:
    """Comments are the quantity of comments and replies, user names that of a list of mentions."""
    counted = {kind.name: kind.counted for kind in TYPES.values() if kind.counted}
    assert counted == {
        "Custom Comments": "comments",
        "Comment Replies": "comments",
        "Mentions Custom List": "usernames",
    }


def test_the_table_of_types_is_reached_by_its_own_names() -> None:
    """Every key of the table, and every alias, is already in the spelling that is looked up."""
    for name in TYPES:
        assert normalised_type(name) == name
        assert normalised_type(TYPES[name].name) == name
    for alias, name in ALIASES.items():
        assert normalised_type(alias) == name
        assert name in TYPES


def test_every_incidental_field_is_taken_by_some_type_and_not_by_default() -> None:
    """A field that may be mere information is one that some type takes and an ordinary order does not."""
    for field in INCIDENTAL:
        assert any(field in kind.takes for kind in TYPES.values())
        assert field not in DEFAULT.takes
    assert set(INCIDENTAL) > UNSAID


@pytest.mark.parametrize(("dripfeed", "takes"), [(True, True), (None, False), (False, False)])
def test_a_service_that_can_be_dripped_takes_runs_and_interval(dripfeed, takes):
    """Whatever its type, where the panel says so; where it does not say, the type decides."""
    service = Service("1", "", type_name="like", dripfeed=dripfeed)
    assert ({"runs", "interval"} <= service.type.takes) is takes
    assert Service("1", "", type_name="Package", dripfeed=True).type.takes == service_type("Package").takes
