"""Whole commands: a real campaign's journal exported in every format, read back, and held against the ledger."""

import asyncio
import contextlib
import csv
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest
from beancount import loader
from beancount.core.data import Transaction
from pyarrow import parquet

from bulkorders.accounting.ledger import read_ledger
from bulkorders.cli import main
from bulkorders.journal.opening import open_journal
from bulkorders.model import money
from bulkorders.model.entries import Entered, EnteredKind, EntryKind
from bulkorders.sandbox import running

HEADER = ("Service", "Link", "Quantity", "Client", "Reference")
CLIENTS = ("Café Đỏ", '=HYPERLINK("x");|', "", "Café Đỏ")
FORMATS = ("csv", "xlsx", "jsonl", "parquet", "beancount", "hledger", "quickbooks", "xero")
KEY = "canary-8f2c51d0e7"
SUFFIXES = {"beancount": "beancount", "hledger": "journal", "quickbooks": "csv", "xero": "csv"}


def rows(count, first=1):
    """Return so many rows, each for a client and with a reference."""
    return [
        ("1", f"https://example.com/post/{number}?a=1,2;3", 1000 + number, CLIENTS[number % 4], f"-R{number}")
        for number in range(first, first + count)
    ]


def panel(kind):
    """Return a panel like the one of every desk, served for a while."""
    return running(balance="100000000", key=kind)


@pytest.fixture(scope="module")
def sold(tmp_path_factory, desk_class):
    """Return a folder in which eight orders were placed: one was canceled, one delivered in part, two in full."""
    folder = tmp_path_factory.mktemp("sold")
    with panel(KEY) as sandbox:
        desk = desk_class(folder, sandbox)
        sheet = desk.sheet(rows(8), header=HEADER)
        placed = desk.run("submit", sheet, "--yes", "--concurrency", "1", "--json")
        assert placed.code == 0, placed.out
        ids = [order["order_id"] for order in placed.json["orders"]]
        for order_id, told in zip(
            ids,
            [("Canceled", None), ("Partial", 400), ("Completed", 0), ("Completed", 0)],
            strict=False,
        ):
            sandbox.shop.pin(order_id, status=told[0], remains=told[1])
        assert desk.run("refresh", sheet).code == 0
    return folder


