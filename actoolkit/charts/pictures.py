"""Charts as files: PNG and SVG, without a browser, in the bundled font."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import as_file, files
from os import PathLike
from pathlib import Path

import altair as alt

from actoolkit.addresses import find_address
from actoolkit.charts.theme import DARK, LIGHT, config, font_addresses, specification
from actoolkit.errors import ExportError, InvalidArgument
from actoolkit.whole_files import next_step, write_whole

VEGA_LITE = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
"""The Vega-Lite that Altair's specifications are written for, as vl-convert names it."""


def save(
    chart: alt.TopLevelMixin,
    path: str | PathLike[str],
    *,
    dark: bool = False,
    scale: float = 2.0,
    personal_data: bool = False,
) -> Path:
    """Write a chart as a picture, for a slide, a mail or a paper.

    Charts of this package name nobody. In one of your own each e-mail address counts, in its data,
    titles and tooltips, drawn or not, however it is coded.

    Args:
        chart: A chart of this package, or any of Altair's.
        path: File to write, ending in ".png" or ".svg"; one that is there is replaced.
        dark: Whether it is for a dark page.
        scale: Pixels of a PNG for each of the chart's, above 0 and at most 10.
        personal_data: Let e-mail addresses be in it; the file is then readable by you only.

    Returns:
        The file.

    Raises:
        InvalidArgument: Another ending, a scale out of bounds, not a chart, or one that holds
            personal data.
        ExportError: The file cannot be written.

    Example:
        >>> import tempfile
        >>> import polars as pl
        >>> from actoolkit.charts import metric_chart
        >>> rates = pl.DataFrame({"type": ["single", "split"], "click_rate": [0.02, 0.03]})
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save(metric_chart(rates, "click_rate"), f"{folder}/clicks.svg").name
        'clicks.svg'
    """
    target = Path(path)
    kind = target.suffix.lower()
    if kind not in (".png", ".svg"):
        raise InvalidArgument(
            f"A chart cannot be saved as {target.name!r}.", hint="End the name in .png or .svg."
        )
    if not 0 < scale <= 10:
        raise InvalidArgument(f"scale={scale!r} cannot be.", hint="Choose above 0, up to 10.")
    if not isinstance(chart, alt.TopLevelMixin):
        raise InvalidArgument(
            f"{type(chart).__name__} is no chart.",
            hint="Pass what a function of actoolkit.charts gives, or explorer.chart.",
        )
    spec = specification(chart)
    if not personal_data:
        _refuse_addresses(json.dumps(spec, ensure_ascii=False, default=str))
    spec["config"] = config(DARK if dark else LIGHT)
    made = _png(spec, scale) if kind == ".png" else _svg(spec, searched=not personal_data).encode()
    try:
        write_whole(target, lambda file: file.write(made), private=personal_data)
    except OSError as error:
        raise ExportError(
            f"{target} cannot be written: {error.strerror}.", hint=next_step(error)
        ) from error
    return target


def _refuse_addresses(text: str) -> None:
    if find_address(text):
        raise InvalidArgument(
            "The chart holds personal data: an e-mail address.",
            hint="Load its data with mask=True, drop the columns, or pass personal_data=True.",
        )


def _png(spec: dict[str, object], scale: float) -> bytes:
    import vl_convert

    _register_font()
    return vl_convert.vegalite_to_png(spec, vl_version=VEGA_LITE, scale=scale)


def _svg(spec: dict[str, object], *, searched: bool) -> str:
    """Draw; the font travels inside, for readers who do not have it."""
    import vl_convert

    _register_font()
    drawn = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE)
    if searched:  # what only drawing made
        _refuse_addresses(drawn)
    faces = "".join(
        f"@font-face{{font-family:Inter;font-weight:{weight};src:url({address}) format('woff2')}}"
        for weight, address in font_addresses().items()
    )
    head, end, rest = drawn.partition(">")
    return f"{head}{end}<style>{faces}</style>{rest}"


@cache
def _register_font() -> None:
    import vl_convert

    with as_file(files("actoolkit.charts") / "fonts") as folder:
        vl_convert.register_font_directory(str(folder))
