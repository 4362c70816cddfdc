"""An exported notebook in a real browser: hostile outputs do nothing, charts fit and follow the page."""

from __future__ import annotations

import runpy
from datetime import date
from pathlib import Path

import altair as alt
import polars as pl
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from actoolkit import charts, metrics
from actoolkit.reports import export_notebook

pytestmark = pytest.mark.browser

MINE = runpy.run_path(str(Path(__file__).with_name("my_notebooks.py")))
PNG, SVG, bundle, chart, written = (
    MINE[name] for name in ("PNG", "SVG", "bundle", "chart", "written")
)
HOSTILE = runpy.run_path(str(Path(__file__).with_name("hostile.py")))["HOSTILE"]


def test_hostile_outputs_run_nothing_and_fetch_nothing(chromium, tmp_path):
    import pandas as pd

    names = HOSTILE
    frame = pd.DataFrame({"name": names})
    cells = [
        *(new_markdown_cell(name) for name in names),
        new_markdown_cell(
            "![x](https://evil.example/x.png) ![y](attachment:y.png)",
            attachments={"y.png": {"image/png": PNG}},
        ),
        *(
            new_code_cell(name, outputs=[new_output("stream", name="stdout", text=name)])
            for name in names
        ),
        *(new_code_cell("h", outputs=[bundle("text/html", name, name)]) for name in names),
        *(
            new_code_cell("m", outputs=[new_output("display_data", data={"text/markdown": name})])
            for name in names
        ),
        *(
            new_code_cell(
                "e", outputs=[new_output("error", ename=name, evalue=name, traceback=[name])]
            )
            for name in names[:20]
        ),
        new_code_cell("svg", outputs=[bundle("image/svg+xml", SVG)]),
        new_code_cell("png", outputs=[bundle("image/png", PNG)]),
        new_code_cell("frame", outputs=[bundle("text/html", frame.style.to_html())]),
        new_code_cell("chart", outputs=[bundle("application/vnd.vegalite.v6+json", chart(names))]),
        new_code_cell(
            "html", outputs=[bundle("text/html", alt.Chart.from_dict(chart(names)).to_html())]
        ),
        new_code_cell("js", outputs=[bundle("application/javascript", "window.__pwned=1")]),
    ]
    page_file = export_notebook(
        written(tmp_path, *cells), tmp_path / "o.html", execute=False, personal_data=True
    )
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (said.append("dialog"), dialog.dismiss()))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "console",
        lambda text: said.append(text.text) if text.type in ("warning", "error") else None,
    )
    page.goto(page_file.as_uri())
    page.wait_for_selector("html[data-ready='1']", state="attached")
    marks = page.locator("[data-chart] svg .role-mark [aria-roledescription]")
    assert marks.count() >= 2 * (len(names) - 12)
    marks.last.dispatch_event("mousemove")
    for folded in page.locator("details.code > summary").all()[:20]:
        folded.click()
    assert page.evaluate("typeof window.__pwned") == "undefined"
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert said == []
    assert page.locator(".chart-error").count() == 0
    assert page.locator("script").count() == 3 + 2
    assert (
        page.locator(
            "iframe, base, object, embed, link, [action], [onerror], [onload], [onfocus]"
        ).count()
        == 0
    )
    assert (
        page.locator("img").evaluate_all("all => all.map(one => one.naturalWidth > 0)")
        == [True] * 3
    )
    assert (
        page.locator("a[href]").evaluate_all(
            "all => all.filter(a => !/^(https?:|file:.*#|blob:|data:|#)/.test(a.href)).length"
        )
        == 0
    )
    context.close()


LONG_NAMES = {f"{n}": f"Letter from the farm, week {n}" for n in (1, 2, 3)}
CREDITED = pl.DataFrame(
    {
        "currency": ["EUR"] * 3,
        "campaign_id": ["1", "2", "3"],
        "is_attributed": [True] * 3,
        "orders": [3_367, 100, 50],
        "credited_cents": [7_000_00, 5_000_00, 10_00],
        "revenue_share": [0.5, 0.35, 0.01],
    }
)


