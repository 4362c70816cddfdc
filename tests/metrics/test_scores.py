"""Scores: against double loops over dictionaries, on every engine, and coverage by simulation."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta, timezone
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actoolkit.errors import InvalidArgument, MissingColumns
from actoolkit.metrics import score_distribution, score_outcomes, score_quality
from actoolkit.metrics.score_discrimination import area_under_curve

PATH = Path(__file__).parent.parent / "oracles" / "scores.py"
SPEC = spec_from_file_location("oracle_scores", PATH)
oracle = module_from_spec(SPEC)
SPEC.loader.exec_module(oracle)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MOMENT = pl.Datetime("us", "UTC")
TEXT = pl.String()
HISTORY = {
    "observed_at": MOMENT,
    "score_value_id": TEXT,
    "score_id": TEXT,
    "contact_id": TEXT,
    "score_value": pl.Float64(),
}
CONTACTS = {"contact_id": TEXT, "email": TEXT}
ORDERS = {"email": TEXT, "state": TEXT, "ordered_at": MOMENT}
QUICK = settings(max_examples=15, deadline=None)


@st.composite
def accounts(draw):
    """Scores recorded before, at and after the moment, and orders around the horizon's ends."""
    dice = random.Random(draw(st.integers(0, 100_000)))
    size = draw(st.integers(0, 45))
    contacts = [
        {
            "contact_id": str(number),
            "email": dice.choice([f"c{number}@example.com", f" C{number}@EXAMPLE.com", None, " "])
            if dice.random() < 0.3
            else f"c{number}@example.com",
        }
        for number in range(size)
    ]
    history = []
    for number in range(size + 3):
        for score in ("7", "8"):
            for days in dice.sample([-60, -9, 0, 1, 40], dice.randint(0, 3)):
                history.append(
                    {
                        "observed_at": NOW + timedelta(days=days),
                        "score_value_id": f"{number}-{score}",
                        "score_id": score,
                        "contact_id": dice.choice([str(number)] * 9 + [None]),
                        "score_value": dice.choice([0.0, 5.0, 5.0, 12.5, 40.0, 90.0, None]),
                    }
                )
    orders = [
        {
            "email": dice.choice([f"c{dice.randint(0, 50)}@example.com", "C3@example.com ", None]),
            "state": dice.choice(["completed"] * 5 + ["recovered", "pending", None]),
            "ordered_at": dice.choice(
                [NOW + timedelta(days=day) for day in (-3, 0, 1, 5, 29, 30)]
                + [NOW + timedelta(microseconds=1), NOW + timedelta(days=30, microseconds=1), None]
            ),
        }
        for _ in range(draw(st.integers(0, 60)))
    ]
    return history, contacts, orders


@QUICK
@given(accounts(), st.sampled_from([1, 3, 10]))
def test_distribution(engine, same, account, bins):
    rows = [{name: row[name] for name in list(HISTORY)[2:]} for row in account[0]]
    schema = {name: HISTORY[name] for name in list(HISTORY)[2:]}
    found = engine.read(score_distribution(engine.make(rows, schema), bins=bins))
    same(found, oracle.distribution(rows, bins))


@QUICK
@given(accounts())
def test_outcomes_and_quality(engine, same, oracles, account):
    frames = [
        engine.make(rows, schema)
        for rows, schema in zip(account, (HISTORY, CONTACTS, ORDERS), strict=True)
    ]
    choice = {"as_of": NOW, "horizon_days": 30}
    known = oracle.known(*account, NOW, 30)
    found = engine.read(score_outcomes(*frames, **choice))
    bounds = [(row.pop("buy_rate_low"), row.pop("buy_rate_high")) for row in found]
    notes = {row.pop("flag") for row in found}
    wanted = [
        {"score_id": score, **row}
        for score in sorted(known)
        for row in oracle.outcomes(known[score])
    ]
    same(found, wanted)
    for row, (low, high) in zip(found, bounds, strict=True):
        expected = map(float, oracles.wilson(row["buyers"], row["contacts"]))
        assert (low, high) == pytest.approx(tuple(expected))
    last = max((row["ordered_at"] for row in account[2] if row["ordered_at"]), default=None)
    short = last is None or last < NOW + timedelta(days=30)
    if wanted:
        (note,) = notes
        assert (note is not None) == short
    quality = engine.read(score_quality(*frames, **choice))
    assert [row["score_id"] for row in quality] == sorted(known)
    for row in quality:
        check_quality(row, known[row["score_id"]], oracles)


