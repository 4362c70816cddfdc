"""What stays the same under every control of attribution, worked out once."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.metrics import attributed_orders, attributed_revenue, attribution_sensitivity
from actoolkit.metrics.attribution_models import RULES
from actoolkit.metrics.attribution_orders import setting
from actoolkit.metrics.days import within_days
from actoolkit.metrics.eager import collected, handed_back
from actoolkit.metrics.frames import Schema, opened
from actoolkit.metrics.orders import address, paid
from actoolkit.metrics.touches import KINDS

WINDOWS = (1, 3, 5, 7, 14, 30)
DAY = 86_400_000_000
"""Microseconds of 24 hours."""

_ORDERS: Schema = {
    "order_id": "key",
    "state": "text",
    "currency": "text",
    "total_cents": "count",
    "shipping_cents": "count",
    "tax_cents": "count",
    "ordered_at": "moment",
    "ordered_local": "wall",
}
_BOUGHT: Schema = {
    "order_id": "text",
    "currency": "text",
    "total_cents": "count",
    "ordered_local": "wall",
}
_FOLLOWED: Schema = {
    "order_id": "text",
    "kind": "text",
    "ordered_at": "moment",
    "touched_at": "moment",
}
_SENSITIVITY: Schema = {
    "currency": "text",
    "model": "text",
    "window_days": "count",
    "orders": "count",
    "credited_cents": "count",
    "revenue_share": "rate",
}


class Credits:
    """Orders and the touches before them, kept so that a change of a control is quick.

    Whose each order is, which touches an order followed within the longest window, and how long
    before it the last one of each kind was: none of it depends on a control.

    Args:
        orders: As for `actoolkit.metrics.attributed_revenue`.
        touches: Likewise.
        contacts: Likewise.
    """

    def __init__(self, orders: Any, touches: Any, contacts: Any) -> None:
        self._orders = _owned(orders, contacts)
        followed = attributed_orders(
            self._orders, touches, model="linear", window_days=max(WINDOWS)
        )
        rows = nw.from_native(followed).lazy()
        keys = ["contact_id", "touched_at"]
        near = nw.from_native(touches).lazy().join(rows.select(*keys).unique(), on=keys, how="semi")
        self.touches = near.collect().to_native()
        self._gaps = _gaps(collected(rows, _FOLLOWED))
        owned = nw.from_native(self._orders).lazy()
        there = set(owned.collect_schema())
        self._bought = collected(owned, {k: v for k, v in _BOUGHT.items() if k in there})
        self._is_plain = self._bought["order_id"].is_unique().all()

    def revenue(self, **options: Any) -> Any:
        """Give `actoolkit.metrics.attributed_revenue`.

        Args:
            **options: Of the metric; windows up to the longest.
        """
        return attributed_revenue(self._orders, self.touches, **options)

    def sensitivity(
        self, *, models: Any, kinds: Any = None, since: Any = None, until: Any = None
    ) -> Any:
        """Give `actoolkit.metrics.attribution_sensitivity`.

        A model that divides whole orders, credits those with a touch that is near enough: how
        near the last one was, says that for every window at once.

        Args:
            models: One model.
            kinds: Of touches.
            since: First day of the orders.
            until: The day after the last.
        """
        options = {"kinds": kinds, "since": since, "until": until}
        rule = RULES.get(models)
        if not self._is_plain or rule is None or rule.since_sent or rule.net:
            return attribution_sensitivity(self._orders, self.touches, models=models, **options)
        wanted = setting(models, max(WINDOWS), kinds=kinds).kinds
        gaps = self._gaps
        if set(wanted) != set(KINDS):
            gaps = gaps.filter(pl.col("kind").is_in(wanted))
        nearest = gaps.group_by("order_id").agg(pl.col("gap").min())
        bought = nw.from_native(self._bought)
        if (since, until) != (None, None):
            bought = bought.filter(*within_days(nw.col("ordered_local"), since, until))
        rows = bought.to_native().join(nearest, on="order_id", how="left")
        made = [_window(rows, models, days) for days in WINDOWS]
        found = pl.concat(made).sort("currency", "model", "window_days")
        return handed_back("attribution_sensitivity", found, self._orders, _SENSITIVITY)


def _owned(orders: Any, contacts: Any) -> Any:
    """Keep the orders that brought money, with the id of the contact in place of the address."""
    there = set(nw.from_native(orders).lazy().collect_schema())
    schema: Schema = {name: kind for name, kind in _ORDERS.items() if name in there}
    rows = opened("attribution_explorer", orders, {**schema, "email": "text"})
    people = opened("attribution_explorer", contacts, {"contact_id": "key", "email": "text"})
    people = people.select("contact_id", address=address("email")).drop_nulls()
    people = people.group_by("address").agg(nw.col("contact_id").min())
    rows = rows.filter(paid(), ~nw.col("ordered_at").is_null())
    owned = rows.with_columns(address=address("email")).join(people, on="address", how="left")
    return owned.select(*schema, "contact_id").collect().to_native()


def _gaps(followed: pl.DataFrame) -> pl.DataFrame:
    """Say how long before each order the last touch of each kind was, in microseconds."""
    gap = (pl.col("ordered_at") - pl.col("touched_at")).dt.total_microseconds()
    return followed.group_by("order_id", "kind").agg(gap=gap.min())


def _window(rows: pl.DataFrame, model: str, days: int) -> pl.DataFrame:
    """Sum the orders with a touch within so many days."""
    near = (pl.col("gap") < days * DAY).fill_null(value=False)
    cents = pl.col("total_cents").fill_null(0)
    sums = rows.group_by("currency").agg(
        orders=near.sum().cast(pl.Int64),
        credited_cents=cents.filter(near).sum(),
        revenue=cents.sum(),
    )
    share = pl.col("credited_cents") / pl.col("revenue")
    return sums.select(
        "currency",
        "orders",
        "credited_cents",
        model=pl.lit(model),
        window_days=pl.lit(days, pl.Int64),
        revenue_share=pl.when(pl.col("revenue") != 0).then(share),
    )
