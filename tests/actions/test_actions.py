"""What the actions send, what they refuse, and what they say became of it."""

from __future__ import annotations

import json
import socket

import duckdb
import pandas as pd
import polars as pl
import pytest

from actoolkit import actions, errors
from actoolkit.settings import Account

MESSAGE = {"from_name": "Shop", "from_email": "n@shop.example", "reply_to": "h@shop.example"}
LIST = {"sender_url": "https://shop.example", "sender_reminder": "You bought from us."}
CONTACTS = pl.DataFrame({"contact_id": ["7", "12"]})

CALLS = {
    "subscribe": lambda **how: actions.subscribe(CONTACTS, list_id=3, **how),
    "unsubscribe": lambda **how: actions.unsubscribe(CONTACTS, list_id=3, **how),
    "add_field_to_list": lambda **how: actions.add_field_to_list(4, list_id=3, **how),
    "remove_field_from_list": lambda **how: actions.remove_field_from_list(
        15, field_id=4, list_id=3, **how
    ),
    "grant_list_to_group": lambda **how: actions.grant_list_to_group(1, group_id=3, **how),
    "create_list": lambda **how: actions.create_list("Win back", **LIST, **how),
    "delete_list": lambda **how: actions.delete_list(1, name="News", **how),
    "add_site_tracking_domain": lambda **how: actions.add_site_tracking_domain(
        "new.example", **how
    ),
    "remove_site_tracking_domain": lambda **how: actions.remove_site_tracking_domain(
        "old.example", name="old.example", **how
    ),
    "create_message": lambda **how: actions.create_message(subject="Hi", **MESSAGE, **how),
    "update_message": lambda **how: actions.update_message(5, subject="Hi", **how),
    "delete_message": lambda **how: actions.delete_message(5, name="Hello", **how),
    "add_account_note": lambda **how: actions.add_account_note(3, note="A", **how),
    "update_account_note": lambda **how: actions.update_account_note(3, note_id=9, note="B", **how),
    "add_note": lambda **how: actions.add_note("A", related_to="Subscriber", related_id=7, **how),
}

SENT = {
    "subscribe": [
        ("POST", "/contactLists", {"contactList": {"list": 3, "contact": 7, "status": 1}}),
        ("POST", "/contactLists", {"contactList": {"list": 3, "contact": 12, "status": 1}}),
    ],
    "unsubscribe": [
        ("POST", "/contactLists", {"contactList": {"list": 3, "contact": 7, "status": 2}}),
        ("POST", "/contactLists", {"contactList": {"list": 3, "contact": 12, "status": 2}}),
    ],
    "add_field_to_list": [("POST", "/fieldRels", {"fieldRel": {"field": 4, "relid": 3}})],
    "remove_field_from_list": [("DELETE", "/fieldRels/15", None)],
    "grant_list_to_group": [("POST", "/listGroups", {"listGroup": {"listid": 1, "groupid": 3}})],
    "create_list": [
        (
            "POST",
            "/lists",
            {
                "list": {
                    "name": "Win back",
                    "stringid": "win-back",
                    "sender_url": "https://shop.example",
                    "sender_reminder": "You bought from us.",
                }
            },
        )
    ],
    "delete_list": [("DELETE", "/lists/1", None)],
    "add_site_tracking_domain": [
        ("POST", "/siteTrackingDomains", {"siteTrackingDomain": {"name": "new.example"}})
    ],
    "remove_site_tracking_domain": [("DELETE", "/siteTrackingDomains/old.example", None)],
    "create_message": [
        (
            "POST",
            "/messages",
            {
                "message": {
                    "fromname": "Shop",
                    "fromemail": "n@shop.example",
                    "email": "n@shop.example",
                    "reply2": "h@shop.example",
                    "subject": "Hi",
                }
            },
        )
    ],
    "update_message": [("PUT", "/messages/5", {"message": {"subject": "Hi"}})],
    "delete_message": [("DELETE", "/messages/5", None)],
    "add_account_note": [("POST", "/accounts/3/notes", {"note": {"note": "A"}})],
    "update_account_note": [("PUT", "/accounts/3/notes/9", {"note": {"note": "B"}})],
    "add_note": [("POST", "/notes", {"note": {"note": "A", "reltype": "Subscriber", "relid": 7}})],
}


