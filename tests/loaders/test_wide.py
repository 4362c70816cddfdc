"""Custom fields side by side: columns by definition, nothing lost, collisions told."""

from __future__ import annotations

import json
import logging
from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import actoolkit as ac
from actoolkit.errors import InvalidArgument
from actoolkit.loaders._wide import Field, name_columns


@pytest.fixture(scope="module")
def sandbox():
    with ac.sandbox_account(size="tiny", seed=23) as account:
        yield account


def fields(stub, *defined):
    rows = [
        {"id": str(number), "title": title, "type": kind, "perstag": tag}
        for number, (title, kind, tag) in enumerate(defined, start=1)
    ]
    stub.rows["/fields"] = ("fields", rows)


def values(stub, *cells):
    rows = [
        {"id": str(number), "contact": contact, "field": field, "value": value}
        for number, (contact, field, value) in enumerate(cells, start=1)
    ]
    stub.rows["/fieldValues"] = ("fieldValues", rows)


def test_the_sandboxes_values_are_those_of_the_long_form(sandbox):
    long = ac.load_field_values(account=sandbox, progress=False)
    wide = ac.load_field_values(account=sandbox, wide=True, progress=False)
    titles = dict(
        ac.load_fields(account=sandbox, progress=False).select("field_id", "title").rows()
    )
    by_title = {"Brewing method": "brewing_method", "Birthday": "birthday"}
    assert wide["contact_id"].is_unique().all()
    assert set(wide["contact_id"]) == set(long["contact_id"])
    cells = {row["contact_id"]: row for row in wide.iter_rows(named=True)}
    several = 0
    for contact, field, value in long.select("contact_id", "field_id", "value").rows():
        title = titles[field]
        if title == "Favourite roasts":
            parts = [part for part in value.split("||") if part]
            assert cells[contact]["favourite_roasts"] == parts
            several += len(parts) > 1
        else:
            expected = None if value in ("", None) else value
            if title == "Birthday" and expected:
                expected = date.fromisoformat(expected)
            assert cells[contact][by_title[title]] == expected
    assert several
    assert wide.schema["favourite_roasts"] == pl.List(pl.String)


def test_types_follow_the_definition_and_misfits_are_kept(stub, account, caplog):
    fields(
        stub,
        ("Born", "date", "BORN"),
        ("Last call", "datetime", "LAST_CALL"),
        ("Likes", "listbox", "LIKES"),
        ("Note", "textarea", None),
        ("Unused", "text", "UNUSED"),
    )
    values(
        stub,
        ("1", "1", "1990-02-28"),
        ("1", "2", "2026-01-05 08:30:00"),
        ("1", "3", "||a||b c||"),
        ("1", "4", "x"),
        ("2", "1", "soon"),
        ("2", "3", "one"),
        ("2", "9", "of a field that is gone"),
        ("3", "3", ""),
    )
    with caplog.at_level(logging.INFO, "actoolkit"):
        wide = ac.load_field_values(account=account, wide=True, progress=False)
    first, second, third = wide.to_dicts()
    assert first["born"] == date(1990, 2, 28)
    assert first["last_call"] == datetime(2026, 1, 5, 8, 30)
    assert first["likes"] == ["a", "b c"]
    assert first["note"] == "x"
    assert second["born"] is None
    assert json.loads(second["_extra"]) == {"born": "soon"}
    assert second["likes"] == ["one"]
    assert second["field_9"] == "of a field that is gone"
    assert third["likes"] is None
    assert wide["unused"].to_list() == [None] * 3
    assert any("born (1)" in line for line in caplog.messages)


def test_names_that_collide_get_their_id_and_the_load_says_so(stub, account, caplog):
    fields(
        stub,
        ("Colour", "text", "COLOUR"),
        ("colour", "text", "colour"),
        ("Contact ID", "text", "CONTACT_ID"),
        ("Größe", "text", ""),
        ("2nd", "text", None),
    )
    values(stub, ("7", "1", "red"), ("7", "2", "blue"), ("7", "3", "x"), ("7", "4", "XL"))
    with caplog.at_level(logging.INFO, "actoolkit"):
        wide = ac.load_field_values(account=account, wide=True, frame="pandas", progress=False)
    assert list(wide.columns) == [
        *("contact_id", "colour_1", "colour_2", "contact_id_3", "größe", "field_2nd", "_extra")
    ]
    assert wide.loc[0, ["colour_1", "colour_2"]].tolist() == ["red", "blue"]
    told = "'COLOUR' is colour_1, 'colour' is colour_2, 'CONTACT_ID' is contact_id_3"
    assert any(told in line for line in caplog.messages)
    assert any(told in note for note in wide.attrs["actoolkit"]["notes"])


