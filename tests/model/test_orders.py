"""Orders and the account they are placed on."""

import hashlib
import json
import unicodedata
from dataclasses import FrozenInstanceError
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkorders.model.lifecycle import State
from bulkorders.model.orders import Order, Row, Sheet, Submission, account_id, by_key, digest


@pytest.mark.parametrize(
    ("url", "account"),
    [
        ("https://panel.example/api/v2", "panel.example/api/v2"),
        ("https://PANEL.example/api/v2/", "panel.example/api/v2"),
        ("http://panel.example:80/api/v2", "panel.example/api/v2"),
        ("https://panel.example:443/api/v2", "panel.example/api/v2"),
        ("https://panel.example:8443/api/v2", "panel.example:8443/api/v2"),
        ("https://user:secret@panel.example/api/v2?key=k#x", "panel.example/api/v2"),
        ("panel.example/api/v2", "panel.example/api/v2"),
        (" https://panel.example ", "panel.example"),
    ],
)
def test_an_account_is_the_panels_address(url: str, account: str) -> None:
    """Host and path name the account; scheme, case, user, query and end slash do not, and no key is in it."""
    assert account_id(url) == account
    assert account_id(url, "agency") == f"{account}#agency"


def test_paths_and_labels_make_other_accounts() -> None:
    """Two scripts on one host, and two labelled accounts on one script, are different accounts."""
    urls = ["https://p.example/api/v1", "https://p.example/api/v2", "https://q.example/api/v1"]
    found = {account_id(url, label) for url in urls for label in (None, "a", "b")}
    assert len(found) == 9


def test_parameters_are_sent_under_their_names_without_empty_ones() -> None:
    """What is empty is not sent; nought is not empty."""
    order = Order(2, "1", "", 0, extras=(("comments", ""), ("runs", "2")))
    assert order.parameters() == {"service": "1", "quantity": "0", "runs": "2"}


def test_values_are_frozen() -> None:
    """No stage can change what an earlier one made."""
    order = Order(2, "1", "https://example.com/", 5)
    with pytest.raises(FrozenInstanceError):
        order.quantity = 6  # type: ignore[misc]
    with pytest.raises((AttributeError, TypeError)):
        object.__setattr__(order, "note", "x")


def test_a_sheet_names_its_columns() -> None:
    """The title of a field is the header of its column, and None where the sheet has no such column."""
    sheet = Sheet("o.csv", ("Dịch vụ", "URL"), {"service": 0, "link": 1}, (Row(2, ("1", "x")),))
    assert (sheet.title("service"), sheet.title("link"), sheet.title("quantity")) == ("Dịch vụ", "URL", None)


def test_a_digest_tells_parts_apart() -> None:
    """Where one part ends and the next begins counts, and so does the order; the order of names does not."""
    assert digest("a", "bc") != digest("ab", "c")
    assert digest("a", "b") != digest("b", "a")
    assert digest({"a": "1", "b": "2"}) == digest({"b": "2", "a": "1"})
    assert digest("1") != digest(1)
    assert digest("\ud800") != digest("\ud801")
    assert len(digest()) == 32


TEXTS = st.text()


@given(text=TEXTS, number=st.integers(), names=st.dictionaries(TEXTS, TEXTS))
def test_a_digest_is_that_of_the_parts_as_json(text: str, number: int, names: dict[str, str]) -> None:
    """What is hashed is compact JSON with sorted names and composed letters, whatever characters it holds."""
    line = json.dumps([text, names, number], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    composed = unicodedata.normalize("NFC", line)
    expected = hashlib.sha256(composed.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    assert digest(text, names, number) == expected


def test_the_order_id_is_the_first_of_its_ids() -> None:
    """An order of many lines has many ids; the first stands for it, and none is None."""
    order = Submission("k", "a", "c", "f", "1", "https://example.com/", 5, {}, State.PLACED, 2)
    assert order.order_id is None
    several = Submission(
        "l",
        "a",
        "c",
        "f",
        "1",
        "https://example.com/",
        5,
        {},
        State.PLACED,
        3,
        order_ids=("9", "10"),
        rate=Decimal(1),
    )
    assert several.order_id == "9"
    assert by_key([order, several]) == {"k": order, "l": several}
