"""The funnel explorer: the numbers of the metric, the controls that were asked for, honest code."""

from __future__ import annotations

from datetime import date

import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import actoolkit as ac
from actoolkit.errors import InvalidArgument
from actoolkit.widgets import DateRange, campaign_explorer, funnel_explorer


@pytest.fixture
def explorer(frames):
    return funnel_explorer(**frames, as_of="30 Jun 2026")


def counts(explorer):
    return dict(explorer.frame.select("step", "count").iter_rows())


def run(code, **names):
    exec(compile(code, "<explorer.code()>", "exec"), names)
    return names["chart"]


def test_at_first_everything_is_looked_at(explorer, frames):
    metrics = ac.metrics
    exposure = metrics.campaign_exposure(
        *(
            frames[n]
            for n in ("campaigns", "campaign_lists", "contact_lists", "contacts", "ecom_orders")
        )
    )
    assert_frame_equal(explorer.frame, metrics.campaign_funnel(frames["campaigns"], exposure))


def test_a_list_and_dates_narrow_the_campaigns(explorer, frames):
    explorer.controls["lists"].value = ["1"]
    explorer.controls["dates"].value = DateRange.last(
        90, today=frames["campaigns"]["sent_local"].max().date()
    )
    since = explorer.params["dates"].since
    on_list = frames["campaign_lists"].filter(pl.col("list_id") == "1")["campaign_id"].to_list()
    kept = [
        row
        for row in frames["campaigns"].iter_rows(named=True)
        if row["campaign_id"] in on_list and row["sent_local"].date() >= since
    ]
    assert 0 < len(kept) < len(on_list)
    assert counts(explorer)["sent"] == sum(row["sends"] for row in kept)
    assert counts(explorer)["clicked"] == sum(row["clickers"] for row in kept)


def test_only_the_mails_of_one_automation(explorer):
    explorer.controls["automation"].widget.label = "Automation: Welcome"
    assert explorer.params["automation"] == "5"
    assert counts(explorer)["sent"] == 1000 * (3 + 6 + 9)


def test_an_automation_that_mails_nobody_is_not_offered(explorer):
    labels = list(explorer.controls["automation"].widget.options)
    assert labels == ["All mails", "One-off campaigns", "All automations", "Automation: Welcome"]


def test_drafts_are_not_offered_and_equal_names_are_told_apart(explorer):
    names = explorer.controls["campaigns"].widget.children[0].options
    assert len(names) == len(set(names)) == 9
    assert "Newsletter · 20 Jan 2026" in names


def test_a_longer_window_sees_no_fewer_buyers(explorer):
    found = []
    for days in (1, 3, 7, 14, 30):
        explorer.set(window_days=days)
        found.append(counts(explorer)["ordered"])
    assert found == sorted(found)
    assert found[0] < found[-1]


def test_a_selection_without_campaigns_draws_a_chart_that_says_so(explorer):
    explorer.set(lists=["1"], campaigns=["2"])
    assert explorer.error is None
    assert "No data" in str(explorer.chart.to_dict()["title"])


def test_days_the_wrong_way_round_are_explained_and_the_chart_stays(explorer):
    before = explorer.chart
    explorer.controls["dates"].value = DateRange(date(2026, 6, 1), date(2026, 2, 1))
    assert isinstance(explorer.error, InvalidArgument)
    assert "last day on or after the first" in explorer.error.hint
    assert explorer.chart is before


def test_controls_without_frames_are_left_out(frames):
    explorer = funnel_explorer(campaigns=frames["campaigns"])
    assert list(explorer.controls) == ["dates", "campaigns", "automation"]
    assert "ordered" not in counts(explorer)


def test_frames_without_campaigns_are_refused(frames):
    with pytest.raises(InvalidArgument, match="load_campaigns"):
        funnel_explorer(lists=frames["lists"])


def test_pandas_frames_give_the_same_numbers(explorer, frames):
    pandas = {name: pd.DataFrame(frame.to_dict(as_series=False)) for name, frame in frames.items()}
    other = funnel_explorer(**pandas, as_of="30 Jun 2026")
    for each in (explorer, other):
        each.set(lists=["2"], automation="none", window_days=14)
    assert isinstance(other.frame, pd.DataFrame)
    assert other.frame["count"].tolist() == explorer.frame["count"].to_list()
    assert other.chart.to_dict() == explorer.chart.to_dict()


choices = st.fixed_dictionaries(
    {
        "dates": st.builds(
            lambda days, today: DateRange.last(days, today=today),
            st.sampled_from([30, 90, 365]),
            st.dates(date(2026, 2, 1), date(2026, 7, 1)),
        ),
        "lists": st.lists(st.sampled_from(["1", "2"]), unique=True),
        "campaigns": st.lists(st.sampled_from([str(n) for n in range(1, 10)]), unique=True),
        "automation": st.sampled_from([None, "none", "any", "5"]),
        "window_days": st.sampled_from([1, 3, 7, 14, 30]),
    }
)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(values=choices)
def test_the_code_makes_the_same_chart(explorer, frames, values):
    explorer.set(**values)
    assert explorer.error is None
    chart = run(explorer.code(), **frames)
    assert chart.to_dict() == explorer.chart.to_dict()


def test_the_code_names_the_frames_it_takes(explorer):
    assert explorer.code().startswith("import actoolkit as ac\n")
    assert (
        "# campaigns, campaign_lists, contact_lists, contacts, ecom_orders: as" in explorer.code()
    )
    assert "automations" not in explorer.code()


def test_lists_that_no_campaign_went_to_are_not_offered(frames):
    unused = pl.DataFrame({"list_id": ["3"], "name": ["Unused"]})
    mailed = frames | {"lists": pl.concat([frames["lists"], unused])}
    lists = funnel_explorer(**mailed).controls["lists"]
    lists.value = ["1", "2"]
    with pytest.raises(InvalidArgument, match=r"lists has no .*3"):
        lists.value = ["3"]


def test_an_account_without_sent_campaigns_has_an_empty_funnel_of_one(frames):
    drafts = frames["campaigns"].filter(pl.col("sends") == 0)
    assert drafts.height
    explorer = campaign_explorer(campaigns=drafts)
    assert explorer.frame["count"].to_list() == [0, 0, 0, 0]
