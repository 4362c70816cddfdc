"""Metrics by their ids, a user's own among them: computed the way the built-in ones are."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import groups
from actoolkit.metrics.clusters import spreads, with_spreads
from actoolkit.metrics.counters import joined
from actoolkit.metrics.definitions import Definition
from actoolkit.metrics.frames import Schema, closed, opened, whole
from actoolkit.metrics.intervals import exceeds, with_rates
from actoolkit.metrics.quantiles import normal_quantile
from actoolkit.metrics.registry import FUNCTIONS, explain


def compute_metric(metric_id: str, *frames: Any, **options: Any) -> Any:
    """Compute a metric by its id: a built-in one, or one of `register_metric`.

    Grain: as the metric's function gives it; for a metric of your own without one, one row per
    group of ``by=``, or one row in all.

    Such a metric is the ratio of two sums over the rows of one frame. A metric whose id ends in
    ``_rate`` or ``_share`` is a share: it lies between 0 and 1 and has an interval, Wilson's
    widened as far as the rows of the group differ by more than chance. Any other is a mean, such as
    replies per click, without interval. A row that has neither count adds nothing; one that has
    only one of them makes its group's rate null.

    Args:
        metric_id: Such as "click_rate".
        *frames: What its function takes; one frame with numerator and denominator where there is
            no function, such as the result of `campaign_rates`, which has ``delivered``.
        **options: What its function takes by name; where there is none ``by``, column or columns
            of the groups, and ``confidence``, coverage of the intervals between 0 and 1.

    Returns:
        What the function gives. Without one, the same kind of frame, sorted by group: the groups;
        numerator and denominator under their names, Int64 for a share and Float64 for a mean:
        their sums; the metric under its id (Float64): null where the denominator is 0, and for a
        share where the numerator exceeds it; for a share its ``_low`` and ``_high``;
        ``rows (Int64): how many had both counts``;
        ``flag (String): null, or what is withheld and why``.

    Raises:
        InvalidArgument: No metric has this id; it has neither a function nor two counts; the
            function that it names is not there, or does not take these frames and options; or its
            function gives no frame with a column of the id. Also whatever the function raises.
        MissingColumns: The frame lacks a count or a group.

    Source:
        `actoolkit.metrics.explain(metric_id)`; the interval: `actoolkit.metrics.clusters`.

    Example:
        >>> import polars as pl
        >>> from actoolkit.metrics import Definition, register_metric
        >>> _ = register_metric(Definition(
        ...     id="complaint_rate", title="Complaint rate", formula="complaints ÷ delivered mails",
        ...     numerator="complaints", denominator="delivered"), replace=True)
        >>> mails = pl.DataFrame({"type": ["single", "single", "split"],
        ...     "complaints": [1, 3, 2], "delivered": [1000, 1000, 0]})
        >>> found = compute_metric("complaint_rate", mails, by="type")
        >>> found.select("type", "complaints", "complaint_rate", "flag").rows()[0]
        ('single', 4, 0.002, None)
        >>> found["flag"][1]
        'complaint_rate: numerator exceeds denominator'
    """
    definition = explain(metric_id)
    own = FUNCTIONS.get(metric_id)
    if own is not None:
        _refuse_others(metric_id, own, frames, options)
        return _held(definition, own(*frames, **options))
    if definition.function:
        function = getattr(importlib.import_module("actoolkit.metrics"), definition.function, None)
        if not callable(function):
            raise InvalidArgument(
                f"{metric_id} names the function {definition.function!r}, which is not there.",
                hint="Leave it out of the Definition, and pass register_metric(function=...).",
            )
        _refuse_others(metric_id, function, frames, options)
        return function(*frames, **options)
    ratio = partial(_ratio, definition)
    _refuse_others(metric_id, ratio, (frames,), options)
    return ratio(frames, **options)


def is_share(metric_id: str) -> bool:
    """Say whether a metric lies between 0 and 1, by its id: "rate", or how it ends.

    Args:
        metric_id: Such as "click_rate".
    """
    return metric_id == "rate" or metric_id.endswith(("_rate", "_share"))


def _refuse_others(
    metric_id: str, function: Callable[..., Any], frames: Sequence[Any], options: Mapping[str, Any]
) -> None:
    """Refuse frames and options that a function does not take, by the names of those it does."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # Written in C: the call itself will tell.
        return
    try:
        signature.bind(*frames, **options)
    except TypeError as error:
        taken = signature.parameters.values()
        named = [one.name for one in taken if one.kind is one.KEYWORD_ONLY]
        placed = [one.name for one in taken if one.kind is not one.KEYWORD_ONLY]
        by_name = f"; by name: {', '.join(named)}" if named else ""
        raise InvalidArgument(
            f"{metric_id} cannot be computed so: {error}.",
            hint=f"It takes {', '.join(placed) or 'no frames'}{by_name}.",
        ) from error


