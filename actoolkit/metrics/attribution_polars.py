"""Last touch on polars, in one pass over touches that stand contact by contact.

Engines join by equality, and the latest touch before an order is no equality. Where touches stand
in the order in which the functions here give them, contact and second fit in one whole number, and
a plain as-of join finds the latest. What does not fit is left to the formulation for all engines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl

Whole = np.ndarray[Any, np.dtype[np.int64]]
Layout = Literal["texts", "numbers"]
"""Whether contacts are in the order of their ids as texts ("10", "9") or as numbers."""

ROWS = 1_000_000
"""Touches looked at in one go."""
_BITS = 31
_EPOCH = 631_152_000
"""Seconds are counted from 1990 and fit until 2058."""
_DIGITS = 8
_TENS = np.array([0, *(10**place for place in range(1, _DIGITS))], np.int64)
_PLACES = np.arange(1, _DIGITS + 1)
_TIES = ("kind_rank", "campaign_key", "automation_key")
_US = 1_000_000


class _Unfit(Exception):
    """The touches or orders are not of the kind that a whole number can hold."""


@dataclass(frozen=True, slots=True)
class _Bought:
    """Orders of contacts whose id is a number written plainly, by contact and moment."""

    keys: Whole
    rows: Whole
    """Where each stands among all orders."""
    moments: Whole
    """Of all orders, in microseconds."""


@dataclass(slots=True)
class _Look:
    """What a pass over the touches found in the way, if anything."""

    layout: Layout
    ties: bool
    found: Literal["", "unfit", "order", "ties"] = ""


def last_touch_sums(
    bought: pl.LazyFrame, touches: pl.LazyFrame, names: Sequence[str], window_days: int | None
) -> pl.DataFrame | None:
    """Sum orders by the last touch before them.

    Args:
        bought: ``order_id``, ``currency``, ``ordered_at``, ``cents``, ``contact_id``.
        touches: Those that count, with the columns of `sortable`.
        names: Columns of touches to sum by.
        window_days: As of `attributed_revenue`.

    Returns:
        One row per currency, group and ``is_attributed``: ``orders``, ``credited_orders`` and
        ``credited_cents``;
        None where the touches are not in order or do not fit.
    """
    try:
        orders = _orders(bought)
        for layout in ("numbers", "texts"):
            for ties in (False, True):
                look = _Look(layout, ties)
                made = _joined(orders, touches, names, window_days, look)
                if not look.found:
                    return made
                if look.found == "unfit":
                    return None
                if look.found == "order":
                    break
    except _Unfit:
        return None
    return None


def _orders(bought: pl.LazyFrame) -> pl.DataFrame:
    asked = bought.select("order_id", "currency", "cents", **_parts("ordered_at"))
    orders = asked.with_columns(plain=_plain()).collect(engine="streaming").rechunk()
    ids = orders["order_id"].cast(pl.Int64, strict=False)
    ids = orders["order_id"].hash() if ids.null_count() else ids
    numbers = ids.to_numpy()
    if (numbers[1:] <= numbers[:-1]).any() and ids.n_unique() < len(ids):
        raise _Unfit
    return orders.drop("order_id")


def _plain() -> pl.Expr:
    """Say whether a contact's id is a number as numbers are written."""
    number, digits = pl.col("number"), pl.col("digits")
    above = pl.lit(10, pl.Int64).pow(digits.clip(0, _DIGITS))
    whole = (number >= 0) & (number < above) & ((number * 10 >= above) | (digits == 1))
    return (whole & (digits <= _DIGITS)).fill_null(value=False)


def _parts(moment: str) -> dict[str, pl.Expr]:
    # Texts first: categories would give their places.
    contact, at = pl.col("contact_id").cast(pl.String), pl.col(moment)
    number, second = contact.cast(pl.Int64, strict=False), at.dt.epoch("us") // _US - _EPOCH
    return {
        "number": number,
        "digits": contact.str.len_bytes().cast(pl.Int64),
        "moment": at.dt.epoch("us"),
        "second": second,
        "key": number * (1 << _BITS) + second,
    }


def _keyed(orders: pl.DataFrame, layout: Layout) -> _Bought:
    if not orders["second"].is_between(0, (1 << _BITS) - 1).all():
        raise _Unfit
    known = orders if orders["plain"].all() else orders.filter("plain")
    keys = known["key"].to_numpy()
    if layout == "texts":
        number, digits = known["number"].to_numpy(), known["digits"].to_numpy()
        number = number * 10 ** (_DIGITS - digits) << 4 | digits
        keys = number << _BITS | known["second"].to_numpy()
    order = np.argsort(keys)
    rows = order if known is orders else orders["plain"].arg_true().to_numpy()[order]
    return _Bought(keys[order], rows, orders["moment"].to_numpy())


def _keys(batch: pl.DataFrame, layout: Layout) -> Whole:
    """Put contact and second of touches in one number that grows as the rows should."""
    keys, second, moment = (batch[name].to_numpy() for name in ("key", "second", "moment"))
    # Negative ones are the largest of all without a sign.
    if batch["key"].null_count() or int(second.view(np.uint64).max()) >> _BITS:
        raise _Unfit
    # Seconds are never above the moment, so that sums, even where they run over, tell of all.
    whole = (int(second.sum()) + len(second) * _EPOCH) * _US
    if (int(moment.sum()) - whole) % 2**64:
        raise _Unfit
    if layout == "numbers":
        return np.asarray(keys)
    number = keys >> _BITS
    begins = np.flatnonzero(np.diff(number, prepend=number[:1] - 1))
    ids = number[begins]
    if ids.min() < 0 or ids.max() >= 10**_DIGITS:
        raise _Unfit
    digits = np.searchsorted(_TENS, ids, side="right")
    ids = (ids * 10 ** (_DIGITS - digits) << 4) | digits
    return np.asarray(np.repeat(ids << _BITS, np.diff(begins, append=len(keys))) | second)


