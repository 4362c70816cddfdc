"""Bodies that no API should send: refused with a reason, or every value of theirs accounted for.

Two sources: right bodies whose bytes are broken at random, and answers of the right form whose
values are anything. The long runs are marked slow; a sample runs with all other tests.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import socket
import threading
import tracemalloc
from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actoolkit import errors
from actoolkit.api.answers import envelope_of, parse
from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.api.page import Page
from actoolkit.api.reader import Reader
from actoolkit.loaders._rows import records_of
from actoolkit.settings import Account
from actoolkit.tables import EXTRA, TABLES, decode

COLLECTIONS = ("contacts", "campaigns", "ecom_orders", "contact_lists", "lists", "score_values", "tags", "field_values", "notes")  # fmt: skip
NOTHING = ("", "0", 0, False, [], {}, "0000-00-00", "0000-00-00 00:00:00")
WEIRD = [
    None, True, False, 0, -1, 10**40, -(10**40), 2**63, 2**64, 1e308, -0.0, 1e-320, "", " ", "0", "NaN", "Infinity", "null", "\x00", "\ud800",
    "\udfff\ud800", "\u202e", "a" * 5000, "0000-00-00", "2026-02-30T25:61:61+99:99", "2026-06-30T15:00:00-05:00", "9999-12-31 23:59:59", "٣",
    [], {}, [[]], [None], {"": None}, {"a": {"b": [1, "2", None]}}, [1, "1", 1.5], ["x"], [["x"]], {"id": "1"}, "1e400", "1_000", "0x10", "12.0", 12.5,
]  # fmt: skip
TOKENS = [
    b"NaN", b"Infinity", b"-Infinity", b"1e999", b"1" + b"0" * 400, b"null", b"true", b"[]", b"{}", b'""', b'"\\ud800"', b'"\\u0000"', b"\xff\xfe", b"\xef\xbb\xbf",
    b"\x00", b"0x1", b"01", b"+1", b".5", b"-", b"'", b",", b":", b"[", b"]", b"{", b"}", b'"', b"\\", b"/*x*/", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"[[[[[[[[", b"undefined",
]  # fmt: skip


def parts_of(name):
    endpoint, table = ENDPOINTS[name], TABLES[name]
    return endpoint, table, records_of(endpoint, table)


def plain_value(kind, chance):
    """A value as the API writes it."""
    number = chance.randrange(1, 10**6)
    return {
        "count": str(number),
        "cents": number,
        "number": f"{number / 8}",
        "flag": chance.choice(["0", "1"]),
        "datetime": "2026-06-30T15:00:00-05:00",
        "wall": "2026-06-30 15:00:00",
        "date": "2026-06-30",
        "currency": "usd",
        "texts": ["1", "2"],
        "json": {"a": [1, "b"]},
        "code": "1",
    }.get(kind, str(number))


def right_rows(name, chance, count):
    table = TABLES[name]
    rows = [
        {
            one.source: plain_value(one.kind, chance)
            for one in table.columns
            if one.kind != "none_id"
        }
        for _ in range(count)
    ]
    for number, row in enumerate(rows, 1):
        row["id"] = str(number)
    return rows


def right_body(name, chance):
    rows = right_rows(name, chance, chance.randrange(1, 4))
    answer = {ENDPOINTS[name].envelope: rows, "meta": {"total": str(len(rows))}}
    return json.dumps(answer).encode()


def broken_bytes(body, chance):
    """A body with a few bytes of it broken."""
    body = bytearray(body)
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        at = chance.randrange(len(body) + 1)
        match chance.randrange(8):
            case 0 if at < len(body):
                body[at] ^= 1 << chance.randrange(8)
            case 1:
                del body[at : at + chance.choice((1, 1, 2, 30))]
            case 2:
                body[at:at] = chance.choice(TOKENS)
            case 3:
                body[at : at + chance.choice((1, 3))] = chance.choice(TOKENS)
            case 4:
                body[at:at] = body[at : at + chance.choice((1, 20, 200))]
            case 5:
                del body[at:]
            case 6:
                body += body[at:]
            case 7:
                body[at:at] = chance.randbytes(chance.choice((1, 4)))
    return bytes(body)


def broken_values(body, chance):
    """A body of the right form with other values, more fields, fewer fields."""
    answer = json.loads(body)
    name = next(iter(answer))
    for row in answer[name]:
        for _ in range(chance.choice((1, 2, 5))):
            field = chance.choice([*row, "surprise", "", "id", "errors", "links"])
            if field == "id" and chance.random() < 0.8:
                continue
            if chance.random() < 0.15:
                row.pop(field, None)
            else:
                row[field] = chance.choice(WEIRD)
    if chance.random() < 0.2:
        answer[chance.choice(["meta", "errors", "x", "contacts", name])] = chance.choice(WEIRD)
    return json.dumps(answer, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")


def digest(raw, name, parts):
    """Put a body through reader and table; give "refused" or "taken", having checked either.

    Both ways: by dicts, and by the slots that whole loads use, which have to come to the same.
    """
    endpoint, table, records = parts
    check = envelope_of(endpoint)
    data, problem = parse(raw, check)
    quick, quick_problem = parse(raw, check, records)
    assert bool(problem) == bool(quick_problem), (problem, quick_problem)
    if problem:
        assert len(problem) < 2000
        return "refused"
    page, quick_page = Page.of(endpoint, data), Page.of(endpoint, quick)
    assert page.keys == quick_page.keys
    assert page.total == quick_page.total
    try:
        decoded = decode(table, page.rows)
    except errors.DecodeError:
        return "refused"
    again = decode(table, quick_page.rows)
    assert decoded.frame.equals(again.frame)
    assert (decoded.unknown, decoded.rescued) == (again.unknown, again.rescued)
    assert decoded.frame.height == len(page.rows)
    account_for(table, page.rows, decoded)
    return "taken"


def account_for(table, rows, decoded):
    """Each value is in its column, or in _extra and counted, or was left out on purpose."""
    by_source = {}
    for column in table.columns:
        for source in (column.source, *column.aliases):
            by_source.setdefault(source, []).append(column)
    counted = Counter()
    for row, got in zip(rows, decoded.frame.iter_rows(named=True), strict=True):
        extra = json.loads(got[EXTRA]) if got[EXTRA] else {}
        counted.update(extra.keys())
        assert set(extra) <= set(row)
        for field, value in row.items():
            if value is None or field in table.omitted:
                continue
            if field in extra:
                assert same(extra[field], value), field
                continue
            columns = by_source[field]
            kept = [got[one.name] for one in columns]
            assert any(one is not None for one in kept) or value in NOTHING or blank(value), field
            if isinstance(value, str) and any(one.kind == "text" for one in columns):
                assert value in kept or value in [got[one.name] for one in columns], field
    assert decoded.unknown + decoded.rescued == counted


def same(one, other):
    return one == other or json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def blank(value):
    return isinstance(value, str) and (
        not value.strip() or re.fullmatch(r"0000-00-00.*|0+(\.0*)?", value.strip()) is not None
    )


def sweep(count, seed, share):
    """Break bodies at random; give how many were refused and taken."""
    chance = random.Random(seed)
    every = {name: parts_of(name) for name in COLLECTIONS}
    bodies = {name: [right_body(name, chance) for _ in range(8)] for name in COLLECTIONS}
    verdicts = Counter()
    for number in range(count):
        name = chance.choice(COLLECTIONS)
        breaking = broken_values if chance.random() < share else broken_bytes
        raw = breaking(chance.choice(bodies[name]), chance)
        if number % 20_000 == 0:  # what was learned of strange fields is for one load
            every = {one: parts_of(one) for one in COLLECTIONS}
        try:
            verdicts[digest(raw, name, every[name])] += 1
        except BaseException as error:
            error.add_note(f"{name}: {raw!r}")
            raise
    return verdicts


def test_broken_bodies():
    verdicts = sweep(1200, seed=1, share=0.4)
    assert verdicts["taken"] >= 300
    assert verdicts["refused"] >= 300


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("seed", range(20))
def test_a_million_broken_bodies(seed):
    verdicts = sweep(50_000, seed=1000 + seed, share=0.05)
    print(dict(verdicts))
    assert sum(verdicts.values()) == 50_000


json_values = st.recursive(
    st.sampled_from([one for one in WEIRD if not isinstance(one, str) or "\ud800" not in one])
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9)
    | st.text(st.characters(exclude_categories=()), max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@st.composite
def payloads(draw):
    """An answer: of the right form with any values, or anything at all."""
    name = draw(st.sampled_from(COLLECTIONS))
    endpoint, table = ENDPOINTS[name], TABLES[name]
    if draw(st.integers(0, 3)) == 0:
        return name, draw(
            st.dictionaries(
                st.sampled_from([endpoint.envelope, "meta", "errors", "x"]), json_values
            )
        )
    fields = sorted(table.known_fields)
    row = st.dictionaries(st.sampled_from(fields) | st.text(max_size=5), json_values, max_size=6)
    rows = draw(st.lists(row, max_size=3))
    for number, one in enumerate(rows):
        one["id"] = draw(st.sampled_from([str(number + 1), number + 1]))
    answer = {endpoint.envelope: rows}
    if draw(st.booleans()):
        answer["meta"] = {"total": draw(json_values)}
    return name, answer


def run_payloads(examples, derandomize):
    verdicts = Counter()

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=derandomize,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(payloads())
    def each(drawn):
        name, answer = drawn
        raw = json.dumps(answer).encode("utf-8", "surrogatepass")
        verdicts[digest(raw, name, parts_of(name))] += 1

    each()
    return verdicts


def test_any_values():
    verdicts = run_payloads(250, derandomize=True)
    assert verdicts["taken"] >= sum(verdicts.values()) / 4


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_fifteen_thousand_payloads():
    verdicts = run_payloads(15_000, derandomize=False)
    print(dict(verdicts))
    assert verdicts["taken"] >= sum(verdicts.values()) / 4


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


def test_a_bomb_is_put_down_before_it_is_large(tmp_path):
    """A gigabyte in a megabyte: reading ends at the cap."""
    packed = gzip.compress(b'{"contacts": [{"id": "' + b"0" * 2**28 + b'"}]}', 6) * 1
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
