"""Orders: what the shop took, and whose orders are known contacts'."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.metrics.days import Day, Grain, period_start, within_days
from actoolkit.metrics.frames import Schema, closed, opened, same_kind

PAID = ("completed", "recovered")
"""States of an order that brought money; a recovered cart is the abandoned row itself."""

_REVENUE: Schema = {
    "period_on": "date",
    "currency": "text",
    "revenue_cents": "count",
    "orders": "count",
    "average_order_cents": "rate",
    "recovered_revenue_cents": "count",
    "recovered_orders": "count",
}
_MATCH: Schema = {
    "currency": "text",
    "orders": "count",
    "matched_orders": "count",
    "unmatched_orders": "count",
    "revenue_cents": "count",
    "matched_revenue_cents": "count",
    "unmatched_revenue_cents": "count",
}


def paid() -> nw.Expr:
    """Say which orders brought money; an unknown state did not."""
    return nw.col("state").is_in(PAID).fill_null(value=False)


def address(column: str) -> nw.Expr:
    """Make e-mail addresses comparable: trimmed, lower case, null where there is none.

    Args:
        column: Name of the column.
    """
    plain = nw.col(column).str.strip_chars().str.to_lowercase()
    return nw.when((plain != "").fill_null(value=False)).then(plain)


def contacts_of_addresses(contacts: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Give each address its contact: of several, the one whose id is the smallest number.

    Ids are decimal text, of which the shorter is the smaller: "9" comes before "10".

    Args:
        contacts: With ``contact_id`` and ``email``.

    Returns:
        ``address``, ``contact_id`` and ``namesakes``: how many contacts have the address.
    """
    people = contacts.select("contact_id", address=address("email")).drop_nulls()
    people = people.filter(nw.col("contact_id") != "")
    size = (nw.col("contact_id").str.len_chars() + 100).cast(nw.Int64).cast(nw.String)
    people = people.with_columns(sized=nw.concat_str(size, nw.col("contact_id")))
    first = people.group_by("address").agg(
        nw.col("sized").min(), namesakes=nw.col("contact_id").n_unique()
    )
    return first.select("address", "namesakes", contact_id=nw.col("sized").str.slice(3))


def revenue_by_period(
    orders: Any, *, grain: Grain = "month", since: Day = None, until: Day = None
) -> Any:
    """Give revenue and orders per period and currency.

    Grain: one row per currency and period with an order; currencies are never added. Orders are
    those completed and recovered, on the day that the account's clock showed. An order without a
    date or an amount is left out; `actoolkit.metrics.data_quality` counts them.

    Args:
        orders: Result of `actoolkit.load_ecom_orders`.
        grain: Length of a period: "day", "week" (from Monday), "month", "quarter" or "year".
        since: First day, in the account's zone; a date or "2026-01-31".
        until: The day after the last. A period cut by either is there with what is inside.

    Returns:
        The same kind of frame, sorted by currency and period:
        ``period_on (Date): first day of the period``, ``currency (String): null if not known``;
        ``revenue_cents (Int64, hundredths of the currency): total, shipping and tax included``;
        ``orders (Int64)``;
        ``average_order_cents (Float64, hundredths of the currency): revenue_cents / orders``;
        ``recovered_revenue_cents``, ``recovered_orders``: the part from recovered carts.

    Raises:
        InvalidArgument: Unknown ``grain``, a day that is none, or days that end before they begin.
        MissingColumns: ``orders`` lacks a column.

    Source:
        `actoolkit.metrics.explain("revenue")`.

    Example:
        >>> import polars as pl
        >>> from datetime import datetime
        >>> orders = pl.DataFrame({
        ...     "state": ["completed", "recovered", "abandoned"], "currency": ["USD"] * 3,
        ...     "total_cents": [1000, 500, 9900], "ordered_local": [datetime(2026, 5, 31, 23)] * 3,
        ... })
        >>> revenue_by_period(orders).rows()
        [(datetime.date(2026, 5, 1), 'USD', 1500, 2, 750.0, 500, 1)]
    """
    wall = nw.col("ordered_local")
    rows = opened(
        "revenue_by_period",
        orders,
        {"state": "text", "currency": "text", "total_cents": "count", "ordered_local": "wall"},
    )
    rows = rows.filter(
        paid(),
        ~wall.is_null(),
        ~nw.col("total_cents").is_null(),
        *within_days(wall, since, until),
    )
    recovered = nw.col("state") == "recovered"
    rows = rows.select(
        "currency",
        period_on=period_start(wall, grain),
        revenue_cents=nw.col("total_cents"),
        orders=nw.when(~wall.is_null()).then(nw.lit(1)),
        recovered_revenue_cents=nw.when(recovered).then(nw.col("total_cents")).otherwise(nw.lit(0)),
        recovered_orders=nw.when(recovered).then(nw.lit(1)).otherwise(nw.lit(0)),
    )
    sums = ("revenue_cents", "orders", "recovered_revenue_cents", "recovered_orders")
    made = rows.group_by("currency", "period_on").agg(*(nw.col(name).sum() for name in sums))
    average = nw.col("revenue_cents").cast(nw.Float64) / nw.col("orders").cast(nw.Float64)
    made = made.with_columns(average_order_cents=average)
    return closed(made, orders, _REVENUE, sort_by=["currency", "period_on"])