@pytest.fixture
def stocked(server):
    """An account that has what the calls change and delete."""
    server.books.field_rels.append({"id": "15", "field": "4", "relid": "3"})
    server.books.notes.append({"id": "9", "note": "A", "relid": "3"})
    return server


def test_every_action_has_a_call_here():
    assert sorted(CALLS) == sorted(actions.__all__) == sorted(SENT)


@pytest.mark.parametrize("name", CALLS)
def test_a_dry_run_is_the_default_and_sends_nothing(name, stocked, account):
    for how in ({}, {"account": account}):  # not even an account is needed
        shown = CALLS[name](**how)
        assert set(shown["verdict"]) == {"dry run"}
        told = [
            (row["method"], row["path"], json.loads(row["body"]) if row["body"] else None)
            for row in shown.to_dicts()
        ]
        assert told == SENT[name]
    assert stocked.seen == []
    assert not account.folder.exists()


@pytest.mark.parametrize("name", CALLS)
def test_applied_it_sends_exactly_what_was_shown(name, stocked, account):
    if name == "add_field_to_list":
        stocked.books.field_rels.clear()
    result = CALLS[name](account=account, apply=True, progress=False)
    assert set(result["verdict"]) == {"ok"}, result
    assert [
        (method, path.removeprefix("/api/3"), body) for method, path, body in stocked.writes
    ] == SENT[name]
    assert set(result["status"]) <= {200, 201, 204}
    names = ["verdict", "status", "reason", "object_id", "method", "path", "body"]
    assert result.columns[-7:] == names
    assert not list((account.folder / "actions").glob("*.jsonl"))


@pytest.mark.parametrize("name", CALLS)
def test_done_twice_is_done_once(name, stocked, account):
    CALLS[name](account=account, apply=True, progress=False)
    rows = [len(one) for one in vars(stocked.books).values() if isinstance(one, list | dict)]
    again = CALLS[name](account=account, apply=True, progress=False)
    verdict = set(again["verdict"]).pop()
    now = [len(one) for one in vars(stocked.books).values() if isinstance(one, list | dict)]
    if name in ("create_message", "add_note", "add_account_note"):
        assert verdict == "ok"  # a new call is a new note
    elif name.startswith(("delete_", "remove_")) or name == "create_list":
        assert verdict == "rejected"
        assert now == rows
    else:
        assert verdict == "ok"
        assert now == rows


@pytest.mark.parametrize(
    ("call", "right"),
    [
        (lambda name, how: actions.delete_list(1, name=name, **how), "News"),
        (lambda name, how: actions.delete_message(5, name=name, **how), "Hello"),
        (
            lambda name, how: actions.remove_field_from_list(15, field_id=name, list_id=3, **how),
            "4",
        ),
        (
            lambda name, how: actions.remove_site_tracking_domain("old.example", name=name, **how),
            "old.example",
        ),
    ],
)
def test_a_deletion_wants_the_own_name(call, right, stocked, account):
    how = {"account": account, "apply": True, "progress": False}
    wrong = {"4": "5", "old.example": "new.example"}.get(right, right.lower())
    with pytest.raises(errors.InvalidArgument, match="nothing was deleted"):
        call(wrong, how)
    assert stocked.writes == []
    assert call(right, how)["verdict"].item() == "ok"


def test_what_is_not_there_is_not_deleted(server, account):
    result = actions.delete_list(77, name="News", account=account, apply=True, progress=False)
    assert result.select("verdict", "status").row(0) == ("rejected", 404)
    assert server.writes == []


