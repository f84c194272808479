"""The export for hledger, read, checked and imported by hledger itself."""

import csv
import io
import json
from decimal import Decimal

from bulkorders.accounting.exports import hledger as form
from bulkorders.accounting.exports.rates import Rates
from bulkorders.accounting.exports.terms import AccountNames
from bulkorders.accounting.exports.texts import description
from bulkorders.model import money


def write(path, lines, terms):
    """Write the export, and return where it is."""
    (made,) = form.made(lines, terms)
    path.write_bytes(made.content)
    return path


def transactions(hledger, path):
    """Return the transactions as hledger reads them."""
    return json.loads(hledger("-f", path, "print", "-O", "json"))


def amount(told):
    """Return one amount of hledger's JSON, exact."""
    quantity = told["aquantity"]
    return Decimal(quantity["decimalMantissa"]).scaleb(-quantity["decimalPlaces"])


def sums(hledger, path):
    """Return what stands on each account, by name and commodity; as text, since its JSON rounds long amounts."""
    made = {}
    for row in csv.DictReader(io.StringIO(hledger("-f", path, "print", "-O", "csv"))):
        place = (row["account"], row["commodity"])
        made[place] = money.total((made.get(place), Decimal(row["amount"])))
    return made


def test_hledger_takes_it_and_has_the_ledgers_balances(hledger, maker, tmp_path):
    """Strictly checked but for declared accounts, each account and commodity holds what the ledger says."""
    lines = maker.lines(*maker.mixed)
    path = write(tmp_path / "ledger.journal", lines, maker.terms(lines))
    hledger("-f", path, "check", "parseable", "balancednoautoconversion")
    found = sums(hledger, path)
    assert {place: held for place, held in found.items() if place[0].startswith("Assets")} == {
        ("Assets:Panels:Panel-example-com", "VND"): Decimal("-801.50"),
        ("Assets:Panels:Panel-example-com", "EUR"): Decimal("-12345678901234567890.12345678"),
        ("Assets:Panels:Other-example-com-client-2", "USD"): Decimal("-0.0000001"),
        ("Assets:Panels:Third-example-com", "UNKNOWN"): Decimal(-3),
    }
    assert found["Equity:TopUps", "VND"] == Decimal(-700)


def test_a_thousandth_is_no_thousand(hledger, maker, tmp_path):
    """`1.234` is one and a bit, and hledger is told so."""
    lines = maker.lines(maker.entry(1, "1.234"), maker.entry(2, "1000.5"))
    path = write(tmp_path / "ledger.journal", lines, maker.terms(lines))
    balance = list(csv.reader(io.StringIO(hledger("-f", path, "bal", "Expenses", "-N", "-O", "csv"))))
    assert balance[1:] == [["Expenses:Orders", "1001.734 VND"]]


def test_nothing_that_was_written_breaks_out_of_its_text(hledger, maker, tmp_path):
    """Semicolons, pipes, brackets, dates and line ends stay texts; each line keeps its code, date and amounts."""
    entries = maker.nasty_entries()
    lines = maker.lines(*entries)
    found = transactions(hledger, write(tmp_path / "ledger.journal", lines, maker.terms(lines)))
    assert [each["tcode"] for each in found] == [
        entry.id for entry in sorted(entries, key=lambda one: one.at)
    ]
    by_id = {each["tcode"]: each for each in found}
    for line in lines:
        told = by_id[line.entry.id]
        assert told["tdate"] == f"{line.day}"
        assert [amount(posting["pamount"][0]) for posting in told["tpostings"]] == [line.amount, -line.amount]
        assert all(posting["pdate"] is None for posting in told["tpostings"])
        plain = description(line).replace(";", ",").replace("|", "/")
        assert told["tdescription"] == f"panel.example.com | {plain}"
        names = [name for name, _ in told["ttags"]]
        assert [name for name in names if name in ("client", "note", "order")] == ["order", "client", "note"]
    quoted = dict(by_id[entries[5].id]["ttags"])["client"]
    assert quoted == maker.nasty[5].replace(",", "%2C")


def test_imported_twice_nothing_is_added(hledger, maker, tmp_path):
    """The program's own import takes the lines of an export once; of a longer one only those that are new."""
    everything = maker.lines(*(maker.entry(number) for number in range(1, 9)))
    terms = maker.terms(everything)
    books, export = tmp_path / "main.journal", tmp_path / "ledger.journal"
    books.write_text("")
    counts = []
    for lines in (everything[:5], everything[:5], everything, everything):
        hledger("-f", books, "import", write(export, lines, terms))
        counts.append([each["tcode"] for each in transactions(hledger, books)])
    ids = [line.entry.id for line in everything]
    assert counts == [ids[:5], ids[:5], ids, ids]


def test_the_books_currency_stands_as_a_price(hledger, maker, tmp_path):
    """`bal -B` is in the books' currency, `bal` in the account's."""
    lines = maker.lines(maker.entry(1, "2500"), rates=Rates("USD", {"": Decimal("0.000039")}))
    path = write(tmp_path / "ledger.journal", lines, maker.terms(lines, books="USD"))
    assert "0.097500 USD" in hledger("-f", path, "bal", "Expenses", "-B")
    assert "2500 VND" in hledger("-f", path, "bal", "Expenses")


def test_accounts_are_called_as_the_settings_say(hledger, maker, tmp_path):
    """Templates may name panel, campaign, client, service and currency; odd letters are no hindrance."""
    names = AccountNames(asset="Assets:{currency}:{panel}", expense="Expenses:{campaign}:{client}")
    lines = maker.lines(
        maker.entry(1, campaign="Tết 2026", client="Công ty Đại Việt"), maker.entry(2, client="客户")
    )
    found = sums(hledger, write(tmp_path / "a.journal", lines, maker.terms(lines, names=names)))
    first, second = sorted(name for name, _ in found if name.startswith("Expenses"))[::-1]
    assert first == "Expenses:Tet-2026:Cong-ty-Dai-Viet"
    assert second.startswith("Expenses:October:")
    assert ("Assets:VND:Panel-example-com", "VND") in found
