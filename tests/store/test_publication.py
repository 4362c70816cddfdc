"""Whoever reads while something is written finds the old or the new, whole, at every line of it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from actoolkit.store import Snapshots
from actoolkit.store.folder import prepare, replacing
from actoolkit.store.history import History
from actoolkit.tables import LISTS, SCORES
from actoolkit.whole_files import write_whole

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOMES = ("/actoolkit/", "/pathlib", "/shutil", "/tempfile")
OLD, NEW = b"old " * 5_000, b"newer " * 9_000


def watched(work, look):
    """What a reader sees before each line that the work executes, here and in the library."""
    seen = []

    def line(frame, event, arg):
        seen.append(look())
        return line

    def call(frame, event, arg):
        return line if any(home in frame.f_code.co_filename for home in HOMES) else None

    sys.settrace(call)
    try:
        work()
    finally:
        sys.settrace(None)
    seen.append(look())
    return seen


def assert_turned_once(seen, old, new):
    """First the old ones, then the new ones, and nothing else."""
    turn = seen.index(new)
    assert seen[:turn] == [old] * turn
    assert seen[turn:] == [new] * (len(seen) - turn)
    assert turn > 0


def write_in_store(path):
    with replacing(path) as file:
        file.write(NEW[:7])
        file.write(NEW[7:])


def write_for_people(path):
    write_whole(path, lambda file: (file.write(NEW[:7]), file.write(NEW[7:])), private=False)


@pytest.mark.parametrize("write", [write_in_store, write_for_people])
def test_a_file_is_replaced_in_one_step(write, tmp_path):
    path = prepare(tmp_path / "store") / "file"
    path.write_bytes(OLD)
    with path.open("rb") as reader:
        assert_turned_once(watched(lambda: write(path), path.read_bytes), OLD, NEW)
        assert reader.read() == OLD  # who had it open reads it to its end
    assert [one.name for one in path.parent.iterdir() if one.name.startswith("file")] == ["file"]


def test_a_load_is_published_in_one_step(account, publish):
    publish(rows=3)
    others = Snapshots(account)

    def look():
        return others.read(others.find(SCORES)).height

    assert_turned_once(watched(lambda: publish(rows=5), look), 3, 5)


def test_a_load_whose_rows_are_rewritten_is_so_in_one_step(account, publish):
    manifest = publish(rows=5)
    store, others = Snapshots(account), Snapshots(account)
    rows = store.read(manifest).head(2)

    def look():
        return others.read(others.find(SCORES)).height

    seen = watched(lambda: store.rewrite(manifest, rows, note="fewer"), look)
    assert_turned_once(seen, 5, 2)


def test_history_grows_in_one_step(account):
    history, others = History(account), History(account)

    def lists(subscribers):
        frame = pl.DataFrame({"list_id": ["1", "2"], "active_subscribers": subscribers})
        return pl.concat([LISTS.empty(), frame], how="diagonal_relaxed")

    def look():
        return others.read("lists")["active_subscribers"].to_list()

    history.append("lists", NOW, lists([5, 7]))
    seen = watched(lambda: history.append("lists", NOW + timedelta(days=1), lists([6, 7])), look)
    assert_turned_once(seen, [5, 7], [5, 7, 6])
