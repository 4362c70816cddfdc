"""Scores of contacts: how they are spread, and whether those with high ones buy more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import is_whole
from actoolkit.metrics.eager import collected, handed_back, rated
from actoolkit.metrics.frames import Schema, opened
from actoolkit.metrics.scored_contacts import flags, scored_contacts

_DISTRIBUTION: Schema = {
    "score_id": "text",
    "bin": "count",
    "bin_from": "rate",
    "bin_to": "rate",
    "contacts": "count",
    "contact_share": "rate",
    "cumulative_share": "rate",
}
_OUTCOMES: Schema = {
    "score_id": "text",
    "tenth": "count",
    "lowest_score": "rate",
    "highest_score": "rate",
    "contacts": "count",
    "buyers": "count",
    "buy_rate": "rate",
    "buy_rate_low": "rate",
    "buy_rate_high": "rate",
    "lift": "rate",
    "flag": "text",
}


def score_distribution(score_values: Any, *, bins: int = 10) -> Any:
    """Count contacts by their score.

    Grain: one row per score and bin with a contact. Without personal data. The bins of a score are
    equally wide, from its lowest value to its highest.

    Args:
        score_values: Result of `actoolkit.load_score_values`.
        bins: How many.

    Returns:
        The same kind of frame, sorted: ``score_id (String)``; ``bin (Int64): 1 for the lowest``;
        ``bin_from``, ``bin_to (Float64, points)``: the upper end belongs to the last bin only;
        ``contacts (Int64)``; ``contact_share (Float64): of all contacts with this score``;
        ``cumulative_share (Float64)``: with the lower bins. Values of deals are left out, and
        those that are missing or endless.

    Raises:
        InvalidArgument: ``bins`` is no whole number from 1 to 10,000.
        MissingColumns: ``score_values`` lacks a column.

    Source:
        `actoolkit.metrics.explain("score_distribution")`.

    Example:
        >>> import polars as pl
        >>> values = pl.DataFrame({
        ...     "score_id": ["1"] * 4, "contact_id": ["1", "2", "3", "4"],
        ...     "score_value": [0.0, 4.0, 5.0, 10.0],
        ... })
        >>> score_distribution(values, bins=2).select("bin_from", "bin_to", "contacts").rows()
        [(0.0, 5.0, 2), (5.0, 10.0, 2)]
    """
    if not is_whole(bins, 1, 10_000):
        raise InvalidArgument(
            f"bins={bins!r} are none.", hint="Choose 10, say, and 10,000 at most."
        )
    read: Schema = {"score_id": "key", "contact_id": "key", "score_value": "rate"}
    rows = opened("score_distribution", score_values, read)
    rows = rows.filter(*(~nw.col(name).is_null() for name in read))
    counted = rows.group_by("score_id", "score_value").agg(contacts=nw.len())
    kinds: Schema = {"score_id": "text", "score_value": "rate", "contacts": "count"}
    value, low, high = pl.col("score_value"), pl.col("low"), pl.col("high")
    found = collected(counted, kinds).filter(value.is_finite())
    found = found.with_columns(low=value.min().over("score_id"), high=value.max().over("score_id"))
    width = (high - low) / bins
    place = pl.when(high > low).then(((value - low) / width).floor()).otherwise(0.0)
    found = found.with_columns(bin=place.cast(pl.Int64).clip(0, bins - 1) + 1)
    made = found.group_by("score_id", "low", "high", "bin").agg(pl.col("contacts").sum())
    made = made.sort("score_id", "bin").with_columns(
        bin_from=low + width * (pl.col("bin") - 1),
        bin_to=pl.when(pl.col("bin") == bins).then(high).otherwise(low + width * pl.col("bin")),
        contact_share=pl.col("contacts") / pl.col("contacts").sum().over("score_id"),
        cumulative_share=pl.col("contacts").cum_sum().over("score_id")
        / pl.col("contacts").sum().over("score_id"),
    )
    return handed_back("score_distribution", made, score_values, _DISTRIBUTION)


def score_outcomes(
    history: Any,
    contacts: Any,
    orders: Any,
    *,
    as_of: datetime,
    horizon_days: int = 90,
    confidence: float = 0.95,
) -> Any:
    """Say how many of those with a high score bought afterwards, and of those with a low one.

    Grain: one row per score and tenth of its contacts with someone in it. Without personal data.

    Nothing leaks: a contact's score is the last one that was recorded until ``as_of``, and only
    orders after it count. The API overwrites scores, so this needs loads of score values from
    before ``as_of``. A score that counts purchases may still do no more than tell that buyers buy
    again.

    Args:
        history: Result of ``actoolkit.history("score_values")``.
        contacts: Result of `actoolkit.load_contacts`.
        orders: Result of `actoolkit.load_ecom_orders`.
        as_of: Moment, with a zone, whose knowledge is tested.
        horizon_days: Days after it in which orders count.
        confidence: Of the intervals.

    Returns:
        The same kind of frame as ``history``, sorted: ``score_id (String)``;
        ``tenth (Int64): 1 for the highest scores``; contacts of one score share a tenth, the one
        of the middle of their ranks, so tenths may differ in size or be missing;
        ``lowest_score``, ``highest_score (Float64, points)``;
        ``contacts (Int64)``: with a score and an address; ``buyers (Int64)``: with an order in the
        horizon; ``buy_rate (Float64, 0..1): buyers of contacts``, with ``_low`` and ``_high``, its
        Wilson interval; ``lift (Float64): buy_rate of the buy rate of all tenths``; null where
        nobody bought; ``flag (String)``: null, or that the orders end before the horizon.

    Raises:
        InvalidArgument: ``as_of`` has no zone, or ``horizon_days`` is below 1.
        MissingColumns: A frame lacks a column.

    Source:
        `actoolkit.metrics.explain("score_outcomes")`.

    Example:
        >>> import polars as pl
        >>> from datetime import UTC, datetime
        >>> moment = datetime(2026, 3, 1, tzinfo=UTC)
        >>> history = pl.DataFrame({
        ...     "observed_at": [moment] * 2, "score_value_id": ["1", "2"], "score_id": ["7", "7"],
        ...     "contact_id": ["1", "2"], "score_value": [50.0, 3.0],
        ... })
        >>> contacts = pl.DataFrame({"contact_id": ["1", "2"], "email": ["a@x.org", "b@x.org"]})
        >>> orders = pl.DataFrame({
        ...     "email": ["A@x.org"], "state": ["completed"],
        ...     "ordered_at": [datetime(2026, 3, 9, tzinfo=UTC)],
        ... })
        >>> made = score_outcomes(history, contacts, orders, as_of=moment, horizon_days=8)
        >>> made.select("tenth", "buyers", "lift").rows()
        [(3, 1, 2.0), (8, 0, 0.0)]
    """
    found, ended = scored_contacts(
        "score_outcomes", history, contacts, orders, as_of=as_of, horizon_days=horizon_days
    )
    rank = pl.col("score_value").rank("average", descending=True).over("score_id")
    size = pl.len().over("score_id")
    tenth = ((rank - 0.5) * 10 / size).floor().cast(pl.Int64) + 1
    value = pl.col("score_value")
    made = (
        found.with_columns(tenth=tenth)
        .group_by("score_id", "tenth")
        .agg(
            lowest_score=value.min(),
            highest_score=value.max(),
            contacts=pl.len().cast(pl.Int64),
            buyers=pl.col("bought").sum().cast(pl.Int64),
        )
        .sort("score_id", "tenth")
    )
    made = rated(made, "buy_rate", "buyers", "contacts", confidence)
    base = pl.col("buyers").sum().over("score_id") / pl.col("contacts").sum().over("score_id")
    made = made.with_columns(
        lift=pl.when(base > 0).then(pl.col("buy_rate") / base),
        flag=pl.lit(flags(ended, as_of, horizon_days), pl.String),
    )
    return handed_back("score_outcomes", made, history, _OUTCOMES)
