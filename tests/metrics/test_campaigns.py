"""Campaign metrics against loops over dictionaries, on every engine."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from actoolkit.errors import InvalidArgument, MetricError, MissingColumns
from actoolkit.metrics import (
    campaign_anomalies,
    campaign_funnel,
    campaign_rates,
    engagement_heatmap,
    shrunk_rates,
)
from actoolkit.metrics.counters import GROUP_HINTS
from actoolkit.metrics.shrinkage import fitted
from actoolkit.tables import to_pandas

COUNTERS = (
    "sends",
    "hard_bounces",
    "soft_bounces",
    "unique_opens",
    "verified_unique_opens",
    "clickers",
    "unique_link_clicks",
    "unsubscribes",
    "unique_replies",
    "unique_forwards",
)
SCHEMA = {
    "campaign_id": pl.String(),
    "name": pl.String(),
    "type": pl.String(),
    "automation_id": pl.String(),
    "sent_at": pl.Datetime("us", "UTC"),
    "sent_local": pl.Datetime("us"),
    **dict.fromkeys(COUNTERS, pl.Int64()),
}
MOMENTS = [datetime(2026, 3, 8, 7, 59), datetime(2026, 3, 8, 8), datetime(2026, 11, 1, 6, 30)]
WALLS = [datetime(2026, 3, 8, 1, 59), datetime(2026, 3, 8, 3), datetime(2026, 11, 1, 1, 30)]


def count(most, *, missing):
    numbers = st.integers(0, most) | st.sampled_from([0, 1, 10**9])
    return st.one_of(numbers, numbers, st.none()) if missing else numbers


def campaigns(*, missing):
    when = st.integers(0, len(MOMENTS) - 1) | st.none()
    row = st.fixed_dictionaries(
        {
            "name": st.sampled_from(["News", "näws; \"'", None]),
            "type": st.sampled_from(["single", "split", None]),
            "automation_id": st.sampled_from([None, None, "5"]),
            "when": when,
            "sends": count(40, missing=missing),
            "verified_unique_opens": count(20, missing=True),
            **{
                name: count(most, missing=missing)
                for name, most in (
                    ("hard_bounces", 3),
                    ("soft_bounces", 3),
                    ("unique_opens", 30),
                    ("clickers", 20),
                    ("unique_link_clicks", 40),
                    ("unsubscribes", 5),
                    ("unique_replies", 5),
                    ("unique_forwards", 5),
                )
            },
        }
    )
    return st.lists(row, max_size=12).map(finished)


def finished(rows):
    made = []
    for number, row in enumerate(rows):
        when = row.pop("when")
        row["campaign_id"] = str(number + 1)
        row["sent_at"] = None if when is None else MOMENTS[when].replace(tzinfo=UTC)
        row["sent_local"] = None if when is None else WALLS[when]
        made.append({name: row[name] for name in SCHEMA})
    return made


anything = st.booleans().flatmap(lambda missing: campaigns(missing=missing))
budget = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def one(**values):
    row = dict.fromkeys(SCHEMA) | dict.fromkeys(COUNTERS, 0) | {"campaign_id": "1"}
    return row | values


@budget
@given(rows=anything)
def test_rates_one_by_one(engine, oracles, same, rows):
    found = engine.read(campaign_rates(engine.make(rows, SCHEMA)))
    same(found, oracles.campaigns.one_by_one(rows, oracles.wilson))


@budget
@given(rows=anything, by=st.sampled_from([["type"], ["automation_id"], ["type", "automation_id"]]))
def test_rates_of_groups(engine, oracles, same, rows, by):
    found = engine.read(campaign_rates(engine.make(rows, SCHEMA), by=by))
    same(found, oracles.campaigns.by_group(rows, by, oracles.clustered))


@budget
@given(
    rows=anything,
    by=st.sampled_from([[], ["type"], ["type", "automation_id"], ["campaign_id"]]),
    buyers=st.none() | st.lists(st.none() | st.integers(0, 40), min_size=12, max_size=12),
)
def test_funnel(engine, oracles, same, rows, by, buyers):
    exposure, wanted = None, None
    if buyers is not None:
        wanted = {row["campaign_id"]: n for row, n in zip(rows, buyers, strict=False)}
        exposure = engine.make(
            [{"campaign_id": key, "exposed_buyers": n} for key, n in wanted.items()],
            {"campaign_id": pl.String(), "exposed_buyers": pl.Int64()},
        )
    found = engine.read(campaign_funnel(engine.make(rows, SCHEMA), exposure, by=by or None))
    same(found, oracles.campaigns.funnel(rows, wanted, by, oracles.clustered))


@budget
@given(rows=anything, small=st.sampled_from([0, 20, 200]))
def test_heatmap(engine, oracles, same, rows, small):
    found = engine.read(engagement_heatmap(engine.make(rows, SCHEMA), small_below=small))
    same(found, oracles.campaigns.heatmap(rows, oracles.clustered, small))


def test_cells_are_drawn_as_campaigns_are(engine):
    cells = [(3000, 10000), (5000, 10000), (15, 20), (0, 0), (120, 300)]
    rows = [
        one(campaign_id=str(n), sends=max(of, 1), hard_bounces=int(not of), unique_opens=opens)
        | {"sent_local": datetime(2026, 6, 1 + n, 10)}
        for n, (opens, of) in enumerate(cells)
    ]
    found = engine.read(engagement_heatmap(engine.make(rows, SCHEMA)))
    known = [pair for pair in cells if pair[1]]
    common, weight = fitted(*(np.array(part) for part in zip(*known, strict=True)))
    wanted = [(common * weight + k) / (weight + n) if n else None for k, n in cells]
    assert [row["open_rate_shrunk"] for row in found] == pytest.approx(wanted)
    assert [row["small"] for row in found] == [False, False, True, True, False]
    with pytest.raises(InvalidArgument, match="small_below"):
        engagement_heatmap(engine.make(rows, SCHEMA), small_below=-1)


@settings(max_examples=25, deadline=None)
@given(rows=campaigns(missing=False), confidence=st.floats(0.5, 0.999))
def test_a_rate_is_null_or_between_its_bounds(rows, confidence):
    for by in (None, "type"):
        made = campaign_rates(pl.DataFrame(rows, schema=SCHEMA), by=by, confidence=confidence)
        for row in made.iter_rows(named=True):
            for name in made.columns:
                if name.endswith("_rate"):
                    low, value, high = (row[name + end] for end in ("_low", "", "_high"))
                    assert (low is None) == (value is None) == (high is None)
                    assert value is None or 0 <= low <= value <= high <= 1


@settings(max_examples=15, deadline=None)
@given(rows=campaigns(missing=True), seed=st.integers(0, 99))
def test_the_order_of_rows_is_irrelevant(rows, seed):
    shuffled = random.Random(seed).sample(rows, len(rows))
    frames = [pl.DataFrame(found, schema=SCHEMA) for found in (rows, shuffled)]
    for metric in (campaign_rates, campaign_funnel, engagement_heatmap):
        assert_frame_equal(metric(frames[0]), metric(frames[1]), rel_tol=1e-12, abs_tol=1e-15)


def test_a_group_is_a_ratio_of_sums_and_never_mixes_verified_with_others():
    rows = [
        one(sends=100, unique_opens=50, verified_unique_opens=40, clickers=10),
        one(campaign_id="2", sends=900, unique_opens=90, verified_unique_opens=None, clickers=0),
    ]
    found = campaign_rates(pl.DataFrame(rows, schema=SCHEMA), by="type").row(0, named=True)
    assert found["open_rate"] == 0.14
    assert (found["verified_unique_opens"], found["verified_delivered"]) == (40, 100)
    assert found["verified_open_rate"] == 0.4
    assert found["click_rate"] == 0.01


def test_links_per_clicker_is_a_mean_without_an_interval(engine):
    rows = [
        one(type="a", sends=100, clickers=10, unique_link_clicks=25),
        one(campaign_id="2", type="a", sends=100, clickers=30, unique_link_clicks=35),
        one(campaign_id="3", type="b", sends=100, clickers=0, unique_link_clicks=0),
        one(campaign_id="4", type="c", sends=100, clickers=4, unique_link_clicks=3),
    ]
    found = engine.read(campaign_rates(engine.make(rows, SCHEMA), by="type"))
    assert [row["links_per_clicker"] for row in found] == [1.5, None, None]
    assert found[2]["flag"].endswith("links_per_clicker: fewer links than clickers")
    assert "links_per_clicker_low" not in found[0]


@pytest.mark.parametrize("by", [None, "type"])
def test_link_clicks_may_be_missing(engine, by):
    schema = {name: dtype for name, dtype in SCHEMA.items() if name != "unique_link_clicks"}
    rows = [one(sends=100, clickers=10, unique_opens=20, type="a")]
    rows = [{name: row[name] for name in schema} for row in rows]
    (found,) = engine.read(campaign_rates(engine.make(rows, schema), by=by))
    assert found["click_rate"] == 0.1
    assert found["links_per_clicker"] is found["unique_link_clicks"] is found["flag"] is None


def test_what_cannot_be_is_withheld_and_flagged():
    rows = [one(sends=10, hard_bounces=8, soft_bounces=4, clickers=1)]
    found = campaign_rates(pl.DataFrame(rows, schema=SCHEMA)).row(0, named=True)
    assert found["delivered"] == 0
    assert found["click_rate"] is None
    assert found["flag"].split("; ") == [
        "delivered: bounces exceed sends",
        "bounce_rate: numerator exceeds denominator",
        "click_rate: numerator exceeds denominator",
        "click_to_open_rate: numerator exceeds denominator",
        "links_per_clicker: fewer links than clickers",
    ]


def test_drafts_have_no_rates(engine):
    (found,) = engine.read(campaign_rates(engine.make([one(unique_opens=2, clickers=1)], SCHEMA)))
    assert all(value is None for name, value in found.items() if "_rate" in name)


def test_without_campaigns_there_is_one_funnel_of_nothing(engine):
    found = engine.read(campaign_funnel(engine.make([], SCHEMA)))
    assert [(row["step"], row["count"], row["rate"]) for row in found] == [
        ("sent", 0, None),
        ("delivered", 0, None),
        ("opened", 0, None),
        ("clicked", 0, None),
    ]


def test_nothing_looks_like_something(engine):
    empty, full = (
        types(campaign_rates(engine.make(rows, SCHEMA), by="type")) for rows in ([], [one(sends=3)])
    )
    if engine.name == "pandas objects":
        empty, full = list(empty), list(full)
    assert empty == full


def types(frame):
    if isinstance(frame, pl.LazyFrame):
        return dict(frame.collect_schema())
    return dict(zip(frame.columns, map(str, frame.dtypes), strict=True))


@pytest.mark.parametrize("metric", [campaign_rates, campaign_funnel, engagement_heatmap])
def test_short_whole_numbers_neither_wrap_nor_run_over(metric):
    """As one has them who saves memory: 3 mails less 5 bounces, 200 mails and 200 more."""
    rows = [one(sends=3, hard_bounces=5, sent_local=WALLS[0])]
    rows += [one(sends=200, unique_opens=100, sent_local=WALLS[0])] * 2
    campaigns = pl.DataFrame(rows, SCHEMA)
    short = campaigns.with_columns(pl.col(*COUNTERS).cast(pl.UInt8))
    assert_frame_equal(metric(short), metric(campaigns))
    frame = to_pandas(campaigns)
    short = frame.astype(dict.fromkeys(COUNTERS, "uint8"))
    pd.testing.assert_frame_equal(metric(short), metric(frame))


def test_a_lazy_frame_is_not_collected():
    frame = pl.LazyFrame(schema=SCHEMA).map_batches(_refuse)
    for metric in (campaign_rates, campaign_funnel):
        assert isinstance(metric(frame), pl.LazyFrame)


def _refuse(frame):
    raise AssertionError("collected")


@pytest.mark.parametrize(
    ("metric", "column"),
    [
        (campaign_rates, "clickers"),
        (campaign_funnel, "verified_unique_opens"),
        (engagement_heatmap, "sent_local"),
    ],
)
def test_a_lacking_column_is_named(engine, metric, column):
    schema = {name: dtype for name, dtype in SCHEMA.items() if name != column}
    with pytest.raises(MissingColumns, match=f"{metric.__name__} needs the columns {column};"):
        metric(engine.make([], schema))


@pytest.mark.parametrize(
    "metric", [campaign_rates, campaign_funnel, campaign_anomalies, shrunk_rates]
)
@pytest.mark.parametrize(
    ("by", "step"),
    [
        ("list_id", r"Join actoolkit.load_campaign_lists\(...\) to the campaigns on campaign_id"),
        ("month", r'with_columns\(month=pl.col\("sent_local"\).dt.truncate\("1mo"\)\)'),
        ("yaer", "by= takes columns of that frame"),
    ],
)
def test_a_group_that_is_no_column_is_told_with_the_way_to_it(metric, by, step):
    campaigns = pl.DataFrame(schema=SCHEMA)
    with pytest.raises(MissingColumns, match=step) as caught:
        metric(campaigns, by=by)
    assert caught.value.missing == (by,)
    assert "Did you mean" not in str(caught.value)


@pytest.mark.parametrize("period", [name for name in GROUP_HINTS if name != "list_id"])
def test_a_period_can_be_made_as_it_is_written(period):
    campaigns = pl.DataFrame([one()], schema=SCHEMA)
    written = GROUP_HINTS[period].removeprefix("Make the column first, such as ").rstrip(".")
    made = eval(written, {"pl": pl, "campaigns": campaigns})
    assert campaign_funnel(made, by=period).height == 4


@pytest.mark.parametrize("name", ["sent__hits", "ordered__clusters", "verified__mm"])
def test_groups_called_like_a_helper_are_refused(name):
    campaigns = pl.DataFrame([one()], schema=SCHEMA).with_columns(pl.lit("a").alias(name))
    with pytest.raises(InvalidArgument, match=f"cannot group by {name}"):
        campaign_funnel(campaigns, by=name)
    sent = campaigns.rename({name: "sent"})
    assert campaign_funnel(sent, by="sent")["sent"].to_list() == ["a"] * 4


def test_frames_of_two_engines_are_refused(engine):
    other = pd if engine.name in ("polars", "lazy") else pl
    exposure = other.DataFrame({"campaign_id": ["1"], "exposed_buyers": [1]})
    with pytest.raises(InvalidArgument, match="different kinds"):
        campaign_funnel(engine.make([one()], SCHEMA), exposure)


@pytest.mark.parametrize(
    "options", [{"by": "sends"}, {"by": ["type", "type"]}, {"confidence": 1}, {"confidence": 0}]
)
def test_senseless_arguments_are_refused(options):
    with pytest.raises(InvalidArgument):
        campaign_rates(pl.DataFrame(schema=SCHEMA), **options)


def test_what_is_no_frame_or_no_number_is_refused():
    with pytest.raises(InvalidArgument, match="not on list"):
        campaign_rates([1])
    texts = pl.DataFrame([one()], schema=SCHEMA).with_columns(sends=pl.lit("12"))
    with pytest.raises(MetricError, match="sends"):
        campaign_rates(texts)
