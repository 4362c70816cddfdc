"""The one look of every chart: colours, type and spacing, for light and for dark.

Colours are Okabe and Ito's, which stay apart for colour-blind readers; the dark set is the same
hues, lightened until they reach the contrast they have on white. Marks name a *style*
(``measured``, ``exposure``, ``label``...), and the configuration says what the style looks like, so
that one specification can be drawn in light and in dark.

Importing this module registers the themes ``actoolkit`` and ``actoolkit-dark`` with Altair and
enables neither.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, TypeVar

import altair as alt

FONT = "Inter, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"

AnyChart = TypeVar("AnyChart", bound=alt.TopLevelMixin)


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one mode.

    Args:
        surface: What charts are drawn on.
        ink: Titles and values; at least 7:1 on the surface.
        muted: Axis labels and notes; at least 4.5:1 on the surface.
        rule: Grid lines and borders.
        panel: The ground of an empty cell or track.
        series: Categories in their order of use.
        soft: A lighter companion of the first series, for parts that are less sure.
        heat: Sequential scale, low to high.
        on_heat: Text on its low, middle and high shades; at least 4.5:1 on each.
    """

    surface: str
    ink: str
    muted: str
    rule: str
    panel: str
    series: tuple[str, ...]
    soft: str
    heat: tuple[str, ...]
    on_heat: tuple[str, str, str]


LIGHT = Palette(
    surface="#ffffff",
    ink="#1f2933",
    muted="#5b6775",
    rule="#e3e7ec",
    panel="#f3f5f8",
    series=("#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7"),
    soft="#9fcbe6",
    heat=("#d9eaf6", "#a9d0e9", "#6fb1d9", "#2a86bf", "#0a5f99", "#083a66"),
    on_heat=("#1f2933", "#000000", "#ffffff"),
)
DARK = Palette(
    surface="#171c23",
    ink="#eef2f6",
    muted="#a3afbd",
    rule="#2f3843",
    panel="#1f262f",
    series=("#4ca9e0", "#f0b429", "#2fbf94", "#f0824a", "#8fd0f5", "#e0a0c4"),
    soft="#2c5f80",
    heat=("#1c3447", "#1f4f70", "#2878a6", "#46a1d3", "#8accf0", "#d6effc"),
    on_heat=("#ffffff", "#000000", "#171c23"),
)


