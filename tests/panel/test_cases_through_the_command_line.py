"""Each raw answer of other panels through whole commands: the state in `--json`, and what is sent once, or never."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CASES = {
    case["id"]: case for case in json.loads(Path(__file__).with_name("dialects.json").read_text("utf-8"))
}
ADDS = [case for case in CASES.values() if case["action"] == "add"]
STATUSES = [case for case in CASES.values() if case["action"] == "status"]
STATES = {"accepted": "placed", "rejected": "rejected", "in_doubt": "in_doubt", "not_sent": "ready"}
SERVICES = [{"service": 1, "name": "Likes", "type": "Default", "rate": "2.5", "min": "1", "max": "1000000"}]
KNOWN = {"status": "Processing", "charge": "0.123", "start_count": 777, "remains": 999}
"""What the panel says of every order before the case: nothing of it may be lost to an answer that says less."""
NOTHING = dict.fromkeys(KNOWN)


def address(name: str) -> str:
    """Return the link of the row for this case."""
    return f"https://example.com/{name}"


@dataclass
class Teller:
    """What a panel says: services and balance that make sense, and to each order its case's raw bytes, once.

    Whoever orders a link again is told an id of its own, and so is every link without a case.
    """

    said: Any
    adds: dict[str, dict[str, Any]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    status: Any = None
    came: Counter[str] = field(default_factory=Counter)

    def __call__(self, form: dict[str, str]) -> Any:
        """Return the answer to a request."""
        action = form["action"]
        if action == "add":
            return self.sell(form["link"])
        if action == "status":
            return self.status(form) if self.status else self.known(form)
        fixed = {"services": SERVICES, "balance": {"balance": "1000000", "currency": "USD"}}
        return self.said(json.dumps(fixed[action]))

    def sell(self, link: str) -> Any:
        """Return the case's own bytes the first time, a plain order id else."""
        self.came[link] += 1
        if link in self.adds and self.came[link] == 1:
            return self.raw(self.adds[link])
        return self.said(json.dumps({"order": self.ids.get(link, f"own-{len(self.came)}-{self.came[link]}")}))

    def raw(self, case: dict[str, Any]) -> Any:
        """Return a case as it stands: body, status, content type."""
        return self.said(case["body"], case["status"], case["type"])

    def known(self, form: dict[str, str]) -> Any:
        """Return what is known of every order before its case."""
        asked = form.get("orders", form.get("order", "")).split(",")
        return self.said(json.dumps(dict.fromkeys(asked, KNOWN)))


@pytest.fixture
def teller(said: Any, replay: Any) -> Teller:
    """Return what the server says, and let it say so."""
    found = Teller(said)
    replay.says(found)
    return found


@pytest.fixture
def run(desk: Any, replay: Any) -> Any:
    """Return a function that runs a command on a sheet with these links, against the server."""
    desk.changes["BULKORDERS_PANEL_URL"] = replay.url

    def runs(command: str, names: list[str]) -> Any:
        sheet = desk.sheet([("1", address(name), 500) for name in names])
        more = ("--yes", "--concurrency", "1") if command == "submit" else ()
        return desk.run(command, sheet, *more, "--json")

    return runs


def rows(ended: Any) -> dict[str, dict[str, Any]]:
    """Return the orders of a report by the name in their link."""
    return {order["link"].rpartition("/")[2]: order for order in ended.json["orders"]}


def told(*verdicts: str, then: str | None = None) -> list[str]:
    """Return the cases of these verdicts, and of this consequence."""
    return [
        case["id"]
        for case in ADDS
        if case["expect"]["verdict"] in verdicts and then in (None, case["expect"]["then"])
    ]


def as_expected(name: str, order: dict[str, Any]) -> bool:
    """Whether a row stands as its case demands: state and ids."""
    expect = CASES[name]["expect"]
    ids = expect["ids"]
    return (
        order["state"] == STATES[expect["verdict"]]
        and order["order_ids"] == ids
        and order["order_id"] == (ids[0] if ids else None)
    )


