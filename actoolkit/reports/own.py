"""Metrics of one's own: a chart each, with its definition as the footnote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from actoolkit import metrics
from actoolkit.charts.groups import grouped
from actoolkit.charts.own import TIME_HEIGHT, TWIN, metric_finding, metric_layers
from actoolkit.errors import InvalidArgument
from actoolkit.metrics.registry import FUNCTIONS, tables_of
from actoolkit.reports.blocks import Figure, Note
from actoolkit.reports.campaigns import sent_campaigns
from actoolkit.reports.document import Section
from actoolkit.reports.figures import still
from actoolkit.reports.material import Material
from actoolkit.reports.period import Period, grain_for

_STEPS = {"day": "1d", "week": "1w", "month": "1mo"}
_MOST = 30


def own_metrics(metric_ids: str | Sequence[str] | None) -> tuple[str, ...]:
    """Read which metrics of one's own are asked for.

    Args:
        metric_ids: Ids, or one.

    Raises:
        InvalidArgument: No metric has such an id, or it is a built-in one.
    """
    named = (metric_ids,) if isinstance(metric_ids, str) else tuple(metric_ids or ())
    for metric_id in named:
        if metrics.explain(metric_id).function and metric_id not in FUNCTIONS:
            raise InvalidArgument(
                f"{metric_id} is built in; metrics= takes those of register_metric.",
                hint="Leave it out: built-in metrics have their sections.",
            )
    return tuple(dict.fromkeys(named))


def needed_tables(metric_ids: Sequence[str]) -> tuple[str, ...]:
    """Give the tables that metrics of one's own are computed from.

    Args:
        metric_ids: Their ids.
    """
    return tuple(dict.fromkeys(table for one in metric_ids for table in tables_of(one)))


def own_section(material: Material, period: Period, metric_ids: Sequence[str]) -> Section:
    """Build the section.

    A metric with a function gets the tables it was registered with, of the campaigns those sent in
    the period; one without is the ratio of the one-off campaigns' counts by month, week or day of
    sending.

    Args:
        material: Tables of the account.
        period: Days of sending.
        metric_ids: Metrics of `actoolkit.metrics.register_metric`.

    Raises:
        InvalidArgument: What a function gives cannot be drawn. Also whatever it raises.
    """
    return Section(
        "own-metrics",
        "More metrics",
        lead="Defined by whoever made this report; the notes at the end say how.",
        blocks=[_block(material, period, metric_id) for metric_id in metric_ids],
    )


def _block(material: Material, period: Period, metric_id: str) -> Figure | Note:
    definition = metrics.explain(metric_id)
    tables = tables_of(metric_id)
    if not material.has(*tables):
        return Note(f"{definition.title} is not shown: {material.why_not(*tables)}")
    sent = sent_campaigns(material, period)
    if metric_id in FUNCTIONS:
        handed = (sent if table == "campaigns" else material.frames[table] for table in tables)
        made: Any = metrics.compute_metric(metric_id, *handed)
    else:
        made = metrics.compute_metric(metric_id, _counted(sent, period), by="sent_on")
    drawn = grouped(made, definition, value=None, along=None, top=_MOST)
    finding = metric_finding(drawn)
    if not drawn.rows:
        return Note(finding.description)
    size: dict[str, Any] = {"height": TIME_HEIGHT} if drawn.in_time else {}
    return still(
        f"own-{metric_id.replace('_', '-')}",
        drawn.rows,
        finding,
        metric_layers(drawn),
        columns=TWIN,
        definitions=(metric_id,),
        **size,
    )


def _counted(sent: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Give one-off campaigns with the counts of `campaign_rates` and the period of sending."""
    rates = metrics.campaign_rates(sent)
    added = [name for name in rates.columns if name not in sent.columns]
    step = _STEPS[grain_for(period)]
    return (
        sent.join(rates.select("campaign_id", *added), on="campaign_id")
        .filter(pl.col("automation_id").is_null())
        .with_columns(sent_on=pl.col("sent_local").dt.truncate(step).cast(pl.Date))
    )
