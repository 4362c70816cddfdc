"""Scores as they were known, and who bought afterwards: nothing leaks from the one to the other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import is_whole
from actoolkit.metrics.eager import collected
from actoolkit.metrics.frames import Schema, opened, same_kind
from actoolkit.metrics.orders import address, paid

_HISTORY: Schema = {
    "observed_at": "moment",
    "score_value_id": "key",
    "score_id": "key",
    "contact_id": "key",
    "score_value": "rate",
}


def scored_contacts(
    metric: str,
    history: Any,
    contacts: Any,
    orders: Any,
    *,
    as_of: datetime,
    horizon_days: int,
) -> tuple[pl.DataFrame, datetime | None]:
    """Give each contact's score as it was known, and whether the contact bought afterwards.

    Args:
        metric: Name of the metric, for messages.
        history: Result of ``actoolkit.history("score_values")``.
        contacts: Result of `actoolkit.load_contacts`.
        orders: Result of `actoolkit.load_ecom_orders`.
        as_of: Moment, with a zone.
        horizon_days: Days after it.

    Returns:
        ``score_id``, ``contact_id``, ``score_value``, ``bought (Boolean)``: one row per score and
        contact with an address; and the moment of the last order of any state.

    Raises:
        InvalidArgument: ``as_of`` has no zone, ``horizon_days`` is below 1, both lead beyond the
            calendar, or the frames are of different kinds.
    """
    if not isinstance(as_of, datetime) or as_of.tzinfo is None or not is_whole(horizon_days, 1):
        raise InvalidArgument(
            f"as_of={as_of!r}, horizon_days={horizon_days!r} cannot be.",
            hint="Pass a moment with a zone, such as datetime(2026, 3, 1, tzinfo=UTC), and days.",
        )
    try:
        start = as_of.astimezone(UTC)
        end = start + timedelta(days=horizon_days)
    except OverflowError as error:
        raise InvalidArgument(
            f"as_of={as_of!r}, horizon_days={horizon_days!r} leave the calendar.",
            hint="Choose a moment at which scores were loaded, and days such as 90.",
        ) from error
    scores = opened(metric, history, _HISTORY)
    people = opened(metric, contacts, {"contact_id": "key", "email": "text"})
    rows = opened(metric, orders, {"email": "text", "state": "text", "ordered_at": "moment"})
    same_kind(metric, scores, people, rows)
    known = _known(scores, start)
    people = people.select("contact_id", address=address("email")).drop_nulls().unique()
    reached = collected(people, {"contact_id": "text", "address": "text"})
    bought = rows.with_columns(
        address=address("email"), paid=nw.when(paid()).then(nw.lit(1)).otherwise(nw.lit(0))
    )
    kinds: Schema = {"address": "text", "ordered_at": "moment", "paid": "count"}
    placed = collected(bought, kinds)
    moment = pl.col("ordered_at")
    buyers = placed.filter(pl.col("paid") == 1, moment > start, moment <= end)
    buying = reached.join(buyers, on="address", how="semi").select("contact_id").unique()
    reached = reached.select("contact_id").unique()
    found = known.join(reached, on="contact_id", how="semi").join(
        buying.with_columns(bought=pl.lit(value=True)), on="contact_id", how="left"
    )
    found = found.with_columns(pl.col("bought").fill_null(value=False))
    last: Any = placed["ordered_at"].max()
    return found.sort("score_id", "contact_id"), last


def _known(scores: nw.LazyFrame[Any], start: datetime) -> pl.DataFrame:
    """The last value of each contact that was recorded until a moment."""
    rows = scores.filter(~nw.col("contact_id").is_null(), ~nw.col("score_id").is_null())
    kinds: Schema = {name: "text" if kind == "key" else kind for name, kind in _HISTORY.items()}
    found = collected(rows, kinds).filter(pl.col("observed_at") <= start)
    found = found.sort("observed_at", "score_value_id")
    last = found.unique(["score_id", "contact_id"], keep="last", maintain_order=True)
    known = last.filter(pl.col("score_value").is_not_null() & pl.col("score_value").is_not_nan())
    return known.select("score_id", "contact_id", "score_value")


def flags(last: datetime | None, as_of: datetime, horizon_days: int) -> str | None:
    """Say if the orders end before the horizon does.

    Args:
        last: Moment of the last order.
        as_of: Moment whose knowledge is tested.
        horizon_days: Days after it.
    """
    end = as_of.astimezone(UTC) + timedelta(days=horizon_days)
    if last is not None and last >= end:
        return None
    seen = "there are none" if last is None else f"the last is of {last.astimezone(UTC):%Y-%m-%d}"
    return f"orders: {seen}, and the horizon ends on {end:%Y-%m-%d}"