@pytest.fixture
def office(sold, tmp_path, desk_class, monkeypatch):
    """Yield a desk with a copy of that folder."""
    shutil.copytree(sold, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    with panel(KEY) as sandbox:
        desk = desk_class(tmp_path, sandbox)
        for name in {name for name in os.environ if name.startswith("BULKORDERS_")}:
            monkeypatch.delenv(name)
        for name, value in desk.environment.items():
            if name.startswith("BULKORDERS_"):
                monkeypatch.setenv(name, value)
        yield desk


def call(*arguments):
    """Run a command in this process, and return its exit code and what it printed."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main.run([str(each) for each in arguments])
    assert KEY not in out.getvalue() + err.getvalue()
    return code, out.getvalue(), err.getvalue()


def refused(*arguments):
    """Run an export that is refused, and return its exit code and the error's code and sentence."""
    code, out, _ = call("export", *arguments, "--json")
    error = json.loads(out)["error"]
    return code, error["code"], f"{error['message']} {error['next']}"


def journal_of(desk):
    """Return where the journal is."""
    return desk.folder / "home" / "journal.sqlite"


def ledger(desk):
    """Return the ledger as the journal has it."""

    async def read():
        journal = await open_journal(journal_of(desk), read_only=True)
        try:
            return await read_ledger(journal)
        finally:
            await journal.close()

    return asyncio.run(read())


def moved(entries):
    """Return what these entries moved, as the account's statement shows it."""
    return money.total(entry.amount.copy_negate() for entry in entries if entry.moved)


def settings(desk, text):
    """Write the settings."""
    (desk.folder / "bulkorders.toml").write_text(text, encoding="utf-8")


def export(form, *more):
    """Export, and return what was written where."""
    code, out, err = call("export", "--format", form, *more, "--json")
    assert (code, err) == (0, ""), out
    return json.loads(out)["export"]


def read(form, path):
    """Return id and amount of each line that moved money, as the program for this format reads them."""
    return {
        "csv": of_csv, "xlsx": of_xlsx, "jsonl": of_jsonl, "parquet": of_parquet, "beancount": of_beancount,
        "hledger": of_hledger, "quickbooks": of_quickbooks, "xero": of_xero,
    }[form](path)  # fmt: skip


def of_csv(path):
    """Return them by the csv module."""
    found = csv.DictReader(io.StringIO(path.read_text("utf-8-sig")))
    return {row["id"]: Decimal(row["amount"]) for row in found if row["moved"] == "yes"}


def of_xlsx(path):
    """Return them by openpyxl."""
    header, *found = openpyxl.load_workbook(path)["Ledger"].iter_rows(values_only=True)
    named = [dict(zip(header, row, strict=True)) for row in found]
    return {row["id"]: Decimal(str(row["amount"])) for row in named if row["moved"] == "yes"}


def of_jsonl(path):
    """Return them line by line."""
    named = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {row["id"]: Decimal(row["amount"]) for row in named if row["moved"]}


def of_parquet(path):
    """Return them by pyarrow."""
    return {row["id"]: row["amount"] for row in parquet.read_table(path).to_pylist() if row["moved"]}


def of_beancount(path):
    """Return them by beancount, which must find nothing wrong."""
    found, errors, _ = loader.load_file(str(path))
    assert errors == []
    moves = [each for each in found if isinstance(each, Transaction)]
    return {each.meta["bulkorders"]: each.postings[0].units.number for each in moves}


def of_quickbooks(path):
    """Return them by the id at the description's end."""
    found = list(csv.reader(io.StringIO(path.read_text("utf-8"))))[1:]
    return {row[1].rpartition("[")[2].rstrip("]"): Decimal(row[2]) for row in found}


def of_xero(path):
    """Return them by the reference."""
    found = csv.DictReader(io.StringIO(path.read_text("utf-8")))
    return {row["Reference"]: Decimal(row["Amount"]) for row in found}


def of_hledger(path):
    """Return id and amount of each transaction, by hledger itself."""
    program = shutil.which("hledger")
    if program is None:
        pytest.skip("hledger is not on this machine (Debian: apt-get install hledger)")
    told = subprocess.run(
        [program, "-f", path, "print", "-O", "csv"], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    found = [row for row in csv.DictReader(io.StringIO(told)) if row["account"].startswith("Assets")]
    return {row["code"]: Decimal(row["amount"]) for row in found}


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_equals_the_ledger_and_made_again_is_the_same_file(office, form):
    """Each line that moved money is there under its id with its amount, and a second export changes nothing."""
    told = office.run("export", "--format", form, "--json").json["export"]
    entries = ledger(office)
    expected = {entry.id: entry.amount.copy_negate() for entry in entries if entry.moved}
    assert len({entry.kind for entry in entries if entry.moved}) > 1
    path = office.folder / told["files"][0]["file"]
    assert path.suffix == f".{SUFFIXES.get(form, form)}"
    assert read(form, path) == expected
    assert [Decimal(each["amount"]) for each in told["totals"]] == [moved(entries)]
    before = path.read_bytes()
    again = export(form)
    assert ([each["state"] for each in told["files"]], [each["state"] for each in again["files"]]) == (
        ["written"],
        ["unchanged"],
    )
    path.unlink()
    export(form)
    assert path.read_bytes() == before


def test_the_client_of_a_row_is_in_every_line_of_its_order(office):
    """It comes from the sheet's column, is kept with the order, and was never sent to the panel."""
    export("jsonl")
    told = [json.loads(line) for line in (office.folder / "ledger.jsonl").read_text("utf-8").splitlines()]
    by_reference = {row["reference"]: row["client"] for row in told}
    assert by_reference == {row[4]: row[3] or None for row in rows(8)}
    with closing(sqlite3.connect(journal_of(office))) as journal:
        sent = journal.execute("SELECT parameters FROM orders").fetchall()
    assert not any("Caf" in parameters for (parameters,) in sent)


def test_rates_and_markups_stand_beside_the_panels_amounts(office):
    """The books' currency and the bill have columns of their own, exact, and what they are is told."""
    settings(
        office,
        '[export]\nbooks_currency = "USD"\nrate = "0.000039"\n[export.markup]\n"café đỏ" = "20 %"\ndefault = "7,5%"\n',
    )
    told = export("jsonl")
    assert told["notes"] == ["export.exact"]
    for row in map(json.loads, (office.folder / "ledger.jsonl").read_text("utf-8").splitlines()):
        amount = Decimal(row["amount"])
        assert Decimal(row["books_amount"]) == amount * Decimal("0.000039")
        factor = {"Café Đỏ": Decimal("1.2"), CLIENTS[1]: Decimal("1.075")}.get(row["client"])
        if factor is None or not row["moved"]:
            assert row["bill"] is None
        else:
            assert Decimal(row["bill"]) == -amount * Decimal("0.000039") * factor
            assert row["bill_currency"] == "USD"


def test_a_missing_day_of_the_rates_ends_the_export_before_a_file_is_there(office):
    """The error says which day, which currency and which file; exit code 2."""
    settings(office, '[export]\nbooks_currency = "USD"\nrates = "rates.csv"\n')
    (office.folder / "rates.csv").write_text("date,rate\n2100-01-01,0.5\n")
    code, error, told = refused("--format", "csv")
    assert (code, error) == (2, "export.rate_missing")
    assert "rates.csv" in told
    assert not (office.folder / "ledger.csv").exists()


def test_a_csv_for_hanoi(office):
    """The locale gives semicolons, decimal commas and the day first; its sum is the ledger's still."""
    export("csv", "--locale", "vi_VN", "--out", "so.csv")
    told = (office.folder / "so.csv").read_text("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(told), delimiter=";"))
    amounts = [Decimal(row["amount"].replace(",", ".")) for row in found if row["moved"] == "yes"]
    assert money.total(amounts) == moved(ledger(office))
    assert re.fullmatch(r"\d\d/\d\d/\d{4}", found[0]["date"])


def test_filters_by_day_campaign_and_panel(office):
    """A day without lines, the campaign, the panel by name: each gives its lines and no other."""
    everything = len(ledger(office))
    counts = [
        export("csv", *filters, "--out", f"{number}.csv")["lines"]
        for number, filters in enumerate(
            [("--to", "2000-01-01"), ("--from", "2000-01-01"), ("--campaign", "campaign")]
        )
    ]
    assert counts == [0, everything, everything]
    account = ledger(office)[0].account
    assert export("csv", "--panel", account, "--out", "p.csv")["lines"] == everything
    for option, code in (("--panel", "export.panel_unknown"), ("--campaign", "export.campaign_unknown")):
        assert refused("--format", "csv", option, "nobody")[:2] == (2, code)


def test_another_file_is_not_overwritten_unless_told_to(office):
    """A different file in the way is a guard (exit 4), --force replaces it, and what it says is true."""
    (office.folder / "ledger.csv").write_text("mine")
    assert refused("--format", "csv")[:2] == (4, "export.exists")
    assert (office.folder / "ledger.csv").read_text() == "mine"
    assert export("csv", "--force")["files"][0]["state"] == "replaced"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--format", "xlsx", "--delimiter", ";"), "export.option"),
        (("--format", "csv", "--columns", "4"), "export.option"),
        (("--format", "csv", "--decimal", ",", "--delimiter", ","), "export.marks"),
        (("--format", "csv", "--locale", "xx"), "export.locale"),
        (("--format", "csv", "--from", "2026-02-01", "--to", "2026-01-31"), "export.days"),
        (("--format", "csv", "--from", "01/02/2026"), "call.usage"),
        (("--format", "pdf"), "call.usage"),
        ((), "call.usage"),
    ],
)
def test_a_call_that_can_not_be_meant_is_refused(office, arguments, code):
    """Exit code 2 with what to write instead, and no file."""
    before = sorted(path.name for path in office.folder.iterdir())
    assert refused(*arguments)[:2] == (2, code)
    assert sorted(path.name for path in office.folder.iterdir()) == before


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ('rate = "0.5"', "settings.wrong"), ('books_currency = "USD"', "settings.wrong"),
        ('[export.markup]\nA = "0.2"', "settings.wrong"), ('asset = "Panels:{panel}"', "export.account_name"),
    ],
)  # fmt: skip
def test_settings_that_can_not_be_meant_are_refused(office, table, code):
    """A rate without a currency, a markup without its sign, an account that no book takes: exit 2."""
    settings(office, f"[export]\n{table}\n")
    assert refused("--format", "beancount")[:2] == (2, code)


