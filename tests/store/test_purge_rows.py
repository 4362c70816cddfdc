"""Whose rows go when a person is purged: made by hand, in every table that knows people."""

from __future__ import annotations

import base64
from datetime import timedelta
from urllib.parse import quote

import polars as pl
import pytest

from actoolkit.errors import InvalidArgument
from actoolkit.settings import Account
from actoolkit.store import Facts, Snapshots
from actoolkit.store.history import History
from actoolkit.store.purge import purge
from actoolkit.store.relations import related_to_contacts
from actoolkit.tables import TABLES

ADA = "ada.lo@shop.example"
WRITTEN = "Ada.Lo@Shop.Example"
"""As she typed it: base 64 tells capitals apart."""
KNOW_CONTACTS = sorted(
    name for name, table in TABLES.items() if "contact_id" in table.schema and name != "contacts"
)


@pytest.fixture
def keep(account):
    """Publish a load of a table from a few rows."""
    store = Snapshots(account)

    def act(table, rows, query=None, *, moment=None):
        shape, query = TABLES[table], query or {}
        known = {name: shape.schema[name] for name in rows[0]}
        frame = pl.concat([shape.empty(), pl.DataFrame(rows, schema=known)], how="diagonal")
        moment = moment or account.now()
        generation = store.next_generation(shape, query, moment)
        facts = Facts(
            endpoint="/x", generation=generation, fetched_at=moment, certainty="proven", requests=1
        )
        return store.publish(shape, query, frame, facts)

    return act


@pytest.fixture
def left(account):
    """The keys that are left of a table, of its newest load."""

    def act(table, query=None):
        store = Snapshots(account)
        found = store.find(TABLES[table], query)
        return store.read(found)[TABLES[table].key].to_list() if found else None

    return act


@pytest.fixture
def people(keep):
    """Ada, who is contact 7 and customer c7, and Bob, who is neither."""
    keep("contacts", [{"contact_id": "7", "email": f" {WRITTEN} "}, {"contact_id": "8", "email": "bob@shop.example"}])  # fmt: skip
    keep("ecom_customers", [{"customer_id": "c7", "email": f"{ADA} "}, {"customer_id": "c8", "email": "bob@shop.example"}])  # fmt: skip


def test_geo_ips_are_among_those_that_know_contacts():
    assert {"geo_ips", "contact_tags", "field_values", "score_values"} <= set(KNOW_CONTACTS)
    assert len(KNOW_CONTACTS) >= 7


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("table", KNOW_CONTACTS)
def test_what_is_of_the_contact_goes(account, keep, left, table):
    key = TABLES[table].key
    keep(table, [{key: "a", "contact_id": "7"}, {key: "b", "contact_id": "8"}, {key: "c", "contact_id": None}, {key: "7", "contact_id": "77"}])  # fmt: skip
    assert purge(account, ADA).rows == {"contacts": 1, "ecom_customers": 1, table: 1}
    assert left(table) == ["b", "c", "7"]


RELATED = {
    "Subscriber": True,
    "subscriber": True,
    "SUBSCRIBER": True,
    "contact": True,
    "Contact": True,
    "Deal": False,
    "SubscriberEmail": False,
    "CustomerAccount": False,
    None: False,
}


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("kind", RELATED)
def test_a_note_goes_if_it_is_on_the_contact(account, keep, left, kind):
    on = {"related_to": kind}
    keep("notes", [{"note_id": "a", "related_id": "7", **on}, {"note_id": "b", "related_id": "8", **on}, {"note_id": "c", "related_id": None, **on}])  # fmt: skip
    gone = purge(account, ADA).rows.get("notes", 0)
    assert gone == RELATED[kind]
    assert left("notes") == (["b", "c"] if RELATED[kind] else ["a", "b", "c"])


@pytest.mark.usefixtures("people")
def test_a_mail_on_the_contacts_record_goes_too(account, keep, left):
    keep("email_activities", [
        {"email_activity_id": "a", "contact_id": None, "related_to": "Subscriber", "related_id": "7"},
        {"email_activity_id": "b", "contact_id": None, "related_to": "SubscriberEmail", "related_id": "7"},
    ])  # fmt: skip
    purge(account, ADA)
    assert left("email_activities") == ["b"]


