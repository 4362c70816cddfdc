"""Loads that ask for each contact, order or campaign: every row, its parent's id, no lost work."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pandas as pd
import polars as pl
import pytest

import actoolkit as ac
from actoolkit.errors import IncompleteLoad, InvalidArgument, NotAvailable, NotFound
from actoolkit.loaders._fetch import UNCOUNTED
from actoolkit.settings import IN_FLIGHT

BELOW_CONTACT = ("contact_lists", "contact_automations", "contact_tags", "score_values")


@pytest.fixture(scope="module")
def sandbox():
    with ac.sandbox_account(size="tiny", seed=21) as account:
        yield account


@pytest.fixture
def families(stub):
    """Notes of contacts 1 to 5; the third has none, the fourth a page and more."""
    stub.total = "absent"
    counts = {1: 1, 2: 20, 3: 0, 4: 230, 5: 100}
    for contact, count in counts.items():
        stub.rows[f"/contacts/{contact}/notes"] = (
            "notes",
            [{"id": str(1000 * contact + n), "note": "x"} for n in range(count)],
        )
    return counts


@pytest.mark.parametrize("name", BELOW_CONTACT)
def test_rows_of_each_contact_are_those_of_the_whole_collection(sandbox, name):
    load = getattr(ac, f"load_{name}")
    whole = load(account=sandbox, progress=False)
    contacts = whole["contact_id"].unique().sort()[:7]
    some = load(account=sandbox, contact_ids=contacts, progress=False)
    assert some.height
    assert some.equals(whole.filter(pl.col("contact_id").is_in(contacts.implode())))


def test_products_of_each_order_are_those_of_the_whole_collection(sandbox):
    whole = ac.load_ecom_order_products(account=sandbox, progress=False)
    orders = whole["order_id"].unique().sort()[:9].to_list()
    some = ac.load_ecom_order_products(account=sandbox, order_ids=orders, progress=False)
    assert some.equals(whole.filter(pl.col("order_id").is_in(orders)))


def test_notes_of_a_contact_say_whose_they_are(sandbox):
    whole = ac.load_notes(account=sandbox, progress=False).filter(related_to="Subscriber")
    contacts = whole["related_id"].unique()
    some = ac.load_notes(account=sandbox, contact_ids=contacts, progress=False)
    assert some.sort("note_id").equals(whole.sort("note_id"))


@pytest.mark.parametrize(
    "ids",
    [4, "4", [4], ["4", 4, None], pl.Series([4, None]), pd.Series([4, 4]), pd.Series([4.0]), {4}],
    ids=repr,
)
def test_ids_come_in_any_form(families, account, ids):
    notes = ac.load_notes(account=account, contact_ids=ids, progress=False)
    assert notes.height == 230
    assert set(notes["related_id"]) == {"4"}


def test_every_row_of_every_parent_comes_with_the_parents_id(families, account):
    notes = ac.load_notes(account=account, contact_ids=range(1, 6), progress=False)
    counted = dict(notes.group_by("related_id").len().iter_rows())
    assert counted == {str(c): n for c, n in families.items() if n}
    assert set(notes["related_to"]) == {"Subscriber"}
    assert notes["note_id"].is_unique().all()
    found = ac.provenance("notes", account=account, contact_ids=range(1, 6))
    assert found.certainty == "proven"
    assert found.rows == sum(families.values())


@pytest.mark.parametrize("none", [None, "", "0", 0, "absent"], ids=repr)
def test_a_parents_id_stands_where_its_rows_tell_none(stub, account, none):
    told = {} if none == "absent" else {"relid": none, "reltype": none}
    other = {"id": "2", "relid": "77", "reltype": "Deal"}
    stub.rows["/contacts/5/notes"] = ("notes", [{"id": "1", **told}, other])
    notes = ac.load_notes(account=account, contact_ids=5, progress=False)
    found = notes.select("note_id", "related_id", "related_to").rows()
    assert found == [("1", "5", "Subscriber"), ("2", "77", "Deal")]


@pytest.mark.parametrize("doubtful", [1, 2, 3])
def test_one_doubtful_parent_makes_the_whole_load_doubtful(stub, account, doubtful):
    stub.total = "absent"
    for contact in (1, 2, 3):
        count = 20 if contact == doubtful else 3
        rows = [{"id": f"{contact}{n:02}"} for n in range(1, count + 1)]
        stub.rows[f"/contacts/{contact}/notes"] = ("notes", rows)
    plain = stub.answer
    stub.answer = lambda address: plain(address.partition("?")[0] + "?limit=100")
    assert ac.load_notes(account=account, contact_ids=[1, 2, 3], progress=False).height == 26
    found = ac.provenance("notes", account=account, contact_ids=[1, 2, 3])
    assert found.certainty == "unverified"
    assert any("1 of 3 contact_id have exactly a page of rows" in one for one in found.notes)


def test_the_first_rows_of_parents_are_not_all(families, account):
    asked = {"account": account, "contact_ids": [1, 2, 5]}
    assert ac.load_notes(**asked, limit=4, progress=False).height == 4
    assert ac.provenance("notes", **asked, limit=4).certainty == "unverified"


def lists_of_a_contact(stub, count, *, limit=None):
    """A server that gives no heed to the offset, and none to the limit unless it is told."""
    stub.total = "absent"
    rows = [{"id": str(n), "contact": "1", "list": "1"} for n in range(1, count + 1)]
    stub.rows["/contacts/1/contactLists"] = ("contactLists", rows)
    plain = stub.answer

    def answer(address):
        path, _, query = address.partition("?")
        asked = int(re.search(r"limit=(\d+)", query)[1])
        return plain(f"{path}?limit={min(asked, limit) if limit else 100}")

    stub.answer = answer


@pytest.mark.parametrize("limit", [None, 100])
@pytest.mark.parametrize("count", [1, 7, 19, 21, 99])
def test_a_server_that_knows_no_offset_is_understood(stub, account, count, limit):
    lists_of_a_contact(stub, count, limit=limit)
    pairs = ac.load_contact_lists(account=account, contact_ids=1, progress=False)
    assert pairs.height == count
    assert ac.provenance("contact_lists", account=account, contact_ids=1).certainty == "proven"


@pytest.mark.parametrize(
    ("count", "limit", "certainty"),
    [(20, 100, "proven"), (20, None, "unverified"), (100, None, "unverified")],
)
def test_exactly_a_page_without_an_offset_is_doubted(stub, account, count, limit, certainty):
    lists_of_a_contact(stub, count, limit=limit)
    ac.load_contact_lists(account=account, contact_ids=1, progress=False)
    found = ac.provenance("contact_lists", account=account, contact_ids=1)
    assert found.certainty == certainty
    assert any("may have cut off: 1" in note for note in found.notes) == (certainty != "proven")


def test_a_page_that_surely_hides_rows_is_no_load(stub, account):
    lists_of_a_contact(stub, 130, limit=100)
    with pytest.raises(IncompleteLoad, match="same page for every offset"):
        ac.load_contact_lists(account=account, contact_ids=1, progress=False)


def test_a_parent_that_does_not_exist_is_named(families, account):
    with pytest.raises(NotFound, match="contact_id 77 does not exist") as caught:
        ac.load_notes(account=account, contact_ids=[1, 77], progress=False)
    assert 'missing="skip"' in caught.value.hint
    notes = ac.load_notes(account=account, contact_ids=[1, 77], missing="skip", progress=False)
    assert notes.height == 1
    found = ac.provenance("notes", account=account, contact_ids=[77, 1], missing="skip")
    assert found.notes == ("1 of 2 contact_id not found: 77", UNCOUNTED)


def test_a_load_that_broke_off_asks_only_for_what_it_lacks(stub, account, families):
    stub.before = lambda number: None
    contacts = [1, 2, 3, 4, 5, 88]
    with pytest.raises(NotFound):
        ac.load_notes(account=account, contact_ids=contacts, progress=False)
    before = len(stub.seen)
    stub.rows["/contacts/88/notes"] = ("notes", [])
    assert ac.load_notes(account=account, contact_ids=contacts, progress=False).height == 351
    assert {re.search(r"/contacts/(\d+)", path)[1] for path in stub.seen[before:]} == {"88"}


PROGRAM = textwrap.dedent("""
    import sys
    from datetime import UTC, datetime
    import actoolkit as ac

    account = ac.Account(url=sys.argv[1], token="test-stub", cache_dir=sys.argv[2], rate=10_000,
                         identity="stub", clock=lambda: datetime(2026, 3, 1, 12, tzinfo=UTC))
    ac.load_notes(account=account, contact_ids=range(1, 61), progress=False)
