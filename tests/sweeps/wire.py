"""A server on a raw socket that spoils answers, and one load of each family over it.

Loaded by path, since tests are no package: ``runpy.run_path``.
"""

from __future__ import annotations

import json
import random
import re
import socket
import struct
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.api.reader import Reader
from actoolkit.api.retry import Limits
from actoolkit.loaders._parents import gather
from actoolkit.loaders._request import request_of
from actoolkit.settings import Account

FAMILIES = ("keyset", "anchored", "parents", "single")
LIMITS = Limits(body=5, size=2**20, connect=5)
HASTE = Limits(body=0.1, size=2**20, connect=5)
"""Patience for answers that are slow on purpose."""
RESET = "reset"
IN_A_ROW = 2


@dataclass
class Ask:
    """One request: its parameters, the right answer's bytes, and those to other parameters."""

    body: bytes
    params: dict
    page: object


class Wire:
    """Serves collections; a part of the answers, at most two in a row, goes wrong.

    What goes wrong depends on the seed, on what is asked and how often it was: not on which of
    several requests in flight is quicker.

    - ``pages``: gives the right answer to a path and parameters.
    - ``kinds``: what may become of it.
    - ``always``: everything goes wrong, from the request of number ``after`` on.
    """

    def __init__(self, pages, kinds, seed, *, rate=0.5, always=False, after=0):
        self.pages, self.kinds, self.seed = pages, list(kinds), seed
        self.rate, self.always, self.after = rate, always, after
        self.requests, self.wrong, self.row = 0, 0, 0
        self.asked, self.rows = Counter(), Counter()
        self.guard, self.over = threading.Lock(), threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection):
        with connection, suppress(OSError):
            head = b""
            while not self.over.is_set():
                while b"\r\n\r\n" not in head:
                    more = connection.recv(65536)
                    if not more:
                        return
                    head += more
                first, _, head = head.partition(b"\r\n\r\n")
                said = self.said(first.split(b" ")[1].decode())
                if not self._say(connection, [said] if isinstance(said, bytes) else said):
                    return

    def _say(self, connection, parts):
        """Say the parts; give whether the connection stays open."""
        for part in parts:
            if part == RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return False
            if isinstance(part, float):
                self.over.wait(part)
            else:
                connection.sendall(part)
        whole = parts[0] if len(parts) == 1 and isinstance(parts[0], bytes) else b""
        return b"\r\nConnection: keep-alive\r\n" in whole[:400]

    def said(self, address):
        """The answer to a request, spoiled or not."""
        target = urlsplit(address)
        path, params = target.path.removeprefix("/api/3"), dict(parse_qsl(target.query))
        with self.guard:
            self.requests += 1
            if path == "/users/me":
                return _right(b'{"user": {"id": "1"}}')
            body = self.pages(path, params)
            self.asked[address] += 1
            chance = random.Random(f"{self.seed} {address} {self.asked[address]}")
            wrong = self.requests > self.after if self.always else chance.random() < self.rate
            if not self.always and max(self.row, self.rows[address]) >= IN_A_ROW:
                wrong = False
            self.row = self.row + 1 if wrong else 0
            self.rows[address] = self.rows[address] + 1 if wrong else 0
            self.wrong += wrong
            if not wrong:
                return _right(body)
            ask = Ask(body, params, lambda other: self.pages(path, other))
            return chance.choice(self.kinds)(ask)

    def account(self, **more):
        settings = {"token": "test-wire", "rate": 10_000, **more}
        return Account(url=self.url, **settings)

    def reader(self, limits=LIMITS):
        nothing = lambda *_: 0.0  # noqa: E731
        pace = SimpleNamespace(wait=nothing, block=nothing, limit=nothing, sent=nothing)
        return Reader(self.account(), pace=pace, limits=limits, sleep=lambda seconds: None)

    def close(self):
        self.over.set()
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _right(body):
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: keep-alive\r\n\r\n"
    )
    return head.encode() + body


class Collected:
    """Takes what a load gives out, as `Rows` does."""

    records, enough = None, False

    def __init__(self):
        self.rows = {}

    def add(self, rows, side_loads, keys):
        self.rows |= zip(keys, map(dict, rows), strict=True)

    @property
    def count(self):
        return len(self.rows)


def worlds_of(living, family, seed, *, churn=0.0, rows=None):
    """The collections that a family reads, by path."""
    chance = random.Random(f"{family} {seed}")

    def world(endpoint, order="id rising", count=None, above=0):
        made = living(endpoint, order, churn, chance.randrange(10**9), rows=0, short=0.0)
        made.last = above
        for _ in range(made.chance.randint(0, 260) if count is None else count):
            made.insert()
        made.stayed = set(made.rows)
        return made

    count = chance.choice((0, 1, 2, 19, 20, 21, 40, 45, 60)) if rows is None else rows
    if family == "keyset":
        return {"/contacts": world(ENDPOINTS["contacts"], count=count)}
    if family == "anchored":
        order = ("id rising", "id falling")[seed % 2]
        return {"/ecomOrders": world(ENDPOINTS["ecom_orders"], order, count)}
    if family == "parents":
        below = ENDPOINTS["notes_of_contact"]
        counts = {1: 1, 2: 3, 3: chance.choice((19, 20, 21)), 4: chance.choice((0, 20, 45, 101))}
        return {
            f"/contacts/{n}/notes": world(below, count=c, above=n * 10**6)
            for n, c in counts.items()
        }
    if seed % 2:
        one = world(ENDPOINTS["list"], count=1)
        one.churn = 0.0  # it has to stay
        return {"/lists/7": one}
    single = ENDPOINTS["url_whitelistings"]
    return {"/" + single.path.strip("/"): world(single, count=max(1, count))}


def pages_of(worlds):
    """The right answers of these collections."""

    def give(path, params):
        world = worlds[path]
        page = world.body(params if world.endpoint.paging != "single" else {"limit": "1000"})
        if world.endpoint.total == "absent":
            page["meta"] = {}
        if path == "/lists/7":
            page["list"] = page["list"][0]
        return json.dumps(page).encode()

    return give


def walked(wire, worlds, family, seed, *, haste=False):
    """Load over the wire; give the rows found, and how sure that these are all."""
    with wire.reader(HASTE if haste else LIMITS) as reader:
        if family == "parents":
            request = request_of("notes", filters={"contact_ids": [1, 2, 3, 4]})
            found = Collected()
            task = SimpleNamespace(parents=lambda *_, **__: None)
            outcome, _ = gather(request, reader, None, found, task)
            return found.rows, outcome.certainty
        (world,) = worlds.values()
        size = (20, 7, 50, 100)[seed % 4]
        in_flight = (1, 8)[seed // 2 % 2]
        ids = {"list_id": 7} if world.endpoint.name == "list" else {}
        walk = reader.walk(world.endpoint, {}, page_size=size, in_flight=in_flight, **ids)
        rows = {}
        for page in walk:
            rows |= zip(page.keys, map(dict, page.rows), strict=True)
            assert wire.requests < 3000, "the walk does not end"
        return rows, walk.outcome.certainty


def truth(worlds):
    """Every row of every collection, as it is now."""
    rows = {}
    for path, world in worlds.items():
        found = re.match(r"/contacts/(\d+)/", path)
        known = {"reltype": "Subscriber", "relid": found[1]} if found else {}
        rows |= {str(key): {**row, **known} for key, row in world.rows.items()}
    return rows
