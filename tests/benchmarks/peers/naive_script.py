"""The peer for a whole run: what one writes in an afternoon, with pandas, a thread pool, requests and openpyxl.

    python naive_script.py SHEET RESULTS URL AT_ONCE [kept]

Each order has a connection of its own, as `requests.post` gives it; `kept`: threads keep theirs from order to order.

It keeps no journal: killed in the middle, it has forgotten what it bought. It prints what its posting alone took.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import requests


def one_session(at_once: int) -> requests.Session:
    """Return a session that asks no proxy."""
    session = requests.Session()
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=at_once))
    session.trust_env = False
    return session


def main(sheet: str, results: str, url: str, at_once: int, *, kept: bool) -> None:
    """Read, order, write."""
    rows = pd.read_excel(sheet).to_dict("records")
    session = one_session(at_once)

    def place(row: dict[str, object]) -> object:
        sent = {
            "key": "k",
            "action": "add",
            "service": row["Service"],
            "link": row["Link"],
            "quantity": row["Quantity"],
        }
        if kept:
            return session.post(url, data=sent, timeout=60).json().get("order")
        with one_session(1) as own:
            return own.post(url, data=sent, timeout=60).json().get("order")

    began, used = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(at_once) as pool:
        placed = list(pool.map(place, rows))
    print(json.dumps({"seconds": time.perf_counter() - began, "cpu": time.process_time() - used}))
    for row, order in zip(rows, placed, strict=True):
        row["Order"] = order
    pd.DataFrame(rows).to_excel(results, index=False)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), kept="kept" in sys.argv[5:])
