"""Campaigns against each other: the numbers of statsmodels, on every engine; what verdicts mean."""

from __future__ import annotations

import math
import random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    power_proportions_2indep,
    proportions_ztest,
)

from actoolkit.errors import InvalidArgument, MissingColumns
from actoolkit.metrics import compare_campaigns

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
    **dict.fromkeys(COUNTERS, pl.Int64()),
}


def rows_of(*pairs):
    return [
        dict.fromkeys(SCHEMA, 0)
        | {"campaign_id": str(n), "name": f"C{n}", "sends": trials, "clickers": hits}
        for n, (hits, trials) in enumerate(pairs, 1)
    ]


def compared(*pairs, **arguments):
    frame = pl.DataFrame(rows_of(*pairs), schema=SCHEMA)
    return compare_campaigns(frame, baseline="1", **arguments).to_dicts()


pair = st.integers(1, 20_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(max_examples=15, deadline=None)
@given(st.lists(pair, min_size=2, max_size=5), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_numbers_are_those_of_statsmodels(engine, pairs, confidence):
    frame = engine.make(rows_of(*pairs), SCHEMA)
    found = engine.read(compare_campaigns(frame, baseline="1", confidence=confidence))
    (k0, n0), others = pairs[0], pairs[1:]
    assert [row["campaign_id"] for row in found] == [str(n) for n in range(2, len(pairs) + 1)]
    p_values = []
    for row, (k, n) in zip(found, others, strict=True):
        low, high = confint_proportions_2indep(
            k, n, k0, n0, method="newcomb", compare="diff", alpha=1 - confidence
        )
        assert row["difference"] == pytest.approx(k / n - k0 / n0, abs=1e-12)
        assert row["difference_low"] == pytest.approx(low, abs=1e-9)
        assert row["difference_high"] == pytest.approx(high, abs=1e-9)
        if 0 < k + k0 < n + n0:
            _, p_value = proportions_ztest([k, k0], [n, n0])
        else:
            p_value = 1.0
        assert row["p_value"] == pytest.approx(p_value, abs=1e-9)
        p_values.append(p_value)
        even = chisquare([n, n0]).pvalue
        assert row["split_p_value"] == pytest.approx(even, abs=1e-9)
        assert (row["flag"] is not None) == (even < 0.001)
        assert row["lift"] == (pytest.approx(k / n / (k0 / n0) - 1, abs=1e-9) if k0 else None)
    holm = multipletests(p_values, method="holm")[1]
    assert [row["p_holm"] for row in found] == pytest.approx(list(holm), abs=1e-9)
    for row in found:
        assert (row["verdict"] == "difference shown") == (row["p_holm"] < 1 - confidence)


@pytest.mark.parametrize("relevant", [0.1, 0.2, 0.5])
@pytest.mark.parametrize("rate", [0.005, 0.03, 0.25])
def test_the_mails_needed_have_the_power_that_is_said(rate, relevant):
    n = 40_000
    (row,) = compared((round(n * rate), n), (round(n * rate), n), relevant=relevant)
    needed = row["needed"]
    power = power_proportions_2indep(rate * relevant, rate, needed).power
    less = power_proportions_2indep(rate * relevant, rate, needed * 0.98).power
    assert less < 0.8 <= power + 1e-3
    assert row["verdict"] == ("not shown" if needed <= n else "too small to tell")


def test_a_split_other_than_equal_is_held_to_its_plan():
    third = compared((300, 10_000), (150, 5_000), split=(2, 1))[0]
    assert third["split_p_value"] == 1.0
    assert third["flag"] is None
    equal = compared((300, 10_000), (150, 5_000))[0]
    assert equal["flag"] == "split: the sends are not divided as planned"


def test_alarms_over_the_whole_table_are_as_rare_as_they_say():
    """Five campaigns of one and the same true rate, 1,500 times."""
    dice = random.Random(5)
    alarms = 0
    for _ in range(1500):
        pairs = [(sum(dice.random() < 0.3 for _ in range(120)), 120) for _ in range(5)]
        alarms += any(row["verdict"] == "difference shown" for row in compared(*pairs))
    assert alarms / 1500 < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 1500)


def test_what_cannot_be_is_withheld_and_flagged():
    rows = rows_of((30, 1000), (1200, 1000), (40, 1000))
    rows[2]["clickers"] = None
    frame = pl.DataFrame(rows, schema=SCHEMA)
    exceeding, unknown = compare_campaigns(frame, baseline="1").to_dicts()
    assert exceeding["flag"] == "click_rate: numerator exceeds denominator"
    assert unknown["flag"] is None
    for row in (exceeding, unknown):
        assert row["difference"] is row["p_holm"] is row["verdict"] is None
    backwards = compare_campaigns(frame, baseline="2", others=["1"]).to_dicts()
    assert backwards[0]["flag"] == "baseline click_rate: numerator exceeds denominator"


def test_the_order_is_the_one_asked_for():
    frame = pl.DataFrame(rows_of(*[(30, 1000)] * 4), schema=SCHEMA)
    found = compare_campaigns(frame, baseline="3", others=("4", "1"))
    assert found["campaign_id"].to_list() == ["4", "1"]
    assert found["baseline_id"].unique().to_list() == ["3"]
    assert found["baseline_name"].unique().to_list() == ["C3"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"baseline": "9"}, "9 is no campaign of this frame"),
        ({"baseline": "4"}, "4 was not sent"),
        ({"baseline": "1", "others": ["2", "5"]}, "5 is in this frame more than once"),
        ({"baseline": "1", "others": ["1"]}, "each once"),
        ({"baseline": "1", "others": ["2", "2"]}, "each once"),
        ({"baseline": "1", "others": []}, "nothing"),
        ({"baseline": "1", "rate": "ctr"}, "click_rate"),
        ({"baseline": "1", "relevant": 0}, "relevant"),
        ({"baseline": "1", "confidence": 1.0}, "confidence"),
        ({"baseline": "1", "split": (1,)}, "split"),
        ({"baseline": "1", "split": (1, 0, 1)}, "split"),
    ],
)
def test_what_cannot_be_compared_says_why(arguments, says):
    rows = rows_of(*[(30, 1000)] * 3, (0, 0), (30, 1000), (30, 1000))
    rows[5]["campaign_id"] = "5"
    frame = pl.DataFrame(rows, schema=SCHEMA)
    arguments = {"others": ["2", "3"], **arguments}
    with pytest.raises(InvalidArgument, match=says):
        compare_campaigns(frame, **arguments)


def test_a_baseline_that_is_none_is_named_and_not_everything_else():
    frame = pl.DataFrame(rows_of(*[(30, 1000)] * 400), schema=SCHEMA)
    with pytest.raises(InvalidArgument, match="999 is no campaign of this frame") as caught:
        compare_campaigns(frame, baseline="999")
    assert len(caught.value.message) < 100
    with pytest.raises(InvalidArgument, match="baseline=1 is no id"):
        compare_campaigns(frame, baseline=1)


def test_a_frame_without_counters_says_which():
    with pytest.raises(MissingColumns, match="clickers"):
        compare_campaigns(pl.DataFrame({"campaign_id": ["1"]}), baseline="1")
