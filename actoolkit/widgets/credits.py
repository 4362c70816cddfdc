"""What stays the same under every control of attribution, worked out once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.metrics import all_touches, attributed_revenue, attribution_sensitivity
from actoolkit.metrics.attribution_models import RULES
from actoolkit.metrics.attribution_pairs import pairs_of
from actoolkit.metrics.eager import collected, handed_back
from actoolkit.metrics.frames import Schema, opened, same_kind
from actoolkit.metrics.orders import address, contacts_of_addresses, paid
from actoolkit.metrics.touches import opened_touches
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
_OPTIONAL = ("shipping_cents", "tax_cents", "ordered_local")
"""What only some rules and choices of days need."""
_PAIRED = ("order_id", "contact_id", "ordered_at")
_EXPLORER = "attribution_explorer"


class Credits:
    """Orders and the touches before them, kept so that a change of a control is quick.

    Whose each order is, and which touches it followed within the longest window: none of it depends
    on a control. Sums by day are worked out once for each rule (`actoolkit.widgets.credit_cube`);
    days and currencies choose among them.

    Args:
        orders: As for `actoolkit.metrics.attributed_revenue`.
        touches: Likewise; or what gives them in parts, no contact in two, whenever it is called.
        contacts: Likewise.

    Raises:
        InvalidArgument: They are frames of different kinds.
        MissingColumns: A frame lacks a column that every rule needs.
    """

    def __init__(self, orders: Any, touches: Any, contacts: Any) -> None:
        self._orders = _owned(orders, contacts)
        owned = nw.from_native(self._orders).lazy()
        there = set(owned.collect_schema())
        bought = collected(owned, {name: kind for name, kind in _ORDERS.items() if name in there})
        known = opened(_EXPLORER, self._orders, {name: _ORDERS[name] for name in _PAIRED})
        self._parts = touches if callable(touches) else lambda: (touches,)
        found, self._odd = [], False
        for part in self._parts():
            found.append(pairs_of(_EXPLORER, known, part, max(WINDOWS)))
            # Pairs are of the touch's moment; the model that counts from the sending needs no other
            # pairs unless a mail was sent after it was touched, as logs of several clocks may say.
            seen = opened_touches(_EXPLORER, part).filter(nw.col("sent_at") > nw.col("touched_at"))
            self._odd |= not collected(seen.head(1), {"contact_id": "key"}).is_empty()
        pairs = pl.concat(found)
        self.kinds = set(pairs["kind"].unique())
        self._cube = None
        if bought["order_id"].is_unique().all():
            self._cube = CreditCube(bought, pairs, windows=WINDOWS)

    def revenue(self, **options: Any) -> Any:
        """Give `actoolkit.metrics.attributed_revenue`.

        Args:
            **options: Of the metric.
        """
        cube = self._cube_for(options)
        if cube is None:
            return attributed_revenue(self._orders, self._touches(), **options)
        made = cube.revenue(**options)
        return handed_back("attributed_revenue", made, self._orders, revenue_columns(options))

    def sensitivity(self, **options: Any) -> Any:
        """Give `actoolkit.metrics.attribution_sensitivity`.

        Args:
            **options: Of the metric, one model in ``models``.
        """
        rule = {"model" if name == "models" else name: one for name, one in options.items()}
        cube = self._cube_for(rule)
        if cube is None:
            return attribution_sensitivity(self._orders, self._touches(), **options)
        made = cube.sensitivity(**options)
        return handed_back("attribution_sensitivity", made, self._orders, SENSITIVITY)

    def _touches(self) -> Any:
        parts = list(self._parts())
        return parts[0] if len(parts) == 1 else all_touches(*parts)

    def _cube_for(self, rule: Mapping[str, Any]) -> CreditCube | None:
        if self._cube is None or not self._cube.knows(rule):
            return None
        return None if self._odd and RULES[rule.get("model", "last")].since_sent else self._cube


def _owned(orders: Any, contacts: Any) -> Any:
    """Keep the orders that brought money, with the id of the contact in place of the address."""
    schema: Schema = {name: kind for name, kind in _ORDERS.items() if name != "contact_id"}
    needed: Schema = {name: kind for name, kind in schema.items() if name not in _OPTIONAL}
    opened(_EXPLORER, orders, {**needed, "email": "text"})
    there = set(nw.from_native(orders).lazy().collect_schema())
    schema = {name: kind for name, kind in schema.items() if name in there}
    rows = opened(_EXPLORER, orders, {**schema, "email": "text"})
    people = opened(_EXPLORER, contacts, {"contact_id": "key", "email": "text"})
    same_kind(_EXPLORER, rows, people)
    people = contacts_of_addresses(people).drop("namesakes")
    rows = rows.filter(paid(), ~nw.col("ordered_at").is_null())
    owned = rows.with_columns(address=address("email")).join(people, on="address", how="left")
    return owned.select(*schema, "contact_id").collect().to_native()
