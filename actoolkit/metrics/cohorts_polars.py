"""Cohorts on polars: each customer's months as the bits of whole numbers.

Who came back needs no address, only that two orders are of one: addresses are read once, for two
independent hashes. The first, of 64 bits, is what orders are grouped by; where two addresses had it
in common the second, of 32, would tell, and the formulation for all engines takes over.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl

Whole = np.ndarray[Any, np.dtype[np.int64]]

_BITS = 62
"""Months in one number."""
_MOST = 8
"""Numbers for a customer: 41 years."""


def buyers_by_month(orders: pl.LazyFrame) -> tuple[pl.DataFrame, date | None] | None:
    """Count customers by the month of their first order and each month in which they ordered.

    Args:
        orders: ``customer`` and ``ordered_local``, which is never missing.

    Returns:
        One row per pair of months with a customer: ``cohort_on``, ``period_on``, ``buyers``; and
        the day of the latest order. None where this way does not do.
    """
    wall = pl.col("ordered_local")
    # Of all orders, of nobody's too: the months need room, and addresses are dear to read.
    ends = orders.select(first=wall.min(), last=wall.max()).collect(engine="streaming")
    first, last = ends.row(0)
    if first is None:
        return _frame([]), None
    begin = _months(first)
    words = (_months(last) - begin) // _BITS + 1
    if words > _MOST:
        return None
    month = wall.dt.year() * 12 + wall.dt.month().cast(pl.Int32) - (1 + begin)
    bit, word = pl.lit(2, pl.Int64).pow(month % _BITS), month // _BITS
    bits = {"word_0": bit}
    if words > 1:
        bits = {f"word_{one}": pl.when(word == one).then(bit).otherwise(0) for one in range(words)}
    known = orders.filter(pl.col("customer").is_not_null())
    keyed = known.select(day=wall.dt.date(), **_keys(), **bits).group_by("key")
    customers = keyed.agg(
        pl.col(*bits).bitwise_or(), pl.max("day"), least=pl.min("check"), most=pl.max("check")
    ).collect(engine="streaming")
    if (customers["least"] != customers["most"]).any():
        return None
    seen: date | None = customers["day"].max()  # type: ignore[assignment]
    alike = customers.group_by(*bits).len("buyers")
    masks = [alike[name].to_numpy() for name in bits]
    return _frame(_pairs(masks, alike["buyers"].to_numpy(), begin)), seen


def _keys() -> dict[str, pl.Expr]:
    key, check = (pl.col("customer").hash(seed) for seed in (0, 1))
    return {"key": key, "check": (check // 2**32).cast(pl.UInt32)}


def _months(day: datetime) -> int:
    return day.year * 12 + day.month - 1


def _pairs(masks: list[Whole], buyers: Whole, begin: int) -> list[tuple[date, date, int]]:
    """Count by first bit and by each bit."""
    count = len(masks) * _BITS
    present = [(masks[place // _BITS] >> (place % _BITS)) & 1 for place in range(count)]
    first = np.full(len(buyers), -1)
    for place in reversed(range(count)):
        first[present[place] == 1] = place
    made = []
    for place in range(count):
        there = present[place] == 1
        sums = np.bincount(first[there], weights=buyers[there])
        later = _first_day(begin + place)
        made += [
            (_first_day(begin + int(one)), later, int(sums[one])) for one in np.flatnonzero(sums)
        ]
    return made


def _first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def _frame(rows: list[tuple[date, date, int]]) -> pl.DataFrame:
    schema = {"cohort_on": pl.Date, "period_on": pl.Date, "buyers": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")
