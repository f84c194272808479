"""A sheet with many wrong rows, as it is read on a terminal of 80 columns."""


def wrong_rows():
    """Return 900 rows, 300 of them right."""
    for number in range(900):
        link = f"https://example.com/{number}"
        yield (("1", link, 500), ("999", link, 500), ("1", link, 1 + number % 150))[number % 3]


def test_a_thousand_wrong_rows_are_read_on_one_page(desk, answering):
    """Each repair is told with its count and first rows, then in a few sentences; no line is too long."""
    code, shown = answering("check", desk.sheet(wrong_rows()).name, columns=80)
    lines = [line.rstrip() for line in shown.split("\n")]
    assert code == 6
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 40, shown
    assert lines[0] == "600 of 900 rows are not sent as they are. What repairs them:"
    overview = lines[2:6]
    assert overview[0].split(maxsplit=1) == ["300", "Services the panel does not have: choose others"]
    assert overview[1].strip() == "rows 3, 6, 9, 12, 15, 18 and 294 more"
    assert overview[2].split(maxsplit=1) == ["300", "Quantity below the service's minimum: raise it"]


def test_few_wrong_rows_are_listed_at_once(desk, answering):
    """Three wrong rows need no overview: each is told once."""
    _, shown = answering("check", desk.sheet([*wrong_rows()][:5]).name, columns=80)
    assert "What repairs them" not in shown
    assert shown.count("choose others") == 1
    assert "Rows 3, 6, Service: the panel has no service 999" in " ".join(shown.split())
