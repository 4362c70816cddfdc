"""How the page stands: on phones, on paper, in the dark; nothing cut, covered or illegible."""

from __future__ import annotations

import itertools
import runpy
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from actoolkit.reports.subjects import build

pytestmark = pytest.mark.browser

Watched = runpy.run_path(str(Path(__file__).with_name("watched.py")))["Watched"]


@pytest.fixture(scope="module")
def on_customers(made, tmp_path_factory):
    return build("customers", made()).save(tmp_path_factory.mktemp("customers") / "report.html")


@pytest.fixture(scope="module")
def on_overview(made, tmp_path_factory):
    return build("overview", made()).save(tmp_path_factory.mktemp("overview") / "report.html")


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
    assert sources.evaluate("e => e.scrollWidth <= e.clientWidth")
    words = sources.locator("tbody td:first-child").evaluate_all(
        """all => all.flatMap(e => [...e.textContent.matchAll(/\\S+/g)].map(word => {
          const box = document.createRange();
          box.setStart(e.firstChild, word.index);
          box.setEnd(e.firstChild, word.index + word[0].length);
          return [word[0], box.getClientRects().length];
        }))"""
    )
    assert len(words) > 6
    assert {parts for _, parts in words} == {1}, words
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


@pytest.mark.parametrize("width", [390, 1280])
def test_the_first_and_the_last_month_are_named(chromium, on_overview, width):
    watched = Watched(chromium, on_overview, viewport={"width": width, "height": 900})
    axis = watched.page.locator("#revenue-chart .role-axis-label").first
    names = axis.locator("text").evaluate_all(
        "all => all.filter(e => getComputedStyle(e).opacity !== '0')"
        ".map(e => [e.textContent, e.getBoundingClientRect()])"
        ".map(([text, box]) => [text, box.left, box.right])"
    )
    texts = [text for text, _, _ in names]
    assert texts[0].startswith("Jun")
    assert "2025" in texts[0]
    assert texts[-1].startswith("Jun")
    assert any(text.startswith("Jan") and "2026" in text for text in texts)
    assert len(texts) == (13 if width == 1280 else 6)
    for (_, _, right), (_, left, _) in itertools.pairwise(names):
        assert right < left
    watched.context.close()


def test_a_phone_shows_how_many_opened_and_clicked(chromium, on_overview):
    watched = Watched(chromium, on_overview, viewport={"width": 390, "height": 800})
    table = watched.page.locator("#campaign-table")
    edge = table.locator(".scroll").evaluate("e => e.getBoundingClientRect().right")
    for name in ("Campaign", "Opened", "Clicked"):
        heading = table.locator("th", has=watched.page.get_by_role("button", name=name))
        assert heading.evaluate("e => e.getBoundingClientRect().right") < edge, name
    watched.context.close()
