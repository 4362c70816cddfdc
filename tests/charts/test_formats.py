"""Numbers and names as people read them."""

from __future__ import annotations

import json
import re

import pytest
import vl_convert
from hypothesis import example, given
from hypothesis import strategies as st

from actoolkit.charts.formats import money, percent, percent_expression
from actoolkit.charts.names import ADDRESS, display_name, distinct
from actoolkit.charts.theme import DARK, LIGHT


@given(st.floats(0, 1))
@example(0.0)
@example(0.00005)
@example(0.01)
@example(1.0)
def test_percent_has_at_most_two_decimals_and_is_near(share):
    text = percent(share)
    assert re.fullmatch(r"<0\.01%|\d{1,3}(\.\d{1,2})?%", text)
    if not text.startswith("<"):
        assert float(text[:-1]) / 100 == pytest.approx(share, abs=0.0006)


def test_vega_writes_percentages_as_python_does():
    shares = [0, 1, 0.2461, 0.0085, 0.00001, 0.1, 0.03249, 0.999, 0.00994]
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": [{"i": i, "v": v} for i, v in enumerate(shares)]},
        "transform": [{"calculate": percent_expression("datum.v"), "as": "t"}],
        "mark": "text",
        "encoding": {"text": {"field": "t"}, "y": {"field": "i", "type": "ordinal", "axis": None}},
    }
    svg = vl_convert.vegalite_to_svg(json.dumps(spec), vl_version="6.4")
    drawn = re.findall(r">([^<>]*%)</text>", svg)
    assert [text.replace("&lt;", "<") for text in drawn] == [percent(v) for v in shares]


@pytest.mark.parametrize(
    ("cents", "currency", "units", "text"),
    [
        (0, "USD", 2, "$0"),
        (9_999, "USD", 2, "$99.99"),
        (-1_234_567, "EUR", 2, "-€12,346"),
        (1_500, "JPY", 0, "¥1,500"),
        (12_345, "SEK", 2, "SEK 123"),
        (None, "USD", 2, "—"),
    ],
)
def test_money(cents, currency, units, text):
    assert money(cents, currency, units=units) == text


@given(st.text(max_size=300))
@example("</script><script>alert(1)</script>")
@example("\u202egnp.exe\u202c")
@example("a" * 10_000)
@example("write to bob.o'neil+x@mail.example.co.uk today")
@example("\u0645\u0631\u062d\u0628\u0627")
def test_display_names_are_short_private_and_still(name):
    shown = display_name(name)
    assert 0 < len(shown) <= 62
    assert not ADDRESS.search(shown)
    assert not any(c in shown for c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\r\n\t\0")
    assert shown.count("\u2068") == shown.count("\u2069") <= 1


@given(st.lists(st.sampled_from(["News", "Sale", "News (2)", "News · 1 May", "News · 1 May (2)"])))
def test_distinct_labels_are_distinct(names):
    labels = distinct(names, ["1 May"] * len(names))
    assert len(set(labels)) == len(names)


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_contrast(palette):
    assert contrast(palette.ink, palette.surface) >= 7
    assert contrast(palette.muted, palette.surface) >= 4.5
    assert contrast(palette.series[0], palette.surface) >= 3
