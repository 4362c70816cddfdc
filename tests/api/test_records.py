"""Rows parsed into slots hold what a plain parser finds, and nothing broken is let pass."""

from __future__ import annotations

import json
import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actoolkit.api.answers import envelope_of, parse
from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.api.page import Page
from actoolkit.api.records import MOST_LEARNED, Record, Records

SCORES = ENDPOINTS["scores"]
WANTED, SKIPPED = ("id", "name", "not.a name", "class"), ("links", "heavy")
CHECK = envelope_of(SCORES)


def new():
    return Records(SCORES, WANTED, SKIPPED)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**25), 10**25) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
rows = st.lists(
    st.builds(
        lambda key, fields: {**fields, "id": key},
        st.integers(1, 99).map(str),
        st.dictionaries(
            st.sampled_from([*WANTED, *SKIPPED, "new", "f0", "ne\u00fc"]), json_values, max_size=6
        ),
    ),
    max_size=6,
)


@given(pages=st.lists(rows, min_size=1, max_size=3))
def test_every_field_that_is_not_skipped_is_there(pages):
    records = new()
    for listed in pages:
        raw = json.dumps({"scores": listed, "meta": {"total": str(len(listed))}}).encode()
        for _ in range(2):  # at first as dicts, then with slots for what was learned
            data, problem = parse(raw, CHECK, records)
            assert not problem
            page = Page.of(SCORES, data)
            assert page.total == len(listed)
            assert list(page.keys) == [row["id"] for row in listed]
            for found, row in zip(page.rows, listed, strict=True):
                plain = json.loads(json.dumps(row), parse_int=msgspec_int)
                assert {k: v for k, v in found.items() if v is not None and k not in SKIPPED} == {
                    k: v for k, v in plain.items() if v is not None and k not in SKIPPED
                }
        assert all(isinstance(row, Record) for row in page.rows)


def msgspec_int(text):
    """Larger integers than 64 bits become floats, as in every answer that is parsed as dicts."""
    return msgspec.json.decode(text)


def test_a_learned_field_that_is_null_is_there_and_one_that_is_missing_is_not():
    records = new()
    raw = b'{"scores": [{"id": "1", "new": null}, {"id": "2"}]}'
    parse(raw, CHECK, records)
    one, other = parse(raw, CHECK, records)[0]["scores"]
    assert ("new" in set(one), one.get("new", 5)) == (True, None)
    assert ("new" in set(other), other.get("new", 5)) == (False, 5)
    assert (one["id"], len(other)) == ("1", 4)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"scores": [{"id": "1", "links": {"a": [1,}}]}',
        b'{"scores": [{"id": "1", "links": NaN}]}',
        b'{"scores": [{"id": "1", "links": 01}]}',
        b'{"scores": [{"id": "1", "links": "\xff"}]}',
        b'{"scores": [{"id": "1", "name": "\xff"}]}',
        b'{"scores": [{"id": "1"}]',
        b'{"scores": [{"id": "1"}]} {"scores": []}',
        b'{"scores": [{"id": "1"}], "other": [}',
        b'{"scores": [{"id": "1", "links": ' + b"[" * 200_000 + b"]" * 200_000 + b"}]}",
        b'{"scores": [{"id": "1", "name": ' + b"[" * 200_000 + b"]" * 200_000 + b"}]}",
        b'{"scores": [{"id": "1"}], "errors": [{"title": "no"}]}',
        b'{"scores": [{"id": ""}]}',
        b'{"scores": [{"id": null}]}',
        b'{"scores": [{"name": "x"}]}',
        b'{"scores": [{"id": 1.5}]}',
        b'{"scores": ["1"]}',
        b'{"scores": {}}',
        b'{"scores": null}',
        b'{"score": []}',
        b"[]",
        b"",
        b"  ",
        b"<html>",
    ],
)
def test_what_is_refused_as_dicts_is_refused_with_slots(raw):
    assert parse(raw, CHECK, new())[1]
    assert parse(raw, CHECK)[1]


def test_broken_bytes_are_never_let_pass():
    random.seed(5)
    listed = [
        {"id": str(n), "name": "Zoë", "links": {"a": ["b", 1.5]}, "heavy": "x\u2028y"}
        for n in range(3)
    ]
    raw = json.dumps({"scores": listed, "meta": {"total": "3"}}, ensure_ascii=False).encode()
    accepted = 0
    for _ in range(20_000):
        spoilt = bytearray(raw)
        for _ in range(random.randint(1, 3)):
            spoilt[random.randrange(len(spoilt))] = random.randrange(256)
        found = new().read(bytes(spoilt))
        if found is None:
            continue
        accepted += 1
        plain = json.loads(bytes(spoilt).decode(), parse_constant=refuse)
        assert [row.get("name") for row in found["scores"]] == [
            row.get("name") for row in plain["scores"]
        ]
    assert accepted > 300


def refuse(text):
    raise AssertionError(text)


def test_names_that_are_data_do_not_grow_without_end():
    records = new()
    for number in range(3):
        listed = [{"id": str(n), f"k{number}.{n}": 1} for n in range(MOST_LEARNED)]
        raw = json.dumps({"scores": listed}).encode()
        data, problem = parse(raw, CHECK, records)
        assert not problem
        assert [set(row) for row in data["scores"]] == [set(row) for row in listed]
    assert records.read(b'{"scores": []}') is None