@pytest.mark.usefixtures("people")
def test_orders_go_by_address_and_by_customer_and_take_their_products_along(account, keep, left):
    keep("ecom_orders", [
        {"order_id": "1", "email": f"\t{ADA.upper()} ", "customer_id": None},
        {"order_id": "2", "email": None, "customer_id": "c7"},
        {"order_id": "3", "email": "bob@shop.example", "customer_id": "c8"},
        {"order_id": "4", "email": None, "customer_id": None},
    ])  # fmt: skip
    keep("ecom_order_products", [
        {"order_product_id": "a", "order_id": "1", "ecom_order_id": None},
        {"order_product_id": "b", "order_id": None, "ecom_order_id": "2"},
        {"order_product_id": "c", "order_id": "3", "ecom_order_id": "3"},
        {"order_product_id": "d", "order_id": None, "ecom_order_id": None},
    ])  # fmt: skip
    gone = purge(account, f" {WRITTEN}\n").rows
    assert (gone["ecom_orders"], gone["ecom_order_products"]) == (2, 2)
    assert left("ecom_orders") == ["3", "4"]
    assert left("ecom_order_products") == ["c", "d"]


def test_ids_of_a_filtered_load_count_and_every_load_is_cleaned(account, keep, left):
    """She is a contact in one load only, and stands under her id in others."""
    day = account.now()
    keep("contacts", [{"contact_id": "7", "email": ADA}], {"search": "x"})
    keep("contact_tags", [{"contact_tag_id": "a", "contact_id": "7"}], {"filters[tag]": "1"})
    manifest = keep("contact_tags", [{"contact_tag_id": "a", "contact_id": "7"}], moment=day)
    Snapshots(account).pin(manifest)
    keep("contact_tags", [{"contact_tag_id": "b", "contact_id": "7"}, {"contact_tag_id": "c", "contact_id": "8"}], moment=day + timedelta(days=2))  # fmt: skip
    done = purge(account, ADA)
    assert done.rows == {"contacts": 1, "contact_tags": 3}
    assert done.files == 4
    assert left("contact_tags") == ["c"]
    assert left("contact_tags", {"filters[tag]": "1"}) == []
    assert Snapshots(account).pinned(manifest)
    assert all("a person was removed on request" in one.notes for one in Snapshots(account).all())


def coded(text, before=b""):
    return base64.b64encode(before + text.encode()).decode()


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    "mention",
    [
        WRITTEN,
        f"x={coded(WRITTEN)}",
        f"x={coded(WRITTEN, b'to')}",
        f"x={coded(WRITTEN, b'?')}",
        f"x={coded(ADA)}",
        f"x={coded(ADA.upper())}",
        quote(WRITTEN, safe=""),
    ],
)
def test_a_text_that_mentions_her_is_blanked_and_its_row_stays(account, keep, mention):
    keep("campaigns", [{"campaign_id": "1", "name": mention}, {"campaign_id": "2", "name": "News"}])
    keep("fields", [{"field_id": "1", "option_ids": ["x", mention]}, {"field_id": "2", "option_ids": ["y"]}, {"field_id": "3", "option_ids": None}])  # fmt: skip
    gone = purge(account, ADA).rows
    assert (gone["campaigns"], gone["fields"]) == (0, 0)
    store = Snapshots(account)
    campaigns, fields = (store.read(store.find(TABLES[one])) for one in ("campaigns", "fields"))
    assert campaigns.select("campaign_id", "name").rows() == [("1", None), ("2", "News")]
    assert fields["option_ids"].to_list() == [None, ["y"], None]


ASKED = {
    "plain": ({"email": WRITTEN}, True),
    "in a link": ({"filters": f"who={quote(ADA, safe='')}"}, True),
    "base 64 as she typed it": ({"search": coded(WRITTEN)}, True),
    "among several": ({"filters[email]": ("bob@shop.example", WRITTEN)}, True),
    "in capitals": ({"email": ADA.upper()}, True),
    "whose address hers is a part of": ({"email": f"x.{ADA}"}, False),
    "somebody else": ({"email": "bob@shop.example"}, False),
    "nobody": ({"filters[status]": ("1", "2")}, False),
}


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("asked", ASKED)
def test_a_load_that_was_asked_for_by_her_address_goes_whole(account, keep, left, asked):
    query, goes = ASKED[asked]
    keep("contact_lists", [{"contact_list_id": "a", "contact_id": "8"}], query)
    purge(account, ADA)
    assert left("contact_lists", query) == (None if goes else ["a"])
    assert bool(list(account.folder.glob("snapshots/contact_lists/*/*.parquet"))) is not goes