def _held(definition: Definition, made: Any) -> Any:
    """Hand on what a user's function gave, if it is a frame with the metric in it."""
    where = f"The function of {definition.id}"
    try:
        names = nw.from_native(made).lazy().collect_schema().names()
    except TypeError as error:
        raise InvalidArgument(
            f"{where} gave {type(made).__name__}, not a frame.",
            hint=f"Let it return a frame with the column {definition.id}.",
        ) from error
    if definition.id not in names:
        raise InvalidArgument(
            f"{where} gave no column {definition.id}; it gave {', '.join(names) or 'none'}.",
            hint=f"Name the metric's column {definition.id}.",
        )
    return made


def _ratio(
    definition: Definition,
    frames: Sequence[Any],
    *,
    by: str | Sequence[str] | None = None,
    confidence: float = 0.95,
) -> Any:
    name, hits, trials = definition.id, definition.numerator, definition.denominator
    if not (hits and trials):
        raise InvalidArgument(
            f"{name} is explained, but nothing says how to compute it.",
            hint="Register it with a numerator and a denominator, or with function=.",
        )
    if len(frames) != 1:
        raise InvalidArgument(
            f"{name} is computed from one frame, not from {len(frames)}.",
            hint=f"Pass a frame with {hits} and {trials}, or register a function= that takes more.",
        )
    normal_quantile(confidence)
    share = is_share(name)
    ends = ("", "_low", "_high") if share else ("",)
    sums: Schema = dict.fromkeys((hits, trials), "count" if share else "rate")
    made: Schema = {
        **sums,
        **{f"{name}{end}": "rate" for end in ends},
        "rows": "count",
        "flag": "text",
    }
    names = groups(name, by, made)
    keys: Schema = dict.fromkeys(names, "key")
    rows = opened(name, frames[0], {**keys, **sums})
    over, under = nw.col(hits), nw.col(trials)
    rates = {name: (over, under)}
    lone = f"{name}__lone"
    added = [hits, trials, "rows", lone]
    rows = rows.with_columns(
        _one(~over.is_null() & ~under.is_null()).alias("rows"),
        _one(over.is_null() != under.is_null()).alias(lone),
    )
    if share:
        rows = with_spreads(rows, rates)
        added += spreads(name)
    total = [nw.col(column).sum() for column in added]
    fractions = [*spreads(name)] if share else [hits, trials]
    grouped = rows.group_by(*names).agg(*total) if names else whole(rows.select(*total), fractions)
    grouped = grouped.with_columns(nw.col("rows", lone).fill_null(0)).with_columns(
        *(nw.when(nw.col("rows") > 0).then(nw.col(one)).alias(one) for one in (hits, trials))
    )
    whole_pairs = nw.when(nw.col(lone) == 0).then(over)
    if share:
        grouped = with_rates(grouped, {name: (whole_pairs, under)}, confidence, clustered=True)
    else:
        grouped = grouped.with_columns(nw.when(under != 0).then(whole_pairs / under).alias(name))
    notes = [(nw.col(lone) > 0, f"{name}: a row has one count only")]
    if share:
        notes.append((exceeds(over, under), f"{name}: numerator exceeds denominator"))
    grouped = grouped.with_columns(flag=joined(notes))
    return closed(grouped, frames[0], {**keys, **made}, sort_by=names or ["rows"])


def _one(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))