""")


@pytest.mark.parametrize(
    "at", [40, *(pytest.param(at, marks=pytest.mark.slow) for at in (2, 9, 100))]
)
def test_a_killed_load_pays_only_for_what_was_in_flight(stub, account, tmp_path, at):
    stub.total = "absent"
    for contact in range(1, 61):
        stub.rows[f"/contacts/{contact}/notes"] = ("notes", [{"id": str(contact)}])
    contacts = range(1, 61)
    elsewhere = stub.account(tmp_path / "alone")
    whole = ac.load_notes(account=elsewhere, contact_ids=contacts, progress=False)
    sent = len(stub.seen)
    stub.seen.clear()
    reached, go_on = threading.Event(), threading.Event()

    def stop(number):
        if number == at and not go_on.is_set():
            reached.set()
            go_on.wait(60)

    stub.before = stop
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, stub.url, str(tmp_path / "cache")])
    assert reached.wait(60)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    go_on.set()
    time.sleep(0.2)
    again = ac.load_notes(account=account, contact_ids=contacts, progress=False)
    assert again.equals(whole)
    assert len(stub.seen) <= sent + 2 * IN_FLIGHT


def test_no_parents_are_no_rows_and_no_request(stub, account):
    notes = ac.load_notes(account=account, contact_ids=[], progress=False)
    assert notes.height == 0
    assert "note_id" in notes.columns
    assert stub.seen == []


@pytest.mark.parametrize(
    ("load", "given"),
    [
        ("load_notes", {"contact_ids": "../lists/5"}),
        ("load_notes", {"contact_ids": [1, "x"]}),
        ("load_notes", {"contact_ids": 1, "missing": "ignore"}),
        ("load_notes", {"contact_ids": pl.DataFrame({"contact_id": [1]})}),
        ("load_contact_automations", {"contact_ids": 1, "status": "ended"}),
        ("load_contact_automations", {"contact_ids": 1, "order_by": "added_at"}),
        ("load_campaigns", {"order_by": "name"}),
        ("load_contacts", {"order_by": "score"}),
        ("load_contacts", {"score_id": 1}),
        ("load_contacts", {"ids": []}),
        ("load_contacts", {"in_group_lists": False}),
        ("load_lists", {"order_by": "-weight"}),
        ("load_task_outcomes", {"sentiment": "happy"}),
        ("load_lists", {"include": "html"}),
        ("load_webhooks", {"url": ""}),
    ],
    ids=repr,
)
def test_what_the_api_would_not_honour_is_refused_before_anything_is_sent(
    stub, account, load, given
):
    with pytest.raises(InvalidArgument) as caught:
        getattr(ac, load)(account=account, progress=False, **given)
    assert caught.value.hint
    assert stub.seen == []


def test_a_hostile_kind_of_custom_object_never_leaves_its_route(stub, account):
    with pytest.raises(InvalidArgument):
        ac.load_custom_object_records("../schemas", account=account, progress=False)
    assert stub.seen == []


def test_an_undocumented_collection_says_so_and_what_to_do_without_it(stub, account):
    stub.rows["/contactTags"] = ("contactTags", [{"id": "1", "contact": "7", "tag": "2"}])
    ac.load_contact_tags(account=account, progress=False)
    assert "reference leaves" in ac.provenance("contact_tags", account=account).notes[0]
    with pytest.raises(NotAvailable, match="does not exist on this account") as caught:
        ac.load_contact_lists(account=account, progress=False)
    assert "contact_ids=" in caught.value.hint


def test_one_object_by_its_id(stub, account):
    stub.rows["/lists/3"] = ("list", {"id": "3", "name": "News"})
    assert ac.load_list(3, account=account, progress=False)["name"].to_list() == ["News"]
    with pytest.raises(NotFound, match="list_id 4"):
        ac.load_list(4, account=account, progress=False)


def test_many_contacts_are_asked_for_by_the_hundred(sandbox):
    whole = ac.load_contacts(account=sandbox, progress=False)
    some = whole["contact_id"].sample(150, seed=1)
    found = ac.load_contacts(account=sandbox, ids=some, progress=False)
    assert found.equals(whole.filter(pl.col("contact_id").is_in(some.implode())))
    facts = ac.provenance("contacts", account=sandbox, ids=some)
    assert (facts.rows, facts.vendor_total, facts.certainty) == (150, 150, "proven")
    planned = ac.plan("contacts", account=sandbox, ids=whole["contact_id"]).row(0, named=True)
    assert planned["rows"] == whole.height
    with pytest.raises(InvalidArgument, match="within 100 ids"):
        ac.load_contacts(account=sandbox, ids=some, order_by="email", progress=False)


def test_ids_of_nobody_are_no_rows(sandbox):
    ids = [1, 2, 10**9, *range(2000, 2200)]
    assert ac.load_contacts(account=sandbox, ids=ids, progress=False).height == 0
