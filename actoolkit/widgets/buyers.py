"""The rows of those who ordered: nobody else can have followed a mail with an order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.metrics.orders import address


def of_buyers(frames: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Keep the rows of contacts whose address has ordered.

    Args:
        frames: By name; ``contacts`` and ``ecom_orders`` among them.
        *names: Which to narrow, each with a ``contact_id``; those that are lacking stay lacking.

    Returns:
        The narrowed frames by name, in memory where they were; lazy ones stay as they are.
    """
    kept = {name: frames[name] for name in names if name in frames}
    given = [nw.from_native(one) for one in (*kept.values(), frames["contacts"])]
    if any(isinstance(one, nw.LazyFrame) for one in given):
        return kept
    orders = nw.from_native(frames["ecom_orders"]).lazy()
    contacts = nw.from_native(frames["contacts"]).lazy()
    bought = orders.select(address=address("email")).unique()
    people = contacts.select("contact_id", address=address("email"))
    buyers = people.join(bought, on="address", how="semi").select("contact_id").unique()
    return {
        name: nw.from_native(one)
        .lazy()
        .join(buyers, on="contact_id", how="semi")
        .collect()
        .to_native()
        for name, one in kept.items()
    }
