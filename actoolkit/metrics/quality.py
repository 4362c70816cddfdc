"""What to know about the data before trusting a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.counters import (
    ADDED,
    RATES,
    VERIFIED,
    flags,
    was_sent,
    with_delivered,
    with_verified,
)
from actoolkit.metrics.frames import Schema, closed, opened, same_kind
from actoolkit.metrics.orders import address, paid

_QUALITY: Schema = {"check": "text", "count": "count", "of": "count", "sentence": "text"}
_CAMPAIGNS: Schema = {"automation_id": "key", **dict.fromkeys((*ADDED, VERIFIED), "count")}
_ORDERS: Schema = {
    "email": "text",
    "state": "text",
    "currency": "text",
    "total_cents": "count",
    "ordered_local": "wall",
}


@dataclass(frozen=True, slots=True)
class _Check:
    """A condition on the rows of a table, and the sentence that follows "12 of 345 "."""

    name: str
    rows: nw.LazyFrame[Any]
    found: nw.Expr
    says: str
    among: nw.Expr | None = None


def data_quality(
    campaigns: Any = None, orders: Any = None, contacts: Any = None, ecom_customers: Any = None
) -> Any:
    """Count what the metrics leave out, withhold, or cannot know.

    Grain: one row per check of the frames given, also where it finds nothing, and one row per
    currency. "Paid" orders are those completed or recovered.

    Args:
        campaigns: Result of `actoolkit.load_campaigns`, or None.
        orders: Result of `actoolkit.load_ecom_orders`, or None.
        contacts: Result of `actoolkit.load_contacts`, or None; checked against ``orders``.
        ecom_customers: Result of `actoolkit.load_ecom_customers`, or None.

    Returns:
        The same kind of frame as the first one given, in the order of the checks:
        ``check (String)``, ``count (Int64)``: rows found, ``of (Int64)``: rows looked at,
        ``sentence (String)``: both in words.

    Raises:
        InvalidArgument: No frame was given, or frames of different kinds.
        MissingColumns: A frame lacks a column.

    Source:
        Each check belongs to a rule of `actoolkit.metrics.DEFINITIONS`.

    Example:
        >>> import polars as pl
        >>> customers = pl.DataFrame({"is_rollup": [True, False, False]})
        >>> data_quality(ecom_customers=customers)["sentence"].to_list()
        ['1 of 3 customers are roll-up rows over all stores and left out of sums.']
    """
    given = {
        "campaigns": campaigns,
        "orders": orders,
        "contacts": contacts,
        "customers": ecom_customers,
    }
    first = next((frame for frame in given.values() if frame is not None), None)
    if first is None:
        raise InvalidArgument("There is nothing to check.", hint="Pass campaigns=, orders=, ...")
    checks: list[_Check] = []
    if campaigns is not None:
        checks += _of_campaigns(opened("data_quality", campaigns, _CAMPAIGNS))
    currencies = None
    if orders is not None:
        rows = opened("data_quality", orders, _ORDERS)
        checks += _of_orders(rows)
        currencies = _currencies(rows)
        if contacts is not None:
            checks.append(_unmatched(rows, contacts))
    if ecom_customers is not None:
        rows = opened("data_quality", ecom_customers, {"is_rollup": "flag"})
        says = "customers are roll-up rows over all stores and left out of sums."
        checks.append(_Check("rollup_customers", rows, nw.col("is_rollup"), says))
    checks += [
        _unknown_fields(table, frame)
        for table, frame in given.items()
        if frame is not None and "_extra" in nw.from_native(frame).collect_schema().names()
    ]
    if not checks:
        raise InvalidArgument(
            "Contacts alone have nothing to check.", hint="Pass orders= as well, to match them."
        )
    same_kind("data_quality", *(check.rows for check in checks))
    parts = [_counted(index, check) for index, check in enumerate(checks)]
    if currencies is not None:
        parts.append(currencies.with_columns(index=nw.lit(len(checks)).cast(nw.Int64)))
    columns = ["index", *_QUALITY]
    made = nw.concat([part.select(*columns) for part in parts])
    return closed(made, first, _QUALITY, sort_by=["index", "sentence"])


def _of_campaigns(rows: nw.LazyFrame[Any]) -> list[_Check]:
    rows = with_verified(with_delivered(rows))
    sent = was_sent()
    return [
        _Check("never_sent", rows, ~sent, "campaigns were never sent and have no rates."),
        _Check(
            "without_verified_opens",
            rows,
            nw.col(VERIFIED).is_null(),
            "campaigns sent have no verified opens: theirs include opens by privacy software.",
            sent,
        ),
        _Check(
            "automation_mails",
            rows,
            ~nw.col("automation_id").is_null(),
            "campaigns sent belong to automations: their counters grow on, and they are left out "
            "of sending times and exposure.",
            sent,
        ),
        _Check(
            "withheld_rates",
            rows,
            ~flags(RATES).is_null(),
            "campaigns have a count that exceeds its denominator: that rate is left empty.",
        ),
    ]


def _of_orders(rows: nw.LazyFrame[Any]) -> list[_Check]:
    return [
        _Check("unpaid_orders", rows, ~paid(), "orders were not paid and are no revenue."),
        _Check(
            "orders_without_currency",
            rows,
            nw.col("currency").is_null(),
            "paid orders name no currency and are shown apart.",
            paid(),
        ),
        _Check(
            "orders_without_amount",
            rows,
            nw.col("total_cents").is_null(),
            "paid orders have no amount and are left out.",
            paid(),
        ),
        _Check(
            "orders_without_date",
            rows,
            nw.col("ordered_local").is_null(),
            "paid orders have no date and are left out.",
            paid(),
        ),
    ]


def _unmatched(rows: nw.LazyFrame[Any], contacts: Any) -> _Check:
    people = opened("data_quality", contacts, {"email": "text"})
    same_kind("data_quality", rows, people)
    known = people.select(address=address("email")).drop_nulls().unique()
    joined = rows.with_columns(address=address("email")).join(
        known.with_columns(is_contact=nw.lit(1)), on="address", how="left"
    )
    says = "paid orders have an address that is no contact's: exposure misses them."
    return _Check("unmatched_orders", joined, nw.col("is_contact").is_null(), says, paid())


def _unknown_fields(table: str, frame: Any) -> _Check:
    rows = opened("data_quality", frame, {"_extra": "text"})
    says = f"{table} carry fields that the table does not know, kept in _extra."
    return _Check(f"unknown_fields_of_{table}", rows, ~nw.col("_extra").is_null(), says)


def _counted(index: int, check: _Check) -> nw.LazyFrame[Any]:
    among = nw.lit(1) if check.among is None else check.among.fill_null(value=False)
    found = check.found.fill_null(value=False)
    rows = check.rows.with_columns(of=among.cast(nw.Int64), count=found.cast(nw.Int64))
    rows = rows.with_columns(count=nw.col("of") * nw.col("count"))
    totals = rows.select(nw.col("of").sum().cast(nw.Int64), nw.col("count").sum().cast(nw.Int64))
    return totals.with_columns(
        index=nw.lit(index).cast(nw.Int64), check=nw.lit(check.name), sentence=_words(check.says)
    )


def _currencies(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    named = rows.filter(paid(), ~nw.col("currency").is_null()).with_columns(order=nw.lit(1))
    counts = named.group_by("currency").agg(count=nw.col("order").sum())
    total = rows.filter(paid()).select(of=nw.col("state").count().cast(nw.Int64))
    both = counts.with_columns(nw.col("count").cast(nw.Int64)).join(total, how="cross")
    return both.with_columns(
        check=nw.lit("orders_in_currency"),
        sentence=_words("paid orders are in ", nw.col("currency"), nw.lit(".")),
    )


def _words(says: str, *more: nw.Expr) -> nw.Expr:
    count, of = (nw.col(name).cast(nw.String) for name in ("count", "of"))
    return nw.concat_str(count, nw.lit(" of "), of, nw.lit(f" {says}"), *more)
