"""Charts of scores: valid, true to their frames, no bolder than their intervals."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
import vl_convert

from actoolkit import charts, metrics
from actoolkit.errors import InvalidArgument
from actoolkit.tables.frames import to_pandas

BINS = pl.DataFrame(
    {
        "score_id": ["1"] * 3,
        "bin": [1, 2, 4],
        "bin_from": [0.0, 25.0, 75.0],
        "bin_to": [25.0, 50.0, 100.0],
        "contacts": [400, 300, 300],
        "contact_share": [0.4, 0.3, 0.3],
        "cumulative_share": [0.4, 0.7, 1.0],
    }
)
OUTCOMES = pl.DataFrame(
    {
        "score_id": ["1"] * 3,
        "tenth": [4, 1, 8],
        "lowest_score": [20.0, 60.0, 0.0],
        "highest_score": [59.0, 90.0, 19.5],
        "contacts": [900, 200, 12],
        "buyers": [45, 40, 1],
        "buy_rate": [0.05, 0.2, 1 / 12],
        "buy_rate_low": [0.0376, 0.1504, 0.0149],
        "buy_rate_high": [0.0662, 0.2608, 0.3539],
        "lift": [0.6465, 2.586, 1.0775],
        "flag": [None] * 3,
    },
    schema_overrides={"flag": pl.String},
)
DRAWN = [(charts.score_distribution_chart, BINS), (charts.score_lift_chart, OUTCOMES)]


def title(chart):
    return " ".join(chart.title.text)


def subtitle(chart):
    return " ".join(chart.title.subtitle)


def bars(chart):
    spec = chart.to_dict()
    data = spec["layer"][0]["data"] if "data" in spec["layer"][0] else spec["data"]
    return data.get("values") or spec["datasets"][data["name"]]


@pytest.mark.parametrize(("draw", "frame"), DRAWN)
def test_it_draws_the_same_from_every_kind_of_frame(draw, frame):
    spec = draw(frame, as_of=date(2026, 6, 30)).to_dict()
    svg = vl_convert.vegalite_to_svg(spec)
    assert svg.count('role="graphics-symbol"') >= frame.height
    assert "Data as of 30 Jun 2026" in svg
    assert spec["description"]
    for other in (frame.lazy(), to_pandas(frame)):
        assert draw(other, as_of=date(2026, 6, 30)).to_dict() == spec


@pytest.mark.parametrize(("draw", "frame"), DRAWN)
def test_nothing_is_said_and_another_frame_is_refused(draw, frame):
    assert "No data" in title(draw(frame.clear()))
    with pytest.raises(InvalidArgument, match=r"actoolkit\.metrics\.score_"):
        draw(pl.DataFrame({"a": [1]}))


@pytest.mark.parametrize(("draw", "frame"), DRAWN)
def test_one_score_at_a_time(draw, frame):
    both = pl.concat([frame, frame.with_columns(score_id=pl.lit("2"))])
    with pytest.raises(InvalidArgument, match="1, 2"):
        draw(both)
    assert title(draw(both, score_id="2")) == title(draw(frame))
    assert subtitle(draw(frame, name="Loyalty")).startswith("“Loyalty”: contacts")


def test_empty_bins_are_drawn_and_the_median_is_told():
    chart = charts.score_distribution_chart(BINS)
    assert title(chart) == "70.0% of 1,000 contacts have fewer than 50 points, the highest has 100"
    drawn = [(row["label"], row["contacts"]) for row in bars(chart)]
    assert drawn == [
        ("0 to under 25", 400),
        ("25 to under 50", 300),
        ("50 to under 75", 0),
        ("75 to 100", 300),
    ]
    alone = BINS.head(1).with_columns(bin_to=pl.lit(0.0))
    assert title(charts.score_distribution_chart(alone)) == "400 contacts with 0 points"


def labels_of(scores, bins=10):
    values = pl.DataFrame(
        {
            "contact_id": [str(one) for one in range(len(scores))],
            "deal_id": [None] * len(scores),
            "score_id": "1",
            "score_value": [float(one) for one in scores],
        },
        schema_overrides={"deal_id": pl.String},
    )
    chart = charts.score_distribution_chart(metrics.score_distribution(values, bins=bins))
    return [(row["label"], row["contacts"]) for row in bars(chart)], title(chart)


def test_bins_of_whole_scores_have_whole_edges_and_share_none():
    scores = [30, 36, 37, 37, 43, 44, 92, 93, 99]
    drawn, said = labels_of(scores)
    for label, contacts in drawn:
        ends = [int(one) for one in label.replace("under ", "").split(" to ")]
        last = label == drawn[-1][0]
        assert contacts == sum(ends[0] <= one and (one < ends[1] or last) for one in scores), label
    assert drawn[0] == ("30 to under 37", 2)
    assert drawn[-1] == ("93 to 99", 2)
    assert "fewer than 44 points" in said


def test_bins_of_other_scores_keep_their_edges():
    assert labels_of([0, 0.25, 1], bins=2)[0] == [("0 to under 0.5", 2), ("0.5 to 1", 1)]
    assert labels_of([0.5, 30], bins=2)[0] == [("0.5 to under 15.25", 1), ("15.25 to 30", 1)]
    assert labels_of([7, 7])[0] == [("7", 2)]


def test_lift_is_told_when_its_interval_shows_it():
    chart = charts.score_lift_chart(OUTCOMES)
    assert title(chart) == (
        "The highest scores buy 2.6 times as often as all: 20.0% (15.0% to 26.1%)"
    )
    assert "Dashed: all, 7.7%. Pale: fewer than" in subtitle(chart)
    assert [(row["label"], row["is_soft"]) for row in bars(chart)] == [
        ("Tenth 1", False),
        ("Tenth 4", False),
        ("Tenth 8", True),
    ]
    wide = OUTCOMES.with_columns(buy_rate_low=pl.lit(0.01))
    assert title(charts.score_lift_chart(wide)).startswith("The highest scores do not clearly buy")
    short = OUTCOMES.with_columns(flag=pl.lit("orders: there are none"))
    assert subtitle(charts.score_lift_chart(short)).endswith("Beware: orders: there are none.")
    zero = OUTCOMES.with_columns(
        *(pl.lit(0).alias(name) for name in ("buyers", "buy_rate", "buy_rate_low")),
        lift=pl.lit(None, pl.Float64),
    )
    assert title(charts.score_lift_chart(zero)) == "Nobody with a score bought in the days after"


QUALITY = pl.DataFrame(
    {
        "score_id": ["1", "2", "3"],
        "contacts": [900, 120, 120],
        "buyers": [90, 30, 0],
        "auc": [0.52, 0.71, None],
        "auc_low": [0.49, 0.66, None],
        "auc_high": [0.55, 0.756, None],
        "top_lift": [1.0, 2.44, None],
        "flag": [None] * 3,
    },
    schema_overrides={"flag": pl.String},
)


def test_quality_is_told_against_chance_the_best_score_first():
    chart = charts.score_quality_chart(QUALITY, names={"2": "Loyalty"}, as_of=date(2026, 6, 30))
    assert title(chart) == (
        "“Loyalty” tells buyers from others: they scored higher in 71.0% of pairs (66.0% to 75.6%)"
    )
    spec = chart.to_dict()
    drawn = next(d for d in spec["datasets"].values() if "lift_text" in d[0])
    assert [(row["label"], row["low"], row["is_small"]) for row in drawn] == [
        ("Loyalty", 0.66, True),
        ("Score 1", 0.49, False),
    ]
    svg = vl_convert.vegalite_to_svg(spec)
    assert "Data as of 30 Jun 2026" in svg
    for other in (QUALITY.lazy(), to_pandas(QUALITY)):
        again = charts.score_quality_chart(other, names={"2": "Loyalty"}, as_of=date(2026, 6, 30))
        assert again.to_dict() == spec


def test_quality_says_no_more_than_its_interval():
    open_one = charts.score_quality_chart(QUALITY.head(1))
    assert title(open_one).startswith("No score is shown to tell who will buy; “Score 1”: 52.0%")
    few = QUALITY.head(1).with_columns(auc_low=pl.lit(None, pl.Float64), flag=pl.lit("short"))
    assert title(charts.score_quality_chart(few)).startswith("Too few to tell")
    assert subtitle(charts.score_quality_chart(few)).endswith("Beware: short.")
    assert "all or none bought" in title(charts.score_quality_chart(QUALITY.tail(1)))
    assert "No data" in title(charts.score_quality_chart(QUALITY.clear()))
    with pytest.raises(InvalidArgument, match=r"actoolkit\.metrics\.score_quality"):
        charts.score_quality_chart(pl.DataFrame({"a": [1]}))
