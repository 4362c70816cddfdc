"""What a load costs is told before it begins, and what is long waits to be named."""

from __future__ import annotations

import json
import logging
from datetime import timedelta

import pytest

import actoolkit as ac
from actoolkit.errors import InvalidArgument
from actoolkit.loaders._plan import PLANNED

TABLES = ("campaigns", "contacts", "lists", "messages", "ecom_orders", "contact_lists", "tags")


@pytest.fixture(scope="module")
def sandbox():
    with ac.sandbox_account(size="tiny", seed=22) as account:
        yield account


def by_table(frame):
    return {row["table"]: row for row in frame.iter_rows(named=True)}


def with_total(stub, path, envelope, total):
    """A collection of one row that claims a total."""
    plain = stub.answer

    def answer(address):
        if not address.startswith(f"/api/3{path}"):
            return plain(address)
        body = {envelope: [{"id": "1", "subscriberid": "1"}], "meta": {"total": str(total)}}
        return 200, {}, json.dumps(body).encode()

    stub.answer = answer


def test_plans_come_near_what_loads_then_take(sandbox):
    planned = by_table(ac.plan(*TABLES, account=sandbox))
    for name in TABLES:
        row = planned[name]
        assert row["source"] == "account"
        frame = getattr(ac, f"load_{name}")(account=sandbox, progress=False)
        found = ac.provenance(name, account=sandbox)
        assert row["rows"] == frame.height
        assert abs(row["requests"] - found.requests) <= 1 + 0.1 * found.requests
        assert row["seconds"] == pytest.approx(row["requests"] / (sandbox.rate * sandbox.share))
    served = by_table(ac.plan(*TABLES, account=sandbox))
    assert {row["requests"] for row in served.values()} == {0}
    assert {row["source"] for row in served.values()} == {"snapshot"}


def test_parents_are_counted_and_their_requests_bounded(sandbox):
    contacts = ac.load_contacts(account=sandbox, progress=False)["contact_id"].head(12)
    row = ac.plan("notes", account=sandbox, contact_ids=contacts).row(0, named=True)
    ac.load_notes(account=sandbox, contact_ids=contacts, progress=False)
    found = ac.provenance("notes", account=sandbox, contact_ids=contacts)
    assert 12 <= found.requests <= row["requests"] == 24


def test_a_plan_of_everything_has_a_row_per_table_and_loads_nothing(stub, account):
    frame = ac.plan(account=account)
    assert frame.schema == PLANNED
    assert set(frame["source"].str.slice(0, 13)) == {"not available", "account"}
    assert len(stub.seen) <= frame.height
    assert not list(account.folder.glob("snapshots/*"))


def test_a_plan_with_filters_needs_one_table(account):
    with pytest.raises(InvalidArgument, match="one table"):
        ac.plan("notes", "contacts", account=account, contact_ids=1)
    with pytest.raises(InvalidArgument):
        ac.plan("unicorns", account=account)


def test_a_collection_without_a_total_says_so(stub, account):
    stub.total = "absent"
    stub.rows["/ecomOrderProducts"] = ("ecomOrderProducts", [{"id": "1"}])
    row = ac.plan("ecom_order_products", account=account).row(0, named=True)
    assert (row["rows"], row["requests"], row["seconds"]) == (None, None, None)
    assert "does not say" in row["note"]


@pytest.mark.parametrize(("total", "left_out"), [(50_000, False), (50_001, True)])
def test_the_long_log_of_mail_is_left_out_unless_it_is_named(
    stub, account, monkeypatch, total, left_out
):
    monkeypatch.setattr("actoolkit.loaders._sync.SYNCED", ("email_activities",))
    with_total(stub, "/emailActivities", "emailActivities", total)
    stub.seen.clear()
    if left_out:
        row = ac.sync(account, progress=False).row(0, named=True)
        assert row["rows"] is None
        assert row["source"].startswith("left out: 50,001 rows take about 506 requests, a second")
        assert len(stub.seen) == 1
    with pytest.raises(ac.errors.IncompleteLoad):  # now it is walked: the server has one row
        ac.sync(account, ["email_activities"] if left_out else None, progress=False)


def test_a_long_walk_tells_its_cost_first(stub, account, caplog):
    with_total(stub, "/emailActivities", "emailActivities", 120_000)
    with caplog.at_level(logging.INFO, "actoolkit"), pytest.raises(ac.errors.IncompleteLoad):
        ac.load_email_activities(account=account, progress=False)
    assert caplog.messages[0].startswith("email_activities: 120,000 rows take about 1,213 requests")


def test_sync_takes_every_table_of_the_whole_account_and_no_other(sandbox):
    frame = ac.sync(sandbox, ["tags", "webhook_events", "bulk_import", "fields"], progress=False)
    assert frame["rows"].null_count() == 0
    with pytest.raises(InvalidArgument):
        ac.sync(sandbox, ["geo_ips"])


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("contcts", "no table 'contcts'. Did you mean contacts"),
        ("qqqq", "There are: .*campaigns"),
        ("campaign_links", "campaign_ids= to its loader"),
    ],
)
def test_a_table_that_cannot_be_planned_says_what_can(stub, account, table, says):
    with pytest.raises(InvalidArgument, match=says):
        ac.plan(table, account=account)
    assert not stub.seen


def test_rows_that_came_in_no_order_are_planned_twice(tmp_path):
    with ac.sandbox_account("small", cache_dir=tmp_path) as account:
        planned = ac.plan("ecom_customers", account=account)
        first = planned["requests"][0]
        assert planned["note"].to_list() == ["twice as many if its rows come in no order"]
        ac.load_ecom_customers(account=account, progress=False)
        took = ac.provenance("ecom_customers", account=account)
        again = ac.plan("ecom_customers", account=account, max_age=timedelta(0))["requests"][0]
    assert took.certainty == "converged"
    assert first < 0.7 * took.requests
    assert abs(again - took.requests) <= 0.1 * took.requests


def test_a_refresh_that_agreed_with_the_total_is_no_walk_in_no_order(tmp_path):
    with ac.sandbox_account("small", cache_dir=tmp_path) as account:
        first = ac.plan("contacts", account=account)["requests"][0]
        ac.load_contacts(account=account, progress=False)
        ac.load_contacts(account=account, refresh=True, progress=False)
        assert ac.provenance("contacts", account=account).certainty == "converged"
        again = ac.plan("contacts", account=account, max_age=timedelta(0))["requests"][0]
    assert again == first
