"""`actoolkit cache`: what is there, and that it is gone when asked."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

import actoolkit as ac
from actoolkit.cli import app
from actoolkit.errors import InvalidArgument


@pytest.fixture
def account(tmp_path, monkeypatch):
    with ac.sandbox_account(size="tiny", cache_dir=tmp_path / "cache") as account:
        monkeypatch.setattr("actoolkit.settings.Account.from_env", lambda: account)
        yield account


def run(*words):
    return CliRunner().invoke(app, ["cache", *words], env={"COLUMNS": "140"})


def test_info_tells_what_is_remembered(account):
    assert "actoolkit sync" in run("info").output
    ac.load_lists(account=account, progress=False)
    kept = ac.pin("lists", account=account)
    shown = run("info")
    assert f"{kept} (pinned)" in shown.output
    assert shown.exit_code == 0
    assert str(account.folder) in shown.output
    assert "lists" in shown.output
    assert "proven" in shown.output
    assert "history" in shown.output
    assert "test-sandbox" not in shown.output


def test_clear_asks_and_leaves_nothing(account, tmp_path):
    ac.load_lists(account=account, progress=False)
    refused = run("clear")
    assert isinstance(refused.exception, InvalidArgument)
    assert "--yes" in str(refused.exception)
    assert account.folder.exists()
    assert run("clear", "--yes", "--keep-history").exit_code == 0
    assert ac.history("lists", account=account).height
    done = run("clear", "--yes")
    assert done.exit_code == 0
    assert "Cleared" in done.output
    assert list((tmp_path / "cache").iterdir()) == []


def test_purge_removes_a_person_and_says_what_is_out_of_reach(account):
    address = ac.load_contacts(account=account, progress=False)["email"][0]
    done = run("purge", address, "--yes")
    assert done.exit_code == 0
    assert "1 of contacts" in done.output
    assert "backups" in done.output
    assert address not in ac.load_contacts(account=account, progress=False)["email"].to_list()
    assert isinstance(run("purge", "nobody", "--yes").exception, InvalidArgument)
