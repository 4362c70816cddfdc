"""`actoolkit cache`: what is there, and that it is gone when asked."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
import textwrap

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


@pytest.mark.parametrize("columns", ["140", "80", "40", "0"])
def test_each_row_is_one_line_where_there_is_no_terminal(account, columns):
    ac.load_lists(account=account, progress=False)
    kept = ac.pin("lists", account=account)
    shown = CliRunner().invoke(app, ["cache", "info"], env={"COLUMNS": columns}).output
    (row,) = [line for line in shown.splitlines() if line.startswith("lists") and kept in line]
    assert row.rstrip().endswith(f"{kept} (pinned)")
    assert max(map(len, shown.splitlines())) < 300


def test_in_a_terminal_a_table_is_as_wide_as_it(account, monkeypatch):
    from actoolkit import console

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    for columns, width in (("60", 60), ("0", console.WIDEST)):
        monkeypatch.setenv("COLUMNS", columns)
        assert console.standard_output().width == width


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


KILLED = textwrap.dedent("""
    import os, signal, sys
    from datetime import datetime
    import actoolkit as ac
    from actoolkit.loaders._rows import Rows

    url, token, folder, identity, now = sys.argv[1:]
    account = ac.Account(url=url, token=token, cache_dir=folder, rate=10_000, identity=identity,
                         clock=lambda: datetime.fromisoformat(now))
    Rows.add = lambda *page: os.kill(os.getpid(), signal.SIGKILL)
    ac.load_email_activities(account=account, progress=False)
""")


def litter(account, tmp_path):
    """Leave behind whatever a folder may hold: of loads that ended well, badly, and not at all."""
    ac.load_contacts(account=account, progress=False)
    ac.load_campaigns(account=account, progress=False)
    ac.load_lists(account=account, progress=False)
    ac.pin("lists", account=account)
    snapshot = next(account.folder.glob("snapshots/lists/*/*.parquet"))
    snapshot.write_bytes(b"damaged")
    ac.load_contacts(account=account, limit=7, progress=False)
    someone = ac.load_contacts(account=account, progress=False).head(1)
    ac.actions.subscribe(someone, list_id=1, account=account, apply=True, progress=False)
    child = subprocess.run(
        [
            *(sys.executable, "-c", KILLED, account.url, account.token.reveal()),
            *(str(account.cache_dir), str(account.identity), account.now().isoformat()),
        ],
        check=False,
    )
    assert child.returncode == -signal.SIGKILL
    (journal,) = account.folder.glob("journals/email_activities/*/*.sqlite")
    assert journal.with_name(journal.name + "-wal").stat().st_size
    assert journal.with_name(journal.name + "-shm").exists()
    for name in ("-wal.damaged", ".damaged", "-journal"):
        journal.with_name(journal.name + name).write_bytes(b"x@example.org")
    snapshot.with_name(snapshot.name + ".damaged").write_bytes(b"x@example.org")
    snapshot.with_name(snapshot.name + ".0a1b2c3d.part").write_bytes(b"x@example.org")
    (account.folder / "history" / "campaigns" / ".0a1b2c3d.part").write_bytes(b"x@example.org")
    (account.folder / "locks" / "strange").write_bytes(b"x")
    later = account.folder / "of a later version"
    (later / "deep").mkdir(parents=True)
    (later / "deep" / "x").write_bytes(b"x")
    (later / "kept").symlink_to(tmp_path / "elsewhere")
    for place in (later / "deep", later):
        place.chmod(0o500)
    (account.folder / "dangling").symlink_to(tmp_path / "nowhere")
    (account.folder / "linked").symlink_to(tmp_path / "elsewhere")


def test_clear_leaves_nothing_of_loads_that_were_killed_or_damaged(account, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "mine").write_text("mine")
    (tmp_path / "elsewhere").chmod(0o750)
    litter(account, tmp_path)
    left = {path.name for path in account.folder.iterdir()}
    assert {"snapshots", "history", "journals", "locks", "actions"} <= left
    done = run("clear", "--yes")
    assert done.exit_code == 0, done.exception
    assert list((tmp_path / "cache").iterdir()) == []
    assert (tmp_path / "elsewhere" / "mine").read_text() == "mine"
    assert stat.S_IMODE((tmp_path / "elsewhere").stat().st_mode) == 0o750
    assert ac.load_contacts(account=account, progress=False).height  # and it works as before


def test_clear_names_what_another_token_loaded(account):
    other = account.folder.with_name(f"{account.folder.name[:-12]}{'0' * 12}")
    other.mkdir(mode=0o700, parents=True)
    done = run("clear", "--yes")
    assert done.exit_code == 0
    assert f"Left: {other}, loaded with another token." in done.output.replace("\n", "")
    other.rmdir()
    assert "Left" not in run("clear", "--yes").output


def test_purge_removes_a_person_and_says_what_is_out_of_reach(account):
    address = ac.load_contacts(account=account, progress=False)["email"][0]
    done = run("purge", address, "--yes")
    assert done.exit_code == 0
    assert "1 of contacts" in done.output
    assert "backups" in done.output
    assert address not in ac.load_contacts(account=account, progress=False)["email"].to_list()
    assert isinstance(run("purge", "nobody", "--yes").exception, InvalidArgument)


def test_purge_by_id_where_contacts_are_not_loaded(account):
    rows = ac.load_contact_lists(account=account, progress=False)
    ident, address = rows["contact_id"][0], "ada@example.org"
    done = run("purge", address, "--yes")
    assert done.exit_code == 0
    assert "Not searched by contact id: contact_lists." in done.output
    done = run("purge", address, "--yes", "--contact-id", ident)
    assert done.exit_code == 0
    assert f"{rows.filter(contact_id=ident).height} of contact_lists" in done.output
    assert "Not searched" not in done.output
    assert isinstance(run("purge", address, "--contact-id", "x").exception, InvalidArgument)


def test_what_is_no_address_is_told_before_anybody_is_asked(account):
    done = run("purge", "notanemail")
    assert done.exit_code == 1
    assert isinstance(done.exception, InvalidArgument)
    assert "'notanemail' is not an address" in str(done.exception)
