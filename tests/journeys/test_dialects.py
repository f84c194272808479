"""The whole job in each dialect of the panel family: whole commands against a panel that speaks it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

import httpx
import pytest

from bulkorders.sandbox import Fault, running
from bulkorders.sandbox.dialects import DIALECTS

SETTINGS = {
    "documented": "",
    "perfectpanel": "",
    "smartpanel": 'preset = "smartpanel"',
    "cmsnt2": 'preset = "cmsnt2"',
    "cmsnt1": 'preset = "cmsnt1"',
    "asap": 'preset = "asap"',
    "socpanel": 'preset = "socpanel"',
    "indonesian": 'preset = "indonesian"\nsend = { api_id = "7" }',
    "homemade": 'idempotency = "request_id"',
}
"""What an agency writes in bulkorders.toml to be understood by a panel of each family, beside address and key."""

UNASKED = sorted(dialect for dialect, settings in SETTINGS.items() if settings and dialect != "indonesian")
"""Dialects that want settings, and in which plain orders can be placed without any."""

NEVER_CANCELS = {"smartpanel"}
NEVER_REFILLS = {"cmsnt1"}
STATES_OF_REQUESTS = {
    "smartpanel": ["done", "refused"],
    "cmsnt1": ["in_doubt", "done"],
    "socpanel": ["accepted", "done"],
}
"""Of the refill and the cancel in the end, where they aren't both done: SocPanel's refills have no id."""

COMMENTS = "First!\nLovely\nGreat shot\nMore please\nWow"
HEADER = ("Service", "Link", "Quantity", "Comments")
ROWS = [
    ("1", "https://example.com/post/1", 500, ""),
    ("7", "https://example.com/post/2", 101, ""),
    ("3", "https://example.com/post/3", "", ""),
    ("4", "https://example.com/post/4", "", COMMENTS),
]
LINK = "https://example.com/p"
LINKED = {"link": LINK, "quantity": 200}
TO_POSTS = {"username": "@someone", "min": 10, "max": 20, "delay": 30}
BY_TYPE = {
    "Package": {"link": LINK},
    "Custom Comments": {"link": LINK, "comments": COMMENTS},
    "Custom Comments Package": {"link": LINK, "comments": COMMENTS},
    "special": LINKED | {"list": "one\ntwo"},
    "special1": LINKED | {"suggest": "one", "search": "two"},
    "Comment Replies": {"link": LINK, "username": "@a", "comments": COMMENTS},
    "Comment Likes": LINKED | {"username": "@a"},
    "Mentions": LINKED | {"usernames": "@a\n@b"},
    "Mentions with Hashtags": LINKED | {"usernames": "@a\n@b", "hashtags": "#a\n#b"},
    "Mentions Custom List": {"link": LINK, "usernames": "@a\n@b"},
    "Mentions Hashtag": LINKED | {"hashtag": "#a"},
    "Mentions User Followers": LINKED | {"username": "@a"},
    "Mentions Media Likers": LINKED | {"media": "https://example.com/m"},
    "Poll": LINKED | {"answer_number": 2},
    "Invites from Groups": LINKED | {"groups": "one\ntwo"},
    "SEO": LINKED | {"keywords": "one\ntwo"},
    "Web Traffic": LINKED | {"country": "VN", "device": 1, "type_of_traffic": 3},
    "Subscriptions": TO_POSTS | {"posts": 5},
    "Likes spread": TO_POSTS | {"old_posts": 3},
    "Pick a comment": {"link": LINK, "quantity": 20},
    "like": LINKED,
    "repost": LINKED,
}
"""What an order of each type carries."""

FIELDS = {
    "Service": "service",
    "Link": "link",
    "Quantity": "quantity",
    "Runs": "runs",
    "Interval": "interval",
} | {
    name.replace("_", " ").capitalize(): name
    for fields in BY_TYPE.values()
    for name in fields
    if name not in LINKED
}
"""The header of a sheet that has them all, and which field each is."""


@contextmanager
def panel(desk, dialect, settings=""):
    """Yield the desk with a panel of this dialect; `settings` are lines of its part of bulkorders.toml."""
    with running(dialect=dialect, balance="100000000", key=desk.sandbox.key) as sandbox:
        if settings:
            lines = ("[panels.shop]", f'url = "{sandbox.url}"', 'key = "env:SHOP_KEY"', settings, "")
            (desk.folder / "bulkorders.toml").write_text("\n".join(lines), encoding="utf-8")
            hidden = ("BULKORDERS_PANEL_URL", "BULKORDERS_PANEL_KEY")
            yield replace(desk, sandbox=sandbox, changes={"SHOP_KEY": sandbox.key}, hidden=hidden)
        else:
            yield replace(desk, sandbox=sandbox)


@pytest.fixture(params=list(DIALECTS))
def spoken(request, desk) -> Iterator[tuple]:
    """Yield a dialect's name, and a desk with a panel that speaks it and the settings it wants."""
    with panel(desk, request.param, SETTINGS[request.param]) as there:
        yield request.param, there


