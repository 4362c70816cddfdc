"""The tiles at the top: when a number is said to have moved."""

from __future__ import annotations

import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from actoolkit.reports.document import Kpi
from actoolkit.reports.kpis import rate_tile, with_change


def told(hits, trials):
    low, high = proportion_confint(hits, trials, method="wilson")
    return {"click_rate": hits / trials, "click_rate_low": low, "click_rate_high": high}


@pytest.mark.parametrize(
    ("now", "before", "direction", "trend"),
    [
        ((56, 70), (48, 80), "up", "20.0 points"),  # the intervals of the two overlap
        ((48, 80), (56, 70), "down", "20.0 points"),
        ((52, 70), (48, 80), "flat", "no clear change"),
        ((48, 80), (52, 70), "flat", "no clear change"),
        ((50, 100), (50, 100), "flat", "no clear change"),
        ((1500, 100_000), (1440, 100_000), "flat", "no clear change"),
        ((1500, 100_000), (1380, 100_000), "up", "0.1 points"),
    ],
)
def test_a_rate_moved_where_the_interval_of_its_change_says_so(now, before, direction, trend):
    low, high = confint_proportions_2indep(*now, *before, method="newcomb")
    assert (low <= 0 <= high) == (direction == "flat"), "the case itself, by statsmodels"
    tile = rate_tile("click_rate", "Click rate", told(*now), told(*before), more_is_better=True)
    assert (tile.direction, tile.trend) == (direction, trend)
    assert tile.good is (None if direction == "flat" else direction == "up")
    fewer = rate_tile("click_rate", "Click rate", told(*now), told(*before), more_is_better=False)
    assert fewer.good is (None if direction == "flat" else direction == "down")


@pytest.mark.parametrize(
    ("now", "before", "direction", "trend", "good"),
    [
        (150, 100, "up", "50.0%", True),
        (50, 100, "down", "50.0%", False),
        (103, 100, "up", "3.0%", None),
        (10_001, 10_000, "flat", "unchanged", None),
        (350, 100, "up", "3.5 times", True),
        (5, 0, "none", "nothing earlier to compare with", None),
        (5, None, "none", "nothing earlier to compare with", None),
    ],
)
def test_an_amount_is_told_by_its_share_of_the_one_before(now, before, direction, trend, good):
    tile = with_change(Kpi("Orders", "5"), now, before, good=True)
    assert (tile.direction, tile.trend, tile.good) == (direction, trend, good)


@pytest.mark.parametrize(("hits", "trials"), [(56, 70), (0, 50), (1500, 100_000)])
def test_under_a_rate_stands_its_interval_and_what_it_is_of(hits, trials):
    low, high = (f"{100 * one:.3g}" for one in proportion_confint(hits, trials, method="wilson"))
    now = told(hits, trials)
    tile = rate_tile("click_rate", "Click rate", now, {}, more_is_better=True)
    first, second = tile.note.removesuffix(" of delivered mails").split(" to ")
    assert float(first.rstrip("%")) == pytest.approx(float(low), abs=0.05)
    assert float(second.rstrip("%")) == pytest.approx(float(high), abs=0.05)
    opened = {"open_rate": 0.4, "open_rate_low": 0.38, "open_rate_high": 0.42}
    tile = rate_tile("open_rate", "Opens", opened, {}, more_is_better=True)
    assert tile.note == "38.0% to 42.0% of delivered mails"
    both = {**opened, "verified_open_rate": 0.2}
    tile = rate_tile("open_rate", "Opens", both, {}, more_is_better=True)
    assert tile.note == "38.0% to 42.0%, 20.0% verified"
    unknown = dict.fromkeys(opened)
    assert rate_tile("open_rate", "Opens", unknown, {}, more_is_better=True).note.startswith("of ")