@pytest.mark.parametrize(
    ("answer", "verdict", "reason"),
    [
        ((200, {"contactList": {"id": "1", "status": 1}}), "ok", ""),
        ((201, {"contactList": {"id": "1", "status": "1", "list": "3"}}), "ok", ""),
        ((200, {"succeeded": 0, "message": "No."}), "rejected", "No."),
        ((200, {"success": False}), "rejected", "success: False"),
        ((200, {"errors": [{"title": "Bad", "detail": "No!"}]}), "rejected", "No!"),
        ((201, {"contactList": {"id": "1", "status": 2}}), "rejected", "resubscribe=True"),
        ((400, {}), "rejected", "400"),
        ((403, {"message": "Forbidden"}), "rejected", "Forbidden"),
        ((404, {"message": "No Result found for Subscriber with id 7"}), "rejected", "Subscriber"),
        ((422, {"errors": [{"title": "The list is full."}]}), "rejected", "full"),
        ((301, b""), "rejected", "301"),
        ((202, {}), "rejected", "202"),
        ((200, {"contactList": {}}), "not done", "not found"),
        ((200, {"contactLists": []}), "not done", "not found"),
        ((204, None), "not done", "not found"),
        ((500, b"<html>"), "not done", "not found"),
        ((429, b"slow down"), "not done", "rate limit"),
        ((503, b"busy"), "not done", "503"),
    ],
)
def test_verdicts_of_one_answer(answer, verdict, reason, server, account):
    server.respond = lambda method, path, body: answer if method == "POST" else None
    contact = pl.DataFrame({"contact_id": [7]})
    result = actions.subscribe(contact, list_id=3, account=account, apply=True, progress=False)
    assert result["verdict"].item() == verdict, result
    assert reason in result["reason"].item()
    times = {429: 6, 503: 6, 403: 3}.get(answer[0], 1)
    assert len(server.writes) == times


def test_only_who_was_not_asked_for_again_is_told_how(server, account):
    server.respond = lambda method, path, body: (201, {"contactList": {"id": "1", "status": 2}})
    how = {"list_id": 3, "account": account, "apply": True, "progress": False}
    result = actions.subscribe(pl.DataFrame({"contact_id": [7]}), resubscribe=True, **how)
    assert result.select("verdict", "reason").row(0) == ("rejected", "the API answers status 2")


def test_nobody_there_is_not_done(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    gone = Account(
        url=f"http://127.0.0.1:{port}", token="test-x", rate=10000, cache_dir=tmp_path / "cache"
    )
    note = actions.add_note("A", related_to="Deal", related_id=1, account=gone, apply=True)
    assert note.select("verdict", "reason").row(0) == (
        "not done",
        "no connection: the host refuses it",
    )


def test_an_account_that_refuses_everything_is_not_asked_for_every_row(server, account):
    server.respond = lambda method, path, body: (403, {"message": "Forbidden"})
    contacts = pl.DataFrame({"contact_id": range(1, 101)})
    result = actions.subscribe(contacts, list_id=3, account=account, apply=True, progress=False)
    assert result["verdict"].to_list() == ["rejected"] * 10 + ["not done"] * 90
    assert result["reason"][-1] == "not tried: Forbidden"
    assert len(server.writes) == 30


@pytest.mark.parametrize(
    "frame",
    [
        lambda: pl.DataFrame({"contact_id": ["7", "12", "7"]}),
        lambda: pl.LazyFrame({"contact_id": [7, 12, 7]}),
        lambda: pd.DataFrame({"contact_id": [7, 12, 7]}),
        lambda: pd.DataFrame({"contact_id": ["7", "12", "7"]}),
        lambda: duckdb.sql("select * from (values ('7'), ('12')) as t(contact_id)"),
    ],
    ids=["polars", "lazy", "pandas numbers", "pandas", "duckdb"],
)
def test_frames_of_contacts(frame):
    result = actions.subscribe(frame(), list_id="3")
    assert result["contact_id"].to_list() == ["7", "12"]


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame({"id": ["7"]}),
        pl.DataFrame({"contact_id": ["7", None]}),
        pl.DataFrame({"contact_id": [7.0]}),
        pd.DataFrame({"contact_id": [7, float("nan")]}),
        pl.DataFrame({"contact_id": ["../lists/5"]}),
        pl.DataFrame({"contact_id": [0]}),
        pl.DataFrame({"contact_id": [True]}),
        ["7"],
    ],
)
def test_frames_that_are_refused(frame, server, account):
    with pytest.raises(errors.InvalidArgument):
        actions.subscribe(frame, list_id=3, account=account, apply=True)
    assert server.seen == []


