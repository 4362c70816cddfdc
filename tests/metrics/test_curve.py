"""How campaigns grew: hours and shares against plain Python, on every engine; chart and explorer."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import actoolkit as ac
from actoolkit.errors import InvalidArgument
from actoolkit.metrics import campaign_curve
from actoolkit.widgets import campaign_explorer

MOMENT = pl.Datetime("us", "UTC")
START = datetime(2026, 3, 6, tzinfo=UTC)
COUNTERS = ("unique_opens", "verified_unique_opens", "clickers", "unsubscribes")
HISTORY = {
    "campaign_id": pl.String(),
    "observed_at": MOMENT,
    **dict.fromkeys(COUNTERS, pl.Int64()),
}
SENT = {"campaign_id": pl.String(), "sent_at": MOMENT}
moments = st.integers(0, 60 * 24 * 5).map(lambda m: START + timedelta(minutes=m))
counts = st.none() | st.integers(0, 50)
seen = st.lists(
    st.fixed_dictionaries(
        {
            "campaign_id": st.sampled_from(["1", "2", "3"]),
            "observed_at": moments,
            **dict.fromkeys(COUNTERS, counts),
        }
    ),
    max_size=12,
    unique_by=lambda row: (row["campaign_id"], row["observed_at"]),
)


@settings(max_examples=12, deadline=None)
@given(seen, moments, st.none() | moments)
def test_hours_and_shares(engine, same, rows, first, second):
    sent = {"1": first, "2": second}
    mails = [{"campaign_id": key, "sent_at": at} for key, at in sent.items()]
    wanted = []
    for row in sorted(rows, key=lambda row: (row["campaign_id"], row["observed_at"])):
        at = sent.get(row["campaign_id"])
        if at is None or row["observed_at"] < at:
            continue
        mine = [
            r for r in rows if r["campaign_id"] == row["campaign_id"] and r["observed_at"] >= at
        ]
        shares = {}
        for counter, share in (("unique_opens", "open_share"), ("clickers", "click_share")):
            most = max((r[counter] for r in mine if r[counter] is not None), default=0)
            known = most and row[counter] is not None
            shares[share] = Fraction(row[counter], most) if known else None
        hours = Fraction((row["observed_at"] - at) // timedelta(microseconds=1), 3_600_000_000)
        wanted.append({**row, "hours": hours, **shares})
    found = campaign_curve(engine.make(rows, HISTORY), engine.make(mails, SENT))
    same(engine.read(found), wanted)


def curve(*points, campaign="1"):
    return pl.DataFrame(
        {
            "campaign_id": [campaign] * len(points),
            "hours": [float(hours) for hours, _, _ in points],
            "unique_opens": [opens for _, opens, _ in points],
            "clickers": [clicks for _, _, clicks in points],
            "open_share": [opens / points[-1][1] for _, opens, _ in points],
        }
    )


def test_the_chart_tells_when_half_had_opened():
    chart = ac.charts.campaign_curve_chart(curve((1, 20, 0), (5, 60, 4), (90, 100, 9)))
    title = " ".join(chart.title.text)
    assert title == "60.0% of its opens came within 5 hours, by what was seen at 3 moments"
    both = pl.concat([curve((1, 2, 1)), curve((1, 2, 1), campaign="2")])
    with pytest.raises(InvalidArgument, match="campaign_id="):
        ac.charts.campaign_curve_chart(both)
    one = ac.charts.campaign_curve_chart(both, campaign_id="2")
    assert one.to_dict() == ac.charts.campaign_curve_chart(curve((1, 2, 1), campaign="2")).to_dict()
    assert "No data" in ac.charts.campaign_curve_chart(both.clear()).title.text[0]


@pytest.fixture(scope="module")
def tiny():
    with ac.sandbox_account("tiny") as account:
        yield account


@pytest.mark.parametrize("view", ["funnel", "curve", "peers"])
def test_one_campaign_is_explored(tiny, view):
    explorer = campaign_explorer(tiny, progress=False)
    explorer.set(view=view, rate="open_rate")
    assert explorer.error is None
    names = {"account": tiny}
    exec(compile(explorer.code(), "<explorer.code()>", "exec"), names)
    assert names["chart"].to_dict() == explorer.chart.to_dict()
    if view == "funnel":
        assert_frame_equal(names["funnel"], explorer.frame)
    assert explorer.controls["rate"].widget.disabled == (view != "peers")


def test_without_a_history_there_is_no_curve(tiny):
    campaigns = ac.load_campaigns(account=tiny, progress=False)
    explorer = campaign_explorer(campaigns=campaigns, today=date(2026, 6, 30))
    with pytest.raises(InvalidArgument):
        explorer.set(view="curve")
    latest = campaigns.filter(pl.col("sends") > 0).sort("sent_local")["campaign_id"][-1]
    assert explorer.params["campaign"] == latest
