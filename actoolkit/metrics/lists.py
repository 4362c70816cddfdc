"""Lists: who joins, who leaves, and which lists hold the same people."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.days import Day, Grain, as_day, length_of
from actoolkit.metrics.eager import collected, handed_back, rated
from actoolkit.metrics.frames import Schema, closed, opened

_READ: Schema = {
    "list_id": "key",
    "status": "text",
    "subscribed_at": "moment",
    "unsubscribed_at": "moment",
}
_GROWTH: Schema = {
    "list_id": "text",
    "period_on": "date",
    "joined": "count",
    "left": "count",
    "members": "count",
    "churn_rate": "rate",
    "churn_rate_low": "rate",
    "churn_rate_high": "rate",
    "undated": "count",
    "flag": "text",
}
_OVERLAP: Schema = {
    "list_id": "key",
    "other_list_id": "key",
    "contacts": "count",
    "other_contacts": "count",
    "shared": "count",
    "overlap_share": "rate",
    "jaccard_index": "rate",
}


def list_growth(
    contact_lists: Any,
    *,
    grain: Grain = "month",
    time_zone: str = "UTC",
    until: Day = None,
    confidence: float = 0.95,
) -> Any:
    """Give who joined and who left each list, per period.

    Grain: one row per list and period, from the list's first date to its last, or to the day before
    ``until``; quiet periods too. Each membership counts once, with its latest dates: the API keeps
    no earlier ones. Unconfirmed memberships, and those without a date of joining, are left out.

    Args:
        contact_lists: Result of `actoolkit.load_contact_lists`.
        grain: Length of a period: "day", "week" (from Monday), "month", "quarter" or "year".
        time_zone: Zone of the account's calendar: ``time_zone`` of `actoolkit.load_user`.
        until: The day after the last, in that zone. Who joins or leaves from then on has not yet,
            and a list on which nothing happens any more keeps its members until then. None counts
            all there is, and ends each list with its last date.
        confidence: Coverage of the Wilson intervals.

    Returns:
        The same kind of frame, sorted by list and period:
        ``list_id (String)``, ``period_on (Date): first day``;
        ``joined (Int64)``, ``left (Int64): unsubscribed or bounced``;
        ``members (Int64): at the end of the period, or of the last day``;
        ``churn_rate (Float64): of the members at the beginning, those who left; null for a first
        period, and where more left than there were``, with ``churn_rate_low`` and
        ``churn_rate_high``;
        ``undated (Int64): memberships of the list that ended at a moment not known, or before they
        began by their dates; left out``;
        ``flag (String): null, or what is withheld and why``.

    Raises:
        InvalidArgument: Unknown ``grain`` or ``time_zone``, or ``until`` is no day.
        MissingColumns: ``contact_lists`` lacks a column.

    Source:
        `actoolkit.metrics.explain("list_growth")`.

    Example:
        >>> import polars as pl
        >>> from datetime import UTC, datetime
        >>> day = lambda month: datetime(2026, month, 9, tzinfo=UTC)
        >>> contact_lists = pl.DataFrame({
        ...     "list_id": ["1", "1"], "status": ["subscribed", "unsubscribed"],
        ...     "subscribed_at": [day(4), day(4)], "unsubscribed_at": [None, day(5)],
        ... })
        >>> list_growth(contact_lists).select("joined", "left", "members", "churn_rate").rows()
        [(2, 0, 2, None), (0, 1, 1, 0.5)]
    """
    every, end = length_of(grain), as_day(until)
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, TypeError) as error:
        raise InvalidArgument(
            f"There is no time zone {time_zone!r}.", hint='Such as "America/Chicago".'
        ) from error
    rows = opened("list_growth", contact_lists, _READ)
    rows = rows.filter(~nw.col("list_id").is_null(), ~nw.col("subscribed_at").is_null())
    memberships = collected(rows, {**_READ, "list_id": "text"}).filter(
        pl.col("status").ne_missing("unconfirmed")
    )
    ended = pl.col("status").is_in(["unsubscribed", "bounced"]).fill_null(value=False)
    # Of a membership that ended twice, the API has the latest dates: they need not be of one stay.
    unknown = (pl.col("unsubscribed_at") >= pl.col("subscribed_at")).ne_missing(True)  # noqa: FBT003
    memberships = memberships.with_columns(is_undated=ended & unknown)
    moments = pl.col("subscribed_at", "unsubscribed_at").dt.convert_time_zone(time_zone)
    walls = _before(
        memberships.with_columns(moments.dt.replace_time_zone(None)), "subscribed_at", end
    )
    undated = walls.group_by("list_id").agg(undated=pl.col("is_undated").sum())
    dated = walls.filter(~pl.col("is_undated"))
    ends = _before(dated.filter(ended), "unsubscribed_at", end)
    joined = _counted(dated, "subscribed_at", "joined", every)
    left = _counted(ends, "unsubscribed_at", "left", every)
    made = _calendar(pl.concat([joined, left], how="diagonal"), every, end)
    for counts in (joined, left):
        made = made.join(counts, on=["list_id", "period_on"], how="left")
    filled = pl.col("joined", "left").fill_null(0).cast(pl.Int64)
    made = made.with_columns(filled).sort("list_id", "period_on")
    members = (pl.col("joined") - pl.col("left")).cum_sum().over("list_id")
    made = made.with_columns(members=members).with_columns(
        before=pl.col("members").shift(1).over("list_id")
    )
    more = pl.col("left") > pl.col("before")
    made = made.with_columns(
        flag=pl.when(more).then(pl.lit("churn_rate: numerator exceeds denominator"))
    )
    made = rated(made, "churn_rate", "left", "before", confidence)
    made = made.join(undated, on="list_id", how="left", maintain_order="left")
    return handed_back("list_growth", made, contact_lists, _GROWTH)


def list_overlap(contact_lists: Any) -> Any:
    """Count the contacts that two lists share.

    Grain: one row per pair of lists with at least one subscribed contact in common; each pair once.

    Args:
        contact_lists: Result of `actoolkit.load_contact_lists`.

    Returns:
        The same kind of frame, sorted by both lists:
        ``list_id``, ``other_list_id (String)``; ``contacts``, ``other_contacts (Int64): subscribed
        to each``; ``shared (Int64): subscribed to both``;
        ``overlap_share (Float64): shared / the smaller list``;
        ``jaccard_index (Float64): shared / subscribed to either``.

    Raises:
        MissingColumns: ``contact_lists`` lacks a column.

    Source:
        `actoolkit.metrics.explain("list_overlap")`.

    Example:
        >>> import polars as pl
        >>> contact_lists = pl.DataFrame({
        ...     "contact_id": ["7", "8", "7"], "list_id": ["1", "1", "2"],
        ...     "status": ["subscribed"] * 3,
        ... })
        >>> list_overlap(contact_lists).rows()
        [('1', '2', 2, 1, 1, 1.0, 0.5)]
    """
    wanted: Schema = {"contact_id": "key", "list_id": "key", "status": "text"}
    rows = opened("list_overlap", contact_lists, wanted)
    rows = rows.filter((nw.col("status") == "subscribed").fill_null(value=False))
    rows = rows.select("contact_id", "list_id").drop_nulls().unique()
    sizes = rows.group_by("list_id").agg(nw.col("contact_id").count().alias("contacts"))
    others = sizes.rename({"list_id": "other_list_id", "contacts": "other_contacts"})
    pairs = rows.join(rows.rename({"list_id": "other_list_id"}), on="contact_id")
    pairs = pairs.filter(nw.col("list_id") < nw.col("other_list_id"))
    shared = pairs.group_by("list_id", "other_list_id").agg(
        nw.col("contact_id").count().alias("shared")
    )
    made = shared.join(sizes, on="list_id").join(others, on="other_list_id")
    one, other = nw.col("contacts"), nw.col("other_contacts")
    smaller = nw.when(one < other).then(one).otherwise(other)
    made = made.with_columns(
        overlap_share=nw.col("shared").cast(nw.Float64) / smaller,
        jaccard_index=nw.col("shared").cast(nw.Float64) / (one + other - nw.col("shared")),
    )
    return closed(made, contact_lists, _OVERLAP, sort_by=["list_id", "other_list_id"])


def _before(rows: pl.DataFrame, wall: str, end: date | None) -> pl.DataFrame:
    return rows if end is None else rows.filter(pl.col(wall) < datetime.combine(end, time.min))


def _counted(rows: pl.DataFrame, wall: str, name: str, every: str) -> pl.DataFrame:
    period = pl.col(wall).dt.truncate(every).dt.date().alias("period_on")
    return rows.group_by("list_id", period).agg(pl.len().alias(name))


def _calendar(seen: pl.DataFrame, every: str, end: date | None) -> pl.DataFrame:
    """Every period of each list between its first and its last, or the one before ``end``."""
    last = pl.col("period_on").max()
    if end is not None:
        last = pl.lit(end).dt.offset_by("-1d").dt.truncate(every)
    ends = seen.group_by("list_id").agg(first=pl.col("period_on").min(), last=last)
    periods = pl.date_ranges("first", "last", interval=every)
    made = ends.with_columns(period_on=periods).explode("period_on")
    return made.select("list_id", pl.col("period_on").cast(pl.Date))
