"""A full disk and a folder that cannot be written: what is stored serves, and the error says why."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import suppress

import pytest

import actoolkit as ac
from actoolkit.errors import StoreError, StoreFull
from actoolkit.reports import assets
from actoolkit.store.inventory import clear
from actoolkit.widgets import live_chart

only_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can make a small disk")


@pytest.fixture
def small_disk(tmp_path):
    """A disk of a megabyte, where this machine lets one be made."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.getuid():
        yield place
        return
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", str(place)],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("a full disk is one that is mounted, which this machine lets nobody do")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def read_only(small_disk):
    """A folder, and what makes it read-only: root is stopped by no mode, but by a mount."""

    def make(on):
        if os.getuid() == 0:
            how = f"remount,{'ro' if on else 'rw'}"
            subprocess.run(["mount", "-o", how, str(small_disk)], check=True)
            return
        for path in (small_disk, *small_disk.rglob("*")):
            path.chmod((0o500 if path.is_dir() else 0o400) if on else 0o700)

    yield small_disk, make
    make(on=False)


def test_a_read_only_folder_serves_and_says_so(read_only):
    folder, make = read_only
    with ac.sandbox_account(size="tiny", cache_dir=folder / "cache") as account:
        lists = ac.load_lists(account=account, progress=False)
        make(on=True)
        started = time.monotonic()
        assert ac.load_lists(account=account, progress=False).equals(lists)
        assert ac.load_lists(account=account, lazy=True, progress=False).collect().equals(lists)
        with pytest.raises(StoreError, match=r"ACTOOLKIT_CACHE_DIR|cache_dir"):
            ac.load_lists(account=account, refresh=True, progress=False)
        with pytest.raises(StoreError):
            ac.load_campaigns(account=account, progress=False)
        with pytest.raises(StoreError):
            ac.purge(email="a@example.org", account=account, progress=False)
        assert time.monotonic() - started < 10
        assert ac.load_lists(account=account, progress=False).equals(lists)


def fill(disk, *, but=0):
    """Fill a disk, but for so many bytes; give what fills it."""
    filler = disk / "filler"
    with suppress(OSError), filler.open("wb") as file:
        while True:
            file.write(b"x" * 4096)
            file.flush()
    os.truncate(filler, max(0, filler.stat().st_size - but))
    return filler


@only_root
def test_a_full_disk_can_be_cleared(small_disk):
    with ac.sandbox_account(size="tiny", cache_dir=small_disk / "cache") as account:
        ac.load_lists(account=account, progress=False)
        fill(small_disk)
        assert shutil.disk_usage(small_disk).free == 0
        assert clear(account)
        assert not account.folder.exists()


@only_root
def test_a_person_can_be_asked_about_on_a_full_disk_and_stays_whole_where_nothing_fits(small_disk):
    with ac.sandbox_account(size="tiny", cache_dir=small_disk / "cache") as account:
        contacts = ac.load_contacts(account=account, progress=False)
        fill(small_disk)
        assert ac.purge(email="nobody@example.org", account=account, progress=False).files == 0
        with pytest.raises(StoreFull, match=r"parquet.* cannot be written.* Make room"):
            ac.purge(email=contacts["email"][0], account=account, progress=False)
        assert ac.load_contacts(account=account, progress=False).equals(contacts)


@only_root
def test_a_full_disk_serves_what_it_has_and_goes_on_once_there_is_room(small_disk):
    with ac.sandbox_account(size="small", cache_dir=small_disk / "cache") as account:
        lists = ac.load_lists(account=account, progress=False)
        filler = fill(small_disk)
        started = time.monotonic()
        with pytest.raises(StoreError) as caught:
            ac.load_lists(account=account, refresh=True, progress=False)
        assert isinstance(caught.value, StoreFull)
        with pytest.raises(StoreFull):
            ac.load_contacts(account=account, progress=False)
        assert time.monotonic() - started < 10
        assert ac.load_lists(account=account, progress=False).equals(lists)
        filler.unlink()
        assert ac.load_lists(account=account, refresh=True, progress=False).equals(lists)


def test_no_room_for_the_frame_is_told_and_its_pages_are_kept(tmp_path, monkeypatch):
    """The journal still had room, the snapshot has none."""
    from actoolkit.store import snapshots

    with ac.sandbox_account(size="tiny", cache_dir=tmp_path) as account:
        ac.load_campaigns(account=account, progress=False)
        before = ac.provenance("campaigns", account=account)

        def full(path):
            with snapshots.writing(path):
                raise OSError(28, os.strerror(28))

        with monkeypatch.context() as patch:
            patch.setattr(snapshots, "replacing", full)
            with pytest.raises(StoreFull, match="Make room"):
                ac.load_campaigns(account=account, refresh=True, progress=False)
        assert ac.provenance("campaigns", account=account) == before
        assert ac.load_campaigns(account=account, progress=False).height == before.rows
        again = ac.load_campaigns(account=account, refresh=True, progress=False)
        assert again.height == before.rows


@only_root
@pytest.mark.parametrize("free", [4, 8, 12, 16, 20, 24, 28, 32, 40, 48, 64])
def test_little_room_is_told_and_never_waited_for(small_disk, monkeypatch, free):
    """Room for the lock, but not for the journal: its library would begin again without end."""
    monkeypatch.setattr(
        "requests_cache.backends.sqlite.sleep", lambda seconds: pytest.fail("waits")
    )
    with ac.sandbox_account(size="tiny", cache_dir=small_disk / "cache") as account:
        lists = ac.load_lists(account=account, progress=False)
        filler = fill(small_disk, but=free * 1024)
        try:
            ac.load_contacts(account=account, progress=False)
        except StoreFull as error:
            told = str(error)
        else:
            told = "Make room: it fitted"
        assert "Make room" in told
        assert ac.load_lists(account=account, progress=False).equals(lists)
        filler.unlink()
        assert ac.load_contacts(account=account, progress=False).height


@only_root
def test_a_bundle_that_does_not_fit_leaves_no_half(small_disk, monkeypatch):
    """Pages and charts cost only time then."""
    monkeypatch.setenv("ACTOOLKIT_CACHE_DIR", str(small_disk / "cache"))
    monkeypatch.setattr(assets, "_build", lambda: "x" * 2**21)
    monkeypatch.setattr(live_chart, "_bundle", lambda: "x" * 2**21)
    assets.vega_bundle.cache_clear()
    assert assets.vega_bundle() == "x" * 2**21
    assert live_chart.offline_module().endswith("x" * 2**21)
    assets.vega_bundle.cache_clear()
    assert [path for path in small_disk.rglob("*") if path.is_file()] == []
