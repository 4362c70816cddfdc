"""Metrics of one's own in a report: their numbers, their footnotes, what they are computed from."""

from __future__ import annotations

from datetime import date
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
from actoolkit.reports.subjects import build

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
    (section,) = (one for one in report.sections if one.id == "own-metrics")
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
    assert block.text.startswith("Clicks has no value here.")


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
        for wrong, words in (
            ("click_rate", "click_rate is built in"),
            (["mails_each", "mails_eech"], "Did you mean mails_each"),
        ):
            with pytest.raises(InvalidArgument, match=words):
                ac.report("funnel", account=account, metrics=wrong, progress=False)
