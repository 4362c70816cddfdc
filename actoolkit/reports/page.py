"""From a report to its page: escaped by the template engine, fenced in by a strict policy."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from actoolkit.charts.drawing import Unit
from actoolkit.charts.formats import MISSING, count, percent
from actoolkit.charts.locales import writing
from actoolkit.charts.theme import DARK, LIGHT, config
from actoolkit.reports.assets import csp_hash, page_script, style_sheet, vega_bundle
from actoolkit.reports.blocks import Figure, Note, Table
from actoolkit.reports.document import Report


def render(report: Report) -> tuple[str, str]:
    """Give the page of a report, and the page without its constant parts, to be searched.

    Args:
        report: What to show.
    """
    bundle, script, style = vega_bundle(), page_script(), style_sheet()
    numbers = {definition.id: i for i, definition in enumerate(report.definitions, 1)}
    page = (
        environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            policy=policy([bundle, script], style),
            bundle=Markup(bundle),  # noqa: S704 - a constant of the installation, allowed by its hash
            script=Markup(script),  # noqa: S704 - likewise
            style=Markup(style),  # noqa: S704 - likewise
            themes=script_json(_looks()),
            note_number=numbers.get,
            in_order=lambda ids: sorted(ids, key=numbers.__getitem__),
        )
    )
    checked = page.replace(bundle, "").replace(style, "")
    return page, checked


def policy(scripts: Sequence[str], style: str) -> str:
    """Give the content-security policy of a page: these scripts, this style, and no network.

    Args:
        scripts: The inline scripts that may run.
        style: The inline style sheet.
    """
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {' '.join(csp_hash(script) for script in scripts)}",
            f"style-src {csp_hash(style)}",
            "img-src data: blob:",
            "font-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _looks() -> dict[str, Any]:
    """What the script draws with: both looks, and the locale where one is chosen."""
    chosen = writing()
    looks = {"light": config(LIGHT), "dark": config(DARK)}
    return {**looks, "locale": chosen.for_vega()} if chosen else looks


@cache
def environment() -> Environment:
    """Give the template engine, which escapes whatever it is given."""
    engine = Environment(
        loader=PackageLoader("actoolkit.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    engine.tests["figure"] = lambda block: isinstance(block, Figure)
    engine.tests["table"] = lambda block: isinstance(block, Table)
    engine.tests["note"] = lambda block: isinstance(block, Note)
    engine.filters["written"] = written
    engine.filters["twin"] = _twin
    engine.filters["figure_data"] = _figure_json
    engine.filters["tojson_text"] = lambda value: json.dumps(value, ensure_ascii=False)
    return engine


def script_json(value: Any) -> Markup:
    r"""Write a value as JSON that cannot end the script element it stands in.

    Args:
        value: JSON-ready.

    Example:
        >>> print(script_json({"name": "</script>"}))
        {"name":"\u003c/script\u003e"}
    """
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)  # noqa: S704 - nothing in it can close the element


def _figure_json(figure: Figure) -> Markup:
    return script_json(
        {
            "spec": _localised(figure.spec) if writing() else figure.spec,
            "controls": figure.controls,
            "states": {key: [found.title, found.subtitle] for key, found in figure.states.items()},
            "empty": [figure.empty.title, figure.empty.subtitle],
            "columns": [{"field": column.field, "unit": column.unit} for column in figure.columns],
        }
    )


def _localised(value: Any) -> Any:
    """Let the literal percentages of Vega expressions follow the locale."""
    if isinstance(value, str):
        text = value.replace("? '0%' :", "? format(0, '.0%') :")
        return text.replace("'<0.01%'", "'<' + format(0.0001, '.2%')")
    if isinstance(value, Mapping):
        return {key: one if key == "datasets" else _localised(one) for key, one in value.items()}
    return [_localised(one) for one in value] if isinstance(value, list) else value


def _twin(figure: Figure) -> list[list[str]]:
    """Write the rows as a table: what is drawn in parts, such as a stacked bar, is one line."""
    lines = (
        [written(row.get(column.field), column.unit) for column in figure.columns]
        for row in figure.rows
    )
    return [line for line, _ in groupby(lines)]


def written(value: Any, unit: Unit) -> str:
    """Write a value of a table; the page's script does the same.

    Args:
        value: From a row.
        unit: How it is written.

    Example:
        >>> written(0.2461, "rate"), written(1200, "count"), written(None, "text")
        ('24.6%', '1,200', '—')
    """
    if value is None or value == "":
        return MISSING
    if unit == "rate":
        return percent(value)
    return count(value) if unit == "count" else str(value)
