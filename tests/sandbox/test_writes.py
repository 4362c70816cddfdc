"""Writing to the synthetic account over HTTP, and reading it back."""

from __future__ import annotations

import json

import polars as pl
import pytest
import requests

import actoolkit as ac
from actoolkit import actions
from actoolkit.sandbox import sandbox_account

HOW = {"apply": True, "progress": False}
LIST = {"sender_url": "https://shop.example", "sender_reminder": "You bought from us."}
MESSAGE = {"from_name": "Shop", "from_email": "n@shop.example", "reply_to": "h@shop.example"}


@pytest.fixture
def account():
    """A small account of one's own."""
    with sandbox_account(size="tiny") as account:
        yield account


def got(account, path, method="GET", **how):
    sent = {"Api-Token": account.token.reveal()}
    return requests.request(method, account.url + "/api/3" + path, headers=sent, **how)


def test_a_segment_becomes_a_list(account):
    contacts = ac.load_contacts(account=account, progress=False)
    sizes = ac.load_lists(account=account, progress=False)
    made = actions.create_list("Win back", **LIST, account=account, **HOW)
    assert made.select("verdict", "status").row(0) == ("ok", 201)
    list_id = made["object_id"].item()

    result = actions.subscribe(contacts.head(25), list_id=list_id, account=account, **HOW)

    assert set(result["verdict"]) == {"ok"}
    lists = ac.load_lists(account=account, progress=False)  # stale, so loaded again
    assert lists.height == sizes.height + 1
    pairs = ac.load_contact_lists(account=account, progress=False)
    on = pairs.filter(pl.col("list_id") == list_id, pl.col("status") == "subscribed")
    assert set(on["contact_id"]) == set(contacts.head(25)["contact_id"])
    assert on["contact_list_id"].n_unique() == 25
    assert lists.filter(pl.col("list_id") == list_id)["active_subscribers"].item() == 25

    actions.unsubscribe(contacts.head(5), list_id=list_id, account=account, **HOW)
    again = actions.subscribe(contacts.head(5), list_id=list_id, account=account, **HOW)
    assert set(again["verdict"]) == {"rejected"}  # who left comes back by hand only
    back = actions.subscribe(
        contacts.head(5), list_id=list_id, resubscribe=True, account=account, **HOW
    )
    assert set(back["verdict"]) == {"ok"}

    gone = actions.delete_list(list_id, name="Win back", account=account, **HOW)
    assert gone["verdict"].item() == "ok"
    assert ac.load_lists(account=account, progress=False).height == sizes.height
    assert got(account, f"/lists/{list_id}").status_code == 404


def test_a_drawn_membership_changes(account):
    pairs = ac.load_contact_lists(account=account, progress=False)
    pair = pairs.filter(pl.col("status") == "subscribed").head(1)
    result = actions.unsubscribe(pair, list_id=pair["list_id"].item(), account=account, **HOW)
    assert result.select("verdict", "object_id").row(0) == ("ok", pair["contact_list_id"].item())
    now = ac.load_contact_lists(account=account, progress=False)
    assert now.height == pairs.height
    (row,) = now.filter(pl.col("contact_list_id") == pair["contact_list_id"].item()).to_dicts()
    assert row["status"] == "unsubscribed"
    assert row["unsubscribed_at"] is not None
    sizes = dict(
        ac.load_lists(account=account, progress=False)["list_id", "active_subscribers"].rows()
    )
    active = now.filter(pl.col("status") == "subscribed").group_by("list_id").len()
    assert {key: sizes[key] for key in active["list_id"]} == dict(active.rows())


def test_a_drawn_list_can_be_deleted(account):
    (first, *_) = ac.load_lists(account=account, progress=False).to_dicts()
    how = {"name": first["name"], "account": account, **HOW}
    assert actions.delete_list(first["list_id"], **how)["verdict"].item() == "ok"
    left = ac.load_lists(account=account, progress=False)
    assert first["list_id"] not in left["list_id"].to_list()


def test_domains(account):
    how = {"account": account, **HOW}
    for _ in range(2):
        assert actions.add_site_tracking_domain("shop.example", **how)["verdict"].item() == "ok"
    rows = got(account, "/siteTrackingDomains").json()["siteTrackingDomains"]
    assert [row["name"] for row in rows].count("shop.example") == 1
    removed = actions.remove_site_tracking_domain("shop.example", name="shop.example", **how)
    assert removed.select("verdict", "status").row(0) == ("ok", 204)
    removed = actions.remove_site_tracking_domain("shop.example", name="shop.example", **how)
    assert removed["verdict"].item() == "rejected"