def check_quality(row, pairs, oracles):
    buyers, size = sum(bought for _, bought in pairs), len(pairs)
    assert (row["contacts"], row["buyers"]) == (size, buyers)
    assert row["base_rate"] == buyers / size
    interval = tuple(map(float, oracles.wilson(buyers, size)))
    assert (row["base_rate_low"], row["base_rate_high"]) == pytest.approx(interval)
    area, top = oracle.area(pairs), oracle.in_best_tenth(pairs)
    assert row["auc"] == (None if area is None else pytest.approx(float(area)))
    assert row["top_contacts"] == pytest.approx(size / 10)
    assert row["top_buyers"] == pytest.approx(float(top))
    alike = len({value for value, _ in pairs}) == 1
    if area is None or area in (0, 1) or min(buyers, size - buyers) < 2 or alike:
        assert row["auc_low"] is row["auc_high"] is None
    else:
        area, spread = float(area), math.sqrt(oracle.delong_variance(pairs))
        for side, bound in ((-1, row["auc_low"]), (1, row["auc_high"])):
            reach = side * 1.959963984540054 * spread / (area * (1 - area))
            odds = area / (1 - area) * math.exp(reach)
            assert bound == pytest.approx(odds / (1 + odds))
    if buyers:
        assert row["top_lift"] == pytest.approx(float(top) / size * 10 / (buyers / size))
        assert row["top_lift_low"] <= row["top_lift"] <= row["top_lift_high"]
    else:
        assert row["top_lift"] is row["top_lift_low"] is row["top_lift_high"] is None


@pytest.mark.parametrize(("apart", "points"), [(0.0, 3), (0.8, 5), (1.6, 40)])
def test_intervals_of_the_area_cover_what_they_say(apart, points):
    """Scores are whole points from 0, so many are equal; the truth is that of 400 000 draws."""
    dice = np.random.default_rng(5)

    def drawn(size, shift):
        return np.clip(np.round(dice.normal(shift, 1, size) * points / 4 + points / 2), 0, points)

    many, others = drawn(400_000, apart), drawn(400_000, 0)
    truth = float((many > others).mean() + (many == others).mean() / 2)
    held = 0
    for _ in range(1500):
        _, low, high = area_under_curve(drawn(40, apart), drawn(250, 0), 0.95)
        held += low <= truth <= high
    assert 0.93 < held / 1500 < 0.97


@pytest.mark.parametrize(("rate", "least", "most"), [(0.02, 0.92, 0.985), (0.2, 0.95, 1.001)])
def test_lift_of_the_best_tenth_covers_what_it_says(rate, least, most):
    """Contacts of the best tenth buy three times as often as the others."""
    dice = np.random.default_rng(8)
    truth, held, runs = 3 / (0.1 * 3 + 0.9), 0, 200
    people = [str(number) for number in range(1000)]
    scores = [float(number) for number in range(1000)]
    history = pl.DataFrame(
        {"score_value_id": people, "contact_id": people, "score_value": scores}
    ).with_columns(observed_at=pl.lit(NOW), score_id=pl.lit("7"))
    contacts = pl.DataFrame({"contact_id": people, "email": [f"c{one}@x.org" for one in people]})
    chance = np.where(np.arange(1000) >= 900, 3 * rate, rate)
    for _ in range(runs):
        buying = [f"c{number}@x.org" for number in np.flatnonzero(dice.random(1000) < chance)]
        orders = pl.DataFrame({"email": buying}).with_columns(
            state=pl.lit("completed"), ordered_at=pl.lit(NOW + timedelta(days=1))
        )
        row = score_quality(history, contacts, orders, as_of=NOW).row(0, named=True)
        held += row["top_lift_low"] <= truth <= row["top_lift_high"]
    assert least < held / runs < most


def test_what_came_to_be_known_later_changes_nothing():
    history = pl.DataFrame(
        {
            "observed_at": [NOW - timedelta(days=1), NOW - timedelta(days=1)],
            "score_value_id": ["1", "2"],
            "score_id": ["7", "7"],
            "contact_id": ["1", "2"],
            "score_value": [10.0, 20.0],
        }
    )
    later = history.with_columns(
        observed_at=pl.lit(NOW + timedelta(microseconds=1)), score_value=pl.lit(99.0)
    )
    contacts = pl.DataFrame({"contact_id": ["1", "2"], "email": ["a@x.org", "b@x.org"]})
    orders = pl.DataFrame(
        {
            "email": ["a@x.org", "b@x.org"],
            "state": ["completed"] * 2,
            "ordered_at": [NOW, NOW + timedelta(days=3)],
        }
    )
    for metric in (score_outcomes, score_quality):
        before = metric(history, contacts, orders, as_of=NOW)
        assert before.equals(metric(pl.concat([history, later]), contacts, orders, as_of=NOW))
        assert before["buyers"].sum() == 1
        assert before["flag"][0].startswith("orders: the last is of 2026-03-04")


