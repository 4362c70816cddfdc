"""A stored load is whole or absent, and every flipped bit is found before a parser sees it."""

from __future__ import annotations

import dataclasses
import json
import random

import duckdb
import polars as pl
import pytest

from actoolkit.errors import SnapshotMissing
from actoolkit.store import Snapshots, query_digest
from actoolkit.store.manifest import seal, unseal
from actoolkit.tables import CAMPAIGNS, SCORES


@pytest.fixture
def store(account):
    return Snapshots(account)


def paths(account):
    return sorted(p for p in account.folder.rglob("*") if p.is_file())


def test_nothing_stored_is_none_and_creates_nothing(account, store):
    assert store.find(SCORES) is None
    assert store.all() == []
    assert not account.folder.exists()


def test_what_is_published_is_found_and_read(account, store, publish):
    manifest = publish(
        rows=5, vendor_total=5, unknown_fields={"new": 2}, rescued_values={"x": 1}, requests=3
    )
    assert Snapshots(account).find(SCORES) == manifest
    assert manifest.rows == 5
    assert manifest.unknown_fields == {"new": 2}
    assert store.read(manifest)["score_id"].to_list() == ["0", "1", "2", "3", "4"]
    assert store.read(manifest).schema == SCORES.schema
    assert store.scan(manifest).collect().equals(store.read(manifest))


def test_other_engines_read_the_documented_layout(account, publish):
    publish(rows=5)
    files = f"{account.folder}/snapshots/scores/all/*.parquet"
    assert duckdb.sql(f"select count(*) from '{files}'").fetchall() == [(5,)]
    assert pl.scan_parquet(files).select(pl.len()).collect().item() == 5


def test_queries_do_not_mix(store, publish):
    whole = publish(rows=5)
    part = publish(rows=2, query={"filters[state]": "1"})
    assert store.find(SCORES) == whole
    assert store.find(SCORES, {"filters[state]": "1"}) == part
    assert store.find(SCORES, {"filters[state]": "2"}) is None
    assert store.find(CAMPAIGNS) is None
    assert query_digest({"a": "1", "b": "2"}) == query_digest({"b": "2", "a": "1"})


def test_the_newest_counts_and_two_are_kept(account, store, publish):
    for rows in (1, 2, 3, 4):
        newest = publish(rows=rows)
    assert store.find(SCORES) == newest
    assert [m.rows for m in store.all()] == [4, 3]
    assert len(paths(account)) == 4


def test_what_a_killed_load_left_is_swept(account, store, publish):
    place = account.folder / "snapshots" / "scores" / "all"
    publish()
    (place / "000001-x.parquet").write_bytes(b"no manifest came")
    (place / "000002-x.json.ab12.part").write_bytes(b"half")
    publish()
    assert all("-x" not in path.name for path in place.iterdir())


def test_a_table_of_another_shape_is_not_served(store, publish):
    publish()
    changed = dataclasses.replace(SCORES, columns=SCORES.columns[:-1])
    assert store.find(changed) is None


def test_marked_stale(store, publish):
    publish()
    other = publish(query={"a": "1"})
    assert store.mark_stale(SCORES, {}) == 1
    assert store.find(SCORES).stale
    assert store.find(SCORES, {"a": "1"}) == other
    assert store.mark_stale() == 1


def test_the_token_is_nowhere(account, publish):
    publish(query={"email": "a@example.org"})
    for path in paths(account):
        assert b"a-real-looking-token" not in path.read_bytes()
        assert "a-real-looking-token" not in str(path)


@pytest.mark.parametrize("suffix", [".parquet", ".json"])
def test_every_flipped_bit_is_found_and_put_aside(account, publish, suffix, caplog):
    manifest = publish()
    (path,) = [p for p in paths(account) if p.suffix == suffix]
    json_path, sound = path.with_suffix(".json"), path.read_bytes()
    sealed = json_path.read_bytes()
    bits = random.Random(1).sample(range(8 * len(sound)), min(400, 8 * len(sound)))
    for bit in bits:
        damaged = bytearray(sound)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        store = Snapshots(account)
        found = store.find(SCORES)
        if suffix == ".json":  # white space between tokens carries nothing
            assert found in (None, manifest)
        if found is not None and suffix == ".parquet":
            with pytest.raises(SnapshotMissing, match="damaged"):
                store.read(found)
        if found is None or suffix == ".parquet":
            assert store.find(SCORES) is None
            assert list(account.folder.rglob(f"{path.name}.damaged"))
            for one in account.folder.rglob("*.damaged"):
                one.unlink()
            json_path.write_bytes(sealed)
            if suffix == ".json":
                path.with_suffix(".parquet").write_bytes(b"")
    assert "put aside" in caplog.text


@pytest.mark.parametrize("suffix", [".parquet", ".json"])
def test_every_truncation_is_found(account, publish, suffix):
    publish()
    (path,) = [p for p in paths(account) if p.suffix == suffix]
    kept = {p: p.read_bytes() for p in paths(account)}
    for length in range(0, len(kept[path]) - 1, 7):
        for one, content in kept.items():
            one.write_bytes(content)
        path.write_bytes(kept[path][:length])
        store = Snapshots(account)
        found = store.find(SCORES)
        if found is not None:
            assert suffix == ".parquet"
            with pytest.raises(SnapshotMissing):
                store.scan(found)
        assert store.find(SCORES) is None


def test_a_foreign_file_is_no_snapshot(account, publish):
    publish()
    place = account.folder / "snapshots" / "scores" / "all"
    (place / "zzz.json").write_text(json.dumps({"rows": 5}))
    (place / "yyy.json").write_text("[]")
    (place / "xxx.json").write_bytes(b"\xff\xfe")
    assert Snapshots(account).find(SCORES).rows == 3


def test_a_lost_file_is_missing(account, store, publish):
    manifest = publish()
    (account.folder / "snapshots" / "scores" / "all" / manifest.file).unlink()
    with pytest.raises(SnapshotMissing, match="gone"):
        store.read(manifest)
    assert store.find(SCORES) is None


def test_a_manifest_round_trips(publish):
    manifest = publish(query={"ids[]": ("1", "2")}, unknown_fields={"é": 1})
    assert unseal(seal(manifest)) == manifest


def test_generations_rise_when_the_clock_stands_still(publish):
    names = [publish().generation for _ in range(3)]
    assert names == sorted(set(names))