def sold(desk):
    """Return the ids of all that the panel sold."""
    return sorted(order.id for order in desk.sandbox.shop.orders)


def placed(ended):
    """Return the order ids of a report, as often as they stand in it."""
    return sorted(id_ for order in ended.json["orders"] for id_ in order["order_ids"])


def charges(desk):
    """Return what is still paid for each sold order, by id."""
    return {order.id: order.charge - order.refunded for order in desk.sandbox.shop.orders}


def test_the_whole_job(spoken):
    """In every dialect rows are checked, sold exactly once, refilled and canceled, and followed to their end."""
    dialect, desk = spoken
    shop = desk.sandbox.shop
    shop.plan("Completed", link="post/2")
    sheet = desk.sheet(ROWS, header=HEADER)
    checked = desk.run("check", sheet, "--json")
    assert (checked.code, checked.states()) == (0, ["ready"] * 4), checked.out + checked.err
    ended = desk.run("submit", sheet, "--yes", "--json")
    assert (ended.code, ended.states()) == (0, ["placed"] * 4), ended.out + ended.err
    first, second, third, fourth = (order["order_id"] for order in ended.json["orders"])
    for id_, state in ((first, "Completed"), (third, "Canceled"), (fourth, "Partial")):
        shop.pin(id_, state)
    _is_asked(desk, "refill", first, never=dialect in NEVER_REFILLS)
    _is_asked(desk, "cancel", second, never=dialect in NEVER_CANCELS)
    for id_ in shop.refill_ids:
        shop.pin_refill(id_, "Completed")
    shop.advance()
    refreshed = desk.run("refresh", sheet, "--json")
    orders = refreshed.json["orders"]
    assert [order["status"] for order in orders] == [
        "Completed",
        "Completed" if dialect in NEVER_CANCELS else "Canceled",
        "Canceled",
        "Partial",
    ], refreshed.out + refreshed.err
    states = [each["state"] for order in orders for each in order["requests"]]
    assert states == STATES_OF_REQUESTS.get(dialect, ["done", "done"])
    assert refreshed.code == (5 if "in_doubt" in states else 0), refreshed.out + refreshed.err
    assert {order["order_id"]: Decimal(order["charge"]) for order in orders} == charges(desk)
    assert placed(refreshed) == sold(desk)
    assert len(sold(desk)) == 4


def _is_asked(desk, what, order, *, never):
    """Ask for a refill or cancel: it is taken, or where there never is one, it is not claimed to be."""
    asked = desk.run(what, "--order", order, "--yes", "--json")
    state = asked.json["requests"][0]["state"]
    assert (asked.code, state) == ((5, "in_doubt") if never else (0, "accepted")), asked.out + asked.err


def test_one_refused_row_is_its_own_and_no_funds_are_everybodys(spoken):
    """In every dialect a panel's refusal of a row is that row's alone, and no funds end the run for the rest."""
    _, desk = spoken
    desk.sandbox.shop.one_per_link = True
    desk.sandbox.faults.set([*([Fault(kind="none")] * 2), Fault(kind="no_funds", times=9)])
    rows = [("1", LINK, 500), ("7", LINK, 101), ("7", f"{LINK}/2", 101)]
    ended = desk.run("submit", desk.sheet(rows), "--yes", "--concurrency", "1", "--json")
    assert (ended.code, ended.states()) == (3, ["placed", "rejected", "ready"]), ended.out + ended.err
    assert placed(ended) == sold(desk)


@pytest.mark.parametrize(
    ("dialect", "code", "state"),
    [("smartpanel", 5, "in_doubt"), ("indonesian", 5, "in_doubt"), ("homemade", 0, "placed")],
)
def test_a_lost_answer_never_buys_twice(desk, dialect, code, state):
    """An order whose answer is lost is in doubt and not sent again; where a value marks it, it is found."""
    with panel(desk, dialect, SETTINGS[dialect]) as there:
        there.sandbox.faults.set([Fault(kind="cut", action="add", times=1)])
        sheet = there.sheet(ROWS[:1], header=HEADER)
        for _ in range(2):
            ended = there.run("submit", sheet, "--yes", "--json")
            assert (ended.code, ended.states()) == (code, [state]), ended.out + ended.err
        assert len(sold(there)) == 1


def test_a_panel_may_be_asked_by_get(desk):
    """Where the settings say so all is asked by GET, and placed as well; the key shows nowhere."""
    with panel(desk, "socpanel", SETTINGS["socpanel"] + '\nmethod = "GET"') as there:
        ended = there.run("submit", there.sheet(ROWS[:2], header=HEADER), "--yes", "--json")
        assert (ended.code, ended.states()) == (0, ["placed"] * 2), ended.out + ended.err
        assert placed(ended) == sold(there)


def test_a_panel_that_needs_settings_says_so(desk):
    """Without them the Indonesian panel refuses the key, which ends the run before anything is sent."""
    with panel(desk, "indonesian") as there:
        ended = there.run("submit", there.sheet(ROWS[:1], header=HEADER), "--yes", "--json")
        assert (ended.code, ended.json["error"]["code"]) == (3, "panel.key"), ended.out + ended.err
        assert there.sandbox.shop.requests == []


