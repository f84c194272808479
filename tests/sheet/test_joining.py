"""Rows and lines find each other by key, however the rows were sorted, inserted, deleted or copied."""

import random
from dataclasses import replace
from typing import Any

import pytest

from bulkorders.model.orders import Row
from bulkorders.model.report import Line
from bulkorders.sheet.results import values
from bulkorders.sheet.updating.joining import Joined, Kept, by_key, by_number


def line(number: int, **further: Any) -> Line:
    """Return a row with an order, or with none where `key` is None."""
    told = {"key": f"k{number}", "state": "placed"} | further
    return Line(Row(number, (f"cell {number}",)), **told)


def kept_of(lines: list[Line]) -> list[Kept]:
    """Return the rows as they are written for these lines."""
    return [Kept(number, values.key(each), values.mark(each)) for number, each in enumerate(lines, start=2)]


def join(kept: list[Kept], lines: list[Line]) -> Joined:
    """Join lines that were read from elsewhere."""
    return by_key(kept, lines, values.key, values.mark, numbers=True)


def permuted(kept: list[Kept], chance: random.Random) -> list[Kept]:
    """Return rows after a few changes by hand, numbered anew."""
    rows = [replace(row) for row in kept]
    for _ in range(chance.randint(1, 6)):
        act = chance.randrange(4)
        if act == 0:
            chance.shuffle(rows)
        elif act == 1:
            rows.insert(chance.randint(0, len(rows)), Kept(0, "", ""))
        elif act == 2 and rows:
            rows.pop(chance.randrange(len(rows)))
        elif rows:
            rows.insert(chance.randint(0, len(rows)), chance.choice(rows))
    return [replace(row, number=number) for number, row in enumerate(rows, start=2)]


@pytest.mark.parametrize("block", range(4))
def test_no_permutation_puts_a_line_on_another_row(block: int):
    """In 2,000 permutations each line is joined once at most, to a row with its key or its very content, or is new."""
    for seed in range(block * 500, block * 500 + 500):
        chance = random.Random(seed)  # noqa: S311 - a test that can be run again
        lines = [
            line(number) if chance.random() < 0.7 else line(number, key=None, state="invalid")
            for number in range(2, chance.randint(3, 12))
        ]
        rows = permuted(kept_of(lines), chance)
        chance.shuffle(lines)
        joined = by_key(rows, lines, values.key, values.mark, numbers=False)
        by_row = {row.number: row for row in rows}
        for number, found in joined.lines.items():
            assert by_row[number].mark == values.mark(found)
            assert found.key is None or by_row[number].key == found.key
        placed = [values.key(each) for each in (*joined.lines.values(), *joined.new)]
        assert sorted(placed) == sorted(values.key(each) for each in lines)
        assert not set(joined.copies) & set(joined.lines)
        assert all(row.number in joined.lines for row in rows if row.key and row.number not in joined.copies
                   and row.number not in joined.left)  # fmt: skip


def test_rows_without_an_order_are_found_by_their_content():
    """Two unsent rows that changed places are each found, though their numbers say the opposite."""
    one, two = (line(number, key=None, state="invalid") for number in (2, 3))
    assert one.row is not None
    assert two.row is not None
    swapped = [replace(two, row=replace(two.row, number=2)), replace(one, row=replace(one.row, number=3))]
    joined = join(kept_of([one, two]), swapped)
    assert {number: found.row.cells for number, found in joined.lines.items() if found.row} == {
        2: one.row.cells,
        3: two.row.cells,
    }


def test_an_order_whose_row_has_left_is_found_by_its_key():
    """A row marked as gone is found again when its order is back in the sheet, and the other way round."""
    gone = replace(line(2), row=None)
    assert join(kept_of([line(2)]), [gone]).lines == {2: gone}
    assert join([Kept(2, "gone:k2")], [line(2)]).lines == {2: line(2)}


def test_a_row_that_is_gone_gives_way_to_the_order_itself():
    """Where an order's row stands twice, once marked as gone, the result goes to the other."""
    joined = join([Kept(2, "gone:k2"), Kept(3, "k2", "2:x")], [line(2)])
    assert (joined.lines, joined.copies) == ({3: line(2)}, {})


def test_a_row_the_user_inserted_is_left_alone():
    """A row without a key and a mark belongs to nobody: it is neither a copy nor gone."""
    joined = join([Kept(2, "", ""), Kept(3, "was:3:k2", "2:x")], [line(2)])
    assert (joined.copies, joined.left, joined.new) == ({}, {}, [line(2)])


def test_by_number_only_where_the_keys_are_those_that_were_read():
    """The lines of the very workbook are joined by number; where a key differs, nothing is."""
    read = replace(line(2), row=Row(2, ("a",), "k2"))
    joined = by_number([Kept(2, "k2")], [read], values.key)
    assert joined is not None
    assert joined.lines == {2: read}
    assert by_number([Kept(2, "k9")], [read], values.key) is None


def test_a_row_of_an_order_that_left_the_sheet_shows_it_once():
    """Of two rows that are marked as gone with one key, only one keeps the results, wherever the lines were read."""
    gone = Line(None, "placed", key="k9")
    kept = [Kept(2, "gone:k9"), Kept(3, "gone:k9")]
    for joined in (join(kept, [gone]), by_number(kept, [gone], values.key)):
        assert joined is not None
        assert list(joined.lines.items()) == [(2, gone)]
        assert joined.left == {3: "gone:k9"}


def test_a_row_marked_as_gone_gives_way_to_the_row_that_is_back():
    """Where the sheet has the row again, a row marked as gone shows its results no longer."""
    lines = [Line(Row(2, ("cell 2",), key="k2"), "placed", key="k2")]
    kept = [Kept(2, "k2", "2:x"), Kept(3, "gone:k2")]
    for joined in (join(kept, lines), by_number(kept, lines, values.key)):
        assert joined is not None
        assert list(joined.lines.items()) == [(2, lines[0])]
        assert joined.left == {3: "gone:k2"}
