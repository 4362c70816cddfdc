"""How the models divide an order among the touches before it.

Credits are whole cents: each touch gets the difference of two rounded running totals, so that the
parts of an order add up to it exactly, on every engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import narwhals.stable.v2 as nw

from actoolkit.metrics.touches import KINDS
from actoolkit.metrics.windows import with_waited

Model = Literal[
    "last", "first", "last_click_else_open", "linear", "time_decay", "position", "vendor"
]
MODELS: tuple[str, ...] = get_args(Model)
"""Names of the models."""

RANK: Mapping[str, int] = {kind: place for place, kind in enumerate(reversed(KINDS))}
"""Of touches at one moment, the kind that says most comes last."""
FINEST = 65_536
"""Weight of the latest touch where time decays."""
_ORDER = ("touched_at", "kind_rank", "campaign_key", "automation_key")
_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Rule:
    """Which touches a model looks at.

    Args:
        kinds: Kinds it knows, None for all.
        clicks_first: Whether a click leaves no credit to other touches.
        since_sent: Whether the window is counted from the mail's sending.
        net: Whether shipping and tax are left out.
    """

    kinds: tuple[str, ...] | None = None
    clicks_first: bool = False
    since_sent: bool = False
    net: bool = False


RULES: Mapping[str, Rule] = {
    **{name: Rule() for name in MODELS},
    "last_click_else_open": Rule(kinds=("click", "open"), clicks_first=True),
    "vendor": Rule(kinds=("click", "open"), since_sent=True, net=True),
}


def sortable(touches: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Add what puts touches of one moment in the same order everywhere.

    Args:
        touches: Opened touches.
    """
    rank = nw.lit(-1)
    for kind, place in RANK.items():
        rank = nw.when(nw.col("kind") == kind).then(nw.lit(place)).otherwise(rank)
    return touches.with_columns(
        kind_rank=rank.cast(nw.Int64),
        campaign_key=nw.col("campaign_id").fill_null(""),
        automation_key=nw.col("automation_id").fill_null(""),
    )


def credited(
    pairs: nw.LazyFrame[Any], model: str, *, half_life_days: float = 7.0
) -> nw.LazyFrame[Any]:
    """Divide each order among its touches.

    Args:
        pairs: One row per order and touch before it: ``order_id``, ``cents``, and sortable touches.
        model: Any of `MODELS`.
        half_life_days: Of "time_decay".

    Returns:
        The rows with credit, with ``weight`` (0..1, of an order 1 together) and ``credited_cents``.
    """
    if RULES[model].clicks_first:
        clicked = nw.col("is_click").max().over("order_id")
        pairs = pairs.with_columns(is_click=(nw.col("kind") == "click").cast(nw.Int64))
        pairs = pairs.with_columns(best=clicked)
        pairs = pairs.filter((nw.col("best") == 0) | (nw.col("is_click") == 1))
    numbered = pairs.with_columns(one=nw.lit(1).cast(nw.Int64))
    numbered = numbered.with_columns(
        place=nw.col("one").cum_sum().over("order_id", order_by=_ORDER),
        touches=nw.col("one").sum().over("order_id"),
        latest=nw.col("touched_at").max().over("order_id"),
    )
    place, size = nw.col("place"), nw.col("touches")
    if model in ("last", "vendor", "last_click_else_open"):
        return _alone(numbered.filter(place == size))
    if model == "first":
        return _alone(numbered.filter(place == 1))
    numbered = with_waited(numbered, "touched_at", "latest")
    weighed = numbered.with_columns(parts=_parts(model, half_life_days).cast(nw.Int64))
    return _divided(weighed)


def _parts(model: str, half_life_days: float) -> nw.Expr:
    """Whole-numbered weight of a touch."""
    place, size = nw.col("place"), nw.col("touches")
    if model == "position":
        ends = (place == 1) | (place == size)
        return (
            nw.when(size <= 2)
            .then(nw.lit(1))
            .otherwise(nw.when(ends).then(2 * (size - 2)).otherwise(nw.lit(1)))
        )
    if model == "time_decay":
        halves = nw.col("waited") / (half_life_days * 86_400 * _SECOND)
        # Beyond 40 halves nothing is left, and 2 to a larger power would overflow.
        capped = nw.when(halves < 40).then(halves).otherwise(nw.lit(40.0))
        return (FINEST * nw.lit(0.5) ** capped).round(0)
    return nw.lit(1)


def _alone(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    return rows.with_columns(weight=nw.lit(1.0), credited_cents=nw.col("cents"))


def _divided(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    rows = rows.with_columns(
        upto=nw.col("parts").cum_sum().over("order_id", order_by=_ORDER),
        whole=nw.col("parts").sum().over("order_id"),
    )
    amount = nw.when(nw.col("cents") < 0).then(-nw.col("cents")).otherwise(nw.col("cents"))
    rows = rows.with_columns(amount=amount.cast(nw.Float64))
    upto, parts, whole = (nw.col(name).cast(nw.Float64) for name in ("upto", "parts", "whole"))
    before = (nw.col("amount") * (upto - parts) / whole).floor()
    after = (nw.col("amount") * upto / whole).floor()
    after = nw.when(upto == whole).then(nw.col("amount")).otherwise(after)
    part = (after - before).cast(nw.Int64)
    signed = nw.when(nw.col("cents") < 0).then(-part).otherwise(part)
    made = rows.with_columns(weight=parts / whole, credited_cents=signed)
    return made.filter(nw.col("parts") > 0)
