"""The study of how often grouped intervals hold the truth, on a few of its accounts."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from actoolkit.sandbox import World

ROOT = Path(__file__).parents[2]
SPEC = spec_from_file_location("coverage_study", ROOT / "benchmarks" / "coverage.py")
study = module_from_spec(SPEC)
SPEC.loader.exec_module(study)


@pytest.fixture(scope="module")
def found():
    return {
        (row["rate"], row["confidence"]): row
        for row in study.covered(range(1, 11)).iter_rows(named=True)
    }


def test_clicks_of_a_quarter_are_held_as_often_as_said(found):
    """80 groups: twice the standard error is 5 points at 95 %, 9 at 80 %."""
    assert 0.90 <= found["click_rate", 0.95]["clustered"] <= 1
    assert 0.70 <= found["click_rate", 0.8]["clustered"] <= 0.90


def test_wilson_over_the_sums_is_far_too_sure(found):
    assert found["click_rate", 0.95]["pooled"] < 0.75
    assert found["open_rate", 0.95]["pooled"] < found["open_rate", 0.95]["clustered"] - 0.2


def test_where_campaigns_hardly_differ_the_interval_is_hardly_wider(found):
    assert found["unsubscribe_rate", 0.95]["wider"] < 1.4
    assert found["unsubscribe_rate", 0.95]["clustered"] >= 0.88


def test_its_campaigns_are_those_of_single_sends():
    """Counted over the sends to the world's end; a quarter is 91 days, the first begins at 0."""
    world = World("tiny", 3)
    made = study.campaigns_of(world)
    present = world.now
    world.advance(120)
    wanted = []
    for mailing in world.one_off:
        sends = list(world.sends(mailing.campaign_id))
        if mailing.sent >= 8 * 91 * 24 * 60:
            continue
        assert all(send.sent_at < present for send in sends)
        wanted.append(
            {
                "world": 3,
                "quarter": mailing.sent // (91 * 24 * 60),
                "sends": len(sends),
                "hard_bounces": sum(send.bounced == "hard" for send in sends),
                "soft_bounces": sum(send.bounced == "soft" for send in sends),
                "unique_opens": sum(send.opened_at is not None for send in sends),
                "verified_unique_opens": sum(send.verified_opened_at is not None for send in sends),
                "clickers": sum(send.clicked_at is not None for send in sends),
                "unsubscribes": sum(send.unsubscribed_at is not None for send in sends),
                "unique_replies": 0,
                "unique_forwards": 0,
            }
        )
    assert len(wanted) > 100
    assert made == wanted
