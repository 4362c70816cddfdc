"""How a rule divides orders among the touches it has chosen, in arrays.

The rules are those of `actoolkit.metrics.attribution_models`, to the cent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from actoolkit.metrics.attribution_models import FINEST
from actoolkit.metrics.attribution_orders import Setting

Whole = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Chosen:
    """The pairs that a rule looks at, order by order, the earliest touch first."""

    rows: Whole
    orders: Whole
    begins: Whole
    """Where each order begins among them."""

    @property
    def ends(self) -> Whole:
        """Where each order ends."""
        return np.append(self.begins[1:], len(self.rows))[: len(self.begins)] - 1


def begins_of(orders: Whole) -> Whole:
    """Say where each order begins; rows of one stand together.

    Args:
        orders: Of each row.
    """
    return np.flatnonzero(np.append(True, orders[1:] != orders[:-1])[: len(orders)])


def reduced(reduce: np.ufunc, values: Any, begins: Whole) -> Any:
    """Reduce the rows of each order to one value.

    Args:
        reduce: Such as ``numpy.minimum``.
        values: Of each row.
        begins: Result of `begins_of`.
    """
    return reduce.reduceat(values, begins) if len(begins) else values[:0]


def totals(places: Whole, cents: Whole, size: int) -> Whole:
    """Sum cents by place, in whole numbers: those with decimals lose cents of large sums.

    Args:
        places: Of each row, below ``size``.
        cents: Of each row.
        size: Of the result.
    """
    sums = np.zeros(size, np.int64)
    np.add.at(sums, places, cents)
    return sums


def divided(
    chosen: Chosen, asked: Setting, cents: Whole, gaps: Whole
) -> tuple[Whole, Any, Whole, Flags]:
    """Credit the touches of a rule.

    Args:
        chosen: What the rule looks at.
        asked: The rule.
        cents: Of all orders.
        gaps: Of all pairs: from touch to order, in microseconds.

    Returns:
        Pairs with credit, their weights, whole cents, and which of them share their order.
    """
    sizes = np.diff(chosen.begins, append=len(chosen.rows))
    alone = sizes == 1
    if asked.model not in ("linear", "time_decay", "position"):
        one = chosen.begins if asked.model == "first" else chosen.ends
    else:
        one = chosen.begins[alone]
    rows, whole = chosen.rows[one], cents[chosen.orders[one]]
    weights, shared = np.ones(len(rows)), np.zeros(len(rows), dtype=bool)
    if len(one) == len(sizes):
        return rows, weights, whole, shared
    many = np.repeat(~alone, sizes)
    among, signed, sizes = chosen.rows[many], cents[chosen.orders[many]], sizes[~alone]
    weight, credit = _shares(asked, signed, sizes, gaps[among])
    some = weight > 0
    return (
        np.append(rows, among[some]),
        np.append(weights, weight[some]),
        np.append(whole, credit[some]),
        np.append(shared, np.ones(int(some.sum()), dtype=bool)),
    )


def _shares(asked: Setting, cents: Whole, sizes: Whole, gaps: Whole) -> tuple[Any, Whole]:
    """Divide orders among their touches, by differences of rounded running totals."""
    ends = np.cumsum(sizes) - 1
    begins = ends - sizes + 1
    parts = np.ones(len(cents))
    if asked.model == "time_decay":
        halves = (gaps - np.repeat(gaps[ends], sizes)) / (asked.half_life_days * _DAY)
        parts = np.round(FINEST * 0.5 ** np.minimum(halves, 40))
    elif asked.model == "position":
        for end in (begins, ends):
            parts[end] = np.where(sizes > 2, 2 * (sizes - 2), 1)
    upto = np.cumsum(parts)
    upto -= np.repeat(upto[begins] - parts[begins], sizes)
    whole = np.repeat(upto[ends], sizes)
    amounts = np.abs(cents).astype(np.float64)
    before = np.floor(amounts * (upto - parts) / whole)
    after = np.where(upto == whole, amounts, np.floor(amounts * upto / whole))
    credit = np.where(cents < 0, before - after, after - before)
    return parts / whole, credit.astype(np.int64)
