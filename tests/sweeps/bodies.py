"""Right answers of every endpoint of the catalogue, and how to break one at random.

Loaded by path, since tests are no package: ``runpy.run_path``.
"""

from __future__ import annotations

import json

from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.tables import TABLES

BUCKETS = ("outstanding", "recentlyCompleted")
WEIRD = [
    None, True, False, 0, -1, 10**40, -(10**40), 2**63, 2**64, 1e308, -0.0, 1e-320, "", " ", "0", "NaN", "Infinity", "null", "\x00", "\ud800",
    "\udfff\ud800", "\u202e", "a" * 5000, "0000-00-00", "2026-02-30T25:61:61+99:99", "2026-06-30T15:00:00-05:00", "9999-12-31 23:59:59", "٣",
    [], {}, [[]], [None], {"": None}, {"a": {"b": [1, "2", None]}}, [1, "1", 1.5], ["x"], [["x"]], {"id": "1"}, "1e400", "1_000", "0x10", "12.0", 12.5,
]  # fmt: skip
TOKENS = [
    b"NaN", b"Infinity", b"-Infinity", b"1e999", b"1" + b"0" * 400, b"null", b"true", b"[]", b"{}", b'""', b'"\\ud800"', b'"\\u0000"', b"\xff\xfe", b"\xef\xbb\xbf",
    b"\x00", b"0x1", b"01", b"+1", b".5", b"-", b"'", b",", b":", b"[", b"]", b"{", b"}", b'"', b"\\", b"/*x*/", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"[[[[[[[[", b"undefined",
]  # fmt: skip


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


def table_of(endpoint):
    """What its rows become; None where the toolkit only fetches."""
    return TABLES.get(endpoint.table)


def right_rows(name, chance, count):
    """Rows of an endpoint's table, or of any fields where it has none."""
    table = table_of(ENDPOINTS[name])
    if table is None:
        fields = {"name": "text", "contact": "id", "cdate": "datetime", "links": "json"}
    elif table.scalar:
        return [f"name {chance.randrange(99)}" for _ in range(count)]
    else:
        fields = {one.source: one.kind for one in table.columns if one.kind != "none_id"}
        fields.pop("bucket", None)
    rows = [
        {source: plain_value(kind, chance) for source, kind in fields.items()} for _ in range(count)
    ]
    if ENDPOINTS[name].key is not None:
        for number, row in enumerate(rows, 1):
            row["id"] = str(number)
    return rows


def right_answer(name, chance):
    """An answer as the API gives it: listed, single, in buckets, with what rides along."""
    endpoint = ENDPOINTS[name]
    rows = right_rows(endpoint.rides_on or name, chance, chance.randrange(1, 4))
    if endpoint.envelope is None:
        return {bucket: right_rows(name, chance, chance.randrange(3)) for bucket in BUCKETS}
    if endpoint.paging == "single" and chance.random() < 0.9:
        return {endpoint.envelope: rows[0]}
    answer = {endpoint.envelope: rows}
    for side_load in endpoint.side_loads:
        answer[side_load] = [{"id": "1", "contact": "7"}]
    if endpoint.rides_on:
        answer[endpoint.side_loads[0]] = right_rows(name, chance, chance.randrange(1, 4))
    if endpoint.total != "absent":
        answer["meta"] = {"total": str(len(rows)) if endpoint.total == "string" else len(rows)}
    return answer


def right_body(name, chance):
    return json.dumps(right_answer(name, chance)).encode()


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


def places_of(name, answer):
    """The lists of rows that an answer holds, and a single row as a list."""
    endpoint = ENDPOINTS[name]
    wanted = BUCKETS if endpoint.envelope is None else (endpoint.envelope, *endpoint.side_loads)
    found = [answer[one] for one in wanted if one in answer]
    return [one if isinstance(one, list) else [one] for one in found]


def broken_values(body, chance, name):
    """A body of the right form with other values, more fields, fewer fields."""
    endpoint, answer = ENDPOINTS[name], json.loads(body)
    for rows in places_of(name, answer):
        for place, row in enumerate(rows):
            if not isinstance(row, dict) or chance.random() < (0.01 if endpoint.key else 0.1):
                if isinstance(answer.get(endpoint.envelope), dict):
                    continue
                rows[place] = chance.choice([*WEIRD, "as it was"])
                continue
            for _ in range(chance.choice((1, 2, 5))):
                field = chance.choice([*row, "surprise", "", "id", "errors", "links", "bucket"])
                if field == endpoint.key and chance.random() < 0.8:
                    continue
                if chance.random() < 0.15:
                    row.pop(field, None)
                else:
                    row[field] = chance.choice(WEIRD)
    if chance.random() < 0.2:
        tops = ["meta", "errors", "x", "contacts", *answer, *endpoint.side_loads]
        answer[chance.choice(tops)] = chance.choice(WEIRD)
    return json.dumps(answer, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
