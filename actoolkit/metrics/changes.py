"""What changed against the days before, and which factor made how much of it.

A product that changed from ``a0 b0 c0`` to ``a1 b1 c1`` is taken apart by the logarithmic mean:
each factor gets ``L ln(x1 / x0)``, where L is the logarithmic mean of the two products. The parts
add up to the change, no factor is favoured by its place, and nothing is left over.

Source: B. W. Ang, "The LMDI approach to decomposition analysis", Energy Policy 33 (2005).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.buyers import valid_orders
from actoolkit.metrics.counters import was_sent, with_delivered
from actoolkit.metrics.days import Day, as_day, within_days
from actoolkit.metrics.eager import collected, handed_back
from actoolkit.metrics.frames import Schema, opened

_CHANGE: Schema = {
    "factor_index": "count",
    "factor": "text",
    "before": "rate",
    "after": "rate",
}
_REVENUE: Schema = {"currency": "text", **_CHANGE, "change_cents": "count"}
_CLICKS: Schema = {**_CHANGE, "change": "count"}


def revenue_change(orders: Any, *, since: Day, until: Day) -> Any:
    """Say how the revenue changed against as many days before, and what made the change.

    Grain: one row per currency and factor: customers, orders per customer, average order; the last
    row is the revenue itself. An order without an address counts as a customer of its own.

    Args:
        orders: Result of `actoolkit.load_ecom_orders`.
        since: First day, in the account's zone.
        until: The day after the last.

    Returns:
        The same kind of frame, sorted: ``currency (String)``, ``factor_index (Int64)``,
        ``factor (String)``, ``before (Float64)``, ``after``: its value, money in hundredths of the
        currency, null where there was no order;
        ``change_cents (Int64, hundredths of the currency)``: what it made of the change; the
        factors add up to the last row; null where either time had no revenue.

    Raises:
        InvalidArgument: A day is missing or none, or the days end before they begin.
        MissingColumns: ``orders`` lacks a column.

    Source:
        `actoolkit.metrics.explain("revenue_change")`.

    Example:
        >>> import polars as pl
        >>> from datetime import datetime
        >>> orders = pl.DataFrame({"email": ["ann@example.com", "bob@example.com"] * 2,
        ...     "state": ["completed"] * 4, "currency": ["EUR"] * 4,
        ...     "total_cents": [100, 100, 200, 200],
        ...     "ordered_local": [datetime(2026, month, 9) for month in (5, 5, 6, 6)]})
        >>> made = revenue_change(orders, since="2026-06-01", until="2026-07-01")
        >>> made.select("factor", "change_cents").rows()[2:]
        [('average order', 200), ('revenue', 200)]
    """
    first, end = _days(since, until)
    found = valid_orders(
        "revenue_change", orders, "currency", "total_cents", since=first - (end - first), until=end
    )
    wall = nw.col("ordered_local")
    known = ~nw.col("customer").is_null()
    rows = found.select(
        "currency",
        "customer",
        is_after=nw.when(*within_days(wall, first, None)).then(nw.lit(1)).otherwise(nw.lit(0)),
        cents=nw.col("total_cents").fill_null(0),
        one=nw.lit(1).cast(nw.Int64),
        nobody=nw.when(known).then(nw.lit(0)).otherwise(nw.lit(1)),
    )
    buyers = rows.filter(~nw.col("customer").is_null())
    keys = ["currency", "is_after"]
    buyers = buyers.group_by(*keys).agg(nw.col("customer").n_unique().alias("customers"))
    sums = rows.group_by(*keys).agg(nw.col(name).sum() for name in ("cents", "one", "nobody"))
    kinds: Schema = {"currency": "text", "is_after": "count"}
    counts = collected(sums, {**kinds, **dict.fromkeys(("cents", "one", "nobody"), "count")})
    people = collected(buyers, {**kinds, "customers": "count"})
    both = counts.join(people, on=keys, how="left", nulls_equal=True)
    made = []
    for currency in both["currency"].unique().sort().to_list():
        mine = both.filter(pl.col("currency").eq_missing(pl.lit(currency, pl.String)))
        old, new = (_shop(mine.filter(pl.col("is_after") == after)) for after in (0, 1))
        made += [
            {"currency": currency, **row} for row in _changes(old, new, "revenue", "change_cents")
        ]
    answer = pl.DataFrame(made, schema=_dtypes(_REVENUE))
    return handed_back("revenue_change", answer, orders, _REVENUE)


def clicks_change(campaigns: Any, *, since: Day, until: Day) -> Any:
    """Say how the clicking contacts changed against as many days before, and what made the change.

    Grain: one row per factor: campaigns, delivered mails per campaign, click rate; the last row is
    the clicks themselves, one for each campaign and contact. Of one-off campaigns by their day of
    sending: mails of automations add up since the automation began.

    Args:
        campaigns: Result of `actoolkit.load_campaigns`.
        since: First day, in the account's zone.
        until: The day after the last.

    Returns:
        The same kind of frame, sorted: ``factor_index (Int64)``, ``factor (String)``,
        ``before (Float64)``, ``after``: its value, null where there was no campaign;
        ``change (Int64, clicks)``: what it made of the change; the factors add up to the last row;
        null where either time had no click.

    Raises:
        InvalidArgument: A day is missing or none, or the days end before they begin.
        MissingColumns: ``campaigns`` lacks a column.

    Source:
        `actoolkit.metrics.explain("clicks_change")`.

    Example:
        >>> import polars as pl
        >>> from datetime import datetime
        >>> campaigns = pl.DataFrame({"sends": [100, 100], "hard_bounces": [0, 0],
        ...     "soft_bounces": [0, 0], "clickers": [10, 20], "automation_id": [None, None],
        ...     "sent_local": [datetime(2026, 5, 9), datetime(2026, 6, 9)]})
        >>> made = clicks_change(campaigns, since="2026-06-01", until="2026-07-01")
        >>> made.select("factor", "change").rows()[2:]
        [('click rate', 10), ('clicks', 10)]
    """
    first, end = _days(since, until)
    wall = nw.col("sent_local")
    read: Schema = dict.fromkeys(("sends", "hard_bounces", "soft_bounces", "clickers"), "count")
    columns: Schema = {**read, "automation_id": "key", "sent_local": "wall"}
    mails = with_delivered(opened("clicks_change", campaigns, columns)).filter(
        nw.col("automation_id").is_null(),
        was_sent(),
        ~nw.col("delivered").is_null(),
        ~nw.col("clickers").is_null(),
        *within_days(wall, first - (end - first), end),
    )
    rows = mails.select(
        "delivered",
        "clickers",
        is_after=nw.when(*within_days(wall, first, None)).then(nw.lit(1)).otherwise(nw.lit(0)),
        one=nw.lit(1).cast(nw.Int64),
    )
    sums = rows.group_by("is_after").agg(
        nw.col(name).sum() for name in ("delivered", "clickers", "one")
    )
    counts = collected(sums, dict.fromkeys(("is_after", "delivered", "clickers", "one"), "count"))
    old, new = (_mail(counts.filter(pl.col("is_after") == after)) for after in (0, 1))
    rows_made = _changes(old, new, "clicks", "change")
    answer = pl.DataFrame(rows_made, schema=_dtypes(_CLICKS))
    return handed_back("clicks_change", answer, campaigns, _CLICKS)


def _days(since: Day, until: Day) -> tuple[date, date]:
    first, end = as_day(since), as_day(until)
    if first is None or end is None or first >= end:
        raise InvalidArgument(
            f"since={since!r}, until={until!r} is no time to compare.",
            hint='Give its first day and the day after its last: since="2026-06-01".',
        )
    if first.toordinal() <= (end - first).days:
        raise InvalidArgument(
            f"The calendar has no time as long before since={since!r}.",
            hint="Compare fewer days.",
        )
    return first, end


Factors = tuple[Mapping[str, float | None], int]
"""Values of the factors by name, and their product."""


def _shop(row: pl.DataFrame) -> Factors:
    if not row.height:
        return dict.fromkeys(("customers", "orders per customer", "average order")), 0
    found = row.row(0, named=True)
    customers = (found["customers"] or 0) + found["nobody"]
    factors = {
        "customers": float(customers),
        "orders per customer": found["one"] / customers,
        "average order": found["cents"] / found["one"],
    }
    return factors, found["cents"]


def _mail(row: pl.DataFrame) -> Factors:
    if not row.height:
        return dict.fromkeys(("campaigns", "mails per campaign", "click rate")), 0
    found = row.row(0, named=True)
    delivered = found["delivered"]
    factors = {
        "campaigns": float(found["one"]),
        "mails per campaign": delivered / found["one"],
        "click rate": found["clickers"] / delivered if delivered else None,
    }
    return factors, found["clickers"]


def _changes(before: Factors, after: Factors, whole: str, column: str) -> Sequence[dict[str, Any]]:
    """One row per factor and one for the product; the parts are whole and add up."""
    (old, v0), (new, v1) = before, after
    rows: list[dict[str, Any]] = []
    parts: list[int | None] = [None] * len(old)
    values = [(old[name], new[name]) for name in old]
    if v0 > 0 and v1 > 0 and all(x and y and x > 0 and y > 0 for x, y in values):
        mean = float(v0) if v0 == v1 else (v1 - v0) / math.log(v1 / v0)
        shares = [mean * math.log(y / x) for x, y in values]  # type: ignore[operator]
        upto = [round(math.fsum(shares[: n + 1])) for n in range(len(shares))]
        upto[-1] = v1 - v0
        parts = [b - a for a, b in zip([0, *upto], upto, strict=False)]
    for index, (name, part) in enumerate(zip(old, parts, strict=True)):
        row = {"factor_index": index, "factor": name, "before": old[name], "after": new[name]}
        rows.append({**row, column: part})
    last = {"factor_index": len(old), "factor": whole, "before": float(v0), "after": float(v1)}
    rows.append({**last, column: v1 - v0})
    return rows


def _dtypes(schema: Schema) -> dict[str, pl.DataType]:
    kinds: dict[str, pl.DataType] = {
        "text": pl.String(),
        "count": pl.Int64(),
        "rate": pl.Float64(),
    }
    return {name: kinds[kind] for name, kind in schema.items()}
