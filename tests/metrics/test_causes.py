"""The study of attribution against known causes, on two of its accounts."""

from __future__ import annotations

import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

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
        assert low / 1.6 <= one.credited / one.true <= high * 1.6


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
