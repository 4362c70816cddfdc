"""Loading behind the API's limit, and without one, beside other tools.

``python benchmarks/fetch.py [SIZE] [--peers PYTHON TAP_PYTHON]``. Every load has a sandbox of its
own, in a process of its own, and is made by a process of its own; those behind the limit run all
at once, since they mostly wait. Nothing behind five requests a second can be faster than pages / 5:
the first table gives what share of that bound is reached, how many requests were answered 429, and
how many the server saw in any one second. The limit is a token bucket, or a window: a sixth request
within any second is turned away. Without limit and latency the second table gives rows a second.

Beside us: "script" is what people write, requests page by page and `pandas.json_normalize`. With
``--peers``, two interpreters that have dlt and the Airbyte CDK, and tap-activecampaign.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

RATE = 5.0
ROUTES = {"contacts": ("contacts", "contacts"), "ecom_orders": ("ecomOrders", "ecomOrders")}
SPAWN = multiprocessing.get_context("spawn")


class Window:
    """A strict limit: a request is turned away when the second before it saw five."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._seen: deque[float] = deque()

    def take(self) -> int | None:
        now = time.monotonic()
        while self._seen and self._seen[0] <= now - 1.0:
            self._seen.popleft()
        if len(self._seen) >= self.rate:
            return None
        self._seen.append(now)
        return int(self.rate) - len(self._seen)


@dataclass
class Cell:
    """One load: what is measured, and what came out."""

    size: str
    table: str
    latency: float
    limit: str
    who: str
    python: str = sys.executable
    url: str = ""
    found: dict[str, float] = field(default_factory=dict)
    pipe: Connection | None = None
    server: BaseProcess | None = None

    def serve(self) -> None:
        """Start the server."""
        self.pipe, there = SPAWN.Pipe()
        words = (self.size, self.latency, self.limit, there)
        self.server = SPAWN.Process(target=serve, args=words, daemon=True)
        self.server.start()
        self.url = self.pipe.recv()

    def load(self) -> None:
        """Load, in a process of its own, and ask the server what it saw."""
        told = {"PEER_UNLIMITED": "1"} if self.limit == "none" else {}
        quiet = {"RUNTIME__DLTHUB_TELEMETRY": "false", "DO_NOT_TRACK": "1"}
        ours = self.who in ("actoolkit", "strict", "script")
        program = Path(__file__) if ours else Path(__file__).with_name("peers.py")
        words = ["--load", self.who, self.limit] if ours else [self.who]
        done = subprocess.run(
            [self.python, str(program), *words, self.url, self.table],
            capture_output=True,
            text=True,
            env={**os.environ, **quiet, **told},
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{self.who}: {done.stderr[-2000:]}")
        self.found = json.loads(done.stdout.splitlines()[-1])
        assert self.pipe
        assert self.server
        self.pipe.send(None)
        self.found.update(self.pipe.recv())
        self.server.join()


def serve(size: str, latency: float, limit: str, pipe: Connection) -> None:
    """Serve one sandbox; tell its address, and at the end what it saw."""
    from actoolkit.sandbox import server
    from actoolkit.sandbox.session import SandboxSession

    turned_away: list[int] = []
    arrived: list[float] = []
    answer, called = server.Application.answer, server.Application.__call__

    def counted(self, scope, payload=b""):
        found = answer(self, scope, payload)
        if found.status == 429:
            turned_away.append(1)
        return found

    async def noted(self, scope, receive, send):
        arrived.append(time.monotonic())
        await called(self, scope, receive, send)

    server.Application.answer, server.Application.__call__ = counted, noted
    session = SandboxSession(size, latency=latency, rate_limit=None if limit == "none" else RATE)
    if limit == "window":
        session.application._bucket = Window(RATE)
    session.start()
    pipe.send(session.url)
    pipe.recv()
    most = max(
        (
            sum(start <= one < start + 1.0 for one in arrived[at : at + 50])
            for at, start in enumerate(arrived)
        ),
        default=0,
    )
    pipe.send({"requests": len(arrived), "away": len(turned_away), "most": most})
    session.stop()


def load(who: str, limit: str, url: str, table: str) -> None:
    """One cold load by us or by the script; prints rows and seconds."""
    import pandas as pd  # noqa: F401 - importing is not measured

    import actoolkit as ac

    loader = getattr(ac, f"load_{table}")
    rate = 10_000.0 if limit == "none" else RATE
    with tempfile.TemporaryDirectory() as folder:
        account = ac.Account(
            url=url, token="test-sandbox", cache_dir=folder, rate=rate, strict=who == "strict"
        )
        began = time.perf_counter()
        if who == "script":
            rows = script(url, table, patient=limit != "none")
        else:
            rows = loader(account=account, progress=False, refresh=True).height
        seconds = time.perf_counter() - began
    print(json.dumps({"rows": rows, "seconds": seconds}))


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


def cells(size: str, peers: list[str] | None) -> tuple[list[Cell], list[Cell]]:
    """The loads behind the limit, and those without one."""
    others = {"script": sys.executable}
    if peers:
        others |= {"dlt": peers[0], "airbyte": peers[0], "tap": peers[1]}
    behind = [
        Cell(size, table, latency, limit, who)
        for table in ROUTES
        for latency in (0.3, 0.8)
        for limit, who in (("bucket", "actoolkit"), ("window", "actoolkit"), ("window", "strict"))
    ]
    behind += [
        Cell(size, table, 0.8, "bucket", who, python)
        for table in ROUTES
        for who, python in others.items()
    ]
    free = [
        Cell("medium", table, 0.0, "none", who, python)
        for table in ROUTES
        for who, python in {"actoolkit": sys.executable, **others}.items()
    ]
    return behind, free


def main(size: str, peers: list[str] | None) -> None:
    """Print both tables."""
    behind, free = cells(size, peers)
    for cell in behind:
        cell.serve()
    with ThreadPoolExecutor(len(behind)) as pool:
        list(pool.map(Cell.load, behind))
    titles = (
        "latency | limit | who | rows | requests | 429 | in any second | seconds | of the bound"
    )
    print(f"| behind 5 requests/s | {titles} |")
    print("|---|---:|---|---|---:|---:|---:|---:|---:|---:|")
    for cell in behind:
        found = cell.found
        bound = -(-found["rows"] // 100) / RATE
        print(
            f"| {cell.table} | {cell.latency:g} s | {cell.limit} | {cell.who} | "
            f"{found['rows']:,} | {found['requests']:,} | {found['away']} | {found['most']} | "
            f"{found['seconds']:.1f} | {bound / found['seconds']:.3f} |"
        )
    print("\n| no limit, no latency | who | rows | seconds | rows a second |", flush=True)
    print("|---|---|---:|---:|---:|")
    for cell in free:
        times = []
        for _ in range(3 if cell.python == sys.executable else 1):
            cell.serve()
            cell.load()
            times.append(cell.found["seconds"])
        best = min(times)
        rows = cell.found["rows"]
        print(
            f"| {cell.table} | {cell.who} | {rows:,} | {best:.2f} | {rows / best:,.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure loading.")
    parser.add_argument("size", nargs="?", default="small")
    parser.add_argument("--peers", nargs=2)
    parser.add_argument("--load", nargs=4)
    asked = parser.parse_args()
    if asked.load:
        load(*asked.load)
    else:
        main(asked.size, asked.peers)
