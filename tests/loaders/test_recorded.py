"""Answers recorded from real accounts, served over HTTP, become tables without a loss."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from actoolkit.loaders import load_contacts, load_email_activities, load_lists, load_user
from actoolkit.tables import TABLES

RECORDED = Path(__file__).parents[1] / "recorded"
CASES = [
    ("contacts-anmol.json", "contacts", load_contacts),
    ("contacts-mhenrixon.json", "contacts", load_contacts),
    ("emailActivities-anmol.json", "emailActivities", load_email_activities),
    ("lists-anmol.json", "lists", load_lists),
    ("lists_empty-mhenrixon.json", "lists", load_lists),
    ("users_me-anmol.json", "user", load_user),
    ("users_me-mhenrixon.json", "user", load_user),
]


def body_of(name):
    found = json.loads((RECORDED / name).read_text())
    return found.get("body", found) if isinstance(found, dict) else found


@pytest.mark.parametrize(("name", "envelope", "load"), CASES, ids=[case[0] for case in CASES])
def test_every_field_is_a_column_kept_aside_or_left_out_on_purpose(
    stub, account, name, envelope, load
):
    body = body_of(name)
    rows = body[envelope] if isinstance(body[envelope], list) else [body[envelope]]
    path = "/users/me" if envelope == "user" else f"/{envelope}"
    stub.rows[path] = (envelope, body[envelope])
    frame = load(account=account)
    table = TABLES[load.__name__.removeprefix("load_")]
    assert frame.schema == table.schema
    assert sorted(frame[str(table.key)]) == sorted(row["id"] for row in rows)
    aside = {row[str(table.key)]: json.loads(row["_extra"] or "{}") for row in frame.to_dicts()}
    for row in rows:
        lost = set(row) - table.known_fields - set(aside[row["id"]])
        assert not lost
