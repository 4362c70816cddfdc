"""What stays the same under every control of attribution, worked out once."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.metrics import attributed_orders, attributed_revenue, attribution_sensitivity
from actoolkit.metrics.attribution_models import RULES
from actoolkit.metrics.eager import collected, handed_back
from actoolkit.metrics.frames import Schema, opened
from actoolkit.metrics.orders import address, contacts_of_addresses, paid
from actoolkit.metrics.touches import TOUCHES
from actoolkit.widgets.credit_cube import SENSITIVITY, CreditCube, revenue_columns

WINDOWS = (1, 3, 5, 7, 14, 30)

_ORDERS: Schema = {
    "order_id": "key",
    "contact_id": "key",
    "state": "text",
    "currency": "text",
    "total_cents": "count",
    "shipping_cents": "count",
    "tax_cents": "count",
    "ordered_at": "moment",
    "ordered_local": "wall",
}
_FOLLOWED: Schema = {
    "order_id": "text",
    "kind": "text",
    "ordered_at": "moment",
    "touched_at": "moment",
}


class Credits:
    """Orders and the touches before them, kept so that a change of a control is quick.

    Whose each order is, which touches an order followed within the longest window, and how long
    before it the last one of each kind was: none of it depends on a control. Sums by day are worked
    out once for each rule (`actoolkit.widgets.credit_cube`); days and currencies choose among them.

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
        owned = nw.from_native(self._orders).lazy()
        there = set(owned.collect_schema())
        bought = collected(owned, {name: kind for name, kind in _ORDERS.items() if name in there})
        self._cube = None
        if bought["order_id"].is_unique().all():
            gaps = _gaps(collected(rows, _FOLLOWED))
            seen = collected(nw.from_native(self.touches).lazy(), TOUCHES)
            self._cube = CreditCube(bought, seen, gaps, windows=WINDOWS)

    def revenue(self, **options: Any) -> Any:
        """Give `actoolkit.metrics.attributed_revenue`.

        Args:
            **options: Of the metric; windows up to the longest.
        """
        if self._cube is None or not self._cube.knows_days(options):
            return attributed_revenue(self._orders, self.touches, **options)
        made = self._cube.revenue(**options)
        return handed_back("attributed_revenue", made, self._orders, revenue_columns(options))

    def sensitivity(self, **options: Any) -> Any:
        """Give `actoolkit.metrics.attribution_sensitivity`.

        Args:
            **options: Of the metric, one model in ``models``.
        """
        rule = RULES.get(options["models"])
        whole = rule is not None and not rule.since_sent and not rule.net
        if self._cube is None or not whole or not self._cube.knows_days(options):
            return attribution_sensitivity(self._orders, self.touches, **options)
        made = self._cube.sensitivity(**options)
        return handed_back("attribution_sensitivity", made, self._orders, SENSITIVITY)


def _owned(orders: Any, contacts: Any) -> Any:
    """Keep the orders that brought money, with the id of the contact in place of the address."""
    there = set(nw.from_native(orders).lazy().collect_schema())
    schema: Schema = {
        name: kind for name, kind in _ORDERS.items() if name in there and name != "contact_id"
    }
    rows = opened("attribution_explorer", orders, {**schema, "email": "text"})
    people = opened("attribution_explorer", contacts, {"contact_id": "key", "email": "text"})
    people = contacts_of_addresses(people).drop("namesakes")
    rows = rows.filter(paid(), ~nw.col("ordered_at").is_null())
    owned = rows.with_columns(address=address("email")).join(people, on="address", how="left")
    return owned.select(*schema, "contact_id").collect().to_native()


def _gaps(followed: pl.DataFrame) -> pl.DataFrame:
    """Say how long before each order the last touch of each kind was, in microseconds."""
    gap = (pl.col("ordered_at") - pl.col("touched_at")).dt.total_microseconds()
    return followed.group_by("order_id", "kind").agg(gap=gap.min())