@pytest.mark.parametrize("dialect", [name for name in DIALECTS if name != "documented"])
def test_every_type_of_service_is_bought_at_its_price(desk, dialect):
    """One row of each type is placed exactly once, with what it needs, and costs what was estimated, tax aside."""
    settings = SETTINGS[dialect]
    if dialect == "cmsnt1":
        settings += '\nlimits = { add = "1000/s" }'
    with panel(desk, dialect, settings) as there:
        there.sandbox.shop.set_speed(2_000)
        sheet = there.sheet(rows_of_every_type(there), header=tuple(FIELDS))
        ended = there.run("submit", sheet, "--yes", "--concurrency", "4", "--json")
        assert (ended.code, set(ended.states())) == (0, {"placed"}), ended.out + ended.err
        assert placed(ended) == sold(there)
        assert len(sold(there)) == len(BY_TYPE) + 1
        tax = 1 + there.sandbox.shop.terms.tax
        paid = {order.id: order.charge for order in there.sandbox.shop.orders}
        told = {order["order_id"]: Decimal(order["estimate"]) * tax for order in ended.json["orders"]}
        assert told == paid


def rows_of_every_type(desk):
    """Return a row for a service of each type that the panel sells, a drip-feed first."""
    services = {service.type: service for service in reversed(desk.sandbox.shop.services())}
    (drip,) = (each for each in desk.sandbox.shop.services() if each.dripfeed and each.type == "Default")
    wanted = [(drip, LINKED | {"runs": "3", "interval": "30"})]
    wanted += [(services[kind], fields) for kind, fields in BY_TYPE.items()]
    rows = [{"service": service.id} | fields for service, fields in wanted]
    return [[row.get(field, "") for field in FIELDS.values()] for row in rows]


ODD = {
    "Story views, limits swapped": "invalid",
    "Likes without end": "placed",
    "Free test": "placed",
    "<b>Likes</b> &amp; more <i>fast</i>": "placed",
    "🔥 Views 🚀 instant ⚡": "placed",
    "Saves of no category": "placed",
    "Shares, decimal comma": "placed",
    "Reach, with a sign": "placed",
    "Followers, an id of letters": "placed",
    "Instagram followers, 30-day refill": "placed",
    "Telegram channel members": "invalid",
}
"""What becomes of a row for each odd service of the home-made catalogue; the last two are listed twice."""


def test_odd_entries_of_a_catalogue_sink_only_their_own_rows(desk):
    """A catalogue with entries that no list should hold is read; only rows for what can't be read are held."""
    with panel(desk, "homemade", SETTINGS["homemade"]) as there:
        ids = {service.name: service.id for service in there.sandbox.shop.services()}
        sheet = there.sheet([(ids[name], f"https://example.com/{ids[name]}", 100) for name in ODD])
        ended = there.run("submit", sheet, "--yes", "--json")
        assert ended.code == 6, ended.out + ended.err
        assert dict(zip(ODD, ended.states(), strict=True)) == ODD
        assert placed(ended) == sold(there)
        told = {id_: Decimal(each["charge"]) for each in ended.json["orders"] for id_ in each["order_ids"]}
        assert told == charges(there)


def test_the_command_serves_a_dialect_and_names_them_all(desk):
    """`sandbox --dialect` speaks it, says what it needs, and of a name there is not, which there are."""
    serving = desk.start("sandbox", "--port", "0", "--dialect", "indonesian", "--json")
    try:
        told = json.loads(serving.stdout.readline())
        form = {"api_key": told["key"], "api_id": "7", "action": "balance"}
        answer = httpx.post(told["url"], data=form, trust_env=False)
        assert answer.json() == {"status": True, "data": {"balance": "343423"}}
        assert any("api_id=7" in line for line in told["lines"])
    finally:
        serving.terminate()
        serving.communicate(timeout=30)
    wrong = desk.run("sandbox", "--port", "0", "--dialect", "latin", "--json")
    assert (wrong.code, wrong.json["error"]["code"]) == (2, "call.sandbox")
    assert all(dialect in wrong.json["error"]["message"] for dialect in DIALECTS)


@pytest.mark.parametrize("dialect", UNASKED)
def test_plain_orders_need_no_setting_at_all(desk, dialect):
    """Nearly all dialects are understood with address and key alone: placed once, ids and charges known."""
    with panel(desk, dialect) as there:
        there.sandbox.shop.plan("Completed")
        there.sandbox.shop.set_speed(
            100
        )  # a second between two orders is soon over: the wait for it is drawn
        sheet = there.sheet(ROWS[:2], header=HEADER)
        ended = there.run("submit", sheet, "--yes", "--json")
        assert (ended.code, ended.states()) == (0, ["placed"] * 2), ended.out + ended.err
        assert placed(ended) == sold(there)
        assert {each["order_id"]: Decimal(each["charge"]) for each in ended.json["orders"]} == charges(there)
