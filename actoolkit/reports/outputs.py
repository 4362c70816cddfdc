"""What a notebook's cells put out, as values a page can show without trusting them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from actoolkit.reports.html_tables import PlainTable, plain_tables
from actoolkit.reports.prose import image_source, joined

VEGA_LITE = re.compile(r"application/vnd\.vegalite\.v\d+[+.]json")
WIDGET = "application/vnd.jupyter.widget-view+json"
LONGEST = 200_000
"""Characters of one text output that are shown."""

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_CALLS = re.compile(r"\}\)\(|var spec = ")
NO_KERNEL = "A control stood here: it is alive only in a notebook with a running kernel."
AS_IT_STOOD = "The controls of this chart are alive only in a notebook with a running kernel."
NEEDS_SCRIPTS = "This output needs scripts of its own, which a page like this one does not run."
NEEDS_NETWORK = (
    "This chart fetches its data from an address, which a page like this one does not do. "
    "Give the rows to the chart instead."
)

_LOADED = re.compile(r"\w+: [\d,]+ rows? from [^\n]+(?:\n\w+: [\d,]+ rows? from [^\n]+)*")
"""What loading tells: of interest to whom doubts, folded for others."""

Kind = Literal["text", "loaded", "warning", "error", "image", "chart", "table", "prose", "note"]


@dataclass(frozen=True, slots=True)
class Output:
    """One output.

    Args:
        kind: What it is.
        text: Its text, or the source of the picture.
        spec: Vega-Lite of a chart.
        table: A table's cells.
    """

    kind: Kind
    text: str = ""
    spec: Mapping[str, Any] | None = None
    table: PlainTable | None = None


def outputs_of(cell: Mapping[str, Any]) -> list[Output]:
    """Read the outputs of a code cell.

    Args:
        cell: As the notebook keeps it.
    """
    found = [one for output in cell.get("outputs") or () for one in _read(output)]
    merged: list[Output] = []
    for one in found:
        if merged and one.kind == merged[-1].kind and one.kind in ("text", "loaded", "warning"):
            merged[-1] = Output(one.kind, f"{merged[-1].text}\n{one.text}")
        else:
            merged.append(one)
    return merged


def _read(output: Mapping[str, Any]) -> Iterator[Output]:
    match output.get("output_type"):
        case "stream":
            text = plain(joined(output.get("text")))
            if text.strip():
                yield Output("warning", text) if output.get("name") == "stderr" else _text(text)
        case "error":
            trace = "\n".join(filter(None, map(joined, output.get("traceback") or ())))
            yield Output("error", plain(trace or f"{output.get('ename')}: {output.get('evalue')}"))
        case "display_data" | "execute_result":
            data = output.get("data")
            yield from _shown(data if isinstance(data, Mapping) else {})
            if "actoolkit" in (output.get("metadata") or {}):
                yield Output("note", AS_IT_STOOD)


def _shown(data: Mapping[str, Any]) -> Iterator[Output]:
    """The richest form of one output that is safe to show."""
    markup = joined(data.get("text/html"))
    spec = next((data[kind] for kind in data if VEGA_LITE.fullmatch(kind)), None)
    spec = spec if isinstance(spec, Mapping) else spec_in(markup)
    if spec is not None:
        yield _chart(spec)
    elif source := image_source(data):
        yield Output("image", source)
    elif tables := plain_tables(markup):
        yield from (Output("table", table.caption, table=table) for table in tables)
    elif WIDGET in data:
        yield Output("note", NO_KERNEL)
    elif text := joined(data.get("text/markdown")):
        yield Output("prose", text)
    elif text := plain(joined(data.get("text/plain"))):
        yield _text(text)
    elif data:
        yield Output("note", NEEDS_SCRIPTS)


def _text(text: str) -> Output:
    return Output("loaded" if _LOADED.fullmatch(text) else "text", text)


def _chart(spec: Mapping[str, Any]) -> Output:
    spec = {key: value for key, value in spec.items() if key != "usermeta"}
    return Output("note", NEEDS_NETWORK) if _fetches(spec) else Output("chart", spec=spec)


def _fetches(value: Any) -> bool:
    """Whether a specification names data elsewhere; values of rows may say anything."""
    if isinstance(value, Mapping):
        data = value.get("data")
        if isinstance(data, Mapping) and "url" in data:
            return True
        return any(_fetches(v) for k, v in value.items() if k not in ("datasets", "values"))
    return isinstance(value, list) and any(map(_fetches, value))


def spec_in(markup: str) -> Mapping[str, Any] | None:
    """Find the Vega-Lite specification in the HTML that Altair writes by default.

    Args:
        markup: HTML; nothing of it is run.
    """
    for call in _CALLS.finditer(markup if "vega" in markup else ""):
        try:
            spec, _ = json.JSONDecoder().raw_decode(markup, call.end())
        except (ValueError, RecursionError):
            continue
        if isinstance(spec, dict) and "/vega-lite/" in str(spec.get("$schema")):
            return spec
    return None


def plain(text: str) -> str:
    r"""Give what a terminal would show: no colours, of overwritten lines the last state.

    Args:
        text: Of a stream.

    Example:
        >>> plain("10%\r100%\n\x1b[31mred\x1b[0m")
        '100%\nred'
    """
    text = _ANSI.sub("", text[:LONGEST]).replace("\r\n", "\n")
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n")]
    return _CONTROL.sub("\ufffd", "\n".join(lines)).rstrip()
