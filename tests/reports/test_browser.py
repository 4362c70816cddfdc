"""The page in a real browser, from disk, with the network cut."""

from __future__ import annotations

import json
from dataclasses import replace

import polars as pl
import pytest

from actoolkit.reports.blocks import Figure
from actoolkit.reports.subjects import build

pytestmark = pytest.mark.browser

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


class Watched:
    """A page that is watched: requests, errors, dialogs."""

    def __init__(self, browser, path, **options) -> None:
        self.context = browser.new_context(offline=True, **options)
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page = self.context.new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", lambda dialog: self.errors.append(dialog.message))
        self.page.on(
            "console",
            lambda message: (
                self.errors.append(message.text) if message.type in ("warning", "error") else None
            ),
        )
        self.page.goto(path.as_uri())
        self.page.wait_for_selector("html[data-ready='1']", state="attached")

    def marks(self, figure: str) -> int:
        return self.page.locator(
            f"#{figure} [data-chart] svg .role-mark [aria-roledescription]"
        ).count()

    def fetched(self) -> list[str]:
        return [url for url in self.requests if not url.startswith(("file:", "data:", "blob:"))]


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
    shown = page.locator("#campaign-table tbody tr:visible td:nth-child(3)")
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


@pytest.fixture(scope="module")
def on_customers(made, tmp_path_factory):
    return build("customers", made()).save(tmp_path_factory.mktemp("customers") / "report.html")


def test_on_a_phone_only_cells_are_scrolled_never_their_buttons_or_the_sources(
    chromium, on_customers
):
    watched = Watched(chromium, on_customers, viewport={"width": 390, "height": 800})
    edges = watched.page.locator(".vega-actions a").evaluate_all(
        "all => all.map(a => a.getBoundingClientRect().right)"
    )
    assert len(edges) == 6
    assert max(edges) <= 390
    sources = watched.page.locator(".foot .scroll")
    sources.locator("tbody td").first.evaluate("e => { e.textContent = 'contact_automations'; }")
    assert sources.evaluate("e => e.scrollWidth <= e.clientWidth")
    dates = sources.locator("tbody tr td:last-child").evaluate_all(
        "all => all.map(e => { const box = document.createRange(); box.selectNodeContents(e); "
        "return box.getClientRects().length; })"
    )
    assert max(dates) <= 2
    watched.context.close()


