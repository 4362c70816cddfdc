"""Charts of campaigns, credits and steps: valid, true to their frames, modest in their words."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest
import vl_convert

from actoolkit import charts
from actoolkit.charts import attribution
from actoolkit.errors import InvalidArgument
from actoolkit.metrics.attribution_models import MODELS
from actoolkit.tables.frames import to_pandas

ANOMALIES = pl.DataFrame(
    {
        "campaign_id": ["3", "1", "2"],
        "name": ["Sale", "News", "News"],
        "sent_at": [datetime(2026, 5, day, tzinfo=UTC) for day in (20, 1, 8)],
        "hits": [90, 30, 31],
        "trials": [1000, 1000, 1000],
        "rate": [0.09, 0.03, 0.031],
        "robust_z": [4.2, None, None],
        "centre": [0.05] * 3,
        "lower_limit": [0.02] * 3,
        "upper_limit": [0.08] * 3,
        "signal": ["above", None, None],
    }
)
SHRUNK = pl.DataFrame(
    {
        "campaign_id": ["1", "2"],
        "name": ["A try-out", "May news"],
        "hits": [9, 350],
        "trials": [50, 5000],
        "rate": [0.18, 0.07],
        "shrunk_rate": [0.061, 0.069],
        "shrunk_rate_low": [0.03, 0.062],
        "shrunk_rate_high": [0.101, 0.076],
        "common_rate": [0.05, 0.05],
        "rank": [2, 1],
    }
)
COMPARED = pl.DataFrame(
    {
        "campaign_id": ["2", "3"],
        "name": ["B", "C"],
        "hits": [220, 151],
        "trials": [5000, 5000],
        "difference": [0.014, 0.0002],
        "difference_low": [0.006, -0.006],
        "difference_high": [0.021, 0.007],
        "needed": [14_000, 14_000],
        "verdict": ["difference shown", "too small to tell"],
        "baseline_id": ["1", "1"],
    }
)
FUNNEL = pl.DataFrame(
    {
        "step": ["open", "click", "open"],
        "step_index": [0, 1, 2],
        "contacts": [400, 100, 20],
        "rate": [1.0, 0.25, 0.05],
        "rate_low": [0.99, 0.21, 0.03],
        "rate_high": [1.0, 0.295, 0.08],
        "step_rate": [None, 0.25, 0.2],
        "dropped": [None, 300, 80],
        "median_hours": [None, 0.5, 100.0],
    }
)
AUTOMATIONS = pl.DataFrame(
    {
        "automation_id": ["1", "2"],
        "entries": [400, 90],
        "active": [40, 3],
        "mature_entries": [300, 80],
        "mature_completed": [270, 20],
        "completion_rate": [0.9, 0.25],
        "completion_rate_low": [0.861, 0.17],
        "completion_rate_high": [0.929, 0.355],
        "median_days": [6, None],
    }
)
CREDITED = pl.DataFrame(
    {
        "currency": ["EUR", "EUR", "EUR", "USD"],
        "campaign_id": [None, "3", "4", None],
        "is_attributed": [False, True, True, False],
        "orders": [6, 2, 1, 5],
        "credited_cents": [7000, 2500, 500, 100],
        "revenue_share": [0.7, 0.25, 0.05, 1.0],
    }
)
SENSITIVITY = pl.DataFrame(
    {
        "currency": ["EUR"] * 4,
        "model": ["last", "last", "vendor", "vendor"],
        "window_days": [1, 30, 1, 30],
        "orders": [3, 9, 1, 4],
        "credited_cents": [1000, 4200, 500, 2000],
        "revenue_share": [0.1, 0.42, 0.05, 0.2],
    }
)
DRAWN = [
    (charts.campaign_anomalies_chart, ANOMALIES),
    (charts.shrunk_rates_chart, SHRUNK),
    (charts.compare_campaigns_chart, COMPARED),
    (charts.contact_funnel_chart, FUNNEL),
    (charts.automation_funnel_chart, AUTOMATIONS),
    (charts.attributed_revenue_chart, CREDITED),
    (charts.attribution_sensitivity_chart, SENSITIVITY),
]


def spec_of(chart):
    return chart.to_dict()


def rows_of(chart):
    """All rows that a chart holds inline, as they are."""
    spec = chart.to_dict()
    found = []
    for part in (spec, *spec["layer"]):
        data = part.get("data", {})
        found += data.get("values", spec.get("datasets", {}).get(data.get("name"), []))
    return found


def title(chart):
    return " ".join(chart.title.text)


@pytest.mark.parametrize(("draw", "frame"), DRAWN)
def test_it_draws_the_same_from_every_kind_of_frame(draw, frame):
    spec = spec_of(draw(frame, as_of=date(2026, 6, 30)))
    svg = vl_convert.vegalite_to_svg(spec)
    assert svg.count('role="graphics-symbol"') >= frame.height - 1
    assert "Data as of 30 Jun 2026" in svg
    assert spec["description"]
    for other in (frame.lazy(), to_pandas(frame)):
        assert spec_of(draw(other, as_of=date(2026, 6, 30))) == spec


@pytest.mark.parametrize(("draw", "frame"), DRAWN)
def test_nothing_is_said_in_words(draw, frame):
    assert "No data" in title(draw(frame.clear()))


@pytest.mark.parametrize(("draw", "frame"), DRAWN)
def test_another_frame_is_refused_with_the_metric_to_call(draw, frame):
    with pytest.raises(InvalidArgument, match=r"actoolkit\.metrics\."):
        draw(pl.DataFrame({"a": [1]}))
    with pytest.raises(InvalidArgument, match="draws at most 100,000 rows"):
        draw(pl.concat([frame] * (100_000 // len(frame) + 1)))


def test_campaigns_outside_their_limits_are_another_mark():
    chart = charts.campaign_anomalies_chart(ANOMALIES)
    assert title(chart) == "1 of 3 campaigns is outside its limits: “Sale” last, above at 9.0%"
    calm = ANOMALIES.with_columns(signal=pl.lit(None, pl.String))
    assert title(charts.campaign_anomalies_chart(calm)).startswith("All 3 campaigns are within")
    latest = charts.campaign_anomalies_chart(ANOMALIES, last=1)
    assert next(row["label"] for row in rows_of(latest) if "label" in row) == "Sale"
    labels = {row["label"] for row in rows_of(chart) if "label" in row}
    assert labels == {"Sale", "News · 1 May 2026", "News · 8 May 2026"}
    with pytest.raises(InvalidArgument, match="last=0"):
        charts.campaign_anomalies_chart(ANOMALIES, last=0)


def test_ranks_put_a_large_campaign_before_a_lucky_one():
    chart = charts.shrunk_rates_chart(SHRUNK)
    assert "“May news” at 6.9%" in title(chart)
    small = {row["label"]: row["is_small"] for row in rows_of(chart) if "label" in row}
    assert small == {"May news": False, "A try-out": True}
    with pytest.raises(InvalidArgument, match="top=0"):
        charts.shrunk_rates_chart(SHRUNK, top=0)


@pytest.mark.parametrize(
    ("verdict", "says"),
    [
        ("difference shown", "“B” is above the baseline by 1.4 points (0.6 to 2.1)"),
        ("not shown", "Too few mails to tell 2 campaigns from the baseline"),
    ],
)
def test_a_comparison_says_no_more_than_its_verdict(verdict, says):
    frame = COMPARED.with_columns(verdict=pl.Series([verdict, "too small to tell"]))
    assert title(charts.compare_campaigns_chart(frame)) == says
    told = " ".join(charts.compare_campaigns_chart(frame).title.subtitle)
    assert "from campaign 1, " in told
    assert "each by itself. Filled: a difference shown, 2 comparisons allowed for." in told
    calm = COMPARED.with_columns(verdict=pl.lit("not shown"))
    assert title(charts.compare_campaigns_chart(calm)) == "No difference from the baseline is shown"


def test_a_comparison_names_its_baseline_and_stands_in_the_order_of_the_difference():
    below = {"difference": -0.02, "difference_low": -0.03, "difference_high": -0.01}
    least = COMPARED.head(1).with_columns(name=pl.lit("A"), campaign_id=pl.lit("4"))
    least = least.with_columns(**{key: pl.lit(value) for key, value in below.items()})
    frame = pl.concat([least, COMPARED.reverse()]).with_columns(baseline_name=pl.lit("May news"))
    chart = charts.compare_campaigns_chart(frame)
    rows = [row for row in rows_of(chart) if "label" in row][:3]
    assert [row["label"] for row in rows] == ["B", "C", "A"]
    assert "Difference of the click rate from “May news”, in" in " ".join(chart.title.subtitle)
    assert (
        title(chart)
        == "“A” is below the baseline by 2.0 points (\N{MINUS SIGN}3.0 to \N{MINUS SIGN}1.0)"
    )
    assert not any("-" in row["interval"] + row["value_text"] for row in rows)
    nameless = charts.compare_campaigns_chart(frame.with_columns(baseline_name=pl.lit(None)))
    assert "from campaign 1, in" in " ".join(nameless.title.subtitle)


def test_steps_of_one_name_stay_apart_and_times_are_readable():
    chart = charts.contact_funnel_chart(FUNNEL)
    assert title(chart) == (
        "5.0% of 400 contacts got from “open · step 1” to “open · step 3” (3.0% to 8.0%)"
    )
    notes = [row["note_text"] for row in rows_of(chart) if "note_text" in row][:3]
    assert notes == [
        "400",
        "100 · 25.0% of the step before · median 30 min",
        "20 · 20.0% of the step before · median 4 days",
    ]
    assert "in order and in time, of those" in " ".join(chart.title.subtitle)
    told = charts.contact_funnel_chart(FUNNEL, window_days=1)
    assert "in order and less than 1 day after the first, of" in " ".join(told.title.subtitle)
    alone = charts.contact_funnel_chart(FUNNEL.head(1))
    assert title(alone) == "400 contacts took the step “open”"


def test_a_funnel_of_several_groups_is_refused_with_the_way_out():
    groups = pl.concat(
        FUNNEL.select(pl.lit(year).alias("joined_year"), pl.all()) for year in ("2024", "2025")
    )
    with pytest.raises(
        InvalidArgument, match="one funnel; this frame holds several groups"
    ) as told:
        charts.contact_funnel_chart(groups)
    assert 'along="joined_year"' in told.value.hint
    one = groups.filter(pl.col("joined_year") == "2024")
    assert title(charts.contact_funnel_chart(one)) == title(charts.contact_funnel_chart(FUNNEL))
    last = groups.filter(pl.col("step_index") == 2)
    chart = charts.metric_chart(last, "contact_funnel", value="rate", along="joined_year")
    assert [row["value_text"] for row in rows_of(chart) if "label" in row] == ["5.0%", "5.0%"]


def test_automations_have_their_names_and_the_least_is_told():
    chart = charts.automation_funnel_chart(AUTOMATIONS, names={"1": "Welcome", "2": "Win back"})
    assert "“Welcome” is completed least" in title(chart), "Win back has too few entries to lead"
    labels = [row["label"] for row in rows_of(chart) if "label" in row][:2]
    assert labels == ["Welcome", "Win back"]
    same = AUTOMATIONS.with_columns(completion_rate=pl.lit(1.0))
    assert title(charts.automation_funnel_chart(same)).startswith("All 2 automations are completed")


def test_credits_of_one_currency_with_what_is_left_told():
    chart = charts.attributed_revenue_chart(CREDITED, names={"3": "May <b>news</b>"}, top=1)
    assert title(chart) == "30.0% of EUR revenue is credited, most to “May <b>news</b>”: €25.00"
    told = " ".join(chart.title.subtitle)
    assert told.startswith("Not drawn: 1 other together €5.00, to none €70.00.")
    assert [row["label"] for row in rows_of(chart) if "label" in row] == ["May <b>news</b>"]
    dollars = charts.attributed_revenue_chart(CREDITED, currency="USD")
    assert title(dollars) == "No touch came before any order in the window"
    with pytest.raises(InvalidArgument, match="EUR, USD"):
        charts.attributed_revenue_chart(CREDITED, currency="JPY")
    with pytest.raises(InvalidArgument, match="top=0"):
        charts.attributed_revenue_chart(CREDITED, top=0)


@pytest.mark.parametrize(
    ("chart", "frame"),
    [
        (charts.attributed_revenue_chart, CREDITED),
        (charts.attribution_sensitivity_chart, SENSITIVITY),
    ],
)
def test_currencies_that_are_not_drawn_are_named_with_the_way_to_them(chart, frame):
    def told(rows, **chosen):
        return " ".join(chart(rows, **chosen).title.subtitle)

    euros = frame.filter(pl.col("currency") == "EUR")
    assert "Only" not in told(euros)
    both = pl.concat([euros, euros.head(1).with_columns(currency=pl.lit("USD"))])
    assert 'Only EUR; there are orders in USD too; ask for currency="USD". ' in told(both)
    assert 'Only USD; there are orders in EUR too; ask for currency="EUR". ' in told(
        both, currency="USD"
    )
    nameless = pl.concat([euros, euros.head(1).with_columns(currency=pl.lit(None, pl.String))])
    assert "Only EUR; there are orders in an unknown currency too. " in told(nameless)


RULES = {
    ("last", 7): "Of touches within 7 days before an order, the last has the credit.",
    ("first", 1): "Of touches within 1 day before an order, the first has the credit.",
    (
        "linear",
        None,
    ): "Of touches at any time before an order, each has an equal part of the credit.",
    (
        "vendor",
        7,
    ): "Of mails sent within 7 days before an order, the last clicked or opened has the credit.",
}


@pytest.mark.parametrize(("model", "days"), RULES)
def test_the_rule_that_credits_is_told(model, days):
    chart = charts.attributed_revenue_chart(CREDITED, model=model, window_days=days)
    assert " ".join(chart.title.subtitle).startswith(f"{RULES[model, days]} Not drawn: to none")
    usual = charts.attributed_revenue_chart(CREDITED, model="last")
    assert " ".join(usual.title.subtitle).startswith(RULES["last", 7])
    assert charts.attributed_revenue_chart(CREDITED).title.subtitle[0].startswith("Not drawn")
    with pytest.raises(InvalidArgument, match="no model 'lately'"):
        charts.attributed_revenue_chart(CREDITED, model="lately")


def test_every_model_has_words():
    assert tuple(attribution.RULE_WORDS) == MODELS


def test_a_title_names_a_campaign_even_where_all_others_together_have_more():
    frame = CREDITED.with_columns(
        campaign_id=pl.Series([None, None, "4", None]),
    )
    chart = charts.attributed_revenue_chart(frame, names={"4": "Tips"})
    assert title(chart) == "30.0% of EUR revenue is credited, of campaigns most to “Tips”: €5.00"
    assert rows_of(chart)[0]["label"] == "automations, one-to-one mails"


def test_models_are_lines_of_their_own_colour_and_dash():
    chart = charts.attribution_sensitivity_chart(SENSITIVITY)
    assert title(chart) == "Credited revenue: 10.0% within 1 day of a touch, 42.0% within 30 days"
    line = spec_of(chart)["layer"][0]["encoding"]
    assert line["color"]["scale"]["domain"] == ["last", "vendor"]
    assert line["strokeDash"]["field"] == "model"
    assert [row["of_text"] for row in rows_of(chart) if "of_text" in row][:2] == [
        "€10.00 of €100",
        "€42.00 of €100",
    ]
    none = SENSITIVITY.with_columns(pl.lit(0).alias("credited_cents"), revenue_share=pl.lit(0.0))
    told = rows_of(charts.attribution_sensitivity_chart(none))
    assert {row["of_text"] for row in told if "of_text" in row} == {"—"}
    one = charts.attribution_sensitivity_chart(SENSITIVITY.filter(model="last").head(1))
    assert title(one) == "Credited revenue: 10.0% within 1 day of a touch"
