"""The declarations: complete, consistent, and honest about where each field is known from."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl
import pytest

from actoolkit.errors import InvalidArgument
from actoolkit.tables import EXTRA, MESSAGES, TABLES
from actoolkit.tables.schema import DTYPES

KNOWN = json.loads(Path(__file__).with_name("known_fields.json").read_text(encoding="utf-8"))
"""Every field known of each endpoint's rows: its form on the wire, and where it is known from."""

KEYLESS = {"event_tracking_events", "site_tracking_domains", "webhook_events", "bulk_import"}
UNDOCUMENTED = {"campaign_lists", "campaign_messages", "contact_lists", "contact_tags"}
COMPANIONS = {
    "campaign_links",
    "campaign_lists",
    "campaign_messages",
    "contact_tags",
    "fields",
    "score_values",
    "tags",
    "user",
    "webhook_events",
}
FORMS = {
    "id": "id",
    "ref": "id",
    "count": "count",
    "cents": "cents",
    "flag01": "flag",
    "datetime-offset": "datetime",
    "datetime-naive": "wall",
    "datetime-z": "datetime",
    "date": "date",
    "uuid": "id",
    "email": "text",
    "object": "json",
}


def described(table):
    """Columns of a table, those on request included."""
    return [*table.columns, *table.on_request]


def test_the_tables_are_those_of_the_api_list_and_their_companions():
    assert set(TABLES) == set(KNOWN) | COMPANIONS
    assert all(name == table.name for name, table in TABLES.items())


@pytest.mark.parametrize("name", KNOWN)
def test_every_known_field_is_a_column_or_left_out_with_a_reason(name):
    assert set(KNOWN[name]) <= TABLES[name].known_fields


@pytest.mark.parametrize("name", KNOWN)
def test_no_column_is_invented(name):
    table = TABLES[name]
    added = {"bucket"} if name == "bulk_import" else set()
    invented = {column.source for column in described(table)} - set(KNOWN[name]) - added
    assert not invented
    assert {alias for column in table.columns for alias in column.aliases} <= set(KNOWN[name])


@pytest.mark.parametrize("name", KNOWN)
def test_the_evidence_is_where_the_field_is_known_from(name):
    wrong = {
        column.name: (column.evidence, KNOWN[name][column.source][1])
        for column in described(TABLES[name])
        if column.source in KNOWN[name] and column.evidence != KNOWN[name][column.source][1]
    }
    assert not wrong


@pytest.mark.parametrize("name", KNOWN)
def test_the_kind_is_the_form_on_the_wire(name):
    wrong = {}
    for column in described(TABLES[name]):
        form = KNOWN[name].get(column.source, [""])[0].split(":")[-1]
        kind = FORMS.get(re.split(r"[ (]", form, maxsplit=1)[0])
        if kind and column.kind not in (kind, "none_id") and "null-seen-only" not in form:
            wrong[column.name] = (column.kind, form)
    assert not wrong


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_whole(name):
    table = TABLES[name]
    names = [column.name for column in described(table)]
    sources = [column.source for column in described(table) if column.kind != "none_id"]
    aliases = [alias for column in table.columns for alias in column.aliases]
    assert len(set(names)) == len(names)
    assert len(set(sources + aliases)) == len(sources + aliases)
    assert not set(table.omitted) & {column.source for column in table.columns}
    assert {column.source for column in table.on_request} <= table.omitted.keys()
    assert {f for column in table.columns for f in column.fallback} <= set(sources)
    assert all(table.omitted.values())
    assert table.grain.startswith("one row")
    assert table.source.startswith("https://developers.activecampaign.com/reference/")
    assert table.documented is (name not in UNDOCUMENTED)
    if name in KEYLESS:
        assert table.key is None
    else:
        assert table.key == names[0]
        assert table.columns[0].kind == "id"
        assert table.columns[0].source == "id"
    if table.time_column:
        assert table.schema[table.time_column] == pl.Datetime("us", "UTC")
        assert table.schema[table.local_column] == pl.Datetime("us")
    assert table.schema.names()[-1] == EXTRA
    assert len(table.schema) == len(table.columns) + 1 + bool(table.time_column)


SUFFIXES = {
    "_id": "id",
    "_ids": "texts",
    "_at": "datetime",
    "_on": "date",
    "_local": "wall",
    "_cents": "cents",
}


@pytest.mark.parametrize("name", TABLES)
def test_names_say_what_the_column_holds(name):
    for column in described(TABLES[name]):
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", column.name)
        for suffix, kind in SUFFIXES.items():
            if column.name.endswith(suffix) and column.name not in (
                "string_id",
                "segmentio_id",
                "whatsapp_id",
            ):
                assert column.kind == kind, column.name
            if column.kind == kind and kind in ("datetime", "date", "wall", "cents"):
                assert column.name.endswith(suffix), column.name
        assert column.meaning.endswith("."), column.name
        assert column.kind == "code" or not column.codes
        assert column.dtype == DTYPES[column.kind]


@pytest.mark.parametrize("name", TABLES)
def test_addresses_names_and_bodies_of_people_are_marked_personal(name):
    personal = re.compile(
        r"^(email|first_?name|last_?name|phone|.*address|ip.*|.*ip4.*)$", re.IGNORECASE
    )
    sender = {"fulladdress", "sender_phone"}
    for column in described(TABLES[name]):
        if personal.match(column.source) and column.source not in sender and column.kind != "flag":
            assert column.pii, column.name


def test_secrets_and_addresses_of_the_internet_are_left_out():
    for table in TABLES.values():
        for column in table.columns:
            assert not re.search(r"token|secret|session|\bip\b|ip4|password$", column.source), (
                column
            )


def test_a_column_that_is_not_offered_is_refused():
    with pytest.raises(InvalidArgument, match=r"no column 'htlm'.*It offers: html, text"):
        MESSAGES.including("htlm")
