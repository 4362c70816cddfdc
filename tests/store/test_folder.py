"""Who may read what is stored, and what happens when it cannot be."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import textwrap
from contextlib import suppress

import pytest

from actoolkit import doctor
from actoolkit.api.private import private_folder
from actoolkit.errors import StoreError, StoreFull, StoreUnsafe
from actoolkit.settings import Account
from actoolkit.store import Snapshots, folder
from actoolkit.tables import SCORES


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_only_the_owner_can_read_whatever_the_umask(account, publish, umask):
    before = os.umask(umask)
    try:
        publish()
    finally:
        os.umask(before)
    top = account.folder.parent
    for path in (top, *top.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_refuses_a_folder_that_others_may_write_to(account, mode):
    account.folder.mkdir(parents=True)
    account.folder.chmod(mode)
    with pytest.raises(StoreUnsafe, match="chmod 700"):
        Snapshots(account)


def test_takes_reading_away_from_others(account, publish):
    account.folder.mkdir(parents=True)
    account.folder.chmod(0o755)
    publish()
    assert stat.S_IMODE(account.folder.stat().st_mode) == 0o700


def test_refuses_a_symbolic_link(account, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    account.folder.parent.mkdir()
    account.folder.symlink_to(elsewhere)
    with pytest.raises(StoreUnsafe, match="symbolic link"):
        Snapshots(account)


def test_refuses_a_dangling_symbolic_link(account, tmp_path):
    account.folder.parent.mkdir()
    account.folder.symlink_to(tmp_path / "nowhere")
    with pytest.raises(StoreUnsafe, match="symbolic link"):
        Snapshots(account)


def test_refuses_a_file_in_its_place(account):
    account.folder.parent.mkdir()
    account.folder.write_text("not a folder")
    with pytest.raises(StoreUnsafe, match="not a folder"):
        Snapshots(account)


def test_refuses_a_folder_below_a_file(account):
    account.folder.parent.write_text("not a folder")
    with pytest.raises(StoreUnsafe):
        Snapshots(account)


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="needs a second user")
def test_refuses_somebody_elses_folder(account):
    account.folder.mkdir(parents=True, mode=0o700)
    os.chown(account.folder, 12345, 12345)
    with pytest.raises(StoreUnsafe, match="12345"):
        Snapshots(account)


@pytest.mark.parametrize("mode", [0o757, 0o777, 0o703])
def test_refuses_a_place_where_others_may_replace_the_folder(account, mode):
    account.folder.mkdir(parents=True, mode=0o700)
    account.folder.parent.chmod(mode)
    with pytest.raises(StoreUnsafe, match="replace your folder") as caught:
        Snapshots(account)
    assert f"chmod go-w '{account.folder.parent}'" in caught.value.hint
    account.folder.parent.chmod(0o755)  # what the hint says
    Snapshots(account)


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="needs a second group")
def test_refuses_a_place_of_a_group_but_not_of_ones_own(account, publish):
    place = account.folder.parent
    place.mkdir()
    os.chown(place, 0, 12345)
    place.chmod(0o770)
    with pytest.raises(StoreUnsafe, match="replace your folder"):
        publish()
    os.chown(place, 0, 0)  # root's own group
    publish()


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="needs a second user")
def test_refuses_a_place_of_somebody_else(account):
    account.folder.mkdir(parents=True, mode=0o700)
    os.chown(account.folder.parent, 12345, 12345)
    with pytest.raises(StoreUnsafe, match="user 12345, who may replace"):
        Snapshots(account)


def test_takes_a_place_like_tmp_and_a_link_to_a_larger_disk(account, publish, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    disk.chmod(0o1777)
    account.folder.parent.symlink_to(disk)
    publish()
    assert [path.name for path in disk.iterdir()] == [account.folder.name]


def test_a_write_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with suppress(RuntimeError), folder.replacing(path) as file:
        file.write(b"new")
        raise RuntimeError
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_full_disk_is_a_typed_error_and_the_old_snapshot_serves(account, publish, tmp_path):
    """A limit on the size of files stands for a full disk: the system's own error, no mock."""
    first = publish(rows=3)
    program = """
        import resource, sys
        from datetime import UTC, datetime
        import polars as pl
        from actoolkit.errors import StoreFull
        from actoolkit.settings import Account
        from actoolkit.store import Facts, Snapshots
        from actoolkit.tables import SCORES

        now = datetime(2026, 3, 1, 12, tzinfo=UTC)
        account = Account(url="https://you.api-us1.com", token="a-real-looking-token",
                          cache_dir=sys.argv[1], clock=lambda: now)
        many = pl.DataFrame({"score_id": [str(n * 7919) for n in range(50_000)]})
        frame = pl.concat([SCORES.empty(), many], how="diagonal")
        store = Snapshots(account)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
        try:
            store.publish(SCORES, {}, frame, Facts(endpoint="/scores", fetched_at=now,
                generation=store.next_generation(SCORES, {}, now), certainty="proven"))
        except StoreFull as error:
            print("full:", error)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(tmp_path / "cache")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("full:"), done.stdout + done.stderr
    store = Snapshots(account)
    assert store.find(SCORES) == first
    assert store.read(first).height == 3
    assert not list(account.folder.rglob("*.part"))


@pytest.mark.parametrize(("number", "kind"), [(28, StoreFull), (30, StoreFull), (5, StoreError)])
def test_the_systems_words_become_typed_errors(tmp_path, number, kind):
    with pytest.raises(kind, match=r"cannot be .* [A-Z]") as caught, folder.writing(tmp_path):
        raise OSError(number, os.strerror(number))
    assert caught.value.hint


def test_what_the_system_does_not_let_be_looked_at_is_told(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    for place in (tmp_path / "a" / "cache", tmp_path / ("x" * 300)):
        for act in (folder.check, folder.prepare, private_folder):
            with pytest.raises(StoreError, match="ACTOOLKIT_CACHE_DIR"):
                act(place)
        account = Account(url="https://you.api-us1.com", token="x", cache_dir=place)
        (found,) = doctor.examine(account)
        assert found.verdict == "problem"
        assert "ACTOOLKIT_CACHE_DIR" in found.remedy


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="needs a second user")
@pytest.mark.parametrize("act", [folder.check, folder.prepare, private_folder])
def test_a_folder_behind_somebody_elses_is_told(tmp_path, act):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o700)
    os.seteuid(45678)
    try:
        with pytest.raises(StoreError, match=r"Permission denied.*ACTOOLKIT_CACHE_DIR"):
            act(locked / "cache" / "account")
    finally:
        os.seteuid(0)