def test_without_a_journal_there_is_nothing_to_export(desk):
    """That is an error, not an empty file that looks like books."""
    ended = desk.run("export", "--format", "csv", "--json")
    assert (ended.code, ended.json["error"]["code"]) == (4, "journal.none")
    assert not (desk.folder / "ledger.csv").exists()


def enter(desk, number, **changes):
    """Enter a top-up by hand, as happened long ago."""
    told = Entered(
        f"e{number}", "other.example.com", Decimal(50), "USD", "2020-01-01T00:00:00+00:00",
        EnteredKind.TOP_UP, "by bank", f"2026-11-0{number}T00:00:00+00:00", "r9",
    )  # fmt: skip

    async def write():
        journal = await open_journal(journal_of(desk))
        try:
            await journal.enter(replace(told, **changes))
        finally:
            await journal.close()

    asyncio.run(write())


def test_since_last_goes_on_where_the_last_export_ended(office):
    """All at first; then what is new alone, also what was entered late with an early date; then nothing."""
    first = export("beancount", "--since-last")
    assert export("beancount", "--since-last") == {
        "format": "beancount", "lines": 0, "files": [], "totals": [], "notes": ["export.nothing_new"],
    }  # fmt: skip
    enter(office, 1)
    second = export("beancount", "--since-last")
    placed = office.run("submit", office.sheet(rows(3, 20), "more.csv", HEADER), "--yes")
    assert placed.code == 0, placed.err
    enter(office, 2)
    third = export("beancount", "--since-last")
    names = [each["files"][0]["file"] for each in (first, second, third)]
    assert len(set(names)) == 3
    whole = office.folder / "all.beancount"
    whole.write_text("".join(f'include "{name}"\n' for name in names))
    expected = {entry.id: entry.amount.copy_negate() for entry in ledger(office) if entry.moved}
    assert read("beancount", whole) == expected
    assert second["totals"] == [
        {"account": "other.example.com", "currency": "USD", "lines": 1, "amount": "50"}
    ]
    with closing(sqlite3.connect(journal_of(office))) as journal:
        kept = journal.execute("SELECT file FROM exports WHERE scope = 'beancount' ORDER BY seq").fetchall()
    assert [path for (path,) in kept] == [str(office.folder / name) for name in names]


