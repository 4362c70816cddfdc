"""What attribution rests on: orders it can reach, touches before them, days between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import listed
from actoolkit.metrics.attribution import CODE, coded, summed
from actoolkit.metrics.attribution_models import Model
from actoolkit.metrics.attribution_orders import (
    Setting,
    opened_orders,
    paired_touches,
    setting,
)
from actoolkit.metrics.days import Day
from actoolkit.metrics.frames import Schema, closed, same_kind
from actoolkit.metrics.intervals import share_of
from actoolkit.metrics.touches import Kind, opened_touches
from actoolkit.metrics.windows import refuse_other_ids, with_waited

WINDOWS = (1, 3, 5, 7, 14, 30)
MICROSECONDS = 86_400_000_000
"""Of a day of 24 hours."""
_COVERAGE: Schema = {
    "currency": "text",
    "step": "text",
    "step_index": "count",
    "orders": "count",
    "order_share": "rate",
    "revenue_cents": "count",
    "revenue_share": "rate",
}
_SENSITIVITY: Schema = {
    "currency": "text",
    "model": "text",
    "window_days": "count",
    "orders": "count",
    "credited_cents": "count",
    "revenue_share": "rate",
}
_COUNTS: Schema = {
    "currency": "text",
    "touches": "count",
    "orders": "count",
    "revenue_cents": "count",
    "order_share": "rate",
}
_LAGS: Schema = {
    "currency": "text",
    "lag_days": "count",
    "orders": "count",
    "revenue_cents": "count",
    "order_share": "rate",
}
_TOTALS = ("orders", "revenue_cents")


def attribution_coverage(
    orders: Any,
    touches: Any,
    contacts: Any = None,
    *,
    window_days: int = 7,
    kinds: Kind | Sequence[Kind] | None = None,
    since: Day = None,
    until: Day = None,
) -> Any:
    """Say how much of the revenue attribution can reach at all.

    Grain: one row per currency and step: "all" orders that brought money; of a known "contact";
    with a touch at "any" time before; with one in the "window". What the window does not reach no
    model can credit.

    Args:
        orders: As for `attributed_revenue`, like all other arguments.
        touches: Likewise; clicks marked as bots' do not count.
        contacts: Likewise.
        window_days: Likewise.
        kinds: Likewise.
        since: Likewise.
        until: Likewise.

    Returns:
        The same kind of frame, sorted: ``currency (String)``, ``step (String)``,
        ``step_index (Int64): 0 for all``; ``orders (Int64)``,
        ``order_share (Float64, 0..1): of all orders of the currency``;
        ``revenue_cents (Int64, hundredths of the currency)``, ``revenue_share (Float64)``.

    Raises:
        InvalidArgument: As `attributed_revenue`.
        MissingColumns: A frame lacks a column.

    Source:
        `actoolkit.metrics.explain("attribution_coverage")`.

    Example:
        >>> import actoolkit as ac
        >>> from actoolkit.metrics import one_to_one_touches
        >>> with ac.sandbox_account("tiny") as account:
        ...     orders = ac.load_ecom_orders(account=account, progress=False)
        ...     contacts = ac.load_contacts(account=account, progress=False)
        ...     log = ac.load_email_activities(account=account, progress=False)
        >>> found = attribution_coverage(orders, one_to_one_touches(log), contacts)
        >>> found["step"].unique(maintain_order=True).to_list()
        ['all', 'contact', 'any', 'window']
    """
    metric = "attribution_coverage"
    asked = setting("last", window_days, kinds=kinds)
    bought = opened_orders(metric, orders, contacts, asked, since=since, until=until)
    known = bought.filter(~nw.col("contact_id").is_null())
    seen = opened_touches(metric, touches)
    same_kind(metric, bought, seen)
    refuse_other_ids("contact_id", seen, bought)
    seen = seen.filter(
        nw.col("kind").is_in(list(asked.kinds)).fill_null(value=False),
        ~nw.col("is_bot").fill_null(value=False),
    )
    first = seen.group_by("contact_id").agg(first_at=nw.col("touched_at").min())
    ever = known.join(first, on="contact_id").filter(nw.col("first_at") <= nw.col("ordered_at"))
    near = _reached(metric, bought, touches, asked)
    steps = {"all": bought, "contact": known, "any": ever, "window": near}
    made = nw.concat(
        [
            _totals(rows, "currency").with_columns(
                step=nw.lit(name), step_index=nw.lit(index).cast(nw.Int64)
            )
            for index, (name, rows) in enumerate(steps.items())
        ]
    )
    empty = nw.concat(
        [
            _totals(bought, "currency").with_columns(
                step=nw.lit(name),
                step_index=nw.lit(index).cast(nw.Int64),
                orders=nw.lit(0).cast(nw.Int64),
                revenue_cents=nw.lit(0).cast(nw.Int64),
            )
            for index, name in enumerate(steps)
        ]
    )
    columns = ["currency", "step", "step_index", *_TOTALS]
    made = nw.concat([made.select(*columns), empty.select(*columns)])
    made = made.group_by("currency", "step", "step_index").agg(
        *(nw.col(name).sum() for name in _TOTALS)
    )
    made = _shares(made, nw.col("step_index") == 0)
    return closed(made, orders, _COVERAGE, sort_by=["currency", "step_index"])


def attribution_sensitivity(
    orders: Any,
    touches: Any,
    contacts: Any = None,
    *,
    models: Model | Sequence[Model] = ("last", "last_click_else_open", "vendor"),
    windows: Sequence[int] = WINDOWS,
    kinds: Kind | Sequence[Kind] | None = None,
    since: Day = None,
    until: Day = None,
) -> Any:
    """Say how the credited revenue moves with the window.

    Grain: one row per currency, model and window. A share that keeps growing with the window is one
    of chance: whoever gets a mail every few days has always got one lately.

    Args:
        orders: As for `attributed_revenue`, like all other arguments.
        touches: Likewise.
        contacts: Likewise.
        models: One or several.
        windows: Days, each.
        kinds: Likewise.
        since: Likewise.
        until: Likewise.

    Returns:
        The same kind of frame, sorted: ``currency (String)``, ``model (String)``,
        ``window_days (Int64)``; ``orders (Int64): credited``, ``credited_cents (Int64, hundredths
        of the currency)``, ``revenue_share (Float64): of the currency's revenue``.

    Raises:
        InvalidArgument: As `attributed_revenue`, or no window.
        MissingColumns: A frame lacks a column.

    Source:
        `actoolkit.metrics.explain("attributed_revenue")`.

    Example:
        >>> import actoolkit as ac
        >>> from actoolkit.metrics import one_to_one_touches
        >>> with ac.sandbox_account("tiny") as account:
        ...     orders = ac.load_ecom_orders(account=account, progress=False)
        ...     contacts = ac.load_contacts(account=account, progress=False)
        ...     log = ac.load_email_activities(account=account, progress=False)
        >>> mails = one_to_one_touches(log)
        >>> found = attribution_sensitivity(orders, mails, contacts, models="last", windows=[1, 30])
        >>> found["window_days"].unique().sort().to_list()
        [1, 30]
    """
    metric = "attribution_sensitivity"
    names = list(dict.fromkeys(listed("models", models)))
    lengths = list(dict.fromkeys(listed("windows", windows)))
    if not names or not lengths:
        raise InvalidArgument("There is nothing to compare.", hint="Give a model and a window.")
    parts = []
    for model in names:
        for days in lengths:
            asked = setting(model, days, kinds=kinds)
            bought = opened_orders(metric, orders, contacts, asked, since=since, until=until)
            both = summed(metric, bought, touches, asked, [])
            both = both.with_columns(all_orders=nw.col("orders").sum().over(*CODE))
            left = both.filter(~nw.col("is_attributed"))
            credited = nw.col("revenue") - nw.col("credited_cents")
            share = share_of(credited, nw.col("revenue"))
            parts.append(
                left.select(
                    "currency",
                    model=nw.lit(model),
                    window_days=nw.lit(days).cast(nw.Int64),
                    orders=nw.col("all_orders") - nw.col("orders"),
                    credited_cents=credited,
                    revenue_share=share,
                )
            )
    order = ["currency", "model", "window_days"]
    return closed(nw.concat(parts), orders, _SENSITIVITY, sort_by=order)


def touch_counts(
    orders: Any,
    touches: Any,
    contacts: Any = None,
    *,
    window_days: int | None = 7,
    kinds: Kind | Sequence[Kind] | None = None,
    since: Day = None,
    until: Day = None,
) -> Any:
    """Count the orders by how many touches came before them.

    Grain: one row per currency and number of touches, from none on. Where most orders have one
    touch or none, the models differ little.

    Args:
        orders: As for `attributed_revenue`, like all other arguments.
        touches: Likewise; clicks marked as bots' do not count.
        contacts: Likewise.
        window_days: Likewise.
        kinds: Likewise.
        since: Likewise.
        until: Likewise.

    Returns:
        The same kind of frame, sorted: ``currency (String)``, ``touches (Int64): in the window``,
        ``orders (Int64)``, ``revenue_cents (Int64, hundredths of the currency)``,
        ``order_share (Float64, 0..1): of all orders of the currency``.

    Raises:
        InvalidArgument: As `attributed_revenue`.
        MissingColumns: A frame lacks a column.

    Source:
        `actoolkit.metrics.explain("touch_counts")`.

    Example:
        >>> import actoolkit as ac
        >>> from actoolkit.metrics import one_to_one_touches
        >>> with ac.sandbox_account("tiny") as account:
        ...     orders = ac.load_ecom_orders(account=account, progress=False)
        ...     contacts = ac.load_contacts(account=account, progress=False)
        ...     log = ac.load_email_activities(account=account, progress=False)
        >>> touch_counts(orders, one_to_one_touches(log), contacts)["touches"].min()
        0
    """
    metric = "touch_counts"
    asked = setting("last", window_days, kinds=kinds)
    bought = opened_orders(metric, orders, contacts, asked, since=since, until=until)
    pairs = paired_touches(metric, bought, touches, asked)
    many = pairs.with_columns(touches=nw.lit(1).cast(nw.Int64))
    many = many.group_by("order_id").agg(nw.col("touches").sum())
    made = bought.join(many, on="order_id", how="left")
    made = made.with_columns(touches=nw.col("touches").fill_null(0))
    made = _shares(_totals(made, "currency", "touches"), None)
    return closed(made, orders, _COUNTS, sort_by=["currency", "touches"])


def touch_lags(
    orders: Any,
    touches: Any,
    contacts: Any = None,
    *,
    window_days: int = 30,
    kinds: Kind | Sequence[Kind] | None = None,
    since: Day = None,
    until: Day = None,
) -> Any:
    """Count the orders by how long after their last touch they came.

    Grain: one row per currency and full day since the last touch. Orders without one in the window
    are left out; `touch_counts` counts them. Orders that mail caused gather near 0; orders that
    only happened to follow one are spread evenly.

    Args:
        orders: As for `attributed_revenue`, like all other arguments.
        touches: Likewise; clicks marked as bots' do not count.
        contacts: Likewise.
        window_days: Likewise.
        kinds: Likewise.
        since: Likewise.
        until: Likewise.

    Returns:
        The same kind of frame, sorted: ``currency (String)``, ``lag_days (Int64): full days of 24
        hours``, ``orders (Int64)``, ``revenue_cents (Int64, hundredths of the currency)``,
        ``order_share (Float64, 0..1): of the orders that are here``.

    Raises:
        InvalidArgument: As `attributed_revenue`.
        MissingColumns: A frame lacks a column.

    Source:
        `actoolkit.metrics.explain("touch_lags")`.

    Example:
        >>> import actoolkit as ac
        >>> from actoolkit.metrics import one_to_one_touches
        >>> with ac.sandbox_account("tiny") as account:
        ...     orders = ac.load_ecom_orders(account=account, progress=False)
        ...     contacts = ac.load_contacts(account=account, progress=False)
        ...     log = ac.load_email_activities(account=account, progress=False)
        >>> touch_lags(orders, one_to_one_touches(log), contacts).columns[:3]
        ['currency', 'lag_days', 'orders']
    """
    metric = "touch_lags"
    asked = setting("last", window_days, kinds=kinds)
    bought = opened_orders(metric, orders, contacts, asked, since=since, until=until)
    pairs = paired_touches(metric, bought, touches, asked)
    last = pairs.group_by("order_id", "currency", "ordered_at", "cents").agg(
        nw.col("touched_at").max()
    )
    last = with_waited(last, "touched_at", "ordered_at")
    made = last.with_columns(lag_days=(nw.col("waited") // MICROSECONDS).cast(nw.Int64))
    made = _shares(_totals(made, "currency", "lag_days"), None)
    return closed(made, orders, _LAGS, sort_by=["currency", "lag_days"])


def _reached(
    metric: str, bought: nw.LazyFrame[Any], touches: Any, asked: Setting
) -> nw.LazyFrame[Any]:
    pairs = paired_touches(metric, bought, touches, asked)
    return pairs.select("order_id", "currency", "cents").unique()


def _totals(rows: nw.LazyFrame[Any], *keys: str) -> nw.LazyFrame[Any]:
    made = rows.with_columns(one=nw.lit(1).cast(nw.Int64)).group_by(*keys)
    summed_up = made.agg(orders=nw.col("one").sum(), revenue_cents=nw.col("cents").sum())
    return summed_up.with_columns(nw.col(name).cast(nw.Int64) for name in _TOTALS)


def _shares(rows: nw.LazyFrame[Any], whole: nw.Expr | None) -> nw.LazyFrame[Any]:
    """Add shares of the currency: of the row that is the whole, or of all rows together."""
    rows = rows.with_columns(**coded())
    for name, share in (("orders", "order_share"), ("revenue_cents", "revenue_share")):
        part = nw.col(name) if whole is None else nw.when(whole).then(nw.col(name))
        rows = rows.with_columns(part=part).with_columns(all=nw.col("part").sum().over(*CODE))
        rows = rows.with_columns(share_of(nw.col(name), nw.col("all")).alias(share))
    return rows
