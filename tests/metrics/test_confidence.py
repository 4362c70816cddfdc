"""The coverage that is asked for is the one that every interval is of, in every metric."""

from __future__ import annotations

import inspect
from functools import partial
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import polars as pl
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from actoolkit import metrics
from actoolkit.errors import InvalidArgument

ASKED_FOR = (0.95, 0.6)
WILSON = {
    "automation_funnel": {"completion_rate": ("mature_completed", "mature_entries")},
    "bounce_health": {"bounced_rate": ("bounced", "contacts")},
    "campaign_rates": {
        "click_rate": ("clickers", "delivered"),
        "open_rate": ("unique_opens", "delivered"),
    },
    "cart_abandonment": {"abandonment_rate": ("abandoned_carts", "carts")},
    "cart_recovery": {"recovery_rate": ("recovered_carts", "abandoned_carts")},
    "cohort_retention": {"retention_rate": ("buyers", "customers")},
    "domain_mix": {
        "bounced_rate": ("bounced", "contacts"),
        "engaged_rate": ("engaged", "contacts"),
    },
    "engagement_decay": {"engaged_rate": ("engaged", "contacts")},
    "fatigue": {"unsubscribed_rate": ("unsubscribed", "contact_months")},
    "repeat_purchase": {"repeat_rate": ("repeat_customers", "customers")},
    "repeat_within": {"repeat_rate": ("repeat_customers", "customers")},
    "score_outcomes": {"buy_rate": ("buyers", "contacts")},
    "score_quality": {"base_rate": ("buyers", "contacts")},
}
"""Rates whose interval is Wilson's own, with hits and trials."""


SPEC = spec_from_file_location(
    "every_metric_with_confidence", Path(__file__).with_name("every_metric.py")
)
every = module_from_spec(SPEC)
SPEC.loader.exec_module(every)
ASKED = [
    name
    for name in every.CALLS
    if "confidence" in inspect.signature(getattr(metrics, name.split(" by ")[0])).parameters
]


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    return every.loaded(tmp_path_factory.mktemp("cache"))


def asked(name, tables, monkeypatch, confidence):
    metric = name.split(" by ")[0]
    with monkeypatch.context() as patch:
        patch.setattr(metrics, metric, partial(getattr(metrics, metric), confidence=confidence))
        return every.CALLS[name](tables)


def test_every_metric_with_intervals_is_asked():
    functions = [getattr(metrics, name) for name in metrics.__all__]
    known = {
        one.__name__
        for one in functions
        if inspect.isfunction(one) and "confidence" in inspect.signature(one).parameters
    }
    assert {name.split(" by ")[0] for name in ASKED} == known - {"wilson"}
    assert set(WILSON) <= known


@pytest.mark.parametrize("name", ASKED)
def test_an_interval_that_covers_less_is_narrower_and_nothing_else_changes(
    name, tables, monkeypatch
):
    wide, narrow = (asked(name, tables, monkeypatch, one) for one in ASKED_FOR)
    lows = [one for one in wide.columns if one == "low" or one.endswith("_low")]
    highs = [one.removesuffix("low") + "high" for one in lows]
    assert lows
    for low, high in zip(lows, highs, strict=True):
        both = pl.DataFrame([wide[high] - wide[low], (narrow[high] - narrow[low]).alias("narrow")])
        both = both.drop_nulls().filter(pl.col(high) > 0)
        assert both.height, low
        assert (both["narrow"] < both[high] * 0.75).all(), low
    judged = ("p_holm", "needed", "verdict", "change_low", "change_high")
    same = [one for one in wide.columns if one not in (*lows, *highs, *judged)]
    assert wide.select(same).equals(narrow.select(same))


@pytest.mark.parametrize("name", WILSON)
@pytest.mark.parametrize("confidence", ASKED_FOR)
def test_it_is_wilsons_of_that_confidence(name, confidence, tables, monkeypatch):
    found = asked(name, tables, monkeypatch, confidence)
    for rate, (hits, trials) in WILSON[name].items():
        rows = found.drop_nulls(f"{rate}_low")
        assert rows.height
        low, high = proportion_confint(
            rows[hits].to_numpy(), rows[trials].to_numpy(), 1 - confidence, "wilson"
        )
        assert rows[f"{rate}_low"].to_list() == pytest.approx(list(low), abs=1e-12), rate
        assert rows[f"{rate}_high"].to_list() == pytest.approx(list(high), abs=1e-12), rate


@pytest.mark.parametrize("confidence", ASKED_FOR)
def test_the_best_tenth_and_the_area_have_it_too(confidence, tables, monkeypatch):
    """Wilson's interval of the part of the buyers, times ten; of the area, a width in log-odds."""
    found = asked("score_quality", tables, monkeypatch, confidence).drop_nulls("auc_low")
    assert found.height
    low, high = proportion_confint(
        found["top_buyers"].to_numpy(), found["buyers"].to_numpy(), 1 - confidence, "wilson"
    )
    assert found["top_lift_low"].to_list() == pytest.approx(list(low * 10))
    assert found["top_lift_high"].to_list() == pytest.approx(list(high * 10))
    usual = asked("score_quality", tables, monkeypatch, 0.95).drop_nulls("auc_low")
    width, whole = (odds(one["auc_high"]) - odds(one["auc_low"]) for one in (found, usual))
    parts = stats.norm.ppf([(1 + confidence) / 2, 0.975])
    assert (width / whole).to_list() == pytest.approx([parts[0] / parts[1]] * found.height)


def odds(chance):
    return (chance / (1 - chance)).log()


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("confidence", [0, 1, 95, "0.9", None])
def test_what_is_no_coverage_is_refused(name, confidence, tables, monkeypatch):
    with pytest.raises(InvalidArgument, match="between 0 and 1"):
        asked(name, tables, monkeypatch, confidence)
