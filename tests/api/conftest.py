"""A raw-socket server with scripted behaviour, a drifting collection, and clocks that cost nothing."""

from __future__ import annotations

import contextlib
import gzip
import json
import random
import socket
import struct
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest

from actoolkit.api.page import Page
from actoolkit.api.reader import Reader
from actoolkit.settings import Account

TOKEN = "test-CANARY-5f3a9c"


class FakePace:
    """Takes no time and remembers what it was told."""

    def __init__(self):
        self.turns = 0
        self.blocked = []

    def wait(self):
        self.turns += 1
        return 0.0

    def sent(self):
        pass

    def limit(self, rate):
        pass

    def block(self, seconds):
        self.blocked.append(seconds)


def http(status=200, body=b"", headers=(), *, length=True):
    """Bytes of one HTTP answer."""
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Something", *(f"{k}: {v}" for k, v in dict(headers).items())]
    if length and "transfer-encoding" not in {k.lower() for k in dict(headers)}:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


class Stub:
    """A server on a raw socket. Each request takes the next behaviour of ``script``, then ``serve``.

    A behaviour is bytes to send, or a function (socket, query) that does what it likes.
    """

    def __init__(self, serve=None):
        self.requests = []
        self.script = deque()
        self.serve = serve or (lambda query: {})
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._lock = threading.Lock()
        self._open = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection):
        data = b""
        try:
            while True:
                while b"\r\n\r\n" not in data:
                    more = connection.recv(65536)
                    if not more:
                        return
                    data += more
                head, _, data = data.partition(b"\r\n\r\n")
                self._answer(connection, head.decode())
        except OSError:
            return
        finally:
            connection.close()

    def _answer(self, connection, head):
        line, *headers = head.split("\r\n")
        target = urlsplit(line.split(" ")[1])
        query = {k: v[-1] for k, v in parse_qs(target.query).items()}
        named = {k.lower(): v for k, v in (h.split(": ", 1) for h in headers)}
        with self._lock:
            self.requests.append((target.path, query, named, time.monotonic()))
            behaviour = self.script.popleft() if self.script else None
        if behaviour is None:
            behaviour = http(200, self.serve(query | {"path": target.path}))
        if callable(behaviour):
            behaviour(connection, query)
        else:
            connection.sendall(behaviour)

    def close(self):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            connection.close()