@pytest.fixture(scope="module")
def own_charts(made, tmp_path_factory):
    """A page of this package's charts: long names, two panels, a grid, numbers in cells."""
    frames = made().frames
    orders = frames["ecom_orders"]
    sent = frames["campaigns"].with_columns(name=pl.lit("A name as long as names get ") + "name")
    drawn = [
        charts.campaign_rates_chart(metrics.campaign_rates(sent), as_of="30 Jun 2026"),
        charts.engagement_heatmap_chart(metrics.engagement_heatmap(sent), as_of="30 Jun 2026"),
        charts.revenue_by_period_chart(metrics.revenue_by_period(orders), as_of="30 Jun 2026"),
        charts.cohort_retention_chart(metrics.cohort_retention(orders, until=date(2026, 6, 30))),
        charts.attributed_revenue_chart(CREDITED, names={"1": "Post-purchase care"}),
        charts.attributed_revenue_chart(CREDITED, names=LONG_NAMES, as_of="30 Jun 2026"),
    ]
    cells = [
        new_code_cell("c", outputs=[bundle("application/vnd.vegalite.v6+json", one.to_dict())])
        for one in drawn
    ]
    folder = tmp_path_factory.mktemp("own")
    return export_notebook(written(folder, *cells), folder / "own.html", execute=False)


def opened(chromium, path, **options):
    page = chromium.new_context(offline=True, **options).new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready='1']", state="attached")
    return page


def test_own_charts_fit_a_phone_and_only_numbers_in_cells_are_scrolled(chromium, own_charts):
    page = opened(chromium, own_charts, viewport={"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    wide = """all => all.map(chart => {
      const edge = chart.getBoundingClientRect().right + 1;
      const words = [...chart.querySelectorAll("svg text")].filter(e => e.textContent.trim());
      return words.some(word => word.getBoundingClientRect().right > edge);
    })"""
    assert page.locator("[data-chart]").evaluate_all(wide) == [
        False,
        False,
        False,
        True,
        False,
        False,
    ]
    titles = page.locator("[data-chart] svg .role-title-text").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect().right)"
    )
    assert titles
    assert max(titles) <= 390
    halos = page.locator("[data-chart]").first.locator("svg text[stroke]")
    assert halos.count() == 20, "lines of the plot run through the names"
    seen = """all => all.filter(e => e.getAttribute("fill-opacity") !== "0"
      && e.getAttribute("opacity") !== "0").map(e => e.textContent)"""
    names = page.locator("[data-chart]").last.locator("svg text").evaluate_all(seen)
    assert set(LONG_NAMES.values()) <= set(names), "names are whole, above their bars"
    assert not any("…" in name for name in names)
    page.context.close()


def test_own_charts_are_dark_where_the_page_is(chromium, own_charts):
    options = {"viewport": {"width": 1280, "height": 800}}
    found = {}
    for scheme in ("light", "dark"):
        page = opened(chromium, own_charts, color_scheme=scheme, **options)
        found[scheme] = page.locator("[data-chart] svg").evaluate_all(
            "all => all.map(svg => svg.style.backgroundColor || "
            "svg.querySelector('rect.background')?.getAttribute('fill') || null)"
        )
        page.context.close()
    assert len(found["dark"]) == 6
    assert all(dark != light for dark, light in zip(found["dark"], found["light"], strict=True))


def test_a_table_in_prose_wraps_on_a_phone(chromium, tmp_path):
    long = "What does the shop take, and what do mails have to do with it?"
    text = f"|Question|Notebook|\n|---|---|\n|{long}|`03_revenue_attribution`|"
    path = export_notebook(
        written(tmp_path, new_markdown_cell(text)), tmp_path / "o.html", execute=False
    )
    page = opened(chromium, path, viewport={"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.context.close()


def test_a_chart_that_is_wider_than_its_page_fades_out_where_it_goes_on(own_charts, chromium):
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(own_charts.as_uri())
    page.wait_for_selector("html[data-ready='1']", state="attached")
    seen = page.locator(".output .chart").evaluate_all(
        "all => all.map(one => [one.scrollWidth > one.clientWidth + 1,"
        " getComputedStyle(one).maskImage, getComputedStyle(one).getPropertyValue('--aside')])"
    )
    wide = [aside for wider, mask, aside in seen if wider and "gradient" in mask]
    assert wide == ["44px"] * sum(wider for wider, _, _ in seen)
    assert wide, "the grid of cohorts"
    assert {aside for wider, _, aside in seen if not wider} <= {"0px"}
    context.close()
