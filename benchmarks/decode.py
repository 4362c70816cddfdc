"""Decoding answers into typed columns, beside parsers on the same bytes.

Run ``python benchmarks/decode.py`` (it needs orjson, which nothing here brings along). Pages of 100
rows, as the sandbox serves them. ``orjson.loads`` only parses; `pandas.json_normalize` is what
people write; actoolkit checks every answer, types every column, and counts what it does not know.
Then 1,000,000 e-mail activities are decoded and written, each row once and in order, and the peak
of the process is told, libraries included.
"""

from __future__ import annotations

import io
import multiprocessing
import re
import time
from collections.abc import Callable, Iterable, Iterator

import orjson
from memory import peak

from actoolkit.api.answers import envelope_of, parse
from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.api.page import Page
from actoolkit.loaders._ordered import Ordered
from actoolkit.loaders._request import request_of
from actoolkit.loaders._rows import Rows
from actoolkit.tables import TABLES

ROUTES = {
    "contacts": "contacts",
    "ecom_orders": "ecomOrders",
    "email_activities": "emailActivities",
}
PAGES = 180
MILLION = 1_000_000
TRIES = 7


def pages_of(table: str, url: str) -> list[bytes]:
    """The first pages of a table, as they come."""
    import requests

    session = requests.Session()
    session.headers["Api-Token"] = "test-sandbox"
    route = f"{url}/api/3/{ROUTES[table]}"
    return [
        session.get(route, params={"limit": 100, "offset": 100 * number}).content
        for number in range(PAGES)
    ]


def decoded(table: str, pages: Iterable[bytes]) -> Ordered:
    """Decode pages as a load does: each row once, in order."""
    endpoint = ENDPOINTS[table]
    rows = Rows(request_of(table), counting=False)
    for raw in pages:
        data, problem = parse(raw, envelope_of(endpoint), rows.records)
        assert not problem, problem
        page = Page.of(endpoint, data)
        rows.add(page.rows, page.side_loads, page.keys)
    return rows.finish(0)[0][1]


def normalized(table: str, pages: list[bytes]) -> int:
    """What people write."""
    import json

    import pandas as pd

    envelope = ENDPOINTS[table].envelope
    return len(pd.json_normalize([row for raw in pages for row in json.loads(raw)[envelope]]))


def best(work: Callable[[], object], tries: int = TRIES) -> float:
    """Shortest of several runs, in seconds."""
    times = []
    for _ in range(tries):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def renumbered(pages: list[bytes]) -> Iterator[bytes]:
    """A million rows in pages, no id twice."""
    for number in range(MILLION // 100):
        ids = iter(range(100 * number + 1, 100 * number + 101))
        raw = pages[number % len(pages)]
        yield re.sub(
            rb'"id":"\d+","contact"', lambda _, ids=ids: b'"id":"%d","contact"' % next(ids), raw
        )


def million(pages: list[bytes], results: multiprocessing.Queue[tuple[float, ...]]) -> None:
    """Decode a million rows and publish them, in a process of its own."""
    from actoolkit.store.snapshots import _write

    taken = peak()
    ordered = decoded("email_activities", renumbered(pages))
    results.put((_write(TABLES["email_activities"], ordered.pieces(), io.BytesIO()), taken, peak()))


def main() -> None:
    """Print both tables."""
    from actoolkit.sandbox.session import SandboxSession

    session = SandboxSession("medium")
    session.start()
    pages = {table: pages_of(table, session.url) for table in ROUTES}
    session.stop()
    print("| table | rows | orjson.loads only | actoolkit | of orjson | json_normalize |")
    print("|---|---:|---:|---:|---:|---:|")
    for table, raws in pages.items():
        rows = 100 * len(raws)
        bare = best(lambda raws=raws: [orjson.loads(raw) for raw in raws])
        ours = best(lambda table=table, raws=raws: decoded(table, raws))
        usual = best(lambda table=table, raws=raws: normalized(table, raws), tries=1)
        print(
            f"| {table} | {rows:,} | {rows / bare:,.0f}/s | {rows / ours:,.0f}/s | "
            f"{bare / ours:.2f} | {rows / usual:,.0f}/s |"
        )
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    child = context.Process(target=million, args=(pages["email_activities"][:20], results))
    child.start()
    rows, before, most = results.get()
    child.join()
    print(
        f"\n{rows:,} e-mail activities decoded, ordered and written as Parquet: "
        f"{most:.0f} MB at the peak, {before:.0f} MB of it before the first page"
    )


if __name__ == "__main__":
    main()