def scored(values, buyers):
    """A shop whose contacts have these scores, and of whom the first so many buy."""
    people = [str(number) for number in range(len(values))]
    history = pl.DataFrame(
        {"score_value_id": people, "contact_id": people, "score_value": values}
    ).with_columns(observed_at=pl.lit(NOW), score_id=pl.lit("7"))
    contacts = pl.DataFrame({"contact_id": people, "email": [f"c{one}@x.org" for one in people]})
    orders = pl.DataFrame(
        {"email": [f"c{one}@x.org" for one in people[:buyers]]}, schema={"email": pl.String}
    ).with_columns(state=pl.lit("completed"), ordered_at=pl.lit(NOW + timedelta(days=1)))
    return history, contacts, orders


def test_a_score_that_all_have_alike_is_not_surely_worthless():
    row = score_quality(*scored([5.0] * 30, 10), as_of=NOW).row(0, named=True)
    assert row["auc"] == 0.5
    assert row["auc_low"] is row["auc_high"] is None
    assert row["top_buyers"] == pytest.approx(1)
    assert row["top_lift"] == pytest.approx(1)


def test_an_endless_score_has_no_bin():
    history, *_ = scored([0.0, 4.0, 10.0, math.inf, -math.inf, math.nan], 0)
    found = score_distribution(history, bins=2).select("bin_from", "bin_to", "contacts").rows()
    assert found == [(0.0, 5.0, 2), (5.0, 10.0, 1)]
    assert score_outcomes(*scored([1.0, math.nan], 1), as_of=NOW)["contacts"].to_list() == [1]


@pytest.mark.parametrize(
    ("as_of", "days"),
    [
        (datetime(9999, 12, 31, tzinfo=UTC), 1),
        (datetime(9950, 1, 1, tzinfo=UTC), 36_500),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), 1),
    ],
)
def test_a_horizon_beyond_the_calendar_is_refused(as_of, days):
    for metric in (score_outcomes, score_quality):
        with pytest.raises(InvalidArgument, match="leave the calendar"):
            metric(*scored([1.0], 1), as_of=as_of, horizon_days=days)


def test_a_moment_is_the_same_in_every_zone():
    elsewhere = NOW.astimezone(timezone(timedelta(hours=14)))
    frames = scored([1.0, 2.0, 3.0], 2)
    late = frames[0].with_columns(
        observed_at=pl.lit(NOW + timedelta(hours=1)), score_value=pl.lit(0.0)
    )
    early = frames[2].with_columns(ordered_at=pl.lit(NOW - timedelta(hours=1)))
    frames = (pl.concat([frames[0], late]), frames[1], pl.concat([early, frames[2].head(1)]))
    for metric in (score_outcomes, score_quality):
        found = metric(*frames, as_of=elsewhere)
        assert found.equals(metric(*frames, as_of=NOW))
        assert found["buyers"].sum() == 1


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_values_of_one_moment_the_order_of_rows_decides_nothing(turned):
    history, contacts, orders = scored([10.0, 20.0], 1)
    again = history.with_columns(score_value_id=pl.lit("9"), score_value=pl.lit(30.0)).head(1)
    both = pl.concat([again, history] if turned else [history, again])
    row = score_quality(both, contacts, orders, as_of=NOW).row(0, named=True)
    assert (row["contacts"], row["auc"]) == (2, 1.0), "the one with the later id counts"


def test_nothing_and_nonsense(engine):
    empty = [engine.make([], schema) for schema in (HISTORY, CONTACTS, ORDERS)]
    for metric in (score_outcomes, score_quality):
        assert engine.read(metric(*empty, as_of=NOW)) == []
        with pytest.raises(InvalidArgument, match="zone"):
            metric(*empty, as_of=NOW.replace(tzinfo=None))
        with pytest.raises(InvalidArgument, match="horizon_days=0"):
            metric(*empty, as_of=NOW, horizon_days=0)
        with pytest.raises(InvalidArgument, match="confidence"):
            metric(*empty, as_of=NOW, confidence=95)
        with pytest.raises(MissingColumns, match="observed_at"):
            metric(empty[1], *empty[1:], as_of=NOW)
    assert engine.read(score_distribution(empty[0])) == []
    with pytest.raises(InvalidArgument, match="bins"):
        score_distribution(empty[0], bins=0)
