"""The page: one file, no network, no address, the same bytes for the same data."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import altair as alt
import polars as pl
import pytest

from actoolkit.errors import ReportError
from actoolkit.reports import assets
from actoolkit.reports.blocks import Figure, Note, Table, matches
from actoolkit.reports.document import Report, Section
from actoolkit.reports.subjects import build


class Reader(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.scripts: list[tuple[dict, str]] = []
        self.styles: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        if self.cdata_elem == "script":
            self.scripts.append((self.tags[-1][1], data))
        elif self.cdata_elem == "style":
            self.styles.append(data)


@pytest.fixture(scope="module")
def page(account_report) -> str:
    return account_report.html()


def figures(report: Report) -> list[Figure]:
    return [block for s in report.sections for block in s.blocks if isinstance(block, Figure)]


def test_policy_allows_exactly_the_scripts_and_the_style_of_the_page(page):
    reader = Reader(page)
    (policy,) = [
        attrs["content"]
        for tag, attrs in reader.tags
        if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    run = [text for attrs, text in reader.scripts if attrs.get("type") != "application/json"]
    assert directives["default-src"] == "'none'"
    assert directives["script-src"].split() == [hashed(text) for text in run]
    assert directives["style-src"].split() == [hashed(text) for text in reader.styles]
    assert "unsafe" not in policy
    assert "connect-src" not in policy


def hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_page_names_nothing_to_fetch(page):
    for tag, attrs in Reader(page).tags:
        assert "src" not in attrs
        assert tag not in ("link", "iframe", "object", "img", "base", "form")
        assert attrs.get("href", "#").startswith("#")
        assert not [name for name in attrs if name.startswith("on")]


def test_same_data_same_bytes(made, page):
    assert build("overview", made()).html() == page


def test_no_address_on_the_page_though_the_tables_hold_them(page):
    assert "@example.com" not in page
    assert "p1@" not in page.casefold()


def test_an_address_that_slips_through_stops_the_report():
    section = Section("a", "A", blocks=[Note("write to bob@example.com")])
    report = Report("T", "host", "period", "as of", sections=[section])
    with pytest.raises(ReportError) as caught:
        report.html()
    assert "bob" not in str(caught.value)


def test_addresses_in_names_are_masked(made):
    report = build("overview", made(name=lambda number: f"For ann{number}@example.com"))
    assert "[address]" in report.html()


def test_every_state_of_every_figure_is_computed_by_the_metrics(account_report, made):
    from actoolkit import metrics

    frames = made().frames
    funnel = next(figure for figure in figures(account_report) if figure.id == "funnel")
    rows = [row for row in funnel.spec["datasets"]["rows"] if row["label"] == "Clicked"]
    assert len(rows) == len(funnel.states) > 10
    links = frames["campaign_lists"]
    starts = {"all": date(2025, 6, 30), "d90": date(2026, 4, 1), "d30": date(2026, 5, 31)}
    for row in rows:
        on_list = links.filter(pl.col("list_id") == row["list"])["campaign_id"].to_list()
        clickers = delivered = 0
        for campaign in frames["campaigns"].iter_rows(named=True):
            if not starts[row["period"]] <= campaign["sent_local"].date() < date(2026, 6, 30):
                continue
            if row["type"] not in ("all", campaign["type"]):
                continue
            if row["list"] != "all" and campaign["campaign_id"] not in on_list:
                continue
            clickers += campaign["clickers"]
            delivered += campaign["sends"] - campaign["hard_bounces"] - campaign["soft_bounces"]
        assert (row["numerator"], row["denominator"]) == (clickers, delivered)
        _, low, high = metrics.wilson(clickers, delivered, 0.95), row["low"], row["high"]
        assert low <= clickers / delivered <= high


def test_specs_are_valid_and_below_100_kb(account_report):
    found = figures(account_report)
    assert [figure.id for figure in found] == ["funnel", "rates", "heatmap", "revenue-chart"]
    for figure in found:
        text = json.dumps(figure.spec)
        assert len(text) < 100_000
        alt.LayerChart.from_dict(json.loads(text))
        assert {param["name"] for param in figure.spec["params"]} == set(figure.controls)


def test_figures_have_their_numbers_as_a_table(page, account_report):
    for figure in figures(account_report):
        part = page[page.index(f'id="{figure.id}"') :]
        table = part[part.index("<tbody") : part.index("</tbody>")]
        lines = table.split("<tr>")[1:]
        wanted = figure.rows
        if figure.id == "revenue-chart":
            wanted = {(row["period"], row["currency"]) for row in figure.rows}
        assert len(lines) == len(set(lines)) == len(wanted) > 0


def test_the_bars_of_revenue_add_up_to_the_tile_whatever_the_first_day(made):
    """A period that begins within a month is drawn from its first day, and is no whole month."""
    report = build("overview", made(), since="2025-05-12", until="2026-05-20")
    (chart,) = (figure for figure in figures(report) if figure.id == "revenue-chart")
    rows = [row for row in chart.spec["datasets"]["rows"] if row["currency"] == "USD"]
    tiles = {kpi.label: kpi.value for kpi in report.kpis}
    assert tiles["Revenue, USD"] == f"${sum(row['amount'] for row in rows):,.0f}"
    assert [row["complete"] for row in rows] == [False] * 2 + [True] * (len(rows) - 4) + [False] * 2


def test_belonging_is_one_value_or_a_list():
    row = {"list": ["all", "3"], "rate": "open_rate"}
    assert matches(row, {"list": "3", "rate": "open_rate"})
    assert not matches(row, {"list": "4"})
    assert not matches(row, {"rate": "open"})


def test_a_control_that_offers_no_choice_is_out_of_sight(made):
    def hidden(material):
        tags = Reader(build("overview", material).html()).tags
        pairs = zip(tags, tags[2:], strict=False)  # a label, its words, its select
        return {
            two[1]["data-control"]: "hidden" in one[1]
            for one, two in pairs
            if "data-control" in two[1]
        }

    both = made()
    assert not any(hidden(both).values())
    campaigns = both.frames["campaigns"].filter(pl.col("type") == "single")
    links = both.frames["campaign_lists"].filter(pl.col("list_id") == "1")
    orders = both.frames["ecom_orders"].filter(pl.col("currency") == "USD")
    few = {"campaigns": campaigns, "campaign_lists": links, "ecom_orders": orders}
    found = hidden(replace(both, frames={**both.frames, **few}))
    assert found["type"], "one type besides all"
    assert found["currency"], "one currency"
    assert not found["list"], "one list, and campaigns that are not on it"
    assert not found["period"]
    joined = campaigns.join(links, on="campaign_id", how="semi")
    assert hidden(replace(both, frames={**both.frames, **few, "campaigns": joined}))["list"]


def test_kpis_equal_the_tables(account_report, made):
    frame = (
        made()
        .frames["campaigns"]
        .filter(
            (pl.col("sent_local").dt.date() >= date(2025, 6, 30))
            & (pl.col("sent_local").dt.date() < date(2026, 6, 30))
        )
    )
    delivered = clicked = 0
    for row in frame.iter_rows(named=True):
        if row["automation_id"] is not None:
            continue  # added up since the automation began
        delivered += row["sends"] - row["hard_bounces"] - row["soft_bounces"]
        clicked += row["clickers"]
    orders = made().frames["ecom_orders"]
    revenue = sum(
        row["total_cents"]
        for row in orders.iter_rows(named=True)
        if row["state"] != "abandoned"
        and row["currency"] == "USD"
        and date(2025, 6, 30) <= row["ordered_local"].date() < date(2026, 6, 30)
    )
    values = {kpi.label: kpi.value for kpi in account_report.kpis}
    assert values["Delivered mails"] == f"{delivered:,}"
    assert values["Click rate"] == f"{clicked / delivered:.1%}"
    assert values["Revenue, USD"] == f"${revenue / 100:,.0f}"


def test_footnotes_lead_to_definitions(page, account_report):
    ids = {attrs["id"] for _, attrs in Reader(page).tags if "id" in attrs}
    links = [attrs["href"][1:] for tag, attrs in Reader(page).tags if tag == "a"]
    assert set(links) <= ids
    assert len(account_report.definitions) >= 5


def test_missing_tables_are_sentences_not_zeros(made):
    report = build("overview", made(without=("ecom_orders", "contact_lists")))
    page = report.html()
    assert "Revenue is not shown: The plan has no ecom_orders." in page
    assert "Orders are not shown beside the funnel" in page
    assert not [kpi for kpi in report.kpis if kpi.label.startswith("Revenue")]
    funnel = next(figure for figure in figures(report) if figure.id == "funnel")
    assert "Ordered" not in {row["label"] for row in funnel.rows}


def test_an_empty_account_says_so(made):
    empty = made(1)
    for table, frame in empty.frames.items():
        empty.frames[table] = frame.head(0)
    report = build("overview", empty)
    page = report.html()
    assert "No campaign was sent from 30 Jun 2025 to 29 Jun 2026." in page
    assert "No order was completed" in page
    assert figures(report) == []


def test_without_campaigns_there_is_no_report(made):
    with pytest.raises(ReportError, match="campaigns"):
        build("overview", made(without=("campaigns",)))


def test_long_accounts_keep_the_page_small(made):
    report = build("overview", made(900))
    (table,) = [b for s in report.sections for b in s.blocks if isinstance(b, Table)]
    assert len(table.rows) == 120
    assert "The newest 120 of" in table.caption
    assert len(report.html().encode()) < 2_000_000
    for figure in figures(report):
        assert len(json.dumps(figure.spec)) < 100_000


def test_save_replaces_the_file_whole_or_not_at_all(tmp_path, account_report, monkeypatch):
    target = tmp_path / "report.html"
    target.write_text("before")
    assert account_report.save(target) == target
    assert target.read_text(encoding="utf-8") == account_report.html()
    assert list(tmp_path.iterdir()) == [target]
    with pytest.raises(ReportError, match="Choose a file"):
        account_report.save(tmp_path / "nowhere" / "report.html")
    monkeypatch.setattr("os.fsync", lambda handle: (_ for _ in ()).throw(OSError(28, "disk full")))
    target.write_text("before")
    with pytest.raises(ReportError, match="disk full"):
        account_report.save(target)
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_bundle_is_kept_checked_and_made_again_when_damaged(tmp_path, monkeypatch):
    monkeypatch.setenv("ACTOOLKIT_CACHE_DIR", str(tmp_path))
    built = []
    monkeypatch.setattr(assets, "_build", lambda: built.append(1) or "let a = 1;\r\n// é")
    assets.vega_bundle.cache_clear()
    try:
        first = assets.vega_bundle()
        assets.vega_bundle.cache_clear()
        assert assets.vega_bundle() == first
        assert len(built) == 1
        (kept,) = (tmp_path / "assets").iterdir()
        kept.write_bytes(kept.read_bytes()[:-1])
        assets.vega_bundle.cache_clear()
        assert assets.vega_bundle() == first
        assert len(built) == 2
        monkeypatch.setenv("ACTOOLKIT_CACHE_DIR", str(kept))
        assets.vega_bundle.cache_clear()
        assert assets.vega_bundle() == first
    finally:
        assets.vega_bundle.cache_clear()


def test_bundle_cannot_close_its_script_element():
    assert not re.search("</script|<!--", assets.vega_bundle(), re.IGNORECASE)
    assert not re.search("</script|<!--", assets.page_script(), re.IGNORECASE)
    assert "</style" not in assets.style_sheet()


def test_the_amounts_of_a_table_have_the_same_decimals(made):
    report = build("customers", made(), personal_data=True)
    found: dict[tuple[str, str], set[int]] = {}
    for table in (one for part in report.sections for one in part.blocks if isinstance(one, Table)):
        place = [column.label for column in table.columns].index("Revenue")
        for cells, _ in table.rows:
            amount = cells[place].text
            found.setdefault((table.id, amount[0]), set()).add(len(amount.partition(".")[2]))
    assert set(found) == {(table, sign) for table in ("segments", "best") for sign in "$€"}
    assert all(len(ways) == 1 for ways in found.values()), found
