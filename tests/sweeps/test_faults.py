"""Faults over a real socket, one kind at a time and mixed with changes: the exact rows, or a typed
error; never a hang, never a bare exception, never a silent loss.
"""

from __future__ import annotations

import gzip
import json
import random
import socket
import socketserver
import struct
import threading
import time
from contextlib import suppress
from urllib.parse import parse_qsl, urlsplit

import pytest

from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.api.reader import Reader
from actoolkit.api.retry import Limits
from actoolkit.errors import ActoolkitError, IncompleteLoad
from actoolkit.settings import Account

CONTACTS, LISTS = ENDPOINTS["contacts"], ENDPOINTS["ecom_orders"]
LIMITS = Limits(body=0.25, size=2**20, connect=2)


def answer(body, status="200 OK", *headers, length=None):
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", *headers, "Connection: close"]
    if length is not None or not any("ransfer-Encoding" in one for one in headers):
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def chunked(body, *, whole):
    pieces = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (body[:50], body[50:90]))
    return answer(pieces + (b"0\r\n\r\n" if whole else b""), "200 OK", "Transfer-Encoding: chunked")


def open_ended(body):
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + body


def changed(**more):
    """The right page with something else in it."""

    def make(body):
        page = json.loads(body)
        name = next(one for one in page if one != "meta")
        for key, value in more.items():
            page[name if key == "rows" else key] = value(page[name]) if callable(value) else value
        return answer(json.dumps(page).encode())

    return make


def zipped(body):
    return gzip.compress(body)


