"""A chart that lives in the notebook's page, with no network."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import altair as alt
import anywidget  # noqa: F401 - Altair's own stand-in for it would name no extra

from actoolkit.charts.theme import DARK, LIGHT, config, font_addresses
from actoolkit.errors import SettingsError, StoreError
from actoolkit.home import cache_home
from actoolkit.store.folder import replacing

EMBED_OPTIONS = {
    "renderer": "svg",
    "actions": {"export": True, "source": False, "compiled": False, "editor": False},
    "logLevel": 1,
}
"""Pictures can be saved; "Open in Vega Editor" would send the chart's data to another site. Errors
are logged, but not that a layer has no rows at the moment."""

SPEC_KIND = f"application/vnd.vegalite.{alt.SCHEMA_VERSION.split('.')[0]}+json"
"""What a saved notebook keeps beside a widget, from which an export draws the chart."""


_SPEC = re.compile(r"""structuredClone\(\w+\.get\((["'`])spec\1\)\)""")
"""Where the bundle reads what to draw."""

_REDRAW = re.compile(r"""model\.on\((["'`])change:spec\1,\s*(\w+)\)""")
"""Where the bundle draws again what has changed."""


_TENDING = """\
globalThis.actoolkitTending ??= (() => {
  const keys = ".actoolkit-explorer :is(select, input, button, summary)";
  const tend = () => {
    for (const one of document.querySelectorAll(`${keys}:not([data-lm-suppress-shortcuts])`))
      one.setAttribute("data-lm-suppress-shortcuts", "true");
    for (const menu of document.querySelectorAll(".vega-embed summary:not([aria-label])"))
      menu.setAttribute("aria-label", "Save this chart");
    for (const svg of document.querySelectorAll(".vega-embed svg.marks")) {
      const shared = [...svg.querySelectorAll('defs [id]:not([id^="own-"])')].map(({ id }) => id);
      if (!shared.length) continue;
      const own = `own-${globalThis.actoolkitDrawn = (globalThis.actoolkitDrawn ?? 0) + 1}-`;
      for (const id of shared) {
        svg.querySelector(`defs [id="${id}"]`).id = own + id;
        for (const use of ["clip-path", "fill", "stroke"])
          for (const one of svg.querySelectorAll(`[${use}="url(#${id})"]`))
            one.setAttribute(use, `url(#${own}${id})`);
      }
    }
  };
  tend();
  const watch = new MutationObserver(tend);
  watch.observe(document.body, { childList: true, subtree: true });
  return watch;
})();
"""
"""For those who use the keyboard: JupyterLab would take arrow keys and letters typed in a control
for its own (another cell, a new cell, a deleted cell), and the chart's menu has no name.

For all: each chart brings a Vega of its own, which counts the names of its clips and gradients from
0. Two charts on a page then cut each other's bars: the names are made the chart's own."""


def offline_module() -> str:
    """Give the browser's half of the chart widget, with everything it needs inside.

    Bundling takes seconds, so the text is remembered in the user's cache folder (or
    ``ACTOOLKIT_CACHE_DIR``), under a name made of the versions it came from.

    Returns:
        A JavaScript module that imports nothing.
    """
    try:
        folder = cache_home()
    except SettingsError:
        return _following_the_page(_bundle())
    origin = f"altair-{version('altair')}-vl-convert-{version('vl-convert-python')}"
    look = hashlib.sha256(_look().encode()).hexdigest()[:8]
    file = folder / f"live-chart-{origin}-{look}.js"
    with suppress(OSError, UnicodeDecodeError):
        return file.read_text(encoding="utf-8")
    text = _following_the_page(_bundle())
    _remember(file, text)
    return text


def _bundle() -> str:
    class Bundled(alt.JupyterChart):
        """Keeps Altair's switch from reaching the charts of others."""

    Bundled.enable_offline()
    return str(Bundled._esm)


def _look() -> str:
    """Give what dresses a chart of this package for JupyterLab's dark theme, at every change.

    A page waits once for the font: what is measured in another is cut or leaves gaps.
    """
    faces = json.dumps([[str(weight), font] for weight, font in font_addresses().items()])
    light, dark = json.dumps(LIGHT.surface), json.dumps(config(DARK), separators=(",", ":"))
    return (
        "await (globalThis.actoolkitFont ??= Promise.allSettled("
        f"{faces}.map(([weight, address]) => {{ "
        f'const face = new FontFace("Inter", `url(${{address}})`, {{ weight }}); '
        "document.fonts.add(face); return face.load(); })));\n"
        "function actoolkitLook(spec) { "
        'const dark = document.body?.dataset.jpThemeLight === "false"; '
        f"if (dark && spec?.config?.background === {light}) spec.config = {dark}; "
        "return spec; }\n"
        "function actoolkitFollow(redraw) { "
        "const theme = () => document.body?.dataset.jpThemeLight; let last = theme(); "
        "if (last !== undefined) new MutationObserver(() => { "
        "if (theme() !== last) { last = theme(); redraw(); } "
        '}).observe(document.body, { attributeFilter: ["data-jp-theme-light"] }); }\n' + _TENDING
    )


def _following_the_page(bundle: str) -> str:
    """Let a chart take its look from the page; a bundle of another make stays as it is."""
    dressed, read = _SPEC.subn(r"actoolkitLook(\g<0>)", bundle)
    dressed, drawn = _REDRAW.subn(r"\g<0>,actoolkitFollow(\2)", dressed)
    return _look() + dressed if read == drawn == 1 else bundle


def _remember(file: Path, text: str) -> None:
    """Write whole or not at all; a folder that cannot be written only costs time."""
    with suppress(OSError, StoreError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with replacing(file) as draft:
            draft.write(text.encode())


class LiveChart(alt.JupyterChart):
    """A chart of this package as a widget: works offline in JupyterLab, Notebook and Voila.

    Args:
        chart: What to show at first; None shows nothing.

    Example:
        >>> from actoolkit.charts import engagement_heatmap_chart
        >>> live = LiveChart()
        >>> live.spec is None
        True
    """

    _css = (files("actoolkit.widgets") / "explorer.css").read_text(encoding="utf-8")

    def __init__(self, chart: alt.TopLevelMixin | None = None) -> None:
        type(self)._esm = offline_module()
        super().__init__(cast("Any", None), embed_options=EMBED_OPTIONS)
        self.add_class("actoolkit-chart")
        if chart is not None:
            self.draw(chart)

    def draw(self, chart: alt.TopLevelMixin, *, checked: bool = True) -> None:
        """Show a chart in place of the last one.

        Args:
            chart: Any Altair chart; one of this package carries its look, whichever theme the
                user has enabled.
            checked: Whether Altair compares it with the schema, which takes longer than to draw
                it, and watches its parameters.
        """
        with alt.theme.enable("actoolkit"):
            if checked:
                self.chart = cast("Any", chart)
            else:
                self.spec = cast("Any", chart).to_dict(validate=False)


def enable_live_charts() -> None:
    """Show every Altair chart of this session as a `LiveChart`, so that it needs no network.

    Altair's own way of showing charts loads its scripts from the internet, and its menu offers to
    send the chart's data to another site. A saved notebook keeps each chart's specification beside
    the widget, from which an export draws it.

    Example:
        >>> enable_live_charts()
        >>> alt.renderers.active
        'actoolkit'
        >>> renderer = alt.renderers.enable("default")
    """
    alt.renderers.register("actoolkit", _rendered)
    alt.renderers.enable("actoolkit")


def _rendered(spec: dict[str, Any], **_options: Any) -> Any:
    """Show the widget where there is a kernel, and keep what it draws for where there is none."""
    live = LiveChart()
    live.spec = spec
    shown: Any = live._repr_mimebundle_()
    data, metadata = shown if isinstance(shown, tuple) else (shown, {})
    return {**data, SPEC_KIND: spec}, metadata
