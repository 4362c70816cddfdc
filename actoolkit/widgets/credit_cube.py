"""Credited revenue by day, currency and rule: small enough to sum again at each change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from actoolkit.metrics.attribution import BY
from actoolkit.metrics.attribution_models import MODELS, RULES
from actoolkit.metrics.attribution_orders import setting
from actoolkit.metrics.attribution_pairs import Pairs
from actoolkit.metrics.days import as_days
from actoolkit.metrics.frames import Schema

SENSITIVITY: Schema = {
    "currency": "text",
    "model": "text",
    "window_days": "count",
    "orders": "count",
    "credited_cents": "count",
    "revenue_share": "rate",
}
_SUMS = ("orders", "credited_orders", "credited_cents")
_EXTRA = ("shipping_cents", "tax_cents")
_MOST = 64
"""Rules whose sums are kept: the latest used."""


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
        pairs: Result of `actoolkit.metrics.attribution_pairs.pairs_of`, of the longest window.
        windows: Days that `sensitivity` compares.
    """

    def __init__(
        self, orders: pl.DataFrame, pairs: pl.DataFrame, *, windows: Sequence[int]
    ) -> None:
        self._there = frozenset(orders.columns)
        has_days = "ordered_local" in self._there
        day = pl.col("ordered_local").dt.date() if has_days else pl.lit(None, pl.Date)
        net = [pl.col(name).fill_null(0) for name in _EXTRA if name in self._there]
        cents = pl.col("total_cents").fill_null(0)
        rows = orders.select(
            "order_id", "currency", ordered_on=day, cents=cents, net_cents=cents - sum(net)
        )
        cells = rows.select("currency", "ordered_on").unique().sort("currency", "ordered_on")
        money = pl.col("currency").rle_id().cast(pl.Int64)
        self._cells = cells.with_columns(money=money, cell=pl.int_range(pl.len()))
        rows = rows.join(
            self._cells, on=["currency", "ordered_on"], nulls_equal=True, maintain_order="left"
        )
        self._pairs, self._windows = Pairs(rows, pairs), tuple(windows)
        self._kept: OrderedDict[tuple[Any, ...], pl.DataFrame] = OrderedDict()

    def knows(self, options: Mapping[str, Any]) -> bool:
        """Say whether this can answer: the rule, its amounts, its window, and the days asked for.

        Args:
            options: Of the metric; what is none of its options is for it to refuse.
        """
        model, by = options.get("model", "last"), options.get("by", "campaign_id")
        if model not in MODELS or by not in BY or options.get("include_bots"):
            return False
        if {"since", "until"} & options.keys() and "ordered_local" not in self._there:
            return False
        net = RULES[model].net or options.get("value") == "net"
        if net and not self._there.issuperset(_EXTRA):
            return False
        days = options.get("window_days", 7)
        return isinstance(days, int) and days <= max(self._windows)

    def revenue(
        self, *, by: str = "campaign_id", since: Any = None, until: Any = None, **rule: Any
    ) -> pl.DataFrame:
        """Sum the credits of some days.

        Args:
            by: One column of the touches.
            since: First day of the orders.
            until: The day after the last.
            **rule: Other options of the metric; no bots.
        """
        asked = setting(**{"model": "last", "window_days": 7, **rule})

        def made() -> pl.DataFrame:
            return self._by_day(self._pairs.summed(by, asked))

        cube = self._remembered(("revenue", by, asked), made)
        keys = ["money", "code", "is_attributed"]
        sums = _within(cube, since, until).group_by(keys).agg(pl.col(*_SUMS).sum())
        whole = pl.col("credited_cents").sum().over("money")
        share = _share(whole)
        sums = sums.with_columns(
            self._pairs.values(by).gather(sums["code"]).alias(by), revenue_share=share
        )
        return self._named(sums).sort("currency", by, "is_attributed")

    def sensitivity(
        self, *, models: str, kinds: Any = None, since: Any = None, until: Any = None
    ) -> pl.DataFrame:
        """Sum what each window reaches, of some days.

        Every model credits whole orders, those with a touch that is near enough: how near the last
        one was, says that for every window at once.

        Args:
            models: One model.
            kinds: Of touches.
            since: First day of the orders.
            until: The day after the last.
        """
        asked = setting(models, max(self._windows), kinds=kinds)

        def made() -> pl.DataFrame:
            return self._by_day(self._pairs.reached(asked, self._windows))

        rule = RULES[models]
        cube = self._remembered(("sensitivity", asked.kinds, rule.since_sent, rule.net), made)
        sums = (
            _within(cube, since, until)
            .group_by("money", "window_days")
            .agg(pl.col("orders", "credited_cents", "revenue").sum())
        )
        share = _share(pl.col("revenue"))
        return (
            self._named(sums)
            .select(
                "currency",
                "window_days",
                "orders",
                "credited_cents",
                model=pl.lit(models),
                revenue_share=share,
            )
            .sort("currency", "window_days")
        )

    def _by_day(self, sums: pl.DataFrame) -> pl.DataFrame:
        of = (self._cells[name].gather(sums["cell"]) for name in ("money", "ordered_on"))
        return sums.drop("cell").with_columns(*of)

    def _named(self, sums: pl.DataFrame) -> pl.DataFrame:
        codes = self._cells.select("money", "currency").unique()
        return sums.join(codes, on="money")

    def _remembered(self, key: tuple[Any, ...], make: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        if key not in self._kept:
            self._kept[key] = make()
        self._kept.move_to_end(key)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return self._kept[key]


def _within(cube: pl.DataFrame, since: Any, until: Any) -> pl.DataFrame:
    first, end = as_days(since, until)
    conditions = []
    if first is not None:
        conditions.append(pl.col("ordered_on") >= first)
    if end is not None:
        conditions.append(pl.col("ordered_on") < end)
    return cube.filter(*conditions) if conditions else cube


def _share(whole: pl.Expr) -> pl.Expr:
    ratio = pl.col("credited_cents") / whole
    return pl.when((whole != 0) & ratio.is_between(0, 1)).then(ratio)
