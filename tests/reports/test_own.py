"""Metrics of one's own in a report: their numbers, their footnotes, what they are computed from."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest

import actoolkit as ac
from actoolkit.errors import InvalidArgument, MissingColumns
from actoolkit.metrics import (
    DEFINITIONS,
    Definition,
    register_metric,
    unregister_metric,
)
from actoolkit.metrics.registry import BUILT_IN_IDS
from actoolkit.reports.blocks import Note
from actoolkit.reports.own import own_metrics
from actoolkit.reports.scope import Scope
from actoolkit.reports.subjects import build
from actoolkit.tables import TABLES

CLICKS = Definition(
    "click_share",
    "Clicks",
    "clickers ÷ delivered mails",
    "clickers",
    "delivered",
    caveats=("Machines click, too.",),
)
EACH = Definition("mails_each", "Mails each", "mails ÷ contacts")


@pytest.fixture(autouse=True)
def _forgotten():
    yield
    for metric_id in set(DEFINITIONS) - set(BUILT_IN_IDS):
        unregister_metric(metric_id)


def own_blocks(report):
    (section,) = (one for one in report.sections if one.id == "more-metrics")
    return section.blocks


def clicks_by_month(campaigns, since, until):
    hits, trials = {}, {}
    for one in campaigns.iter_rows(named=True):
        day = one["sent_local"].date()
        if one["automation_id"] is None and since <= day < until:
            month = day.replace(day=1).isoformat()
            hits[month] = hits.get(month, 0) + one["clickers"]
            delivered = one["sends"] - one["hard_bounces"] - one["soft_bounces"]
            trials[month] = trials.get(month, 0) + delivered
    return {month: Fraction(hits[month], trials[month]) for month in sorted(hits)}


def test_a_ratio_is_that_of_the_one_off_campaigns_by_month(made):
    material = made()
    register_metric(CLICKS)
    report = build(
        "overview", material, since="2026-01-01", until="2026-06-01", own=["click_share"]
    )
    (figure,) = own_blocks(report)
    meant = clicks_by_month(material.frames["campaigns"], date(2026, 1, 1), date(2026, 6, 1))
    assert len(meant) == 5
    assert {row["period"]: row["value"] for row in figure.rows} == {
        month: pytest.approx(float(share), abs=1e-6) for month, share in meant.items()
    }
    assert all(row["low"] < row["value"] < row["high"] for row in figure.rows)


@pytest.mark.parametrize(
    ("since", "until", "days", "said"),
    [
        ("2026-05-28", "2026-06-10", ["2026-06-01"], " on 1 Jun 2026"),
        ("2026-05-28", "2026-06-25", ["2026-06-03", "2026-06-05"], " in week of 1 Jun 2026"),
        ("2026-06-08", "2026-06-20", ["2026-06-08", "2026-06-15"], " on 15 Jun 2026, "),
        ("2026-01-01", "2026-06-20", ["2026-06-01", "2026-06-08"], " in June 2026"),
    ],
)
def test_it_says_of_which_days_it_speaks(made, since, until, days, said):
    material = made()
    once = material.frames["campaigns"].filter(pl.col("automation_id").is_null()).head(len(days))
    moved = once.with_columns(
        sent_local=pl.Series(days).str.to_datetime("%Y-%m-%d") + pl.duration(hours=9)
    )
    register_metric(CLICKS)
    (figure,) = own_blocks(
        build(
            "overview",
            replace(material, frames=dict(material.frames) | {"campaigns": moved}),
            since=since,
            until=until,
            own=["click_share"],
        )
    )
    assert said in figure.finding.title


RATES = {
    "reply_rate": ("unique_replies", "delivered"),
    "forward_rate": ("unique_forwards", "delivered"),
    "soft_bounce_rate": ("soft_bounces", "sends"),
    "click_to_open_rate": ("clickers", "unique_opens"),
}


@pytest.mark.parametrize("rate", RATES)
def test_a_built_in_rate_of_campaigns_is_drawn_by_month_too(made, rate):
    material = made()
    hits, trials = RATES[rate]
    campaigns = material.frames["campaigns"].with_columns(
        unique_replies=pl.int_range(pl.len()) % 7, unique_forwards=pl.int_range(pl.len()) % 5
    )
    material = replace(material, frames=dict(material.frames) | {"campaigns": campaigns})
    report = build("customers", material, since="2026-01-01", until="2026-06-01", own=[rate])
    (figure,) = own_blocks(report)
    once = campaigns.filter(pl.col("automation_id").is_null()).with_columns(
        delivered=pl.col("sends") - pl.col("hard_bounces") - pl.col("soft_bounces"),
        month=pl.col("sent_local").dt.strftime("%Y-%m-01"),
    )
    meant = {}
    for month in ("2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01"):
        rows = once.filter(pl.col("month") == month)
        meant[month] = pytest.approx(rows[hits].sum() / rows[trials].sum(), abs=1e-6)
    assert {row["period"]: row["value"] for row in figure.rows} == meant
    assert any(row["value"] > 0 for row in figure.rows)
    assert DEFINITIONS[rate].formula in html.unescape(report.html())


def test_a_built_in_rate_of_an_automation_is_told_mail_by_mail(made):
    material = made()
    automations = pl.DataFrame({"automation_id": ["5"], "name": ["Welcome"]})
    material = replace(material, frames=dict(material.frames) | {"automations": automations})
    report = build("overview", material, scope=Scope(automation="5"), own=["unsubscribe_rate"])
    (figure,) = own_blocks(report)
    assert len(figure.rows) > 1


def test_every_rate_that_no_section_draws_is_taken():
    from actoolkit.metrics.counters import RATES as EVERY

    drawn = {"open_rate", "click_rate"}
    assert set(own_metrics([*(set(EVERY) - drawn), "links_per_clicker"])) > set(EVERY) - drawn


def test_of_an_automation_it_tells_mail_by_mail(made):
    material = made()
    automations = pl.DataFrame({"automation_id": ["5"], "name": ["Welcome"]})
    material = replace(material, frames=dict(material.frames) | {"automations": automations})
    register_metric(CLICKS)
    report = build("overview", material, scope=Scope(automation="5"), own=["click_share"])
    (figure,) = own_blocks(report)
    since, until = date(2025, 6, 30), date(2026, 6, 30)
    sent = {
        one["name"]: Fraction(
            one["clickers"], one["sends"] - one["hard_bounces"] - one["soft_bounces"]
        )
        for one in material.frames["campaigns"].iter_rows(named=True)
        if one["automation_id"] == "5" and since <= one["sent_local"].date() < until
    }
    assert len(sent) > 1
    assert {row["label"]: row["value"] for row in figure.rows} == {
        name: pytest.approx(float(share), abs=1e-6) for name, share in sent.items()
    }


def test_two_mails_of_one_name_are_two(made):
    material = made(name=lambda number: "Welcome")
    automations = pl.DataFrame({"automation_id": ["5"], "name": ["Welcome"]})
    material = replace(material, frames=dict(material.frames) | {"automations": automations})
    register_metric(CLICKS)
    (figure,) = own_blocks(
        build("overview", material, scope=Scope(automation="5"), own=["click_share"])
    )
    assert len(figure.rows) == len({row["label"] for row in figure.rows}) > 1


def test_its_definition_is_a_footnote_of_the_page(made):
    register_metric(CLICKS)
    report = build("funnel", made(), own=["click_share"])
    note = report.definitions[-1]
    assert (note.id, note.title, note.text) == (
        "click_share",
        "Clicks:",
        "clickers ÷ delivered mails.",
    )
    page = report.html()
    assert "Machines click, too." in page
    assert "click_share" not in build("funnel", made()).html()


def test_a_function_gets_the_tables_it_was_registered_with(made):
    material, seen = made(), []

    def mails_each(campaigns, contacts):
        seen.append((campaigns, contacts))
        mails = int(campaigns["sends"].sum())
        return pl.DataFrame({"kind": ["all"], "mails_each": [mails / len(contacts)]})

    register_metric(EACH, function=mails_each, tables=("campaigns", "contacts"))
    since, until = date(2026, 1, 1), date(2026, 6, 1)
    (figure,) = own_blocks(
        build("overview", material, since=since, until=until, own=["mails_each"])
    )
    sent = [
        one
        for one in material.frames["campaigns"].iter_rows(named=True)
        if since <= one["sent_local"].date() < until
    ]
    assert seen[0][0]["campaign_id"].sort().to_list() == sorted(one["campaign_id"] for one in sent)
    assert seen[0][1].equals(material.frames["contacts"])
    (row,) = figure.rows
    assert row["value"] == pytest.approx(sum(one["sends"] for one in sent) / 120, abs=1e-6)


def test_without_its_table_it_says_why(made):
    register_metric(EACH, function=lambda orders: orders, tables="ecom_orders")
    (block,) = own_blocks(build("overview", made(without=("ecom_orders",)), own=["mails_each"]))
    assert block == Note("Mails each is not shown: The plan has no ecom_orders.")


def test_without_a_value_it_says_so(made):
    register_metric(CLICKS)
    (block,) = own_blocks(
        build("overview", made(), since="2020-01-01", until="2020-02-01", own=["click_share"])
    )
    assert block.text == ("Clicks: no one-off campaign was sent from 1 Jan 2020 to 31 Jan 2020.")


def test_an_address_in_it_is_not_on_the_page(made):
    found = pl.DataFrame({"person": ["ann@example.com"], "mails_each": [3.0]})
    register_metric(EACH, function=lambda _: found)
    page = build("overview", made(), own=["mails_each"]).html()
    assert "[address]" in page
    assert "ann@" not in page


def test_what_cannot_be_computed_is_an_error(made):
    register_metric(Definition("odd_rate", "Odd", "a ÷ b", "a", "b"))
    with pytest.raises(MissingColumns, match="odd_rate"):
        build("overview", made(), own=["odd_rate"])


def test_what_a_function_does_to_its_frame_is_not_done_to_the_report(made):
    def mails_each(contacts):
        contacts.drop_in_place("email")
        return pl.DataFrame({"kind": ["all"], "mails_each": [1.0]})

    register_metric(EACH, function=mails_each, tables="contacts")
    plain, own = build("overview", made()), build("overview", made(), own=["mails_each"])
    assert own.sections[-1] == plain.sections[-1]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (pl.DataFrame({"mails_each": ["many"]}), "mails_each is str"),
        (
            pl.DataFrame({"kind": range(100_001), "mails_each": range(100_001)}),
            "at most 100,000 rows",
        ),
    ],
)
def test_what_cannot_be_drawn_is_told_with_the_metric(made, found, words):
    register_metric(EACH, function=lambda _: found)
    with pytest.raises(InvalidArgument, match=f"mails_each cannot be shown: .*{words}") as caught:
        build("overview", made(), own=["mails_each"])
    assert "row per group" in caught.value.hint


def test_numbers_of_databases_are_numbers(made):
    found = pl.DataFrame({"kind": ["a"], "mails_each": [Decimal("1.50")]})
    register_metric(EACH, function=lambda _: found)
    (figure,) = own_blocks(build("overview", made(), own=["mails_each"]))
    assert [row["value"] for row in figure.rows] == [1.5]


def test_why_there_is_no_value_is_said(made):
    register_metric(Definition("odd_share", "Odd", "mails ÷ clickers", "sends", "clickers"))
    (block,) = own_blocks(build("overview", made(), own=["odd_share"]))
    assert block.text == (
        "Odd has no value here: 12 groups without one; odd_share: numerator exceeds denominator."
    )


def test_no_two_elements_have_one_id(made):
    ids = ("metrics", "metrics_title", "a", "a_finding")
    for one in ids:
        register_metric(Definition(one, "T", "clickers ÷ mails", "clickers", "delivered"))
    page = build("overview", made(), own=ids).html()
    found = re.findall(r'\sid="([^"]+)"', page)
    assert len([one for one in found if one.startswith("own-")]) >= len(ids)
    assert sorted(found) == sorted(set(found))


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_table_is_loaded_or_refused_before_anything_is(table):
    register_metric(EACH, function=lambda frame: frame, tables=table)
    if table in ("campaign_links", "custom_object_records", "geo_ips", "user"):
        with pytest.raises(InvalidArgument, match=f"mails_each wants {table}") as caught:
            own_metrics("mails_each")
        assert f"actoolkit.load_{table}" in caught.value.hint
    else:
        assert own_metrics("mails_each") == ("mails_each",)


@pytest.mark.parametrize("part", ["title", "formula", "caveats"])
def test_an_address_in_its_definition_is_told_before_anything_is_loaded(part):
    text = "ask ann@example.com"
    mine = replace(CLICKS, **{part: (text,) if part == "caveats" else text})
    register_metric(mine)
    with pytest.raises(InvalidArgument, match=f"The {part} of click_share") as caught:
        own_metrics(["click_share"])
    assert "ann@" not in str(caught.value)
    assert own_metrics(["click_share"], personal_data=True) == ("click_share",)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("click_rate", "drawn over time in the section about engagement"),
        ("revenue", "takes those of register_metric, and delivery_rate"),
        ("delivered", "takes those of register_metric, and delivery_rate"),
        (["click_share", "click_shore"], "Did you mean click_share"),
        (["told"], "nothing says how to compute"),
        (CLICKS, 'Use metrics="click_share"'),
        ([CLICKS], 'Use metrics="click_share"'),
        (7, "no list"),
        (b"x", "takes ids"),
    ],
    ids=str,
)
def test_what_is_no_metric_of_ones_own_is_refused(asked, words):
    register_metric(CLICKS)
    register_metric(Definition("told", "Told", "in words only"))
    with pytest.raises(InvalidArgument) as caught:
        own_metrics(asked)
    assert words in f"{caught.value} {caught.value.hint}"


def test_each_is_shown_once():
    register_metric(CLICKS)
    register_metric(EACH, function=lambda frame: frame)
    asked = ["mails_each", "click_share", "mails_each"]
    assert own_metrics(asked) == ("mails_each", "click_share")
    assert own_metrics("click_share") == ("click_share",)
    assert own_metrics(None) == own_metrics([]) == ()


def test_it_loads_the_tables_that_the_metric_asks_for():
    def mails_each(tags):
        return pl.DataFrame({"kind": ["tags"], "mails_each": [float(len(tags))]})

    register_metric(EACH, function=mails_each, tables="tags")
    with ac.sandbox_account("tiny") as account:
        report = ac.report("funnel", account=account, metrics="mails_each", progress=False)
        tags = ac.load_tags(account=account, progress=False)
        (figure,) = own_blocks(report)
        assert [row["value"] for row in figure.rows] == [len(tags)]
        assert len(tags) > 0
        assert "Tags" in [source.table for source in report.sources]