def check(ended: Any, names: list[str]) -> None:
    """Fail with the cases that stand otherwise than demanded."""
    found = rows(ended)
    wrong = {name: found[name] for name in names if not as_expected(name, found[name])}
    assert wrong == {}


def test_every_accepted_answer_is_a_placed_order(run: Any, teller: Teller) -> None:
    """Each answer with an id places its order under all its ids, from one request, and no second run sends it."""
    names = told("accepted")
    teller.adds = {address(name): CASES[name] for name in names}
    ended = run("submit", names)
    assert ended.code == 0, ended.err
    check(ended, names)
    assert set(teller.came.values()) == {1}
    again = run("submit", names)
    check(again, names)
    assert (again.code, sum(teller.came.values())) == (0, len(names))


def test_every_refusal_of_a_row_is_a_rejected_order(run: Any, teller: Teller) -> None:
    """Each refusal rejects its row in the panel's words, from one request, and no second run sends it."""
    names = told("rejected")
    teller.adds = {address(name): CASES[name] for name in names}
    ended = run("submit", names)
    assert ended.code == 6, ended.err
    check(ended, names)
    assert all(order["message"].startswith("The panel refused: ") for order in ended.json["orders"])
    again = run("submit", names)
    check(again, names)
    assert (again.code, sum(teller.came.values())) == (6, len(names))


def test_every_unclear_answer_is_an_order_in_doubt(run: Any, teller: Teller) -> None:
    """Each answer that proves nothing puts its order in doubt, the others go on, and no second run sends it."""
    names = told("in_doubt")
    mixed = [each for name in names for each in (name, f"beside-{name}")]
    teller.adds = {address(name): CASES[name] for name in names}
    ended = run("submit", mixed)
    assert ended.code == 5, ended.err
    check(ended, names)
    assert {order["state"] for name, order in rows(ended).items() if name not in names} == {"placed"}
    again = run("submit", mixed)
    check(again, names)
    assert (again.code, sum(teller.came.values())) == (5, len(mixed))


def test_every_request_to_wait_is_waited_for(run: Any, teller: Teller) -> None:
    """Each answer that asks to wait leaves the order ready, and it is placed by a second request."""
    names = told("not_sent", then="wait")
    teller.adds = {address(name): CASES[name] for name in names}
    ended = run("submit", names)
    assert (ended.code, ended.states()) == (0, ["placed"] * len(names))
    assert set(teller.came.values()) == {2}


def test_every_refusal_of_the_account_stops_the_run(run: Any, teller: Teller) -> None:
    """No funds, key, address: one request, nothing in doubt, the rest is ready and is sent by the next run."""
    names = told("not_sent", then="stop")
    teller.adds = {address(name): CASES[name] for name in names}
    for done, name in enumerate(names):
        ended = run("submit", names)
        assert (ended.code, ended.json["stopped"]["code"]) == (3, CASES[name]["expect"]["kind"]), name
        assert ended.states() == ["placed"] * done + ["ready"] * (len(names) - done), name
        check(ended, [name])
        assert sum(teller.came.values()) == 2 * done + 1, name
    ended = run("submit", names)
    assert (ended.code, ended.states()) == (0, ["placed"] * len(names))


def test_an_id_that_is_another_rows_is_never_a_second_order(run: Any, teller: Teller) -> None:
    """A panel that answers with the earlier order's id sold one order, not two: the second row is in doubt."""
    teller.adds = {address(name): CASES["add-036"] for name in ("first", "second")}
    ended = run("submit", ["first", "second", "third"])
    assert (ended.code, ended.states()) == (5, ["placed", "in_doubt", "ready"])


