"""Runs that break off, and what is left of them on disk."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from actoolkit import actions
from actoolkit.actions._journal import ActionJournal
from actoolkit.api.writes import Writer, Written
from actoolkit.errors import StoreFull
from actoolkit.settings import Account
from actoolkit.store import Facts, Snapshots
from actoolkit.tables import TABLES

NOW = datetime(2026, 6, 30, 15, tzinfo=UTC)
CONTACTS = pl.DataFrame({"contact_id": range(1, 21)})


def killed_after(monkeypatch, count):
    """Let the process die when so many requests were answered: the last verdict is not written."""
    left = [count]
    write = Writer.write

    def dying(self, request):
        written = write(self, request)
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt
        return written

    monkeypatch.setattr(Writer, "write", dying)


@pytest.mark.parametrize("count", [1, 7, 20])
def test_a_bulk_run_that_is_killed_goes_on(count, server, account, monkeypatch):
    with monkeypatch.context() as dying:
        killed_after(dying, count)
        with pytest.raises(KeyboardInterrupt):
            actions.subscribe(CONTACTS, list_id=3, account=account, apply=True, progress=False)
    assert len(server.writes) == count
    result = actions.subscribe(CONTACTS, list_id=3, account=account, apply=True, progress=False)
    assert set(result["verdict"]) == {"ok"}
    sent = [body["contactList"]["contact"] for _, _, body in server.writes]
    assert sorted(sent) == list(range(1, 21))


def test_a_note_whose_run_was_killed_is_not_sent_again(server, account, monkeypatch):
    call = {"related_to": "Subscriber", "related_id": 7, "account": account, "apply": True}
    with monkeypatch.context() as dying:
        killed_after(dying, 1)
        with pytest.raises(KeyboardInterrupt):
            actions.add_note("A", **call)
    for _ in range(2):
        assert actions.add_note("A", **call)["verdict"].item() == "unknown"
    assert len(server.books.notes) == 1
    assert actions.add_note("B", **call)["verdict"].item() == "ok"
    assert actions.add_note("A", again=True, **call)["verdict"].item() == "ok"
    assert [note["note"] for note in server.books.notes] == ["A", "B", "A"]


def test_a_list_whose_run_was_killed_is_found(server, account, monkeypatch):
    call = {
        "sender_url": "https://shop.example",
        "sender_reminder": "r",
        "account": account,
        "apply": True,
    }
    with monkeypatch.context() as dying:
        killed_after(dying, 1)
        with pytest.raises(KeyboardInterrupt):
            actions.create_list("Win back", **call)
    result = actions.create_list("Win back", **call)
    assert result["verdict"].item() == "ok"
    assert result["object_id"].item() == server.books.lists[-1]["id"]
    assert len(server.books.lists) == 2


def test_a_deletion_whose_run_was_killed_is_done(server, account, monkeypatch):
    call = {"name": "News", "account": account, "apply": True}
    with monkeypatch.context() as dying:
        killed_after(dying, 1)
        with pytest.raises(KeyboardInterrupt):
            actions.delete_list(1, **call)
    assert actions.delete_list(1, **call)["verdict"].item() == "ok"


def test_a_finished_run_is_forgotten(server, account):
    for _ in range(2):
        actions.subscribe(CONTACTS, list_id=3, account=account, apply=True, progress=False)
    assert len(server.writes) == 40  # who was put off the list meanwhile is put on it again


def test_a_broken_off_run_is_old_after_a_day(tmp_path):
    journal = ActionJournal(tmp_path / "a", "x")
    journal.note("went well", NOW, Written("ok", 201, "", "5"))
    journal.note("nobody knows", NOW, Written("unknown"))
    journal.note("being sent", NOW)
    journal.note("refused", NOW, Written("rejected", 400))
    found = ActionJournal(tmp_path / "a", "x")
    soon, late = NOW + timedelta(hours=1), NOW + timedelta(days=2)
    assert found.earlier("went well", soon) == Written("ok", 201, "", "5")
    assert found.earlier("went well", late) is None
    for request in ("nobody knows", "being sent"):
        assert found.earlier(request, late).verdict == "unknown"
    assert found.earlier("refused", soon) is None
    assert found.earlier("new", soon) is None


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_torn_line_costs_only_itself(cut, tmp_path):
    journal = ActionJournal(tmp_path / "a", "x")
    journal.note("first", NOW, Written("ok"))
    journal.note("second", NOW, Written("ok"))
    (path,) = (tmp_path / "a" / "actions").glob("*.jsonl")
    path.write_bytes(path.read_bytes()[:-cut])
    torn = ActionJournal(tmp_path / "a", "x")
    assert torn.earlier("first", NOW).verdict == "ok"
    torn.note("third", NOW, Written("ok"))
    assert ActionJournal(tmp_path / "a", "x").earlier("third", NOW).verdict == "ok"


def test_the_journal_is_private_and_holds_no_token_and_no_text(server, account):
    server.script = ["after reset"]
    actions.add_note("A secret", related_to="Deal", related_id=1, account=account, apply=True)
    (path,) = (account.folder / "actions").glob("*.jsonl")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert account.token.reveal() not in path.read_text()
    assert "secret" not in path.read_text()


def test_nothing_is_sent_when_it_cannot_be_written_down(server, account, monkeypatch):
    def full(self, request, now, written=None):
        raise StoreFull("No space.")

    monkeypatch.setattr(ActionJournal, "note", full)
    with pytest.raises(StoreFull):
        actions.add_note("A", related_to="Deal", related_id=1, account=account, apply=True)
    assert server.writes == []


def test_snapshots_that_were_touched_are_stale(server, account):
    snapshots = Snapshots(account)
    for name in ("contact_lists", "lists", "campaigns"):
        table = TABLES[name]
        facts = Facts(
            endpoint=f"/{name}", generation="000001-x", fetched_at=NOW, certainty="proven"
        )
        snapshots.publish(table, {}, table.empty(), facts)
    actions.subscribe(CONTACTS, list_id=3, account=account)
    assert not any(manifest.stale for manifest in snapshots.all())
    actions.subscribe(CONTACTS, list_id=3, account=account, apply=True, progress=False)
    stale = {manifest.table for manifest in snapshots.all() if manifest.stale}
    assert stale == {"contact_lists", "lists"}


def test_a_snapshot_that_was_loaded_during_the_run_is_stale_too(server, account):
    def load_meanwhile(method, path, body):
        facts = Facts(endpoint="/lists", generation="000001-x", fetched_at=NOW, certainty="proven")
        Snapshots(account).publish(TABLES["lists"], {}, TABLES["lists"].empty(), facts)

    server.respond = load_meanwhile
    actions.subscribe(CONTACTS, list_id=3, account=account, apply=True, progress=False)
    assert [manifest.stale for manifest in Snapshots(account).all()] == [True]


def test_the_pace_is_kept_between_writes_and_looks(server, tmp_path, monkeypatch):
    turns = []

    class Counting:
        def wait(self):
            turns.append("wait")
            return 0.0

        def block(self, seconds):
            turns.append(seconds)

        def limit(self, rate):
            pass

        def sent(self):
            pass

    def counted(account, **how):
        return Writer(account, pace=Counting(), sleep=lambda s: None, **how)

    monkeypatch.setattr("actoolkit.actions._run.Writer", counted)
    account = Account(url=server.url, token="test-x", rate=10000, cache_dir=tmp_path)
    server.script = ["before 429", "after reset"]
    result = actions.subscribe(
        pl.DataFrame({"contact_id": [1]}), list_id=3, account=account, apply=True
    )
    assert result["verdict"].item() == "ok"
    assert turns.count("wait") == len(server.seen)
    assert [turn for turn in turns if turn != "wait"]  # the 429 stops everybody
