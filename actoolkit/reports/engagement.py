"""When campaigns were sent and how they did, with opens and clicks to choose from."""

from __future__ import annotations

from datetime import date

import polars as pl

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
from actoolkit.charts.engagement_by_period import TWIN as PERIOD_TWIN
from actoolkit.charts.engagement_by_period import period_finding, period_layers, period_rows
from actoolkit.charts.frames import Row
from actoolkit.charts.theme import specification
from actoolkit.reports.blocks import Control, Figure, Note, Option
from actoolkit.reports.campaigns import sent_campaigns
from actoolkit.reports.cube import cube
from actoolkit.reports.document import Section
from actoolkit.reports.figures import switched
from actoolkit.reports.material import Material
from actoolkit.reports.period import Period, grain_for

CONTROL = Control("rate", "Show", [Option("open_rate", "Opens"), Option("click_rate", "Clicks")])

NO_RATE = Finding("These counts exceed the delivered mails, or are not known", "", "No rate.")


def engagement_section(material: Material, period: Period, *, over_time: bool = False) -> Section:
    """Build the section.

    Args:
        material: Tables of the account.
        period: Days of sending.
        over_time: Whether to show the rates by month or week of sending as well.
    """
    sent = sent_campaigns(material, period)
    frame = metrics.engagement_heatmap(sent)
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
    layers = heatmap_layers(rows, label="Shrunk rate", hours=hour_range(rows), zone=material.zone)
    chart = finished(layers, states.get(CONTROL.value, NO_RATE), as_of=None, height=HEIGHT)
    start = {CONTROL.name: CONTROL.value}
    figure = Figure(
        id="heatmap",
        spec=cube(specification(chart), rows=rows, start=start),
        start=start,
        states=states,
        empty=NO_RATE,
        columns=TWIN,
        definitions=("engagement_heatmap", "wilson"),
    )
    if over_time:
        return Section(
            "sending-time",
            "Opens and clicks",
            lead="How the rates of one-off campaigns moved, and whether the day and hour of "
            "sending go along with more opens or clicks.",
            controls=[CONTROL],
            blocks=[_over_time(sent, period, material.today), figure],
        )
    return Section(
        "sending-time",
        "Sending time",
        lead="Whether the day and hour of sending go along with more opens or clicks.",
        controls=[CONTROL],
        blocks=[figure],
    )


def _over_time(sent: pl.DataFrame, period: Period, today: date) -> Figure | Note:
    grain, known = grain_for(period), period.known_until(today)
    frame = metrics.engagement_by_period(sent, grain=grain)
    parts = {
        option.value: period_rows(frame, rate=option.value, as_of=known, grain=grain)
        for option in CONTROL.options
    }
    if not any(parts.values()):
        return Note(f"By {grain}: {NO_RATE.title[0].lower()}{NO_RATE.title[1:]}.")
    return switched(
        "rates-over-time",
        CONTROL,
        parts,
        lambda rows, rate: period_finding(rows, rate=rate),
        lambda rows: period_layers(rows, label="Share of delivered mails"),
        columns=PERIOD_TWIN,
        definitions=("engagement_by_period", "wilson"),
        empty=NO_RATE,
        height=240,
    )
