"""Metrics that were asked for: a chart each, with its definition as the footnote.

They are a user's own, or rates of campaigns that no section draws over time.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit import loaders, metrics
from actoolkit.addresses import find_address
from actoolkit.charts.groups import Groups, grouped
from actoolkit.charts.own import TIME_HEIGHT, TWIN, metric_finding, metric_layers
from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import listed
from actoolkit.metrics.days import Grain, period_start
from actoolkit.metrics.definitions import Definition
from actoolkit.metrics.registry import BUILT_IN_IDS, FUNCTIONS, tables_of
from actoolkit.reports.blocks import Figure, Note
from actoolkit.reports.campaigns import sent_campaigns
from actoolkit.reports.document import Section
from actoolkit.reports.figures import still
from actoolkit.reports.material import Material
from actoolkit.reports.period import Period, grain_for

_MOST = 30
_OVER_TIME = ("open_rate", "click_rate")
"""Rates that the section about engagement draws."""
_SENT_ON = "sent on"
"""Of the groups by time: no metric and no column of the API has a name with a space."""


def own_metrics(metric_ids: object, *, personal_data: bool = False) -> tuple[str, ...]:
    """Read which metrics are asked for.

    Args:
        metric_ids: Ids, or one.
        personal_data: Whether e-mail addresses may stand on the page.

    Raises:
        InvalidArgument: No metric has such an id, it is a built-in one but no rate of campaigns, or
            one that a section draws, nothing says how to compute
            it, a report cannot load its tables, or an e-mail address is in its definition.
    """
    given = [metric_ids] if isinstance(metric_ids, Definition) else metric_ids
    named = [] if given is None else listed("metrics", given)
    for metric_id in named:
        if not isinstance(metric_id, str):
            is_one = isinstance(metric_id, Definition)
            raise InvalidArgument(
                f"metrics= takes ids, not {type(metric_id).__name__}.",
                hint=f'Use metrics="{metric_id.id}".' if is_one else 'Use metrics="my_rate", say.',
            )
        _check(metrics.explain(metric_id), personal_data=personal_data)
    return tuple(dict.fromkeys(named))


def needed_tables(metric_ids: Sequence[str]) -> tuple[str, ...]:
    """Give the tables that metrics of one's own are computed from.

    Args:
        metric_ids: Their ids.
    """
    return tuple(dict.fromkeys(table for one in metric_ids for table in tables_of(one)))


def own_section(
    material: Material, period: Period, metric_ids: Sequence[str], *, automation: str | None = None
) -> Section:
    """Build the section.

    A metric with a function gets the tables it was registered with, of the campaigns those sent in
    the period. One without is the ratio of the one-off campaigns' counts by month, week or day of
    sending, or that of each mail of the automation that the report is limited to. So is a built-in
    rate of campaigns.

    Args:
        material: Tables of the account.
        period: Days of sending.
        metric_ids: As `own_metrics` reads them.
        automation: What the report is limited to.

    Raises:
        InvalidArgument: What a function gives cannot be drawn. Also whatever it raises.
    """
    built_in = bool(set(metric_ids) & set(BUILT_IN_IDS))
    made, says = ("Chosen", "define each") if built_in else ("Defined", "say how")
    return Section(
        "more-metrics",
        "More metrics",
        lead=f"{made} by whoever made this report; the notes at the end {says}.",
        blocks=[_block(material, period, one, automation) for one in metric_ids],
    )


def _check(definition: Definition, *, personal_data: bool) -> None:
    name = definition.id
    if name in _OVER_TIME:
        raise InvalidArgument(
            f"{name} is a built-in metric, drawn over time in the section about engagement.",
            hint='Use report("engagement"), or register yours under another id.',
        )
    if name in BUILT_IN_IDS and not _is_rate_of_campaigns(definition):
        rates = [one.id for one in metrics.DEFINITIONS.values() if _is_rate_of_campaigns(one)]
        raise InvalidArgument(
            f"{name} is a built-in metric that metrics= does not draw.",
            hint=f"It takes those of register_metric, and {', '.join(rates)}.",
        )
    if name not in FUNCTIONS and not (definition.numerator and definition.denominator):
        raise InvalidArgument(
            f"{name} is explained, but nothing says how to compute it.",
            hint="Register it with a numerator and a denominator, or with function=.",
        )
    for table in tables_of(name):
        needs = [
            argument.name
            for argument in inspect.signature(getattr(loaders, f"load_{table}")).parameters.values()
            if argument.default is argument.empty and argument.kind is not argument.VAR_KEYWORD
        ]
        if needs or table == "user":
            raise InvalidArgument(
                f"{name} wants {table}, which reports do not load"
                f"{f' without {needs[0]}' if needs else ''}.",
                hint=f"Let its function call actoolkit.load_{table}.",
            )
    for part in ("title", "formula", "caveats"):
        if not personal_data and find_address(str(getattr(definition, part))):
            raise InvalidArgument(
                f"The {part} of {name} would show an e-mail address.",
                hint="Take it out, or pass personal_data=True.",
            )


def _is_rate_of_campaigns(definition: Definition) -> bool:
    """Whether `campaign_rates` gives it as a ratio, and no section draws it over time."""
    is_ratio = definition.function == "campaign_rates" and bool(definition.denominator)
    return is_ratio and definition.id in BUILT_IN_IDS and definition.id not in _OVER_TIME


def _block(
    material: Material, period: Period, metric_id: str, automation: str | None
) -> Figure | Note:
    definition = metrics.explain(metric_id)
    tables = tables_of(metric_id)
    if not material.has(*tables):
        return Note(f"{definition.title} is not shown: {material.why_not(*tables)}")
    sent = sent_campaigns(material, period)
    if metric_id in FUNCTIONS:
        frames = (sent if table == "campaigns" else material.frames[table] for table in tables)
        # Clones: what a function does to its frames in place is not done to the report's.
        made = metrics.compute_metric(metric_id, *(frame.clone() for frame in frames))
        drawn = _drawn(made, definition)
    elif automation is not None:
        if sent.is_empty():
            return Note(f"{definition.title}: no mail of it was first sent from {period}.")
        counted = _counted(sent, definition)
        made = metrics.compute_metric(metric_id, counted, by=["campaign_id", "name"])
        drawn = _drawn(made, definition, along="name")
    else:
        one_off = sent.filter(pl.col("automation_id").is_null())
        if one_off.is_empty():
            return Note(f"{definition.title}: no one-off campaign was sent from {period}.")
        grain = grain_for(period)
        start = period_start(nw.col("sent_local"), grain).alias(_SENT_ON)
        dated = nw.from_native(_counted(one_off, definition)).with_columns(start).to_native()
        made = metrics.compute_metric(metric_id, dated, by=_SENT_ON)
        drawn = _drawn(made, definition, grain=grain)
    finding = metric_finding(drawn)
    if not drawn.rows:
        return Note(finding.description)
    size: dict[str, Any] = {"height": TIME_HEIGHT} if drawn.in_time else {}
    return still(
        f"own-{metric_id}",
        drawn.rows,
        finding,
        metric_layers(drawn),
        columns=TWIN,
        definitions=(metric_id,),
        **size,
    )


def _drawn(
    made: object, definition: Definition, *, along: str | None = None, grain: Grain | None = None
) -> Groups:
    try:
        return grouped(made, definition, value=None, along=along, top=_MOST, grain=grain)
    except InvalidArgument as error:
        raise InvalidArgument(
            f"{definition.id} cannot be shown: {error.message}",
            hint="Let its function give a row per group, few enough to look at, in numbers, and "
            "money in one currency.",
        ) from error


def _counted(sent: pl.DataFrame, definition: Definition) -> pl.DataFrame:
    """Give campaigns with the counts of `campaign_rates`, which a rate of its own counts itself."""
    if definition.function:
        return sent
    rates = metrics.campaign_rates(sent)
    added = [name for name in rates.columns if name not in sent.columns]
    return sent.join(rates.select("campaign_id", *added), on="campaign_id")
