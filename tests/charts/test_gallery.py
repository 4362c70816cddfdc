"""The gallery: it shows every chart there is, as the package draws it now."""

from __future__ import annotations

import html
import importlib.util
import json
import re
from pathlib import Path

import pytest
import vl_convert

import actoolkit as ac
from actoolkit import charts

DOCS = Path(__file__).parents[2] / "docs"


CHARTS = sorted(name for name in charts.__all__ if name.endswith("_chart"))


@pytest.fixture(scope="module")
def gallery():
    spec = importlib.util.spec_from_file_location("build_gallery", DOCS / "build_gallery.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def made(gallery):
    """Every chart of the gallery, as it is now."""
    with ac.sandbox_account() as account:
        names = gallery.frames(account)
    return {name: gallery.drawn(name, names) for name in gallery.CALLS}


def test_every_chart_has_its_call_its_place_and_its_picture(gallery):
    assert sorted(gallery.CALLS) == CHARTS, "add the chart to docs/build_gallery.py"
    text = (DOCS / "gallery.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"(?m)^## (\w+)$", text)) == CHARTS
    for name in CHARTS:
        assert f"(images/charts/{name}.png)" in text
        picture = (DOCS / "images" / "charts" / f"{name}.png").read_bytes()
        assert picture.startswith(b"\x89PNG")
        assert len(picture) < 120_000


def test_a_picture_loses_no_pixel_by_being_packed(gallery):
    spec = {"data": {"values": [{"a": 1}]}, "mark": "bar", "encoding": {"x": {"field": "a"}}}
    whole = vl_convert.vegalite_to_png(spec, vl_version="6.4")
    packed = gallery.smaller(whole)
    assert len(packed) < len(whole)
    assert packed[:33] == whole[:33]
    assert gallery.smaller(packed) == packed


@pytest.mark.slow
def test_the_page_is_the_one_that_the_package_makes_now(gallery, made, glyphs):
    titles = {name: (" ".join(c.title.text), c.description) for name, c in made.items()}
    assert gallery.page(titles) == (DOCS / "gallery.md").read_text(encoding="utf-8"), (
        "run: python docs/build_gallery.py"
    )
    for name, chart in made.items():
        drawn = vl_convert.vegalite_to_svg(chart.to_dict())
        written = "".join(re.findall(r">([^<]+)</t(?:ext|span)>", drawn))
        assert {char for char in written if ord(char) not in glyphs} == set(), name


WITHOUT_SHARES = {
    "campaign_curve_chart",
    "compare_campaigns_chart",  # differences, in points; their counts are told
    "list_growth_chart",
    "revenue_by_period_chart",
    "rfm_chart",
}


@pytest.mark.parametrize("name", CHARTS)
def test_who_points_at_a_share_is_told_of_how_many(made, name):
    """What a mark says of itself is what its tooltip shows."""
    spec = made[name].to_dict()
    drawn = html.unescape(vl_convert.vegalite_to_svg(spec))
    tips = [
        [f"{tip['title']}: " for tip in layer["encoding"]["tooltip"]]
        for part in (spec, *spec.get("vconcat", []))
        for layer in part.get("layer", [])
        if "tooltip" in layer.get("encoding", {})
    ]
    labels = [
        one
        for one in re.findall(r'aria-label="([^"]+)"', drawn)
        if any(all(title in one for title in titles) for titles in tips)
    ]
    assert labels
    if name in WITHOUT_SHARES:
        return
    # Where the axis has the title of the share, its number stands in the place of the words.
    shares = [one for one in labels if re.search(r": [\d.]+%(?:;|$)", one)] or labels
    for label in shares:
        if name == "second_order_survival_chart":  # of a curve: who ordered, of who still could
            assert re.search(r"Still waiting: [\d,]+; Second orders that day: [\d,]+", label), label
        else:
            assert re.search(r": \S*\d\S* of \S*\d", label), label


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_light(made, name):
    assert len(json.dumps(made[name].to_dict())) < 100_000
