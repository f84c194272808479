"""Whole submits of ten thousand orders, against bare asyncio while posting and against the naive script in all."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter
from measuring import (
    Figure,
    LoadPanel,
    Used,
    at_least,
    at_most,
    bulkorders,
    figure,
    load_panel,
    python,
    told_only,
)

ORDERS = 10_000


def sheet(path: Path, count: int) -> Path:
    """Write a sheet of so many valid orders."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_urls": False})
    page = book.add_worksheet("Orders")
    page.write_row(0, 0, ("Service", "Link", "Quantity"))
    for number in range(count):
        page.write_row(number + 1, 0, (number % 5000 + 1, f"https://example.com/post/{number}", 500))
    book.close()
    return path


def submit(panel: LoadPanel, folder: Path, orders: Path, at_once: int) -> Used:
    """Submit the sheet with a durable journal and a results workbook, as a user does."""
    home = Path(tempfile.mkdtemp(dir=folder))
    environment = {
        "BULKORDERS_HOME": str(home),
        "BULKORDERS_PANEL_URL": panel.url,
        "BULKORDERS_PANEL_KEY": "k",
    }
    told = bulkorders(
        *("submit", orders, "--yes", "--json", "--concurrency", str(at_once)),
        *("--campaign", home.name, "--results", home / "results.xlsx"),
        environment=environment,
        folder=home,
    )
    counts = json.loads(told.output)["counts"]
    assert counts["placed"] == ORDERS, counts
    return told


def posting(latency: float, at_once: int, aim: float, runs: int) -> Iterator[Figure]:
    """Yield the rate while posting, beside a bare client's on the same panel in the same minutes."""
    ours, raw = [], []
    with tempfile.TemporaryDirectory() as name, load_panel(latency) as panel:
        orders = sheet(Path(name) / "orders.xlsx", ORDERS)
        for _ in range(runs):
            for rates, act in (
                (raw, lambda: python("peers/raw_client.py", panel.url, str(ORDERS), str(at_once))),
                (ours, lambda: submit(panel, Path(name), orders, at_once)),
            ):
                panel.ask("reset")
                act()
                told = panel.ask("figures")
                assert told["sold"] == ORDERS
                rates.append(told["sold"] / told["seconds"])
    yield figure(
        f"orders a second while posting, {latency * 1000:.0f} ms, {at_once} at once",
        "raw asyncio",
        "/s",
        ours,
        raw,
        at_least(aim),
    )
    possible = [at_once / latency] * runs
    yield figure(
        f"the same beside concurrency ÷ latency, {latency * 1000:.0f} ms, {at_once} at once",
        "the ideal",
        "/s",
        ours,
        possible,
        at_least(0.5),
    )


def beside_the_naive_script(runs: int) -> Iterator[Figure]:
    """Yield whole runs at 30 ms, 20 at once: by the clock, and by CPU for each order, posting and in all."""
    ours, posting_ours = [], []
    naive: dict[str, list[Used]] = {"": [], "kept": []}
    with tempfile.TemporaryDirectory() as name, load_panel(0.03) as panel:
        orders = sheet(Path(name) / "orders.xlsx", ORDERS)
        for _ in range(runs):
            for kept, used in naive.items():
                told = (orders, Path(name) / "naive.xlsx", panel.url, "20", *filter(None, [kept]))
                used.append(python("peers/naive_script.py", *told))
            ours.append(submit(panel, Path(name), orders, 20))
            posting_ours.append(each_order(watched(panel, Path(name), orders, 20)["cpu"]))
    for kept, used in naive.items():
        peer = "naive script, connections kept" if kept else "naive script"
        yield figure(
            "whole run of 10,000 orders, 30 ms, 20 at once",
            peer,
            "s",
            [each.seconds for each in ours],
            [each.seconds for each in used],
            told_only() if kept else at_most(0.8),
        )
        posting = [each_order(json.loads(each.output)["cpu"]) for each in used]
        what = "client and journal CPU per order, while posting"
        yield figure(what, peer, "ms", posting_ours, posting, told_only() if kept else at_most(0.5))
    yield figure("the same", "a millisecond", "ms", posting_ours, [1.0] * runs, at_most(1))
    yield figure(
        "CPU of the whole run for each order",
        "naive script",
        "ms",
        [each_order(each.cpu) for each in ours],
        [each_order(each.cpu) for each in naive[""]],
        told_only(),
    )


def each_order(seconds: float) -> float:
    """Return milliseconds for each order."""
    return seconds / ORDERS * 1000


def watched(panel: LoadPanel, folder: Path, orders: Path, at_once: int, *options: str) -> dict[str, float]:
    """Submit the sheet, and return what the posting alone took."""
    home = Path(tempfile.mkdtemp(dir=folder))
    used = python("ours/submit_rows.py", orders, panel.url, str(at_once), home, *options)
    return json.loads(used.output)


def measure(runs: int) -> Iterator[Figure]:
    """Yield all figures of whole submits."""
    yield from posting(0.1, 50, 0.95, runs)
    yield from posting(0.1, 100, 0.90, runs)
    yield from posting(0.02, 20, 0.90, runs)
    yield from beside_the_naive_script(runs)
