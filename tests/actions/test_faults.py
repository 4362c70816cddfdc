"""Three hundred creates per route while the network is unkind: no duplicate, no wrong verdict."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest

from actoolkit import actions
from actoolkit.actions._run import Action
from actoolkit.api.write_operations import WRITES

MANY = 300


def note(number):
    return {"note": f"note {number}", "reltype": "Subscriber", "relid": 7}


ROUTES = {
    "create_list": (
        lambda n: {
            "name": f"L{n}",
            "stringid": f"l{n}",
            "sender_url": "https://x.example",
            "sender_reminder": "r",
        },
        lambda books: Counter(row["name"] for row in books.lists if row["name"] != "News"),
        lambda body: body["name"],
    ),
    "add_site_tracking_domain": (
        lambda n: {"name": f"d{n}.example"},
        lambda books: Counter(books.domains[1:]),
        lambda body: body["name"],
    ),
    "add_field_to_list": (
        lambda n: {"field": 4, "relid": n},
        lambda books: Counter(row["relid"] for row in books.field_rels),
        lambda body: body["relid"],
    ),
    "grant_list_to_group": (
        lambda n: {"listid": n, "groupid": 3},
        lambda books: Counter(row["list"] for row in books.list_groups),
        lambda body: body["listid"],
    ),
    "create_message": (
        lambda n: {"subject": f"S{n}"},
        lambda books: Counter(row["subject"] for row in books.messages[1:]),
        lambda body: body["subject"],
    ),
    "add_note": (
        note,
        lambda books: Counter(row["note"] for row in books.notes),
        lambda body: body["note"],
    ),
    "add_account_note": (
        lambda n: {"note": f"note {n}"},
        lambda books: Counter(row["note"] for row in books.notes),
        lambda body: body["note"],
    ),
}
NO_NATURAL_KEY = {"create_message", "add_note", "add_account_note"}


def judged(written, there):
    """Whether a verdict is what the account's books say."""
    return {
        "ok": there == 1,
        "rejected": there == 0,
        "not done": there == 0,
        "unknown": there <= 1,
    }[written]


@pytest.mark.parametrize("name", ROUTES)
def test_creates_under_faults(name, server, account):
    body, booked, key_of = ROUTES[name]
    server.faulty, server.faulty_reads = 0.3, 0.05
    segments = {"customer_account_id": 3} if name == "add_account_note" else {}
    requests = [WRITES[name].request(body(n), **segments) for n in range(1, MANY + 1)]
    existing = None if name in NO_NATURAL_KEY else "ok"
    action = Action(
        name=name,
        requests=requests,
        keys={"number": [str(n) for n in range(1, MANY + 1)]},
        existing=existing,
    )

    result = action.run(account, apply=True, progress=False)

    there = booked(server.books)
    assert max(there.values()) == 1, "a duplicate"
    keys = [key_of(request.body) for request in requests]
    wrong = [
        (key, verdict)
        for key, verdict in zip(keys, result["verdict"], strict=True)
        if not judged(verdict, there[key])
    ]
    assert wrong == []
    unknown = {
        key for key, verdict in zip(keys, result["verdict"], strict=True) if verdict == "unknown"
    }
    lost = {key_of(next(iter(sent.values()))) for _, _, sent in server.lost}
    assert unknown == (lost if name in NO_NATURAL_KEY else set())
    assert len(lost) > MANY / 10, "the network was kind"

    server.faulty = 0.0
    before = len(server.writes)
    again = action.run(account, apply=True, progress=False)
    assert set(again["verdict"]) <= {"ok", "unknown"}
    assert max(booked(server.books).values()) == 1
    assert len(server.writes) - before == result["verdict"].eq("not done").sum()


@pytest.mark.parametrize("act", [actions.subscribe, actions.unsubscribe])
def test_memberships_under_faults(act, server, account):
    server.faulty, server.faulty_reads = 0.3, 0.05
    contacts = pl.DataFrame({"contact_id": range(1, MANY + 1)})

    result = act(contacts, list_id=3, account=account, apply=True, progress=False)

    status = 1 if act is actions.subscribe else 2
    there = {contact for (contact, _), row in server.books.memberships.items()}
    assert all(row["status"] == status for row in server.books.memberships.values())
    assert set(result["verdict"]) == {"ok", "not done"}
    assert {row["contact_id"] for row in result.to_dicts() if row["verdict"] == "ok"} == there

    server.faulty = 0.0
    before = len(server.writes)
    again = act(contacts, list_id=3, account=account, apply=True, progress=False)
    assert set(again["verdict"]) == {"ok"}
    assert len(server.writes) - before == MANY - len(there)


def test_changes_and_deletions_are_sent_until_they_are_done(server, account):
    server.faulty = 0.3
    lists = [server.books.new(server.books.lists, {"name": f"L{n}"}) for n in range(60)]
    for n, row in enumerate(lists):
        result = actions.delete_list(
            row["id"], name=row["name"], account=account, apply=True, progress=False
        )
        assert result["verdict"].item() == "ok", result
        changed = actions.update_message(
            5, subject=f"S{n}", account=account, apply=True, progress=False
        )
        assert changed["verdict"].item() == "ok", changed
        assert server.books.messages[0]["subject"] == f"S{n}"
    assert [row["name"] for row in server.books.lists] == ["News"]
