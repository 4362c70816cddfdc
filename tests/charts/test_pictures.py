"""Charts as files: what is written is the chart, in its font, whatever its names hold."""

from __future__ import annotations

import base64
import errno
import json
import os
import re
import stat
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET

import altair as alt
import polars as pl
import pytest

from actoolkit.charts import metric_chart, save
from actoolkit.charts.theme import DARK, LIGHT, font_files
from actoolkit.errors import ExportError, InvalidArgument

SVG = "{http://www.w3.org/2000/svg}"


def chart(names=("single", "split")):
    return metric_chart(
        pl.DataFrame({"type": list(names), "click_rate": [0.02, 0.03][: len(names)]}),
        "click_rate",
        as_of="30 Jun 2026",
    )


def test_a_png_has_the_pixels_asked_for(tmp_path):
    sizes = {}
    for scale in (1.0, 2.0):
        data = save(chart(), tmp_path / "a.PNG", scale=scale).read_bytes()
        assert data.startswith(b"\x89PNG")
        sizes[scale] = struct.unpack(">II", data[16:24])
    assert sizes[2.0][0] == pytest.approx(2 * sizes[1.0][0], abs=2)
    assert sizes[1.0][0] > 500


def test_light_and_dark_differ_and_are_the_themes(tmp_path):
    light = save(chart(), tmp_path / "light.svg").read_text(encoding="utf-8")
    dark = save(chart(), tmp_path / "dark.svg", dark=True).read_text(encoding="utf-8")
    assert LIGHT.ink in light
    assert LIGHT.ink not in dark
    assert DARK.ink in dark


def test_an_svg_carries_its_font_and_asks_for_nothing(tmp_path):
    drawn = save(chart(), tmp_path / "a.svg").read_text(encoding="utf-8")
    root = ET.fromstring(drawn)
    assert root.tag == f"{SVG}svg"
    text = " ".join(node.text or "" for node in root.iter(f"{SVG}text"))
    assert "Split test" in text
    assert "Data as of 30 Jun 2026" in text
    fonts = re.findall(r"url\(data:font/woff2;base64,([^)]+)\)", drawn)
    assert [base64.b64decode(one) for one in fonts] == [
        data for _, data in sorted(font_files().items())
    ]
    assert not re.search(r"(?:href|src|url\()\s*=?\s*[\"']?https?:", drawn)


def test_the_bundled_font_is_the_one_that_is_drawn(tmp_path):
    """A process that knows no Inter draws with a stand-in, and so another picture."""
    spec = tmp_path / "a.json"
    spec.write_text(json.dumps(chart().to_dict()), encoding="utf-8")
    program = (
        "import sys, vl_convert; "
        "sys.stdout.buffer.write(vl_convert.vegalite_to_png(open(sys.argv[1]).read(), scale=1.0))"
    )
    plain = subprocess.run([sys.executable, "-c", program, spec], capture_output=True, check=True)
    assert plain.stdout.startswith(b"\x89PNG")
    assert plain.stdout != save(chart(), tmp_path / "a.png", scale=1.0).read_bytes()


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "]]><x onload='a()'/>", "&amp;\u202e"]
)
def test_names_from_outside_stay_text(tmp_path, name):
    root = ET.fromstring(save(chart((name, "b")), tmp_path / "a.svg").read_text(encoding="utf-8"))
    tags = {node.tag.removeprefix(SVG) for node in root.iter()}
    assert tags <= {
        "svg",
        "g",
        "path",
        "rect",
        "text",
        "line",
        "defs",
        "style",
        "clipPath",
        "linearGradient",
        "stop",
    }
    assert not any(key.startswith("on") for node in root.iter() for key in node.attrib)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda f: save(chart(), f / "a.jpg"), InvalidArgument, "End the name in .png or .svg"),
        (lambda f: save(chart(), f / "a.png", scale=0), InvalidArgument, "up to 10"),
        (lambda f: save("chart", f / "a.png"), InvalidArgument, "str is no chart"),
        (lambda f: save(chart(), f / "none" / "a.svg"), ExportError, "a folder that exists"),
    ],
)
def test_what_cannot_be_saved_says_what_to_do(tmp_path, call, error, words):
    with pytest.raises(error, match=words):
        call(tmp_path)
    assert not list(tmp_path.iterdir())


ADA = "ada@shop.example"


def own_chart(text="Ada", title="People", hidden="x"):
    rows = pl.DataFrame({"who": ["Bob", text], "orders": [1, 2], "hidden": ["y", hidden]})
    return alt.Chart(rows, title=title).mark_bar().encode(x="orders:Q", y="who:N")


HOLDING = {
    "in its data": lambda: own_chart(text=ADA),
    "in data that it does not draw": lambda: own_chart(hidden=f"of {ADA}"),
    "in its title": lambda: own_chart(title=f"Orders of {ADA}"),
    "in a link": lambda: own_chart(text="https://x.example/?who=ada%40shop.example"),
    "in base 64": lambda: own_chart(hidden=base64.b64encode(ADA.encode()).decode()),
    "with a full-width sign": lambda: own_chart(text="ada\uff20shop.example"),
    "in one of several": lambda: alt.hconcat(own_chart(), own_chart(text=ADA)),
    "in a layer": lambda: own_chart() + own_chart(text=ADA),
}


@pytest.mark.parametrize("kind", ["png", "svg"])
@pytest.mark.parametrize("where", HOLDING)
def test_nobody_is_in_a_picture_unasked(tmp_path, where, kind):
    with pytest.raises(InvalidArgument, match=r"personal_data=True") as caught:
        save(HOLDING[where](), tmp_path / f"a.{kind}")
    assert "ada" not in str(caught.value).lower()
    assert not list(tmp_path.iterdir())


def test_an_address_that_only_drawing_makes_is_found(tmp_path):
    made = own_chart().transform_calculate(who="'ada' + '@shop' + '.example'")
    with pytest.raises(InvalidArgument, match="personal data"):
        save(made, tmp_path / "a.svg")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_people_are_in_a_picture_on_request_for_the_owner_alone(tmp_path, kind):
    private = save(own_chart(text=ADA), tmp_path / f"a.{kind}", personal_data=True)
    assert kind == "png" or ADA in private.read_text(encoding="utf-8")
    if os.name == "posix":
        assert stat.S_IMODE(private.stat().st_mode) == 0o600
    plain = save(own_chart(title="50 % @ 3.5, person-c55df3861fa65d82"), tmp_path / f"b.{kind}")
    assert plain.stat().st_size > 1000


def test_a_picture_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    place = tmp_path / "chart.svg"
    place.write_text("the one before")

    def full(_handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportError, match="No space left"):
        save(chart(), place)
    assert place.read_text() == "the one before"
    assert list(tmp_path.iterdir()) == [place]
