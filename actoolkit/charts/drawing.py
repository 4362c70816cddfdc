"""What all charts share: a finding in words, the date of the data, the empty chart."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, cast

import altair as alt

from actoolkit.charts.formats import moment
from actoolkit.charts.frames import Row
from actoolkit.charts.theme import themed

AsOf = datetime | date | str | None
Unit = Literal["text", "count", "rate", "money", "day"]

_TITLE_WIDTH, _SUBTITLE_WIDTH = 74, 108


@dataclass(frozen=True, slots=True)
class Finding:
    """What a chart says, in words.

    Args:
        title: The finding, computed from the data.
        subtitle: What is measured, and what to beware of.
        description: The chart for those who do not see it.
    """

    title: str
    subtitle: str
    description: str


@dataclass(frozen=True, slots=True)
class TwinColumn:
    """A column of the table that says the same as the chart.

    Args:
        field: Key in the chart's rows.
        label: Heading.
        unit: How values are written.
    """

    field: str
    label: str
    unit: Unit


def inline(rows: list[Row]) -> alt.InlineData:
    """Give rows to Vega-Lite as they are, without inferring anything.

    As a plain mapping, which Altair takes as it takes `altair.InlineData`: that one would check
    each value of each row against the schema, several times per drawing.

    Args:
        rows: JSON-ready rows.
    """
    return cast("alt.InlineData", {"values": rows})


def finished(
    layers: list[alt.Chart],
    finding: Finding,
    *,
    as_of: AsOf,
    corner_offset: int = 18,
    **properties: Any,
) -> alt.LayerChart:
    """Put title, subtitle, description, the date of the data and the theme on a chart.

    Args:
        layers: The marks.
        finding: The words.
        as_of: Moment of the data, written in the lower right corner; None leaves it empty.
        corner_offset: Pixels between the plot and the corner's text: room for an axis.
        **properties: Further top-level properties, such as ``height``.
    """
    if as_of is not None:
        layers = [*layers, corner(as_of, offset=corner_offset)]
    chart = alt.layer(*layers).properties(
        width=640, title=headline(finding), description=finding.description, **properties
    )
    return themed(cast("alt.LayerChart", chart))


def panels(
    parts: Sequence[tuple[Finding, list[alt.Chart]]], *, as_of: AsOf, height: int
) -> alt.VConcatChart:
    """Put charts of one kind below each other, each with its own title and legend.

    Args:
        parts: What each says, and its marks.
        as_of: Moment of the data, written once, below the last; None leaves it out.
        height: Of each plot.
    """
    drawn = [list(layers) for _, layers in parts]
    if as_of is not None:
        drawn[-1].append(corner(as_of, offset=44))
    charts = [
        alt.layer(*layers).properties(width=640, height=height, title=headline(finding))
        for (finding, _), layers in zip(parts, drawn, strict=True)
    ]
    words = " ".join(finding.description for finding, _ in parts)
    made = alt.vconcat(*charts, spacing=36).properties(description=words)
    return themed(cast("alt.VConcatChart", made.resolve_scale(color="independent")))


def headline(finding: Finding) -> alt.TitleParams:
    """Give title and subtitle, broken into lines, which Vega does not do by itself.

    Args:
        finding: The words.
    """
    return alt.TitleParams(
        text=balanced(finding.title, _TITLE_WIDTH),
        subtitle=balanced(finding.subtitle, _SUBTITLE_WIDTH),
    )


def balanced(text: str, width: int) -> list[str]:
    """Break a text into as few lines as fit, of about the same length: no word is left alone.

    Args:
        text: Words.
        width: Most characters of a line.

    Example:
        >>> balanced("4.1% of the mails sent in May 2026 were clicked", 40)
        ['4.1% of the mails sent', 'in May 2026 were clicked']
    """
    lines = textwrap.wrap(text, width)
    if len(lines) < 2:
        return lines
    narrower = range(len(text) // len(lines), width)
    tried = (textwrap.wrap(text, each) for each in narrower)
    return next((made for made in tried if len(made) == len(lines)), lines)


def corner(as_of: datetime | date | str, *, offset: int) -> alt.Chart:
    """Write the moment of the data in the lower right corner.

    Args:
        as_of: The moment.
        offset: Pixels below the plot.
    """
    text: alt.Chart = (
        alt.Chart(inline([{"as_of": f"Data as of {moment(as_of)}"}]))
        .mark_text(style="note", align="right", baseline="top", dy=offset)
        .encode(text="as_of:N", x=alt.value("width"), y=alt.value("height"))
    )
    return text


def nothing(finding: Finding, *, as_of: AsOf) -> alt.LayerChart:
    """Draw a chart that says there is nothing to draw.

    Args:
        finding: Its title says that there is no data.
        as_of: Moment of the data.
    """
    text = (
        alt.Chart(inline([{"message": "Nothing to draw"}]))
        .mark_text(style="empty", align="left", baseline="top")
        .encode(text="message:N", x=alt.value(0), y=alt.value(8))
    )
    return finished([text], finding, as_of=as_of, height=40)
