"""Headers and what they mean."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkorders import wording
from bulkorders.errors import SheetError
from bulkorders.model.service_types import INCIDENTAL
from bulkorders.sheet import columns
from bulkorders.sheet.aliases import FIELDS, LANGUAGES, NUMBERING

NAMES = [(each.name, name) for each in FIELDS for names in each.aliases.values() for name in names]


def facts(header: list[str], mapping: dict[str, str] | None = None) -> tuple[str, dict[str, Any]]:
    """Return the code and facts of the error these headers raise."""
    with pytest.raises(SheetError) as caught:
        columns.match(header, mapping)
    return caught.value.code, caught.value.facts


@pytest.mark.parametrize(("field", "name"), NAMES)
def test_every_alias_names_its_field(field: str, name: str) -> None:
    """Each name in the table leads to the field it stands under, whatever its case."""
    assert columns.field_of(name) == columns.field_of(name.upper()) == field


def test_no_name_belongs_to_two_fields() -> None:
    """No two fields share a name, and no field has a name that only numbers rows."""
    owners: dict[str, set[str]] = {}
    for field, name in [*NAMES, *((each.name, each.title) for each in FIELDS)]:
        owners.setdefault(columns.normalised(name), set()).add(field)
    assert [name for name, fields in owners.items() if len(fields) > 1] == []
    assert not owners.keys() & {columns.normalised(name) for name in NUMBERING}


def test_the_languages_told_are_those_of_the_table() -> None:
    """Every field has names in each language that is said to be known."""
    assert all(set(each.aliases) == set(LANGUAGES) for each in FIELDS)


@pytest.mark.parametrize(
    "header",
    [
        "max_rate",
        "MAX RATE",
        "Max-Rate:",
        " max\u00a0rate ",
        "Max\nrate",
        "\uff2d\uff41\uff58 rate",
        "Giá tối đa",
        "gia toi da",
    ],
)
def test_spelling_does_not_matter(header: str) -> None:
    """Case, accents, punctuation, blanks, underscores and wide letters make no other header."""
    assert columns.field_of(header) == "max_rate"


def test_accents_may_be_composed_or_not() -> None:
    """A header typed with combining accents means the same as one with ready-made letters."""
    assert (
        columns.field_of("So\u0302\u0301 l\u01b0\u01a1\u0323ng") == columns.field_of("Số lượng") == "quantity"
    )


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Link *", "link"),
        ("Reference (optional)", "reference"),
        ("Số lượng (bắt buộc)", "quantity"),
        ("Số lượng / Quantity", "quantity"),
        ("Link\nLiên kết", "link"),
    ],
)
def test_remarks_and_second_languages_are_understood(header: str, field: str) -> None:
    """A mark or a remark that changes nothing, or the same name in two languages, is understood."""
    assert columns.field_of(header) == field


@pytest.mark.parametrize(
    "header",
    [
        "Quantity (thousands)",
        "Interval (hours)",
        "Amount",
        "Link / Quantity",
        "Comment",
        "STT",
        "#",
        "No.",
        "",
        "--",
    ],
)
def test_what_may_mean_something_else_is_no_field(header: str) -> None:
    """Another unit, money, a note, two fields in one or a running number is never taken for a field."""
    assert columns.field_of(header) is None


def test_own_columns_are_kept_beside_the_fields() -> None:
    """Columns that are no field are the user's own, in their order; a running number is one of them."""
    match = columns.match(["STT", "Shop", "Mã dịch vụ", "Liên kết", "SL", "Status"])
    assert match.columns == {"service": 2, "link": 3, "quantity": 4}
    assert match.own == ("STT", "Shop", "Status")


def test_quantity_may_be_missing() -> None:
    """A sheet of packages or comments needs no quantity column."""
    assert columns.match(["Service", "Link", "Comments"]).columns == {"service": 0, "link": 1, "comments": 2}