def reset(connection, query):
    """Close with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def then_close(answer):
    """Send the bytes and close, so that what is missing never comes."""

    def behave(connection, query):
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    return behave


def drip(answer, seconds, *, head=b""):
    """Send one byte at a time, after a head that comes at once."""

    def behave(connection, query):
        connection.sendall(head)
        for position in range(len(answer)):
            connection.sendall(answer[position : position + 1])
            time.sleep(seconds)

    return behave


def zipped(body):
    """A gzip-encoded answer, and the same one cut."""
    packed = gzip.compress(json.dumps(body).encode())
    head = {"Content-Encoding": "gzip"}
    return http(200, packed, head), http(200, packed[: len(packed) // 2], head)


def rows(count, name="lists"):
    """Serve ``count`` rows by offset or id_greater."""

    def serve(query):
        if query["path"].endswith("/users/me"):
            return {"user": {"id": "1"}}
        ids = [n for n in range(1, count + 1) if n > int(query.get("id_greater", 0))]
        start = int(query.get("offset", 0))
        page = ids[start : start + min(100, int(query.get("limit", 20)))]
        return {name: [{"id": str(n)} for n in page], "meta": {"total": str(count)}}

    return serve


@pytest.fixture
def stub():
    """A server; it ends with the test."""
    server = Stub()
    yield server
    server.close()


@pytest.fixture
def other_stub():
    """A second server, which the token must never reach."""
    server = Stub()
    yield server
    server.close()


@pytest.fixture
def account(stub, tmp_path):
    """The account that the first server plays."""
    return Account(url=stub.url, token=TOKEN, rate=10000, cache_dir=tmp_path / "cache")


@pytest.fixture
def slept():
    """Seconds that the reader would have slept."""
    return []


@pytest.fixture
def pace():
    """A pace that takes no time."""
    return FakePace()


@pytest.fixture
def reader(account, pace, slept):
    """A reader of the first server that never really waits."""
    with Reader(account, pace=pace, sleep=slept.append) as made:
        yield made


@dataclass
class Drifting:
    """Rows (id, updated) with an order, a churn and quirks.

    Args:
        endpoint: Shape of the answers.
        rows: How many to begin with.
        order: "id asc", "id desc", "updated desc" or "updated asc".
        churn: Mean number of inserts, deletes and updates between two requests.
        cap: Most rows the server gives whatever limit is asked for.
        total: "string", "int", "absent", or a function from the true total.
        ignores: Parameters that the server does not know.
    """

    endpoint: object
    rows: int
    order: str = "id asc"
    churn: float = 0.0
    seed: int = 0
    cap: int = 100
    total: object = "string"
    ignores: frozenset[str] = frozenset()
    requests: list[dict[str, object]] = field(default_factory=list)

    def __post_init__(self):
        self.random = random.Random(self.seed)
        self.clock = 0
        self.alive: dict[int, int] = {}
        self.next_id = 1
        for _ in range(self.rows):
            self.insert()
        for number in self.random.sample(sorted(self.alive), len(self.alive) // 3):
            self.update(number)
        self.throughout = set(self.alive)

    def insert(self):
        self.clock += 1
        self.alive[self.next_id] = self.clock
        self.next_id += self.random.choice((1, 1, 1, 2, 7))

    def update(self, number):
        self.clock += 1
        self.alive[number] = self.clock

    def delete(self, number):
        del self.alive[number]
        self.throughout.discard(number)

    def drift(self):
        events = int(self.churn) + (self.random.random() < self.churn % 1)
        for _ in range(events):
            kind = self.random.choice(("insert", "delete", "update"))
            if kind == "insert" or not self.alive:
                self.insert()
            elif kind == "delete":
                self.delete(self.random.choice(list(self.alive)))
            else:
                self.update(self.random.choice(list(self.alive)))

    def sorted_ids(self, params):
        if params.get("orders[id]") == "ASC" and "orders" not in self.ignores:
            return sorted(self.alive)
        column, direction = self.order.split()
        rank = (lambda n: n) if column == "id" else (lambda n: self.alive[n])
        return sorted(self.alive, key=rank, reverse=direction == "desc")

    def answer(self, params) -> dict[str, object]:
        self.requests.append(dict(params))
        if len(self.requests) > 1:
            self.drift()
        ids = self.sorted_ids(params)
        matching = ids
        if "id_greater" in params and "id_greater" not in self.ignores:
            matching = [n for n in ids if n > int(params["id_greater"])]
        limit = (
            min(int(params.get("limit", 20)), self.cap) if "limit" not in self.ignores else len(ids)
        )
        offset = int(params.get("offset", 0)) if "offset" not in self.ignores else 0
        rows = [
            {"id": str(n), "updated": str(self.alive[n])} for n in matching[offset : offset + limit]
        ]
        return {self.endpoint.envelope: rows} | self.meta(len(ids))

    def meta(self, count) -> dict[str, object]:
        if self.total == "absent":
            return {}
        if callable(self.total):
            return {"meta": {"total": self.total(count)}}
        return {"meta": {"total": str(count) if self.total == "string" else count}}

    def fetch(self, params) -> Page:
        return Page.of(self.endpoint, self.answer(params))


@pytest.fixture
def wire():
    """Makers of answers and behaviours for the stub."""

    class Wire:
        pass

    for made in (http, reset, then_close, drip, zipped, rows):
        setattr(Wire, made.__name__, staticmethod(made))
    return Wire


@pytest.fixture(scope="session")
def drifting():
    """The class of collections that change while they are paged."""
    return Drifting
