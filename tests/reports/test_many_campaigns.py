"""More campaigns than a page holds one by one: what is compared is compared with all of them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import polars as pl
import pytest

from actoolkit.charts import campaign_rates_chart
from actoolkit.metrics import campaign_rates
from actoolkit.reports.blocks import Figure, matches
from actoolkit.reports.subjects import build

SINCE, UNTIL = date(2024, 7, 1), date(2026, 6, 30)


@pytest.fixture(scope="module")
def many(made):
    return made(300)


@pytest.fixture(scope="module")
def rates(many) -> Figure:
    report = build("overview", many, since=SINCE, until=UNTIL)
    blocks = next(section for section in report.sections if section.id == "campaigns").blocks
    return next(block for block in blocks if isinstance(block, Figure) and block.id == "rates")


def in_states(many) -> dict[str, list[dict]]:
    """Group the campaigns by the choices they belong to, in plain Python."""
    lists = defaultdict(set)
    for campaign_id, list_id in (
        many.frames["campaign_lists"].select("campaign_id", "list_id").iter_rows()
    ):
        lists[campaign_id].add(list_id)
    starts = {"all": SINCE, "d90": date(2026, 4, 1), "d30": date(2026, 5, 31)}
    found = defaultdict(list)
    for row in many.frames["campaigns"].iter_rows(named=True):
        sent_on = row["sent_local"].date()
        for period, start in starts.items():
            for kind in ("all", row["type"]):
                for list_id in ("all", *lists[row["campaign_id"]]):
                    if start <= sent_on < UNTIL:
                        found[f"{period}|{kind}|{list_id}"].append(row)
    return found


def delivered(row: dict) -> int:
    return row["sends"] - row["hard_bounces"] - row["soft_bounces"]


def test_a_rate_is_held_against_all_campaigns_whatever_is_chosen(rates, many):
    found = in_states(many)
    assert len(found["all|all|all"]) > 250
    assert set(rates.states) == set(found)
    sums = [rows for rows in rates.spec["datasets"].values() if "overall" in rows[0]]
    assert len(sums) == 1
    for state, campaigns in found.items():
        overall = sum(row["clickers"] for row in campaigns) / sum(map(delivered, campaigns))
        told = rates.states[state]
        assert f"overall {overall:.1%}" in told.title or f"{overall:.1%} overall" in told.title
        many_told = f"{len(campaigns)} campaigns" if len(campaigns) != 1 else "1 campaign"
        assert many_told in told.subtitle
        chosen = dict(zip(("period", "type", "list"), state.split("|"), strict=True))
        (line,) = (row for row in sums[0] if matches(row, chosen))
        assert line["overall"] == pytest.approx(overall, abs=1e-6)
        on_page = [row for row in rates.spec["datasets"]["rows"] if matches(row, chosen)]
        drawn = sorted(on_page, key=lambda row: (-row["sends"], row["id"]))[:15]
        wanted = sorted(campaigns, key=lambda row: (-row["sends"], row["campaign_id"]))[:15]
        assert [row["id"] for row in drawn] == [row["campaign_id"] for row in wanted]
        cut = f"The numbers below are of {len(on_page)} of them."
        assert (cut in told.subtitle) == (len(on_page) < len(campaigns))


def test_a_report_says_what_the_chart_says(rates, many):
    frame = many.frames["campaigns"].filter(pl.col("sent_local").dt.date() < UNTIL)
    chart = campaign_rates_chart(campaign_rates(frame), top=15)
    told = rates.states["all|all|all"]
    assert " ".join(chart.title.text) == told.title
    assert told.subtitle.startswith(" ".join(chart.title.subtitle))


def test_the_line_of_all_campaigns_follows_the_controls(rates):
    (line,) = (
        layer for layer in rates.spec["layer"] if layer["encoding"]["x"].get("field") == "overall"
    )
    for name in ("period", "type", "list"):
        assert any(name in step["filter"] for step in line["transform"])
