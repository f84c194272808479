"""A refresh of a hundred thousand open orders: calls, pace, what it costs us, and that final orders are left alone."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

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

ORDERS = 100_000
PACE = 20.0
"""Calls a second that the panel's profile allows."""

LATENCY = 0.3
"""Seconds in which a panel answers a status call while the pace is measured: six are in flight at once then."""

PROFILE = """
[panels.load]
url = "{url}"
key = "env:LOAD_KEY"
"""
LIMITED = PROFILE + f'limits = {{{{ status = "{PACE:.0f}/sec" }}}}\n'


class Desk:
    """A folder with a journal of open orders, and the panel that sold them."""

    def __init__(self, folder: Path, panel: LoadPanel) -> None:
        """Place the orders."""
        self._folder, self._panel = folder, panel
        self._environment = {"BULKORDERS_HOME": str(folder / "home"), "LOAD_KEY": "k"}
        self._set(PROFILE)
        placed = (str(ORDERS), panel.url)
        python("ours/place_rows.py", *placed, environment=self._environment, folder=folder)

    def _set(self, profile: str) -> None:
        (self._folder / "bulkorders.toml").write_text(profile.format(url=self._panel.url), "utf-8")

    def refresh(self, profile: str, latency: float, due: int = ORDERS) -> tuple[Used, dict[str, float]]:
        """Refresh everything; return what it used, and what the panel saw."""
        self._set(profile)
        self._panel.ask("become", latency=latency)
        self._panel.ask("reset")
        used = bulkorders("refresh", "--all", environment=self._environment, folder=self._folder)
        told = self._panel.ask("figures")
        assert told["orders_asked"] == due
        return used, told


def measure(runs: int) -> Iterator[Figure]:
    """Yield calls and pace of `refresh --all`, its cost where no pace is set, and its calls once all is final."""
    calls, paces, free, cost = [], [], [], []
    with tempfile.TemporaryDirectory() as name, load_panel(0) as panel:
        desk = Desk(Path(name), panel)
        for _ in range(runs):
            _, told = desk.refresh(LIMITED, LATENCY)
            calls.append(told["status_calls"])
            paces.append(told["status_calls"] / told["status_seconds"])
            used, told = desk.refresh(PROFILE, 0)
            free.append(told["status_calls"] / told["status_seconds"])
            cost.append(used.cpu / ORDERS * 1e6)
        panel.ask("become", status="Completed")
        desk.refresh(PROFILE, 0)
        again, told = desk.refresh(PROFILE, 0, due=0)
    what = f"`refresh --all`, {ORDERS:,} open orders"
    yield figure(f"calls of {what}", "a hundred a call", "", calls, [1000] * runs, at_most(1))
    yield figure(
        "calls a second while asking, 0.3 s each", "allowed", "/s", paces, [PACE] * runs, at_least(0.85)
    )
    yield figure(
        "the same with no pace set, answered at once",
        "the pace above",
        "/s",
        free,
        [PACE] * runs,
        at_least(1),
    )
    yield figure(f"CPU of {what}, for each", "a millisecond", "µs", cost, [1000.0] * runs, told_only())
    yield figure("final orders asked again", "all of them", "", [told["orders_asked"]], [ORDERS], at_most(0))
    yield figure("memory of that refresh", "allowed", "MB", [again.megabytes], [150.0], at_most(1))