def test_all_missing_columns_are_told_at_once_with_what_was_meant() -> None:
    """One error names every missing column, what was found, and which headers come near."""
    code, told = facts(["Servce", "Lnk", "Quantty", "Client"])
    assert code == "sheet.columns_missing"
    assert told["missing"] == ["Service", "Link"]
    assert told["found"] == ["Servce", "Lnk", "Quantty", "Client"]
    assert told["near"] == [("Servce", "Service"), ("Lnk", "Link"), ("Quantty", "Quantity")]


def test_a_near_miss_is_proposed_and_not_taken() -> None:
    """A misspelt optional header stays the user's own column and is told as a near miss."""
    match = columns.match(["Service", "Link", "Quantty", "Max rte"])
    assert "quantity" not in match.columns
    assert "max_rate" not in match.columns
    assert match.near == (("Quantty", "Quantity"), ("Max rte", "Max rate"))


def test_two_columns_for_one_field_are_refused() -> None:
    """Where two headers mean the same field, both are named and neither is chosen."""
    code, told = facts(["Service", "Link", "URL", "Qty"])
    assert (code, told["field"], told["title"], told["headers"]) == (
        "sheet.columns_twice", "link", "Link", ["Link", "URL"],
    )  # fmt: skip


def test_a_mapping_wins_over_known_names() -> None:
    """A column named by hand is taken, and another that would have meant the same is left alone."""
    match = columns.match(
        ["Service", "URL", "Link", "Pieces wanted"], {"URL": "link", "pieces wanted": "Quantity"}
    )
    assert match.columns == {"service": 0, "link": 1, "quantity": 3}
    assert match.own == ("Link",)


def test_a_mapping_can_leave_a_column_alone() -> None:
    """An empty field in a mapping makes a column the user's own."""
    match = columns.match(["Service", "Link", "Qty", "Provider"], {"Provider": "-"})
    assert "panel" not in match.columns
    assert match.own == ("Provider",)


def test_a_header_of_signs_alone_can_be_mapped() -> None:
    """A column called `#` only numbers rows, unless it is named by hand."""
    assert columns.match(["#", "Service", "Link", "", "-"], {"#": "reference"}).columns["reference"] == 0


def test_two_columns_mapped_to_one_field_are_refused() -> None:
    """A mapping that names one field twice is refused as well."""
    assert facts(["A", "B", "Link"], {"A": "service", "B": "service"})[0] == "sheet.columns_twice"


@pytest.mark.parametrize(
    ("mapping", "what", "given", "near"),
    [
        ({"Quantitty": "quantity"}, "header", "Quantitty", ["Quantity"]),
        ({"Quantity": "quantitty"}, "field", "quantitty", ["quantity"]),
        ({"": "quantity"}, "header", "", []),
    ],
)
def test_an_unknown_word_in_a_mapping_is_told(
    mapping: dict[str, str], what: str, given: str, near: list[str]
) -> None:
    """A header the sheet doesn't have, or a field there is none of, is an error that says what comes near."""
    code, told = facts(["Service", "Link", "Quantity"], mapping)
    assert (code, told["what"], told["given"], told["near"]) == ("sheet.map_unknown", what, given, near)


@given(st.lists(st.text(max_size=12), max_size=8))
def test_any_header_is_answered(header: list[str]) -> None:
    """Whatever the headers are, there is a match or a SheetError, and each index is one of theirs."""
    code, found = "", {}
    try:
        found = dict(columns.match(header).columns)
    except SheetError as error:
        code = error.code
    assert code in {"", "sheet.columns_missing", "sheet.columns_twice"}
    assert all(0 <= index < len(header) for index in found.values())


def test_result_columns_have_each_a_name_and_a_title_of_its_own() -> None:
    """No two columns of ours share a name or title, and none of their titles means an input field."""
    assert len({each.name for each in columns.RESULT_COLUMNS}) == len(columns.RESULT_COLUMNS)
    assert len({each.title for each in columns.RESULT_COLUMNS}) == len(columns.RESULT_COLUMNS)
    assert all(columns.field_of(each.title) is None for each in columns.RESULT_COLUMNS)