@pytest.mark.usefixtures("people")
def test_the_history_forgets_her_and_what_was_not_finished_in_it(account, keep):
    history = History(account)
    scores = TABLES["score_values"]
    rows = pl.DataFrame({"score_value_id": ["1", "2"], "contact_id": ["7", "8"], "score_value": ["5", "6"]})  # fmt: skip
    frame = pl.concat([scores.empty(), rows.cast({n: scores.schema[n] for n in rows.columns})], how="diagonal")  # fmt: skip
    assert history.append("score_values", account.now(), frame) == 2
    place = history.root / "score_values"
    for name in ("000009-x-0.parquet.ab12.part", "000008-x-0.parquet.damaged", "x.txt"):
        (place / name).write_bytes(ADA.encode())
    (place / "000007-x-0.parquet").write_bytes(ADA.encode())  # its digest is another
    done = purge(account, ADA)
    assert done.rows["score_values"] == 1
    (path,) = place.iterdir()
    assert ADA.encode() not in path.read_bytes()
    assert pl.read_parquet(path)["contact_id"].to_list() == ["8"]
    assert history.read("score_values")["contact_id"].to_list() == ["8"]
    assert not any(purge(account, ADA).rows.values())


@pytest.mark.usefixtures("people")
def test_a_load_whose_file_is_damaged_stops_nothing(account, keep, left):
    keep("contact_tags", [{"contact_tag_id": "a", "contact_id": "7"}])
    for path in account.folder.rglob("ecom_customers/*/*.parquet"):
        path.write_bytes(f"broken {ADA}".encode())
    for path in account.folder.rglob("contact_tags/*/*.parquet"):
        path.write_bytes(f"broken {ADA}".encode())
    purge(account, ADA)
    assert left("contacts") == ["8"]
    assert not [p for p in account.folder.rglob("*") if p.is_file() and ADA.encode() in p.read_bytes()]  # fmt: skip


def test_bytes_that_are_no_text_stay_as_they_are_in_what_was_sent(account):
    folder = account.folder / "actions"
    folder.mkdir(parents=True)
    account.folder.chmod(0o700)
    (folder / "a.jsonl").write_bytes(b'{"d": "\xff ' + ADA.encode() + b'"}\n')
    purge(account, ADA)
    assert (folder / "a.jsonl").read_bytes() == b'{"d": "\xff removed"}\n'


def test_what_was_loaded_with_another_token_is_named(account, people, tmp_path):
    asked = {"url": account.url, "cache_dir": tmp_path / "cache"}
    other = Account(token="another-real-token", **asked)
    elsewhere = Account(token="a-real-looking-token", **{**asked, "url": "https://b.api-us1.com"})
    for one in (other, elsewhere):
        one.folder.mkdir(mode=0o700)
    found = purge(account, ADA).out_of_reach
    assert [phrase for phrase in found if str(other.folder) in phrase]
    assert not [phrase for phrase in found if str(elsewhere.folder) in phrase]
    assert not [phrase for phrase in found if str(account.folder) in phrase]


def test_records_that_do_not_say_of_which_kind_they_are_count_by_any_relationship():
    records = pl.DataFrame({"record_id": ["a", "b"], "relationships": ['{"x": ["7"]}', '{"x": ["8"]}']})  # fmt: skip
    assert related_to_contacts(records, {"7"}, {"s": {"x"}}).to_list() == [True, False]


@pytest.mark.parametrize("table", KNOW_CONTACTS)
def test_without_her_contact_it_says_which_table_was_not_searched(account, keep, left, table):
    key = TABLES[table].key
    keep(table, [{key: "a", "contact_id": "7"}, {key: "b", "contact_id": "8"}])
    done = purge(account, ADA)
    assert left(table) == ["a", "b"]
    assert done.unsearched == (table,)
    assert f"Not searched by contact id: {table}." in str(done)
    assert "load contacts and purge again" in str(done)
    assert "--contact-id" in str(done)


