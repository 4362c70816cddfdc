"""Bodies that no API should send: refused with a reason, or every value of theirs accounted for.

Two sources: right bodies whose bytes are broken at random, and answers of the right form whose
values are anything. The long runs are marked slow; a sample runs with all other tests.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import runpy
import socket
import threading
import tracemalloc
from collections import Counter
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actoolkit import errors
from actoolkit.api.answers import envelope_of, parse
from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.api.page import Page
from actoolkit.api.reader import Reader
from actoolkit.loaders._parents import _named
from actoolkit.loaders._rows import flat, records_of
from actoolkit.settings import Account
from actoolkit.tables import EXTRA, TABLES, decode

BODIES = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("bodies.py"))))
WEIRD = BODIES.WEIRD
NAMES = tuple(ENDPOINTS)
NOTHING = ("", "0", 0, False, [], {}, "0000-00-00", "0000-00-00 00:00:00")


def parts_of(name):
    endpoint = ENDPOINTS[name]
    table = TABLES.get(endpoint.table)
    walked = ENDPOINTS[endpoint.rides_on or name]
    own = TABLES.get(walked.table)
    return endpoint, table, None if own is None else records_of(walked, own)


def sent(endpoint, data):
    """The rows of a parsed answer, as dicts, read without the toolkit."""
    if endpoint.rides_on:
        found = data.get(endpoint.side_loads[0]) or []
    elif endpoint.envelope is None:
        found = []
        for bucket, rows in data.items():
            listed = rows if isinstance(rows, list) else [rows] * bool(rows)
            for row in listed if bucket in BODIES.BUCKETS or listed is rows else []:
                own = dict(row) if isinstance(row, dict) else {"name": row}
                if "bucket" in own:
                    own["bucket of the row"] = own["bucket"]
                found.append({**own, "bucket": bucket})
        return found
    else:
        found = data[endpoint.envelope]
    found = found if isinstance(found, list) else [found]
    return [row if isinstance(row, dict) else {"name": row} for row in found]


def taken(endpoint, table, page):
    """The rows of a page as a load gives them to the table."""
    if endpoint.rides_on:
        return page.side_loads[endpoint.side_loads[0]]
    if endpoint.envelope is None:
        return flat(page.rows)
    below = re.search(r"{(\w+)}", endpoint.path)
    if below and table is not None and endpoint.paging != "single":
        request = SimpleNamespace(parent=below[1], table=table, name=endpoint.name)
        return _named(request, "7", page)
    return page.rows


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
    came = sent(endpoint, data)
    if table is None:
        rows = taken(endpoint, table, page)
        assert list(rows) == came or endpoint.envelope is None
        return "taken"
    rows, quick_rows = taken(endpoint, table, page), taken(endpoint, table, quick_page)
    try:
        decoded = decode(table, rows)
    except errors.DecodeError:
        return "refused"
    again = decode(table, quick_rows)
    assert decoded.frame.equals(again.frame)
    assert (decoded.unknown, decoded.rescued) == (again.unknown, again.rescued)
    assert decoded.frame.height == len(came)
    filled = ("relid", "reltype", "contact") if "{" in endpoint.path else ()
    account_for(table, came, decoded, filled)
    return "taken"


def account_for(table, rows, decoded, filled):
    """Each value is in its column, or in _extra and counted, or was left out on purpose.

    The fields in ``filled`` are told by the parent where a row says nothing.
    """
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
            if field in filled and value in NOTHING:
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
    """Break bodies at random, of each endpoint in turn; give what became of them, by endpoint."""
    chance = random.Random(seed)
    bodies = {name: [BODIES.right_body(name, chance) for _ in range(4)] for name in NAMES}
    every, verdicts = {}, Counter()
    for number in range(count):
        name = NAMES[number % len(NAMES)]
        body = chance.choice(bodies[name])
        if chance.random() < share:
            raw = BODIES.broken_values(body, chance, name)
        else:
            raw = BODIES.broken_bytes(body, chance)
        if number % 20_000 == 0:  # what was learned of strange fields is for one load
            every.clear()
        if name not in every:
            every[name] = parts_of(name)
        try:
            verdicts[name, digest(raw, name, every[name])] += 1
        except BaseException as error:
            error.add_note(f"{name}: {raw!r}")
            raise
    return verdicts


def by_verdict(verdicts):
    found = Counter()
    for (_, verdict), count in verdicts.items():
        found[verdict] += count
    return found


def test_right_bodies_are_taken():
    chance = random.Random(0)
    for name in NAMES:
        assert digest(BODIES.right_body(name, chance), name, parts_of(name)) == "taken", name


@pytest.mark.parametrize(
    "side_load",
    [{"id": "1"}, {"0": {"id": "1"}}, "x", 7, [1], [None], [{"id": "1"}, "x"], [[]]],
    ids=str,
)
def test_what_rides_along_is_rows_or_refused(side_load):
    """Rows that are no objects cannot become rows of scores, and must not be left out."""
    raw = json.dumps({"contacts": [{"id": "1"}], "scoreValues": side_load}).encode()
    for name in ("contacts", "score_values"):
        assert digest(raw, name, parts_of(name)) == "refused"


@pytest.mark.parametrize("nothing", [None, [], {}, "", 0, False], ids=str)
def test_nothing_may_ride_along(nothing):
    raw = json.dumps({"contacts": [{"id": "1"}], "scoreValues": nothing}).encode()
    assert digest(raw, "score_values", parts_of("score_values")) == "taken"


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        ({"outstanding": ["x", None, {"batches": "1"}], "recentlyCompleted": [7]}, 4),
        ({"outstanding": {"batches": "1"}, "recentlyCompleted": {}}, 1),
        ({"outstanding": [{"bucket": "another", "batches": "1"}], "meta": {"total": "1"}}, 1),
    ],
)
def test_what_lies_in_a_bucket_is_kept(answer, count):
    (_, table, _) = parts = parts_of("bulk_import")
    assert digest(json.dumps(answer).encode(), "bulk_import", parts) == "taken"
    assert decode(table, flat([answer])).frame.height == count


def test_broken_bodies():
    verdicts = sweep(12 * len(NAMES), seed=1, share=0.4)
    assert min(by_verdict(verdicts).values()) >= 200
    assert {name for name, verdict in verdicts if verdict == "taken"} == set(NAMES)
    assert {name for name, verdict in verdicts if verdict == "refused"} == set(NAMES)


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("seed", range(20))
def test_a_million_broken_bodies(seed):
    verdicts = sweep(50_000, seed=1000 + seed, share=0.05)
    assert {name for name, _ in verdicts} == set(NAMES)
    print(dict(by_verdict(verdicts)))
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


def payloads(name):
    """Answers of an endpoint: of the right form with any values, or anything at all."""
    endpoint, table = ENDPOINTS[name], TABLES.get(ENDPOINTS[name].table)
    tops = [
        *BODIES.BUCKETS,
        endpoint.envelope or "other",
        *endpoint.side_loads,
        "meta",
        "errors",
        "x",
    ]
    fields = sorted(table.known_fields) if table is not None else ["name", "contact", "links"]
    row = st.dictionaries(st.sampled_from(fields) | st.text(max_size=5), json_values, max_size=6)
    if table is not None and table.scalar:
        row = row | st.text(max_size=9) | json_values

    @st.composite
    def answers(draw):
        if draw(st.integers(0, 3)) == 0:
            return draw(st.dictionaries(st.sampled_from(tops), json_values))

        def rows():
            found = draw(st.lists(row, max_size=3))
            for number, one in enumerate(found):
                if isinstance(one, dict) and endpoint.key:
                    one["id"] = draw(st.sampled_from([str(number + 1), number + 1]))
            return found

        if endpoint.envelope is None:
            return {bucket: rows() for bucket in BODIES.BUCKETS}
        found = rows()
        single = endpoint.paging == "single" and found and draw(st.booleans())
        answer = {endpoint.envelope: found[0] if single else found}
        if endpoint.rides_on:
            answer |= {endpoint.side_loads[0]: rows()}
        if draw(st.booleans()):
            answer["meta"] = {"total": draw(json_values)}
        return answer

    return answers()


def run_payloads(examples, derandomize):
    """So many examples at least, as many of each endpoint."""
    verdicts = Counter()
    for name in NAMES:

        @settings(
            max_examples=-(-examples // len(NAMES)),
            deadline=None,
            derandomize=derandomize,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(payloads(name))
        def each(answer):
            raw = json.dumps(answer).encode("utf-8", "surrogatepass")
            verdicts[digest(raw, name, parts_of(name))] += 1  # noqa: B023

        each()
    return verdicts


def test_any_values():
    verdicts = run_payloads(5 * len(NAMES), derandomize=True)
    assert verdicts["taken"] >= sum(verdicts.values()) / 4


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_fifteen_thousand_payloads():
    verdicts = run_payloads(15_000, derandomize=False)
    print(dict(verdicts))
    assert sum(verdicts.values()) >= 15_000
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