def test_messages(account):
    how = {"account": account, **HOW}
    made = actions.create_message(subject="We miss you", **MESSAGE, **how)
    assert made.select("verdict", "status").row(0) == ("ok", 201)
    ident = made["object_id"].item()
    assert actions.update_message(ident, subject="Hi", **how)["verdict"].item() == "ok"
    messages = ac.load_messages(account=account, progress=False)
    assert messages.filter(pl.col("message_id") == ident)["subject"].item() == "Hi"
    assert actions.delete_message(ident, name="Hi", **how)["verdict"].item() == "ok"
    assert got(account, f"/messages/{ident}").status_code == 404
    drawn = messages.row(0, named=True)
    assert (
        actions.update_message(drawn["message_id"], subject="New", **how)["verdict"].item() == "ok"
    )
    shown = got(account, f"/messages/{drawn['message_id']}").json()["message"]
    assert (shown["subject"], shown["name"]) == ("New", drawn["name"])


def test_notes(account):
    how = {"account": account, **HOW}
    contact = ac.load_contacts(account=account, progress=False)["contact_id"][0]
    call = {"related_to": "Subscriber", "related_id": contact}
    assert actions.add_note("Called.", **call, **how)["verdict"].item() == "ok"
    made = actions.add_account_note(1, note="Renewed.", **how)
    assert made.select("verdict", "status").row(0) == ("ok", 201)
    ident = made["object_id"].item()
    changed = actions.update_account_note(1, note_id=ident, note="Renewed twice.", **how)
    assert changed["verdict"].item() == "ok"
    wrong = actions.update_account_note(2, note_id=ident, note="x", **how)
    assert wrong.select("verdict", "status").row(0) == ("rejected", 404)
    texts = [row["note"] for row in got(account, "/notes").json()["notes"]]
    assert "Called." in texts
    assert "Renewed twice." in texts
    of_contact = got(account, f"/contacts/{contact}/notes").json()["notes"]
    assert [row["note"] for row in of_contact][-1] == "Called."


def test_fields_and_groups_on_lists(account):
    how = {"account": account, **HOW}
    made = actions.add_field_to_list(1, list_id=2, **how)
    assert made.select("verdict", "status").row(0) == ("ok", 201)
    ident = made["object_id"].item()
    removed = actions.remove_field_from_list(ident, field_id=1, list_id=2, **how)
    assert removed["verdict"].item() == "ok"
    assert got(account, f"/fieldRels/{ident}").status_code == 404
    for _ in range(2):
        granted = actions.grant_list_to_group(2, group_id=3, **how)
        assert granted["verdict"].item() == "ok"
    pairs = [
        (row["list"], row["group"]) for row in got(account, "/listGroups").json()["listGroups"]
    ]
    assert pairs.count(("2", "3")) == 1


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/lists", {"list": {"name": "x"}}, 400),
        ("POST", "/lists", [], 400),
        ("DELETE", "/lists/77777", None, 403),
        ("DELETE", "/messages/77777", None, 404),
        ("DELETE", "/fieldRels/77777", None, 404),
        ("POST", "/contactLists", {"contactList": {"list": 1, "contact": 999999999, "status": 1}}, 404),
        ("POST", "/contactLists", {"contactList": {"list": 99, "contact": 1, "status": 1}}, 404),
        ("POST", "/contactLists", {"contactList": {"list": 1, "contact": 1, "status": 7}}, 400),
        ("POST", "/accounts/99/notes", {"note": {"note": "x"}}, 404),
        ("POST", "/messages", {"message": {"fromname": "x"}}, 400),
        ("PUT", "/lists/1", {"list": {}}, 405),
        ("DELETE", "/contacts/1", None, 405),
    ],
)  # fmt: skip
def test_refusals(method, path, body, status, account):
    answer = got(account, path, method, data=None if body is None else json.dumps(body))
    assert answer.status_code == status, answer.text


def test_another_session_begins_with_the_account_as_it_was_drawn():
    counts = []
    for _ in range(2):
        with sandbox_account(size="tiny") as account:
            counts.append(ac.load_lists(account=account, progress=False).height)
            actions.create_list("Mine", **LIST, account=account, **HOW)
    assert counts[0] == counts[1]
