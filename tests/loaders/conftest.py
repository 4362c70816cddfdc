"""A small server that is not the sandbox: rows in, pages out, quirks by hand."""

from __future__ import annotations

import importlib.util
import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from actoolkit.settings import Account

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Stub:
    """Serves collections from memory.

    - ``rows``: path to (envelope, rows); the token's user is there, as in every account.
    - ``cap``: rows of a page at most, whatever is asked for.
    - ``total``: "string" or "absent".
    - ``faults``: number of the request to an answer (status, headers, body) given instead.
    - ``before``: called with the request's number before it is answered; may change ``rows``.
    """

    def __init__(self):
        self.rows = {"/users/me": ("user", {"id": "1"})}
        self.extra = {}
        self.cap = 100
        self.total = "string"
        self.faults = {}
        self.before = lambda number: None
        self.seen = []
        self._lock = threading.Lock()
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_GET(self):
                with stub._lock:
                    stub.seen.append(self.path)
                    number = len(stub.seen)
                    stub.before(number)
                    status, headers, body = stub.faults.get(number) or stub.answer(self.path)
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, address):
        parts = urlsplit(address)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        path = parts.path.removeprefix("/api/3")
        if path not in self.rows:
            return 404, {}, b'{"message": "No Result found"}'
        envelope, rows = self.rows[path]
        if isinstance(rows, dict):
            return 200, {}, json.dumps({envelope: rows}).encode()
        rows = [row for row in rows if self.keeps(row, query)]
        total = len(rows)
        if "id_greater" in query:
            rows = [row for row in rows if int(row["id"]) > int(query["id_greater"])]
        if "orders[id]" in query:
            rows = sorted(rows, key=lambda row: int(row["id"]))
        start = int(query.get("offset", 0))
        size = min(int(query.get("limit", 20)), self.cap)
        page = {envelope: rows[start : start + size]}
        for name, riders in self.extra.get(path, {}).items():
            owners = {row["id"] for row in page[envelope]}
            page[name] = [row for row in riders if row["contact"] in owners]
        if self.total == "string":
            page["meta"] = {"total": str(total)}
        return 200, {}, json.dumps(page).encode()

    def keeps(self, row, query):
        state = query.get("filters[state]")
        return state is None or row.get("state") == state

    def account(self, tmp_path, clock=lambda: START, **more):
        return Account(
            url=self.url,
            token="test-stub",
            cache_dir=tmp_path / "cache",
            rate=10_000,
            identity="stub",
            clock=clock,
            **more,
        )

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Clock:
    """A clock that moves when told."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now

    def forward(self, **span):
        self.now += timedelta(**span)


@pytest.fixture
def stub():
    server = Stub()
    yield server
    server.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def account(stub, tmp_path, clock):
    return stub.account(tmp_path, clock)


@pytest.fixture(scope="session")
def read_row():
    """The slow, plain reading of wire values that the tables are held to."""
    path = Path(__file__).parents[1] / "tables" / "conftest.py"
    spec = importlib.util.spec_from_file_location("plain_reading", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.read_row
