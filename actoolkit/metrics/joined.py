"""Orders with the contact, the mail and the automation that the API's keys join them to."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.metrics.attribution_models import credited
from actoolkit.metrics.attribution_orders import paired_touches, setting
from actoolkit.metrics.frames import Schema, closed, opened, same_kind
from actoolkit.metrics.orders import address

MATCHES = ("contact", "several contacts", "no contact", "no address")
"""How an order found its contact; several contacts of one address: that of the first id."""

_JOINED: Schema = {
    "order_id": "key",
    "state": "text",
    "currency": "text",
    "ordered_at": "moment",
    "total_cents": "count",
    "match": "text",
    "contact_id": "key",
    "touches": "count",
    "touched_at": "moment",
    "kind": "text",
    "campaign_id": "key",
    "campaign_name": "text",
    "automation_id": "key",
    "automation_name": "text",
    "automations": "count",
}
_COUNTS: Schema = {"match": "text", "currency": "text", "orders": "count", "total_cents": "count"}


def joined_orders(
    orders: Any,
    contacts: Any,
    touches: Any,
    *,
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
        contact_automations: Result of `actoolkit.load_contact_automations`, to count those that the
            contact was in; None leaves the count unknown.
        campaigns: Result of `actoolkit.load_campaigns`, for the names; None leaves them unknown.
        automations: Result of `actoolkit.load_automations`, likewise.
        window_days: How long before an order a touch counts, in days of 24 hours; None for ever.

    Returns:
        The same kind of frame, sorted by order: ``order_id``, ``state (String)``,
        ``currency (String)``, ``ordered_at (Datetime, UTC)``,
        ``total_cents (Int64, hundredths of the currency)``;
        ``match (String)``: "contact", "several contacts" (the first by id is taken), "no contact"
        or "no address"; ``contact_id (String): null without one``;
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
    made = _with_automations(metric, made, bought, contact_automations)
    for frame, kind in ((campaigns, "campaign"), (automations, "automation")):
        made = _with_names(metric, made, frame, kind)
    return closed(made, orders, _JOINED, sort_by=["order_id"])


def match_counts(joined: Any) -> Any:
    """Count how orders found their contacts.

    Grain: one row per currency and match; currencies are never added.

    Args:
        joined: Result of `joined_orders`.

    Returns:
        The same kind of frame, sorted: ``match (String)``: as of `joined_orders`,
        ``currency (String): null if not known``; ``orders (Int64)``;
        ``total_cents (Int64, hundredths of the currency): unknown amounts add nothing``.

    Raises:
        MissingColumns: Not the result of `joined_orders`.

    Source:
        `actoolkit.metrics.explain("joined_orders")`.

    Example:
        >>> import polars as pl
        >>> joined = pl.DataFrame({"match": ["contact", "contact", "no address"],
        ...     "currency": ["EUR"] * 3, "total_cents": [999, 500, 100]})
        >>> match_counts(joined).rows()
        [('contact', 'EUR', 2, 1499), ('no address', 'EUR', 1, 100)]
    """
    read: Schema = {"match": "text", "currency": "text", "total_cents": "count"}
    rows = opened("match_counts", joined, read)
    cents = nw.col("total_cents")
    rows = rows.with_columns(
        total_cents=nw.when(~cents.is_null()).then(cents).otherwise(nw.lit(0)), orders=nw.lit(1)
    )
    made = rows.group_by("match", "currency").agg(
        nw.col("orders").sum(), nw.col("total_cents").sum()
    )
    return closed(made, joined, _COUNTS, sort_by=["match", "currency"])


def _with_contacts(metric: str, orders: Any, contacts: Any) -> nw.LazyFrame[Any]:
    read: Schema = {
        "order_id": "key",
        "email": "text",
        "state": "text",
        "currency": "text",
        "ordered_at": "moment",
        "total_cents": "count",
    }
    rows = opened(metric, orders, read).with_columns(address=address("email")).drop("email")
    people = opened(metric, contacts, {"contact_id": "key", "email": "text"})
    same_kind(metric, rows, people)
    people = people.select("contact_id", address=address("email")).drop_nulls()
    people = people.group_by("address").agg(
        nw.col("contact_id").min(), namesakes=nw.col("contact_id").n_unique()
    )
    rows = rows.join(people, on="address", how="left")
    found = nw.when(nw.col("namesakes") > 1).then(nw.lit(MATCHES[1])).otherwise(nw.lit(MATCHES[0]))
    nobody = nw.when(nw.col("address").is_null()).then(nw.lit(MATCHES[3]))
    missing = nobody.otherwise(nw.lit(MATCHES[2]))
    known = ~nw.col("contact_id").is_null()
    return rows.with_columns(match=nw.when(known).then(found).otherwise(missing))


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
        (nw.col("removed_at") > nw.col("ordered_at")).fill_null(value=True),
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
