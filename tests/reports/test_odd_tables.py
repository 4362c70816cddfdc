"""Whatever values an account holds, its report is made: nothing is known, or far off, or absurd."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from actoolkit.reports.blocks import Figure
from actoolkit.reports.subjects import build
from actoolkit.tables import TABLES

SEEDS = [*range(6), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(6, 300))]
SUBJECTS = ("all", "overview", "engagement", "revenue", "customers")
ODD = {
    pl.Int64(): [None, 0, -1, 1, 10**15],
    pl.Float64(): [None, 0.0, -1.5, 1e300],
    pl.String(): [None, "", "0", "Same", "\u202e", "x" * 5_000],
    pl.Boolean(): [None, True, False],
    pl.Date(): [None, date(1, 1, 1), date(1970, 1, 1), date(9999, 12, 31)],
    pl.Datetime("us", "UTC"): [
        None,
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2026, 6, 29, 23, 30, tzinfo=UTC),
        datetime(9999, 12, 30, tzinfo=UTC),
    ],
}


def odd(name, frame, zone, dice):
    """Other values in some cells of some columns; the wall clock goes with its moment."""
    share, made = dice.choice([0.1, 0.3, 0.7]), {}
    for column, kind in frame.schema.items():
        left = column == TABLES[name].key or column.endswith("_local") or kind not in ODD
        if left or dice.random() > share:
            continue
        few, many = dice.choice([0.1, 0.5, 1.0]), dice.choice([1, len(ODD[kind])])
        values = dice.sample(ODD[kind], many)
        cells = [dice.choice(values) if dice.random() < few else one for one in frame[column]]
        made[column] = pl.Series(column, cells, kind)
    frame = frame.with_columns(**made)
    walls = {
        column: pl.col(f"{column.removesuffix('_local')}_at")
        for column in frame.columns
        if column.endswith("_local") and f"{column.removesuffix('_local')}_at" in frame.columns
    }
    return frame.with_columns(
        at.dt.convert_time_zone(zone).dt.replace_time_zone(None).alias(column)
        for column, at in walls.items()
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_a_report_of_odd_tables_is_made(tiny, seed):
    dice = random.Random(seed)
    frames = {name: odd(name, one, tiny.zone, dice) for name, one in tiny.frames.items()}
    changed = replace(tiny, frames=frames)
    report = build(SUBJECTS[seed % len(SUBJECTS)], changed)
    assert report.html()


def with_first(material, table, **values):
    """Other values in the first row of a table."""
    first = pl.int_range(pl.len()) == 0
    frame = material.frames[table].with_columns(
        pl.when(first).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
        for column, value in values.items()
    )
    return replace(material, frames={**material.frames, table: frame})


def figures(report):
    return {
        block.id: block
        for section in report.sections
        for block in section.blocks
        if isinstance(block, Figure)
    }


def test_a_campaign_whose_bounces_are_not_known_is_in_the_table(tiny):
    sent = tiny.frames["campaigns"].sort("sent_at", descending=True, nulls_last=True)
    newest = replace(tiny, frames={**tiny.frames, "campaigns": sent})
    page = build("overview", with_first(newest, "campaigns", hard_bounces=None)).html()
    assert "of delivered mails" in page


def test_an_order_of_the_year_one_leaves_the_cohorts_to_be_drawn(tiny):
    moment = datetime(1, 1, 2, tzinfo=ZoneInfo("UTC"))
    orders = tiny.frames["ecom_orders"].filter(pl.col("state") == "completed")
    changed = with_first(
        replace(tiny, frames={**tiny.frames, "ecom_orders": orders}),
        "ecom_orders",
        ordered_at=moment,
        ordered_local=moment.replace(tzinfo=None),
    )
    before = figures(build("customers", tiny))["cohorts"]
    after = figures(build("customers", changed))["cohorts"]
    assert len(after.rows) == len(before.rows) > 0


def test_a_member_since_1970_counts_in_the_days_of_a_fortnight(tiny):
    since, until = date(2026, 6, 16), date(2026, 6, 30)
    changed = with_first(
        tiny, "contact_lists", subscribed_at=datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC"))
    )
    before, after = (
        figures(build("engagement", one, since=since, until=until))["list-growth"]
        for one in (tiny, changed)
    )
    assert [row["members"] for row in after.rows] == [row["members"] for row in before.rows]
    assert len(after.rows) > 10


def test_lists_on_which_nothing_happens_any_more_are_drawn_to_the_end(tiny):
    joined = tiny.frames["contact_lists"].filter(pl.col("status") == "subscribed")
    old = joined.filter(pl.col("subscribed_at") < datetime(2025, 10, 1, tzinfo=UTC))
    quiet = replace(tiny, frames={**tiny.frames, "contact_lists": old})
    found = figures(build("engagement", quiet))["list-growth"]
    assert found.rows[-1]["period"] == "2026-06-01"
    assert {row["members"] for row in found.rows if row["period"] > "2025-10"} == {old.height}
    assert f"{old.height} list memberships in" in str(found)


def test_growth_ends_with_the_last_day_asked_for(tiny):
    found = figures(build("engagement", tiny, since="2026-01-01", until="2026-05-15"))
    last = found["list-growth"].rows[-1]
    moments = tiny.frames["contact_lists"]["subscribed_at"].to_list()
    days = [moment.astimezone(ZoneInfo(tiny.zone)).date() for moment in moments]
    began = sum(date(2026, 5, 1) <= one < date(2026, 5, 15) for one in days)
    assert (last["period"], last["joined"]) == ("2026-05-01", began)
    assert began


def test_growth_ends_with_the_day_of_the_data_where_the_period_goes_on(tiny):
    found = figures(build("engagement", tiny, since="2026-06-16", until="2026-07-03"))
    last = found["list-growth"].rows[-1]
    assert (last["period"], last["complete"]) == ("2026-06-30", False)


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("engagement", "list-growth"),
        ("engagement", "rates-over-time"),
        ("revenue", "revenue-chart"),
    ],
)
def test_a_month_that_the_data_has_not_whole_is_faint_whatever_was_asked_for(tiny, subject, name):
    found = figures(build(subject, tiny, since="2026-01-01", until="2026-07-01"))[name]
    whole = {row["period"] for row in found.rows if row["complete"]}
    assert {row["period"] for row in found.rows} - whole == {"2026-06-01"}
    assert max(whole) == "2026-05-01"