def _digits(keys: Whole, layout: Layout) -> int:
    """Count the digits of contacts as numbers are written; the keys are in order."""
    if layout == "texts":
        return int(((keys >> _BITS) & 15).sum())
    if keys[0] < 0 or keys[-1] >> _BITS >= 10**_DIGITS:
        raise _Unfit
    return int(np.diff(np.searchsorted(keys, _TENS << _BITS), append=len(keys)) @ _PLACES)


def _joined(
    orders: pl.DataFrame,
    touches: pl.LazyFrame,
    names: Sequence[str],
    window_days: int | None,
    look: _Look,
) -> pl.DataFrame:
    found = _credited(_keyed(orders, look.layout), touches, names, window_days, look)
    if look.found:
        return orders
    sums = {"orders": pl.len().cast(pl.Int64), "credited_cents": pl.col("cents").sum()}
    given = found.with_columns(orders.select("currency", "cents")[found["row"].to_numpy()])
    given = given.group_by("currency", *names).agg(**sums)
    reached = given.group_by("currency").agg(-pl.col("orders", "credited_cents").sum())
    whole = orders.lazy().group_by("currency").agg(**sums).collect(engine="streaming")
    left = pl.concat([whole, reached], how="diagonal")
    left = left.group_by("currency").agg(pl.col("orders", "credited_cents").sum())
    return pl.concat(
        [
            given.with_columns(is_attributed=pl.lit(value=True)),
            left.with_columns(is_attributed=pl.lit(value=False)),
        ],
        how="diagonal",
    ).with_columns(credited_orders=pl.col("orders").cast(pl.Float64))


def _credited(
    bought: _Bought,
    touches: pl.LazyFrame,
    names: Sequence[str],
    window_days: int | None,
    look: _Look,
) -> pl.DataFrame:
    """Give the latest touch before each order, going through the touches once.

    Args:
        bought: Result of `_keyed`.
        touches: As of `last_touch_sums`.
        names: Likewise.
        window_days: Likewise.
        look: What stands in the way.

    Returns:
        One row per order with a touch in the window: ``row`` of the order, ``names`` of the touch.
    """
    ties = [name for name in _TIES if look.ties]
    parts = {name: part for name, part in _parts("touched_at").items() if name != "number"}
    rows = touches.select(*dict.fromkeys((*names, *ties)), **parts)
    given = touches.select(*dict.fromkeys((*names, *ties)))
    held = pl.DataFrame(schema={"seen": pl.Int64(), **given.collect_schema()})
    found, done = [], 0
    for batch in rows.collect_batches(chunk_size=ROWS, maintain_order=True):
        if batch.is_empty():
            continue
        keys = _checked(batch, held, look)
        if keys is None:
            return held
        seen = batch.select(pl.Series("seen", keys), *names, *ties)
        seen = _latest(pl.concat([held, seen]), look) if ties else seen
        first, upto = np.searchsorted(bought.keys, seen["seen"].to_numpy()[[0, -1]])
        found.append(_hits(bought, slice(done, first), held.select("seen", *names), window_days))
        found.append(_hits(bought, slice(first, upto), seen.select("seen", *names), window_days))
        held, done = seen.tail(1), upto
    found.append(_hits(bought, slice(done, None), held.select("seen", *names), window_days))
    return pl.concat(found)


def _hits(
    bought: _Bought, part: slice, seen: pl.DataFrame, window_days: int | None
) -> pl.DataFrame:
    """Match some orders with touches in order; leave those of one contact and in the window."""
    orders, touched = bought.keys[part], seen["seen"].to_numpy()
    place = np.searchsorted(touched, orders, side="right") - 1
    if window_days is None or not len(touched):
        near = np.flatnonzero(place >= 0)
    else:
        near = np.flatnonzero((orders - touched[place]).view(np.uint64) <= window_days * 86_400)
    keys, place = touched[place[near]], place[near]
    same = keys >> _BITS == orders[near] >> _BITS
    rows = bought.rows[part][near]
    if window_days is not None:
        moment = ((keys & ((1 << _BITS) - 1)) + _EPOCH) * _US
        same &= bought.moments[rows] - moment < window_days * 86_400 * _US
    row = pl.Series("row", rows[same], dtype=pl.Int64)
    return pl.DataFrame([row, *(part.gather(place[same]) for part in seen.drop("seen"))])


def _checked(batch: pl.DataFrame, held: pl.DataFrame, look: _Look) -> Whole | None:
    """Give the keys, or None and tell `look` why the rows cannot be gone through in one pass."""
    try:
        keys = _keys(batch, look.layout)
        # Compared, not subtracted: differences of keys that are none could run over.
        pairs = ((held["seen"].to_numpy(), keys[:1]), (keys[:-1], keys[1:]))
        if not all((first[: len(then)] < then[: len(first)]).all() for first, then in pairs):
            falls = any((first[: len(then)] > then[: len(first)]).any() for first, then in pairs)
            look.found = "order" if falls else "" if look.ties else "ties"
        if look.found:
            return None
        # A number is never written with fewer digits than it has, so their sum tells of all.
        if _digits(keys, look.layout) != batch["digits"].sum():
            look.found = "unfit"
    except _Unfit:
        look.found = "unfit"
    return None if look.found else keys


def _latest(rows: pl.DataFrame, look: _Look) -> pl.DataFrame:
    """Of touches at one moment, leave the one that comes last."""
    if not look.ties:
        return rows
    return rows.sort("seen", *_TIES).unique("seen", keep="last", maintain_order=True)
