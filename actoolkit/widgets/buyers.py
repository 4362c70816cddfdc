"""The rows of those who ordered: nobody else can have followed a mail with an order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    if _is_lazy(*kept.values(), frames["contacts"]):
        return kept
    return _narrowed(kept, _buyers(frames))


def parts_of_buyers(frames: Mapping[str, Any], *names: str, size: int) -> Iterator[dict[str, Any]]:
    """Do as `of_buyers`, so many contacts at a time.

    Args:
        frames: As of `of_buyers`.
        *names: Likewise.
        size: Contacts of a part.

    Yields:
        The narrowed frames by name; one part at least, though nobody ordered. Lazy frames are one.
    """
    kept = of_buyers(frames, *names)
    if _is_lazy(*kept.values(), frames["contacts"]):
        yield kept
        return
    buyers = _buyers(frames).sort("contact_id").collect()
    if len(buyers) <= size:
        yield kept
        return
    for start in range(0, len(buyers), size):
        yield _narrowed(kept, buyers[start : start + size].lazy())


def _is_lazy(*frames: Any) -> bool:
    return any(isinstance(nw.from_native(one), nw.LazyFrame) for one in frames)


def _buyers(frames: Mapping[str, Any]) -> nw.LazyFrame[Any]:
    orders = nw.from_native(frames["ecom_orders"]).lazy()
    contacts = nw.from_native(frames["contacts"]).lazy()
    bought = orders.select(address=address("email")).unique()
    people = contacts.select("contact_id", address=address("email"))
    buyers: nw.LazyFrame[Any] = people.join(bought, on="address", how="semi")
    return buyers.select("contact_id").unique()


def _narrowed(frames: Mapping[str, Any], buyers: nw.LazyFrame[Any]) -> dict[str, Any]:
    return {
        name: nw.from_native(one)
        .lazy()
        .join(buyers, on="contact_id", how="semi")
        .collect()
        .to_native()
        for name, one in frames.items()
    }
