"""Automations, fatigue and bounces against loops over dictionaries, on every engine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actoolkit.errors import InvalidArgument
from actoolkit.metrics import automation_funnel, automation_progress, bounce_health, fatigue

PATH = Path(__file__).parent.parent / "oracles" / "automations.py"
SPEC = spec_from_file_location("oracle_automations", PATH)
oracle = module_from_spec(SPEC)
SPEC.loader.exec_module(oracle)

MOMENT = pl.Datetime("us", "UTC")
START = datetime(2026, 3, 6, tzinfo=UTC)
QUICK = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
hours = st.sampled_from([0, 24, 48, 240]) | st.integers(0, 24 * 40)
moments = hours.map(lambda h: START + timedelta(hours=h))
ENTRIES = {
    "contact_id": pl.String(),
    "automation_id": pl.String(),
    "added_at": MOMENT,
    "removed_at": MOMENT,
    "completed": pl.Boolean(),
    "completed_elements": pl.Int64(),
    "last_block_id": pl.String(),
}
entries = st.lists(
    st.fixed_dictionaries(
        {
            "contact_id": st.sampled_from(["7", "8", "9"]),
            "automation_id": st.sampled_from(["1", "1", "2", None]),
            "added_at": st.one_of(moments, moments, st.none()),
            "removed_at": st.none() | moments,
            "completed": st.sampled_from([True, False, None]),
            "completed_elements": st.none() | st.integers(0, 4),
            "last_block_id": st.sampled_from(["11", "12", "3", None]),
        }
    ),
    max_size=14,
)


@QUICK
@given(entries, st.sampled_from([10, 30, 60]), st.sampled_from([0, 7, 30]))
def test_automations(engine, same, oracles, rows, days, mature):
    until = START + timedelta(days=days)
    numbered = [{**row, "number": n} for n, row in enumerate(rows)]
    found = automation_funnel(engine.make(rows, ENTRIES), until=until, mature_days=mature)
    same(engine.read(found), oracle.funnel(numbered, until, mature, oracles.wilson))


@QUICK
@given(entries, st.sampled_from(["steps_done", "last_block_id"]))
def test_progress(engine, same, rows, by):
    found = automation_progress(engine.make(rows, ENTRIES), by=by)
    same(engine.read(found), oracle.progress(rows, by))


def test_progress_by_something_else_is_refused():
    with pytest.raises(InvalidArgument, match="steps_done or last_block_id"):
        automation_progress(pl.DataFrame(schema=ENTRIES), by="block")


@pytest.mark.parametrize("until", [START.replace(tzinfo=None), START.date(), "2026-06-30"])
def test_what_is_no_moment_with_a_zone_is_refused(until):
    with pytest.raises(InvalidArgument, match="zone"):
        automation_funnel(pl.DataFrame(schema=ENTRIES), until=until)


@pytest.mark.parametrize(
    ("until", "mature"),
    [
        (datetime(1, 1, 2, tzinfo=UTC), 30),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9))), 0),
        (datetime.max.replace(tzinfo=timezone(timedelta(hours=-9))), 0),
    ],
)
def test_moments_at_the_ends_of_the_calendar_are_refused(until, mature):
    with pytest.raises(InvalidArgument, match="leave the calendar"):
        automation_funnel(pl.DataFrame(schema=ENTRIES), until=until, mature_days=mature)


@pytest.mark.parametrize("entries", range(2, 60, 2))
def test_the_median_is_the_day_on_which_half_have_left(entries):
    """One a day: a share is a product of fractions, which rounding leaves above one half."""
    rows = [
        {
            **dict.fromkeys(ENTRIES),
            "contact_id": str(days),
            "automation_id": "1",
            "added_at": START,
            "removed_at": START + timedelta(days=days),
        }
        for days in range(1, entries + 1)
    ]
    found = automation_funnel(pl.DataFrame(rows, schema=ENTRIES), until=START + timedelta(days=90))
    assert found["median_days"].to_list() == [entries // 2]


TOUCHES = {
    "contact_id": pl.String(),
    "touched_at": MOMENT,
    "kind": pl.String(),
    "campaign_id": pl.String(),
    "automation_id": pl.String(),
    "sent_at": MOMENT,
    "is_bot": pl.Boolean(),
}
touches = st.lists(
    st.fixed_dictionaries(
        {
            "contact_id": st.sampled_from(["7", "8", None]),
            "touched_at": st.one_of(moments, moments, st.none()),
            "kind": st.sampled_from(["sent", "listed", "click"]),
            "campaign_id": st.none(),
            "automation_id": st.none(),
            "sent_at": st.none(),
            "is_bot": st.none(),
        }
    ),
    max_size=20,
)
LISTS = {"contact_id": pl.String(), "status": pl.String(), "unsubscribed_at": MOMENT}
lists = st.lists(
    st.fixed_dictionaries(
        {
            "contact_id": st.sampled_from(["7", "8", None]),
            "status": st.sampled_from(["unsubscribed", "bounced", None]),
            "unsubscribed_at": st.none() | moments,
        }
    ),
    max_size=6,
)


@QUICK
@given(touches, lists, st.sampled_from([(1, 2, 4), (2,), (1, 3)]))
def test_fatigue(engine, same, oracles, touches, lists, ends):
    found = fatigue(engine.make(touches, TOUCHES), engine.make(lists, LISTS), mails=ends)
    same(engine.read(found), oracle.fatigue(touches, lists, ends, oracles.wilson))


def test_months_are_those_of_utc(engine):
    """In Chicago, where the connection is, both are still in May."""
    first = datetime(2026, 6, 1, tzinfo=UTC)
    sent = dict.fromkeys(TOUCHES) | {"contact_id": "7", "touched_at": first, "kind": "sent"}
    later = sent | {"touched_at": datetime(2026, 6, 30, 23, tzinfo=UTC)}
    gone = {"contact_id": "7", "status": "unsubscribed", "unsubscribed_at": first}
    made = fatigue(engine.make([sent, later], TOUCHES), engine.make([gone], LISTS), mails=(1,))
    counted = [(row["contact_months"], row["unsubscribed"]) for row in engine.read(made)]
    assert counted == [(0, 0), (1, 1)]


@pytest.mark.parametrize("mails", [(), (0, 2), (2, 2), (3, 1)])
def test_classes_ascend(mails):
    with pytest.raises(InvalidArgument, match="ascend"):
        fatigue(None, None, mails=mails)


CONTACTS = {"deleted": pl.Boolean(), "hard_bounces": pl.Int64(), "soft_bounces": pl.Int64()}
contacts = st.lists(
    st.fixed_dictionaries(
        {
            "deleted": st.sampled_from([None, False, True]),
            "hard_bounces": st.none() | st.integers(0, 3),
            "soft_bounces": st.none() | st.integers(0, 3),
        }
    ),
    max_size=8,
)


@QUICK
@given(contacts)
def test_bounces(engine, same, oracles, rows):
    same(
        engine.read(bounce_health(engine.make(rows, CONTACTS))), oracle.health(rows, oracles.wilson)
    )
