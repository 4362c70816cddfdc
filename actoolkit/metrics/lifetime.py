"""Customer lifetime value: what known customers will buy, and for how much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from actoolkit.errors import InvalidArgument, MetricError
from actoolkit.metrics.arguments import is_number, is_whole
from actoolkit.metrics.days import Day
from actoolkit.metrics.eager import handed_back
from actoolkit.metrics.frames import Schema
from actoolkit.metrics.lifetime_customers import (
    PURCHASES,
    last_observed,
    purchase_days,
    purchases_until,
)
from actoolkit.metrics.lifetime_fit import Fit, fit_purchases, fit_values
from actoolkit.metrics.lifetime_model import (
    Floats,
    expected_value,
    probability_alive,
    purchases_if_alive,
)

CORRELATED = 0.3
"""Gamma-Gamma takes number and value of purchases to be independent; above this it is doubtful."""
NEVER = 1e-4
"""A mean chance to be gone that stands for none."""
PERIOD_DAYS = 30
_CLV: Schema = {
    **PURCHASES,
    "probability_alive": "rate",
    "expected_purchases": "rate",
    "expected_value_cents": "rate",
    "clv_cents": "rate",
    "flag": "text",
}


def clv(
    orders: Any,
    *,
    until: Day = None,
    currency: str | None = None,
    horizon_days: int = 365,
    discount_per_year: float = 0.10,
    min_repeat_buyers: int = 100,
) -> Any:
    """Expect what each customer will buy in the days ahead, and what that is worth today.

    Grain: one row per customer with an order. A customer is an e-mail address: personal data.

    BG/NBD expects the number of purchases: each customer buys at a rate of their own and, after
    each purchase, is gone with a chance of their own. Gamma-Gamma expects their value. Both are
    fitted by maximum likelihood to `customer_purchases`; `clv_fit` gives the parameters and
    `clv_holdout` tells whether the shop's customers behave so. It is revenue, not profit, of
    customers who have bought before, and nothing that mail has caused.

    Args:
        orders: Result of `actoolkit.load_ecom_orders`.
        until: The day after the last observed, such as the day of the load; None for the day after
            the last order.
        currency: Which orders to count; needed where there are several, which cannot be added.
        horizon_days: Days ahead.
        discount_per_year: Part by which a year makes money worth less; a purchase is discounted
            from the end of its 30 days.
        min_repeat_buyers: Customers with two purchases or more that a fit needs.

    Returns:
        The same kind of frame, sorted by customer: the columns of `customer_purchases`;
        ``probability_alive (Float64, 0..1)``: that the customer still buys; 1 for one purchase,
        since the model lets customers go after a repeat purchase only;
        ``expected_purchases (Float64)``: in the days ahead;
        ``expected_value_cents (Float64, hundredths of the currency)``: of one of them;
        ``clv_cents (Float64, hundredths of the currency)``: of all of them, discounted;
        ``flag (String)``: null, or why not to rely on it, the same for every customer.

    Raises:
        MetricError: Several currencies and none was chosen; too few repeat buyers; or values so
            unlike that they have no mean (q <= 1).
        InvalidArgument: No order in this currency, a day that is none, or a number out of range.
        MissingColumns: ``orders`` lacks a column.

    Source:
        `actoolkit.metrics.explain("clv")`.

    Example:
        >>> import polars as pl
        >>> from datetime import datetime
        >>> orders = pl.DataFrame({
        ...     "email": ["ann@example.com"] * 2, "state": ["completed"] * 2,
        ...     "currency": ["EUR"] * 2, "total_cents": [900, 100],
        ...     "ordered_local": [datetime(2026, 5, day) for day in (1, 9)],
        ... })
        >>> clv(orders)  # doctest: +IGNORE_EXCEPTION_DETAIL
        Traceback (most recent call last):
        actoolkit.errors.MetricError: clv found 1 customer who bought on two days or more.
    """
    rate = discount_per_year
    if not is_whole(horizon_days, 1) or not is_number(rate) or not rate > -1:
        raise InvalidArgument(
            f"horizon_days={horizon_days!r}, discount_per_year={discount_per_year!r} do not fit.",
            hint="Look at least one day ahead; discount_per_year=0.1 takes off a tenth a year.",
        )
    ends = [*range(PERIOD_DAYS, horizon_days, PERIOD_DAYS), horizon_days]
    try:
        factors = [(1 + discount_per_year) ** (-end / 365) for end in ends]
    except OverflowError as error:
        raise InvalidArgument(
            f"discount_per_year={discount_per_year!r} makes money of {horizon_days} days endless.",
            hint="discount_per_year=0.1 takes off a tenth a year; 0 takes off nothing.",
        ) from error
    days = purchase_days("clv", orders, until=until, currency=currency)
    rows = purchases_until(days, last_observed(days, until) + timedelta(days=1))
    model = fitted("clv", rows, min_repeat_buyers)
    if not model.has_mean:
        raise MetricError(
            "clv cannot expect a value: those of this shop are so unlike that they have no mean.",
            hint="Look at clv_fit (q <= 1), and leave the largest orders out.",
        )
    expected = [expected_purchases(model.purchases, rows, end) for end in ends]
    each = np.diff(np.array([np.zeros(rows.height), *expected]), axis=0)
    values = expected_value(model.values.parameters, *_numbers(rows, *_VALUED))
    made = rows.with_columns(
        pl.Series("probability_alive", _alive(model.purchases, rows), dtype=pl.Float64),
        pl.Series("expected_purchases", expected[-1], dtype=pl.Float64),
        pl.Series("expected_value_cents", values, dtype=pl.Float64),
        pl.Series("clv_cents", values * (np.array(factors) @ each), dtype=pl.Float64),
        pl.lit(model.flag, pl.String).alias("flag"),
    )
    return handed_back("clv", made, orders, _CLV)


@dataclass(frozen=True, slots=True)
class Model:
    """Both fits, and what speaks against them.

    Args:
        purchases: BG/NBD.
        values: Gamma-Gamma.
        repeat_buyers: Customers with two purchases or more.
        correlation: Of number and mean value of repeat purchases; None if either never differs.
    """

    purchases: Fit
    values: Fit
    repeat_buyers: int
    correlation: float | None

    @property
    def has_mean(self) -> bool:
        """Whether the values have a mean (q > 1)."""
        return self.values.parameters[1] > 1

    @property
    def flag(self) -> str | None:
        """What speaks against it, in words."""
        notes = [
            f"{name}: the search for the parameters did not converge"
            for name, fit in (("purchases", self.purchases), ("values", self.values))
            if not fit.converged
        ]
        a, b = self.purchases.parameters[2:]
        if a / (a + b) < NEVER:
            notes.append("purchases: nobody seems to go, so a and b cannot be told")
        if not self.has_mean:
            notes.append("values: they have no mean (q <= 1)")
        if self.correlation is not None and abs(self.correlation) > CORRELATED:
            notes.append(f"values: they go with the number of purchases ({self.correlation:.2f})")
        return "; ".join(notes) or None


_PURCHASED = ("repeat_purchases", "first_to_last_days", "observed_days")
_VALUED = ("valued_purchases", "mean_value_cents")


def fitted(metric: str, rows: pl.DataFrame, min_repeat_buyers: int) -> Model:
    """Fit both models to customers.

    Args:
        metric: Name of the metric, for messages.
        rows: Result of `purchases_until`.
        min_repeat_buyers: Customers with two purchases or more, and with a known value, needed.

    Raises:
        MetricError: There are fewer.
        InvalidArgument: ``min_repeat_buyers`` is no whole number.
    """
    if not is_whole(min_repeat_buyers, -(2**31), 2**31):
        raise InvalidArgument(
            f"min_repeat_buyers={min_repeat_buyers!r} is no number.", hint="Use 100, say."
        )
    repeat = int((rows["repeat_purchases"] > 0).sum())
    valued = rows.filter(pl.col("valued_purchases") > 0, pl.col("mean_value_cents") > 0)
    for found, what in ((repeat, ""), (valued.height, " for a known amount")):
        if found < max(min_repeat_buyers, 2):
            who = "customer" if found == 1 else "customers"
            raise MetricError(
                f"{metric} found {found} {who} who bought on two days or more{what}; it needs "
                f"{max(min_repeat_buyers, 2)}.",
                hint="Load a longer period, or take fewer with min_repeat_buyers=.",
            )
    alike = rows.group_by(_PURCHASED).len("weight").sort(_PURCHASED)
    x, m = _numbers(valued, *_VALUED)
    differ = np.ptp(x) > 0 and np.ptp(m) > 0
    return Model(
        fit_purchases(*_numbers(alike, *_PURCHASED, "weight")),
        fit_values(x, m),
        repeat,
        float(np.corrcoef(x, m)[0, 1]) if differ else None,
    )


def _numbers(rows: pl.DataFrame, *names: str) -> tuple[Floats, ...]:
    return tuple(rows[name].cast(pl.Float64).to_numpy() for name in names)


def _alive(fit: Fit, rows: pl.DataFrame) -> Floats:
    return probability_alive(fit.parameters, *_numbers(rows, *_PURCHASED))


def expected_purchases(fit: Fit, rows: pl.DataFrame, ahead: int) -> Floats:
    """Give the purchases expected of each customer.

    Args:
        fit: Of BG/NBD.
        rows: Result of `purchases_until`.
        ahead: Days ahead.
    """
    x, _, end = _numbers(rows, *_PURCHASED)
    pairs, place = np.unique(np.column_stack([x, end]), axis=0, return_inverse=True)
    many = purchases_if_alive(fit.parameters, pairs[:, 0], pairs[:, 1], ahead)
    made: Floats = _alive(fit, rows) * many[place.reshape(-1)]
    return made
