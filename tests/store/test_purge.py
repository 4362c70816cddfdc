"""A purged person is in no byte of the cache, and everybody else is untouched."""

from __future__ import annotations

import base64
import json
import random
import sqlite3
import zlib
from datetime import UTC, datetime
from urllib.parse import quote

import polars as pl
import pytest

import actoolkit as ac
from actoolkit import errors
from actoolkit.api.journal import Journal
from actoolkit.store import Snapshots, holding
from actoolkit.store.relations import related_to_contacts, relations_elsewhere

MOMENT = datetime(2026, 6, 30, 15, tzinfo=UTC)

TABLES = (
    "contacts",
    "score_values",
    "contact_lists",
    "contact_automations",
    "contact_tags",
    "email_activities",
    "field_values",
    "notes",
    "ecom_customers",
    "ecom_orders",
    "ecom_order_products",
)


@pytest.fixture(scope="module")
def session():
    with ac.sandbox_account(size="tiny", seed=11) as account:
        yield account


@pytest.fixture(scope="module")
def loaded(session):
    """Every table that knows people, once; purges of later tests leave ever fewer of them."""
    for table in TABLES:
        getattr(ac, f"load_{table}")(account=session, progress=False)
    return session


def text_of_everything(folder):
    """All that a determined reader finds in a folder: bytes, and what is compressed in them."""
    found = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        raw = path.read_bytes()
        found.append(str(path.relative_to(folder)).lower().encode() + b" " + raw.lower())
        if path.name.endswith(".parquet") or raw[:4] == b"PAR1":
            found.append(pl.read_parquet(raw).write_ndjson().lower().encode())
        if ".sqlite" in path.name and raw[:6] == b"SQLite":
            connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
            for (value,) in connection.execute("SELECT value FROM responses"):
                kept = zlib.decompress(value)
                body = zlib.decompress(base64.b64decode(json.loads(kept)["_content"]))
                found.append(kept.lower() + body.lower())
            connection.close()
    return b"\n".join(found)


def frames(account):
    store = Snapshots(account)
    return {one.id: store.read(one) for one in store.all()}


def ids_of(account, address):
    contacts = ac.load_contacts(account=account, progress=False)
    orders = ac.load_ecom_orders(account=account, progress=False)
    return tuple(
        frame.filter(plain(pl.col("email")) == address)[key].to_list()
        for frame, key in ((contacts, "contact_id"), (orders, "order_id"))
    )


def plain(column):
    """An address as people compare it: shops write it with blanks and capitals."""
    return column.str.strip_chars().str.to_lowercase()


