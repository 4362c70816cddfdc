"""The moment that loaded tables are of: the server's clock, in the account's zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pandas as pd
import polars as pl
import pytest

import actoolkit as ac
from actoolkit import errors
from actoolkit.loaders import moment_of, zone_of

EARLY, LATE = datetime(2026, 6, 30, 3, tzinfo=UTC), datetime(2026, 6, 30, 15, tzinfo=UTC)


def test_of_several_tables_it_is_the_earliest_in_the_zone_of_the_accounts_user():
    sandbox = ac.sandbox_account("tiny")
    with sandbox as account:
        ac.load_lists(account=account, progress=False)
        sandbox.advance(2)
        ac.load_campaigns(account=account, progress=False)
        first, second = (ac.data_as_of(one, account=account) for one in ("lists", "campaigns"))
        both = ac.data_as_of("campaigns", "lists", account=account)
    assert first.utcoffset() == timedelta(hours=-5)
    assert (first.year, first.month, first.day, first.hour) == (2026, 6, 30, 10)
    assert second - first >= timedelta(days=2)
    assert both == first


def test_it_is_what_the_report_says_on_the_same_account():
    with ac.sandbox_account("tiny") as account:
        made = ac.report("overview", account=account, progress=False)
        stated = ac.data_as_of("campaigns", "ecom_orders", account=account)
    assert made.as_of == f"{stated.day} {stated:%b %Y, %H:%M %Z}"


def test_the_servers_clock_is_asked_before_the_accounts():
    both = SimpleNamespace(server_at=EARLY, fetched_at=LATE)
    alone = SimpleNamespace(server_at=None, fetched_at=LATE)
    assert moment_of(both) == EARLY
    assert moment_of(alone) == LATE


@pytest.mark.parametrize("named", [[], [None], [""], ["Nowhere/Atlantis"], ["../etc/passwd"]])
@pytest.mark.parametrize("frame", [pl.DataFrame, pd.DataFrame])
def test_without_a_zone_of_the_user_it_is_utc(named, frame):
    user = frame(
        {"time_zone": named},
        **({"schema": {"time_zone": pl.String}} if frame is pl.DataFrame else {}),
    )
    assert zone_of(user).key == "UTC"
    assert zone_of(None).key == "UTC"


def test_the_zone_is_the_users():
    assert zone_of(pl.DataFrame({"time_zone": ["Asia/Kolkata"]})) == ZoneInfo("Asia/Kolkata")


def test_a_table_that_was_never_loaded_or_named_is_an_error_with_a_remedy():
    with ac.sandbox_account("tiny") as account:
        with pytest.raises(errors.SnapshotMissing, match="load_contacts"):
            ac.data_as_of("contacts", account=account)
        with pytest.raises(errors.InvalidArgument, match="campaigns"):
            ac.data_as_of(account=account)
        with pytest.raises(errors.InvalidArgument):
            ac.data_as_of("contcats", account=account)
