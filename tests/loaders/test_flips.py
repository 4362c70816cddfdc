"""Rows that break their word somewhere in a long collection: kept, counted, never bent."""

from __future__ import annotations

import json
from collections import Counter

import pytest

import actoolkit as ac
from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.tables import EXTRA, TABLES

ROWS = 230
PLACES = {1: 0, 101: 100, "last": ROWS - 1}
MISSING = object()
FLIPS = {
    "int": 7,
    "str": "seven",
    "null": None,
    "list": [7],
    "object": {"a": 7},
    "float": 0.5,
    "huge int": 10**40,
    "int of 65 bits": 2**64,
    "below zero": -1,
    "huge float": 1e308,
    "true": True,
    "false": False,
    "empty text": "",
    "blanks": "   ",
    "missing": MISSING,
    "list of lists": [[1, ["2", None]], []],
    "list of objects": [{"a": 1}, 2, "3"],
    "empty list": [],
    "empty object": {},
    "long text": "x" * 20_000,
    "text like no number": "NaN",
    "text like no end": "-Infinity",
    "number with blanks": " 7 ",
    "number with commas": "1,234.50",
    "other digits": "\u0663",
    "no day": "2026-02-30T25:61:61+99:99",
    "day of nobody": "31/12/2026",
    "null in a text": "a\u0000b",
    "script": "</script><b>=1+1",
}
SAMPLES = {
    "text": "some text",
    "count": "12",
    "flag": "1",
    "cents": "1999",
    "number": "2.5",
    "datetime": "2026-01-05T08:30:00-06:00",
    "wall": "2026-01-05 08:30:00",
    "date": "2026-01-05",
    "currency": "usd",
    "none_id": "4",
    "texts": ["a", "b"],
    "json": {"a": 1},
}


COLLECTIONS = sorted(
    name
    for name, table in TABLES.items()
    if table.key is not None
    and name in ENDPOINTS
    and "{" not in ENDPOINTS[name].path
    and ENDPOINTS[name].paging != "single"
    and not ENDPOINTS[name].rides_on
)


def sample(column, number):
    if column.kind == "id":
        return str(number)
    if column.kind == "code":
        return next(iter(column.codes), "9")
    return SAMPLES[column.kind]


def row(table, number):
    made = {"id": str(number)}
    for column in table.columns:
        made.setdefault(column.source, sample(column, number))
    return made


def check(table, frame, sent, read_row):
    """Every row that was sent is there, read as slowly and plainly as it can be."""
    assert frame.schema == table.schema
    assert frame.height == len(sent)
    got = {found[table.key]: found for found in frame.iter_rows(named=True)}
    for one in sent:
        expected, extra = read_row(table, one)
        found = got[expected[table.key]]
        for column in table.columns:
            if column.kind == "json" and found[column.name] is not None:
                found[column.name] = json.loads(found[column.name])
        kept = json.loads(found[EXTRA]) if found[EXTRA] else {}
        assert {**expected, EXTRA: extra} == {**found, EXTRA: kept}


@pytest.mark.parametrize("name", COLLECTIONS)
def test_fields_that_come_and_go_are_kept_and_counted(stub, account, read_row, name):
    table, endpoint = TABLES[name], ENDPOINTS[name]
    rows = [row(table, number) for number in range(1, ROWS + 1)]
    gone = [column.source for column in table.columns if column.source != "id"]
    for number, place in enumerate(PLACES.values()):
        rows[place].pop(gone[number % len(gone)])
        rows[place]["brand_new"] = [number]
    stub.rows[endpoint.path] = (endpoint.envelope, rows)
    frame = getattr(ac, f"load_{name}")(account=account, progress=False)
    check(table, frame, rows, read_row)
    found = ac.provenance(name, account=account)
    assert found.unknown_fields == {"brand_new": 3}
    assert not found.rescued_values


def flip_and_load(stub, account, read_row, name, shift):
    """Flip every column at the first, the 101st and the last row, each to another type."""
    table, endpoint = TABLES[name], ENDPOINTS[name]
    rows = [row(table, number) for number in range(1, ROWS + 1)]
    others = {column.source: column for column in table.columns if column.source != "id"}.values()
    kinds = list(FLIPS.values())
    for place in PLACES.values():
        rows[place]["brand_new"] = [shift]
        for number, column in enumerate(others):
            value = kinds[(number + shift) % len(kinds)]
            rows[place][column.source] = value
            if value is MISSING:
                del rows[place][column.source]
    stub.rows[endpoint.path] = (endpoint.envelope, rows)
    frame = getattr(ac, f"load_{name}")(account=account, progress=False)
    check(table, frame, rows, read_row)
    kept = Counter(field for one in rows for field in read_row(table, one)[1])
    assert kept.pop("brand_new") == len(PLACES)
    found = ac.provenance(name, account=account)
    assert found.unknown_fields == {"brand_new": len(PLACES)}
    assert found.rescued_values == kept


def shifts(name):
    """So many that each flip is met at each place by some column of the collection."""
    columns = len({one.source for one in TABLES[name].columns} - {"id"})
    return range(0, len(FLIPS), max(1, min(columns, len(FLIPS))))


@pytest.mark.parametrize(
    ("name", "shift"), [(name, shift) for name in COLLECTIONS for shift in shifts(name)]
)
def test_values_of_another_type_are_kept_and_counted(stub, account, read_row, name, shift):
    flip_and_load(stub, account, read_row, name, shift)


@pytest.mark.slow
@pytest.mark.parametrize("shift", range(len(FLIPS)), ids=list(FLIPS))
@pytest.mark.parametrize("name", COLLECTIONS)
def test_every_column_meets_every_type(stub, account, read_row, name, shift):
    flip_and_load(stub, account, read_row, name, shift)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "kind", ["null", "list", "object", "float", "true", "empty text", "missing", "empty list"]
)
def test_a_row_whose_id_is_none_is_never_passed_over(stub, account, monkeypatch, place, kind):
    monkeypatch.setattr("actoolkit.api.retry._wait", lambda *_: 0.0)
    rows = [row(TABLES["tags"], number) for number in range(1, ROWS + 1)]
    rows[PLACES[place]]["id"] = FLIPS[kind]
    if FLIPS[kind] is MISSING:
        del rows[PLACES[place]]["id"]
    stub.rows["/tags"] = ("tags", rows)
    with pytest.raises(ac.errors.MalformedResponse, match="no 'id'"):
        ac.load_tags(account=account, progress=False)
    assert not list(account.folder.glob("snapshots/*/*/*"))