def bytes_of(folder):
    """The same, in the case that it has: base 64 tells capitals apart."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.read_bytes()
            if path.suffix == ".parquet":
                yield pl.read_parquet(path).write_ndjson().encode()


def traces_of(folder, address):
    """How often an address stands in a folder, by the way it is written."""
    everything = text_of_everything(folder)
    ways = {
        "plain": address.encode(),
        "link": quote(address, safe="").lower().encode(),
        "json": json.dumps(address).strip('"').replace("@", "\\u0040").encode(),
    }
    found = {way: everything.count(form) for way, form in ways.items()}
    coded = base64.b64encode(address.encode()).rstrip(b"=")[:-1]
    found["base 64"] = sum(one.count(coded) for one in bytes_of(folder))
    return found


def nowhere(folder, address):
    """Whether nothing is left, in small and in capital letters."""
    return not any(traces_of(folder, address).values()) and not any(
        base64.b64encode(address.upper().encode()).rstrip(b"=")[:-1] in one
        for one in bytes_of(folder)
    )


def purge_and_check(account, address):
    contact_ids, order_ids = ids_of(account, address)
    before = frames(account)
    assert address.encode() in text_of_everything(account.folder)
    purged = ac.purge(email=address.upper(), account=account, progress=False)
    assert purged.rows["contacts"] >= 1
    assert nowhere(account.folder, address)
    after = frames(account)
    assert after.keys() == before.keys()
    for name, frame in after.items():
        left = before[name]
        for column, ids in (
            ("contact_id", contact_ids),
            ("order_id", order_ids),
            ("ecom_order_id", order_ids),
        ):
            if column in frame.columns:
                assert not frame[column].is_in(ids).any(), name
                left = left.filter(~pl.col(column).is_in(ids).fill_null(False))
        if name.startswith("notes/"):
            on = pl.col("related_to").str.contains("(?i)subscriber|contact")
            left = left.filter(~(on & pl.col("related_id").is_in(contact_ids)).fill_null(False))
        if "email" in frame.columns:
            left = left.filter((plain(pl.col("email")) != address).fill_null(True))
        assert frame.height == left.height, name
        key = frame.columns[0]
        assert frame[key].to_list() == left[key].to_list(), name
    return purged


def test_five_people_leave_no_byte_and_nobody_else_leaves(loaded):
    people = ac.load_contacts(account=loaded, progress=False)["email"].to_list()
    buyers = ac.load_ecom_orders(account=loaded, progress=False)["email"].drop_nulls().to_list()
    chance = random.Random(5)
    for address in [*chance.sample(people, 3), *chance.sample(sorted(set(buyers)), 2)]:
        purge_and_check(loaded, address.lower())


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_hundred_people(tmp_path):
    with ac.sandbox_account(size="small", seed=12, cache_dir=tmp_path) as account:
        for table in TABLES:
            getattr(ac, f"load_{table}")(account=account, progress=False)
        people = ac.load_contacts(account=account, progress=False)["email"].to_list()
        for address in random.Random(6).sample(people, 100):
            purge_and_check(account, address.lower())


def mention(account, addresses):
    """Let other rows mention people, each in another way, as links and notes of an account do."""
    frame = ac.load_campaigns(account=account, progress=False)
    manifest = ac.provenance("campaigns", account=account)
    ways = [
        lambda one: f"for {one.upper()}",
        lambda one: "https://x.example/?who=" + quote(one, safe="") + "&y=1",
        lambda one: json.dumps({"to": "\n" + one}).replace("@", "\\u0040"),
        lambda one: base64.b64encode(one.encode()).decode(),
    ]
    texts = ["\n".join(way(one) for one in addresses) for way in ways]
    names = [texts[row] if row < len(texts) else name for row, name in enumerate(frame["name"])]
    Snapshots(account).rewrite(
        manifest, frame.with_columns(pl.Series("name", names)), note="with mentions"
    )


def test_ten_people_mentioned_in_four_ways_leave_no_byte(tmp_path):
    with ac.sandbox_account(size="tiny", seed=13, cache_dir=tmp_path) as account:
        for table in ("contacts", "contact_lists", "score_values", "ecom_orders"):
            getattr(ac, f"load_{table}")(account=account, progress=False)
        people = ac.load_contacts(account=account, progress=False)["email"].str.to_lowercase()
        chosen = random.Random(7).sample(people.to_list(), 10)
        for address in chosen:
            mention(account, [address])
            assert all(traces_of(account.folder, address).values())
            purge_and_check(account, address)


def test_whose_address_is_part_of_another_takes_nobody_along(tmp_path):
    with ac.sandbox_account(size="tiny", seed=13, cache_dir=tmp_path) as account:
        frame = ac.load_contacts(account=account, progress=False)
        short, long, longer = "a@shop.example", "ada@shop.example", "a@shop.example.org"
        emails = [short, long, longer, *frame["email"].to_list()[3:]]
        manifest = ac.provenance("contacts", account=account)
        changed = frame.with_columns(pl.Series("email", emails))
        Snapshots(account).rewrite(manifest, changed, note="with three of one name")
        ac.purge(email=short, account=account, progress=False)
        left = ac.load_contacts(account=account, progress=False)
        assert left["email"].to_list() == emails[1:]


def test_unfinished_loads_side_files_and_filtered_loads_go(loaded):
    address = ac.load_contacts(account=loaded, progress=False)["email"][7].lower()
    ac.load_contacts(email=address, account=loaded, progress=False)
    place = loaded.folder / "journals" / "contacts" / "all"
    journal = Journal(place, "000009-20260630T150000Z")
    journal.put("k", f'{{"email": "{address}"}}'.encode(), {})
    assert (place / "000009-20260630T150000Z.sqlite-wal").exists()
    journal.close()
    snapshot = loaded.folder / "snapshots" / "contacts" / "all"
    for name in ("x.parquet.ab12.part", "y.json.damaged", "z.parquet"):
        (snapshot / name).write_bytes(address.encode())
    (loaded.folder / "actions").mkdir(mode=0o700, exist_ok=True)
    (loaded.folder / "actions" / "a.jsonl").write_text(f'{{"detail": "{address} is taken"}}\n')
    ac.purge(email=address, account=loaded, progress=False)
    assert address.encode() not in text_of_everything(loaded.folder)
    assert not [path for path in place.rglob("*") if path.suffix != ".lock"]
    assert (loaded.folder / "actions" / "a.jsonl").read_text() == '{"detail": "removed is taken"}\n'


def test_records_of_custom_objects_go_by_the_names_of_their_relationships(loaded):
    kinds = ac.load_custom_object_schemas(account=loaded, progress=False)
    asked = {"schema_id": kinds["schema_id"], "account": loaded, "progress": False}
    records = ac.load_custom_object_records(**asked)
    contact = json.loads(records["relationships"][-1])["primary-contact"][0]
    contacts = ac.load_contacts(account=loaded, progress=False)
    address = contacts.filter(contact_id=contact)["email"].item()
    gone = ac.purge(email=address, account=loaded, progress=False)
    assert gone.rows["custom_object_records"] == 1
    left = ac.load_custom_object_records(**asked)
    assert left.equals(records.filter(pl.col("record_id") != records["record_id"][-1]))


SCHEMAS = pl.DataFrame(
    {
        "schema_id": ["stay", "account", "untold", "was of contacts", "was of contacts"],
        "relationships": [
            '[{"id": "guest", "namespace": "contacts"}, {"id": "hotel", "namespace": "accounts"}]',
            '[{"id": "primary-contact", "namespace": "accounts"}]',
            None,
            '[{"id": "host", "namespace": "contacts"}]',
            '[{"id": "host", "namespace": "accounts"}]',
        ],
    }
)


@pytest.mark.parametrize(
    ("schema_id", "relationships", "goes"),
    [
        ("stay", '{"guest": ["7"]}', True),
        ("stay", '{"guest": [3, 7]}', True),
        ("stay", '{"guest": 7}', True),
        ("stay", '{"guest": {"id": "7"}}', True),
        ("stay", '{"guest": ["77"]}', False),
        ("stay", '{"hotel": ["7"]}', False),
        ("stay", '{"hotel": ["7"], "guest": []}', False),
        ("account", '{"primary-contact": ["7"]}', False),
        ("stay", '{"added since": ["7"]}', True),
        ("untold", '{"patient": ["7"]}', True),
        ("was of contacts", '{"host": ["7"]}', True),
        ("never loaded", '{"patient": ["7"]}', True),
        ("never loaded", '{"patient": ["8"]}', False),
        ("stay", None, False),
        ("stay", "[7]", False),
        ("stay", '{"guest": [7', False),
    ],
)
def test_whose_a_record_is(schema_id, relationships, goes):
    known = relations_elsewhere([SCHEMAS])
    record = pl.DataFrame(
        {"record_id": ["r"], "schema_id": [schema_id], "relationships": [relationships]},
        schema_overrides={"relationships": pl.String},
    )
    assert related_to_contacts(record, {"7"}, known).to_list() == [goes]


def test_the_history_forgets_too(loaded):
    kept = ac.history("score_values", account=loaded)
    contacts = ac.load_contacts(account=loaded, progress=False)
    scored = contacts.filter(pl.col("contact_id").is_in(kept["contact_id"].implode()))
    person, address = scored["contact_id"][0], scored["email"][0]
    purged = ac.purge(email=address, account=loaded, progress=False)
    left = ac.history("score_values", account=loaded)
    assert left.equals(kept.filter(pl.col("contact_id") != person))
    assert purged.rows["score_values"] >= kept.height - left.height > 0


def test_what_is_served_afterwards_is_the_purged_snapshot(loaded):
    address = ac.load_contacts(account=loaded, progress=False)["email"][3]
    before = ac.provenance("contacts", account=loaded)
    ac.purge(email=address, account=loaded, progress=False)
    after = ac.provenance("contacts", account=loaded)
    assert (after.id, after.fetched_at) == (before.id, before.fetched_at)
    assert after.rows == before.rows - 1
    assert "a person was removed on request" in after.notes
    assert address not in ac.load_contacts(account=loaded, progress=False)["email"].to_list()
    again = ac.purge(email=address, account=loaded, progress=False)
    assert not any(again.rows.values())


BEYOND = (
    "the account itself",
    "the next load brings it back",
    "reports",
    "notebooks",
    "files that you saved",
    "programs that run now",
    "backups",
    "free space of the disk",
)


def test_it_says_what_it_cannot_reach(loaded, capsys):
    done = ac.purge(email="nobody@example.org", account=loaded, progress=True)
    told = " ".join(capsys.readouterr().err.split())
    for one in BEYOND:
        assert one in told
        assert any(one in phrase for phrase in done.out_of_reach), one


@pytest.mark.parametrize("nonsense", ["", "no address", "@", "a@", "a b@c", None, 7])
def test_refuses_what_is_no_address(loaded, nonsense):
    with pytest.raises(errors.InvalidArgument, match="address"):
        ac.purge(email=nonsense, account=loaded, progress=False)


def test_waits_for_a_load_under_way(loaded, monkeypatch):
    import threading

    entered, leave = threading.Event(), threading.Event()

    def work():
        with holding(loaded.folder, "contacts-all"):
            entered.set()
            leave.wait(30)

    thread = threading.Thread(target=work)
    thread.start()
    entered.wait(30)
    monkeypatch.setattr("actoolkit.store.purge.PATIENCE", 0.1)
    with pytest.raises(errors.StoreLocked, match="process"):
        ac.purge(email="a@example.org", account=loaded, progress=False)
    leave.set()
    thread.join()
