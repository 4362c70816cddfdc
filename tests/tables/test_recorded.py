"""Answers that the API really gave become frames, key by key."""

from __future__ import annotations

import json

import pytest

from actoolkit.tables import EXTRA, TABLES, decode

ANSWERS = [
    ("contacts-anmol.json", "contacts", "contacts"),
    ("contacts-mhenrixon.json", "contacts", "contacts"),
    ("contact_by_id-anmol.json", "contact", "contacts"),
    ("contact_by_id-mhenrixon.json", "contact", "contacts"),
    ("contactLists_post-anmol.json", "contactList", "contact_lists"),
    ("emailActivities-anmol.json", "emailActivities", "email_activities"),
    ("lists-anmol.json", "lists", "lists"),
    ("lists_search-mhenrixon.json", "lists", "lists"),
    ("lists_empty-mhenrixon.json", "lists", "lists"),
    ("list_by_id-anmol.json", "list", "lists"),
    ("list_by_id-mhenrixon.json", "list", "lists"),
    ("users_me-anmol.json", "user", "user"),
    ("users_me-mhenrixon.json", "user", "user"),
    ("users-anmol.json", "users", "user"),
    ("groups-anmol.json", "groups", "groups"),
    ("groups-mhenrixon.json", "groups", "groups"),
    ("tags-anmol.json", "tags", "tags"),
    ("tags-mhenrixon.json", "tags", "tags"),
    ("contactTags-mhenrixon.json", "contactTags", "contact_tags"),
    ("contact_contactTags-anmol.json", "contactTags", "contact_tags"),
    ("contact_contactTags-mhenrixon.json", "contactTags", "contact_tags"),
    ("fields-anmol.json", "fields", "fields"),
    ("fields-mhenrixon.json", "fields", "fields"),
    ("fieldValues-anmol.json", "fieldValues", "field_values"),
    ("fieldValues-mhenrixon.json", "fieldValues", "field_values"),
    ("fieldValues_filtered_empty-anmol.json", "fieldValues", "field_values"),
    ("deal_notes_post-mhenrixon.json", "note", "notes"),
    ("contact_scoreValues-anmol.json", "scoreValues", "score_values"),
    ("contact_contactAutomations-anmol.json", "contactAutomations", "contact_automations"),
]


def rows_of(body, envelope):
    rows = body[envelope]
    return rows if isinstance(rows, list) else [rows]


@pytest.mark.parametrize(("file", "envelope", "name"), ANSWERS, ids=[a[0] for a in ANSWERS])
def test_recorded_rows_equal_a_plain_reading(file, envelope, name, recorded, oracle):
    table = TABLES[name]
    rows = rows_of(recorded(file), envelope)

    decoded = decode(table, rows)

    assert decoded.frame.schema == table.schema
    assert decoded.frame.height == len(rows)
    for row, got in zip(rows, decoded.frame.iter_rows(named=True), strict=True):
        expected, extra = oracle(table, row)
        for column in table.columns:
            if column.kind == "json" and got[column.name] is not None:
                got[column.name] = json.loads(got[column.name])
        assert {**expected, EXTRA: extra or None} == {
            **got,
            EXTRA: json.loads(got[EXTRA]) if got[EXTRA] else None,
        }


@pytest.mark.parametrize(("file", "envelope", "name"), ANSWERS, ids=[a[0] for a in ANSWERS])
def test_every_recorded_key_has_a_place_of_its_own(file, envelope, name, recorded):
    table = TABLES[name]
    for row in rows_of(recorded(file), envelope):
        homeless = row.keys() - table.known_fields
        assert not homeless, f"{name} does not know {sorted(homeless)}"
    decoded = decode(table, rows_of(recorded(file), envelope))
    assert not decoded.unknown


def test_a_recorded_contact_reads_as_its_page_shows_it(recorded):
    frame = decode(TABLES["contacts"], recorded("contacts-anmol.json")["contacts"]).frame
    contact = frame.row(1, named=True)
    assert contact["contact_id"] == "111"
    assert contact["account_id"] == "1"
    assert contact["account_contact_ids"] == ["6"]
    assert contact["created_at"].isoformat() == "2021-03-23T11:04:54+00:00"
    assert contact["created_local"].isoformat() == "2021-03-23T06:04:54"
    assert contact["deleted"] is False
    assert contact["hard_bounces"] == 0
    assert contact["bounced_on"] is None
    assert frame["account_id"].to_list() == [None, "1"]
