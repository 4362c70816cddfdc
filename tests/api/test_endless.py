"""Answers that are too large, too slow, or never end: each ends, within its bounds."""

from __future__ import annotations

import gzip
import time
import tracemalloc

import pytest

from actoolkit import errors
from actoolkit.api.reader import Reader
from actoolkit.api.retry import Limits


def test_a_body_beyond_the_cap_is_not_swallowed(stub, account, pace, wire):
    bomb = gzip.compress(b'{"lists": "' + b"0" * 30_000_000 + b'"}')
    stub.script.extend([wire.http(200, bomb, {"Content-Encoding": "gzip"})] * 6)
    with Reader(account, pace=pace, sleep=lambda s: None, limits=Limits(size=2**20)) as reader:
        with pytest.raises(errors.MalformedResponse, match="larger than 1 MiB"):
            reader.get("/lists")


def test_a_body_that_drips_ends_at_the_deadline(stub, account, pace, wire):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"
    stub.script.extend([wire.drip(b" " * 5000, 0.02, head=head)] * 2)
    limits = Limits(body=0.3, attempts=2)
    with Reader(account, pace=pace, sleep=lambda s: None, limits=limits) as reader:
        started = time.monotonic()
        with pytest.raises(errors.ConnectionFailed, match="slowly"):
            reader.get("/lists")
        assert time.monotonic() - started < 20


def test_a_head_that_drips_ends_too(stub, account, pace, wire):
    endless = b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 3000
    stub.script.extend([wire.drip(endless, 0.02)] * 2)
    limits = Limits(body=0.3, attempts=2)
    with Reader(account, pace=pace, sleep=lambda s: None, limits=limits) as reader:
        started = time.monotonic()
        with pytest.raises(errors.ApiError):
            reader.get("/lists")
        assert time.monotonic() - started < 20


def test_a_server_that_stalls_ends_at_the_deadline(stub, account, pace, wire):
    def stall(connection, query):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")

    stub.script.extend([stall, lambda connection, query: None])
    with Reader(
        account, pace=pace, sleep=lambda s: None, limits=Limits(body=0.3, attempts=2)
    ) as reader:
        with pytest.raises(errors.ConnectionFailed):
            reader.get("/lists")


def without_end(head, piece):
    """A head, and then the same bytes again and again."""

    def behave(connection, query):
        connection.sendall(head)
        while True:
            connection.sendall(piece)
            time.sleep(0.005)

    return behave


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
ZIPPED = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
ENDLESS = {
    "trailers": (CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-More: y\r\n"),
    "packed nothings": (ZIPPED, gzip.compress(b"")),
    "empty blocks": (ZIPPED + gzip.compress(b"")[:10], b"\0\0\0\xff\xff"),
    "a file's name": (ZIPPED + b"\x1f\x8b\x08\x08\0\0\0\0\0\xff", b"name"),
    "heads": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "blank chunks": (CHUNKED, b"1\r\n \r\n"),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_comes_without_end_and_is_nothing_ends(stub, account, pace, name):
    stub.script.extend([without_end(*ENDLESS[name])] * 2)
    limits = Limits(body=0.2, attempts=2)
    with Reader(account, pace=pace, sleep=lambda s: None, limits=limits) as reader:
        with pytest.raises(errors.ConnectionFailed):
            reader.get("/lists")
    assert len(stub.requests) == 2


def test_the_body_of_a_redirect_is_bounded_like_any_other(stub, other_stub, account, pace, wire):
    to = {"Location": other_stub.url}
    packed = gzip.compress(b" " * 2**26)
    endless = without_end(wire.http(302, b"", to, length=False), b"x")
    stub.script.extend([wire.http(302, packed, {**to, "Content-Encoding": "gzip"})] * 2)
    stub.script.extend([endless] * 2)
    limits = Limits(size=2**20, body=0.2, attempts=2)
    tracemalloc.start()
    try:
        with Reader(account, pace=pace, sleep=lambda s: None, limits=limits) as reader:
            with pytest.raises(errors.MalformedResponse, match="larger than 1 MiB"):
                reader.get("/lists")
            with pytest.raises(errors.ConnectionFailed, match="slowly"):
                reader.get("/lists")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**24
    assert other_stub.requests == []
