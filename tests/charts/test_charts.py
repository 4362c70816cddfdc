"""Every chart: valid, drawn from columns that exist, honest about what it lacks."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import altair as alt
import narwhals.stable.v2 as nw
import polars as pl
import pytest
import vl_convert
from statsmodels.stats.proportion import proportion_confint

from actoolkit.charts import (
    campaign_funnel_chart,
    campaign_rates_chart,
    engagement_heatmap_chart,
    revenue_by_period_chart,
)
from actoolkit.errors import InvalidArgument

AS_OF = datetime(2026, 6, 30, 15, 0, tzinfo=UTC)
CHARTS = {
    "rates": campaign_rates_chart,
    "funnel": campaign_funnel_chart,
    "heatmap": engagement_heatmap_chart,
    "revenue": revenue_by_period_chart,
}
METRICS = {
    "rates": "campaign_rates",
    "funnel": "campaign_funnel",
    "heatmap": "engagement_heatmap",
    "revenue": "revenue_by_period",
}


@pytest.fixture(params=CHARTS)
def kind(request) -> str:
    return request.param


@pytest.fixture
def frame(kind, request) -> pl.DataFrame:
    return request.getfixturevalue(kind)


def units(spec: dict) -> Iterator[dict]:
    yield spec
    for part in (*spec.get("layer", []), *spec.get("vconcat", [])):
        yield from units(part)


def fields(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("field"), str):
            yield value["field"]
        for inner in value.values():
            yield from fields(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from fields(inner)


def made_by(transforms: list[dict]) -> set[str]:
    made = set()
    for step in transforms:
        made |= {step["as"]} if "as" in step else set()
        made |= {inner["as"] for key in ("window", "joinaggregate") for inner in step.get(key, [])}
    return made


def test_spec_is_valid_and_encodes_only_columns_that_exist(kind, frame):
    spec = CHARTS[kind](frame, as_of=AS_OF).to_dict()
    alt.Chart.from_dict(json.loads(json.dumps(spec)))
    for unit in units(spec):
        if "encoding" not in unit:
            continue
        rows = spec["datasets"][(unit.get("data") or spec["data"])["name"]]
        known = set().union(*rows) | made_by(unit.get("transform", []))
        wanted = set(fields(unit["encoding"]))
        used = set(re.findall(r"datum\.(\w+)", json.dumps(unit.get("transform", []))))
        assert wanted | used <= known


def test_chart_is_drawn_with_its_title_and_the_date_of_the_data(kind, frame):
    chart = CHARTS[kind](frame, as_of=AS_OF)
    svg = vl_convert.vegalite_to_svg(chart.to_dict(), vl_version="6.4")
    assert "NaN" not in svg
    assert "Data as of 30 Jun 2026, 15:00 UTC" in svg
    assert chart.title.text[0].split()[0].strip("“") in svg
    assert svg.count("aria-roledescription=") >= len(frame)


def test_description_tells_the_data(kind, frame):
    description = CHARTS[kind](frame).to_dict()["description"]
    assert any(char.isdigit() for char in description)
    assert len(description) > 40


def test_same_chart_from_pandas_and_lazy(kind, frame):
    expected = CHARTS[kind](frame).to_dict()
    assert CHARTS[kind](frame.lazy()).to_dict() == expected
    assert CHARTS[kind](nw.from_native(frame).to_pandas()).to_dict() == expected


def test_no_rows_say_so(kind, frame):
    chart = CHARTS[kind](frame.head(0), as_of=AS_OF)
    assert chart.title.text[0].startswith("No data")
    alt.Chart.from_dict(chart.to_dict())


def test_anything_but_the_metrics_result_is_refused_with_the_call_to_make(kind, frame):
    for wrong in (frame.select(pl.lit(1).alias("contact_id")), [1, 2], None):
        with pytest.raises(InvalidArgument, match=f"actoolkit.metrics.{METRICS[kind]}"):
            CHARTS[kind](wrong)


def test_more_rows_than_a_picture_holds_are_refused(kind, frame):
    many = pl.concat([frame] * (100_000 // len(frame) + 1))
    with pytest.raises(InvalidArgument, match="100,000 rows"):
        CHARTS[kind](many)


def test_users_theme_is_neither_changed_nor_needed(kind, frame):
    before = alt.theme.active
    plain = CHARTS[kind](frame).to_dict()
    with alt.theme.enable("dark"):
        chart = CHARTS[kind](frame)
        assert alt.theme.active == "dark"
        assert chart.to_dict()["config"]["background"] == plain["config"]["background"]
    assert alt.theme.active == before


def test_rates_title_names_the_leader_only_above_the_overall_rate(rates):
    assert "“Spring sale” was clicked most: 7.0%" in " ".join(
        campaign_rates_chart(rates).title.text
    )
    even = rates.with_columns(
        click_rate=pl.lit(0.03), click_rate_low=pl.lit(0.0), click_rate_high=pl.lit(0.5)
    )
    assert campaign_rates_chart(even).title.text[0].startswith("No campaign stands out")


def test_a_small_sample_never_leads_and_is_marked(rates):
    chart = campaign_rates_chart(rates)
    assert "A try-out" not in " ".join(chart.title.text)
    (rows,) = [r for r in chart.to_dict()["datasets"].values() if "small" in r[0]]
    assert [row["label"] for row in rows if row["small"]] == ["A try-out"]
    assert "hollow: fewer than 200" in " ".join(chart.title.subtitle)


def test_equal_names_stay_two_rows(rates):
    svg = vl_convert.vegalite_to_svg(campaign_rates_chart(rates).to_dict(), vl_version="6.4")
    assert "May news · 2 May 2026" in svg
    assert "May news · 4 May 2026" in svg


def test_top_keeps_those_with_most_sends(rates):
    svg = vl_convert.vegalite_to_svg(campaign_rates_chart(rates, top=2).to_dict(), vl_version="6.4")
    assert "Spring sale" in svg
    assert "A try-out" not in svg


def test_unknown_rates_are_refused(rates, heatmap):
    with pytest.raises(InvalidArgument, match="Use one of"):
        campaign_rates_chart(rates, rate="joy_rate")
    with pytest.raises(InvalidArgument, match="open_rate"):
        engagement_heatmap_chart(heatmap, rate="unsubscribe_rate")
    with pytest.raises(InvalidArgument):
        campaign_rates_chart(rates, top=0)


def test_rates_of_groups_are_labelled_by_group(rates):
    grouped = rates.drop("campaign_id", "name", "automation_id", "sent_at").with_columns(
        type=pl.Series(["single", "split", "responder", "status 9"]), campaigns=pl.lit(40)
    )
    chart = campaign_rates_chart(grouped)
    svg = vl_convert.vegalite_to_svg(chart.to_dict(), vl_version="6.4")
    assert all(f">{name}<" in svg for name in ("One-off", "Autoresponder", "status 9"))
    told = " ".join([*chart.title.text, *chart.title.subtitle, chart.description])
    assert "4 groups" in told
    assert "campaign" not in told


def test_funnel_tells_the_band_and_marks_exposure(funnel):
    chart = campaign_funnel_chart(funnel)
    assert chart.title.text == ["3.0% of delivered mails were clicked, 15.0% to 25.0% opened"]
    assert "need not have caused" in " ".join(chart.title.subtitle)
    svg = vl_convert.vegalite_to_svg(chart.to_dict(), vl_version="6.4")
    for text in ("↓ 2.0%", "↓ 75.0%", "↓ 88.0%", "0.50%", "49 followed by an order"):
        assert text in svg


def test_funnel_without_verified_opens_has_no_band(funnel):
    bare = funnel.with_columns(
        verified_count=pl.lit(None, dtype=pl.Int64), verified_rate=pl.lit(None, dtype=pl.Float64)
    )
    assert campaign_funnel_chart(bare).title.text == [
        "3.0% of delivered mails were clicked, 25.0% opened"
    ]


def test_two_funnels_are_refused(funnel):
    with pytest.raises(InvalidArgument, match="one funnel"):
        campaign_funnel_chart(pl.concat([funnel, funnel]))


def test_the_luckiest_of_many_like_hours_is_not_called_the_best():
    """60 cells of one true rate: a 95 % interval each would claim a best one in 4 of 5 accounts."""
    dice, claimed, naive = random.Random(5), 0, 0
    for _ in range(60):
        cells = []
        for at in range(60):
            opens = round(dice.gauss(1000, (1000 * 0.8) ** 0.5))
            low, high = proportion_confint(opens, 5000, method="wilson")
            value = opens / 5000
            cells.append(
                {"weekday": at % 7 + 1, "hour": at // 7 + 8, "campaigns": 5, "delivered": 5000}
                | {"unique_opens": opens, "clickers": 0, "small": False, "open_rate": value}
                | {"open_rate_low": low, "open_rate_high": high, "open_rate_shrunk": value}
            )
        title = " ".join(engagement_heatmap_chart(pl.DataFrame(cells)).title.text)
        claimed += "did best" in title
        naive += max(cell["open_rate_low"] for cell in cells) > 0.2
    assert claimed <= 6
    assert naive >= 36


def test_heatmap_names_the_zone_and_ignores_small_cells(heatmap):
    chart = engagement_heatmap_chart(heatmap, zone="America/Chicago")
    assert chart.title.text == [
        "Tuesday around 10:00 did best: 30.0% opened, against 25.9% overall"
    ]
    subtitle = " ".join(chart.title.subtitle)
    assert "America/Chicago" in subtitle
    assert "ActiveCampaign tells no times of opening" in subtitle
    rows = next(r for r in chart.to_dict()["datasets"].values() if "shade" in r[0])
    assert max(row["shade"] for row in rows) == pytest.approx(1578 / 5300)
    small = next(row for row in rows if row["small"])
    assert (small["numerator"], small["denominator"], small["day"]) == (50, 60, "Friday")
    assert (small["value"], small["shrunk"]) == pytest.approx((50 / 60, 128 / 360), abs=1e-6)
    assert "Cells of few mails are drawn towards the overall rate." in subtitle
    assert "Faded and dotted: too few delivered mails" in subtitle
    (shown,) = [one for one in chart.to_dict()["layer"] if "color" in one["encoding"]]
    titles = {one["title"] for one in shown["encoding"]["tooltip"]}
    assert {"Rate", "Shrunk rate", "Counts", "Sample"} <= titles


@pytest.mark.parametrize(
    ("campaigns", "told"),
    [
        ((6, 6, 6), "did best"),
        ((6, 1, 6), "No sending"),
        ((1, 1, 6), "Too few"),
        ((4, 4, 4), "Too few"),
        ((2, 9, 1), "Too few"),
        ((1, 2, 2), "Too few"),
    ],
)
def test_no_sending_time_is_best_by_a_single_campaign(heatmap, campaigns, told):
    few = heatmap.with_columns(campaigns=pl.Series(campaigns), small=False)
    few = few.with_columns(delivered=pl.lit(5000), unique_opens=pl.Series([800, 1500, 900]))
    shares = pl.Series([0.16, 0.30, 0.18])
    few = few.with_columns(open_rate=shares, open_rate_low=shares - 0.01, open_rate_shrunk=shares)
    chart = engagement_heatmap_chart(few)
    assert told in chart.title.text[0]
    if told == "Too few":
        assert chart.title.text == [
            "Too few campaigns to compare sending times: 21.3% opened overall"
        ]
    is_mixed = "5 campaigns or more" in " ".join(chart.title.subtitle)
    assert is_mixed == (min(campaigns) < 5)


def test_the_heatmap_draws_raw_rates_when_asked(heatmap):
    chart = engagement_heatmap_chart(heatmap, shrunk=False)
    rows = next(r for r in chart.to_dict()["datasets"].values() if "shade" in r[0])
    assert max(row["shade"] for row in rows) == pytest.approx(0.3)
    assert "shrunk" not in " ".join(chart.title.subtitle)


def test_what_a_chart_writes_has_letters_of_the_bundled_font(kind, frame, glyphs, drawn_texts):
    """A picture draws other letters in whatever font the machine has."""
    written = "".join(drawn_texts(CHARTS[kind](frame, as_of=AS_OF)))
    assert {char for char in written if ord(char) not in glyphs} == set()
