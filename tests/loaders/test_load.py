"""Loading over a server with quirks: exact rows, or a typed error, never fewer in silence."""

from __future__ import annotations

import json
from datetime import timedelta

import pandas as pd
import polars as pl
import pytest

from actoolkit.api.retry import Limits
from actoolkit.errors import (
    ActoolkitError,
    IncompleteLoad,
    MalformedResponse,
    NotAvailable,
    SnapshotMissing,
    StoreFull,
)
from actoolkit.loaders import (
    load_campaigns,
    load_contacts,
    load_ecom_order_products,
    load_ecom_orders,
    load_email_activities,
    load_lists,
    load_score_values,
    load_user,
    provenance,
)
from actoolkit.tables import LISTS

LISTED = [{"id": str(n), "name": f"list {n}"} for n in range(1, 51)]
IDS = [row["id"] for row in LISTED]


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Give up after the third attempt: the waits between more of them are tried elsewhere."""
    monkeypatch.setattr("actoolkit.api.reader.Limits", lambda: Limits(attempts=3))


@pytest.fixture
def lists(stub):
    stub.rows["/lists"] = ("lists", list(LISTED))
    return stub


def ids(frame):
    return frame["list_id"].to_list()


class TestQuirks:
    def test_pages_of_seven(self, lists, account):
        lists.cap = 7
        assert ids(load_lists(account=account)) == IDS
        assert provenance("lists", account=account).certainty == "proven"

    def test_no_total(self, lists, account):
        lists.total = "absent"
        assert ids(load_lists(account=account)) == IDS
        found = provenance("lists", account=account)
        assert (found.rows, found.vendor_total) == (50, None)

    def test_rows_come_and_go_while_paging(self, lists, account):
        lists.cap = 7

        def drift(number):
            rows = lists.rows["/lists"][1]
            if number == 3:
                rows.pop(0)
            if number == 4:
                rows.append({"id": "51", "name": "late"})

        lists.before = drift
        found = ids(load_lists(account=account))
        assert set(IDS[1:]) <= set(found) <= {*IDS, "51"}
        assert len(found) == len(set(found))

    def test_rate_limit_in_the_middle(self, lists, account):
        lists.cap = 7
        lists.faults[3] = (429, {"Retry-After": "1"}, b"")
        lists.faults[4] = (503, {}, b"")
        assert ids(load_lists(account=account)) == IDS

    def test_html_with_status_200_twice(self, lists, account):
        lists.cap = 7
        lists.faults[2] = lists.faults[3] = (200, {}, b"<html>maintenance</html>")
        assert ids(load_lists(account=account)) == IDS

    def test_html_for_ever_is_a_typed_error_and_nothing_is_stored(self, lists, account):
        lists.cap = 7
        lists.faults = dict.fromkeys(range(3, 99), (200, {}, b"<html>maintenance</html>"))
        with pytest.raises(MalformedResponse):
            load_lists(account=account)
        with pytest.raises(SnapshotMissing):
            provenance("lists", account=account)

    def test_rows_that_never_come_raise(self, lists, account, monkeypatch):
        lists.cap = 7
        answer = lists.answer

        def lie(address):
            status, headers, body = answer(address)
            return status, headers, body.replace(b'"total": "50"', b'"total": "60"')

        monkeypatch.setattr(lists, "answer", lie)
        with pytest.raises(IncompleteLoad):
            load_lists(account=account)
        monkeypatch.undo()
        assert ids(load_lists(account=account)) == IDS

    def test_a_resource_that_the_account_lacks(self, account):
        with pytest.raises(NotAvailable):
            load_campaigns(account=account)

    def test_unknown_fields_and_odd_values_are_kept_counted_and_told(self, lists, account, caplog):
        rows = lists.rows["/lists"][1]
        rows[3] = {**rows[3], "brand_new": 1, "active_subscribers": "many"}
        with caplog.at_level("INFO", "actoolkit"):
            frame = load_lists(account=account)
        extra = frame.filter(pl.col("_extra").is_not_null())
        assert json.loads(extra["_extra"].item()) == {"brand_new": 1, "active_subscribers": "many"}
        found = provenance("lists", account=account)
        assert found.unknown_fields == {"brand_new": 1}
        assert found.rescued_values == {"active_subscribers": 1}
        assert "brand_new" in caplog.text
        assert "active_subscribers" in caplog.text


def test_what_came_twice_is_counted_once_and_as_what_it_is(lists, account):
    """Pages of seven overlap: of each row one is kept, with its unknown field and its misfit."""
    odd = [{**row, "brand_new": 1, "active_subscribers": "many"} for row in LISTED]
    lists.rows["/lists"] = ("lists", odd)
    lists.cap = 7
    load_lists(account=account)
    found = provenance("lists", account=account)
    assert found.unknown_fields == {"brand_new": 50}
    assert found.rescued_values == {"active_subscribers": 50}


@pytest.mark.parametrize("none", ["0", 0, 10**20], ids=str)
@pytest.mark.parametrize("order", ["no", "rising"])
def test_a_row_whose_id_is_none_comes_once_however_often_it_was_read(stub, account, none, order):
    """Pages in no order are read twice; those whose ids rise overlap."""
    rows = [{"id": str(n), "name": f"list {n}"} for n in (*range(1, 40), *range(60, 40, -1))]
    rows.insert(20, {"id": none, "name": "odd"})
    stub.cap = 7
    wanted = sorted(rows, key=lambda row: int(row["id"]))
    stub.rows["/lists"] = ("lists", rows if order == "no" else wanted)
    found = load_lists(account=account)
    assert sorted(found["name"]) == sorted(row["name"] for row in rows)
    told = provenance("lists", account=account)
    assert (told.rows, told.vendor_total) == (60, 60)
    assert sum(told.rescued_values.values()) == (none == 10**20)


@pytest.mark.parametrize("strange", ["a3f0", "9" * 20, " 7", "1.5", "0"])
def test_a_table_with_an_id_that_is_no_number_is_loaded_again(stub, account, strange):
    rows = [{"id": one, "subject": f"about {one}"} for one in (strange, "9", "8", "7")]
    stub.rows["/emailActivities"] = ("emailActivities", rows)
    for _ in range(2):
        found = load_email_activities(account=account, refresh=True)
        assert sorted(found["subject"]) == sorted(row["subject"] for row in rows)
        rows.insert(0, {"id": "10", "subject": "about 10"})


class TestSnapshots:
    def test_the_second_call_sends_no_request(self, lists, account, clock):
        first = load_lists(account=account)
        sent = len(lists.seen)
        clock.forward(hours=23)
        assert load_lists(account=account).equals(first)
        assert len(lists.seen) == sent
        clock.forward(hours=1)
        load_lists(account=account)
        assert len(lists.seen) > sent

    def test_max_age_and_refresh(self, lists, account, clock):
        load_lists(account=account)
        sent = len(lists.seen)
        clock.forward(minutes=10)
        load_lists(account=account, max_age=timedelta(minutes=11))
        assert len(lists.seen) == sent
        load_lists(account=account, max_age=timedelta(minutes=10))
        assert len(lists.seen) == 2 * sent
        load_lists(account=account, refresh=True)
        assert len(lists.seen) == 3 * sent

    def test_a_snapshot_of_the_future_is_not_believed(self, lists, account, clock):
        load_lists(account=account)
        sent = len(lists.seen)
        clock.forward(days=-1)
        load_lists(account=account)
        assert len(lists.seen) == 2 * sent

    @pytest.mark.parametrize("suffix", [".parquet", ".json"])
    @pytest.mark.parametrize("damage", ["flip", "truncate", "empty"])
    def test_a_damaged_snapshot_is_loaded_again(self, lists, account, suffix, damage, caplog):
        first = load_lists(account=account)
        sent = len(lists.seen)
        (path,) = account.folder.rglob(f"snapshots/**/*{suffix}")
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 4
        path.write_bytes({"flip": content, "truncate": content[:99], "empty": b""}[damage])
        assert load_lists(account=account).equals(first)
        assert len(lists.seen) == 2 * sent
        assert "put aside" in caplog.text
        assert not list(account.folder.rglob("*.damaged"))

    def test_a_failed_refresh_leaves_the_old_snapshot(self, lists, account):
        first = load_lists(account=account)
        lists.faults = dict.fromkeys(range(1, 99), (422, {}, b""))
        with pytest.raises(ActoolkitError):
            load_lists(account=account, refresh=True)
        assert load_lists(account=account).equals(first)

    def test_a_read_only_folder_still_serves_what_is_there(
        self, lists, account, clock, monkeypatch
    ):
        first = load_lists(account=account)
        sent = len(lists.seen)
        monkeypatch.setattr("actoolkit.api.private.os.access", lambda *args: False)
        assert load_lists(account=account).equals(first)
        with pytest.raises(StoreFull):
            load_lists(account=account, refresh=True)
        assert len(lists.seen) == sent

    def test_two_accounts_on_one_machine_do_not_mix(self, lists, tmp_path, account):
        load_lists(account=account)
        sent = len(lists.seen)
        other = type(account)(
            url=lists.url, token="test-other", cache_dir=tmp_path / "cache", rate=10_000
        )
        load_lists(account=other)
        assert len(lists.seen) == 2 * sent

    def test_the_token_is_nowhere(self, lists, account):
        lists.cap = 7
        lists.faults = dict.fromkeys(range(5, 99), (422, {}, b""))
        with pytest.raises(ActoolkitError):
            load_lists(account=account)
        lists.faults = {}
        load_lists(account=account, limit=3)
        files = [path for path in account.folder.parent.rglob("*") if path.is_file()]
        assert len(files) > 3
        for path in files:
            assert b"test-stub" not in path.read_bytes(), path

    def test_other_filters_other_snapshots(self, stub, account):
        rows = [{"id": str(n), "state": str(n % 4), "totalPrice": "100"} for n in range(1, 41)]
        stub.rows["/ecomOrders"] = ("ecomOrders", rows)
        for _ in range(2):
            done = load_ecom_orders(account=account, state="completed")
            assert done["order_id"].to_list() == [r["id"] for r in rows if r["state"] == "1"]
            assert load_ecom_orders(account=account).height == 40
        whole, part = (
            provenance("ecom_orders", account=account),
            provenance("ecom_orders", account=account, state="completed"),
        )
        assert (whole.rows, part.rows) == (40, 10)
        assert part.query == {"filters[state]": "1"}


class TestFrames:
    def test_no_rows_same_shape(self, stub, account):
        stub.rows["/lists"] = ("lists", [])
        empty = load_lists(account=account)
        assert empty.schema == LISTS.schema
        pandas_empty = load_lists(account=account, frame="pandas")
        stub.rows["/lists"] = ("lists", list(LISTED))
        full = load_lists(account=account, frame="pandas", refresh=True)
        assert list(pandas_empty.columns) == list(LISTS.schema)
        pd.testing.assert_series_equal(pandas_empty.dtypes, full.dtypes)

    def test_pandas_and_polars_hold_the_same_values(self, lists, account):
        rows = lists.rows["/lists"][1]
        rows[0] = {**rows[0], "cdate": "2026-01-02T03:04:05-06:00", "active_subscribers": "7"}
        one = load_lists(account=account)
        two = load_lists(account=account, frame="pandas")
        for name in one.columns:
            left = one[name].to_list()
            right = [None if pd.isna(v) else v for v in two[name].tolist()]
            assert left == right, name

    def test_pandas_frames_carry_their_provenance(self, lists, account):
        frame = load_lists(account=account, frame="pandas")
        assert frame.attrs["actoolkit"]["rows"] == 50
        assert frame.attrs["actoolkit"] == provenance("lists", account=account).to_dict()
        json.dumps(frame.attrs)

    def test_the_accounts_kind_of_frame_is_the_default(self, lists, stub, tmp_path):
        account = stub.account(tmp_path, frame="pandas")
        assert isinstance(load_lists(account=account), pd.DataFrame)
        assert isinstance(load_lists(account=account, frame="polars"), pl.DataFrame)

    def test_lazy(self, lists, account):
        eager = load_lists(account=account)
        lazy = load_lists(account=account, lazy=True)
        assert isinstance(lazy, pl.LazyFrame)
        assert lazy.collect().equals(eager)
        for _ in range(1):  # the generation that a lazy frame reads outlives one refresh
            load_lists(account=account, refresh=True)
        assert lazy.collect().equals(eager)

    def test_limit_is_loud_marked_and_apart(self, lists, account, caplog):
        part = load_lists(account=account, limit=5)
        assert ids(part) == IDS[:5]
        assert "FIRST 5 ROWS ONLY" in caplog.text
        assert provenance("lists", account=account, limit=5).certainty == "unverified"
        with pytest.raises(SnapshotMissing):
            provenance("lists", account=account)
        assert load_lists(account=account).height == 50
        caplog.clear()
        load_lists(account=account, limit=5)
        assert "FIRST 5 ROWS ONLY" in caplog.text

    def test_a_limit_beyond_the_end_gives_all(self, lists, account):
        assert load_lists(account=account, limit=500).height == 50

    def test_order_does_not_depend_on_the_servers(self, lists, account):
        lists.rows["/lists"][1].reverse()
        assert ids(load_lists(account=account)) == IDS


class TestRiders:
    @pytest.fixture
    def people(self, stub):
        stub.cap = 7
        stub.rows["/contacts"] = ("contacts", [{"id": str(n)} for n in range(1, 31)])
        stub.extra["/contacts"] = {
            "scoreValues": [
                {"id": str(100 + n), "contact": str(n), "score": "1", "scoreValue": str(n)}
                for n in range(1, 31, 2)
            ]
        }
        return stub

    @pytest.mark.parametrize("first", [load_contacts, load_score_values])
    def test_one_walk_fills_both(self, people, account, first):
        first(account=account)
        sent = len(people.seen)
        contacts, values = load_contacts(account=account), load_score_values(account=account)
        assert len(people.seen) == sent
        assert contacts["contact_id"].to_list() == [str(n) for n in range(1, 31)]
        assert values["contact_id"].to_list() == [str(n) for n in range(1, 31, 2)]
        assert values["score_value"].to_list() == [float(n) for n in range(1, 31, 2)]
        assert provenance("score_values", account=account).endpoint == "/contacts"

    def test_limited_score_values(self, people, account):
        assert load_score_values(account=account, limit=4).height == 4
        with pytest.raises(SnapshotMissing):
            provenance("contacts", account=account, limit=4)


def test_the_user_is_a_single_object(stub, account):
    stub.rows["/users/me"] = ("user", {"id": "3", "localZoneid": "Europe/Zurich"})
    user = load_user(account=account)
    assert user["time_zone"].to_list() == ["Europe/Zurich"]
    load_user(account=account)
    assert len(stub.seen) == 1


def test_products_have_no_total_on_the_wire(stub, account):
    stub.total, stub.cap = "absent", 7
    rows = [{"id": str(n), "orderid": "1"} for n in range(1, 24)]
    stub.rows["/ecomOrderProducts"] = ("ecomOrderProducts", rows)
    assert load_ecom_order_products(account=account).height == 23