BUSY = "429 Too Many Requests"
GZIP = "Content-Encoding: gzip"
WRONG = {
    **{
        f"busy, {after}": lambda body, after=after: answer(b"{}", BUSY, f"Retry-After: {after}")
        for after in ("1", "0", "soon", "-5", "1.5", "", "Mon, 02 Mar 2020 10:00:00 GMT")
    },
    "busy, unsaid": lambda body: answer(b"{}", BUSY),
    **{
        f"status {status}": lambda body, status=status: answer(b"<p>oops</p>", f"{status} Oops")
        for status in (500, 502, 503, 504, 520, 529)
    },
    "server error with the right rows": lambda body: answer(body, "500 Oops"),
    "forbidden now and then": lambda body: answer(b"{}", "403 Forbidden"),
    "accepted": lambda body: answer(body, "202 Accepted"),
    "no content": lambda body: answer(b"", "204 No Content"),
    "partial": lambda body: answer(body[:80], "206 Partial Content"),
    "cut below its length": lambda body: answer(body[:-9], length=len(body)),
    "cut at the first byte": lambda body: answer(body[:1], length=len(body)),
    "chunks without an end": lambda body: chunked(body, whole=False),
    "chunks that leave some out": lambda body: chunked(body, whole=True),
    "chunk of no size": lambda body: answer(
        b"zz\r\n" + body, "200 OK", "Transfer-Encoding: chunked"
    ),
    "open end, cut": lambda body: open_ended(body[: len(body) // 2]),
    "open end, nothing": lambda body: open_ended(b""),
    "zip cut": lambda body: answer(zipped(body)[:-15], "200 OK", GZIP),
    "zip broken": lambda body: answer(b"\x1f\x8b\x08" + zipped(body)[9:], "200 OK", GZIP),
    "no zip at all": lambda body: answer(body, "200 OK", GZIP),
    "a page of another site": lambda body: answer(b"<!doctype html><title>Sign in</title>"),
    "empty": lambda body: answer(b""),
    "null": lambda body: answer(b"null"),
    "a list": lambda body: answer(b"[]"),
    "a number": lambda body: answer(b"7"),
    "errors": lambda body: answer(b'{"errors": [{"title": "Try again"}]}'),
    "message": lambda body: answer(b'{"message": "Internal"}'),
    "another envelope": lambda body: answer(b'{"campaigns": [], "meta": {"total": "0"}}'),
    "rows are null": changed(rows=lambda rows: None),
    "rows are an object": changed(rows=lambda rows: {"0": {}}),
    "rows are text": changed(rows=lambda rows: ["1", "2"]),
    "a row without an id": changed(rows=lambda rows: [*rows, {"name": "x"}]),
    "bytes of no text": lambda body: answer(body.replace(b'"id"', b'"\xff\xfe": 1, "id"', 1)),
    "not a number": lambda body: answer(body.replace(b'"meta"', b'"x": NaN, "meta"')),
    "two documents": lambda body: answer(body + body),
    "more behind it": lambda body: answer(body + b"}"),
    "nested too deep": lambda body: answer(b'{"x":' * 5000 + b"1" + b"}" * 5000),
    "a line of nonsense": lambda body: b"HTP/9 maybe\r\n\r\n" + body,
    "a head without end": lambda body: answer(body, "200 OK", "X: " + "y" * 70_000),
    "another answer first": lambda body: answer(b"", "100 Continue") + answer(b"{}", "500 Oops"),
    "dropped": lambda body: b"",
    "reset": None,
    "stalls": 0.6,
}
RIGHT = {
    "plain text": lambda body: answer(body).replace(b"application/json", b"text/plain"),
    "zipped": lambda body: answer(zipped(body), "200 OK", GZIP),
    "open end": open_ended,
    "told to go on first": lambda body: b"HTTP/1.1 100 Continue\r\n\r\n" + answer(body),
    "blanks around": lambda body: answer(b" \n" + body + b"\n\n"),
    "total null": changed(meta={"total": None}),
    "total a number": changed(meta={"total": 10**40}),
    "total text": changed(meta={"total": "many"}),
    "total below nothing": changed(meta={"total": "-3"}),
    "no meta": changed(meta=None),
    "meta a list": changed(meta=[]),
    "a row twice": changed(rows=lambda rows: [*rows[:1], *rows]),
    "half a page": changed(rows=lambda rows: rows[: (len(rows) + 1) // 2]),
    "more fields": changed(more={"deep": [1, {}]}),
}


class Wire:
    """Serves a living collection; a part of the answers, at most two in a row, goes wrong."""

    def __init__(self, world, kinds, seed, rate=0.5, always=False):
        self.world, self.kinds, self.always = world, kinds, always
        self.chance, self.rate, self.row = random.Random(seed), rate, 0
        self.requests, self.wrong = 0, 0
        self.guard = threading.Lock()
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                with suppress(OSError):
                    outer.talk(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def talk(self, connection):
        head = b""
        while b"\r\n\r\n" not in head:
            more = connection.recv(65536)
            if not more:
                return
            head += more
        target = urlsplit(head.split(b" ")[1].decode())
        with self.guard:
            self.requests += 1
            if target.path.endswith("/users/me"):
                connection.sendall(answer(b'{"user": {"id": "1"}}'))
                return
            body = json.dumps(self.world.body(dict(parse_qsl(target.query)))).encode()
            wrong = self.always or (self.row < 2 and self.chance.random() < self.rate)
            self.row = self.row + 1 if wrong else 0
            self.wrong += wrong
            kind = self.kinds[self.chance.randrange(len(self.kinds))] if wrong else answer
        if kind is None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif isinstance(kind, float):
            connection.sendall(answer(body)[:-7])
            time.sleep(kind)
        else:
            connection.sendall(kind(body))

    def reader(self):
        account = Account(
            url=f"http://127.0.0.1:{self.server.server_address[1]}", token="test-wire", rate=10_000
        )
        nothing = lambda *_: 0.0  # noqa: E731
        pace = type(
            "Pace", (), {"wait": nothing, "block": nothing, "limit": nothing, "sent": nothing}
        )()
        return Reader(account, pace=pace, limits=LIMITS, sleep=lambda seconds: None)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def run(living, endpoint, kinds, seed, *, churn=0.0, rows=None, **more):
    """Walk over the wire; give the rows found, the outcome, and the world."""
    order = "id rising" if endpoint is CONTACTS else ("id rising", "id falling")[seed % 2]
    world = living(endpoint, order, churn, seed, rows=rows, short=0.0)
    wire = Wire(world, kinds, seed, **more)
    found = {}
    try:
        with wire.reader() as reader:
            walk = reader.walk(endpoint, {}, page_size=20)
            for page in walk:
                found |= {int(row["id"]): dict(row) for row in page.rows}
                assert wire.requests < 3000, "the walk does not end"
            return found, walk.outcome, world
    finally:
        wire.close()


BOTH = pytest.mark.parametrize("endpoint", [CONTACTS, LISTS], ids=["keyset", "anchored"])


@BOTH
@pytest.mark.parametrize("name", [*WRONG, *RIGHT])
def test_each_kind_ends_with_the_exact_rows(living, endpoint, name):
    kind = {**WRONG, **RIGHT}[name]
    found, outcome, world = run(living, endpoint, [kind], seed=len(name), rows=45)
    assert found == world.rows, name
    assert outcome.certainty == "proven", name


def mixed(living, endpoint, seed):
    """All kinds at random, while rows come, go and change."""
    kinds = [*WRONG.values(), *RIGHT.values()]
    kinds.remove(WRONG["stalls"])
    try:
        found, outcome, world = run(living, endpoint, kinds, seed, churn=0.3, rate=0.35)
    except IncompleteLoad:
        return "refused"
    assert world.stayed <= set(found), (seed, outcome)
    for number, row in found.items():
        assert row in world.versions[number], (seed, number)
    return outcome.certainty


@BOTH
def test_all_kinds_at_once_with_changes(living, endpoint):
    said = [mixed(living, endpoint, seed) for seed in range(15)]
    assert set(said) == {"proven"}, said


@pytest.mark.slow
@pytest.mark.timeout(14400)
@BOTH
def test_all_kinds_at_once_with_changes_in_a_thousand_runs(living, endpoint):
    said = [mixed(living, endpoint, seed) for seed in range(15, 1015)]
    print({one: said.count(one) for one in set(said)})
    assert set(said) == {"proven"}


@BOTH
@pytest.mark.parametrize("name", [name for name in WRONG if name != "stalls"])
def test_each_kind_that_stays_is_a_typed_error(living, endpoint, name):
    started = time.monotonic()
    with pytest.raises(ActoolkitError) as caught:
        run(living, endpoint, [WRONG[name]], seed=3, rows=45, always=True)
    assert caught.value.hint, name
    assert "test-wire" not in str(caught.value)
    assert time.monotonic() - started < 60


@pytest.mark.parametrize(
    "status", ["301 x", "302 x", "307 x", "308 x", "400 x", "401 x", "404 x", "410 x", "422 x"]
)
@BOTH
def test_each_refusal_is_a_typed_error_at_once(living, endpoint, status):
    elsewhere = "Location: http://127.0.0.1:9/api/3/contacts"
    refusal = lambda body: answer(b'{"message": "no"}', status, elsewhere)  # noqa: E731
    with pytest.raises(ActoolkitError) as caught:
        run(living, endpoint, [refusal], seed=3, rows=45, always=True)
    assert caught.value.hint


@BOTH
def test_a_bomb_is_not_swallowed(living, endpoint):
    bomb = gzip.compress(b" " * 50_000_000)
    kind = lambda body: answer(bomb, "200 OK", GZIP)  # noqa: E731
    with pytest.raises(ActoolkitError):
        run(living, endpoint, [kind], seed=3, rows=45, always=True)
