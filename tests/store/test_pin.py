"""An analysis can be repeated on the very rows that it was made of."""

from __future__ import annotations

import pytest

import actoolkit as ac
from actoolkit import errors
from actoolkit.store import Snapshots


@pytest.fixture
def session(tmp_path):
    session = ac.sandbox_account(size="tiny", seed=4, cache_dir=tmp_path / "cache")
    session.start()
    yield session
    session.stop()


@pytest.fixture
def account(session):
    return session.account


def refresh(session, days=1, **more):
    session.advance(days)
    return ac.load_campaigns(account=session.account, refresh=True, progress=False, **more)


def test_a_pinned_load_outlives_any_number_of_newer_ones(session, account):
    first = ac.load_campaigns(account=account, progress=False)
    kept = ac.pin("campaigns", account=account)
    for _ in range(4):
        newest = refresh(session)
    assert not newest.equals(first)
    session.stop()  # no request can be answered
    assert ac.load_campaigns(account=account, snapshot=kept, progress=False).equals(first)
    assert ac.load_campaigns(account=account, progress=False).equals(newest)
    lazy = ac.load_campaigns(account=account, snapshot=kept, lazy=True, progress=False)
    assert lazy.collect().equals(first)
    pandas = ac.load_campaigns(account=account, snapshot=kept, frame="pandas", progress=False)
    assert pandas.attrs["actoolkit"]["fetched_at"] == "2026-06-30T15:00:00Z"


def test_an_unpinned_load_goes_with_time(session, account):
    ac.load_campaigns(account=account, progress=False)
    first = ac.provenance("campaigns", account=account).id
    kept = ac.pin("campaigns", account=account)
    assert kept == first
    for _ in range(3):
        refresh(session)
    assert len(Snapshots(account).all()) == 3
    ac.unpin(kept, account=account)
    refresh(session)
    with pytest.raises(errors.SnapshotMissing, match="There is no snapshot"):
        ac.load_campaigns(account=account, snapshot=kept, progress=False)
    with pytest.raises(errors.SnapshotMissing):
        ac.unpin(kept, account=account)
    assert not list(account.folder.rglob("*.pin"))


def test_a_period_and_filters_count_on_a_pinned_load_too(session, account):
    ac.load_ecom_orders(account=account, state="completed", progress=False)
    kept = ac.pin("ecom_orders", account=account, state="completed")
    found = ac.load_ecom_orders(
        account=account, state="completed", since="2026-05-01", snapshot=kept, progress=False
    )
    assert 0 < found.height < ac.provenance("ecom_orders", account=account, state="completed").rows
    with pytest.raises(errors.InvalidArgument, match="filters"):
        ac.load_ecom_orders(account=account, snapshot=kept, progress=False)
    with pytest.raises(errors.InvalidArgument, match="ecom_orders"):
        ac.load_lists(account=account, snapshot=kept, progress=False)


@pytest.mark.parametrize("name", ["", "x", "../..", "campaigns/all", "campaigns/all/000009-X"])
def test_a_name_of_nothing_is_said_to_be_that(account, name):
    with pytest.raises(errors.SnapshotMissing):
        ac.load_campaigns(account=account, snapshot=name, progress=False)


def test_a_damaged_pinned_load_is_never_another(account):
    ac.load_campaigns(account=account, progress=False)
    kept = ac.pin("campaigns", account=account)
    (path,) = account.folder.rglob("campaigns/all/*.parquet")
    path.write_bytes(path.read_bytes()[:-1])
    for _ in range(2):
        with pytest.raises(errors.SnapshotMissing):
            ac.load_campaigns(account=account, snapshot=kept, progress=False)


def test_what_is_pinned_cannot_be_refreshed(account):
    with pytest.raises(errors.InvalidArgument, match="snapshot="):
        ac.load_campaigns(account=account, snapshot="x", refresh=True, progress=False)
