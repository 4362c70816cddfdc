"""Bodies that are known to hurt parsers: the verdict on each, and what it takes in memory."""

from __future__ import annotations

import gzip
import json
import random
import runpy
import socket
import threading
import tracemalloc
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from actoolkit import errors
from actoolkit.api.answers import parse
from actoolkit.api.reader import Reader
from actoolkit.settings import Account

ACCOUNTING = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("accounting.py"))))
digest, parts_of = ACCOUNTING.digest, ACCOUNTING.parts_of

MEGA = 2**20
GOOD = b'{"contacts": [{"id": "1"}], "meta": {"total": "1"}}'
REFUSED = {
    "200,000 lists deep": b"[" * 200_000,
    "200,000 objects deep": b'{"a":' * 200_000,
    "deep and closed": b'{"contacts":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    "deep in a row": b'{"contacts":[{"id":"1","x":' + b"[" * 200_000 + b"]" * 200_000 + b"}]}",
    "NaN": b'{"contacts": [{"id": "1", "n": NaN}]}',
    "Infinity": b'{"contacts": [{"id": "1", "n": -Infinity}]}',
    "two documents": GOOD + GOOD,
    "two lines": GOOD + b"\n" + GOOD,
    "no text": b'{"contacts": [{"id": "\xff"}]}',
    "half a surrogate in bytes": b'{"contacts": [{"id": "1", "x": "\xed\xa0\x80"}]}',
    "two byte order marks": b"\xef\xbb\xbf\xef\xbb\xbf" + GOOD,
    "UTF-16": GOOD.decode().encode("utf-16"),
    "ever more rows without a key": b'{"contacts":[' + b"{}," * (MEGA // 3) + b"{}]}",
    "ever more numbers": b'{"contacts":[' + b"0," * (MEGA // 2) + b"0]}",
    "ever more lists": b'{"contacts":[' + b"[]," * (MEGA // 3) + b"[]]}",
    "an open text": b'{"contacts":[{"id":"1","x":"' + b"a" * MEGA,
    "nothing but blanks": b" " * MEGA,
    "a level too many": b'{"contacts":[{"id":"1","x":' + b"[" * 98 + b"]" * 98 + b"}]}",
}
TAKEN = {
    "10^40": b'{"contacts": [{"id": "1", "sentcnt": 1' + b"0" * 40 + b"}]}",
    "a number of a thousand digits": b'{"contacts": [{"id": "1", "n": 1' + b"0" * 1000 + b"}]}",
    "byte order mark": b"\xef\xbb\xbf" + GOOD,
    "a long text": b'{"contacts":[{"id":"1","x":"' + b"a" * MEGA + b'"}]}',
    "a field twice": b'{"contacts":[{"id":"1","email":"a","email":"b"}]}',
    "the envelope twice": b'{"contacts":[{"id":"7"}],"contacts":[{"id":"1"}]}',
    "many fields": b'{"contacts":[{"id":"1",' + b",".join(b'"f%d":%d' % (n, n) for n in range(20_000)) + b"}]}",
    "many rows": b'{"contacts":[' + b",".join(b'{"id":"%d"}' % n for n in range(20_000)) + b"]}",
    "as many levels as may be": b'{"contacts":[{"id":"1","x":' + b"[" * 97 + b"]" * 97 + b"}]}",
    "brackets in texts": b'{"contacts":[{"id":"1","x":"' + b"[{" * 500 + b'\\"\\\\","email":"[{\\\\"}]}',
    "escaped noughts": b'{"contacts":[{"id":"1","email":"\\u0000\\u0000"}]}',
}  # fmt: skip


@pytest.mark.parametrize("name", [*REFUSED, *TAKEN])
def test_known_monsters(name):
    """The verdict, and memory: what a body needs is bounded by its size."""
    raw = {**REFUSED, **TAKEN}[name]
    parts = parts_of("contacts")
    tracemalloc.start()
    try:
        verdict = digest(raw, "contacts", parts)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert verdict == ("refused" if name in REFUSED else "taken")
    assert peak < 100 * len(raw) + 30 * MEGA


def levels(value):
    """Lists and objects within each other, counted without recursion."""
    most, left = 0, [(value, 1)]
    while left:
        one, level = left.pop()
        if isinstance(one, list | dict):
            most = max(most, level)
            left += [(x, level + 1) for x in (one.values() if isinstance(one, dict) else one)]
    return most


def nested(chance, depth):
    """A value of so many levels at least, with texts that look like brackets beside them."""
    texts = ["", "[", "{", '"', "\\", '"]', '\\"[', "[]", "}", "\\\\", "a"]
    value = chance.choice(texts) * chance.choice((1, 150))
    for _ in range(depth):
        beside = [chance.choice(texts) for _ in range(chance.randrange(3))]
        if chance.random() < 0.5:
            value = [*beside, value, chance.choice(texts)]
        else:
            value = dict.fromkeys(beside, 1) | {chance.choice(texts) + "k": value}
    return value


def test_levels_are_those_of_the_objects_whatever_the_texts_look_like():
    chance = random.Random(7)
    for _ in range(400):
        value = {"a": nested(chance, chance.choice((1, 50, 98, 99, 99, 100, 150, 250)))}
        said = parse(json.dumps(value).encode())[1]
        assert said == ("the answer has more than 100 levels" if levels(value) > 100 else "")


def test_what_can_just_be_parsed_is_refused_before_it_cannot_be_written():
    parts = parts_of("contacts")
    for depth in range(900, 1001):
        raw = b'{"contacts":[{"id":"1","x":' + b"[" * depth + b"]" * depth + b"}]}"
        assert digest(raw, "contacts", parts) == "refused"


def test_a_bomb_is_put_down_before_it_is_large(tmp_path):
    """A quarter of a gigabyte in less than a megabyte: reading ends at the cap."""
    packed = gzip.compress(b'{"contacts": [{"id": "' + b"0" * 2**28 + b'"}]}', 6)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    connection.recv(65536)
                    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
                    connection.sendall(head.encode() + packed)

    threading.Thread(target=serve, daemon=True).start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    account = Account(url=url, token="test-x", rate=10_000, cache_dir=tmp_path)
    tracemalloc.start()
    try:
        with Reader(account, sleep=lambda seconds: None) as reader:
            with pytest.raises(errors.MalformedResponse, match="larger than"):
                reader.get("/contacts")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    assert len(packed) < MEGA
    assert peak < 200 * MEGA
