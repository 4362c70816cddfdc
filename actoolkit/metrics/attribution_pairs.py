"""Credits of one rule after another: orders and the touches before them, paired once, as arrays.

Which touches an order followed, and how long after, does not depend on the rule. A rule only
chooses among these pairs and weighs them, which is one go over whole numbers. The rules are those
of `actoolkit.metrics.attribution_models`, to the cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl

from actoolkit.metrics.attribution_models import RULES, sortable
from actoolkit.metrics.attribution_orders import Setting
from actoolkit.metrics.attribution_shares import (
    Chosen,
    Flags,
    Whole,
    begins_of,
    divided,
    reduced,
    totals,
)
from actoolkit.metrics.eager import collected
from actoolkit.metrics.frames import Schema, same_kind
from actoolkit.metrics.touches import KINDS, opened_touches
from actoolkit.metrics.windows import paired

_DAY = 86_400_000_000
_PAIRS: Schema = {
    "order_id": "key",
    "ordered_at": "moment",
    "touched_at": "moment",
    "sent_at": "moment",
    "kind": "text",
    "campaign_id": "text",
    "automation_id": "text",
    "kind_rank": "count",
}
_ROOM = 16_000_000
"""Sums that are held, one for each pair of cell and value, whether there is one or not."""
_NAMES = ("campaign_id", "automation_id", "kind")


def pairs_of(
    metric: str, bought: nw.LazyFrame[Any], touches: Any, window_days: int
) -> pl.DataFrame:
    """Pair orders with the touches of people before them.

    Args:
        metric: Name of the metric, for messages.
        bought: ``order_id``, ``contact_id``, ``ordered_at``.
        touches: As the user gave them.
        window_days: The longest window that will be asked for.

    Returns:
        One row per order and touch: ``order_id``, both moments, ``sent_at``, ``kind``,
        ``kind_rank``, ``campaign_id``, ``automation_id``.

    Raises:
        InvalidArgument: Orders and touches are frames of different kinds.
        MissingColumns: Touches lack a column.
    """
    seen = opened_touches(metric, touches).filter(~nw.col("is_bot").fill_null(value=False))
    same_kind(metric, bought, seen)
    known = bought.select("order_id", "contact_id", "ordered_at")
    known = known.filter(~nw.col("contact_id").is_null())
    found = paired(
        sortable(seen),
        known,
        on="contact_id",
        cause_at="touched_at",
        effect_at="ordered_at",
        window_days=window_days,
    )
    return collected(found, _PAIRS)


class Pairs:
    """Orders and the touches before them, ready for any rule.

    Args:
        orders: One row per order: ``order_id``, ``cell`` (from 0 on: what is summed apart),
            ``cents`` and ``net_cents``.
        pairs: Result of `pairs_of`; no mail was sent after it was touched.
    """

    def __init__(self, orders: pl.DataFrame, pairs: pl.DataFrame) -> None:
        self._cell = orders["cell"].cast(pl.Int64).to_numpy()
        self._cells = int(self._cell.max()) + 1 if len(self._cell) else 0
        self._cents = {
            "total": orders["cents"].to_numpy(),
            "net": orders["net_cents"].to_numpy(),
        }
        self._all = {name: self._by_cell(cents) for name, cents in self._cents.items()}
        places = orders.select("order_id", place=pl.int_range(pl.len()))
        touched, ordered = pl.col("touched_at"), pl.col("ordered_at")
        rows = pairs.join(places, on="order_id", nulls_equal=True).sort(
            "place",
            "touched_at",
            "kind_rank",
            pl.col("campaign_id").fill_null(""),
            pl.col("automation_id").fill_null(""),
        )
        gaps = rows.select(
            gap=(ordered - touched).dt.total_microseconds(),
            sent=(ordered - pl.coalesce("sent_at", touched)).dt.total_microseconds(),
        )
        self._order = rows["place"].to_numpy()
        self._gap, self._sent_gap = gaps["gap"].to_numpy(), gaps["sent"].to_numpy()
        self._codes: dict[str, Whole] = {}
        self._placed: dict[str, Whole] = {}
        self._values: dict[str, pl.Series] = {}
        for name in _NAMES:
            self._codes[name], self._values[name] = _coded(rows[name])
            self._places(name, len(self._values[name]).bit_length())

    def values(self, by: str) -> pl.Series:
        """Give the values that the codes of `summed` stand for.

        Args:
            by: ``campaign_id``, ``automation_id`` or ``kind``.
        """
        return self._values[by]

    def summed(self, by: str, asked: Setting) -> pl.DataFrame:
        """Sum the credits.

        Args:
            by: ``campaign_id``, ``automation_id`` or ``kind``.
            asked: The rule; its window is at most that of the pairs.

        Returns:
            ``cell``, ``code`` (place among `values`), ``is_attributed``, ``orders``,
            ``credited_orders``, ``credited_cents``: one row per cell and value of ``by`` with
            credit, and one per cell for what is left.
        """
        cents, codes = self._cents[asked.value], self._codes[by]
        chosen = self._chosen(asked)
        rows, weights, parts, shared = divided(chosen, asked, cents, self._gap)
        bits = len(self._values[by]).bit_length()
        at = self._places(by, bits)[rows]
        once = at[~shared]
        if shared.any():
            # An order counts once, however many of its touches have the value.
            of = rows[shared]
            pairs = np.sort(self._order[of] << bits | codes[of])
            pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])]
            cells = self._cell[pairs >> bits] << bits
            once = np.append(once, cells | (pairs & ((1 << bits) - 1)))
        found, at, once = _compact(at, once, (self._cells << bits))
        size = len(found)
        given = pl.DataFrame(
            {
                "cell": found >> bits,
                "code": found & ((1 << bits) - 1),
                "orders": np.bincount(once, minlength=size),
                "credited_orders": np.bincount(at, weights=weights, minlength=size) + 0.0,
                "credited_cents": totals(at, parts, size),
            }
        )
        given = given.filter(pl.col("orders") > 0).with_columns(is_attributed=pl.lit(value=True))
        return pl.concat([given, self._left(chosen, asked.value)], how="diagonal")

    def _places(self, by: str, bits: int) -> Whole:
        """Give each pair the number of its cell and value."""
        if by not in self._placed:
            self._placed[by] = (self._cell[self._order] << bits) | self._codes[by]
        return self._placed[by]

    def reached(self, asked: Setting, windows: Sequence[int]) -> pl.DataFrame:
        """Sum the orders with a touch within each window; every model credits whole orders.

        Args:
            asked: The rule, with the longest of the windows.
            windows: Days, rising.

        Returns:
            One row per cell and window: ``cell``, ``window_days``, ``orders``, ``credited_cents``,
            and ``revenue`` of all orders of the cell.
        """
        near = self._near(asked)
        gaps = self._sent_gap if RULES[asked.model].since_sent else self._gap
        last = reduced(np.minimum, gaps[near.rows], near.begins)
        place = np.searchsorted(np.array(windows) * _DAY, last, side="right")
        orders, many = near.orders[near.begins], len(windows)
        at, size = self._cell[orders] * many + place, self._cells * many
        cents = totals(at, self._cents[asked.value][orders], size)
        counts = np.bincount(at, minlength=size)
        upto = [np.cumsum(one.reshape(-1, many), axis=1).ravel() for one in (counts, cents)]
        return pl.DataFrame(
            {
                "cell": np.repeat(np.arange(self._cells), many),
                "window_days": np.tile(np.array(windows, dtype=np.int64), self._cells),
                "orders": upto[0],
                "credited_cents": upto[1],
                "revenue": np.repeat(self._all[asked.value][1], many),
            }
        )

    def _near(self, asked: Setting) -> Chosen:
        """Choose the pairs of the window and the kinds."""
        rule = RULES[asked.model]
        gaps = self._sent_gap if rule.since_sent else self._gap
        near = gaps < (asked.window_days or 0) * _DAY
        if set(asked.kinds) != set(KINDS):
            near &= self._is_kind(asked.kinds)[self._codes["kind"]]
        return self._ordered(np.flatnonzero(near))

    def _ordered(self, rows: Whole) -> Chosen:
        orders = self._order[rows]
        return Chosen(rows, orders, begins_of(orders))

    def _chosen(self, asked: Setting) -> Chosen:
        near = self._near(asked)
        if not RULES[asked.model].clicks_first:
            return near
        clicks = self._is_kind(("click",))[self._codes["kind"][near.rows]]
        clicked = reduced(np.logical_or, clicks, near.begins)
        sizes = np.diff(near.begins, append=len(near.rows))
        return self._ordered(near.rows[clicks | ~np.repeat(clicked, sizes)])

    def _is_kind(self, kinds: tuple[str, ...]) -> Flags:
        return np.asarray(self._values["kind"].is_in(kinds).fill_null(value=False).to_numpy())

    def _by_cell(self, cents: Whole, orders: Whole | None = None) -> tuple[Whole, Whole]:
        cells = self._cell if orders is None else self._cell[orders]
        amounts = cents if orders is None else cents[orders]
        return np.bincount(cells, minlength=self._cells), totals(cells, amounts, self._cells)

    def _left(self, chosen: Chosen, value: str) -> pl.DataFrame:
        reached = self._by_cell(self._cents[value], chosen.orders[chosen.begins])
        orders, cents = (
            whole - part for whole, part in zip(self._all[value], reached, strict=True)
        )
        return pl.DataFrame(
            {
                "cell": np.arange(self._cells),
                "orders": orders,
                "credited_orders": orders.astype(np.float64),
                "credited_cents": cents,
            }
        ).with_columns(is_attributed=pl.lit(value=False))


def _compact(at: Whole, once: Whole, size: int) -> tuple[Whole, Whole, Whole]:
    """Leave places as they are where a sum for each has room, else number those there are."""
    if size <= _ROOM:
        return np.arange(size), at, once
    found, places = np.unique(at, return_inverse=True)
    return found, places, np.searchsorted(found, once)


def _coded(texts: pl.Series) -> tuple[Whole, pl.Series]:
    """Number the values; the last number stands for none."""
    values = texts.drop_nulls().unique().sort()
    codes = texts.cast(pl.Enum(values)).to_physical().cast(pl.Int64).fill_null(len(values))
    return codes.to_numpy(), pl.concat([values, pl.Series([None], dtype=pl.String)])