def asked_alone() -> list[list[str]]:
    """Return the cases about one order in groups whose ids differ, since an order has its own."""
    groups: list[list[str]] = []
    for case in STATUSES:
        if len(case["asked"]) > 1 or "error" in case["expect"]:
            continue
        alike = named(case)
        group = next((each for each in groups if alike not in {named(CASES[name]) for name in each}), None)
        if group is None:
            groups.append(group := [])
        group.append(case["id"])
    return groups


def named(case: dict[str, Any]) -> str:
    """Return the id that an answer names itself, or one that no other has where it names none."""
    id_ = case["asked"][0]
    names = re.search(rf'"{id_}"\s*:|"order"\s*:\s*"?{id_}\b', case["body"])
    return id_ if names else f"only-{case['id']}"


def sold(ids: dict[str, str], run: Any, teller: Teller) -> None:
    """Place an order for each name under its id."""
    teller.ids = {address(name): id_ for name, id_ in ids.items()}
    ended = run("submit", list(ids))
    assert ended.states() == ["placed"] * len(ids)


def stands(order: dict[str, Any], report: dict[str, Any]) -> bool:
    """Whether a row shows what the case demands; what the answer does not say is as it was known before."""
    wanted = {name: known if report[name] is None else report[name] for name, known in KNOWN.items()}
    return order["state"] == "placed" and {name: order[name] for name in KNOWN} == wanted


@pytest.mark.parametrize("group", asked_alone(), ids=len)
def test_every_answer_about_one_order_is_shown(
    run: Any, teller: Teller, desk: Any, replay: Any, group: list[str]
) -> None:
    """Each order shows the status, charge, start count and remains of its case; nothing known is lost."""
    settings = f'[panels.one]\nurl = "{replay.url}"\nkey = "env:ONE_KEY"\nbatch_size = 1\n'
    (desk.folder / "bulkorders.toml").write_text(settings, "utf-8")
    desk.changes |= {"ONE_KEY": desk.sandbox.key}
    desk.hidden = ("BULKORDERS_PANEL_URL", "BULKORDERS_PANEL_KEY")
    ids = {name: named(CASES[name]) for name in group}
    sold(ids, run, teller)
    by_id = {id_: CASES[name] for name, id_ in ids.items()}
    teller.status = lambda form: teller.raw(by_id[form["order"]])
    found = rows(run("refresh", group))
    wrong = {}
    for name in group:
        (report,) = CASES[name]["expect"].values()
        if not stands(found[name], report):
            wrong[name] = found[name]
    assert wrong == {}


@pytest.mark.parametrize(
    "name", [case["id"] for case in STATUSES if len(case["asked"]) > 1 or "error" in case["expect"]]
)
def test_every_answer_about_several_orders_is_shown(run: Any, teller: Teller, name: str) -> None:
    """Each of several orders shows its own part of the answer, or what was known; none is lost or swapped."""
    case = CASES[name]
    ids = {f"{name}-{id_}": id_ for id_ in case["asked"]}
    fails = "error" in case["expect"]
    sold(ids, run, teller)
    teller.status = lambda _form: teller.raw(case)
    ended = run("refresh", list(ids))
    assert ended.code == (3 if fails else 0)
    if fails:
        assert ended.json["stopped"]["code"] == case["expect"]["error"]
    found = rows(ended)
    reports = {} if fails else case["expect"]
    wrong = {
        each: found[each] for each, id_ in ids.items() if not stands(found[each], reports.get(id_, NOTHING))
    }
    assert wrong == {}


def test_every_case_is_tried() -> None:
    """No answer to `add` or `status` is left out of the groups above."""
    adds = [
        *told("accepted", "rejected", "in_doubt"),
        *told("not_sent", then="wait"),
        *told("not_sent", then="stop"),
    ]
    alone = [name for group in asked_alone() for name in group]
    several = [case["id"] for case in STATUSES if len(case["asked"]) > 1 or "error" in case["expect"]]
    assert sorted([*adds, *alone, *several]) == sorted(case["id"] for case in (*ADDS, *STATUSES))
    assert (len(ADDS), len(STATUSES)) == (39, 30)
