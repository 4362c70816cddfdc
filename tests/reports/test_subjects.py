"""Each subject's page over the synthetic account: its sections, limits, gaps and size."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from actoolkit.errors import InvalidArgument, ReportError
from actoolkit.reports.blocks import Figure, Note, Table
from actoolkit.reports.scope import Scope
from actoolkit.reports.subjects import SUBJECTS, build

SINCE, UNTIL = date(2025, 6, 30), date(2026, 6, 30)


@pytest.fixture
def material(tiny):
    return tiny


def blocks(report, kind):
    return [b for section in report.sections for b in section.blocks if isinstance(b, kind)]


def without(material, *tables):
    frames = {name: frame for name, frame in material.frames.items() if name not in tables}
    missing = {table: f"The plan has no {table}." for table in tables}
    return replace(material, frames=frames, missing=missing)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_chart_is_small_and_every_reference_leads_somewhere(material, subject):
    page = build(subject, material).html()
    for figure in blocks(build(subject, material), Figure):
        assert len(json.dumps(figure.spec)) < 100_000
        assert figure.rows
        assert figure.finding.title
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    targets = re.findall(r'href="#([^"]+)"', page)
    assert set(targets) <= set(ids)
    assert page == build(subject, material).html()


def test_all_holds_the_charts_of_every_subject(material):
    everything = {figure.id for figure in blocks(build("all", material), Figure)}
    each = {f.id for name in SUBJECTS for f in blocks(build(name, material), Figure)}
    assert each == everything
    assert len(everything) == 13
    assert len(build("all", material).html()) < 2_000_000


def test_sends_that_are_fewer_than_their_opens_leave_the_clicks(material):
    """The vendor counts them apart; a rate above 1 is withheld, and then there is no hour with one."""
    campaigns = material.frames["campaigns"].with_columns(
        sends=10, hard_bounces=0, soft_bounces=0, unique_opens=20, clickers=5
    )
    changed = replace(material, frames={**material.frames, "campaigns": campaigns})
    report = build("all", changed)
    (figure,) = (figure for figure in blocks(report, Figure) if figure.id == "heatmap")
    assert set(figure.states) == {"click_rate"}
    title = "These counts exceed the delivered mails, or are not known"
    assert figure.finding.title == title
    assert title in report.html()
    tiles = {tile.label: tile for tile in build("engagement", changed).kpis}
    assert tiles["Open rate"].trend == "withheld: above 100%"
    assert tiles["Click rate"].trend == "no clear change"


def test_hours_that_have_a_rate_are_drawn_where_no_month_has_one(material):
    first = pl.int_range(pl.len()) == 0
    of_months = pl.col("sent_local").dt.truncate("1mo")
    counts = ("unique_opens", "clickers")
    campaigns = (
        material.frames["campaigns"]
        .filter(pl.col("automation_id").is_null(), pl.col("sends") > 0)
        .with_columns(sends=10, hard_bounces=0, soft_bounces=0)
        .with_columns(
            pl.when(first.over(of_months)).then(999).otherwise(1).alias(c) for c in counts
        )
    )
    changed = replace(material, frames={**material.frames, "campaigns": campaigns})
    report = build("engagement", changed)
    assert "heatmap" in {figure.id for figure in blocks(report, Figure)}
    told = [note.text for note in blocks(report, Note)]
    assert "By month: these counts exceed the delivered mails, or are not known." in told


@pytest.mark.parametrize("subject", ["revenue", "customers", "all", "overview"])
def test_an_account_without_orders_is_told_so_in_a_sentence(material, subject):
    gap = without(material, "ecom_orders")
    assert any(
        "The plan has no ecom_orders." in note.text for note in blocks(build(subject, gap), Note)
    )
    frames = {**material.frames, "ecom_orders": material.frames["ecom_orders"].head(0)}
    empty = build(subject, replace(material, frames=frames))
    assert any("No order was completed" in note.text for note in blocks(empty, Note))


def test_an_account_without_contacts_and_lists_still_has_its_rates(material):
    made = build("engagement", without(material, "contacts", "contact_lists", "lists"))
    assert {figure.id for figure in blocks(made, Figure)} == {"rates-over-time", "heatmap"}
    assert len(blocks(made, Note)) == 4


def test_nothing_is_compared_where_nothing_was_before(material):
    assert build("overview", material).comparison.startswith("Arrows compare with")
    frames = {name: frame.clear() for name, frame in material.frames.items()}
    assert build("overview", replace(material, frames=frames)).comparison == ""


def test_a_choice_belongs_to_one_section(material):
    names = [control.name for part in build("all", material).sections for control in part.controls]
    assert len(names) == len(set(names))


def test_a_list_an_automation_and_a_currency_limit_what_is_counted(material):
    links = material.frames["campaign_lists"]
    list_id = links["list_id"].value_counts().sort("count", "list_id")["list_id"][-1]
    name = dict(material.frames["lists"].select("list_id", "name").iter_rows())[list_id]
    by_id = build("funnel", material, scope=Scope(lists=(list_id,)))
    by_name = build("funnel", material, scope=Scope(lists=(name,)))
    assert by_id.html() == by_name.html()
    assert by_id.scope == name
    wanted = links.filter(pl.col("list_id") == list_id)["campaign_id"].to_list()
    sent = (
        material.frames["campaigns"]
        .filter(
            pl.col("campaign_id").is_in(wanted),
            pl.col("sent_local").dt.date().is_between(SINCE, UNTIL, closed="left"),
        )["sends"]
        .sum()
    )
    (funnel,) = (f for f in blocks(by_id, Figure) if f.id == "funnel")
    assert {row["label"]: row["numerator"] for row in funnel.rows}["Sent"] == sent

    ids = material.frames["campaigns"]["automation_id"].drop_nulls().unique().sort()
    only = Scope(automation=ids[0]).applied(material).frames["campaigns"]
    assert only["automation_id"].unique().to_list() == [ids[0]]

    eur = build("revenue", material, scope=Scope(currency="eur"))
    (chart,) = (f for f in blocks(eur, Figure) if f.id == "revenue-chart")
    assert {row["currency"] for row in chart.spec["datasets"]["rows"]} == {"EUR"}


@pytest.mark.parametrize(
    "scope", [Scope(lists=("Nobody's",)), Scope(automation="None"), Scope(currency="CHF")]
)
def test_unknown_limits_are_refused_with_what_there_is(material, scope):
    with pytest.raises(InvalidArgument, match=r"(There are “|Orders are in )"):
        build("all", material, scope=scope)


def test_addresses_stand_on_the_page_only_when_asked_for(material):
    assert "@" not in build("customers", material).html().split("<script>")[0].split("</style>")[1]
    named = build("customers", material, personal_data=True)
    (table,) = (table for table in blocks(named, Table) if table.id == "best")
    assert table.rows[0][0][0].text.count("@") == 1
    assert table.rows[0][0][0].text in named.html()
    assert "holds e-mail addresses" in named.html()


def test_a_machine_without_a_browser_is_told_what_to_do(material, monkeypatch, tmp_path):
    monkeypatch.setenv("ACTOOLKIT_BROWSER", "no-such-browser")
    with pytest.raises(ReportError, match="print from a browser"):
        build("revenue", material).save_pdf(tmp_path / "x.pdf")
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")
def test_the_printed_page_is_a_pdf_with_its_charts(material, tmp_path):
    path = build("revenue", material).save_pdf(tmp_path / "x.pdf")
    content = path.read_bytes()
    assert content.startswith(b"%PDF-")
    assert len(content) > 50_000


def changes(report):
    (section,) = [part for part in report.sections if part.id == "changes"]
    (note,) = section.blocks
    return note


def test_what_changed_is_said_in_parts_that_add_up(material):
    note = changes(build("overview", material, since=SINCE, until=UNTIL))
    assert note.text.startswith("Against 30 Jun 2024 to 29 Jun 2025")
    clicks, *revenue = [
        item.replace("\N{MINUS SIGN}", "-").replace("\N{WORD JOINER}", "") for item in note.items
    ]
    whole = re.match(r"Clicks (?:rose|fell) by [\d.]+%, from ([\d,]+) to ([\d,]+): ", clicks)
    before, after = (int(number.replace(",", "")) for number in whole.groups())
    parts = [int(part.replace(",", "")) for part in re.findall(r" ([+-][\d,]+)[,.]", clicks)]
    assert sum(parts) == after - before
    assert [line.split(" ")[:3] for line in revenue] == [
        ["Revenue", "in", code] for code in ("USD", "EUR")[: len(revenue)]
    ]


def test_with_nothing_before_there_is_no_part(material):
    campaigns = material.frames["campaigns"].filter(pl.col("sent_local").dt.date() >= SINCE)
    orders = material.frames["ecom_orders"].filter(pl.col("ordered_local").dt.date() >= SINCE)
    frames = {**material.frames, "campaigns": campaigns, "ecom_orders": orders}
    made = build("overview", replace(material, frames=frames), since=SINCE, until=UNTIL)
    assert {tile.trend for tile in made.kpis} == {"nothing earlier to compare with"}
    note = changes(made)
    assert note.text.startswith("Nothing can be compared with 30 Jun 2024")
    assert not note.items
    mail = {**material.frames, "ecom_orders": orders}
    note = changes(build("overview", replace(material, frames=mail), since=SINCE, until=UNTIL))
    clicks, *revenue = note.items
    assert re.match(r"Clicks (rose|fell) by", clicks)
    assert revenue
    for line in revenue:
        assert re.fullmatch(r"Revenue in \w+: \D[\d,.]+, nothing earlier to compare with\.", line)
    silent = material.frames["campaigns"].with_columns(
        clickers=pl.when(pl.col("sent_local").dt.date() < SINCE).then(0).otherwise("clickers")
    )
    known = {**mail, "campaigns": silent}
    note = changes(build("overview", replace(material, frames=known), since=SINCE, until=UNTIL))
    assert re.fullmatch(r"Clicks: [\d,]+, after 0\.", note.items[0]), "mails went out, unclicked"
    empty = {**frames, "campaigns": campaigns.head(0), "ecom_orders": orders.head(0)}
    nothing = changes(build("overview", replace(material, frames=empty), since=SINCE, until=UNTIL))
    assert nothing.text.startswith("Nothing can be compared with 30 Jun 2024")


def test_the_curve_speaks_of_dashes_only_where_it_has_some(material):
    page = build("customers", material, since=SINCE, until=UNTIL)
    (curve,) = [
        block
        for part in page.sections
        for block in part.blocks
        if getattr(block, "id", "") == "second-order"
    ]
    dashed = any("strokeDash" in (layer["mark"] or {}) for layer in curve.spec["layer"])
    assert ("Dashed" in curve.finding.subtitle) == dashed


def test_the_longest_bar_of_each_currency_is_as_long(material):
    page = build("automations", material, since=SINCE, until=UNTIL)
    (bars,) = [
        block
        for part in page.sections
        for block in part.blocks
        if getattr(block, "id", "") == "automation-orders"
    ]
    rows = bars.spec["datasets"]["rows"]
    longest = {
        code: max(row["value"] for row in rows if row["shop_currency"] == code)
        for code in {row["shop_currency"] for row in rows}
    }
    assert len(longest) > 1
    assert set(longest.values()) == {1}
    assert len({row["value_text"] for row in rows if row["value"] == 1}) == len(longest)


def test_automations_are_told_by_the_entries_of_the_period(material):
    made = build("automations", material)
    assert "changes" not in [section.id for section in made.sections]
    seen = {"now": [], "before": []}
    for row in material.frames["contact_automations"].iter_rows(named=True):
        began = row["added_at"].astimezone(ZoneInfo(material.zone)).date()
        if SINCE <= began < UNTIL:
            seen["now"].append(row)
        elif SINCE - (UNTIL - SINCE) <= began < SINCE:
            seen["before"].append(row)
    tiles = {kpi.label: kpi for kpi in made.kpis}
    assert tiles["Entries"].value == f"{len(seen['now']):,}"
    assert tiles["Contacts"].value == f"{len({row['contact_id'] for row in seen['now']}):,}"
    inside = sum(row["removed_at"] is None for row in seen["now"])
    assert tiles["Still inside"].value == f"{inside:,}"
    grown = len(seen["now"]) / len(seen["before"]) - 1
    assert tiles["Entries"].direction == ("up" if grown > 0 else "down")
    assert tiles["Entries"].trend == f"{abs(grown):.1%}"
    (table,) = (table for table in blocks(made, Table) if table.id == "automation-entries")
    assert sum(cells[1].value for cells, _ in table.rows) == len(seen["now"])


def test_mails_of_automations_are_compared_with_nothing(material):
    """They add up since the automation began: what the first of them is dated by moves no tile."""
    frames = dict(material.frames)
    mails = frames["campaigns"].filter(pl.col("automation_id").is_not_null())
    assert mails["sends"].sum()
    told = {}
    for when in (datetime(2024, 9, 1), datetime(2025, 9, 1)):
        moved = frames["campaigns"].with_columns(
            sent_local=pl.when(pl.col("automation_id").is_not_null())
            .then(pl.lit(when))
            .otherwise("sent_local")
        )
        made = build("overview", replace(material, frames={**frames, "campaigns": moved}))
        told[when] = (made.kpis, made.sections[0])
    assert len(set(map(str, told.values()))) == 1
    alone = {**frames, "campaigns": mails.with_columns(sent_local=pl.lit(datetime(2025, 9, 1)))}
    made = build("overview", replace(material, frames=alone))
    tile = next(kpi for kpi in made.kpis if kpi.label == "Delivered mails")
    bounced = mails["hard_bounces"].sum() + mails["soft_bounces"].sum()
    assert tile.value == f"{mails['sends'].sum() - bounced:,}"
    assert (tile.note, tile.direction) == (f"{len(mails)} automation mails", "none")
    assert tile.trend == "counted since the first sending"
    (told,) = (
        item
        for note in blocks(made, Note)
        for item in note.items
        if "belong to automations" in item
    )
    assert "left out of what changed" in told, "the numbers at the top are theirs"


@pytest.mark.parametrize("days", [10, 40])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_some_days_of_an_account_of_many_lists_make_a_report(material, subject, days):
    """Growth is counted from the first contact on, day by day where days are drawn."""
    links = material.frames["contact_lists"]
    many = [
        links.with_columns(
            pl.col("list_id") + f"{number}", pl.col("contact_list_id") + f"-{number}"
        )
        for number in range(20)
    ]
    frames = dict(material.frames) | {"contact_lists": pl.concat([links, *many])}
    since = material.today - timedelta(days=days)
    report = build(subject, replace(material, frames=frames), since=since)
    assert all(section.blocks for section in report.sections)


@pytest.mark.parametrize(("times", "is_unclear"), [(1, True), (3, False)])
def test_a_click_rate_that_may_not_have_moved_is_no_cause(material, times, is_unclear):
    more = pl.when(pl.col("sent_local").dt.date() >= SINCE).then(pl.col("clickers") * times)
    campaigns = material.frames["campaigns"].with_columns(more.otherwise("clickers"))
    frames = {**material.frames, "campaigns": campaigns}
    made = build("overview", replace(material, frames=frames), since=SINCE, until=UNTIL)
    (tile,) = (kpi for kpi in made.kpis if kpi.label == "Click rate")
    assert (tile.trend == "no clear change") == is_unclear
    clicks = changes(made).items[0]
    assert ("a click rate not clearly" in clicks.split(", ")[-1]) == is_unclear, "told last"
    assert bool(re.search(r"a (higher|lower) click rate", clicks)) != is_unclear


def funnel_of(report):
    (funnel,) = (figure for figure in blocks(report, Figure) if figure.id == "funnel")
    return funnel


def test_campaigns_whose_days_are_not_over_are_not_among_the_orders(material):
    since = date(2026, 5, 31)
    sent = material.frames["campaigns"].filter(
        pl.col("automation_id").is_null(),
        pl.col("sends") > 0,
        pl.col("sent_local").dt.date().is_between(since, UNTIL, closed="left"),
    )
    end = material.as_of.astimezone(UTC)
    young = [at for at in sent["sent_at"] if at + timedelta(days=7) > end]
    assert 0 < len(young) < len(sent)
    funnel = funnel_of(build("funnel", material, since=since, until=UNTIL))
    ordered = {row["label"]: row for row in funnel.rows}["Ordered"]
    assert ordered["campaigns"] == len(sent) - len(young)
    old = sent.filter(~pl.col("sent_at").is_in(young))
    frames = {**material.frames, "campaigns": old}
    alone = funnel_of(build("funnel", replace(material, frames=frames), since=since, until=UNTIL))
    same = {row["label"]: row for row in alone.rows}["Ordered"]
    assert (ordered["numerator"], ordered["denominator"]) == (
        same["numerator"],
        same["denominator"],
    )
    assert len(young) == 1
    told = "Left out of the orders: 1 campaign of the last 7 days of the data."
    assert told in funnel.finding.subtitle
    assert "Left out of the orders" not in alone.finding.subtitle
    frames = {**material.frames, "campaigns": sent.filter(pl.col("sent_at").is_in(young))}
    none = funnel_of(build("funnel", replace(material, frames=frames), since=since, until=UNTIL))
    assert "Ordered" not in {row["label"] for row in none.rows}
    assert "Left out of the orders" in none.finding.subtitle
