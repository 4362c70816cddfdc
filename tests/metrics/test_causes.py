"""The study of attribution against known causes, on two of its accounts."""

from __future__ import annotations

import random
import re
import statistics
import sys
from datetime import timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from scipy import stats

ROOT = Path(__file__).parents[2]
SPEC = spec_from_file_location("causes", ROOT / "benchmarks" / "causes.py")
causes = module_from_spec(SPEC)
sys.modules[SPEC.name] = causes  # its dataclasses look their module up
SPEC.loader.exec_module(causes)


@pytest.fixture(scope="module")
def found():
    return list(causes.measured([4, 5]))


def test_the_page_tells_what_is_measured(found):
    """Every line of the page's table is there, and these accounts are not far outside its range."""
    lines = (ROOT / "docs" / "attribution.md").read_text().split(causes.BEGIN)[1]
    ranges = {
        (source, model, int(days)): (float(low), float(high))
        for source, model, days, low, high in re.findall(
            r"\| ([^|]+) \| (\w+) \| (\d+) days \| [\d.]+ \| ([\d.]+) to ([\d.]+) \|", lines
        )
    }
    assert set(ranges) == {(one.source, one.model, one.window_days) for one in found}
    for one in found:
        low, high = ranges[one.source, one.model, one.window_days]
        assert low - 0.05 <= one.credited / one.true <= high + 0.05


@pytest.mark.slow
def test_the_page_is_what_the_study_gives():
    text = causes.table(list(causes.measured([*causes.CALIBRATED, *causes.TESTED])))
    assert text in causes.PAGE.read_text()


def test_the_table_is_made_of_both_halves_as_the_page_says():
    """The middle and the range of 24 accounts without their ends; how many others lie inside."""
    dice, ends = random.Random(5), {1: 0.0, 24: 90.0, 25: 0.001, 48: 20.0}
    made = [
        causes.Found(
            *("clicks", "last", 7, seed),
            credited=ends.get(seed, dice.random()),
            true=dice.uniform(0.2, 1),
            agreement=dice.random(),
        )
        for seed in (*causes.CALIBRATED, *causes.TESTED)
    ]
    dice.shuffle(made)
    first = sorted(one.credited / one.true for one in made if one.seed <= 24)
    low, high = first[1:-1][0], first[1:-1][-1]
    others = [one.credited / one.true for one in made if one.seed > 24]
    inside = [one for one in others if low <= one <= high]
    assert 0 < len(inside) < len(others) == len(first) == 24
    assert min(others) < low
    assert high < max(others)
    agreement = statistics.median(one.agreement for one in made)
    assert causes.table(made).splitlines()[2] == (
        f"| clicks | last | 7 days | {statistics.median(first):.1f} | {low:.1f} to {high:.1f} | "
        f"{len(inside)} of 24 | {agreement:.2f} |"
    )


@pytest.fixture(scope="module")
def world():
    return causes.world_of(4)


@pytest.mark.parametrize(
    ("source", "moment"), [("clicks", "clicked_at"), ("mails sent", "sent_at")]
)
def test_the_last_touch_and_the_truth_are_those_of_loops(found, world, source, moment):
    """Over single sends, as the world tells them, and orders, as it knows why they were placed."""
    touches, known = {}, []
    for mailing in world.mailings:
        if mailing.automation >= 0 or mailing.sent >= 0:
            ident = str(mailing.campaign_id)
            sends = list(world.sends(ident))
            known += [ident] if sends else []
            for send in sends:
                if getattr(send, moment) is not None:
                    mine = touches.setdefault(str(send.contact_id), [])
                    mine.append((getattr(send, moment), ident))
    credited, caused = dict.fromkeys(known, 0), dict.fromkeys(known, 0)
    orders = world.truth()
    for order in orders:
        at, cents = order["ordered_at"], order["total_cents"]
        if order["campaign_id"] is not None:
            caused[order["campaign_id"]] += cents
        week = at - timedelta(days=7)
        before = [one for one in touches.get(order["contact_id"], []) if week < one[0] <= at]
        if before:
            credited[max(before)[1]] += cents
    revenue = sum(order["total_cents"] for order in orders)
    (row,) = (
        one
        for one in found
        if (one.seed, one.source, one.model, one.window_days) == (4, source, "last", 7)
    )
    assert row.credited == pytest.approx(sum(credited.values()) / revenue)
    assert row.true == pytest.approx(sum(caused.values()) / revenue)
    agreement = stats.spearmanr([credited[one] for one in known], [caused[one] for one in known])
    assert row.agreement == pytest.approx(agreement.statistic, abs=0.002)


def test_models_of_one_window_credit_one_sum(found):
    sums = {}
    for one in found:
        if one.model != "vendor" and one.source == "clicks" and one.window_days == 7:
            sums.setdefault(one.seed, set()).add(one.credited)
    assert [len(credited) for credited in sums.values()] == [1, 1]


def test_a_short_window_after_a_click_is_nearest_to_the_truth(found):
    for seed in (4, 5):
        mine = {
            (one.source, one.window_days): abs(one.credited / one.true - 1)
            for one in found
            if one.seed == seed and one.model == "last"
        }
        nearest = min(mine, key=mine.get)
        assert nearest[0] == "clicks"
        assert nearest[1] in (1, 7)
        assert mine["lists (API)", 30] > mine["lists (API)", 7] > mine["clicks", 7]