@pytest.mark.parametrize("ident", ["7", 7, " 7 "])
def test_by_her_id_her_rows_go_without_contacts(account, keep, left, ident):
    keep("contact_lists", [{"contact_list_id": "a", "contact_id": "7"}, {"contact_list_id": "b", "contact_id": "77"}])  # fmt: skip
    keep("notes", [{"note_id": "a", "related_to": "Subscriber", "related_id": "7"}, {"note_id": "b", "related_to": "Deal", "related_id": "7"}])  # fmt: skip
    done = purge(account, ADA, contact_id=ident)
    assert done.rows == {"contact_lists": 1, "notes": 1}
    assert (left("contact_lists"), left("notes")) == (["b"], ["b"])
    assert done.unsearched == ()
    assert "Not searched" not in str(done)


@pytest.mark.usefixtures("people")
def test_where_her_contact_is_stored_everything_was_searched(account, keep):
    keep("contact_lists", [{"contact_list_id": "a", "contact_id": "8"}])
    assert purge(account, ADA).unsearched == ()
    assert purge(account, ADA).unsearched == ("contact_lists",), "her id went with her contact"


def test_contacts_of_others_only_do_not_tell_her_id(account, keep):
    keep("contacts", [{"contact_id": "8", "email": "bob@shop.example"}], {"email": "bob@shop.example"})  # fmt: skip
    keep("contact_lists", [{"contact_list_id": "a", "contact_id": "7"}])
    assert purge(account, ADA).unsearched == ("contact_lists",)


@pytest.mark.parametrize("kind", RELATED)
def test_notes_count_as_not_searched_if_they_are_on_contacts(account, keep, kind):
    keep("notes", [{"note_id": "a", "related_to": kind, "related_id": "7"}])
    assert purge(account, ADA).unsearched == (("notes",) if RELATED[kind] else ())


@pytest.mark.parametrize(("namespace", "told"), [("contacts", True), ("accounts", False)])
def test_records_count_as_not_searched_if_they_lead_to_contacts(account, keep, namespace, told):
    relation = f'[{{"id": "guest", "namespace": "{namespace}"}}]'
    keep("custom_object_schemas", [{"schema_id": "s", "relationships": relation}])
    keep("custom_object_records", [{"record_id": "r", "schema_id": "s", "relationships": '{"guest": ["7"]}'}])  # fmt: skip
    assert purge(account, ADA).unsearched == (("custom_object_records",) if told else ())


def test_tables_in_which_nobody_is_named_by_id_are_not_told(account, keep):
    keep("contact_lists", [{"contact_list_id": "a", "contact_id": None}])
    keep("ecom_orders", [{"order_id": "1", "email": ADA, "customer_id": None}])
    done = purge(account, ADA)
    assert (done.rows["ecom_orders"], done.unsearched) == (1, ())


def test_a_history_is_not_searched_without_her_id_either(account):
    history = History(account)
    scores = TABLES["score_values"]
    row = {"score_value_id": "1", "contact_id": "7", "score_value": "5"}
    rows = pl.DataFrame([row]).cast({name: scores.schema[name] for name in row})
    frame = pl.concat([scores.empty(), rows], how="diagonal")
    history.append("score_values", account.now(), frame)
    assert purge(account, ADA).unsearched == ("score_values",)
    assert purge(account, ADA, contact_id="7").rows["score_values"] == 1


@pytest.mark.usefixtures("people")
def test_an_id_of_somebody_else_removes_nothing(account, keep, left):
    keep("contact_lists", [{"contact_list_id": "a", "contact_id": "8"}])
    with pytest.raises(
        InvalidArgument, match="Contact 8 is stored with another address"
    ) as refused:
        purge(account, ADA, contact_id="8")
    assert "bob" not in f"{refused.value} {refused.value.hint}"
    assert left("contacts") == ["7", "8"]
    assert left("contact_lists") == ["a"]
    assert purge(account, ADA, contact_id="7").rows["contacts"] == 1


@pytest.mark.parametrize("nonsense", ["", "0", "-7", "7,8", "ada", 7.0, True, ["7"]])
def test_refuses_what_is_no_id(account, nonsense):
    with pytest.raises(InvalidArgument, match="not the id of a contact"):
        purge(account, ADA, contact_id=nonsense)
