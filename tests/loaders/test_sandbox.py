"""Loaders over the sandbox: the world's own records, recounted in plain Python, are the oracle."""

from __future__ import annotations

import doctest
from collections import Counter
from importlib import import_module
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

import actoolkit as ac
from actoolkit import loaders
from actoolkit.loaders import sync
from actoolkit.loaders._sync import SYNCED
from actoolkit.sandbox import Faults
from actoolkit.tables import TABLES

MODULES = sorted(
    f"actoolkit.loaders.{path.stem}"
    for path in Path(loaders.__file__).parent.glob("*.py")
    if ">>>" in path.read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def session():
    session = ac.sandbox_account(size="tiny", seed=11)
    session.start()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def account(session):
    sync(session.account)
    return session.account


def load(name, account, **more):
    return getattr(loaders, f"load_{name}")(account=account, **more)


def test_campaign_counters_are_the_sends_counted_one_by_one(session, account):
    campaigns = load("campaigns", account).to_dicts()
    assert sum(row["sends"] for row in campaigns) > 1000
    for row in campaigns:
        sends = list(session.world.sends(row["campaign_id"]))
        bounces = Counter(send.bounced for send in sends)
        assert row["sends"] == len(sends)
        assert row["hard_bounces"] == bounces["hard"]
        assert row["soft_bounces"] == bounces["soft"]
        assert row["opens"] == sum(send.opens for send in sends if send.opened_at)
        assert row["unique_opens"] == sum(send.opened_at is not None for send in sends)
        assert row["clickers"] == sum(send.clicked_at is not None for send in sends)
        assert row["unsubscribes"] == sum(send.unsubscribed_at is not None for send in sends)
        if row["verified_unique_opens"] is not None:
            assert row["verified_unique_opens"] == sum(
                send.verified_opened_at is not None for send in sends
            )


def test_paid_orders_are_the_worlds_to_the_cent(session, account):
    paid = load("ecom_orders", account, state=("completed", "recovered"))
    truth = {row["order_id"]: row for row in session.world.truth()}
    assert len(truth) > 100
    assert paid["order_id"].to_list() == sorted(truth, key=int)
    for row in paid.to_dicts():
        assert row["total_cents"] == truth[row["order_id"]]["total_cents"]
        assert row["ordered_at"] == truth[row["order_id"]]["ordered_at"]


@pytest.mark.parametrize("state", ["pending", "completed", "abandoned", "recovered", "waiting"])
def test_one_state_asked_of_the_api_is_that_state_of_the_whole(account, state):
    asked = load("ecom_orders", account, state=state)
    assert asked.equals(load("ecom_orders", account, state=(state,)))


def test_everybody_is_there_once(session, account):
    contacts = load("contacts", account)
    ids = session.world.people.ids[: session.world.contact_count].tolist()
    assert contacts["contact_id"].to_list() == [str(one) for one in sorted(ids)]
    assert len(ids) == 200


@pytest.mark.parametrize("name", SYNCED)
def test_every_table_has_its_shape_and_the_same_values_in_pandas(account, name):
    frame = load(name, account)
    assert frame.schema == TABLES[name].schema
    assert frame.height
    assert not frame[str(TABLES[name].key)].is_duplicated().any()
    twin = load(name, account, frame="pandas")
    assert list(twin.columns) == frame.columns
    for column in frame.columns:
        left = frame[column].to_list()
        right = [None if not isinstance(v, list) and pd.isna(v) else v for v in twin[column]]
        if frame.schema[column] == pl.Date:
            right = [None if v is None else v.date() for v in right]
        assert left == right, column


def test_what_the_sandbox_adds_is_kept_and_counted(account):
    found = ac.provenance("campaigns", account=account)
    frame = load("campaigns", account)
    assert found.unknown_fields
    assert frame["_extra"].drop_nulls().len() >= max(found.unknown_fields.values())


@pytest.mark.parametrize("seed", [1, 2])
def test_faults_on_the_way_change_nothing(session, account, seed):
    clean = {name: load(name, account) for name in ("contacts", "campaigns", "lists", "messages")}
    faults = Faults(rate=0.2, kinds=("html", "empty", "truncated", "closed", "503"), seed=seed)
    with ac.sandbox_account(size="tiny", seed=11, faults=faults) as shaky:
        for name, frame in clean.items():
            assert load(name, shaky).equals(frame), name


def test_the_world_lives_on_and_the_snapshot_ages():
    session = ac.sandbox_account(size="tiny", seed=12)
    with session as account:
        before = load("ecom_orders", account)
        session.advance(0.5)
        assert load("ecom_orders", account).equals(before)
        session.advance(20)
        after = load("ecom_orders", account, state=("completed", "recovered"))
        truth = {row["order_id"]: row["total_cents"] for row in session.world.truth()}
        assert dict(zip(after["order_id"], after["total_cents"], strict=True)) == truth
        assert after["ordered_at"].max() > before["ordered_at"].max()


def test_a_period_is_a_slice_of_the_whole(account):
    whole = load("ecom_orders", account).to_dicts()
    found = load("ecom_orders", account, since="2025-11-01", until="2025-12-01")
    want = [row["order_id"] for row in whole if row["ordered_local"].strftime("%Y-%m") == "2025-11"]
    assert found["order_id"].to_list() == want
    assert want


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_run(module):
    found = doctest.testmod(import_module(module))
    assert found.attempted
    assert not found.failed
