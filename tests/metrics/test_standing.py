"""Shrunk rates and campaigns that stand out, against loops over dictionaries, on every engine."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actoolkit.errors import InvalidArgument, MissingColumns
from actoolkit.metrics import campaign_anomalies, shrunk_rates

PATH = Path(__file__).parent.parent / "oracles" / "standing.py"
SPEC = spec_from_file_location("oracle_standing", PATH)
oracle = module_from_spec(SPEC)
SPEC.loader.exec_module(oracle)

START = datetime(2026, 3, 1, tzinfo=UTC)
COUNTERS = (
    "sends",
    "hard_bounces",
    "soft_bounces",
    "unique_opens",
    "verified_unique_opens",
    "clickers",
    "unsubscribes",
    "unique_replies",
    "unique_forwards",
)
SCHEMA = {
    "campaign_id": pl.String(),
    "name": pl.String(),
    "type": pl.String(),
    "sent_at": pl.Datetime("us", "UTC"),
    **dict.fromkeys(COUNTERS, pl.Int64()),
}
RATES = st.sampled_from(["click_rate", "hard_bounce_rate", "click_to_open_rate"])
QUICK = settings(max_examples=10, deadline=None)


@st.composite
def campaigns(draw, most=30):
    made = []
    for number in range(draw(st.integers(0, most))):
        sends = draw(st.none() | st.sampled_from([0, 1, 7, 60, 5000]))
        few = st.integers(0, 3)
        made.append(
            dict.fromkeys(SCHEMA, 0)
            | {
                "campaign_id": f"{number:02}",
                "name": draw(st.sampled_from(["News", None])),
                "type": draw(st.sampled_from(["single", "split", None])),
                "sent_at": draw(
                    st.none() | st.integers(0, 60).map(lambda day: START + timedelta(days=day))
                ),
                "sends": sends,
                "hard_bounces": draw(st.none() | few),
                "soft_bounces": draw(few),
                "unique_opens": draw(st.none() | st.integers(0, 40)),
                "clickers": draw(st.none() | st.integers(0, max(2, (sends or 0) // 30))),
            }
        )
    return made


@QUICK
@given(campaigns(), RATES, st.sampled_from([None, "type"]), st.sampled_from([1, 20, 90]))
def test_anomalies(engine, same, rows, rate, by, days):
    found = engine.read(campaign_anomalies(engine.make(rows, SCHEMA), rate=rate, by=by, days=days))
    signals = [row.pop("signal") for row in found]
    same(found, oracle.anomalies(rows, rate, by, days))
    for row, signal in zip(found, signals, strict=True):
        low, high = row["lower_limit"], row["upper_limit"]
        if low is None:
            assert signal is None
        else:
            outside = {True: "above" if row["rate"] > high else "below", False: None}
            assert signal == outside[not low <= row["rate"] <= high]


@QUICK
@given(campaigns(), RATES, st.sampled_from([None, "type"]))
def test_shrunk(engine, same, rows, rate, by):
    found = engine.read(shrunk_rates(engine.make(rows, SCHEMA), rate=rate, by=by))
    wanted = oracle.shrunk(rows, rate, by)
    bounds = [(row.pop("shrunk_rate_low"), row.pop("shrunk_rate_high")) for row in found]
    ranks = [row.pop("rank") for row in found]
    parameters = [(float(row.pop("first")), float(row.pop("second"))) for row in wanted]
    same(found, wanted)
    for row, (low, high), rank, (first, second) in zip(
        found, bounds, ranks, parameters, strict=True
    ):
        assert 0 <= low <= high <= 1
        higher = [other["shrunk_rate"] for other in found if by is None or other[by] == row[by]]
        assert rank == 1 + sum(one > row["shrunk_rate"] for one in higher)
        if min(first, second) >= 0.5:
            assert oracle.beta_mass(first, second, low) == pytest.approx(0.025, abs=2e-4)
            assert oracle.beta_mass(first, second, high) == pytest.approx(0.975, abs=2e-4)


def world(seed, campaigns=200):
    """Campaigns of unlike sizes whose true rates vary by a Beta(12, 388) of mean 0.03."""
    dice = random.Random(seed)
    rows, truth = [], []
    for number in range(campaigns):
        sends = dice.choice([40, 200, 1000, 6000])
        rate = dice.betavariate(12, 388)
        clickers = sum(dice.random() < rate for _ in range(sends))
        truth.append(rate)
        rows.append(
            dict.fromkeys(SCHEMA, 0)
            | {
                "campaign_id": f"{number:03}",
                "name": "News",
                "type": "single",
                "sent_at": START + timedelta(days=number),
                "sends": sends,
                "clickers": clickers,
            }
        )
    return rows, truth


def test_shrunk_rates_are_nearer_to_the_truth_and_their_intervals_as_sure_as_they_say():
    covered, raw, drawn = [], 0.0, 0.0
    weights = []
    for seed in range(8):
        rows, truth = world(seed)
        found = shrunk_rates(pl.DataFrame(rows, schema=SCHEMA)).to_dicts()
        for row, true in zip(found, truth, strict=True):
            covered.append(row["shrunk_rate_low"] <= true <= row["shrunk_rate_high"])
            raw += (row["rate"] - true) ** 2
            drawn += (row["shrunk_rate"] - true) ** 2
        weights.append(found[0]["prior_trials"])
    assert 0.93 < sum(covered) / len(covered) < 0.97
    assert drawn < raw / 4
    assert 300 < sum(weights) / len(weights) < 520


def test_limits_hold_campaigns_that_differ_as_usual_and_tell_one_that_does_not():
    alarms = 0
    for seed in range(8):
        rows, _ = world(seed)
        found = campaign_anomalies(pl.DataFrame(rows, schema=SCHEMA))
        alarms += found["signal"].is_not_null().sum()
        rows[150] |= {"sends": 6000, "clickers": 900}
        found = campaign_anomalies(pl.DataFrame(rows, schema=SCHEMA))
        odd = found.filter(pl.col("campaign_id") == "150").row(0, named=True)
        assert odd["signal"] == "above"
        assert odd["robust_z"] > 3.5
    assert alarms < 8 * 200 * 0.03


@pytest.mark.parametrize("metric", [campaign_anomalies, shrunk_rates])
def test_a_rate_that_is_none_and_a_column_that_is_missing(metric):
    frame = pl.DataFrame(schema=SCHEMA)
    with pytest.raises(InvalidArgument, match="click_rate"):
        metric(frame, rate="ctr")
    with pytest.raises(InvalidArgument, match="group"):
        metric(frame, by="trials")
    with pytest.raises(MissingColumns, match="clickers"):
        metric(frame.drop("clickers"))


def test_a_history_without_a_day_is_none():
    with pytest.raises(InvalidArgument, match="days"):
        campaign_anomalies(pl.DataFrame(schema=SCHEMA), days=0)
