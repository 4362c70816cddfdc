"""What is left out comes when it is asked for, and what an account lacks is said."""

from __future__ import annotations

import inspect
import re
from datetime import date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

import actoolkit as ac
from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.errors import NotAvailable
from actoolkit.loaders._request import ROUTES
from actoolkit.tables import TABLES

HEAVY = sorted(name for name, table in TABLES.items() if table.on_request)
NEEDED = {
    "load_geo_ips": {"contact_ids": 1},
    "load_campaign_links": {"campaign_ids": 1},
    "load_custom_object_records": {"schema_id": "abc"},
    "load_list": {"list_id": 1},
    "load_message": {"message_id": 1},
}
LOADERS = sorted(name for name in ac.__all__ if name.startswith("load_"))


def positional(load, given):
    """Call a loader as its signature wants it."""
    first = next(iter(inspect.signature(load).parameters.values()))
    values = dict(given)
    args = [values.pop(first.name)] if first.kind is first.POSITIONAL_OR_KEYWORD else []
    return args, values


@pytest.mark.parametrize("name", HEAVY)
def test_columns_left_out_come_by_name_and_are_stored_apart(stub, account, name):
    table = TABLES[name]
    load = getattr(ac, f"load_{name}")
    asked = {column.name: column.source for column in table.on_request}
    assert set(asked.values()) <= set(table.omitted)
    row = {"id": "1", **dict.fromkeys(asked.values(), "7")}
    given = NEEDED.get(f"load_{name}", {})
    by_parent = next(iter(ROUTES.get(name, {}).values()), "")
    endpoint = ENDPOINTS[by_parent if given else name]
    path = re.sub(r"{\w+}", "1", endpoint.path)
    stub.rows[path] = (endpoint.envelope, row if endpoint.paging == "single" else [row])
    args, more = positional(load, given)

    plain = load(*args, account=account, progress=False, **more)
    assert not set(asked) & set(plain.columns)
    assert "7" not in plain.select("_extra").to_series().to_list()
    sent = len(stub.seen)
    full = load(*args, account=account, progress=False, include=list(asked), **more)
    assert len(stub.seen) > sent
    assert full.select(list(asked)).row(0) == tuple("7" for _ in asked)
    assert full.columns[: len(plain.columns) - 1] == plain.columns[:-1]
    sent = len(stub.seen)
    one = load(*args, account=account, progress=False, include=next(iter(asked)), **more)
    assert set(one.columns) & set(asked) == {next(iter(asked))}
    sent = len(stub.seen)
    again = load(*args, account=account, progress=False, **more)
    assert again.equals(plain)
    assert len(stub.seen) == sent


def without_plan(address):
    """An account whose plan has nothing but its user."""
    if "/users/me" in address:
        return 200, {}, b'{"user": {"id": "1"}}'
    return 403, {}, b'{"message": "Forbidden"}'


@pytest.mark.parametrize("name", [one for one in LOADERS if one != "load_user"])
def test_what_a_plan_lacks_is_one_catchable_outcome(stub, account, monkeypatch, name):
    monkeypatch.setattr("actoolkit.api.retry._wait", lambda *_: 0.0)
    stub.answer = without_plan
    load = getattr(ac, name)
    args, more = positional(load, NEEDED.get(name, {}))
    with pytest.raises(NotAvailable, match="not available on this account") as caught:
        load(*args, account=account, progress=False, **more)
    assert caught.value.status == 403
    assert caught.value.hint
    assert not list(account.folder.glob("snapshots/*/*/*"))


@pytest.mark.parametrize("name", ["segments", "site_tracking_domains", "campaign_lists"])
def test_a_collection_that_is_gone_is_the_same_outcome(stub, account, name):
    with pytest.raises(NotAvailable) as caught:
        getattr(ac, f"load_{name}")(account=account, progress=False)
    assert caught.value.status == 404


def test_what_is_gone_is_told_from_another_site_by_one_request(stub, account):
    """The user of the token is asked for once; whoever answered before is not asked again."""
    wanted = "segments", "site_tracking_domains", "campaign_lists", "notes"
    assert set(ac.plan(*wanted, account=account)["requests"]) == {None}
    assert sum("/users/me" in path for path in stub.seen) == 1
    assert len(stub.seen) == len(wanted) + 1
    stub.seen.clear()
    stub.rows["/notes"] = ("notes", [])
    ac.plan("notes", "segments", "campaign_lists", account=account)
    assert not [path for path in stub.seen if "/users/me" in path]


def contacts_of_a_segment(stub, totals):
    """The first looks find the query unfinished: fewer contacts each time than there will be."""
    people = [{"id": str(n), "email": f"p{n}@example.com"} for n in range(1, 131)]
    asked = iter(totals)
    state = {"there": 0}

    def answer(address):
        if "limit=1&" in address + "&":
            state["there"] = next(asked, state["there"])
        stub.rows["/contacts"] = ("contacts", people[: state["there"]])
        return type(stub).answer(stub, address)

    stub.answer = answer


@pytest.mark.parametrize("totals", [(0, 0, 40, 130, 130), (130, 130), (0, 130, 130), (7, 9, 9)])
def test_a_segments_query_is_waited_for(stub, account, monkeypatch, totals):
    monkeypatch.setattr("actoolkit.loaders._read.SETTLE_SECONDS", 0.0)
    contacts_of_a_segment(stub, totals)
    people = ac.load_contacts(account=account, segment_id=4, progress=False)
    assert people.height == totals[-1]
    found = ac.provenance("contacts", account=account, segment_id=4)
    assert (found.certainty, found.notes) == ("proven", ())


