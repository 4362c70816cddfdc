"""Orders with the contact, the mail and the automation that the API's keys join them to."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.metrics.attribution_models import credited
from actoolkit.metrics.attribution_orders import paired_touches, setting
from actoolkit.metrics.frames import Schema, closed, opened, same_kind
from actoolkit.metrics.orders import address, contacts_of_addresses

MATCHES = ("contact", "several contacts", "no contact", "no address")
"""How an order found its contact; several contacts of one address: that of the smallest id."""

CUSTOMERS = ("customer", "roll-up customer", "no customer", "no id")
"""How an order found its customer of the store; the roll-up one, of all stores, is dropped."""

_JOINED: Schema = {
    "order_id": "key",
    "state": "text",
    "currency": "text",
    "ordered_at": "moment",
    "total_cents": "count",
    "match": "text",
    "contact_id": "key",
    "customer_match": "text",
    "customer_id": "key",
    "touches": "count",
    "touched_at": "moment",
    "kind": "text",
    "campaign_id": "key",
    "campaign_name": "text",
    "automation_id": "key",
    "automation_name": "text",
    "automations": "count",
}
_COUNTS: Schema = {
    "match": "text",
    "customer_match": "text",
    "currency": "text",
    "orders": "count",
    "total_cents": "count",
}


def joined_orders(
    orders: Any,
    contacts: Any,
    touches: Any,
    *,
    customers: Any = None,
    contact_automations: Any = None,
    campaigns: Any = None,
    automations: Any = None,
    window_days: int | None = 7,
) -> Any:
    """Join each order to its contact, to the last touch before it, and to their names.

    Grain: one row per row of ``orders``, whatever it is joined to: an address of several contacts
    or a contact of many touches multiplies nothing. Orders in every state are there.

    Args:
        orders: Result of `actoolkit.load_ecom_orders`.
        contacts: Result of `actoolkit.load_contacts`; e-mail addresses are compared trimmed and in
            lower case.
        touches: Result of `touches_from_log`, `all_touches` and the like.
        customers: Result of `actoolkit.load_ecom_customers`; None takes the customers of the orders
            as they are, unchecked.
        contact_automations: Result of `actoolkit.load_contact_automations`, to count those that the
            contact was in; None leaves the count unknown.
        campaigns: Result of `actoolkit.load_campaigns`, for the names; None leaves them unknown.
        automations: Result of `actoolkit.load_automations`, likewise.
        window_days: How long before an order a touch counts, in days of 24 hours; None for ever.

    Returns:
        The same kind of frame, sorted by order: ``order_id``, ``state (String)``,
        ``currency (String)``, ``ordered_at (Datetime, UTC)``,
        ``total_cents (Int64, hundredths of the currency)``;
        ``match (String)``: "contact", "several contacts" (that of the smallest id is taken),
        "no contact" or "no address"; ``contact_id (String): null without one``;
        ``customer_match (String)``: "customer", "roll-up customer" (the sum over all stores, which
        is dropped), "no customer" (none of ``customers``) or "no id"; null where not asked for;
        ``customer_id (String): of the store``, null without one;
        ``touches (Int64): in the window``; ``touched_at (Datetime, UTC)``, ``kind (String)``,
        ``campaign_id (String)``, ``campaign_name (String)``, ``automation_id (String)``,
        ``automation_name (String)``: of the last of them, null without one;
        ``automations (Int64): that the contact was in when ordering``, null without a contact or
        where not asked for.

    Raises:
        InvalidArgument: A window that is none, or frames of different kinds.
        MissingColumns: A frame lacks a column.

    Source:
        `actoolkit.metrics.explain("joined_orders")`.

    Example:
        >>> import polars as pl
        >>> from datetime import UTC, datetime
        >>> from actoolkit.metrics import touches_from_log
        >>> def at(day): return datetime(2026, 5, day, tzinfo=UTC)
        >>> orders = pl.DataFrame({"order_id": ["5", "6"], "email": ["Ann@example.com ", "x@y.zz"],
        ...     "customer_id": ["3", "4"],
        ...     "state": ["completed"] * 2, "currency": ["EUR"] * 2, "total_cents": [999, 500],
        ...     "ordered_at": [at(4)] * 2})
        >>> contacts = pl.DataFrame({"contact_id": ["7"], "email": ["ann@example.com"]})
        >>> log = pl.DataFrame({"contact_id": ["7"], "campaign_id": ["1"], "touched_at": [at(3)]})
        >>> made = joined_orders(orders, contacts, touches_from_log(log, kind="click"))
        >>> made.select("order_id", "match", "contact_id", "campaign_id").rows()
        [('5', 'contact', '7', '1'), ('6', 'no contact', None, None)]
    """
    metric = "joined_orders"
    asked = setting("last", window_days)
    rows = _with_contacts(metric, orders, contacts)
    bought = rows.filter(~nw.col("contact_id").is_null(), ~nw.col("ordered_at").is_null())
    bought = bought.select("order_id", "contact_id", "ordered_at").unique()
    pairs = paired_touches(metric, bought.with_columns(cents=nw.lit(0)), touches, asked)
    last = credited(pairs, "last").select(
        "order_id", "touched_at", "kind", "campaign_id", "automation_id"
    )
    counted = pairs.group_by("order_id").agg(touches=nw.len())
    made = rows.join(last, on="order_id", how="left").join(counted, on="order_id", how="left")
    made = made.with_columns(touches=nw.col("touches").fill_null(0))
    made = _with_customers(metric, made, customers)
    made = _with_automations(metric, made, bought, contact_automations)
    for frame, kind in ((campaigns, "campaign"), (automations, "automation")):
        made = _with_names(metric, made, frame, kind)
    return closed(made, orders, _JOINED, sort_by=["order_id"])


def match_counts(joined: Any, *, show: bool = True) -> Any:
    """Count how orders found their contacts and customers, and print it.

    Grain: one row per match, customer match and currency; currencies are never added.

    Args:
        joined: Result of `joined_orders`.
        show: Whether to print a line per row as well. Of a lazy frame or a relation nothing is
            computed yet, so nothing is printed: print the result.

    Returns:
        The same kind of frame, sorted: ``match (String)``, ``customer_match (String)``: as of
        `joined_orders`,
        ``currency (String): null if not known``; ``orders (Int64)``;
        ``total_cents (Int64, hundredths of the currency): unknown amounts add nothing``.

    Raises:
        MissingColumns: Not the result of `joined_orders`.

    Source:
        `actoolkit.metrics.explain("joined_orders")`.

    Example:
        >>> import polars as pl
        >>> joined = pl.DataFrame({"match": ["contact", "contact", "no address"],
        ...     "customer_match": ["customer", "customer", "roll-up customer"],
        ...     "currency": ["EUR"] * 3, "total_cents": [999, 500, 100]})
        >>> counts = match_counts(joined)
        contact, customer: 2 orders, 14.99 EUR
        no address, roll-up customer: 1 order, 1.00 EUR
        >>> counts["orders"].to_list()
        [2, 1]
    """
    read: Schema = {
        "match": "text",
        "customer_match": "text",
        "currency": "text",
        "total_cents": "count",
    }
    rows = opened("match_counts", joined, read)
    cents = nw.col("total_cents")
    rows = rows.with_columns(
        total_cents=nw.when(~cents.is_null()).then(cents).otherwise(nw.lit(0)), orders=nw.lit(1)
    )
    keys = ["match", "customer_match", "currency"]
    made = rows.group_by(*keys).agg(nw.col("orders").sum(), nw.col("total_cents").sum())
    counts = closed(made, joined, _COUNTS, sort_by=keys)
    native = nw.from_native(counts)
    if show and isinstance(native, nw.DataFrame):
        sys.stdout.writelines(_line(row) for row in native.iter_rows(named=True))
    return counts


def _line(row: Mapping[str, Any]) -> str:
    match, customer, currency = (
        row[name] if isinstance(row[name], str) else ""
        for name in ("match", "customer_match", "currency")
    )
    found = ", ".join(name for name in (match, customer) if name)
    orders, cents = int(row["orders"]), int(row["total_cents"])
    sign, (whole, rest) = "-" if cents < 0 else "", divmod(abs(cents), 100)
    many = f"{orders:,} order{'' if orders == 1 else 's'}"
    return f"{found}: {many}, {sign}{whole:,}.{rest:02d} {currency or 'of no known currency'}\n"


def _with_contacts(metric: str, orders: Any, contacts: Any) -> nw.LazyFrame[Any]:
    read: Schema = {
        "order_id": "key",
        "email": "text",
        "customer_id": "key",
        "state": "text",
        "currency": "text",
        "ordered_at": "moment",
        "total_cents": "count",
    }
    rows = opened(metric, orders, read).with_columns(address=address("email")).drop("email")
    people = opened(metric, contacts, {"contact_id": "key", "email": "text"})
    same_kind(metric, rows, people)
    people = contacts_of_addresses(people)
    rows = rows.join(people, on="address", how="left")
    found = nw.when(nw.col("namesakes") > 1).then(nw.lit(MATCHES[1])).otherwise(nw.lit(MATCHES[0]))
    nobody = nw.when(nw.col("address").is_null()).then(nw.lit(MATCHES[3]))
    missing = nobody.otherwise(nw.lit(MATCHES[2]))
    known = ~nw.col("contact_id").is_null()
    return rows.with_columns(match=nw.when(known).then(found).otherwise(missing))


def _with_customers(metric: str, rows: nw.LazyFrame[Any], customers: Any) -> nw.LazyFrame[Any]:
    """Tell customers of a store from the roll-up ones, which sum over all stores."""
    key = nw.col("customer_id")
    if customers is None:
        return rows.with_columns(
            customer_match=nw.when(nw.lit(value=False)).then(nw.col("match")),
        )
    there = opened(metric, customers, {"customer_id": "key", "is_rollup": "flag"})
    same_kind(metric, rows, there)
    one = nw.when(nw.col("is_rollup").fill_null(value=False)).then(nw.lit(1)).otherwise(nw.lit(0))
    there = there.filter(~key.is_null()).with_columns(rolled=one)
    there = there.group_by("customer_id").agg(nw.col("rolled").max())
    rows = rows.join(there, on="customer_id", how="left")
    rolled = nw.col("rolled")
    unknown = nw.when(key.is_null()).then(nw.lit(CUSTOMERS[3])).otherwise(nw.lit(CUSTOMERS[2]))
    known = nw.when(rolled == 1).then(nw.lit(CUSTOMERS[1])).otherwise(nw.lit(CUSTOMERS[0]))
    rows = rows.with_columns(
        customer_match=nw.when(~rolled.is_null()).then(known).otherwise(unknown)
    )
    kept = nw.when(nw.col("customer_match") == CUSTOMERS[0]).then(key)
    return rows.with_columns(customer_id=kept)


def _with_automations(
    metric: str, rows: nw.LazyFrame[Any], bought: nw.LazyFrame[Any], entries: Any
) -> nw.LazyFrame[Any]:
    """Count the automations that a contact was in at the moment of ordering."""
    count = nw.col("automations")
    if entries is None:
        nothing = nw.when(nw.lit(value=False)).then(nw.col("touches"))
        return rows.with_columns(automations=nothing)
    read: Schema = {
        "contact_id": "key",
        "automation_id": "key",
        "added_at": "moment",
        "removed_at": "moment",
    }
    inside = opened(metric, entries, read)
    same_kind(metric, rows, inside)
    pairs = bought.join(inside, on="contact_id").filter(
        (nw.col("added_at") <= nw.col("ordered_at")).fill_null(value=False),
        nw.col("removed_at").is_null() | (nw.col("removed_at") > nw.col("ordered_at")),
    )
    pairs = pairs.select("order_id", "automation_id").drop_nulls().unique()
    counted = pairs.group_by("order_id").agg(automations=nw.len())
    made = rows.join(counted, on="order_id", how="left")
    some = nw.when(~count.is_null()).then(count).otherwise(nw.lit(0))
    return made.with_columns(automations=nw.when(~nw.col("contact_id").is_null()).then(some))


def _with_names(metric: str, rows: nw.LazyFrame[Any], frame: Any, kind: str) -> nw.LazyFrame[Any]:
    key, name = f"{kind}_id", f"{kind}_name"
    if frame is None:
        nothing = nw.when(nw.lit(value=False)).then(nw.col(key))
        return rows.with_columns(nothing.alias(name))
    names = opened(metric, frame, {key: "key", "name": "text"})
    same_kind(metric, rows, names)
    names = names.filter(~nw.col(key).is_null()).group_by(key).agg(nw.col("name").min().alias(name))
    return rows.join(names, on=key, how="left")
