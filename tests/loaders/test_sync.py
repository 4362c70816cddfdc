from __future__ import annotations

import pytest

import actoolkit as ac
from actoolkit.errors import InvalidArgument, ServerError
from actoolkit.loaders import sync


@pytest.fixture
def some(stub):
    stub.rows["/lists"] = ("lists", [{"id": "1"}, {"id": "2"}])
    stub.rows["/contacts"] = ("contacts", [{"id": "1"}, {"id": "2"}, {"id": "3"}])
    stub.extra["/contacts"] = {"scoreValues": [{"id": "9", "contact": "2", "scoreValue": "5"}]}
    stub.rows["/users/me"] = ("user", {"id": "3"})
    return stub


TABLES = ["user", "campaigns", "lists", "contacts", "score_values"]


def test_says_what_came_and_what_the_account_lacks(some, account, clock):
    summary = sync(account, TABLES)
    assert summary["table"].to_list() == TABLES
    assert summary["rows"].to_list() == [1, None, 2, 3, 1]
    assert summary["source"][1].startswith("not available: /campaigns")
    assert set(summary["source"].gather([0, 2, 3, 4])) == {"account"}
    sent = len(some.seen)
    clock.forward(hours=3)
    again = sync(account, [name for name in TABLES if name != "campaigns"])
    assert len(some.seen) == sent
    assert set(again["source"]) == {"snapshot"}
    assert set(again["age"]) == {"3 h"}


def test_a_refresh_walks_contacts_once(some, account):
    def walks():
        return sum(path.startswith("/api/3/contacts") for path in some.seen)

    sync(account, ["contacts", "score_values"])
    once = walks()
    summary = sync(account, ["contacts", "score_values"], refresh=True)
    assert walks() == 2 * once
    assert set(summary["source"]) == {"account"}
    sync(account, ["score_values"], refresh=True)
    assert walks() == 3 * once


def test_other_errors_stop_it_and_the_next_call_goes_on(some, account, monkeypatch):
    from actoolkit.api.retry import Limits

    monkeypatch.setattr("actoolkit.api.reader.Limits", lambda: Limits(attempts=1))
    some.faults[2] = (500, {}, b"")
    with pytest.raises(ServerError):
        sync(account, ["user", "lists"])
    assert sync(account, ["user", "lists"])["source"].to_list() == ["snapshot", "account"]


def test_unknown_tables_are_refused(account):
    with pytest.raises(InvalidArgument, match="unicorns"):
        sync(account, ["lists", "unicorns"])


def test_nothing_to_do(account):
    assert sync(account, []).height == 0


def test_reconcile_reaches_the_tables_that_can_be_refreshed_in_part():
    session = ac.sandbox_account(size="tiny")
    account = session.start()
    try:
        sync(account, ["contacts", "lists"], progress=False)
        session.advance(1)
        sync(account, ["contacts", "lists"], refresh=True, progress=False)
        assert ac.provenance("contacts", account=account).certainty == "converged"
        sync(account, ["contacts", "lists"], reconcile=True, progress=False)
        assert ac.provenance("contacts", account=account).certainty == "proven"
    finally:
        session.stop()


def test_the_overall_bar_tells_tables_requests_rate_and_time_left(monkeypatch):
    told = []
    step = "actoolkit.loaders.progress.Display.step"
    monkeypatch.setattr(step, lambda self, note: told.append(note))
    with ac.sandbox_account(size="tiny") as fresh:
        sync(fresh, ["user", "lists"], progress=False)
        assert told[0].startswith("1 of 2 tables, 1 requests, ")
        assert "left" not in told[0]
        sync(fresh, ["user", "lists"], refresh=True, progress=False)
        assert "at most a second left" in told[2]


def test_requests_of_one_walk_are_counted_once():
    with ac.sandbox_account(size="tiny") as account:
        both = ac.sync(account, ["score_values", "contacts"], progress=False)
        walked = ac.provenance("contacts", account=account).requests
        assert both["requests"].to_list() == [0, walked]
        ac.sync(account, ["contacts"], refresh=True, progress=False)
        apart = ac.sync(account, ["score_values", "contacts"], progress=False)
        newest = ac.provenance("contacts", account=account)
        assert apart["requests"].to_list() == [walked, newest.requests]
    with ac.sandbox_account(size="tiny", seed=8) as account:
        alone = ac.sync(account, ["score_values"], progress=False)
        assert alone["requests"].to_list() == [walked]


NOBODY = {"url": "https://nobody.example", "token": "x" * 40}


@pytest.mark.parametrize(
    "ask",
    [
        lambda name: ac.provenance(name, account=ac.Account(**NOBODY)),
        lambda name: ac.sync(ac.Account(**NOBODY), [name]),
        lambda name: ac.plan(name, account=ac.Account(**NOBODY)),
    ],
    ids=["provenance", "sync", "plan"],
)
@pytest.mark.parametrize(("name", "meant"), [("orders", "ecom_orders"), ("campains", "campaigns")])
def test_a_table_that_is_nearly_there_is_named(ask, name, meant):
    with pytest.raises(InvalidArgument, match=r"Did you mean \w") as caught:
        ask(name)
    assert caught.value.hint.startswith(f"Did you mean {meant}")
    assert len(caught.value.hint) < 80


@pytest.mark.parametrize(
    ("load", "given", "loader"),
    [
        (ac.load_contacts, {"list_id": "Newsletter"}, "load_lists"),
        (ac.load_contacts, {"tag_id": "vip"}, "load_tags"),
        (ac.load_campaign_links, {"campaign_ids": ["Spring sale"]}, "load_campaigns"),
    ],
)
def test_a_name_in_place_of_an_id_is_told_where_ids_are(load, given, loader):
    with pytest.raises(InvalidArgument, match="is not an id") as caught:
        load(account=ac.Account(**NOBODY), **given)
    assert f"{loader} gives" in caught.value.hint
