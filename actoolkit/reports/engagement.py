"""When campaigns were sent and how they did, with opens and clicks to choose from."""

from __future__ import annotations

from actoolkit import metrics
from actoolkit.charts.drawing import Finding, finished
from actoolkit.charts.engagement import (
    HEIGHT,
    TWIN,
    heatmap_finding,
    heatmap_layers,
    heatmap_rows,
    hour_range,
)
from actoolkit.charts.frames import Row
from actoolkit.charts.theme import specification
from actoolkit.reports.blocks import Control, Figure, Note, Option
from actoolkit.reports.campaigns import sent_campaigns
from actoolkit.reports.cube import cube
from actoolkit.reports.document import Section
from actoolkit.reports.material import Material
from actoolkit.reports.period import Period

CONTROL = Control("rate", "Show", [Option("open_rate", "Opens"), Option("click_rate", "Clicks")])


def engagement_section(material: Material, period: Period) -> Section:
    """Build the section.

    Args:
        material: Tables of the account.
        period: Days of sending.
    """
    frame = metrics.engagement_heatmap(sent_campaigns(material, period))
    rows: list[Row] = []
    states: dict[str, Finding] = {}
    for option in CONTROL.options:
        made = heatmap_rows(frame, rate=option.value)
        if made:
            states[option.value] = heatmap_finding(made, rate=option.value, zone=material.zone)
            rows += [{**row, CONTROL.name: option.value} for row in made]
    if not rows:
        sentence = f"No one-off campaign was delivered from {period}."
        return Section("sending-time", "Sending time", blocks=[Note(sentence)])
    layers = heatmap_layers(rows, label="Rate", hours=hour_range(rows), zone=material.zone)
    chart = finished(layers, states[CONTROL.value], as_of=None, height=HEIGHT)
    start = {CONTROL.name: CONTROL.value}
    figure = Figure(
        id="heatmap",
        spec=cube(specification(chart), rows=rows, start=start),
        start=start,
        states=states,
        empty=Finding("No campaign was delivered", "", "No campaign."),
        columns=TWIN,
        definitions=("engagement_heatmap", "wilson"),
    )
    return Section(
        "sending-time",
        "Sending time",
        lead="Whether the day and hour of sending go along with more opens or clicks.",
        controls=[CONTROL],
        blocks=[figure],
    )
