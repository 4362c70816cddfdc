"""What sells best, and how much of the revenue comes from how few customers."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Literal

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import is_number, is_whole, listed
from actoolkit.metrics.buyers import valid_orders
from actoolkit.metrics.days import Day
from actoolkit.metrics.eager import collected, handed_back, share_of
from actoolkit.metrics.frames import Schema, opened, same_kind

ProductKey = Literal["name", "category", "sku", "external_id"]

_PARETO: Schema = {
    "currency": "text",
    "top_share": "rate",
    "top_customers": "count",
    "customers": "count",
    "top_revenue_cents": "count",
    "revenue_cents": "count",
    "revenue_share": "rate",
    "gini": "rate",
}


def top_products(
    order_products: Any,
    orders: Any,
    *,
    by: ProductKey = "name",
    top: int | None = 20,
    since: Day = None,
    until: Day = None,
) -> Any:
    """Rank products by what they brought in, per currency.

    Grain: one row per currency and product of completed and recovered orders. Lines are price times
    pieces: before the order's discount, without shipping and tax, so they do not add up to
    `revenue_by_period`.

    Args:
        order_products: Result of `actoolkit.load_ecom_order_products`.
        orders: Result of `actoolkit.load_ecom_orders`.
        by: What makes a product: "name", "category", "sku" or "external_id".
        top: How many to keep per currency; None for all. Shares are of all.
        since: First day of order.
        until: The day after the last.

    Returns:
        The same kind of frame, sorted by currency and rank:
        ``currency (String): null if not known``, ``rank (Int64): 1 for most revenue; equal ones in
        the order of the product``, ``name``, or as ``by`` says ``(String): null if not known``;
        ``orders (Int64)``; ``units (Int64)`` and ``revenue_cents (Int64, hundredths of the
        currency)``: an unknown number or price adds nothing;
        ``revenue_share (Float64): revenue_cents / that of all products``;
        ``cumulative_share (Float64): of this product and those before``; both null where negative
        amounts put them outside 0..1.

    Raises:
        InvalidArgument: Unknown ``by``, a ``top`` that is no whole number from 1 on, a day that is
            none, or frames of different kinds.
        MissingColumns: A frame lacks a column.

    Source:
        `actoolkit.metrics.explain("product_revenue")`.

    Example:
        >>> import polars as pl
        >>> from datetime import datetime
        >>> orders = pl.DataFrame({
        ...     "order_id": ["1"], "email": ["ann@example.com"], "state": ["completed"],
        ...     "currency": ["EUR"], "ordered_local": [datetime(2026, 5, 2)],
        ... })
        >>> lines = pl.DataFrame({
        ...     "order_id": ["1", "1"], "name": ["Tea", "Cup"], "quantity": [2, 1],
        ...     "price_cents": [500, 3000],
        ... })
        >>> top_products(lines, orders).select("rank", "name", "revenue_share").rows()
        [(1, 'Cup', 0.75), (2, 'Tea', 0.25)]
    """
    if by not in ("name", "category", "sku", "external_id"):
        raise InvalidArgument(
            f"top_products cannot tell products by {by!r}.",
            hint='Use "name", "category", "sku" or "external_id".',
        )
    if top is not None and not is_whole(top, 1, sys.maxsize):
        raise InvalidArgument(
            f"top={top!r} is no number of products.", hint="Use 1 or more, or None for all."
        )
    needed: Schema = {"order_id": "text", by: "text", "quantity": "count", "price_cents": "count"}
    lines = opened("top_products", order_products, needed)
    sold = valid_orders("top_products", orders, "order_id", "currency", since=since, until=until)
    same_kind("top_products", lines, sold)
    sold = sold.select("order_id", "currency")
    cents = nw.col("quantity") * nw.col("price_cents")
    lines = lines.join(sold, on="order_id", how="inner").select(
        "order_id",
        "currency",
        product=nw.col(by),
        units=nw.when(~nw.col("quantity").is_null()).then(nw.col("quantity")).otherwise(nw.lit(0)),
        revenue_cents=nw.when(~cents.is_null()).then(cents).otherwise(nw.lit(0)),
    )
    sums = [nw.col(name).sum() for name in ("units", "revenue_cents")]
    once = lines.group_by("currency", "product", "order_id").agg(*sums)
    once = once.with_columns(orders=nw.lit(1))
    made = once.group_by("currency", "product").agg(*sums, nw.col("orders").sum())
    counts: Schema = dict.fromkeys(("orders", "units", "revenue_cents"), "count")
    rows = collected(made, {"currency": "text", "product": "text", **counts})
    rows = rows.sort(
        "currency", "revenue_cents", "product", descending=[False, True, False], nulls_last=False
    )
    all_of_it = pl.col("revenue_cents").sum().over("currency")
    so_far = pl.col("revenue_cents").cum_sum().over("currency")
    rows = rows.with_columns(
        rank=pl.int_range(pl.len()).over("currency") + 1,
        revenue_share=share_of(pl.col("revenue_cents"), all_of_it),
        cumulative_share=share_of(so_far, all_of_it),
    )
    if top is not None:
        rows = rows.filter(pl.col("rank") <= top)
    shares: Schema = {"revenue_share": "rate", "cumulative_share": "rate"}
    schema: Schema = {"currency": "text", "rank": "count", by: "text", **counts, **shares}
    return handed_back("top_products", rows.rename({"product": by}), orders, schema)


def pareto_share(
    orders: Any,
    *,
    shares: float | Sequence[float] = (0.1, 0.2, 0.5),
    since: Day = None,
    until: Day = None,
) -> Any:
    """Give the part of the revenue that the best customers brought, per currency.

    Grain: one row per currency and share of customers.

    Args:
        orders: Result of `actoolkit.load_ecom_orders`.
        shares: Parts of the customers, or one, counted from the best; rounded up to whole
            customers.
        since: First day.
        until: The day after the last.

    Returns:
        The same kind of frame, sorted by currency and share:
        ``currency (String): null if not known``, ``top_share (Float64)``;
        ``top_customers (Int64): top_share of customers, rounded up``, ``customers (Int64): with an
        order in this currency``;
        ``top_revenue_cents``, ``revenue_cents (Int64, hundredths of the currency)``: an unknown
        amount adds nothing; orders without an address are left out;
        ``revenue_share (Float64): top_revenue_cents / revenue_cents``, null where negative amounts
        put it outside 0..1;
        ``gini (Float64): 0 if all brought the same, near 1 if one brought all; of all customers of
        the currency``.

    Raises:
        InvalidArgument: A share that is no number in 0..1, a day that is none, or days that end
            before they begin.
        MissingColumns: ``orders`` lacks a column.

    Source:
        `actoolkit.metrics.explain("revenue_share_of_top_customers")`.

    Example:
        >>> import polars as pl
        >>> from datetime import datetime
        >>> orders = pl.DataFrame({
        ...     "email": [f"{name}@example.com" for name in ("ann", "bob", "cy", "dee")],
        ...     "state": ["completed"] * 4, "currency": ["EUR"] * 4,
        ...     "total_cents": [7000, 1000, 1000, 1000],
        ...     "ordered_local": [datetime(2026, 5, 2)] * 4,
        ... })
        >>> pareto_share(orders, shares=[0.25]).select("top_customers", "revenue_share").rows()
        [(1, 0.7)]
    """
    given: list[Any] = [shares] if is_number(shares) else listed("shares", shares)
    for share in given:
        if not (is_number(share) and 0 < share <= 1):
            raise InvalidArgument(
                f"{share!r} is no share of the customers.", hint="Use 0.2 for the best 20%."
            )
    found = valid_orders(
        "pareto_share", orders, "currency", "total_cents", since=since, until=until
    )
    found = found.filter(~nw.col("customer").is_null(), ~nw.col("total_cents").is_null())
    spent = found.group_by("currency", "customer").agg(nw.col("total_cents").sum())
    rows = collected(spent, {"currency": "text", "customer": "text", "total_cents": "count"})
    made = []
    for currency in rows["currency"].unique().sort().to_list():
        cents = rows.filter(pl.col("currency").eq_missing(pl.lit(currency)))["total_cents"]
        cents = cents.sort(descending=True)
        customers, revenue = len(cents), int(cents.sum())
        for share in sorted(set(given)):
            first = math.ceil(Fraction(str(share)) * customers)
            best = int(cents.head(first).sum())
            part = best / revenue if 0 <= best <= revenue and revenue > 0 else None
            made.append(
                (currency, share, first, customers, best, revenue, part, gini(cents.to_list()))
            )
    answer = pl.DataFrame(made, schema=list(_PARETO), orient="row")
    return handed_back("pareto_share", answer, orders, _PARETO)


def gini(cents: Sequence[int]) -> float | None:
    """Give the Gini coefficient of amounts.

    Args:
        cents: Amounts, 0 or more.

    Returns:
        Half the mean difference of two amounts over the mean; None if all are 0 or one is negative.

    Example:
        >>> gini([5, 5, 5]), gini([0, 0, 0, 8])
        (0.0, 0.75)
    """
    ordered = sorted(cents)
    whole, n = sum(ordered), len(ordered)
    if whole <= 0 or ordered[0] < 0:
        return None
    weighted = sum((2 * rank - n - 1) * amount for rank, amount in enumerate(ordered, start=1))
    return float(Fraction(weighted, n * whole))