@pytest.mark.parametrize(
    "call",
    [
        lambda: actions.create_list("", **LIST),
        lambda: actions.create_list("a\nb", **LIST),
        lambda: actions.create_list("???", **LIST),
        lambda: actions.create_list("A", sender_url="shop", sender_reminder="r"),
        lambda: actions.create_list("A", sender_url="ftp://shop", sender_reminder="r"),
        lambda: actions.create_list("A", **LIST, carbon_copy=["nobody"]),
        lambda: actions.create_list("A", **LIST, user_id="me"),
        lambda: actions.create_message(**{**MESSAGE, "from_email": "a@b@c"}),
        lambda: actions.create_message(**{**MESSAGE, "reply_to": "a b@c"}),
        lambda: actions.create_message(**{**MESSAGE, "from_name": ""}),
        lambda: actions.update_message(5),
        lambda: actions.update_message(5, subject="a\r\nBcc: x"),
        lambda: actions.add_note("", related_to="Deal", related_id=1),
        lambda: actions.add_note("A", related_to="contact", related_id=1),
        lambda: actions.add_note("A", related_to="Deal", related_id=-1),
        lambda: actions.delete_list(1, name=""),
        lambda: actions.add_field_to_list("x", list_id=None),
        lambda: actions.grant_list_to_group(1, group_id=0),
    ],
)
def test_arguments_that_are_refused(call):
    with pytest.raises(errors.InvalidArgument):
        call()


def test_an_empty_frame_sends_nothing(server, account):
    nobody = pl.DataFrame({"contact_id": []}, schema={"contact_id": pl.String})
    result = actions.subscribe(nobody, list_id=3, account=account, apply=True)
    assert result.height == 0
    assert result.schema["status"] == pl.Int64
    assert server.seen == []


def test_a_read_back_that_fails_leaves_the_doubt(server, account):
    server.script = ["after reset"]
    server.respond = lambda method, path, body: (400, {}) if method == "GET" else None
    contact = pl.DataFrame({"contact_id": [7]})
    result = actions.subscribe(contact, list_id=3, account=account, apply=True, progress=False)
    assert result["verdict"].item() == "unknown"
    assert "so was the look" in result["reason"].item()


def test_creating_goes_on_where_the_collection_is_withheld(server, account):
    def withheld(method, path, body):
        return (404, {"message": "Not Found"}) if method == "GET" and "listGroups" in path else None

    server.respond = withheld
    result = actions.grant_list_to_group(1, group_id=3, account=account, apply=True)
    assert result["verdict"].item() == "ok"


def test_a_list_is_told_by_its_whole_name_though_the_api_ignores_the_filter(server, account):
    def unfiltered(method, path, body):
        rows = server.books.lists
        if method == "GET" and path.endswith("/lists"):
            return 200, {"lists": rows, "meta": {"total": str(len(rows))}}
        return None

    server.respond = unfiltered
    how = {"account": account, "apply": True, "progress": False}
    assert actions.create_list("news", **LIST, **how)["verdict"].item() == "ok"
    assert actions.create_list("News", **LIST, **how)["verdict"].item() == "rejected"
    server.script = ["before reset"]
    assert actions.create_list("New", **LIST, **how)["verdict"].item() == "not done"
    assert [row["name"] for row in server.books.lists] == ["News", "news"]
