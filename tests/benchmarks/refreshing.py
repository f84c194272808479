"""A refresh of a hundred thousand open orders: how many calls, and how near the pace that is allowed."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from measuring import Figure, at_least, at_most, bulkorders, figure, load_panel, python

ORDERS = 100_000
PACE = 20.0
"""Calls a second that the panel's profile allows."""

PROFILE = """
[panels.load]
url = "{url}"
key = "env:LOAD_KEY"
limits = {{ status = "{pace:.0f}/sec" }}
"""


def measure(runs: int) -> Iterator[Figure]:
    """Yield calls and pace of `refresh --all`."""
    calls, paces = [], []
    with tempfile.TemporaryDirectory() as name, load_panel(0) as panel:
        folder = Path(name)
        environment = {"BULKORDERS_HOME": str(folder / "home"), "LOAD_KEY": "k"}
        (folder / "bulkorders.toml").write_text(PROFILE.format(url=panel.url, pace=PACE), "utf-8")
        python("ours/place_rows.py", str(ORDERS), panel.url, environment=environment, folder=folder)
        for _ in range(runs):
            panel.ask("reset")
            used = bulkorders("refresh", "--all", "--json", environment=environment, folder=folder)
            assert json.loads(used.output)["asked"] == ORDERS
            told = panel.ask("figures")
            calls.append(told["status_calls"])
            paces.append(told["status_calls"] / told["status_seconds"])
    yield figure(
        "calls of `refresh --all`, 100,000 open orders",
        "a hundred a call",
        "",
        calls,
        [1000] * runs,
        at_most(1),
    )
    yield figure("calls a second while asking", "allowed", "/s", paces, [PACE] * runs, at_least(0.85))