def test_a_refresh_begins_the_segments_query_anew_and_once(stub, account, monkeypatch):
    monkeypatch.setattr("actoolkit.loaders._read.SETTLE_SECONDS", 0.0)
    contacts_of_a_segment(stub, [130] * 9)
    ac.load_contacts(account=account, segment_id=4, progress=False)
    assert not any("forceQuery" in path for path in stub.seen)
    stub.seen.clear()
    ac.load_contacts(account=account, segment_id=4, refresh=True, progress=False)
    assert ["forceQuery=1" in path for path in stub.seen] == [True, *[False] * 4]


def test_an_empty_segment_is_looked_at_more_than_twice(stub, account, monkeypatch):
    monkeypatch.setattr("actoolkit.loaders._read.SETTLE_SECONDS", 0.0)
    contacts_of_a_segment(stub, [0] * 10)
    assert ac.load_contacts(account=account, segment_id=4, progress=False).height == 0
    assert sum("limit=1&" in f"{path}&" for path in stub.seen) == 4


def test_a_segment_that_never_stands_still_is_not_called_complete(stub, account, monkeypatch):
    monkeypatch.setattr("actoolkit.loaders._read.SETTLE_SECONDS", 0.0)
    contacts_of_a_segment(stub, range(1, 100))
    ac.load_contacts(account=account, segment_id=4, progress=False)
    found = ac.provenance("contacts", account=account, segment_id=4)
    assert found.certainty == "unverified"
    assert "still changed" in found.notes[0]


def test_an_order_that_the_api_gives_is_the_frames(stub, account):
    rows = [{"id": str(n), "sdate": f"2026-01-{n:02}T00:00:00+00:00"} for n in (3, 1, 2)]
    stub.rows["/campaigns"] = ("campaigns", rows)
    frame = ac.load_campaigns(account=account, order_by="-sent_at", progress=False)
    assert frame["campaign_id"].to_list() == ["3", "1", "2"]
    assert "orders%5Bsdate%5D=DESC" in stub.seen[-1]
    plain = ac.load_campaigns(account=account, progress=False)
    assert plain["campaign_id"].to_list() == ["1", "2", "3"]


FILTER_SAMPLES = {
    "text": "some text",
    "id": 7,
    "ids": [8, 7],
    "moment": date(2026, 1, 5),
    "wall": datetime(2026, 1, 5, 8, 30),
    "related": {"primary-contact": 7},
}
FILTERS = [
    (name, keyword)
    for name, endpoint in ENDPOINTS.items()
    if f"load_{name}" in LOADERS and not endpoint.rides_on
    for keyword, what in endpoint.filters.items()
    if what.documented
]


@pytest.mark.parametrize(("name", "keyword"), FILTERS, ids=[f"{n}-{k}" for n, k in FILTERS])
def test_every_filter_travels_as_the_reference_names_it(stub, account, monkeypatch, name, keyword):
    monkeypatch.setattr("actoolkit.loaders._read.SETTLE_SECONDS", 0.0)
    endpoint = ENDPOINTS[name]
    what = endpoint.filters[keyword]
    value = FILTER_SAMPLES.get(what.accepts) or next(iter(what.codes))
    if keyword == "in_group_lists":
        value = True
    stub.rows[re.sub(r"{\w+}", "abc", endpoint.path)] = (endpoint.envelope, [])
    args, more = positional(getattr(ac, f"load_{name}"), NEEDED.get(f"load_{name}", {}))
    if keyword == "score_id":
        more["order_by"] = "score"
    getattr(ac, f"load_{name}")(*args, account=account, progress=False, **more, **{keyword: value})
    sent = parse_qs(urlsplit(stub.seen[0]).query)
    wanted = endpoint.query(**{keyword: value})
    assert len(wanted) == 1
    for parameter, text in wanted.items():
        assert sorted(sent[parameter]) == sorted([text] if isinstance(text, str) else text)


def test_signatures_and_docstrings_name_the_same_arguments():
    for name in LOADERS:
        load = getattr(ac, name)
        arguments = (load.__doc__ or "").split("Args:")[1].split("Returns:")[0]
        named = re.findall(r"^ {8}(\w+): ", arguments, re.MULTILINE)
        assert named == list(inspect.signature(load).parameters), name


def test_every_documented_filter_and_order_is_an_argument():
    for name in LOADERS:
        table = name.removeprefix("load_")
        if table not in ENDPOINTS or ENDPOINTS[table].rides_on or table in ("list", "message"):
            continue
        endpoint = ENDPOINTS[table]
        wanted = {one for one, what in endpoint.filters.items() if what.documented}
        offered = set(inspect.signature(getattr(ac, name)).parameters)
        assert wanted <= offered, name
        assert bool(endpoint.orders) == ("order_by" in offered), name


def test_everything_heavy_or_secret_can_be_asked_for():
    for table in TABLES.values():
        asked = {column.source for column in table.on_request}
        held = {
            field
            for field, why in table.omitted.items()
            if why in ("heavy", "secret", "IP address")
        }
        assert held == asked, table.name
