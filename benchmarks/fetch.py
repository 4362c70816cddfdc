"""Loading behind the API's limit, and without one, beside the usual script.

Run ``python benchmarks/fetch.py``. The sandbox answers in a process of its own. Behind the limit of
five requests a second nothing can be faster than pages / 5: the table gives what share of that
bound is reached, and how many requests were answered 429. Without a limit and without latency the
table gives rows a second: here actoolkit walks, verifies, journals and decodes into typed columns.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
from multiprocessing.connection import Connection

RATE = 5.0
ROUTES = {"contacts": ("contacts", "contacts"), "ecom_orders": ("ecomOrders", "ecomOrders")}


def serve(size: str, latency: float, rate_limit: float | None, pipe: Connection) -> None:
    """Serve one sandbox; tell its address, and at the end how many it turned away."""
    from actoolkit.sandbox import server
    from actoolkit.sandbox.session import SandboxSession

    turned_away = []
    answer = server.Application.answer

    def counted(self, scope, payload=b""):
        found = answer(self, scope, payload)
        if found.status == 429:
            turned_away.append(1)
        return found

    server.Application.answer = counted
    session = SandboxSession(size, latency=latency, rate_limit=rate_limit)
    session.start()
    pipe.send(session.url)
    pipe.recv()
    pipe.send((len(turned_away), len(session.application.requests)))
    session.stop()


def load(url: str, table: str, rate: float, folder: str) -> int:
    """One cold load by the toolkit; give its rows."""
    import actoolkit as ac

    account = ac.Account(url=url, token="test-sandbox", cache_dir=folder, rate=rate)
    loader = getattr(ac, f"load_{table}")
    return loader(account=account, progress=False, refresh=True).height


def script(url: str, table: str, *, patient: bool) -> int:
    """What people write: page by page, one request after the other."""
    import pandas as pd
    import requests

    route, envelope = ROUTES[table]
    session = requests.Session()
    session.headers["Api-Token"] = "test-sandbox"
    rows, offset, total = [], 0, 1
    while offset < total:
        answer = session.get(f"{url}/api/3/{route}", params={"limit": 100, "offset": offset})
        if answer.status_code == 429 and patient:
            time.sleep(float(answer.headers.get("retry-after", 1)))
            continue
        body = answer.json()
        total = int(body["meta"]["total"])
        rows += body[envelope]
        offset += 100
    return len(pd.json_normalize(rows))


def measured(size: str, latency: float, limit: float | None, table: str, who: str) -> tuple:
    """Seconds, rows, requests and those turned away of one load."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    server = context.Process(target=serve, args=(size, latency, limit, there), daemon=True)
    server.start()
    url = here.recv()
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        if who == "actoolkit":
            rows = load(url, table, limit or 10_000.0, folder)
        else:
            rows = script(url, table, patient=limit is not None)
        seconds = time.perf_counter() - began
    here.send(None)
    turned_away, asked = here.recv()
    server.join()
    return seconds, rows, asked, turned_away


def main(size: str) -> None:
    """Print both tables."""
    import actoolkit as ac  # noqa: F401 - importing is not measured
    from actoolkit import loaders, store  # noqa: F401

    print(
        "| behind 5 requests/s | latency | who | rows | requests | 429 | seconds | of the bound |"
    )
    print("|---|---:|---|---:|---:|---:|---:|---:|")
    for table in ROUTES:
        for latency in (0.3, 0.8):
            for who in ("actoolkit", "script"):
                seconds, rows, asked, away = measured(size, latency, RATE, table, who)
                bound = -(-rows // 100) / RATE
                print(
                    f"| {table} | {latency:g} s | {who} | {rows:,} | {asked} | {away} | "
                    f"{seconds:.1f} | {bound / seconds:.2f} |"
                )
    print("\n| no limit, no latency | who | rows | seconds | rows a second |")
    print("|---|---|---:|---:|---:|")
    for table in ROUTES:
        for who in ("actoolkit", "script"):
            best = min(measured("medium", 0.0, None, table, who) for _ in range(3))
            print(f"| {table} | {who} | {best[1]:,} | {best[0]:.2f} | {best[1] / best[0]:,.0f} |")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "small")
