"""Refreshes of the real loaders over HTTP: as the whole load, for a fraction of its requests."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

import actoolkit as ac

SILENT = ("sends", "last_mpp_open_local")
"""What the sandbox changes without a new ``updated_at``, as the vendor may."""


@pytest.fixture(scope="module")
def session():
    session = ac.sandbox_account(size="small", seed=21)
    session.start()
    yield session
    session.stop()


@pytest.mark.parametrize("table", ["contacts", "contact_automations", "email_activities"])
def test_a_refresh_is_the_whole_load_for_fewer_requests(session, table):
    loader, account = getattr(ac, f"load_{table}"), session.account
    loader(account=account, progress=False)
    whole = ac.provenance(table, account=account)
    assert whole.whole_at == whole.fetched_at
    for days in (0.01, 3):
        session.advance(days)
        found = loader(account=account, refresh=True, progress=False)
        refreshed = ac.provenance(table, account=account)
        assert refreshed.whole_at == whole.whole_at
        assert refreshed.fetched_at == account.now().replace(microsecond=0)
        assert refreshed.requests < whole.requests / 2
        assert refreshed.certainty == "converged"
        truth = loader(account=account, reconcile=True, limit=None, progress=False)
        whole = ac.provenance(table, account=account)
        assert whole.certainty == "proven"
        assert found.drop(SILENT, strict=False).equals(truth.drop(SILENT, strict=False))


def test_an_expired_snapshot_is_refreshed_without_being_asked(session):
    account = session.account
    ac.load_contacts(account=account, reconcile=True, progress=False)
    session.advance(2)
    ac.load_contacts(account=account, max_age=timedelta(hours=24), progress=False)
    assert ac.provenance("contacts", account=account).requests <= 12


def test_filtered_and_limited_loads_never_pass_for_whole_ones(session, tmp_path):
    account = session.account
    fresh = ac.Account(
        url=account.url, token=account.token, cache_dir=tmp_path, rate=10_000, clock=account.clock
    )
    part = ac.load_contacts(account=fresh, list_id=1, status="subscribed", progress=False)
    few = ac.load_contacts(account=fresh, limit=10, progress=False)
    newest = ac.load_contacts(account=fresh, updated_after="2026-06-01", progress=False)
    whole = ac.load_contacts(account=fresh, progress=False)
    assert few.height == 10 < newest.height < part.height < whole.height
    assert ac.provenance("contacts", account=fresh).whole_at is not None
    session.advance(1)
    again = ac.load_contacts(account=fresh, list_id=1, status="subscribed", refresh=True)
    stored = ac.provenance("contacts", account=fresh, list_id=1, status="subscribed")
    assert stored.rows == again.height
    assert stored.requests > 10  # it was read whole: nothing says which members changed
    assert ac.provenance("contacts", account=fresh).rows == whole.height


def test_score_values_are_never_cut_to_those_of_changed_contacts(session):
    account = session.account
    before = ac.load_score_values(account=account, progress=False)
    session.advance(0.5)
    ac.load_contacts(account=account, refresh=True, progress=False)
    assert ac.load_score_values(account=account, progress=False).equals(before)
    session.advance(1)
    again = ac.load_score_values(account=account, refresh=True, progress=False)
    assert again.height >= before.height
    assert ac.provenance("contacts", account=account).certainty == "proven"


def test_columns_on_request_are_refreshed_as_well(session):
    account = session.account
    ac.load_contacts(account=account, include="ip", progress=False)
    session.advance(1)
    found = ac.load_contacts(account=account, include="ip", refresh=True, progress=False)
    assert "ip" in found.columns
    assert ac.provenance("contacts", account=account, include="ip").requests <= 12


def test_a_snapshot_marked_stale_is_loaded_whole(session):
    from actoolkit.store import Snapshots
    from actoolkit.tables import CONTACTS

    account = session.account
    ac.load_contacts(account=account, progress=False)
    Snapshots(account).mark_stale(CONTACTS)
    ac.load_contacts(account=account, progress=False)
    assert ac.provenance("contacts", account=account).certainty == "proven"


def test_what_is_told_names_the_day_and_the_way_out(session, caplog):
    account = session.account
    ac.load_contacts(account=account, progress=False)
    session.advance(1)
    with caplog.at_level("INFO", logger="actoolkit"):
        ac.load_contacts(account=account, refresh=True, progress=False)
    assert "rows changed since" in caplog.text
    frame = ac.load_contacts(account=account, frame="pandas", progress=False)
    assert frame.attrs["actoolkit"]["whole_at"]
    assert isinstance(pl.from_pandas(frame[["contact_id"]]), pl.DataFrame)


def test_a_refresh_that_is_broken_off_goes_on(session, monkeypatch):
    from actoolkit.api import reader
    from actoolkit.loaders._rows import Rows

    account = session.account
    ac.load_contacts(account=account, reconcile=True, progress=False)
    session.advance(15)
    sent, pages = [], []
    send, add = reader.send, Rows.add
    monkeypatch.setattr(reader, "send", lambda *a, **k: sent.append(1) or send(*a, **k))

    def broken_off(self, *page):
        pages.append(1)
        if len(pages) == 5:
            raise KeyboardInterrupt
        add(self, *page)

    with monkeypatch.context() as patch:
        patch.setattr(Rows, "add", broken_off)
        with pytest.raises(KeyboardInterrupt):
            ac.load_contacts(account=account, progress=False)
    paid = len(sent)
    found = ac.load_contacts(account=account, progress=False)
    refreshed = ac.provenance("contacts", account=account)
    assert refreshed.certainty == "converged"
    again = len(sent) - paid
    truth = ac.load_contacts(account=account, reconcile=True, progress=False)
    assert found.drop(SILENT).equals(truth.drop(SILENT))
    whole = ac.provenance("contacts", account=account).requests
    assert again + paid < whole
    pages = -(-int(refreshed.notes[0].split()[0].replace(",", "")) // 100)
    assert again <= pages + 3 - 4 + 8  # less what was kept, and again what was on its way