@pytest.mark.parametrize("asked", [{"field_id": 2}, {"value": "x"}, {"limit": 1}], ids=repr)
def test_fields_that_were_not_asked_for_are_no_empty_columns(stub, account, asked):
    fields(stub, ("Colour", "text", "COLOUR"), ("Size", "text", "SIZE"), ("colour", "text", ""))
    values(stub, ("7", "2", "x"))
    wide = ac.load_field_values(account=account, wide=True, progress=False, **asked)
    assert wide.columns == ["contact_id", "size", "_extra"]
    whole = ac.load_field_values(account=account, wide=True, progress=False)
    assert whole.columns == ["contact_id", "colour_1", "size", "colour_3", "_extra"]


def test_a_value_that_comes_twice_is_told(stub, account, caplog):
    fields(stub, ("Colour", "text", "COLOUR"))
    values(stub, ("7", "1", "red"), ("7", "1", "blue"))
    with caplog.at_level(logging.INFO, "actoolkit"):
        wide = ac.load_field_values(account=account, wide=True, progress=False)
    assert wide["colour"].to_list() == ["blue"]
    assert any("1 values repeat" in line for line in caplog.messages)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(st.text(max_size=6), st.sampled_from(["a", "A", "a_1", "a 1", "1", "_extra"])),
        max_size=8,
    )
)
def test_every_field_has_a_column_of_its_own(labels):
    named = [Field(str(number), label, "text") for number, label in enumerate(labels)]
    names = name_columns(named, ("contact_id",))
    taken = [*names.values(), "contact_id", "_extra"]
    assert len(set(taken)) == len(labels) + 2
    assert names == name_columns(named[::-1], ("contact_id",))


def test_records_become_columns(sandbox):
    kinds = ac.load_custom_object_schemas(account=sandbox, progress=False)
    long = ac.load_custom_object_records(kinds["schema_id"], account=sandbox, progress=False)
    wide = ac.load_custom_object_records(
        kinds["schema_id"], account=sandbox, wide=True, progress=False
    )
    assert wide.schema["bags"] == pl.Float64
    assert wide.schema["started"] == pl.Date
    assert wide["record_id"].equals(long["record_id"])
    assert long.height > 10
    for row, shaped in zip(long.iter_rows(named=True), wide.iter_rows(named=True), strict=True):
        truth = {one["id"]: one["value"] for one in json.loads(row["fields"])}
        assert shaped["bags"] == truth["bags"]
        assert shaped["roast"] == truth["roast"]
        assert shaped["started"] == date.fromisoformat(truth["started"])
        related = json.loads(row["relationships"])["primary-contact"]
        assert shaped["primary_contact_ids"] == related


def test_records_keep_what_their_definition_does_not_know(stub, account):
    kind = {
        "id": "k1",
        "slug": "visit",
        "fields": [
            {"id": "when", "slug": "when", "type": "datetime"},
            {"id": "n", "type": "number"},
        ],
        "relationships": [{"id": "guest"}],
    }
    stub.rows["/customObjects/schemas"] = ("schemas", [kind])
    stub.rows["/customObjects/records/k1"] = (
        "records",
        [
            {
                "id": "r1",
                "schemaId": "k1",
                "new": 1,
                "fields": [
                    {"id": "when", "value": "2026-01-05T08:30:00Z"},
                    {"id": "n", "value": "many"},
                    {"id": "gone", "value": [1]},
                ],
                "relationships": {"guest": ["7", "8"], "host": ["9"]},
            },
            {"id": "r2", "schemaId": "k1", "fields": None, "relationships": None},
        ],
    )
    wide = ac.load_custom_object_records("k1", account=account, wide=True, progress=False)
    first, second = wide.to_dicts()
    assert first["when"] == datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
    assert first["guest_ids"] == ["7", "8"]
    assert json.loads(first["_extra"]) == {"new": 1, "n": "many", "gone": [1], "host": ["9"]}
    assert second["when"] is None
    assert second["_extra"] is None


@pytest.mark.parametrize("ids", [[], ["k1", "k2"], "k9"])
def test_wide_records_are_of_one_known_kind(stub, account, ids):
    stub.rows["/customObjects/schemas"] = ("schemas", [{"id": "k1"}])
    with pytest.raises(InvalidArgument):
        ac.load_custom_object_records(ids, account=account, wide=True, progress=False)


def test_a_kept_load_comes_wide_too(sandbox):
    ac.load_field_values(account=sandbox, progress=False)
    kept = ac.provenance("field_values", account=sandbox).id
    now = ac.load_field_values(account=sandbox, wide=True, progress=False)
    then = ac.load_field_values(account=sandbox, wide=True, snapshot=kept, progress=False)
    assert then.equals(now)
    lazy = ac.load_field_values(account=sandbox, wide=True, lazy=True, progress=False)
    assert lazy.collect().equals(now)
    twin = ac.load_field_values(account=sandbox, wide=True, frame="pandas", progress=False)
    assert list(twin.columns) == now.columns