@pytest.mark.parametrize("field", INCIDENTAL)
def test_a_header_that_is_the_fields_name_is_taken_in_any_spelling(field: str) -> None:
    """The parameter's own name heads its column with underscores, blanks or dashes, in any case."""
    for header in (field, field.upper(), field.replace("_", " "), field.replace("_", "-").title()):
        assert columns.field_of(header) == field


def test_a_sheet_of_subscriptions_needs_no_link_column() -> None:
    """A username says what the order is for; a sheet with neither misses the link."""
    assert columns.match(["Service", "Username", "Min", "Max", "Delay"]).columns["username"] == 1
    assert facts(["Service", "Min", "Max"])[1]["missing"] == ["Link"]
    assert facts(["Username", "Min", "Max"])[1]["missing"] == ["Service"]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("param:reaction", "param:reaction"),
        ("PARAM: View_Time ", "param:View_Time"),
        (" Param:min", "param:min"),
        ("param:số", "param:số"),
        ("param:a/b", "param:a/b"),
        ("parameter:reaction", None),
        ("my param:reaction", None),
    ],
)
def test_a_parameter_of_the_panels_own_keeps_its_name(header: str, field: str | None) -> None:
    """After `param:`, in any case, the name stands exactly as the panel is to have it."""
    assert columns.field_of(header) == field


def test_names_of_parameters_that_differ_in_case_are_two() -> None:
    """Panels tell `Country` from `country`, so these are two columns; the same name twice is refused."""
    header = ["Service", "Link", "param:country", "Country", "param:Country"]
    assert columns.match(header).columns == {
        "service": 0, "link": 1, "param:country": 2, "country": 3, "param:Country": 4,
    }  # fmt: skip
    code, told = facts(["Service", "Link", "param:days", "PARAM:days"])
    assert (code, told["title"], told["headers"]) == (
        "sheet.columns_twice", "param:days", ["param:days", "PARAM:days"],
    )  # fmt: skip


@pytest.mark.parametrize(
    "name", ["key", "action", "service", "link", "quantity", "order", "orders", "Quantity"]
)
def test_a_parameter_of_every_call_is_no_panels_own(name: str) -> None:
    """What authorises, names or sizes the order can't be set beside its own column."""
    code, told = facts(["Service", "Link", f"param:{name}"])
    assert (code, told["header"]) == ("sheet.param_reserved", f"param:{name}")
    assert name.casefold() in told["reserved"]


def test_a_parameter_without_a_name_is_refused() -> None:
    """A header that ends after the colon names nothing."""
    assert facts(["Service", "Link", "param: "]) == ("sheet.param_unnamed", {"header": "param: "})


def test_a_column_can_be_mapped_to_a_parameter_or_taken_out() -> None:
    """`--map` makes any column a parameter of the panel's own, and one that is refused the user's."""
    header = ["Service", "Link", "Ngày", "param:key"]
    match = columns.match(header, {"Ngày": "param:days", "param:key": "-"})
    assert match.columns == {"service": 0, "link": 1, "param:days": 2}
    assert match.own == ("param:key",)


def test_few_services_fields_are_proposed_only_where_something_is_missing() -> None:
    """A client's "Group" is no slip for Groups; beside a missing link, a misspelt username may be what was meant."""
    assert columns.match(["Service", "Link", "Group", "Counter"]).near == ()
    assert facts(["Service", "Usernme"])[1]["near"] == [("Usernme", "Username")]


@pytest.mark.parametrize("field", [each.name for each in FIELDS])
def test_a_fields_header_is_what_its_problems_call_it(field: str) -> None:
    """The usual header of a field and its title in sentences are one."""
    assert columns.title_of(field) == wording.field_title(field)
