"""Who forgets everything overlooks nobody, and whoever begins meanwhile waits and then works."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

import actoolkit as ac
from actoolkit.errors import StoreLocked
from actoolkit.store import holding
from actoolkit.store.inventory import clear
from actoolkit.store.locks import holding_all
from actoolkit.store.purge import purge

LOADING = textwrap.dedent("""
    import sys
    from datetime import datetime
    import actoolkit as ac

    url, token, folder, identity, now, first = sys.argv[1:]
    account = ac.Account(url=url, token=token, cache_dir=folder, rate=10_000, identity=identity,
                         clock=lambda: datetime.fromisoformat(now))
    for limit in range(int(first), int(first) + 15):
        rows = ac.load_contacts(account=account, limit=limit, progress=False)
        assert rows.height == limit, (rows.height, limit)
""")


def test_a_load_that_nobody_made_before_waits_too(tmp_path):
    folder, told = tmp_path / "account", []
    with holding(folder, "lists-all"):
        pass
    with holding_all(folder, patience=1.0):
        with pytest.raises(StoreLocked, match=f"process {os.getpid()} on "):
            with holding(folder, "contacts-all", patience=0.1, on_wait=lambda *one: told.append(one)):  # fmt: skip
                pass
    assert len(told) == 1
    with holding(folder, "contacts-all", patience=0) as waited:
        assert not waited


def test_a_load_that_is_under_way_holds_nobody_else_up(tmp_path):
    folder = tmp_path / "account"
    with holding(folder, "lists-all"):
        with holding(folder, "contacts-all", patience=0) as waited:
            assert not waited
        with pytest.raises(StoreLocked, match="lists-all"):
            with holding_all(folder, patience=0.1):
                pass


def test_one_waiting_in_a_folder_that_goes_begins_anew(tmp_path):
    folder, inside = tmp_path / "account", []

    def load():
        with holding(folder, "contacts-all", patience=30):
            inside.append((folder / "locks" / "contacts-all.lock").exists())

    with holding(folder, "lists-all"):
        pass
    with holding_all(folder, patience=1.0):
        loading = threading.Thread(target=load)
        loading.start()
        loading.join(0.3)
        assert loading.is_alive()
        folder.rename(tmp_path / "gone")  # at once: who waits opens the gate's file all the time
    loading.join(30)
    assert inside == [True]


@pytest.mark.parametrize("forget", [clear, lambda one: purge(one, "x@example.org")], ids=["clear", "purge"])  # fmt: skip
def test_loads_of_other_processes_neither_fail_nor_are_in_the_way(tmp_path, forget):
    with ac.sandbox_account(size="tiny", cache_dir=tmp_path) as account:
        children = [
            subprocess.Popen(
                [
                    *(sys.executable, "-c", LOADING, account.url, account.token.reveal()),
                    *(str(tmp_path), "shared", account.now().isoformat(), first),
                ],
                stderr=subprocess.PIPE,
                text=True,
            )
            for first in ("1", "101")
        ]
        shared = ac.Account(
            url=account.url, token=account.token, cache_dir=Path(tmp_path), identity="shared"
        )
        times = 0
        while any(child.poll() is None for child in children):
            forget(shared)
            times += 1
            time.sleep(0.1)
        for child in children:
            said = child.communicate()[1]
            assert child.returncode == 0, said[-2000:]
        assert times > 3
        clear(shared)
        assert not shared.folder.exists()
