"""Whether a lifetime model fits the shop: its parameters, and a period that it has not seen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import is_whole
from actoolkit.metrics.days import Day
from actoolkit.metrics.eager import handed_back
from actoolkit.metrics.frames import Schema
from actoolkit.metrics.lifetime import expected_purchases, fitted
from actoolkit.metrics.lifetime_customers import (
    calibration_end,
    last_observed,
    purchase_days,
    purchases_until,
)

_FIT: Schema = {
    "currency": "text",
    "customers": "count",
    "repeat_buyers": "count",
    **dict.fromkeys(("r", "alpha", "a", "b", "purchases_log_likelihood"), "rate"),
    "purchases_starts": "count",
    "purchases_agreed": "count",
    "purchases_converged": "flag",
    **dict.fromkeys(("p", "q", "v", "values_log_likelihood"), "rate"),
    "values_starts": "count",
    "values_agreed": "count",
    "values_converged": "flag",
    "correlation": "rate",
    "holdout_customers": "count",
    "holdout_purchases": "count",
    "predicted_purchases": "rate",
    "flag": "text",
}
_HOLDOUT: Schema = {
    "repeat_purchases": "count",
    "or_more": "flag",
    "customers": "count",
    "purchases": "count",
    "predicted_purchases": "rate",
    "purchases_per_customer": "rate",
    "predicted_per_customer": "rate",
}


def clv_fit(
    orders: Any,
    *,
    until: Day = None,
    currency: str | None = None,
    holdout_days: int | None = None,
    min_repeat_buyers: int = 100,
) -> Any:
    """Give the parameters that `clv` rests on, and what is known of their quality.

    Grain: one row. Without personal data.

    Args:
        orders: Result of `actoolkit.load_ecom_orders`.
        until: The day after the last observed; None for the day after the last order.
        currency: Which orders to count; needed where there are several, which cannot be added.
        holdout_days: Fit without the last so many days and predict them; None to fit to all days.
        min_repeat_buyers: Customers with two purchases or more that a fit needs.

    Returns:
        The same kind of frame: ``currency (String): null if not known``;
        ``customers``, ``repeat_buyers (Int64)``: who were fitted to;
        ``r``, ``alpha (days)``, ``a``, ``b (Float64)``: of BG/NBD: purchase rates are
        Gamma(r, alpha), chances to be gone Beta(a, b);
        ``p``, ``q``, ``v (hundredths of the currency) (Float64)``: of Gamma-Gamma;
        for ``purchases`` and ``values`` each: ``_log_likelihood (Float64)``,
        ``_starts (Int64)``: starting points of the search, ``_agreed (Int64)``: how many ended at
        the same likelihood, ``_converged (Boolean)``;
        ``correlation (Float64, -1..1)``: of number and mean value of repeat purchases, which
        Gamma-Gamma takes for none;
        ``holdout_customers (Int64)``, ``holdout_purchases (Int64): of these customers``,
        ``predicted_purchases (Float64)``: null without a hold-out;
        ``flag (String)``: null, or why not to rely on it.

    Raises:
        MetricError: Several currencies and none was chosen, or too few repeat buyers.
        InvalidArgument: No order in this currency, a day that is none, or too long a hold-out.
        MissingColumns: ``orders`` lacks a column.

    Source:
        `actoolkit.metrics.explain("clv")`.

    Example:
        >>> import polars as pl
        >>> from datetime import datetime, timedelta
        >>> orders = pl.DataFrame([
        ...     {"email": f"{one}@example.com", "state": "completed", "currency": "EUR",
        ...      "total_cents": 900 + 7 * one % 500,
        ...      "ordered_local": datetime(2026, 1, 1) + timedelta(days=one % 90 + step * one)}
        ...     for one in range(1, 60) for step in range(one % 4 + 1)
        ... ])
        >>> clv_fit(orders, min_repeat_buyers=30).select("customers", "repeat_buyers").rows()
        [(59, 45)]
    """
    days = purchase_days("clv_fit", orders, until=until, currency=currency)
    start, end = _ends(days, until, holdout_days)
    rows = purchases_until(days, start)
    model = fitted("clv_fit", rows, min_repeat_buyers)
    names = ("log_likelihood", "starts", "agreed", "converged")
    made: dict[str, Any] = dict.fromkeys(_FIT)
    made |= {
        "currency": rows["currency"][0],
        "customers": rows.height,
        "repeat_buyers": model.repeat_buyers,
        "correlation": model.correlation,
        "flag": model.flag,
    }
    made |= dict(zip(("r", "alpha", "a", "b"), model.purchases.parameters, strict=True))
    made |= dict(zip(("p", "q", "v"), model.values.parameters, strict=True))
    for part, fit in (("purchases", model.purchases), ("values", model.values)):
        made |= {f"{part}_{name}": getattr(fit, name) for name in names}
    if holdout_days is not None:
        ahead = (end - start).days
        made["holdout_customers"] = rows.height
        made["holdout_purchases"] = int(_with_later(rows, days, start)["purchases"].sum())
        made["predicted_purchases"] = float(expected_purchases(model.purchases, rows, ahead).sum())
    return handed_back("clv_fit", pl.DataFrame([made]), orders, _FIT)


def clv_holdout(
    orders: Any,
    *,
    holdout_days: int,
    until: Day = None,
    currency: str | None = None,
    most: int = 7,
    min_repeat_buyers: int = 100,
) -> Any:
    """Predict the last days from those before, and count what came.

    Grain: one row per number of repeat purchases before the hold-out. Without personal data.

    Args:
        orders: Result of `actoolkit.load_ecom_orders`.
        holdout_days: Days at the end that are predicted.
        until: The day after the last observed; None for the day after the last order.
        currency: Which orders to count; needed where there are several, which cannot be added.
        most: Customers with so many repeat purchases or more share a row.
        min_repeat_buyers: Customers with two purchases or more that a fit needs.

    Returns:
        The same kind of frame, sorted: ``repeat_purchases (Int64)``: before the hold-out;
        ``or_more (Boolean)``: whether customers with more are in the row;
        ``customers (Int64)``: who had bought before the hold-out;
        ``purchases (Int64)``: of these customers, in the hold-out;
        ``predicted_purchases (Float64)``; ``purchases_per_customer``,
        ``predicted_per_customer (Float64): of customers``.

    Raises:
        MetricError: Several currencies and none was chosen, or too few repeat buyers.
        InvalidArgument: No order in this currency, a day that is none, or too long a hold-out.
        MissingColumns: ``orders`` lacks a column.

    Source:
        `actoolkit.metrics.explain("clv_holdout")`.

    Example:
        >>> import polars as pl
        >>> from datetime import datetime, timedelta
        >>> orders = pl.DataFrame([
        ...     {"email": f"{one}@example.com", "state": "completed", "currency": "EUR",
        ...      "total_cents": 900 + 7 * one % 500,
        ...      "ordered_local": datetime(2026, 1, 1) + timedelta(days=one % 90 + step * one)}
        ...     for one in range(1, 60) for step in range(one % 4 + 1)
        ... ])
        >>> checked = clv_holdout(orders, holdout_days=90, min_repeat_buyers=30)
        >>> checked.select("repeat_purchases", "customers", "purchases").rows()
        [(0, 14, 0), (1, 21, 9), (2, 15, 3), (3, 9, 0)]
    """
    if not is_whole(most, 0, 2**31):
        raise InvalidArgument(f"most={most!r} counts nothing.", hint="Choose 0 or more.")
    days = purchase_days("clv_holdout", orders, until=until, currency=currency)
    start, end = _ends(days, until, holdout_days)
    rows = purchases_until(days, start)
    model = fitted("clv_holdout", rows, min_repeat_buyers)
    predicted = expected_purchases(model.purchases, rows, (end - start).days)
    known = _with_later(rows.with_columns(predicted=predicted), days, start)
    repeat = pl.min_horizontal("repeat_purchases", pl.lit(most, pl.Int64))
    made = (
        known.group_by(repeat_purchases=repeat)
        .agg(
            or_more=(pl.col("repeat_purchases") > most).any(),
            customers=pl.len().cast(pl.Int64),
            purchases=pl.col("purchases").sum(),
            predicted_purchases=pl.col("predicted").sum(),
        )
        .with_columns(
            purchases_per_customer=pl.col("purchases") / pl.col("customers"),
            predicted_per_customer=pl.col("predicted_purchases") / pl.col("customers"),
        )
    )
    return handed_back("clv_holdout", made.sort("repeat_purchases"), orders, _HOLDOUT)


def _ends(days: pl.DataFrame, until: Day, holdout_days: int | None) -> tuple[date, date]:
    """The day after the last that is fitted to, and the day after the last observed."""
    end = last_observed(days, until) + timedelta(days=1)
    if holdout_days is None:
        return end, end
    return calibration_end(days, end, holdout_days), end


def _with_later(rows: pl.DataFrame, days: pl.DataFrame, start: date) -> pl.DataFrame:
    """Count the purchases of customers from a day on."""
    later = days.filter(pl.col("day") >= pl.lit(start)).group_by("customer")
    counted = later.agg(purchases=pl.len().cast(pl.Int64))
    return rows.join(counted, on="customer", how="left").with_columns(
        pl.col("purchases").fill_null(0)
    )
