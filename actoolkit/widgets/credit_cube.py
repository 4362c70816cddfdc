"""Credited revenue by day, currency and rule: small enough to sum again at each change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from actoolkit.metrics import attributed_revenue
from actoolkit.metrics.attribution_orders import setting
from actoolkit.metrics.days import as_day
from actoolkit.metrics.frames import Schema
from actoolkit.metrics.touches import KINDS

SENSITIVITY: Schema = {
    "currency": "text",
    "model": "text",
    "window_days": "count",
    "orders": "count",
    "credited_cents": "count",
    "revenue_share": "rate",
}
_SUMS = ("orders", "credited_orders", "credited_cents")
_MOST = 64
"""Rules whose sums are kept: the latest used."""
_DAY = 86_400_000_000
"""Microseconds of 24 hours."""


def revenue_columns(options: Mapping[str, Any]) -> Schema:
    """Columns of `actoolkit.metrics.attributed_revenue`.

    Args:
        options: It was called with.
    """
    return {
        "currency": "text",
        options.get("by", "campaign_id"): "key",
        "is_attributed": "flag",
        "orders": "count",
        "credited_orders": "rate",
        "credited_cents": "count",
        "revenue_share": "rate",
    }


class CreditCube:
    """Sums of credits by day and currency, for each rule that was asked for.

    An order belongs to one day and one currency. So sums of some days are those of the metric over
    the orders of these days, to the cent.

    Args:
        orders: That brought money, each id once, with ``contact_id``.
        touches: Those before them.
        gaps: For each order and kind how long before it the last touch was, in microseconds.
        windows: Days that `sensitivity` compares.
    """

    def __init__(
        self,
        orders: pl.DataFrame,
        touches: pl.DataFrame,
        gaps: pl.DataFrame,
        *,
        windows: Sequence[int],
    ) -> None:
        has_days = "ordered_local" in orders.columns
        day = pl.col("ordered_local").dt.date() if has_days else pl.lit(None, pl.Date)
        rows = orders.with_columns(ordered_on=day)
        self._has_days = has_days
        self._cells = rows.select("currency", "ordered_on").unique().with_row_index("cell")
        self._cells = self._cells.with_columns(pl.col("cell").cast(pl.String))
        # The metric keeps currencies apart; standing for currency and day, it keeps days apart too.
        rows = rows.join(self._cells, on=["currency", "ordered_on"], nulls_equal=True)
        self._orders = rows.drop("currency").rename({"cell": "currency"})
        self._touches, self._gaps, self._windows = touches, gaps, tuple(windows)
        self._kept: OrderedDict[tuple[Any, ...], pl.DataFrame] = OrderedDict()

    def knows_days(self, options: Mapping[str, Any]) -> bool:
        """Say whether the days that are asked for can be told apart.

        Args:
            options: Of the metric.
        """
        return self._has_days or not {"since", "until"} & options.keys()

    def revenue(
        self, *, by: str = "campaign_id", since: Any = None, until: Any = None, **rule: Any
    ) -> pl.DataFrame:
        """Sum the credits of some days.

        Args:
            by: One column of the touches.
            since: First day of the orders.
            until: The day after the last.
            **rule: ``model``, ``window_days`` and ``kinds`` of the metric.
        """

        def made() -> pl.DataFrame:
            found = attributed_revenue(self._orders, self._touches, by=by, **rule)
            return self._by_day(found.drop("revenue_share"))

        cube = self._remembered(("revenue", by, *_named(rule)), made)
        keys = ["currency", by, "is_attributed"]
        sums = _within(cube, since, until).group_by(keys).agg(pl.col(*_SUMS).sum())
        whole = pl.col("credited_cents").sum().over(pl.col("currency").fill_null(""))
        share = pl.col("credited_cents") / whole
        sums = sums.with_columns(revenue_share=pl.when(whole != 0).then(share))
        return sums.sort(keys)

    def sensitivity(
        self, *, models: str, kinds: Any = None, since: Any = None, until: Any = None
    ) -> pl.DataFrame:
        """Sum what each window reaches, of some days.

        A model that divides whole orders credits those with a touch that is near enough: how near
        the last one was, says that for every window at once.

        Args:
            models: One model that divides whole orders.
            kinds: Of touches.
            since: First day of the orders.
            until: The day after the last.
        """
        wanted = setting(models, max(self._windows), kinds=kinds).kinds

        def made() -> pl.DataFrame:
            gaps = self._gaps
            if set(wanted) != set(KINDS):
                gaps = gaps.filter(pl.col("kind").is_in(wanted))
            nearest = gaps.group_by("order_id").agg(pl.col("gap").min())
            rows = self._orders.join(nearest, on="order_id", how="left")
            return self._by_day(pl.concat([_window(rows, days) for days in self._windows]))

        cube = self._remembered(("sensitivity", *wanted), made)
        sums = (
            _within(cube, since, until)
            .group_by("currency", "window_days")
            .agg(pl.col("orders", "credited_cents", "revenue").sum())
        )
        share = pl.col("credited_cents") / pl.col("revenue")
        return sums.select(
            "currency",
            "window_days",
            "orders",
            "credited_cents",
            model=pl.lit(models),
            revenue_share=pl.when(pl.col("revenue") != 0).then(share),
        ).sort("currency", "window_days")

    def _by_day(self, sums: pl.DataFrame) -> pl.DataFrame:
        cells = self._cells.rename({"currency": "code"})
        made = sums.join(cells, left_on="currency", right_on="cell", maintain_order="left")
        return made.drop("currency").rename({"code": "currency"})

    def _remembered(self, key: tuple[Any, ...], make: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        if key not in self._kept:
            self._kept[key] = make()
        self._kept.move_to_end(key)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return self._kept[key]


def _named(rule: Mapping[str, Any]) -> list[Any]:
    """Make of a rule what a dictionary can be asked for."""
    return [
        (name, tuple(value) if isinstance(value, list) else value)
        for name, value in sorted(rule.items())
    ]


def _within(cube: pl.DataFrame, since: Any, until: Any) -> pl.DataFrame:
    first, end = as_day(since), as_day(until)
    conditions = []
    if first is not None:
        conditions.append(pl.col("ordered_on") >= first)
    if end is not None:
        conditions.append(pl.col("ordered_on") < end)
    return cube.filter(*conditions) if conditions else cube


def _window(rows: pl.DataFrame, days: int) -> pl.DataFrame:
    """Sum the orders with a touch within so many days, by cell."""
    near = (pl.col("gap") < days * _DAY).fill_null(value=False)
    cents = pl.col("total_cents").fill_null(0)
    sums = rows.group_by("currency").agg(
        orders=near.sum().cast(pl.Int64),
        credited_cents=cents.filter(near).sum(),
        revenue=cents.sum(),
    )
    return sums.with_columns(window_days=pl.lit(days, pl.Int64))
