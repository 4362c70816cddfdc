"""The people who can be written to: how lately they engaged, and where their mail goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import is_whole
from actoolkit.metrics.days import Day, as_day
from actoolkit.metrics.eager import collected, handed_back, rated
from actoolkit.metrics.frames import Schema, opened

_TIERS: Schema = {
    "tier_index": "count",
    "tier": "text",
    "contacts": "count",
    "contact_share": "rate",
}
_DOMAINS: Schema = {
    "domain": "text",
    "contacts": "count",
    "contact_share": "rate",
    "bounced": "count",
    "bounced_rate": "rate",
    "bounced_rate_low": "rate",
    "bounced_rate_high": "rate",
    "engaged": "count",
    "engaged_rate": "rate",
    "engaged_rate_low": "rate",
    "engaged_rate_high": "rate",
}
OTHERS = "(others)"
"""Row of `domain_mix` that holds all domains beyond the largest."""


def last_engaged(*, clicks_only: bool = False) -> nw.Expr:
    """Give the later of the last open and the last click; opens by privacy software do not count.

    Args:
        clicks_only: Leave opens out too.
    """
    click, opened_at = nw.col("last_click_local"), nw.col("last_open_local")
    if clicks_only:
        return click
    later = (opened_at > click).fill_null(value=False) | click.is_null()
    return nw.when(later).then(opened_at).otherwise(click)


def recency_tiers(
    contacts: Any,
    *,
    until: Day,
    days: Sequence[int] = (30, 90, 180, 365),
    clicks_only: bool = False,
) -> Any:
    """Count contacts by how long ago they last opened or clicked.

    Grain: one row per tier, empty ones too, from the latest to "never". Deleted contacts are left
    out, and those who joined on ``until`` or later. The API keeps the last open and the last click
    only: who did either on ``until`` or later is in the first tier, whenever the time before was.

    Args:
        contacts: Result of `actoolkit.load_contacts`.
        until: The day after the last observed, in the account's zone: the day of the load.
        days: Ends of the tiers in days, ascending.
        clicks_only: Count clicks only, which no software of the mailbox makes by itself.

    Returns:
        The same kind of frame, sorted: ``tier_index (Int64): from 0``, ``tier (String): such as
        "31 to 90 days"``; ``contacts (Int64)``; ``contact_share (Float64): of all contacts``, null
        when there are none.

    Raises:
        InvalidArgument: ``days`` do not ascend, or a day that is none.
        MissingColumns: ``contacts`` lacks a column.

    Source:
        `actoolkit.metrics.explain("recency_tiers")`.

    Example:
        >>> import polars as pl
        >>> from datetime import datetime
        >>> contacts = pl.DataFrame({
        ...     "deleted": [False] * 3, "created_local": [datetime(2025, 12, 1)] * 3,
        ...     "last_open_local": [datetime(2026, 6, 20), None, None],
        ...     "last_click_local": [None, datetime(2026, 1, 1), None],
        ... }, schema_overrides={"last_click_local": pl.Datetime("us")})
        >>> recency_tiers(contacts, until="2026-07-01", days=[30]).select("tier", "contacts").rows()
        [('0 to 30 days', 1), ('over 30 days', 1), ('never', 1)]
    """
    ends = list(days) if isinstance(days, Iterable) else []
    end = as_day(until)
    whole = all(is_whole(length, 1) for length in ends)
    if end is None or not ends or not whole or ends != sorted(set(ends)):
        raise InvalidArgument(
            f"days={days!r}, until={until!r} make no tiers.",
            hint="Give whole days that ascend, such as (30, 90), and the day of the load.",
        )
    clocks = ("created_local", "last_open_local", "last_click_local")
    rows = opened("recency_tiers", contacts, {"deleted": "flag", **dict.fromkeys(clocks, "wall")})
    midnight = datetime.combine(end, time())
    joined_later = (nw.col("created_local") >= midnight).fill_null(value=False)
    rows = rows.filter(~nw.col("deleted").fill_null(value=False), ~joined_later)
    engaged = last_engaged(clicks_only=clicks_only)
    index = nw.when(~engaged.is_null()).then(nw.lit(len(ends))).otherwise(nw.lit(len(ends) + 1))
    for place, length in reversed(list(enumerate(ends))):
        within = engaged >= nw.lit(midnight - timedelta(days=length))
        index = nw.when(within.fill_null(value=False)).then(nw.lit(place)).otherwise(index)
    found = rows.select(tier_index=index, contacts=nw.lit(1))
    found = found.group_by("tier_index").agg(nw.col("contacts").sum())
    counted = collected(found, {"tier_index": "count", "contacts": "count"})
    starts = [0, *(length + 1 for length in ends)]
    names = [f"{low} to {high} days" for low, high in zip(starts, ends, strict=False)]
    names += [f"over {ends[-1]} days", "never"]
    made = pl.DataFrame({"tier_index": range(len(names)), "tier": names}).join(
        counted, on="tier_index", how="left", maintain_order="left"
    )
    made = made.with_columns(pl.col("contacts").fill_null(0))
    return handed_back("recency_tiers", made.with_columns(_share()), contacts, _TIERS)


def domain_mix(contacts: Any, *, top: int = 10, confidence: float = 0.95) -> Any:
    """Count contacts by the domain of their address, with those that bounce and those that engage.

    Grain: one row per domain, the ``top`` largest first, then "(others)" where there are more, and
    a row without a name for contacts without an address. Deleted contacts are left out.

    Args:
        contacts: Result of `actoolkit.load_contacts`.
        top: How many domains stand for themselves.
        confidence: Coverage of the Wilson intervals.

    Returns:
        The same kind of frame: ``domain (String)``, ``contacts (Int64)``, ``contact_share
        (Float64): of all contacts``;
        ``bounced (Int64): contacts with a hard bounce``, ``bounced_rate (Float64): bounced /
        contacts``; ``engaged (Int64): contacts who ever opened or clicked``, ``engaged_rate
        (Float64): engaged / contacts``; each rate with ``_low`` and ``_high``.

    Raises:
        InvalidArgument: ``top`` is not above 0.
        MissingColumns: ``contacts`` lacks a column.

    Source:
        `actoolkit.metrics.explain("domain_mix")`.

    Example:
        >>> import polars as pl
        >>> contacts = pl.DataFrame({
        ...     "deleted": [False] * 3, "email_domain": ["a.example", "a.example", "b.example"],
        ...     "hard_bounces": [1, 0, 0], "last_open_local": [None] * 3,
        ...     "last_click_local": [None] * 3,
        ... }, schema_overrides=dict.fromkeys(("last_open_local", "last_click_local"),
        ...                                    pl.Datetime("us")))
        >>> domain_mix(contacts, top=1).select("domain", "contacts", "bounced_rate").rows()
        [('a.example', 2, 0.5), ('(others)', 1, 0.0)]
    """
    if not is_whole(top, 1, 2**31):
        raise InvalidArgument(f"top={top!r} leaves no domain.", hint="Use 10, say.")
    wanted: Schema = {
        "deleted": "flag",
        "email_domain": "text",
        "hard_bounces": "count",
        "last_open_local": "wall",
        "last_click_local": "wall",
    }
    rows = opened("domain_mix", contacts, wanted)
    rows = rows.filter(~(nw.col("deleted").fill_null(value=False)))
    bounced, engaged = nw.col("hard_bounces") > 0, ~last_engaged().is_null()
    found = rows.select(
        domain=nw.col("email_domain").str.to_lowercase(),
        contacts=nw.lit(1),
        bounced=nw.when(bounced).then(nw.lit(1)).otherwise(nw.lit(0)),
        engaged=nw.when(engaged).then(nw.lit(1)).otherwise(nw.lit(0)),
    )
    counts = ("contacts", "bounced", "engaged")
    found = found.group_by("domain").agg(*(nw.col(name).sum() for name in counts))
    kinds: Schema = {"domain": "text", **dict.fromkeys(counts, "count")}
    ranked = collected(found, kinds).sort("contacts", "domain", descending=[True, False])
    named = ranked.filter(pl.col("domain").is_not_null())
    others = named[top:].select(pl.lit(OTHERS).alias("domain"), *(pl.col(c).sum() for c in counts))
    unknown = ranked.filter(pl.col("domain").is_null())
    made = pl.concat([named[:top], others.filter(pl.col("contacts") > 0), unknown])
    made = made.with_columns(_share())
    for name in ("bounced", "engaged"):
        made = rated(made, f"{name}_rate", name, "contacts", confidence)
    return handed_back("domain_mix", made, contacts, _DOMAINS)


def _share() -> pl.Expr:
    whole = pl.col("contacts").sum()
    return pl.when(whole > 0).then(pl.col("contacts") / whole).alias("contact_share")
