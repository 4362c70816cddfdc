"""From a notebook to its page: the report's engine, look and policy."""

from __future__ import annotations

import base64
import math
import re
from typing import Any

from markupsafe import Markup

import actoolkit
from actoolkit.charts.theme import DARK, LIGHT, config
from actoolkit.reports.assets import notebook_script, notebook_style, vega_bundle
from actoolkit.reports.notebook import NotebookPage
from actoolkit.reports.page import environment, policy, script_json
from actoolkit.reports.prose import prose

_DRAWING = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)")
_PICTURE = re.compile(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=]+")


def render(notebook: NotebookPage) -> tuple[str, str]:
    """Give the page of a notebook, and its texts without constant parts, to be searched.

    Args:
        notebook: What to show.
    """
    bundle, script, style = vega_bundle(), notebook_script(), notebook_style()
    engine = environment().overlay()
    engine.filters = {
        **engine.filters,
        "spec_data": lambda spec: script_json(_finite(spec)),
        "prose": _output_prose,
    }
    page = engine.get_template("notebook.html.j2").render(
        notebook=notebook,
        policy=policy([bundle, script], style),
        version=actoolkit.__version__,
        bundle=Markup(bundle),  # noqa: S704 - a constant of the installation, allowed by its hash
        script=Markup(script),  # noqa: S704 - likewise
        style=Markup(style),  # noqa: S704 - likewise
        themes=script_json({"light": _quiet(config(LIGHT)), "dark": _quiet(config(DARK))}),
    )
    checked = page.replace(bundle, "").replace(style, "")
    return page, searchable(checked)


def searchable(text: str) -> str:
    """Give a text with its drawings as texts and without its other pictures.

    Args:
        text: Of the page, or of a cell.
    """
    drawings = [base64.b64decode(code).decode() for code in _DRAWING.findall(text)]
    return "\n".join([_PICTURE.sub("", text), *drawings])


def _output_prose(text: str) -> Markup:
    return prose(text, attachments={}, anchor=lambda _: "", titled=False)[0]


def _quiet(look: dict[str, Any]) -> dict[str, Any]:
    """Leave sizes to the user's charts."""
    look["view"] = {"stroke": None}
    return look


def _finite(value: Any) -> Any:
    """Write numbers that JSON lacks as missing."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {str(key): _finite(one) for key, one in value.items()}
    return [_finite(one) for one in value] if isinstance(value, list) else value
