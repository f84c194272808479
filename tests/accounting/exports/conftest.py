"""Ledger's lines to be exported, texts that do harm where they are not guarded, and the programs that import."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bulkorders.accounting.exports.lines import Line, Reckoning
from bulkorders.accounting.exports.terms import Terms
from bulkorders.model import money
from bulkorders.model.entries import EntryKind, LedgerEntry
from bulkorders.model.orders import digest

ACCOUNT = "panel.example.com/api/v2"

NASTY = (
    "=1+1",
    "  +cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "＝1",
    'a "quoted" one; with a semicolon, a comma | and a pipe',
    "back\\slash \\\" and ' apostrophe",
    "line one\nline two\r\nline three",
    "date:2020-01-01, [2020-01-01], key: value",
    "]) (code) ! * ; comment",
    "2020-01-01 open Assets:Mine",
    "đơn hàng số 1 — 日本語 \u202eabc \u2028x",
    "nul \x00 bell \x07",
    "#tag ^link @ 5 USD {1}",
)


def entry(number: int, amount: str = "1.25", **changes: Any) -> LedgerEntry:
    """Return the line of one order's charge on a day of October."""
    made = LedgerEntry(
        id=digest("test", number),
        seq=number,
        at=f"2026-10-{5 + number % 20:02}T08:00:00.000001+00:00",
        kind=EntryKind.CHARGE,
        amount=Decimal(amount),
        currency="VND",
        account=ACCOUNT,
        panel="panel.example.com",
        campaign="october",
        service="1",
        service_name="Likes",
        quantity=500,
        link=f"https://example.com/post/{number}",
        key=digest("key", number),
        order_id=str(99_990 + number),
        reference=None,
        run="r1",
    )
    return replace(made, **changes)


MIXED = (
    entry(1),
    entry(2, "2500.5"),
    entry(2, "-1000.25", id=digest("test", 22), seq=3, kind=EntryKind.REFUND, note="Partial"),
    entry(
        4, "0.0000001", account="other.example.com/api#client-2", panel="other.example.com", currency="USD"
    ),
    entry(
        5,
        "-700",
        kind=EntryKind.TOP_UP,
        seq=0,
        order_id=None,
        service="",
        service_name="",
        key="",
        campaign="",
    ),
    entry(6, "1.25", kind=EntryKind.ESTIMATE),
    entry(7, "9.75", kind=EntryKind.IN_DOUBT),
    entry(8, "12345678901234567890.12345678", currency="EUR"),
    entry(9, "3", currency=None, account="third.example.com/api"),
)
"""Charges, a refund, a top-up and memoranda, on three accounts in four currencies, one of them not told."""


@dataclass(frozen=True)
class Maker:
    """Makes what is exported: entries, their lines, and the terms."""

    nasty: tuple[str, ...] = NASTY
    mixed: tuple[LedgerEntry, ...] = MIXED

    def entry(self, number: int = 1, amount: str = "1.25", **changes: Any) -> LedgerEntry:
        """Return the line of an order's charge."""
        return entry(number, amount, **changes)

    def lines(self, *entries: LedgerEntry, **how: Any) -> list[Line]:
        """Return these entries as lines of an export, their days in UTC."""
        return list(Reckoning(**{"zone": UTC, **how}).lines(entries))

    def terms(self, found: Sequence[Line], **how: Any) -> Terms:
        """Return the terms for these lines, where they are the whole ledger."""
        accounts = tuple(dict.fromkeys(line.entry.account for line in found))
        currencies = tuple(dict.fromkeys(line.entry.currency or "UNKNOWN" for line in found))
        return Terms(accounts=accounts, currencies=currencies, **how)

    def nasty_entries(self) -> list[LedgerEntry]:
        """Return a line for each text that does harm, with it in every field that holds a person's or panel's text."""
        fields = ("service_name", "campaign", "client", "reference", "link", "note", "service")
        return [
            entry(number, f"{number}.5", **dict.fromkeys(fields, text))
            for number, text in enumerate(NASTY, start=1)
        ]

    def moved(self, entries: Sequence[LedgerEntry]) -> dict[tuple[str, str], Decimal]:
        """Return by account and currency what these entries moved, as the account's statement shows it."""
        found: dict[tuple[str, str], Decimal] = {}
        for each in entries:
            if each.moved:
                place = (each.account, each.currency or "")
                found[place] = money.total((found.get(place), each.amount.copy_negate()))
        return found


@pytest.fixture
def maker() -> Maker:
    """Give the maker."""
    return Maker()


@pytest.fixture
def hledger(tmp_path: Path) -> Callable[..., str]:
    """Give hledger itself: Debian has it, pip hasn't."""
    program = shutil.which("hledger")
    if program is None:
        pytest.skip("hledger is not on this machine (Debian: apt-get install hledger)")

    def run(*arguments: str | Path) -> str:
        done = subprocess.run(
            [program, *map(str, arguments)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
