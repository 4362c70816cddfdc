"""Customers by how lately, how often and for how much they bought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import is_number, listed
from actoolkit.metrics.buyers import last_day, one_currency, valid_orders
from actoolkit.metrics.days import Day
from actoolkit.metrics.eager import collected, handed_back, share_of
from actoolkit.metrics.frames import Schema, opened


@dataclass(frozen=True, slots=True)
class Segment:
    """A rule that names customers by their scores.

    Args:
        name: What they are called.
        recency: Lowest and highest recency score, both included.
        value: Lowest and highest mean of frequency and monetary score, both included.

    Raises:
        InvalidArgument: Bounds that are no two numbers, the lower first.
    """

    name: str
    recency: tuple[int, int]
    value: tuple[float, float]

    def __post_init__(self) -> None:
        for name, bounds in (("recency", self.recency), ("value", self.value)):
            if not _are_bounds(bounds):
                raise InvalidArgument(
                    f"Segment({self.name!r}): {name}={bounds!r} are no lowest and highest score.",
                    hint='Give two numbers each: Segment("best", recency=(4, 5), value=(4, 5)).',
                )


def _are_bounds(given: Any) -> bool:
    match given:
        case [low, high]:
            return is_number(low) and is_number(high) and bool(low <= high)
        case _:
            return False


RFM_SEGMENTS: tuple[Segment, ...] = (
    Segment("champions", (4, 5), (4, 5)),
    Segment("need attention", (3, 3), (3, 3)),
    Segment("loyal", (3, 5), (3, 5)),
    Segment("potential", (4, 5), (2, 2.5)),
    Segment("new", (4, 5), (1, 1.5)),
    Segment("promising", (3, 3), (1, 2.5)),
    Segment("cannot lose", (1, 2), (4.5, 5)),
    Segment("at risk", (1, 2), (3, 4)),
    Segment("hibernating", (2, 2), (1, 2.5)),
    Segment("lost", (1, 1), (1, 2.5)),
)
"""The segments that `rfm` uses unless it is given others; the first rule that fits counts."""

_SCORES = ("recency_score", "frequency_score", "monetary_score")
_RFM: Schema = {
    "customer": "text",
    "currency": "text",
    "recency_days": "count",
    "orders": "count",
    "revenue_cents": "count",
    **dict.fromkeys(_SCORES, "count"),
    "segment": "text",
}
_GRID: Schema = {
    "currency": "text",
    "recency_score": "count",
    "frequency_score": "count",
    "customers": "count",
    "customer_share": "rate",
    "revenue_cents": "count",
    "revenue_per_customer_cents": "rate",
}
_SEGMENTS: Schema = {
    "currency": "text",
    "segment": "text",
    "customers": "count",
    "customer_share": "rate",
    "revenue_cents": "count",
    "revenue_share": "rate",
    "median_recency_days": "rate",
}


def rfm(
    orders: Any,
    *,
    since: Day = None,
    until: Day = None,
    currency: str | None = None,
    segments: Sequence[Segment] = RFM_SEGMENTS,
    ties: Literal["together", "split"] = "together",
) -> Any:
    """Score each customer by recency, frequency and monetary value, 1 to 5 each.

    Grain: one row per customer with an order: an e-mail address, which is personal data;
    `rfm_grid` and `rfm_segments` sum up without it. Each score cuts the ranked customers into
    fifths; where most bought once, these are all in the lowest by frequency.

    Args:
        orders: Result of `actoolkit.load_ecom_orders`.
        since: First day.
        until: The day after the last observed, such as the day of the load; None for the day
            after the last order.
        currency: Which orders to count; needed where there are several, which cannot be added.
        segments: Rules from the first to the last; whom none fits has no segment.
        ties: Equal customers that a cut falls between: "together" gives all of them the lower
            score; "split" parts them by their address, so that the fifths are even, and whose
            names come first score lower.

    Returns:
        The same kind of frame, sorted by customer:
        ``customer (String): address, trimmed and in lower case``,
        ``currency (String): null if not known``;
        ``recency_days (Int64): from the last order to the last day observed, by the account's
        calendar``; ``orders (Int64)``; ``revenue_cents (Int64, hundredths of the currency): an
        unknown amount adds nothing``;
        ``recency_score (Int64): 5 for the latest``, ``frequency_score``, ``monetary_score``: 5 for
        the most; ``segment (String)``. Orders without an address are left out.

    Raises:
        MetricError: Several currencies and none was chosen.
        InvalidArgument: No order in this currency, unknown ``ties``, a day that is none, or days
            that end before they begin.
        MissingColumns: ``orders`` lacks a column.

    Source:
        `actoolkit.metrics.explain("rfm")`.

    Example:
        >>> import polars as pl
        >>> from datetime import datetime
        >>> orders = pl.DataFrame({
        ...     "email": ["ann@example.com", "ann@example.com", "bob@example.com"],
        ...     "state": ["completed"] * 3, "currency": ["EUR"] * 3, "total_cents": [900, 100, 300],
        ...     "ordered_local": [datetime(2026, 5, day) for day in (1, 9, 5)],
        ... })
        >>> made = rfm(orders, until="2026-05-11")
        >>> made.select("recency_days", "orders", "revenue_cents", "recency_score").rows()
        [(1, 2, 1000, 3), (5, 1, 300, 1)]
    """
    given = listed("segments", segments)
    if not all(isinstance(rule, Segment) for rule in given):
        raise InvalidArgument(
            f"segments={segments!r} are no rules.",
            hint='List them: [Segment("best", recency=(4, 5), value=(4, 5))].',
        )
    if ties not in ("split", "together"):
        raise InvalidArgument(f"There is no ties={ties!r}.", hint='Use "together" or "split".')
    found = valid_orders("rfm", orders, "currency", "total_cents", since=since, until=until)
    found = found.filter(~nw.col("customer").is_null())
    cents = nw.col("total_cents")
    found = found.select(
        "customer",
        "currency",
        last_at=nw.col("ordered_local"),
        orders=nw.lit(1),
        revenue_cents=nw.when(~cents.is_null()).then(cents).otherwise(nw.lit(0)),
    )
    reduced = found.group_by("customer", "currency").agg(
        nw.col("last_at").max(), nw.col("orders").sum(), nw.col("revenue_cents").sum()
    )
    kinds: Schema = {
        "customer": "text",
        "currency": "text",
        "last_at": "wall",
        "orders": "count",
        "revenue_cents": "count",
    }
    rows = collected(reduced, kinds).with_columns(last_on=pl.col("last_at").dt.date())
    end = last_day(until, rows["last_on"].max())  # type: ignore[arg-type]
    rows = one_currency("rfm", rows, currency)
    # Several times as fast as the sort of a frame, which takes most of the time where it is used.
    rows = rows.lazy().sort("customer").collect(engine="streaming")
    rows = rows.with_columns(recency_days=(pl.lit(end) - pl.col("last_on")).dt.total_days())
    made = rows.with_columns(
        _score(-rows["recency_days"], ties).alias("recency_score"),
        _score(rows["orders"], ties).alias("frequency_score"),
        _score(rows["revenue_cents"], ties).alias("monetary_score"),
    )
    return handed_back("rfm", _segmented(made, given), orders, _RFM)


def rfm_grid(scores: Any) -> Any:
    """Count customers by recency and frequency score, with what they brought.

    Grain: one row per currency and pair of scores with a customer. Without personal data.

    Args:
        scores: Result of `rfm`.

    Returns:
        The same kind of frame, sorted:
        ``currency (String)``, ``recency_score``, ``frequency_score (Int64)``;
        ``customers (Int64)``; ``customer_share (Float64): of all customers of the currency``;
        ``revenue_cents (Int64, hundredths of the currency)``;
        ``revenue_per_customer_cents (Float64): revenue_cents / customers``.

    Raises:
        MissingColumns: Not the result of `rfm`.

    Source:
        `actoolkit.metrics.explain("rfm")`.

    Example:
        >>> import polars as pl
        >>> scores = pl.DataFrame({
        ...     "currency": ["EUR"] * 2, "recency_score": [1, 1], "frequency_score": [2, 2],
        ...     "revenue_cents": [300, 100],
        ... })
        >>> rfm_grid(scores).rows()
        [('EUR', 1, 2, 2, 1.0, 400, 200.0)]
    """
    keys = ["currency", "recency_score", "frequency_score"]
    read: Schema = {"currency": "text", **dict.fromkeys((*keys[1:], "revenue_cents"), "count")}
    made = collected(opened("rfm_grid", scores, read), read).group_by(keys).agg(*_sums())
    made = made.sort(keys).with_columns(_customer_share())
    each = pl.col("revenue_cents") / pl.col("customers")
    made = made.with_columns(revenue_per_customer_cents=each)
    return handed_back("rfm_grid", made, scores, _GRID)


def rfm_segments(scores: Any) -> Any:
    """Count customers by segment, with what they brought.

    Grain: one row per currency and segment with a customer. Without personal data.

    Args:
        scores: Result of `rfm`.

    Returns:
        The same kind of frame, sorted by currency and revenue, most first:
        ``currency (String)``, ``segment (String): null for whom no rule fits``;
        ``customers (Int64)``; ``customer_share (Float64): of all customers of the currency``;
        ``revenue_cents (Int64, hundredths of the currency)``;
        ``revenue_share (Float64): of all revenue of the currency``, null where negative amounts put
        it outside 0..1;
        ``median_recency_days (Float64)``.

    Raises:
        MissingColumns: Not the result of `rfm`.

    Source:
        `actoolkit.metrics.explain("rfm")`.

    Example:
        >>> import polars as pl
        >>> scores = pl.DataFrame({
        ...     "currency": ["EUR"] * 2, "segment": ["loyal", "lost"], "recency_days": [3, 400],
        ...     "revenue_cents": [300, 100],
        ... })
        >>> rfm_segments(scores).select("segment", "revenue_share").rows()
        [('loyal', 0.75), ('lost', 0.25)]
    """
    read: Schema = {
        "currency": "text",
        "segment": "text",
        "recency_days": "count",
        "revenue_cents": "count",
    }
    rows = collected(opened("rfm_segments", scores, read), read)
    median = pl.col("recency_days").median().alias("median_recency_days")
    made = rows.group_by("currency", "segment").agg(*_sums(), median)
    all_of_it = pl.col("revenue_cents").sum().over("currency")
    share = share_of(pl.col("revenue_cents"), all_of_it)
    made = made.with_columns(_customer_share(), revenue_share=share)
    made = made.sort("currency", "revenue_cents", "segment", descending=[False, True, False])
    return handed_back("rfm_segments", made, scores, _SEGMENTS)


def _score(values: pl.Series, ties: str) -> pl.Series:
    """Cut rows, sorted by customer, into fifths by value, never missing; 5 for the highest."""
    count = len(values)
    if ties == "split":
        return (values.rank("ordinal").cast(pl.Int64) - 1) * 5 // count + 1
    # The highest value of each fifth but the last: what is above it is in a later one. Without a
    # rank for each row, which takes several times as long.
    numbers, score = values.to_numpy(), np.ones(count, dtype=np.int8)
    for end in np.sort(numbers)[[-(-fifth * count // 5) - 1 for fifth in range(1, 5) if count]]:
        score += numbers > end
    return pl.Series(score.astype(np.int64))


def _segmented(scored: pl.DataFrame, segments: Sequence[Segment]) -> pl.DataFrame:
    """Look up each customer's segment among the few that three scores can make."""
    grid = pl.DataFrame(
        list(product(range(1, 6), repeat=3)), dict.fromkeys(_SCORES, pl.Int64), orient="row"
    )
    names = grid.with_columns(_segment(segments))["segment"]
    recency, frequency, monetary = (scored[name] - 1 for name in _SCORES)
    return scored.with_columns(names.gather(recency * 25 + frequency * 5 + monetary))


def _segment(segments: Sequence[Segment]) -> pl.Expr:
    recency = pl.col("recency_score")
    value = (pl.col("frequency_score") + pl.col("monetary_score")) / 2
    rules = [
        pl.when(recency.is_between(*rule.recency) & value.is_between(*rule.value)).then(
            pl.lit(rule.name)
        )
        for rule in segments
    ]
    return pl.coalesce(*rules, pl.lit(None, dtype=pl.String)).alias("segment")


def _sums() -> tuple[pl.Expr, pl.Expr]:
    return pl.len().alias("customers"), pl.col("revenue_cents").sum()


def _customer_share() -> pl.Expr:
    share = pl.col("customers") / pl.col("customers").sum().over("currency")
    return share.alias("customer_share")