def test_each_kind_of_export_remembers_for_itself(office):
    """Another format, or another filter, has its own memory; an export without --since-last has none."""
    export("csv")
    lines = [
        export(form, "--since-last", *filters, "--out", f"{number}.x")["lines"]
        for number, (form, filters) in enumerate(
            [("csv", ()), ("jsonl", ()), ("csv", ("--campaign", "campaign")), ("csv", ())]
        )
    ]
    assert lines[0] == lines[1] == lines[2] == len(ledger(office))
    assert lines[3] == 0


def test_an_export_that_could_not_be_written_is_not_remembered(office):
    """The journal is told only after the files are in place: the next export has all of it."""
    assert refused("--format", "csv", "--since-last", "--out", "none/a.csv")[:2] == (4, "export.unwritable")
    assert export("csv", "--since-last")["lines"] == len(ledger(office))


def test_for_people_it_says_what_moved_and_what_was_left_out(office):
    """The file, the sum by account with its currency, and on standard error what is worth knowing."""
    code, out, err = call("export", "--format", "quickbooks")
    count = sum(not entry.moved for entry in ledger(office))
    assert code == 0
    assert "quickbooks.csv: " in out
    assert f"{moved(ledger(office)):,f} VND in " in out
    assert f"{count} lines are estimates" in err


