"""Too much mail, and mail that does not arrive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import is_whole
from actoolkit.metrics.days import in_utc
from actoolkit.metrics.eager import collected, handed_back, rated
from actoolkit.metrics.frames import Schema, opened, same_kind
from actoolkit.metrics.touches import named, opened_touches

_FATIGUE: Schema = {
    "mails_from": "count",
    "mails_to": "count",
    "contact_months": "count",
    "mails": "count",
    "unsubscribed": "count",
    "unsubscribed_rate": "rate",
    "unsubscribed_rate_low": "rate",
    "unsubscribed_rate_high": "rate",
    "unsubscribed_per_mail": "rate",
}
_HEALTH: Schema = {
    "kind": "text",
    "contacts": "count",
    "bounced": "count",
    "bounced_rate": "rate",
    "bounced_rate_low": "rate",
    "bounced_rate_high": "rate",
    "bounces": "count",
}


def fatigue(
    touches: Any,
    contact_lists: Any,
    *,
    mails: Sequence[int] = (1, 2, 4, 8),
    confidence: float = 0.95,
) -> Any:
    """Hold the mails a contact gets in a month against the unsubscribing in that month.

    Grain: one row per class of mails a month, in UTC months, empty classes too. A month of a
    contact counts if there was a mail in it. Who gets more mail differs from who gets less: it is
    no proof that fewer mails would keep them.

    Args:
        touches: Result of `list_touches`, or a log of what was sent; "listed" and "sent" count.
        contact_lists: Result of `actoolkit.load_contact_lists`.
        mails: Upper ends of the classes, ascending; the last class is open.
        confidence: Coverage of the intervals.

    Returns:
        The same kind of frame, sorted: ``mails_from (Int64)``, ``mails_to (Int64): null for the
        open class``; ``contact_months (Int64)``, ``mails (Int64): in them``;
        ``unsubscribed (Int64, contact months): in which the contact left a list``;
        ``unsubscribed_rate (Float64, 0..1): of contact_months``, with Wilson's interval;
        ``unsubscribed_per_mail (Float64): unsubscribed of mails``.

    Raises:
        InvalidArgument: ``mails`` do not ascend from 1 on, or frames of different kinds.
        MissingColumns: A frame lacks a column.

    Source:
        `actoolkit.metrics.explain("fatigue")`.

    Example:
        >>> import polars as pl
        >>> from datetime import UTC, datetime
        >>> from actoolkit.metrics import touches_from_log
        >>> def at(day): return datetime(2026, 5, day, tzinfo=UTC)
        >>> sent = touches_from_log(pl.DataFrame({"contact_id": ["7", "7", "8"],
        ...     "touched_at": [at(1), at(8), at(1)]}), kind="sent")
        >>> lists = pl.DataFrame({"contact_id": ["7"], "status": ["unsubscribed"],
        ...     "unsubscribed_at": [at(8)]})
        >>> made = fatigue(sent, lists).select("mails_from", "contact_months", "unsubscribed")
        >>> made.rows()[:2]
        [(1, 1, 0), (2, 1, 1)]
    """
    ends = list(mails) if isinstance(mails, Iterable) else []
    whole = all(is_whole(end, 1, 2**31) for end in ends)
    if not ends or not whole or any(a >= b for a, b in pairwise(ends)):
        raise InvalidArgument(
            f"mails={mails!r} do not ascend from 1 on.", hint="Use classes such as (1, 2, 4, 8)."
        )
    sent = opened_touches("fatigue", touches).filter(*named())
    sent = sent.filter(nw.col("kind").is_in(["sent", "listed"]).fill_null(value=False))
    left = opened(
        "fatigue",
        contact_lists,
        {"contact_id": "key", "status": "text", "unsubscribed_at": "moment"},
    )
    same_kind("fatigue", sent, left)
    gone = (nw.col("status") == "unsubscribed").fill_null(value=False)
    left = left.filter(gone, ~nw.col("contact_id").is_null(), ~nw.col("unsubscribed_at").is_null())
    keys = ["contact_id", "month"]
    sent, left = in_utc(sent, "touched_at"), in_utc(left, "unsubscribed_at")
    left = left.select("contact_id", month=_month("unsubscribed_at")).unique()
    left = left.with_columns(unsubscribed=nw.lit(1).cast(nw.Int64))
    months = sent.select("contact_id", month=_month("touched_at"), mails=nw.lit(1).cast(nw.Int64))
    months = months.group_by(*keys).agg(nw.col("mails").sum())
    months = months.join(left, on=keys, how="left")
    months = months.with_columns(
        nw.col("unsubscribed").fill_null(0), contact_months=nw.lit(1).cast(nw.Int64)
    )
    sums = months.group_by("mails").agg(
        nw.col("contact_months").sum(), nw.col("unsubscribed").sum()
    )
    found = collected(sums, {"mails": "count", "contact_months": "count", "unsubscribed": "count"})
    starts = [1, *(end + 1 for end in ends)]
    rows = [
        _class(found.filter(pl.col("mails").is_between(start, end or 2**60)), start, end)
        for start, end in zip(starts, [*ends, None], strict=True)
        if end is None or end >= start
    ]
    made = pl.concat(rows)
    made = rated(made, "unsubscribed_rate", "unsubscribed", "contact_months", confidence)
    per_mail = pl.when(pl.col("mails") > 0).then(pl.col("unsubscribed") / pl.col("mails"))
    made = made.with_columns(unsubscribed_per_mail=per_mail)
    return handed_back("fatigue", made, touches, _FATIGUE)


def bounce_health(contacts: Any, *, confidence: float = 0.95) -> Any:
    """Count the contacts whose mail has bounced.

    Grain: one row for hard and one for soft bounces. Deleted contacts are left out; `domain_mix`
    has the same by domain.

    Args:
        contacts: Result of `actoolkit.load_contacts`.
        confidence: Coverage of the intervals.

    Returns:
        The same kind of frame: ``kind (String): "hard" or "soft"``;
        ``contacts (Int64): whose bounces are known``, ``bounced (Int64, contacts): once at least``;
        ``bounced_rate (Float64, 0..1): of contacts``, with Wilson's interval;
        ``bounces (Int64): of all of them``.

    Raises:
        MissingColumns: ``contacts`` lacks a column.

    Source:
        `actoolkit.metrics.explain("bounced_contacts")`.

    Example:
        >>> import polars as pl
        >>> contacts = pl.DataFrame({"deleted": [False] * 4, "hard_bounces": [0, 0, 0, 2],
        ...     "soft_bounces": [0, 1, 0, None]})
        >>> bounce_health(contacts).select("kind", "contacts", "bounced", "bounces").rows()
        [('hard', 4, 1, 2), ('soft', 3, 1, 1)]
    """
    rows = opened(
        "bounce_health",
        contacts,
        {"deleted": "flag", "hard_bounces": "count", "soft_bounces": "count"},
    )
    rows = rows.filter(~nw.col("deleted").fill_null(value=False))
    parts = []
    for kind in ("hard", "soft"):
        count = nw.col(f"{kind}_bounces")
        some = nw.when(count > 0).then(nw.lit(1)).otherwise(nw.lit(0))
        mine = rows.filter(~count.is_null()).select(
            kind=nw.lit(kind),
            contacts=nw.lit(1).cast(nw.Int64),
            bounced=some.cast(nw.Int64),
            bounces=count,
        )
        parts.append(mine)
    sums = (
        nw.concat(parts)
        .group_by("kind")
        .agg(nw.col(name).sum() for name in ("contacts", "bounced", "bounces"))
    )
    found = collected(
        sums, {"kind": "text", **dict.fromkeys(("contacts", "bounced", "bounces"), "count")}
    )
    both = pl.DataFrame({"kind": ["hard", "soft"]})
    made = both.join(found, on="kind", how="left", maintain_order="left")
    made = made.with_columns(pl.col("contacts", "bounced", "bounces").fill_null(0))
    made = rated(made, "bounced_rate", "bounced", "contacts", confidence)
    return handed_back("bounce_health", made, contacts, _HEALTH)


def _month(moment: str) -> nw.Expr:
    at = nw.col(moment).dt
    return at.year().cast(nw.Int64) * 12 + at.month().cast(nw.Int64)


def _class(found: pl.DataFrame, start: int, end: int | None) -> pl.DataFrame:
    return found.select(
        mails_from=pl.lit(start, pl.Int64),
        mails_to=pl.lit(end, pl.Int64),
        contact_months=pl.col("contact_months").sum(),
        unsubscribed=pl.col("unsubscribed").sum(),
        mails=(pl.col("mails") * pl.col("contact_months")).sum(),
    )
