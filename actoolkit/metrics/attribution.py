"""Which mail an order is credited to, by a rule that is chosen and told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import groups
from actoolkit.metrics.attribution_models import Model
from actoolkit.metrics.attribution_orders import (
    Setting,
    Value,
    counting_touches,
    credits_of,
    opened_orders,
    setting,
)
from actoolkit.metrics.attribution_polars import last_touch_sums
from actoolkit.metrics.days import Day
from actoolkit.metrics.frames import Schema, closed
from actoolkit.metrics.intervals import share_of
from actoolkit.metrics.touches import Kind

BY = ("campaign_id", "automation_id", "kind")

_CREDITS: Schema = {
    "order_id": "key",
    "currency": "text",
    "ordered_at": "moment",
    "contact_id": "key",
    "touched_at": "moment",
    "kind": "text",
    "campaign_id": "key",
    "automation_id": "key",
    "weight": "rate",
    "credited_cents": "count",
}
_SUMS: Schema = {
    "is_attributed": "flag",
    "orders": "count",
    "credited_orders": "rate",
    "credited_cents": "count",
    "revenue_share": "rate",
}


def attributed_revenue(
    orders: Any,
    touches: Any,
    contacts: Any = None,
    *,
    model: Model = "last",
    window_days: int | None = 7,
    by: str | Sequence[str] | None = "campaign_id",
    kinds: Kind | Sequence[Kind] | None = None,
    value: Value | None = None,
    half_life_days: float = 7.0,
    include_bots: bool = False,
    since: Day = None,
    until: Day = None,
) -> Any:
    """Credit revenue to the mails that came before it, and say what none came before.

    Grain: one row per currency, group and whether it is credited at all. For every model and
    window, credited and unattributed cents add up to the revenue; with ``value="net"``, and with
    the model "vendor", to what it is without shipping and tax.

    A credit is not a cause: those who read mail buy more anyway. `docs/attribution.md` shows how
    far each model is from what mail truly caused, in accounts where that is known.

    Args:
        orders: Result of `actoolkit.load_ecom_orders`, each order once; completed and recovered
            ones count.
        touches: Result of `touches_from_log`, `list_touches`, `all_touches` and the like.
        contacts: Result of `actoolkit.load_contacts`, by which an order's address finds its
            contact; None if orders have a column ``contact_id``.
        model: "last" or "first" touch; "last_click_else_open"; "linear": all alike; "time_decay":
            half as much per half-life before the last; "position": two fifths to the first and to
            the last, the rest to those between; "vendor": the vendor's report as far as it is
            known: last open or click, of a mail sent within the window, shipping and tax left out.
        window_days: How long before an order a touch counts, in days of 24 hours; None for ever.
        by: "campaign_id", "automation_id", "kind", several of them, or None.
        kinds: Which touches count; None for all that the model knows.
        value: "total", or "net" without shipping and tax; None for what the model does.
        half_life_days: Of "time_decay", in days.
        include_bots: Whether clicks that `flag_bots` marked count.
        since: First day of orders, by the account's calendar.
        until: The day after the last.

    Returns:
        The same kind of frame, sorted: ``currency (String): null if not known``; the groups;
        ``is_attributed (Boolean): False for the row of what no touch came before``;
        ``orders (Int64): with any credit here``; ``credited_orders (Float64): sum of credits``;
        ``credited_cents (Int64, hundredths of the currency)``;
        ``revenue_share (Float64, 0..1): of the currency's revenue; null where that is 0, or where
        amounts below 0 make a part larger than the whole``.

    Raises:
        InvalidArgument: An unknown model, kind, value, group or window, frames of different kinds,
            or an order that is there twice (of a lazy frame nobody looks).
        MissingColumns: A frame lacks a column.

    Source:
        `actoolkit.metrics.explain("attributed_revenue")`.

    Example:
        >>> import polars as pl
        >>> from datetime import UTC, datetime
        >>> from actoolkit.metrics import touches_from_log
        >>> def at(day): return datetime(2026, 5, day, tzinfo=UTC)
        >>> log = pl.DataFrame({"contact_id": ["7", "7"], "campaign_id": ["1", "2"],
        ...     "touched_at": [at(1), at(3)]})
        >>> orders = pl.DataFrame({"order_id": ["5", "6"], "contact_id": ["7", "8"],
        ...     "state": ["completed"] * 2, "currency": ["EUR"] * 2, "total_cents": [999, 500],
        ...     "shipping_cents": [0, 0], "tax_cents": [0, 0], "ordered_at": [at(4)] * 2,
        ...     "ordered_local": [datetime(2026, 5, 4)] * 2})
        >>> clicks = touches_from_log(log, kind="click")
        >>> made = attributed_revenue(orders, clicks, model="linear")
        >>> made.select("campaign_id", "credited_cents").rows()
        [(None, 500), ('1', 499), ('2', 500)]
    """
    names = groups("attributed_revenue", by, {**_SUMS, "currency": "text"})
    if any(name not in BY for name in names):
        raise InvalidArgument(f"by={by!r} cannot be.", hint=f"Group by any of {', '.join(BY)}.")
    asked = setting(
        model,
        window_days,
        kinds=kinds,
        value=value,
        half_life_days=half_life_days,
        include_bots=include_bots,
    )
    bought = opened_orders("attributed_revenue", orders, contacts, asked, since=since, until=until)
    made = summed("attributed_revenue", bought, touches, asked, names)
    schema: Schema = {"currency": "text", **dict.fromkeys(names, "key"), **_SUMS}
    order = ["currency", *names, "is_attributed"]
    return closed(made, orders, schema, sort_by=order)


def attributed_orders(
    orders: Any,
    touches: Any,
    contacts: Any = None,
    *,
    model: Model = "last",
    window_days: int | None = 7,
    kinds: Kind | Sequence[Kind] | None = None,
    value: Value | None = None,
    half_life_days: float = 7.0,
    include_bots: bool = False,
    since: Day = None,
    until: Day = None,
) -> Any:
    """Give the credit of each order to each touch, for an analysis of one's own.

    Grain: one row per order and touch with credit. Orders without one are not there.

    Args:
        orders: As for `attributed_revenue`, like all other arguments.
        touches: Likewise.
        contacts: Likewise.
        model: Likewise.
        window_days: Likewise.
        kinds: Likewise.
        value: Likewise.
        half_life_days: Likewise.
        include_bots: Likewise.
        since: Likewise.
        until: Likewise.

    Returns:
        The same kind of frame, sorted by order and touch: ``order_id``, ``currency (String)``,
        ``ordered_at (Datetime, UTC)``, ``contact_id``; ``touched_at``, ``kind``, ``campaign_id``,
        ``automation_id`` of the touch; ``weight (Float64, 0..1): of an order 1 together``;
        ``credited_cents (Int64, hundredths of the currency)``.

    Raises:
        InvalidArgument: As `attributed_revenue`.
        MissingColumns: A frame lacks a column.

    Source:
        `actoolkit.metrics.explain("attributed_revenue")`.

    Example:
        >>> import polars as pl
        >>> from datetime import UTC, datetime
        >>> from actoolkit.metrics import touches_from_log
        >>> def at(day): return datetime(2026, 5, day, tzinfo=UTC)
        >>> log = pl.DataFrame({"contact_id": ["7"], "touched_at": [at(1)]})
        >>> orders = pl.DataFrame({"order_id": ["5"], "contact_id": ["7"], "state": ["completed"],
        ...     "currency": ["EUR"], "total_cents": [999], "shipping_cents": [0],
        ...     "tax_cents": [0], "ordered_at": [at(4)], "ordered_local": [datetime(2026, 5, 4)]})
        >>> made = attributed_orders(orders, touches_from_log(log, kind="click"))
        >>> made.select("order_id", "weight", "credited_cents").rows()
        [('5', 1.0, 999)]
    """
    asked = setting(
        model,
        window_days,
        kinds=kinds,
        value=value,
        half_life_days=half_life_days,
        include_bots=include_bots,
    )
    bought = opened_orders("attributed_orders", orders, contacts, asked, since=since, until=until)
    found = credits_of("attributed_orders", bought, touches, asked)
    order = ["order_id", "touched_at", "kind", "campaign_id", "automation_id"]
    return closed(found, orders, _CREDITS, sort_by=order)


def summed(
    metric: str, bought: nw.LazyFrame[Any], touches: Any, asked: Setting, names: Sequence[str]
) -> nw.LazyFrame[Any]:
    """Sum the credits, and say what is left of the revenue.

    Args:
        metric: Name of the metric, for messages.
        bought: All orders: result of `opened_orders`.
        touches: As the user gave them.
        asked: Result of `setting`.
        names: Columns of the groups.
    """
    made = _portably(bought, credits_of(metric, bought, touches, asked), names)
    if bought.implementation.is_polars() and asked.model == "last":
        seen = counting_touches(metric, bought, touches, asked)
        made = _in_one_pass(bought, seen, asked, names, otherwise=made)
    made = made.with_columns(**coded())
    made = made.with_columns(revenue=nw.col("credited_cents").sum().over(*CODE))
    share = share_of(nw.col("credited_cents"), nw.col("revenue"))
    return made.with_columns(revenue_share=share)


CODE = ("code", "is_known")
"""Columns of `coded`."""


def coded() -> dict[str, nw.Expr]:
    """Make columns that tell currencies apart where pandas leaves out nulls: "" is none of them."""
    currency = nw.col("currency")
    return {"code": currency.fill_null(""), "is_known": ~currency.is_null()}


def _in_one_pass(
    bought: nw.LazyFrame[Any],
    seen: nw.LazyFrame[Any],
    asked: Setting,
    names: Sequence[str],
    *,
    otherwise: nw.LazyFrame[Any],
) -> nw.LazyFrame[Any]:
    """Go once through touches that stand in order, when the result is asked for."""
    orders: pl.LazyFrame = bought.to_native()
    touches: pl.LazyFrame = seen.to_native()
    usual: pl.LazyFrame = otherwise.to_native()
    schema = usual.collect_schema()

    def sums() -> pl.DataFrame:
        made = last_touch_sums(orders, touches, names, asked.window_days)
        return usual.collect() if made is None else made.select(*schema)

    deferred: nw.LazyFrame[Any] = nw.from_native(pl.defer(sums, schema=schema))
    return deferred


def _portably(
    bought: nw.LazyFrame[Any], found: nw.LazyFrame[Any], names: Sequence[str]
) -> nw.LazyFrame[Any]:
    given = found.group_by("currency", *names).agg(
        nw.col("order_id").n_unique().alias("orders"),
        nw.col("weight").sum().alias("credited_orders"),
        nw.col("credited_cents").sum(),
    )
    reached = found.group_by("currency").agg(
        nw.col("order_id").n_unique().alias("orders"), nw.col("credited_cents").sum()
    )
    reached = reached.with_columns(
        orders=-nw.col("orders").cast(nw.Int64), credited_cents=-nw.col("credited_cents")
    )
    whole = bought.group_by("currency").agg(
        nw.len().alias("orders"), nw.col("cents").sum().alias("credited_cents")
    )
    parts = [part.select(*_sums()) for part in (whole, reached)]
    left = (
        nw.concat(parts)
        .group_by("currency")
        .agg(nw.col("orders").sum(), nw.col("credited_cents").sum())
    )
    nothing = nw.when(nw.lit(value=False)).then(nw.col("currency"))
    left = left.select(
        "currency",
        *(nothing.alias(name) for name in names),
        "orders",
        "credited_cents",
        credited_orders=nw.col("orders").cast(nw.Float64),
        is_attributed=nw.lit(value=False),
    )
    given = given.with_columns(is_attributed=nw.lit(value=True))
    columns = ("is_attributed", "credited_orders")
    return nw.concat([part.select(*names, *columns, *_sums()) for part in (given, left)])


def _sums() -> list[nw.Expr]:
    counts = [nw.col(name).cast(nw.Int64) for name in ("orders", "credited_cents")]
    return [nw.col("currency"), *counts]
