"""The page in a real browser, from disk, with the network cut."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

from actoolkit.reports.blocks import Figure
from actoolkit.reports.subjects import build

pytestmark = pytest.mark.browser

Watched = runpy.run_path(str(Path(__file__).with_name("watched.py")))["Watched"]
FIGURES = ("funnel", "rates", "heatmap", "revenue-chart")
HOSTILE = [
    "</script><script>window.pwned=1</script>",
    "<script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    "<svg onload=window.pwned=1>",
    "<svg><animate onbegin=window.pwned=1 attributeName=x dur=1s>",
    '"><script>window.pwned=1</script>',
    "'><img src=https://evil.example/x.png>",
    "javascript:window.pwned=1",
    "<a href='javascript:window.pwned=1'>x</a>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<!--<script>window.pwned=1",
    "]]><script>window.pwned=1</script>",
    "{{ 7*7 }}{% raw %}",
    "${window.pwned=1}`${window.pwned=1}`",
    "\u2028window.pwned=1//\u2029",
    "\u202e\u2066gnp.exe\u2069\u202c",
    "\u0000\u0007\u001b[31mred",
    '=HYPERLINK("https://evil.example")',
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f3f4 emoji",
    "A" * 10_000,
    "Z\u0351\u036b\u0343\u036a\u0302" * 40,
    "datum.value; window.pwned=1",
    "\\u003cscript\\u003ewindow.pwned=1\\u003c/script\\u003e",
    "&lt;script&gt;window.pwned=1&lt;/script&gt;",
    "constructor",
    "__proto__",
    "|all|",
    "",
]


@pytest.fixture(scope="module")
def saved(account_report, tmp_path_factory):
    return account_report.save(tmp_path_factory.mktemp("report") / "report.html")


@pytest.fixture
def opened(chromium, saved, request):
    watched = Watched(chromium, saved, **getattr(request, "param", {}))
    yield watched
    watched.context.close()


@pytest.mark.parametrize(
    "opened",
    [
        {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
        {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
    ],
    indirect=True,
    ids=["wide-light", "phone-dark"],
)
def test_everything_is_drawn_from_disk_without_a_request_or_an_error(opened):
    for figure in FIGURES:
        assert opened.marks(figure) > 3, figure
    assert opened.page.locator(".chart-error").count() == 0
    assert opened.fetched() == []
    assert opened.errors == []
    width = opened.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    for figure in FIGURES:
        box = opened.page.locator(f"#{figure} svg.marks").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width[1]


def test_one_control_moves_charts_titles_numbers_and_table(opened):
    page = opened.page
    before = {figure: page.locator(f"#{figure} svg.marks").inner_html() for figure in FIGURES}
    title = page.locator("#funnel [data-title]").inner_text()
    numbers = page.locator("#funnel [data-twin]").text_content()
    rows = page.locator("#campaign-table tbody tr:visible").count()
    page.locator("[data-control=period]").select_option("d90")
    page.wait_for_selector("#funnel[data-state='d90|all|all']")
    page.wait_for_selector("#rates[data-state='d90|all|all']")
    after = {figure: page.locator(f"#{figure} svg.marks").inner_html() for figure in FIGURES}
    assert after["funnel"] != before["funnel"]
    assert after["rates"] != before["rates"]
    assert after["heatmap"] == before["heatmap"]
    assert page.locator("#funnel [data-title]").inner_text() != title
    assert page.locator("#funnel [data-twin]").text_content() != numbers
    assert 0 < page.locator("#campaign-table tbody tr:visible").count() < rows
    counted = json.loads(page.locator("#funnel [data-figure]").text_content())
    sent = next(
        row["numerator"]
        for row in counted["spec"]["datasets"]["rows"]
        if (row["period"], row["type"], row["list"], row["label"]) == ("d90", "all", "all", "Sent")
    )
    assert f"{sent:,}" in after["funnel"]
    assert opened.errors == []


def test_measure_and_currency_have_their_own_controls(opened):
    page = opened.page
    heat = page.locator("#heatmap svg.marks").inner_html()
    page.locator("[data-control=rate]").select_option("click_rate")
    page.wait_for_selector("#heatmap[data-state=click_rate]")
    assert page.locator("#heatmap svg.marks").inner_html() != heat
    assert "clicked" in page.locator("#heatmap [data-title]").inner_text()
    page.locator("[data-control=currency]").select_option("EUR")
    page.wait_for_selector("#revenue-chart[data-state=EUR]")
    assert "€" in page.locator("#revenue-chart [data-title]").inner_text()
    lines = page.locator("#revenue-chart [data-twin] tr").all_text_contents()
    assert len(lines) == len(set(lines)) > 6, "a stacked bar is one line"
    assert opened.errors == []


def test_a_state_without_campaigns_says_so(opened):
    page = opened.page
    states = page.evaluate(
        "Object.keys(JSON.parse(document.querySelector('#funnel [data-figure]').textContent).states)"
    )
    options = {
        name: page.locator(f"[data-control={name}] option").evaluate_all(
            "all => all.map(o => o.value)"
        )
        for name in ("period", "type", "list")
    }
    lacking = next(
        (p, t, i)
        for p in options["period"]
        for t in options["type"]
        for i in options["list"]
        if f"{p}|{t}|{i}" not in states
    )
    for name, value in zip(("period", "type", "list"), lacking, strict=True):
        page.locator(f"[data-control={name}]").select_option(value)
    page.wait_for_selector(f"#funnel[data-state='{'|'.join(lacking)}']", state="attached")
    assert page.locator("#funnel [data-title]").inner_text() == "No campaign matches these filters"
    assert page.locator("#campaign-table .none").is_visible()
    assert "0 of them match the filters." in page.locator("#campaign-table-caption").inner_text()
    assert page.locator("#funnel .ref").all(), "footnotes of a figure that shows something"
    assert not page.locator("#funnel .ref:visible").all(), "and of one that shows nothing"
    assert opened.errors == []


def test_the_caption_follows_the_filters_and_a_reset_undoes_them(opened):
    page = opened.page
    caption = page.locator("#campaign-table-caption")
    whole, title = caption.inner_text(), page.locator("#funnel [data-title]").inner_text()
    reset = page.locator("#campaigns [data-reset]")
    assert not reset.is_visible()
    page.locator("[data-control=period]").select_option("d90")
    page.locator("[data-control=list]").select_option("2")
    page.wait_for_selector("#funnel[data-state='d90|all|2']")
    shown = page.locator("#campaign-table tbody tr:visible").count()
    assert f"{shown} of them match the filters." in caption.inner_text()
    assert page.locator("#funnel [data-title]").inner_text() != title
    reset.click()
    page.wait_for_selector("#funnel[data-state='all|all|all']")
    assert page.locator("#funnel [data-title]").inner_text() == title
    assert caption.inner_text() == whole
    assert not reset.is_visible()
    page.locator("[data-control=currency]").select_option("EUR")
    assert not reset.is_visible(), "each part has its own"
    page.locator("#revenue [data-reset]").click()
    page.wait_for_selector("#revenue-chart[data-state=USD]")
    assert opened.errors == []


def test_the_script_writes_numbers_as_python_does(chromium, saved):
    with_script = Watched(chromium, saved)
    without = chromium.new_context(java_script_enabled=False)
    page = without.new_page()
    page.goto(saved.as_uri())
    for figure in FIGURES:
        cells = f"#{figure} [data-twin] td"
        assert (
            with_script.page.locator(cells).all_text_contents()
            == page.locator(cells).all_text_contents()
        )
    with_script.context.close()
    without.close()


def test_headings_sort_the_table(opened):
    page = opened.page
    shown = page.locator("#campaign-table tbody tr:visible td:nth-child(5)")
    page.locator("#campaign-table th button", has_text="Delivered").click()
    counts = [int(text.replace(",", "")) for text in shown.all_inner_texts()]
    assert counts == sorted(counts, reverse=True)
    page.locator("#campaign-table th button", has_text="Delivered").click()
    counts = [int(text.replace(",", "")) for text in shown.all_inner_texts()]
    assert counts == sorted(counts)


def test_changing_to_dark_keeps_the_chosen_state(opened):
    page = opened.page
    page.locator("[data-control=period]").select_option("d90")
    page.wait_for_selector("#funnel[data-state='d90|all|all']")
    title = page.locator("#funnel [data-title]").inner_text()
    page.emulate_media(color_scheme="dark")
    page.wait_for_selector("#funnel svg.marks [fill='#4ca9e0']", state="attached")
    assert page.locator("#funnel [data-title]").inner_text() == title
    assert opened.errors == []


def test_hostile_names_run_nothing_fetch_nothing_and_are_drawn(chromium, made, tmp_path):
    many = len(HOSTILE)
    report = build(
        "overview",
        made(
            2 * many + 2,
            name=lambda number: HOSTILE[number % many],
            list_name=lambda number: HOSTILE[number],
        ),
    )
    watched = Watched(chromium, report.save(tmp_path / "hostile.html"))
    page = watched.page
    assert page.evaluate("typeof window.pwned") == "undefined"
    for figure in FIGURES:
        assert watched.marks(figure) > 3, figure
    listed = page.locator("[data-control=list] option").all_inner_texts()
    assert len(listed) == 4
    page.locator("[data-control=list]").select_option(index=1)
    page.locator("#rates svg .mark-symbol path[aria-label]").first.hover()
    page.wait_for_selector("#vg-tooltip-element.visible")
    page.locator("#rates .twin summary").click()
    assert page.evaluate("typeof window.pwned") == "undefined"
    assert page.locator("#campaign-table tbody tr").count() >= many
    assert page.locator("script").count() == 2 + 1 + len(FIGURES)
    assert page.locator("iframe, base, [onerror], [onload]").count() == 0
    assert watched.fetched() == []
    assert watched.errors == []
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    watched.context.close()


def test_hostile_names_on_the_page_of_all_charts(chromium, made, tmp_path):
    """Names of lists also stand in the title and the control of their growth."""
    many = len(HOSTILE)
    material = made(
        many,
        name=lambda number: HOSTILE[number % many],
        list_name=lambda number: HOSTILE[number],
    )
    report = build("all", material)
    watched = Watched(chromium, report.save(tmp_path / "all.html"))
    page = watched.page
    drawn = [b.id for s in report.sections for b in s.blocks if isinstance(b, Figure)]
    assert len(drawn) == 11
    for figure in drawn:
        assert watched.marks(figure) > 3, figure
    for index in (1, 2, 3):
        page.locator("[data-control=growth_list]").select_option(index=index)
        page.wait_for_function(
            "v => document.getElementById('list-growth').dataset.state === v",
            arg=page.locator("[data-control=growth_list]").input_value(),
        )
        assert page.evaluate("typeof window.pwned") == "undefined"
    assert page.locator("script").count() == 2 + 1 + len(drawn)
    assert page.locator("iframe, base, [onerror], [onload]").count() == 0
    assert watched.fetched() == []
    assert watched.errors == []
    watched.context.close()
