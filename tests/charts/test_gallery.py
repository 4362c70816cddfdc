"""The gallery: it shows every chart there is, as the package draws it now."""

from __future__ import annotations

import importlib.util
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
def test_the_page_is_the_one_that_the_package_makes_now(gallery, glyphs):
    with ac.sandbox_account() as account:
        names = gallery.frames(account)
        made = {name: gallery.drawn(name, names) for name in gallery.CALLS}
    titles = {name: (" ".join(c.title.text), c.description) for name, c in made.items()}
    assert gallery.page(titles) == (DOCS / "gallery.md").read_text(encoding="utf-8"), (
        "run: python docs/build_gallery.py"
    )
    for name, chart in made.items():
        drawn = vl_convert.vegalite_to_svg(chart.to_dict())
        written = "".join(re.findall(r">([^<]+)</t(?:ext|span)>", drawn))
        assert {char for char in written if ord(char) not in glyphs} == set(), name
