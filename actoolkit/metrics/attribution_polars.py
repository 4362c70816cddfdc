"""Last touch on polars, in one pass over touches that stand contact by contact.

Engines join by equality, and the latest touch before an order is no equality. Where touches stand
in the order in which the functions here give them, contact and second fit in one whole number, and
a search among these finds the latest. What does not fit is left to the formulation for all engines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl

Whole = np.ndarray[Any, np.dtype[np.int64]]
Layout = Literal["texts", "numbers"]
"""Whether contacts are in the order of their ids as texts ("10", "9") or as numbers."""

ROWS = 1_000_000
"""Touches looked at in one go."""
_BITS = 32
_DIGITS = 8
_TENS = np.array([0, *(10**place for place in range(1, _DIGITS))], np.int64)
_PLACES = np.arange(1, _DIGITS + 1)
_TIES = ("kind_rank", "campaign_key", "automation_key")
_SECONDS = (1 << _BITS) - 1
_SECOND = 1_000_000
_DAY = 86_400


class _Unfit(Exception):
    """The touches or orders are not of the kind that a whole number can hold."""


class _OutOfOrder(Exception):
    """The touches are in another order than they were taken to be in."""


class _Tied(Exception):
    """Touches of one contact are of one second."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """Touches in order, by contact and second."""

    keys: Whole
    rows: pl.DataFrame

    def latest(self) -> _Seen:
        """Of touches of one second, leave the one that comes last."""
        keyed = self.rows.with_columns(seen=self.keys).sort("seen", "at", *_TIES)
        rows = keyed.unique("seen", keep="last", maintain_order=True)
        return _Seen(rows["seen"].to_numpy(), rows.drop("seen"))

    def and_then(self, other: _Seen) -> _Seen:
        """Go on with others."""
        keys = np.concatenate([self.keys, other.keys])
        return _Seen(keys, pl.concat([self.rows, other.rows]))

    def last(self) -> _Seen:
        """Give the last one."""
        return _Seen(self.keys[-1:], self.rows.tail(1))


@dataclass(frozen=True, slots=True)
class _Bought:
    """Orders of contacts whose id is a number written plainly, by contact and second."""

    keys: Whole
    rows: Whole
    """Where each stands among all orders."""
    moments: Whole
    """In microseconds."""


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
    layout: Layout = "numbers"
    ties, orders = False, None
    while True:
        kept = list(dict.fromkeys([*names, *_TIES] if ties else names))
        rows = touches.select(*kept, **_parts("touched_at"))
        # Touches are being read from here on, while the orders are sorted.
        batches = rows.collect_batches(chunk_size=ROWS, maintain_order=True)
        try:
            orders = _orders(bought) if orders is None else orders
            known = _keyed(orders, layout)
            nothing = _Seen(np.array([], np.int64), rows.drop("key", "digits").clear().collect())
            seen = (_seen(batch, layout, ties=ties) for batch in batches if len(batch))
            found = _credited(known, nothing, seen, window_days, ties=ties)
            return _sums(orders, found, names)
        except _Tied:
            ties = True
        except _OutOfOrder:
            if layout == "texts":
                return None
            layout, ties = "texts", False
        except _Unfit:
            return None


def _parts(moment: str) -> dict[str, pl.Expr]:
    # Texts first: categories would give their places.
    contact, at = pl.col("contact_id").cast(pl.String), pl.col(moment)
    number = contact.cast(pl.Int64, strict=False)
    return {
        "digits": contact.str.len_bytes().cast(pl.Int64),
        "at": at.dt.epoch("us"),
        "key": number * (1 << _BITS) + at.dt.epoch("us") // _SECOND,
    }


def _refuse_far(moments: pl.Series) -> None:
    """Refuse seconds of more than 32 bits: before 1970, after 2106."""
    if len(moments) and not 0 <= moments.min() <= moments.max() < _SECOND << _BITS:  # type: ignore[operator]
        raise _Unfit


def _orders(bought: pl.LazyFrame) -> pl.DataFrame:
    number = pl.col("order_id").cast(pl.Int64, strict=False)
    asked = bought.select("currency", "cents", number=number, **_parts("ordered_at"))
    orders = asked.collect(engine="streaming")
    ids = orders["number"]
    if ids.null_count():
        ids = bought.select(pl.col("order_id").hash()).collect(engine="streaming")["order_id"]
    numbers = ids.to_numpy()
    if (numbers[1:] <= numbers[:-1]).any() and ids.n_unique() < len(ids):
        raise _Unfit
    return orders.drop("number")


def _keyed(orders: pl.DataFrame, layout: Layout) -> _Bought:
    _refuse_far(orders["at"])
    keys, digits = (orders[name].fill_null(-1).to_numpy() for name in ("key", "digits"))
    rows = np.argsort(keys)
    keys, digits = keys[rows], digits[rows]
    plain = (keys >= 0) & (np.searchsorted(_TENS, keys >> _BITS, side="right") == digits)
    if not plain.all():
        keys, digits, rows = keys[plain], digits[plain], rows[plain]
    if layout == "texts":
        keys = _texts(keys >> _BITS, digits) << _BITS | keys & _SECONDS
        order = np.argsort(keys)
        keys, rows = keys[order], rows[order]
    return _Bought(keys, rows, orders["at"].to_numpy())


def _texts(ids: Whole, digits: Whole) -> Whole:
    """Give numbers that are in the order that ids have as texts."""
    return np.asarray((ids * 10 ** (_DIGITS - digits) << 4) | digits)


def _keys(batch: pl.DataFrame, layout: Layout) -> Whole:
    """Put contact and second of touches in one number that grows as the rows should."""
    if batch["key"].null_count():
        raise _Unfit
    keys = batch["key"].to_numpy()
    if layout == "numbers":
        return keys
    number = keys >> _BITS
    begins = np.flatnonzero(np.diff(number, prepend=number[:1] - 1))
    ids = number[begins]
    if ids.min() < 0 or ids.max() >= 10**_DIGITS:
        raise _Unfit
    places = _texts(ids, np.searchsorted(_TENS, ids, side="right"))
    return np.asarray(
        np.repeat(places << _BITS, np.diff(begins, append=len(keys))) | keys & _SECONDS
    )


def _digits(keys: Whole, layout: Layout) -> int:
    """Count the digits of contacts as numbers are written; the keys are in order."""
    if layout == "texts":
        return int(((keys >> _BITS) & 15).sum())
    if keys[0] < 0 or keys[-1] >> _BITS >= 10**_DIGITS:
        raise _Unfit
    return int(np.diff(np.searchsorted(keys, _TENS << _BITS), append=len(keys)) @ _PLACES)


def _seen(batch: pl.DataFrame, layout: Layout, *, ties: bool) -> _Seen:
    """Look whether touches are what they are taken for."""
    _refuse_far(batch["at"])
    keys = _keys(batch, layout)
    _refuse_disorder(keys[:-1], keys[1:], ties=ties)
    # A number is never written with fewer digits than it has, so their sum tells of all.
    if _digits(keys, layout) != batch["digits"].sum():
        raise _Unfit
    return _Seen(keys, batch.drop("key", "digits"))


def _refuse_disorder(first: Whole, then: Whole, *, ties: bool) -> None:
    # Compared, not subtracted: differences of keys that are none could run over.
    if (first < then).all():
        return
    if (first > then).any():
        raise _OutOfOrder
    if not ties:
        raise _Tied


def _credited(
    bought: _Bought,
    held: _Seen,
    batches: Iterable[_Seen],
    window_days: int | None,
    *,
    ties: bool,
) -> pl.DataFrame:
    """Give the latest touch before each order, going through the touches once.

    Args:
        bought: Result of `_keyed`.
        held: No touch, with the columns of those in ``batches``.
        batches: Results of `_seen`, in order.
        window_days: As of `attributed_revenue`.
        ties: Whether touches may be of one second.

    Returns:
        One row per order with a touch in the window: ``row`` of the order, and its touch.
    """
    found, done = [], 0
    for seen in batches:
        _refuse_disorder(held.keys, seen.keys[: len(held.keys)], ties=ties)
        known = held.and_then(seen).latest() if ties else seen
        first, upto = np.searchsorted(bought.keys, known.keys[[0, -1]])
        found.append(_hits(bought, slice(done, first), held, window_days))
        found.append(_hits(bought, slice(first, upto), known, window_days))
        held, done = known.last(), upto
    found.append(_hits(bought, slice(done, None), held, window_days))
    return pl.concat(found)


def _hits(bought: _Bought, part: slice, seen: _Seen, window_days: int | None) -> pl.DataFrame:
    """Match some orders with touches; leave those of one contact and in the window."""
    orders, touched = bought.keys[part], seen.keys
    place = np.searchsorted(touched, orders, side="right") - 1
    if window_days is None or not len(touched):
        near = np.flatnonzero(place >= 0)
    else:
        near = np.flatnonzero((orders - touched[place]).view(np.uint64) <= window_days * _DAY)
    near = near[touched[place[near]] >> _BITS == orders[near] >> _BITS]
    rows = bought.rows[part][near]
    hits = seen.rows.select(pl.all().gather(place[near])).with_columns(row=pl.Series(rows))
    passed = bought.moments[rows] - hits["at"].to_numpy()
    if (passed < 0).any():  # a touch in the second of an order, and after it
        raise _Unfit
    return hits if window_days is None else hits.filter(passed < window_days * _DAY * _SECOND)


def _sums(orders: pl.DataFrame, found: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
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
