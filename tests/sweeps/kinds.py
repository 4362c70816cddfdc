"""What may go wrong with an answer on its way, and what only looks as if it had.

Each kind makes the bytes of an answer from the right ones and from who asked. Loaded by path, since
tests are no package: ``runpy.run_path``.

- ``WRONG``: no answer that counts. Now and then: asked for again. Always: a typed error.
- ``SLOW``: the same, but it takes as long as patience does.
- ``RIGHT``: odd, and still the right rows.
- ``LYING``: well-formed answers that tell less, more or other things than there are.
- ``REFUSED``: what nobody should ask for again.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import zlib
from functools import cache

BUSY = "429 Too Many Requests"
GZIP = "Content-Encoding: gzip"
CHUNKED = "Transfer-Encoding: chunked"
RESET = "reset"
"""The connection is torn down after the bytes before it."""


def answer(body, status="200 OK", *headers, length=None):
    """An answer; its connection stays open if its length is the true one."""
    lines = [f"HTTP/1.1 {status}", *headers]
    if not any("ontent-Type" in one for one in headers):
        lines.append("Content-Type: application/json")
    if not any("ransfer-Encoding" in one for one in headers):
        lines.append(f"Content-Length: {len(body) if length is None else length}")
        lines.append(f"Connection: {'keep-alive' if length is None else 'close'}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def chunked(body, *, end=b"0\r\n\r\n", cut=None):
    parts = (body[:50], body[50:90], body[90:])
    pieces = b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in parts if one)
    return answer(pieces[:cut] + end, "200 OK", CHUNKED)


def open_ended(body, *headers):
    """An answer that ends where the connection does."""
    lines = ["HTTP/1.1 200 OK", "Content-Type: application/json", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def plain(make):
    """A kind that needs the right bytes only."""
    return lambda ask: make(ask.body)


def status(line, *headers, body=b"{}"):
    return lambda ask: answer(body, line, *headers)


def said(body, *headers):
    """A kind that says the same to everybody."""
    return lambda ask: answer(body, "200 OK", *headers)


def changed(**more):
    """The right page with something else in it; ``rows`` stands for what its envelope holds."""

    def make(ask):
        page = json.loads(ask.body)
        name = next(one for one in page if one != "meta")
        for key, value in more.items():
            page[name if key == "rows" else key] = value(page[name]) if callable(value) else value
        return answer(json.dumps(page).encode())

    return make


def asked_as(**params):
    """The right answer to another question: ``None`` leaves a parameter out."""

    def make(ask):
        asked = {**ask.params, **params}
        return answer(ask.page({key: value for key, value in asked.items() if value is not None}))

    return make


def capped(ask):
    size = int(ask.params.get("limit", 20))
    return asked_as(limit=str(20 if size > 20 else min(size, 7)))(ask)


def shuffled(ask):
    def mixed(rows):
        random.Random(len(ask.body)).shuffle(rows)
        return rows

    return changed(rows=lambda rows: mixed(rows) if isinstance(rows, list) else rows)(ask)


def listed(make):
    """A change of rows where there are several."""
    return changed(rows=lambda rows: make(rows) if isinstance(rows, list) else rows)


@cache
def bomb(size):
    packer = zlib.compressobj(9, wbits=31)
    packed = [packer.compress(b" " * 2**20) for _ in range(size // 2**20)]
    return b"".join([*packed, packer.flush()])


zipped = cache(gzip.compress)

WRONG = {
    **{
        f"busy, {after}": status(BUSY, f"Retry-After: {after}")
        for after in ("1", "0", "soon", "-5", "1.5", "", "Mon, 02 Mar 2020 10:00:00 GMT")
    },
    "busy, unsaid": status(BUSY),
    **{
        f"status {number}": status(f"{number} Oops", body=b"<p>oops</p>")
        for number in (500, 502, 503, 504, 520, 529)
    },
    "server error with the right rows": plain(lambda body: answer(body, "500 Oops")),
    "forbidden now and then": status("403 Forbidden"),
    "accepted": plain(lambda body: answer(body, "202 Accepted")),
    "no content": lambda ask: b"HTTP/1.1 204 No Content\r\n\r\n",
    "partial": plain(lambda body: answer(body[:80], "206 Partial Content")),
    "cut below its length": plain(lambda body: answer(body[:-9], length=len(body))),
    "cut at the first byte": plain(lambda body: answer(body[:1], length=len(body))),
    "chunks without an end": plain(lambda body: chunked(body, end=b"")),
    "chunks cut in one": plain(lambda body: chunked(body, end=b"", cut=-7)),
    "chunks that leave some out": plain(lambda body: chunked(body[: len(body) // 2])),
    "chunk of no size": plain(lambda body: answer(b"zz\r\n" + body, "200 OK", CHUNKED)),
    "open end, cut": plain(lambda body: open_ended(body[: len(body) // 2])),
    "open end, nothing": lambda ask: open_ended(b""),
    "zip cut": plain(lambda body: answer(zipped(body)[:-15], "200 OK", GZIP)),
    "zip cut, open end": plain(lambda body: open_ended(zipped(body)[:-15], GZIP)),
    "zip broken": plain(lambda body: answer(b"\x1f\x8b\x08" + zipped(body)[9:], "200 OK", GZIP)),
    "no zip at all": plain(lambda body: answer(body, "200 OK", GZIP)),
    "a page of another site": said(b"<!doctype html><title>Sign in</title>"),
    "a page that says it is one": said(b"<!doctype html><p>Maintenance", "Content-Type: text/html"),
    "empty": said(b""),
    "null": said(b"null"),
    "a list": said(b"[]"),
    "a number": said(b"7"),
    "errors": said(b'{"errors": [{"title": "Try again"}]}'),
    "message": said(b'{"message": "Internal"}'),
    "another envelope": said(b'{"campaigns": [], "meta": {"total": "0"}}'),
    "rows are null": changed(rows=None),
    "rows are an object": changed(rows={"0": {}}),
    "rows are text": changed(rows=["1", "2"]),
    "a row is a number": changed(rows=lambda rows: [*rows, 7] if isinstance(rows, list) else 7),
    "a row without an id": changed(
        rows=lambda rows: [*rows, {"name": "x"}] if isinstance(rows, list) else {"name": "x"}
    ),
    "bytes of no text": plain(
        lambda body: answer(body.replace(b'"meta"', b'"\xff\xfe": 1, "meta"', 1))
    ),
    "not a number": plain(lambda body: answer(body.replace(b'"meta"', b'"x": NaN, "meta"'))),
    "two documents": plain(lambda body: answer(body + body)),
    "more behind it": plain(lambda body: answer(body + b"}")),
    "nested too deep": said(b'{"x":' * 5000 + b"1" + b"}" * 5000),
    "nested 200,000 deep": said(b"[" * 200_000 + b"]" * 200_000),
    "200 MB in 200 kB": lambda ask: answer(bomb(200 * 2**20), "200 OK", GZIP),
    "a line of nonsense": plain(lambda body: b"HTP/9 maybe\r\n\r\n" + body),
    "a head without end": plain(lambda body: answer(body, "200 OK", "X: " + "y" * 70_000)),
    "another answer first": lambda ask: answer(b"", "100 Continue") + answer(b"{}", "500 Oops"),
    "dropped": lambda ask: b"",
    "reset": lambda ask: (RESET,),
    "reset in the head": plain(lambda body: (answer(body)[:40], RESET)),
    "reset in the body": plain(lambda body: (answer(body)[:-20], RESET)),
}
SLOW = {
    "stalls before it": lambda ask: (9.0,),
    "stalls in the head": plain(lambda body: (answer(body)[:30], 9.0)),
    "stalls in the body": plain(lambda body: (answer(body)[:-7], 9.0)),
    "drips": plain(lambda body: [part for byte in answer(body) for part in (bytes([byte]), 0.01)]),
}
RIGHT = {
    "plain text": plain(lambda body: answer(body, "200 OK", "Content-Type: text/plain")),
    "zipped": plain(lambda body: answer(zipped(body), "200 OK", GZIP)),
    "zip without its sum": plain(lambda body: answer(zipped(body)[:-8], "200 OK", GZIP)),
    "chunks": plain(chunked),
    "open end": plain(open_ended),
    "told to go on first": plain(lambda body: b"HTTP/1.1 100 Continue\r\n\r\n" + answer(body)),
    "blanks around": plain(lambda body: answer(b" \n" + body + b"\n\n")),
    "a byte order mark": plain(lambda body: answer(b"\xef\xbb\xbf" + body)),
    "a second answer behind it": plain(
        lambda body: answer(body) + answer(b'{"contacts": [{"id": "666"}]}')
    ),
    "total as a number": plain(
        lambda body: answer(re.sub(rb'"total": "([0-9]+)"', rb'"total": \1', body))
    ),
    "more fields": changed(more={"deep": [1, {}]}),
}
LYING = {
    "total null": changed(meta={"total": None}),
    "total a number": changed(meta={"total": 7 * 10**9}),
    "total of 10^40": changed(meta={"total": 10**40}),
    "total of nothing": changed(meta={"total": 0}),
    "total text": changed(meta={"total": "many"}),
    "total below nothing": changed(meta={"total": "-3"}),
    "total too low": changed(meta={"total": "3"}),
    "no meta": changed(meta=None),
    "meta a list": changed(meta=[]),
    "a row twice": listed(lambda rows: [*rows[:1], *rows]),
    "every row twice": listed(lambda rows: [row for row in rows for _ in range(2)]),
    "half a page": listed(lambda rows: rows[: (len(rows) + 1) // 2]),
    "an empty page": listed(lambda rows: []),
    "rows shuffled": shuffled,
    "few rows of a page": capped,
    "no offset": asked_as(offset=None),
    "no key": asked_as(id_greater=None),
}
REFUSED = {
    **{
        f"redirect {number} to another host": status(
            f"{number} Elsewhere", "Location: http://127.0.0.2:9/api/3/contacts"
        )
        for number in (301, 302, 303, 307, 308)
    },
    "redirect to itself": status("302 Elsewhere", "Location: /api/3/contacts"),
    "redirect to a file": status("302 Elsewhere", "Location: file:///etc/passwd"),
    "redirect to nowhere": status("302 Elsewhere"),
    **{f"status {number}": status(f"{number} No") for number in (400, 401, 404, 405, 410, 422)},
    "busy for six hours": status(BUSY, "Retry-After: 21600"),
    "busy until next century": status(BUSY, "Retry-After: Mon, 02 Mar 2126 10:00:00 GMT"),
    "busy for ever": status(BUSY, "Retry-After: " + "9" * 60),
}