EDGES = """e => {
  const style = getComputedStyle(e);
  return [style.getPropertyValue("--aside"), style.getPropertyValue("--below"), style.maskImage !== "none"];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_goes_on_out_of_sight_fades_at_its_edge_until_its_end_is_reached(
    chromium, on_customers, scheme
):
    watched = Watched(
        chromium, on_customers, viewport={"width": 390, "height": 800}, color_scheme=scheme
    )
    page = watched.page
    for which in ("#segments .scroll", "#cohorts .dense"):
        scrolled = page.locator(which)
        assert scrolled.evaluate("e => e.scrollWidth > e.clientWidth"), which
        assert scrolled.evaluate(EDGES) == ["44px", "0px", True], which
        scrolled.evaluate("e => { e.scrollLeft = e.scrollWidth; }")
        page.wait_for_function(
            f"which => ({EDGES})(document.querySelector(which))[0] === '0px'", arg=which
        )
    assert page.locator(".foot .scroll").evaluate(EDGES)[:2] == ["0px", "0px"], "all is in sight"
    twin = page.locator(".twin").first
    twin.evaluate("e => { e.open = true; }")
    rows = twin.locator(".scroll")
    assert rows.evaluate("e => e.scrollHeight > e.clientHeight")
    assert rows.evaluate(EDGES)[1] == "44px"
    page.locator("#segments .scroll").focus()
    page.keyboard.press("ArrowLeft")
    assert page.locator("#segments .scroll").evaluate(EDGES)[2] is False, "the focus ring is whole"
    page.emulate_media(media="print")
    assert rows.evaluate(EDGES)[2] is False
    watched.context.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_numbers_and_pictures_can_be_asked_for_by_the_mouse_in_every_figure(
    chromium, on_customers, width
):
    """What scrolls lies above what is not positioned: it had covered the summary."""
    watched = Watched(chromium, on_customers, viewport={"width": width, "height": 900})
    for figure in watched.page.locator("figure").all():
        figure.locator(".twin > summary").click()
        assert figure.locator(".twin table").is_visible()
        for saving in figure.locator(".vega-actions a").all():
            saving.click(trial=True)
    watched.context.close()


def test_on_paper_the_segments_and_the_cohorts_share_a_page(chromium, on_customers):
    """The chart is as tall as half a page: with a looser table it left the other half empty."""
    watched = Watched(chromium, on_customers, viewport={"width": 688, "height": 1000})
    watched.page.emulate_media(media="print")
    tall = watched.page.evaluate(
        "['segments', 'cohorts'].map(id => document.getElementById(id).getBoundingClientRect())"
        ".map(box => [box.top, box.bottom])"
    )
    assert tall[1][1] - tall[0][0] < 277 / 25.4 * 96
    watched.context.close()


def test_a_sign_is_never_parted_from_its_amount(chromium, made, tmp_path):
    path = build("revenue", made()).save(tmp_path / "report.html")
    watched = Watched(chromium, path, viewport={"width": 390, "height": 800})
    parted = """all => all.flatMap(item => {
      const text = item.querySelector("bdi").firstChild;
      return [...text.data.matchAll(/[+\\u2212]/g)].map(({ index }) => {
        const range = document.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + 4);
        return new Set([...range.getClientRects()].map(box => box.top)).size;
      });
    })"""
    for width in range(320, 400, 8):
        watched.page.set_viewport_size({"width": width, "height": 800})
        lines = watched.page.locator("#changes li").evaluate_all(parted)
        assert lines
        assert set(lines) == {1}, width
    watched.context.close()


@pytest.mark.parametrize("subject", ["overview", "customers"])
def test_on_paper_the_tiles_stand_in_one_row_and_nothing_asks_for_a_click(
    chromium, made, tmp_path, subject
):
    path = build(subject, made()).save(tmp_path / "report.html")
    watched = Watched(chromium, path, viewport={"width": 688, "height": 1000})
    watched.page.emulate_media(media="print")
    tiles = watched.page.locator(".kpi").evaluate_all(
        "all => all.map(e => [e.getBoundingClientRect().top, e.scrollWidth - e.clientWidth])"
    )
    assert len({top for top, _ in tiles}) == 1
    assert {over for _, over in tiles} == {0}
    numbers = watched.page.locator(".kpi-value").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect().top)"
    )
    assert len(set(numbers)) == 1
    assert not watched.page.get_by_text("Choose a heading").first.is_visible()
    numbers = watched.page.locator(".twin .scroll").last
    watched.page.locator(".twin").last.evaluate("e => { e.open = true; }")
    assert numbers.evaluate("e => e.scrollHeight - e.clientHeight") == 0
    watched.page.emulate_media(media="screen")
    assert numbers.bounding_box()["height"] <= 420
    watched.context.close()


@pytest.mark.parametrize("times", [1, 100, 10_000, 1_000_000])
def test_amounts_of_any_size_stay_in_their_tile(chromium, made, tmp_path, times):
    material = made()
    orders = material.frames["ecom_orders"].with_columns(pl.col("total_cents") * times)
    many = replace(material, frames={**material.frames, "ecom_orders": orders})
    path = build("overview", many).save(tmp_path / "report.html")
    for width, media in ((1280, "screen"), (390, "screen"), (688, "print")):
        watched = Watched(chromium, path, viewport={"width": width, "height": 1000})
        watched.page.emulate_media(media=media)
        over = watched.page.locator(".kpi-value").evaluate_all(
            "all => all.map(e => { const box = document.createRange(); box.selectNodeContents(e); "
            "return [e.textContent, box.getBoundingClientRect().right "
            "- e.parentElement.getBoundingClientRect().right]; })"
        )
        assert max(beyond for _, beyond in over) < -5, (media, width, over)
        watched.context.close()


LUMINANCE = """colour => {
  const parts = colour.startsWith("#")
    ? [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16))
    : colour.match(/\\d+/g).slice(0, 3).map(Number);
  const [r, g, b] = parts.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}"""
CONTRASTS = f"""figure => {{
  const light = {LUMINANCE};
  const middle = box => [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const cells = [...figure.querySelectorAll("svg .mark-rect path[fill]")]
    .map(cell => [cell.getBoundingClientRect(), cell.getAttribute("fill")]);
  return [...figure.querySelectorAll("svg .role-mark.mark-text text")].filter(e => e.textContent).map(text => {{
    const [x, y] = middle(text.getBoundingClientRect());
    const under = cells.filter(([b]) => b.left < x && x < b.right && b.top < y && y < b.bottom).pop();
    const [a, b] = [light(text.getAttribute("fill")), light(under[1])];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }});
}}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_numbers_are_readable_on_their_cells_in_each_currency(chromium, made, tmp_path, scheme):
    material = made()
    orders = material.frames["ecom_orders"].with_columns(
        total_cents=pl.col("total_cents") * pl.when(currency="EUR").then(40).otherwise(1)
    )
    unequal = replace(material, frames={**material.frames, "ecom_orders": orders})
    path = build("customers", unequal).save(tmp_path / "report.html")
    watched = Watched(chromium, path, color_scheme=scheme)
    for currency in ("USD", "EUR"):
        watched.page.get_by_label("Currency").first.select_option(currency)
        watched.page.wait_for_selector(f"#rfm[data-state='{currency}']")
        for figure in ("rfm", "cohorts"):
            found = watched.page.locator(f"#{figure}").evaluate(CONTRASTS)
            assert len(found) > 10
            assert min(found) >= 4.5
        darkest = watched.page.locator("#rfm svg .mark-rect path[fill]").evaluate_all(
            "all => all.map(e => e.getAttribute('fill'))"
        )
        assert "rgb(8, 58, 102)" in darkest or "rgb(214, 239, 252)" in darkest
    legend = watched.page.locator("#rfm .role-legend-title").text_content()
    assert legend == "Revenue per customer"
    watched.context.close()