def order_match(orders: Any, contacts: Any) -> Any:
    """Count the orders whose e-mail address is a contact's.

    Grain: one row per currency of completed and recovered orders. What is unmatched can follow no
    mail, so every number by exposure misses it.

    Args:
        orders: Result of `actoolkit.load_ecom_orders`.
        contacts: Result of `actoolkit.load_contacts`.

    Returns:
        The same kind of frame, sorted:
        ``currency (String): null if not known``, ``orders (Int64)``, ``matched_orders``,
        ``unmatched_orders``; ``revenue_cents (Int64, hundredths of the currency)``,
        ``matched_revenue_cents``, ``unmatched_revenue_cents``; an unknown amount adds nothing.
        Addresses are compared trimmed and in lower case; an order without one is unmatched.

    Raises:
        InvalidArgument: The frames are of different kinds.
        MissingColumns: A frame lacks a column.

    Source:
        `actoolkit.metrics.explain("order_match")`.

    Example:
        >>> import polars as pl
        >>> orders = pl.DataFrame({
        ...     "email": [" Ann@Example.com", "bob@example.com"], "state": ["completed"] * 2,
        ...     "currency": ["EUR"] * 2, "total_cents": [700, 300],
        ... })
        >>> contacts = pl.DataFrame({"email": ["ann@example.com"]})
        >>> order_match(orders, contacts).rows()
        [('EUR', 2, 1, 1, 1000, 700, 300)]
    """
    rows = opened(
        "order_match",
        orders,
        {"email": "text", "state": "text", "currency": "text", "total_cents": "count"},
    )
    people = opened("order_match", contacts, {"email": "text"})
    same_kind("order_match", rows, people)
    known = people.select(address=address("email")).drop_nulls().unique()
    known = known.with_columns(is_contact=nw.lit(1))
    rows = rows.filter(paid()).with_columns(address=address("email"))
    rows = rows.join(known, on="address", how="left")
    matched = ~nw.col("is_contact").is_null()
    cents = nw.col("total_cents")
    amount = nw.when(~cents.is_null()).then(cents).otherwise(nw.lit(0))
    rows = rows.select(
        "currency",
        orders=nw.lit(1),
        matched_orders=nw.when(matched).then(nw.lit(1)).otherwise(nw.lit(0)),
        unmatched_orders=nw.when(matched).then(nw.lit(0)).otherwise(nw.lit(1)),
        revenue_cents=amount,
        matched_revenue_cents=nw.when(matched).then(amount).otherwise(nw.lit(0)),
        unmatched_revenue_cents=nw.when(matched).then(nw.lit(0)).otherwise(amount),
    )
    sums = [nw.col(name).sum() for name in _MATCH if name != "currency"]
    made = rows.group_by("currency").agg(*sums)
    return closed(made, orders, _MATCH, sort_by=["currency"])
