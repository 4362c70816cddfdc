"""Counters that the source overwrites are kept, whole, and found damaged when they are."""

from __future__ import annotations

import logging
from datetime import timedelta

import polars as pl
import pytest
import requests

import actoolkit as ac
from actoolkit import errors
from actoolkit.store.history import TRACKED, History
from actoolkit.store.inventory import clear, inventory
from actoolkit.tables import TABLES


@pytest.mark.parametrize("table", list(TRACKED))
def test_every_kept_column_is_one_of_the_table(table):
    assert set(TRACKED[table]) <= set(TABLES[table].schema)
    assert TRACKED[table][0] == TABLES[table].key


@pytest.fixture
def rows():
    def make(*values):
        frame = pl.DataFrame(
            {"list_id": [str(n) for n in range(len(values))], "active_subscribers": list(values)},
            schema_overrides={"active_subscribers": pl.Int64},
        )
        return pl.concat([TABLES["lists"].empty(), frame], how="diagonal")

    return make


def test_only_what_changed_is_kept(account, rows):
    kept, now = History(account), account.now()
    assert kept.append("lists", now, rows(5, None)) == 2
    assert kept.append("lists", now + timedelta(days=1), rows(5, None)) == 0
    assert kept.append("lists", now + timedelta(days=2), rows(6, None, 7)) == 2
    found = kept.read("lists")
    assert found["list_id"].to_list() == ["0", "1", "0", "2"]
    assert found["active_subscribers"].to_list() == [5, None, 6, 7]
    assert found["observed_at"].n_unique() == 2


def test_what_a_killed_load_left_is_swept(account, rows):
    kept, now = History(account), account.now()
    kept.append("lists", now, rows(5))
    (kept.root / "lists" / "000002-x.parquet.1a2b.part").write_bytes(b"half")
    kept.append("lists", now, rows(6))
    assert sorted(kept.files("lists")) == sorted((kept.root / "lists").iterdir())
    assert kept.read("lists")["active_subscribers"].to_list() == [5, 6]


def test_every_flipped_bit_is_found(account, rows, caplog):
    kept = History(account)
    kept.append("lists", account.now(), rows(5))
    kept.append("lists", account.now(), rows(6))
    _, second = kept.files("lists")
    content = second.read_bytes()
    for bit in range(0, 8 * len(content), 97):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        second.write_bytes(damaged)
        with caplog.at_level(logging.WARNING):
            assert kept.read("lists")["active_subscribers"].to_list() == [5]
        assert "damaged" in caplog.text
        second.with_name(second.name + ".damaged").unlink()
    for length in range(0, len(content), 53):
        second.write_bytes(content[:length])
        assert kept.read("lists").height == 1
    assert kept.append("lists", account.now(), rows(6)) == 1
    assert kept.read("lists")["active_subscribers"].to_list() == [5, 6]


def every_campaign(url):
    """What the API says now, past every loader."""
    rows = []
    while True:
        answer = requests.get(
            f"{url}/api/3/campaigns",
            params={"limit": 100, "offset": len(rows)},
            headers={"Api-Token": "test-sandbox"},
            timeout=30,
        ).json()
        rows += answer["campaigns"]
        if len(rows) == int(answer["meta"]["total"]):
            return rows


def test_a_week_of_refreshes_recovers_the_true_curve(tmp_path):
    session = ac.sandbox_account(size="small", seed=3, cache_dir=tmp_path)
    session.start()
    try:
        truth = {}
        for _ in range(8):
            ac.load_campaigns(account=session.account, refresh=True, progress=False)
            for row in every_campaign(session.url):
                truth[session.account.now(), row["id"]] = int(row["uniqueopens"])
            session.advance(1)
        curve = ac.history("campaigns", account=session.account)
    finally:
        session.stop()
    moved = curve.filter(pl.col("campaign_id").is_duplicated())
    assert moved["campaign_id"].n_unique() >= 2  # young campaigns, and mails of automations
    for (moment, number), opens in truth.items():
        seen = curve.filter((pl.col("campaign_id") == number) & (pl.col("observed_at") <= moment))[
            "unique_opens"
        ]
        assert seen[-1] == opens
    assert curve.height < len(truth)


def test_only_whole_loads_are_kept():
    with ac.sandbox_account(size="tiny") as account:
        ac.load_campaigns(account=account, limit=3, progress=False)
        assert ac.history("campaigns", account=account).height == 0
        ac.load_campaigns(account=account, progress=False)
        kept = ac.history("campaigns", account=account, frame="pandas")
        assert len(kept) == ac.provenance("campaigns", account=account).rows
        with pytest.raises(errors.InvalidArgument, match="campaigns"):
            ac.history("contacts", account=account)
        with pytest.raises(errors.InvalidArgument, match="polars"):
            ac.history("campaigns", account=account, frame="arrow")


def test_the_inventory_names_everything_and_clear_leaves_nothing(tmp_path):
    with ac.sandbox_account(size="tiny", cache_dir=tmp_path / "cache") as account:
        assert inventory(account).height == 0
        ac.load_lists(account=account, progress=False)
        ac.load_contacts(account=account, limit=10, progress=False)
        found = inventory(account)
        assert set(found["kept"]) == {"whole", "part", "history"}
        assert found["bytes"].min() > 0
        assert clear(account, keep_history=True) > 0
        assert inventory(account)["kept"].to_list() == ["history"]
        ac.load_lists(account=account, refresh=True, progress=False)
        assert clear(account) > 0
        assert list((tmp_path / "cache").iterdir()) == []
        assert clear(account) == 0
        assert ac.load_lists(account=account, progress=False).height


@pytest.mark.parametrize("neighbour", [False, True])
def test_the_pace_goes_with_the_last_account(account, rows, neighbour):
    History(account).append("lists", account.now(), rows(5))
    root = account.folder.parent
    (root / "pace").mkdir(mode=0o700)
    (root / "pace" / "you.api-us1.com.json").write_text("{}")
    other = "you.api-us1.com-0123456789ab"  # of another token
    if neighbour:
        (root / other).mkdir(mode=0o700)
    clear(account)
    left = sorted(path.name for path in root.iterdir())
    assert left == (["pace", other] if neighbour else [])