def test_refunds_are_lines_of_their_own(office):
    """The canceled order comes back whole, the partial one in part, each with the order's id and an id of its own."""
    refunds = [entry for entry in ledger(office) if entry.kind is EntryKind.REFUND]
    export("xero")
    told = read("xero", office.folder / "xero.csv")
    assert len(refunds) == 2
    assert [told[entry.id] for entry in refunds] == [entry.amount.copy_negate() for entry in refunds]
    assert all(told[entry.id] > 0 for entry in refunds)


def test_what_the_books_have_is_left_out(office):
    """With --known an export beside the books adds what they lack, opened accounts too, and then nothing."""
    forms = {"beancount": "beancount", "hledger": "journal", "csv": "csv"}
    for form, suffix in forms.items():
        export(form, "--out", f"books.{suffix}")
    placed = office.run("submit", office.sheet(rows(2, 30), "more.csv", HEADER), "--yes")
    assert placed.code == 0, placed.err
    expected = {entry.id: entry.amount.copy_negate() for entry in ledger(office) if entry.moved}
    for form, suffix in forms.items():
        books, more = office.folder / f"books.{suffix}", office.folder / f"more-{form}.txt"
        added = export(form, "--known", books.name, "--out", more.name)
        assert added["totals"][0]["lines"] == 2
        told = more.read_text("utf-8-sig")
        with books.open("a", encoding="utf-8") as file:
            file.write(told.partition("\n")[2] if form == "csv" else f"\n{told}")
        assert read(form, books) == expected
        assert export(form, "--known", books.name, "--out", "none.txt")["files"] == []


def test_books_that_can_not_be_read_are_an_error(office):
    """A workbook is no text, and a missing file is none either: nothing is exported twice by mistake."""
    export("xlsx")
    for name in ("ledger.xlsx", "none.csv"):
        assert refused("--format", "csv", "--known", name)[:2] == (2, "export.known_unreadable")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_is_never_taken_for_an_order_sheet(office, form):
    """Its columns are those of orders, and its rows were bought already: submit refuses it, whatever is allowed."""
    export(form)
    code, out, _ = call("submit", f"ledger.{form}", "--yes", "--allow-duplicates", "--json")
    assert (code, json.loads(out)["error"]["code"]) == (2, "sheet.ledger")
    assert f"ledger.{form} is no order sheet" in json.loads(out)["error"]["message"]


def test_a_statement_is_never_taken_for_an_order_sheet(office):
    """Nor is what `close` writes of a month."""
    month = ledger(office)[0].at[:7]
    code, out, err = call("close", "--month", month, "--json")
    assert code in (0, 6), out + err
    written = [
        path for path in office.folder.iterdir() if path.suffix in (".csv", ".xlsx") and month in path.name
    ]
    assert written
    for path in written:
        code, out, _ = call("submit", path, "--yes", "--allow-duplicates", "--json")
        assert (code, json.loads(out)["error"]["code"].partition(".")[0]) == (2, "sheet")