def config(palette: Palette = LIGHT) -> dict[str, Any]:
    """Give the Vega-Lite configuration of a palette.

    Args:
        palette: `LIGHT` or `DARK`.

    Returns:
        A fresh, JSON-ready Vega-Lite ``config``.

    Example:
        >>> config(DARK)["background"]
        '#171c23'
    """
    first, second = palette.series[:2]
    text = {"font": FONT, "fill": palette.ink, "fontSize": 12}
    return {
        "background": palette.surface,
        "font": FONT,
        "padding": 4,
        "mark": {"color": first},
        "text": {"font": FONT, "fontSize": 12, "color": palette.ink},
        "view": {
            "stroke": None,
            "continuousWidth": 640,
            "continuousHeight": 260,
            "discreteHeight": {"step": 27},
        },
        "range": {"category": list(palette.series), "heatmap": list(palette.heat)},
        "title": {
            "anchor": "start",
            "frame": "bounds",
            "fontSize": 16,
            "fontWeight": 600,
            "color": palette.ink,
            "lineHeight": 21,
            "offset": 14,
            "subtitleColor": palette.muted,
            "subtitleFontSize": 12,
            "subtitleFontWeight": 400,
            "subtitleLineHeight": 17,
            "subtitlePadding": 6,
        },
        "axis": {
            "domain": False,
            "ticks": False,
            "gridColor": palette.rule,
            "labelColor": palette.muted,
            "labelFontSize": 12,
            "labelPadding": 8,
            "titleColor": palette.muted,
            "titleFontSize": 12,
            "titleFontWeight": 400,
            "titlePadding": 10,
        },
        "axisY": {"labelLimit": 260},
        "legend": {
            "orient": "top",
            "labelColor": palette.muted,
            "labelFontSize": 12,
            "titleColor": palette.muted,
            "titleFontSize": 12,
            "titleFontWeight": 400,
            "symbolType": "square",
            "offset": 6,
        },
        "style": {
            "measured": {"fill": first, "color": first, "cornerRadiusEnd": 3},
            "soft": {"fill": palette.soft, "color": palette.soft, "cornerRadiusEnd": 3},
            "exposure": {
                "fill": second,
                "color": second,
                "fillOpacity": 0.28,
                "stroke": second,
                "strokeWidth": 1.25,
                "strokeDash": [4, 3],
                "cornerRadiusEnd": 3,
            },
            "interval": {
                "stroke": first,
                "color": first,
                "strokeWidth": 2.5,
                "strokeCap": "round",
                "opacity": 0.55,
            },
            "dot": {"fill": first, "stroke": first, "color": first, "opacity": 1, "size": 64},
            "outlier": {"fill": palette.series[3], "color": palette.series[3], "opacity": 1},
            "reference": {"stroke": palette.muted, "color": palette.muted, "strokeDash": [3, 3]},
            "halo": {"stroke": palette.surface, "color": palette.surface, "strokeWidth": 4.5},
            "cell": {"stroke": palette.surface, "strokeWidth": 2, "cornerRadius": 3},
            "blank": {
                "fill": palette.panel,
                "color": palette.panel,
                "stroke": palette.surface,
                "strokeWidth": 2,
                "cornerRadius": 3,
            },
            "hollow": {
                "fill": palette.surface,
                "stroke": first,
                "color": first,
                "strokeWidth": 2,
                "size": 56,
            },
            "speck": {"fill": palette.ink, "color": palette.ink, "size": 12},
            "value": {**text, "color": palette.ink, "fontWeight": 600},
            "name": {},
            "name-above": {**text, "align": "left", "dy": -14, "fillOpacity": 0},
            **{
                f"on-{tone}": {**text, "fill": color, "color": color, "fontWeight": 600}
                for tone, color in zip(("low", "middle", "high"), palette.on_heat, strict=True)
            },
            "note": {**text, "fill": palette.muted, "color": palette.muted, "fontSize": 11},
            "empty": {**text, "fill": palette.muted, "color": palette.muted, "fontSize": 14},
        },
    }


@alt.theme.register("actoolkit", enable=False)
def light_theme() -> alt.theme.ThemeConfig:
    """Give the light theme to Altair."""
    return alt.theme.ThemeConfig(config=config(LIGHT))  # type: ignore[typeddict-item]


@alt.theme.register("actoolkit-dark", enable=False)
def dark_theme() -> alt.theme.ThemeConfig:
    """Give the dark theme to Altair."""
    return alt.theme.ThemeConfig(config=config(DARK))  # type: ignore[typeddict-item]


def themed(chart: AnyChart) -> AnyChart:
    """Let a chart carry the look itself, whichever theme the user has enabled.

    Args:
        chart: A finished chart. It cannot be concatenated afterwards: Vega-Lite keeps one
            configuration for the whole picture.
    """
    chart.config = config(LIGHT)  # type: ignore[attr-defined]
    return chart


def specification(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """Give the Vega-Lite JSON of a chart without its look, which the page adds for light or dark.

    Args:
        chart: A chart of this package.

    Returns:
        The specification; the user's enabled theme leaves no trace in it.
    """
    with alt.theme.enable("actoolkit"):
        spec: dict[str, Any] = chart.to_dict()
    spec.pop("config", None)
    return spec


def font_files() -> Mapping[int, bytes]:
    """Give the bundled font (Inter, latin, SIL Open Font License), WOFF2 by weight.

    Example:
        >>> sorted(font_files())
        [400, 600]
    """
    folder = files("actoolkit.charts") / "fonts"
    return {
        weight: (folder / f"inter-latin-{weight}-normal.woff2").read_bytes()
        for weight in (400, 600)
    }


def font_addresses() -> Mapping[int, str]:
    """Give the bundled font as ``data:`` addresses by weight, for pages that may ask no server.

    Example:
        >>> font_addresses()[400][:28]
        'data:font/woff2;base64,d09GM'
    """
    return {
        weight: f"data:font/woff2;base64,{base64.b64encode(data).decode()}"
        for weight, data in sorted(font_files().items())
    }
