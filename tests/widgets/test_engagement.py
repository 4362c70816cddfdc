"""The engagement explorer: the numbers of the metric of each view."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from polars.testing import assert_frame_equal

import actoolkit as ac
from actoolkit.widgets import engagement_explorer

AS_OF = datetime(2026, 6, 30, 10, 0, tzinfo=ZoneInfo("America/Chicago"))


@pytest.fixture
def explorer(campaign_frames):
    return engagement_explorer(**campaign_frames, as_of=AS_OF)


def run(code, **names):
    exec(compile(code, "<explorer.code()>", "exec"), names)
    return names["chart"]


def test_it_opens_with_engagement_per_month(explorer, campaign_frames):
    assert (explorer.params["view"], explorer.params["grain"]) == ("periods", "month")
    assert_frame_equal(
        explorer.frame, ac.metrics.engagement_by_period(campaign_frames["campaigns"])
    )


def test_a_finer_grain_splits_the_same_mails(explorer):
    months = explorer.frame
    explorer.controls["grain"].widget.label = "Week"
    assert explorer.frame.height > months.height
    assert explorer.frame["delivered"].sum() == months["delivered"].sum()


def test_the_heat_map(explorer, campaign_frames):
    explorer.set(view="heatmap")
    assert explorer.controls["grain"].widget.disabled
    assert_frame_equal(explorer.frame, ac.metrics.engagement_heatmap(campaign_frames["campaigns"]))


def test_campaign_by_campaign(explorer, campaign_frames):
    explorer.set(view="campaigns", rate="click_rate", automation="none")
    one_off = ac.metrics.select_campaigns(campaign_frames["campaigns"], automation="none")
    assert_frame_equal(explorer.frame, ac.metrics.campaign_rates(one_off))


def test_the_measure_changes_the_chart_and_not_the_numbers(explorer):
    opened = explorer.frame, explorer.chart.to_dict()
    explorer.controls["rate"].widget.label = "Clicked"
    assert_frame_equal(explorer.frame, opened[0])
    assert explorer.chart.to_dict() != opened[1]


def test_the_heat_map_does_not_listen_to_automations_and_shows_it(explorer):
    explorer.set(view="heatmap")
    before = explorer.frame
    explorer.set(automation="any")
    assert explorer.controls["automation"].widget.disabled
    assert_frame_equal(explorer.frame, before)
    explorer.set(view="campaigns")
    assert not explorer.controls["automation"].widget.disabled
    assert set(explorer.frame["automation_id"]) == {"5"}


@pytest.mark.parametrize("view", ["periods", "heatmap", "campaigns"])
@pytest.mark.parametrize("rate", ["open_rate", "click_rate"])
def test_the_code_makes_the_same_chart(explorer, campaign_frames, view, rate):
    explorer.set(view=view, rate=rate, grain="week", lists=["2"], automation="none")
    assert run(explorer.code(), **campaign_frames).to_dict() == explorer.chart.to_dict()


def test_the_line_above_the_chart_counts_what_is_looked_at(explorer):
    status = explorer.widget.children[1]
    explorer.set(campaigns=["1"])
    assert "1 campaign, 980 mails delivered" in status.value
    explorer.set(view="campaigns")
    assert "1 campaign, 980 mails delivered" in status.value
