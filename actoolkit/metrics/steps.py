"""The funnel of contacts: who took which steps, in their order and in time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import groups, is_whole
from actoolkit.metrics.chains import comes_back, first_moments
from actoolkit.metrics.eager import collected, handed_back, rated
from actoolkit.metrics.events import EVENT_NAMES
from actoolkit.metrics.frames import Schema, opened
from actoolkit.metrics.steps_polars import reached_in_stretches

_FUNNEL: Schema = {
    "step": "text",
    "step_index": "count",
    "contacts": "count",
    "rate": "rate",
    "rate_low": "rate",
    "rate_high": "rate",
    "step_rate": "rate",
    "step_rate_low": "rate",
    "step_rate_high": "rate",
    "dropped": "count",
    "median_hours": "rate",
    "lower_quartile_hours": "rate",
    "upper_quartile_hours": "rate",
}
_OWN: Schema = {
    **dict.fromkeys(("contact_id", "event"), "key"),
    **dict.fromkeys(("happened_at", "start"), "moment"),
    **dict.fromkeys(("place", "is_next", "first", "before", "same"), "count"),
}
"""Columns that it reads or works with, by which nothing can be grouped."""
_HOUR = 3_600_000_000


def contact_funnel(
    events: Any,
    steps: Sequence[str],
    *,
    window_days: int | None = 30,
    by: str | Sequence[str] | None = None,
    confidence: float = 0.95,
) -> Any:
    """Count the contacts who took steps one after the other.

    Grain: one row per group and step. A contact is in a step who took it after the step before, by
    any choice among the events, all within the window after the first. Other events between do not
    matter, and nobody is counted twice. A step at the same moment as the one before comes after it;
    the same event, where it is a step again, must come at a later moment.

    Args:
        events: Result of `contact_events`, or any frame of one row per event.
        steps: Names of events, in order; the same one may be there again. One that nobody took must
            be known all the same: from elsewhere in the events, or as one of `contact_events`.
        window_days: From the first step, in days of 24 hours; None for ever.
        by: Columns of the events that make groups; a contact has a funnel in each. They are
            given as texts: flags "true" and "false", whole numbers without decimals.
        confidence: Coverage of the intervals.

    Returns:
        The same kind of frame, sorted by group and step: the groups; ``step (String)``,
        ``step_index (Int64): 0 for the first``, ``contacts (Int64)``;
        ``rate (Float64, 0..1): of the contacts of the first step``, ``step_rate``: of those of the
        step before, both with Wilson's interval (``_low``, ``_high``); null where nobody was there,
        ``step_rate`` also in the first;
        ``dropped (Int64, contacts): in the step before and not here``;
        ``median_hours (Float64, hours)``, ``lower_quartile_hours``, ``upper_quartile_hours``: of
        those who got here, between the moments at which they first got to the step before and here.

    Raises:
        InvalidArgument: No steps or an unknown one, a window below a day, ``by`` names a result
            column or moments, or ``confidence`` is not between 0 and 1.
        MissingColumns: ``events`` lacks a column.

    Source:
        `actoolkit.metrics.explain("contact_funnel")`.

    Example:
        >>> import polars as pl
        >>> from datetime import UTC, datetime
        >>> events = pl.DataFrame({"contact_id": ["1", "1", "2", "2"],
        ...     "event": ["open", "click", "click", "open"],
        ...     "happened_at": [datetime(2026, 5, day, tzinfo=UTC) for day in (1, 2, 1, 2)]})
        >>> contact_funnel(events, ["open", "click"]).select("step", "contacts").rows()
        [('open', 2), ('click', 1)]
    """
    metric = "contact_funnel"
    wanted = list(steps) if isinstance(steps, Sequence) else []
    if isinstance(steps, str) or not wanted or not all(isinstance(one, str) for one in wanted):
        raise InvalidArgument(
            f"steps={steps!r} is no funnel.", hint='Name events in order: ["open", "click"].'
        )
    made_here: Schema = {
        f"{kind}_{index}": "moment" for kind in ("reached", "from") for index in range(len(wanted))
    }
    names = groups(metric, by, {**_FUNNEL, **_OWN, **made_here})
    if window_days is not None and not is_whole(window_days, 1):
        raise InvalidArgument(
            f"window_days={window_days!r} is no window.",
            hint="Use a whole number from 1 to 36,500; None for ever.",
        )
    window_days = window_days if window_days is None else int(window_days)
    keys: Schema = {**dict.fromkeys(names, "key"), "contact_id": "key"}
    everything = opened(metric, events, {**keys, "event": "text", "happened_at": "moment"})
    rows = everything.filter(~nw.col("contact_id").is_null(), ~nw.col("happened_at").is_null())
    rows = _with_texts(rows, names)
    found = None
    if rows.implementation.is_polars() and not names and not comes_back(wanted):
        found = reached_in_stretches(rows.to_native(), wanted, window_days)
    if found is None:
        reached = first_moments(rows, list(keys), wanted, window_days)
        moments = [f"reached_{index}" for index in range(len(wanted))]
        schema: Schema = {**dict.fromkeys(names, "text"), **dict.fromkeys(moments, "moment")}
        found = collected(reached, schema)
    for name in names:
        found = found.with_columns(pl.when(pl.col(name) != _NONE).then(pl.col(name)).alias(name))
    counted = pl.concat([_step(found, names, index, name) for index, name in enumerate(wanted)])
    taken = set(counted.filter(pl.col("contacts") > 0)["step"])
    _refuse_unknown([name for name in wanted if name not in taken], everything)
    made = _rates(counted, confidence)
    made = made.sort(*names, "step_index", nulls_last=False)
    return handed_back(metric, made, events, {**dict.fromkeys(names, "text"), **_FUNNEL})


def _with_texts(rows: nw.LazyFrame[Any], names: Sequence[str]) -> nw.LazyFrame[Any]:
    """Write groups alike on all engines: pandas has True for true, and 1.0 for 1 beside a hole."""
    schema = rows.collect_schema()
    texts = {}
    for name in names:
        column, dtype = nw.col(name), schema[name]
        if isinstance(dtype, nw.Datetime):
            raise InvalidArgument(
                f"contact_funnel cannot group by the moments in {name}.",
                hint="Make days or months of them, as dates or texts, and group by those.",
            )
        text = column.cast(nw.String)
        if dtype == nw.Boolean:
            text = nw.when(column.fill_null(value=False)).then(nw.lit("true"))
            text = text.otherwise(nw.lit("false"))
        elif dtype.is_float():
            whole = (
                column.fill_nan(None).fill_null(0.5).clip(-_EXACT, _EXACT).round(0).cast(nw.Int64)
            )
            text = nw.when(column == whole).then(whole.cast(nw.String))
            text = text.otherwise(column.cast(nw.String))
        is_missing = column.is_null() | column.is_nan() if dtype.is_float() else column.is_null()
        texts[name] = nw.when(is_missing).then(nw.lit(_NONE)).otherwise(text)
    return rows.with_columns(**texts) if texts else rows


def _refuse_unknown(steps: Sequence[str], events: nw.LazyFrame[Any]) -> None:
    """A step that is mistyped looks like one that nobody took."""
    doubtful = [name for name in steps if name not in EVENT_NAMES]
    if not doubtful:
        return
    names = collected(events.select("event").unique(), {"event": "text"})["event"]
    known = names.drop_nulls().sort().to_list()
    unknown = [name for name in doubtful if name not in known]
    if known and unknown:
        raise InvalidArgument(
            f"There is no event {', '.join(repr(name) for name in unknown)}.",
            hint=f"These events have: {', '.join(known[:_SHOWN])}.",
        )


_SHOWN = 20
_EXACT = 2.0**53
"""Up to here each whole number is a float of its own."""
_NONE = "\x00"
"""Stands for a missing group in keys: engines disagree on whether nulls meet."""


def _step(reached: pl.DataFrame, names: list[str], index: int, step: str) -> pl.DataFrame:
    here = pl.col(f"reached_{index}")
    waited = here - pl.col(f"reached_{max(index - 1, 0)}")
    hours = waited.dt.total_microseconds() / _HOUR if index else pl.lit(None, pl.Float64)
    counts = {
        "contacts": here.is_not_null().sum(),
        "first": pl.col("reached_0").is_not_null().sum(),
        "before": pl.col(f"reached_{max(index - 1, 0)}").is_not_null().sum(),
    }
    quartiles = {
        "median_hours": hours.quantile(0.5, "linear"),
        "lower_quartile_hours": hours.quantile(0.25, "linear"),
        "upper_quartile_hours": hours.quantile(0.75, "linear"),
    }
    made = (
        reached.group_by(names).agg(**counts, **quartiles)
        if names
        else reached.select(**counts, **quartiles)
    )
    return made.with_columns(
        pl.col(*counts).cast(pl.Int64),
        pl.col(*quartiles).cast(pl.Float64),
        step=pl.lit(step),
        step_index=pl.lit(index, pl.Int64),
    )


def _rates(counted: pl.DataFrame, confidence: float) -> pl.DataFrame:
    made = rated(counted, "rate", "contacts", "first", confidence)
    before = pl.when(pl.col("step_index") > 0).then(pl.col("before"))
    made = rated(made, "step_rate", "contacts", before, confidence)
    dropped = pl.when(pl.col("step_index") > 0).then(pl.col("before") - pl.col("contacts"))
    return made.with_columns(dropped=dropped)
