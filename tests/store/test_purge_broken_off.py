"""A purge that ends early, at any of its writes: the next one removes all that the first would have."""

from __future__ import annotations

import base64
import itertools
import os
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime

import polars as pl

from actoolkit.actions._journal import ActionJournal
from actoolkit.api.writes import Written
from actoolkit.settings import Account
from actoolkit.store import Facts, Snapshots
from actoolkit.store.history import History
from actoolkit.store.purge import purge
from actoolkit.tables import TABLES

MOMENT = datetime(2026, 6, 30, 15, tzinfo=UTC)
ADA = "ada.lo@shop.example"
WRITTEN = "Ada.Lo@Shop.Example"
CODED = base64.b64encode(f"for {WRITTEN}".encode()).decode()
BOB = "bob@shop.example"

STORED = {
    "contacts": [{"contact_id": "7", "email": WRITTEN}, {"contact_id": "8", "email": BOB}],
    "contact_lists": [
        {"contact_list_id": "a", "contact_id": "7"},
        {"contact_list_id": "b", "contact_id": "8"},
    ],
    "ecom_customers": [{"customer_id": "c7", "email": ADA}, {"customer_id": "c8", "email": BOB}],
    "ecom_orders": [{"order_id": "1", "customer_id": "c7"}, {"order_id": "2", "customer_id": "c8"}],
    "ecom_order_products": [
        {"order_product_id": "a", "order_id": "1"},
        {"order_product_id": "b", "order_id": "2"},
    ],
    "notes": [
        {"note_id": "a", "related_to": "Subscriber", "related_id": "7"},
        {"note_id": "b", "related_to": "Subscriber", "related_id": "8"},
    ],
    "score_values": [
        {"score_value_id": "a", "contact_id": "7"},
        {"score_value_id": "b", "contact_id": "8"},
    ],
    "webhooks": [{"webhook_id": "a", "url": CODED}, {"webhook_id": "b", "url": "https://x"}],
}
"""Ada stands in each table once: by her address, her id, her customer's, her order's, her spelling."""


class Ended(BaseException):
    """As an interrupt ends it."""


def stored(account):
    """Fill an account's folder."""
    store, now = Snapshots(account), account.now()
    for name, rows in STORED.items():
        shape = TABLES[name]
        known = {column: shape.schema[column] for column in rows[0]}
        frame = pl.concat([shape.empty(), pl.DataFrame(rows, schema=known)], how="diagonal")
        generation = store.next_generation(shape, {}, now)
        facts = Facts(
            endpoint="/x", generation=generation, fetched_at=now, certainty="proven", requests=1
        )
        store.publish(shape, {}, frame, facts)
        if name == "score_values":
            History(account).append(name, now, frame)
    return store


def purge_until(monkeypatch, account, writes):
    """Purge her, and end it at this of its writes; say whether that came."""
    real, ended, number = os.fsync, [], itertools.count(1)

    def fsync(descriptor):
        if next(number) == writes:
            ended.append(writes)
            raise Ended
        real(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        with suppress(Ended):
            purge(account, ADA)
    return bool(ended)


def test_wherever_it_ended_the_next_one_removes_the_rest(monkeypatch, tmp_path):
    for writes in itertools.count(1):
        account = Account(url="https://you.api-us1.com", token="t0ken", cache_dir=tmp_path / f"{writes}")  # fmt: skip
        store = stored(account)
        if not purge_until(monkeypatch, account, writes):
            break
        purge(account, ADA)
        for manifest in store.all():
            mentions = manifest.table == "webhooks"
            left = STORED[manifest.table][0 if mentions else 1 :]
            key = TABLES[manifest.table].key
            assert store.read(manifest)[key].to_list() == [row[key] for row in left], writes
        urls = store.read(store.find(TABLES["webhooks"]))["url"].to_list()
        assert urls == [None, "https://x"], writes
        assert History(account).read("score_values")["contact_id"].to_list() == ["8"], writes
    assert writes > 2 * len(STORED), "each table has a file and a manifest to write"


KILLED = """
import os, signal, stat, sys
from actoolkit.settings import Account
from actoolkit.store.purge import purge

url, folder, identity, email = sys.argv[1:]
account = Account(url=url, token="test-x", cache_dir=folder, identity=identity, rate=1000)

def fsync(descriptor):
    written = stat.S_ISREG(os.fstat(descriptor).st_mode) and os.pread(descriptor, 10_000, 0)
    if written and b"removed is taken" in written:  # not yet in its place
        os.kill(os.getpid(), signal.SIGKILL)

os.fsync = fsync
purge(account, email)
"""


def test_a_purge_that_is_killed_leaves_what_was_sent(tmp_path):
    address = "ada@shop.example"
    asked = {"url": "http://127.0.0.1:9", "cache_dir": tmp_path, "identity": "k", "rate": 1000}
    account = Account(token="test-x", **asked)
    sent = ActionJournal(account.folder, "subscribe-x")
    sent.note("r1", MOMENT, Written("unknown", None, f"{address} is taken"))
    sent.note("r2", MOMENT)
    path = account.folder / "actions" / "subscribe-x.jsonl"
    before = path.read_bytes()
    command = [sys.executable, "-c", KILLED, asked["url"], str(tmp_path), "k", address]
    done = subprocess.run(command, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.read_bytes() == before
    assert purge(account, address).files == 2, "the journal, and what the kill left of it"
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    again = ActionJournal(account.folder, "subscribe-x")
    assert again.earlier("r1", MOMENT).reason == "removed is taken"
    assert again.earlier("r2", MOMENT).verdict == "unknown"
