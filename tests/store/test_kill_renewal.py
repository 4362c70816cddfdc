"""kill -9, or Ctrl-C, at any line of a refresh and of a sync: each table is the old one or the new
one, whole, and the next run ends with the new ones; after Ctrl-C it may be of the same process.
"""

from __future__ import annotations

import os
import shutil
from datetime import timedelta

import pytest

import actoolkit as ac
from actoolkit.settings import Account

LONG = timedelta(days=90)
TABLES = {"refresh": ("contacts",), "sync": ("lists", "campaigns", "contacts")}
FEW = [
    pytest.param(6, id="sample"),
    pytest.param(0, id="every line", marks=[pytest.mark.slow, pytest.mark.timeout(14400)]),
]


@pytest.fixture(scope="module")
def session():
    session = ac.sandbox_account(size="tiny", seed=5)
    session.start()
    yield session
    session.stop()


def read(account, table, **how):
    return getattr(ac, f"load_{table}")(account=account, progress=False, **how)


@pytest.mark.parametrize("few", FEW)
@pytest.mark.parametrize("by", ["SIGKILL", "SIGINT"])
@pytest.mark.parametrize("what", TABLES)
def test_what_is_broken_off_at_a_line(session, asked, killing, tmp_path, what, by, few):
    sent = session.application.requests

    def in_folder(name):
        now = session.account.now()
        return Account(
            url=session.account.url,
            token=session.account.token,
            cache_dir=tmp_path / name,
            rate=10_000,
            identity="kill",
            clock=lambda: now,
        )

    first = in_folder("first")
    ac.sync(first, TABLES[what], progress=False)
    old = {table: read(first, table) for table in TABLES[what]}
    session.advance(20)

    def copy(name):
        shutil.copytree(tmp_path / "first", tmp_path / name)
        return in_folder(name)

    counted = copy("counted")
    before = len(sent)
    chosen = killing.points(counted, what, few)
    whole = len(sent) - before
    new = {table: read(counted, table) for table in TABLES[what]}
    assert all(not new[table].equals(old[table]) for table in TABLES[what])
    interrupted = 0
    for at in chosen:
        account, before = copy(str(at)), len(sent)
        done = killing(account, what, at=at, by=by)
        if by == "SIGINT":
            assert done["status"] == 0, at  # where it was interrupted, the work was done again
            interrupted += done["interrupted"]
        else:
            assert os.WIFSIGNALED(done["status"]), at
        spent = len(asked)
        assert spent
        for table in TABLES[what]:
            served = read(account, table, max_age=LONG)
            assert served.equals(old[table]) or served.equals(new[table]), (at, table)
            assert by == "SIGKILL" or served.equals(new[table]), (at, table)
        assert len(asked) == spent, at  # whatever happened, something whole is there
        assert killing(account, what)["status"] == 0, at
        for table in TABLES[what]:
            assert read(account, table).equals(new[table]), (at, table)
        assert len(sent) - before <= (2 if by == "SIGKILL" else 3) * whole, at
        assert not list(account.folder.rglob("*.part")), at
        shutil.rmtree(tmp_path / str(at))
    assert by == "SIGKILL" or interrupted > 0.8 * len(chosen)
