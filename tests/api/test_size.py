"""How large an answer may be, with the patience that nobody has set: in bytes, in parts, in memory.

Memory is that of a process of its own, above what the body itself takes, in bodies: a bound that
holds on each machine.
"""

from __future__ import annotations

import gzip
import subprocess
import sys
import textwrap

import pytest

from actoolkit import errors
from actoolkit.api.reader import Reader

CAP = 64 * 2**20
MOST = 6 * CAP
"""Bytes that parsing may take beside the body."""

PARSING = textwrap.dedent("""
    import re, sys
    from pathlib import Path
    from actoolkit.api.answers import envelope_of, parse
    from actoolkit.api.endpoints import ENDPOINTS
    from actoolkit.api.records import Records

    CAP = 64 * 2**20

    def filled(value, most=10**9):
        count = min((CAP - 40) // (len(value) + 1), most)
        return b'{"contacts": [' + b",".join([value] * count) + b"]}"

    def rows(fields, most):
        fields = b",".join(b'"f%d":1.5' % number for number in range(fields))
        return filled(b'{"id":"1"' + b"," * bool(fields) + fields + b"}", most)

    def names(most):
        return b'{"contacts": [], "o": {' + b",".join(b'"%x":1.5' % n for n in range(most)) + b"}}"

    BODIES = {
        "numbers": lambda: filled(b"300"),
        "texts": lambda: filled(b'"ab"'),
        "foreign texts": lambda: filled('"\\u00ff\\u0100"'.encode()),
        "lists": lambda: filled(b"[]"),
        "lists in lists": lambda: b"[" * 2**21 + b"]" * 2**21,
        "objects": lambda: filled(b"{}"),
        "names": lambda: names(4_500_000),
        "as many numbers as may be": lambda: filled(b"1.5", 2_000_000),
        "as many texts as may be": lambda: filled(b'"abcdefghijklmnopq"', 2_000_000),
        "as many foreign texts as may be": lambda: filled('"\\u00ff\\u0100"'.encode(), 2_000_000),
        "as many lists as may be": lambda: filled(b"[1.5]", 999_990),
        "as many rows as may be": lambda: rows(0, 999_990),
        "as many fields as may be": lambda: rows(15, 125_000),
        "as many names as may be": lambda: names(1_999_990),
        "one text": lambda: b'{"contacts": [{"id":"1","a":"' + b"x" * (CAP - 60) + b'"}]}',
        "one foreign text": lambda: (
            b'{"contacts": [{"id":"1","a":"' + b"x" * (CAP - 60) + '\\U0001f600"}]}'.encode()
        ),
    }

    def status(name):
        found = re.search(rf"{name}:\\s+(\\d+)", Path("/proc/self/status").read_text())
        return 1024 * int(found.group(1))

    raw = BODIES[sys.argv[1]]()
    endpoint = ENDPOINTS["contacts"]
    records = Records(endpoint, ["id", "f1"], ["a"]) if sys.argv[2] == "records" else None
    check = envelope_of(endpoint)
    before = status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    _, problem = parse(raw, check if "as many" in sys.argv[1] else None, records)
    print(len(raw), max(status("VmHWM") - before, 0), problem, sep=";")
""")
REFUSED = {
    "numbers": "the answer has more than 2,000,000 values",
    "texts": "the answer has more than 2,000,000 values",
    "foreign texts": "the answer has more than 2,000,000 values",
    "lists": "the answer has more than 1,000,000 objects and lists",
    "lists in lists": "the answer has more than 1,000,000 objects and lists",
    "objects": "the answer has more than 1,000,000 objects and lists",
    "names": "the answer has more than 2,000,000 values",
}
KEYLESS = "a row of 'contacts' has no 'id'"
TAKEN = {
    "as many numbers as may be": KEYLESS,
    "as many texts as may be": KEYLESS,
    "as many foreign texts as may be": KEYLESS,
    "as many lists as may be": KEYLESS,
    "as many rows as may be": "",
    "as many fields as may be": "",
    "as many names as may be": "",
    "one text": "",
    "one foreign text": "",
}


WAYS = [
    *((body, "dicts") for body in (*REFUSED, *TAKEN)),
    *((body, "records") for body in ("lists in lists", "names", *TAKEN)),
]


@pytest.mark.skipif(sys.platform != "linux", reason="peaks of memory are read from /proc")
@pytest.mark.parametrize(("body", "way"), WAYS)
def test_what_parsing_takes_is_bounded(body, way):
    command = [sys.executable, "-c", PARSING, body, way]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    size, taken, problem = done.stdout.rstrip("\n").split(";")
    assert problem == {**REFUSED, **TAKEN}[body]
    assert int(size) <= CAP
    assert int(taken) < (CAP / 4 if body in REFUSED else MOST)


def answered(stub, account, pace, wire, size):
    """What a reader of whom nobody asked for other limits makes of a body of so many bytes."""
    head = {"Content-Encoding": "gzip"}
    frame = len(b'{"lists": [], "x": ""}')
    packed = gzip.compress(b'{"lists": [], "x": "' + b"0" * (size - frame) + b'"}', 1)
    stub.script.extend([wire.http(200, packed, head)] * 6)
    with Reader(account, pace=pace, sleep=lambda seconds: None) as reader:
        return reader.get("/lists")


def test_a_body_of_64_mib_is_read(stub, account, pace, wire):
    assert len(answered(stub, account, pace, wire, CAP).raw) == CAP
    assert len(stub.requests) == 1


def test_a_body_that_unpacks_to_more_is_not(stub, account, pace, wire):
    with pytest.raises(errors.MalformedResponse, match="larger than 64 MiB"):
        answered(stub, account, pace, wire, CAP + 1)
