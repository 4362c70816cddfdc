"""How the opens and clicks of a campaign grew, from the counters that refreshes keep."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.metrics.frames import Schema, closed, opened, same_kind
from actoolkit.metrics.windows import with_waited

_COUNTERS = ("unique_opens", "verified_unique_opens", "clickers", "unsubscribes")
_CURVE: Schema = {
    "campaign_id": "key",
    "observed_at": "moment",
    "hours": "rate",
    **dict.fromkeys(_COUNTERS, "count"),
    "open_share": "rate",
    "click_share": "rate",
}
_HOUR = 3_600_000_000


def campaign_curve(history: Any, campaigns: Any) -> Any:
    """Give the counters of each campaign as they stood, hour by hour since its sending.

    Grain: one row per campaign and moment at which its counters were seen to have changed, of those
    after its sending. The API overwrites counters; each refresh keeps what they were.

    Args:
        history: Result of ``actoolkit.history("campaigns")``.
        campaigns: Result of `actoolkit.load_campaigns`, for the moment of sending.

    Returns:
        The same kind of frame, sorted by campaign and moment: ``campaign_id (String)``,
        ``observed_at (Datetime, UTC)``, ``hours (Float64): since the sending``;
        ``unique_opens (Int64, contacts)``, ``verified_unique_opens``, ``clickers``,
        ``unsubscribes``: by then; ``open_share (Float64, 0..1)``: unique opens of the most that
        were seen, ``click_share``: the same of clickers; null where none were.

    Raises:
        InvalidArgument: The frames are of different kinds.
        MissingColumns: A frame lacks a column.

    Source:
        `actoolkit.metrics.explain("campaign_curve")`.

    Example:
        >>> import polars as pl
        >>> from datetime import UTC, datetime
        >>> def at(hour): return datetime(2026, 5, 1, hour, tzinfo=UTC)
        >>> history = pl.DataFrame({"observed_at": [at(9), at(12)], "campaign_id": ["1", "1"],
        ...     "unique_opens": [50, 100], "verified_unique_opens": [None, None],
        ...     "clickers": [0, 0], "unsubscribes": [0, 0]})
        >>> campaigns = pl.DataFrame({"campaign_id": ["1"], "sent_at": [at(8)]})
        >>> campaign_curve(history, campaigns).select("hours", "open_share", "click_share").rows()
        [(1.0, 0.5, None), (4.0, 1.0, None)]
    """
    read: Schema = {"campaign_id": "key", "observed_at": "moment"}
    rows = opened("campaign_curve", history, {**read, **dict.fromkeys(_COUNTERS, "count")})
    mails = opened("campaign_curve", campaigns, {"campaign_id": "key", "sent_at": "moment"})
    same_kind("campaign_curve", rows, mails)
    found = rows.join(mails, on="campaign_id")
    found = found.filter(nw.col("observed_at") >= nw.col("sent_at"))
    found = with_waited(found, "sent_at", "observed_at")
    found = found.with_columns(hours=nw.col("waited").cast(nw.Float64) / _HOUR)
    for counter, share in (("unique_opens", "open_share"), ("clickers", "click_share")):
        most = nw.col(counter).max().over("campaign_id")
        found = found.with_columns(most=most)
        ratio = nw.col(counter).cast(nw.Float64) / nw.col("most").cast(nw.Float64)
        found = found.with_columns(nw.when(nw.col("most") > 0).then(ratio).alias(share))
    return closed(found, history, _CURVE, sort_by=["campaign_id", "observed_at"])
