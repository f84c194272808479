"""Orders pasted on standard input: `-` for the sheet."""

import os
import subprocess
import sys

import pytest

LINES = "1 | https://example.com/a | 500\n1 | https://example.com/b | 600\n"


def kept(desk):
    """Return the files that hold pasted orders."""
    return sorted(path.name for path in desk.folder.glob("mass-order-*.txt"))


def test_check_reads_what_is_pasted_and_keeps_nothing(desk):
    """`check -` validates the lines on standard input and leaves no file behind."""
    ended = desk.run("check", "-", "--json", typed=LINES)
    assert (ended.code, ended.states()) == (0, ["ready", "ready"])
    assert list(desk.folder.iterdir()) in ([], [desk.folder / "home"])


def test_pasted_orders_are_placed_once_however_often_they_are_pasted(desk):
    """`submit -` keeps the lines in a file named by their contents; the same lines again place nothing."""
    first = desk.run("submit", "-", "--yes", "--json", typed=LINES)
    (name,) = kept(desk)
    assert (first.code, first.states(), first.json["sheet"]) == (0, ["placed", "placed"], name)
    assert first.json["campaign"] == name.removesuffix(".txt")
    assert (desk.folder / name.replace(".txt", ".results.xlsx")).is_file()
    assert name in first.err
    again = desk.run("submit", "-", "--yes", "--json", typed=LINES.replace("\n", " \r\n") + "\n")
    assert (again.code, again.states(), kept(desk)) == (0, ["placed", "placed"], [name])
    assert len(desk.sold()) == 2
    refreshed = desk.run("refresh", "-", "--json", typed=LINES)
    assert (refreshed.code, refreshed.json["sheet"]) == (0, name)


def test_one_more_line_is_another_campaign_and_buys_no_line_twice(desk):
    """Lines pasted again among others are duplicates of what was placed."""
    desk.run("submit", "-", "--yes", "--json", typed=LINES)
    ended = desk.run("submit", "-", "--yes", "--json", typed=f"{LINES}1 | https://example.com/c | 700\n")
    assert (ended.code, ended.states()) == (6, ["duplicate", "duplicate", "placed"])
    assert len(desk.sold()) == 3


def test_a_rehearsal_keeps_no_file(desk):
    """`submit - --dry-run` leaves no file of what was pasted."""
    ended = desk.run("submit", "-", "--dry-run", "--json", typed=LINES)
    assert (ended.code, kept(desk)) == (0, [])


def test_a_table_may_be_pasted_too(desk):
    """Cells copied from a spreadsheet, with their header, are read as a table."""
    table = "Quantity\tService\tLink\n500\t1\thttps://example.com/a\n"
    ended = desk.run("check", "-", "--json", typed=table)
    assert (ended.code, ended.json["orders"][0]["quantity"], ended.json["orders"][0]["row"]) == (0, 500, 2)


def test_nothing_pasted_is_told(desk):
    """Empty standard input ends with 2 and says what to paste."""
    ended = desk.run("submit", "-", "--json", typed=" \n")
    assert (ended.code, ended.json["error"]["code"]) == (2, "call.pasted_nothing")


def test_without_a_terminal_pasted_orders_want_yes(desk):
    """Where nobody can be asked nothing is sent without --yes, and that is said."""
    ended = desk.run("submit", "-", "--json", typed=LINES)
    assert (ended.code, ended.json["error"]["code"]) == (2, "call.no_terminal")
    assert desk.sold() == []


def test_a_kept_file_that_was_changed_is_not_overwritten(desk):
    """Where the file of that name holds something else it is left alone, and nothing is sent."""
    desk.run("submit", "-", "--json", typed=LINES)
    (name,) = kept(desk)
    (desk.folder / name).write_text("1 | https://example.com/z | 900\n", encoding="utf-8")
    ended = desk.run("submit", "-", "--yes", "--json", typed=LINES)
    assert (ended.code, ended.json["error"]["code"]) == (2, "call.pasted_unsettled")
    assert "900" in (desk.folder / name).read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals of this kind")
def test_the_terminal_is_asked_while_orders_come_through_a_pipe(desk):
    """Orders piped in are confirmed on the terminal itself."""
    import pty  # noqa: PLC0415 - not everywhere

    leader, follower = pty.openpty()
    script = 'exec <"$1"; printf "%s" "$2" | "$3" -m bulkorders submit -'
    running = subprocess.Popen(
        ["/bin/sh", "-c", script, "sh", os.ttyname(follower), LINES, sys.executable],
        cwd=desk.folder,
        env={**desk.environment, "TERM": "xterm-256color"},
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    shown, answered = b"", False
    while True:
        try:
            part = os.read(leader, 4096)
        except OSError:
            break
        shown += part
        if b"[y/N]" in shown and not answered:
            os.write(leader, b"y\n")
            answered = True
        if not part:
            break
    os.close(leader)
    assert running.wait(timeout=60) == 0, shown.decode()
    assert len(desk.sold()) == 2
