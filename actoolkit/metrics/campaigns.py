"""Rates of campaigns, one by one or in groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.errors import MissingColumns
from actoolkit.metrics.arguments import groups
from actoolkit.metrics.counters import (
    ADDED,
    GROUP_HINTS,
    PARTIAL,
    RATES,
    VERIFIED,
    joined,
    notes,
    parts,
    summed,
    was_sent,
    with_delivered,
    with_verified,
)
from actoolkit.metrics.frames import Schema, closed, opened
from actoolkit.metrics.intervals import with_rates

_ABOUT: Schema = {
    "campaign_id": "key",
    "name": "text",
    "type": "text",
    "automation_id": "key",
    "sent_at": "moment",
}
_COUNTS: Schema = dict.fromkeys(
    [
        "sends",
        "hard_bounces",
        "soft_bounces",
        "delivered",
        "unique_opens",
        VERIFIED,
        "verified_delivered",
        "clickers",
        "unique_link_clicks",
        "unsubscribes",
        "unique_replies",
        "unique_forwards",
        "verifiable_opens",
        "unverified_opens",
    ],
    "count",
)
_RATES: Schema = {f"{rate}{end}": "rate" for rate in RATES for end in ("", "_low", "_high")}
_TAKEN: Schema = {"campaigns": "count", "clipped": "count", "flag": "text"}
_LINKS: Schema = {"links_per_clicker": "rate"}
_READ: Schema = dict.fromkeys((*ADDED, VERIFIED), "count")


def campaign_rates(
    campaigns: Any, *, by: str | Sequence[str] | None = None, confidence: float = 0.95
) -> Any:
    """Give the rates of campaigns, with their counts and intervals.

    Grain: one row per campaign, or with ``by`` one row per group; drafts add nothing to it.

    A group's rate is the ratio of sums, never a mean of rates. Its verified opens are those of the
    campaigns that have them, over the delivered mails of the same campaigns. Another count that one
    of its campaigns lacks is null, and so are its rates.

    Args:
        campaigns: Result of `actoolkit.load_campaigns`; without the column ``unique_link_clicks``,
            what is made of it is null.
        by: None, or the columns that make the groups, such as "type" or ["type", "automation_id"].
        confidence: Coverage of the intervals, between 0 and 1.

    Returns:
        The same kind of frame, sorted by campaign or group:
        ``campaign_id``, ``name``, ``type``, ``automation_id``, ``sent_at`` (or the groups and
        ``campaigns (Int64): how many of them were sent``);
        ``sends (Int64, mails)``, ``hard_bounces``, ``soft_bounces``;
        ``delivered (Int64, mails): sends - hard_bounces - soft_bounces, at least 0``;
        ``unique_opens (Int64, contacts)``, ``verified_unique_opens``;
        ``verified_delivered (Int64, mails): delivered where verified opens are known``;
        ``clickers (Int64, contacts): who clicked any link``,
        ``unique_link_clicks (Int64): pairs of a contact and a link that was clicked``,
        ``unsubscribes``, ``unique_replies``, ``unique_forwards``;
        ``verifiable_opens (Int64, contacts)``: unique opens where verified ones are known,
        ``unverified_opens``: those of them that are not;
        each rate (Float64, 0..1) with ``_low`` and ``_high``: the Wilson interval of one campaign;
        of a group, the one that allows for campaigns that differ (`actoolkit.metrics.clusters`):
        ``delivery_rate``, ``bounce_rate``, ``hard_bounce_rate``, ``soft_bounce_rate`` of sends;
        ``open_rate``, ``click_rate``, ``unsubscribe_rate``, ``reply_rate``, ``forward_rate`` of
        delivered; ``verified_open_rate`` of verified_delivered; ``click_to_open_rate`` of
        unique_opens; ``privacy_open_share``: unverified_opens of verifiable_opens;
        ``links_per_clicker (Float64, links): unique_link_clicks / clickers``, a mean, not a share,
        so it has no interval here; null without clickers or with fewer links than clickers;
        ``flag (String): null, or what is withheld and why``.
        A rate is null for a draft, and flagged where its numerator exceeds its denominator.

    Raises:
        InvalidArgument: ``confidence`` is not between 0 and 1, or ``by`` names a result column.
        MissingColumns: ``campaigns`` lacks a column.

    Source:
        `actoolkit.metrics.explain("click_rate")` and so on.

    Example:
        >>> import polars as pl
        >>> campaigns = pl.DataFrame({
        ...     "campaign_id": ["1", "2"], "name": ["May", "June"], "type": ["single"] * 2,
        ...     "automation_id": [None, None], "sent_at": [None, None],
        ...     "sends": [1000, 2000], "hard_bounces": [10, 0], "soft_bounces": [10, 40],
        ...     "unique_opens": [300, 400], "verified_unique_opens": [200, None],
        ...     "clickers": [49, 98], "unsubscribes": [2, 1], "unique_replies": [0, 0],
        ...     "unique_forwards": [0, 0],
        ... })
        >>> campaign_rates(campaigns)["click_rate"].to_list()
        [0.05, 0.05]
        >>> by_type = campaign_rates(campaigns, by="type")
        >>> by_type.select("campaigns", "delivered", "verified_delivered").row(0)
        (2, 2940, 980)
    """
    names = groups("campaign_rates", by, {**_COUNTS, **_RATES, **_LINKS, **_TAKEN})
    about: Schema = dict.fromkeys(names, "key") if names else _ABOUT
    rows = _with_link_clicks(campaigns, {**about, **_READ})
    made = with_verified(with_delivered(rows))
    if names:
        counters = [name for name in _COUNTS if name not in PARTIAL]
        made = summed(made, names, counters, PARTIAL, parts())
    sent = nw.when(was_sent())
    shown_rates = {name: (sent.then(hits), trials) for name, (hits, trials) in parts().items()}
    made = with_rates(made, shown_rates, confidence, clustered=bool(names))
    people, links = nw.col("clickers"), nw.col("unique_link_clicks")
    few = links < people
    made = made.with_columns(
        links_per_clicker=nw.when(was_sent() & (people > 0) & ~few).then(links / people),
        flag=joined([*notes(RATES), (few, "links_per_clicker: fewer links than clickers")]),
    )
    shown: Schema = {**about, "campaigns": "count"} if names else about
    return closed(
        made,
        campaigns,
        {**shown, **_COUNTS, **_RATES, **_LINKS, "flag": "text"},
        sort_by=names or ["campaign_id"],
    )


def _with_link_clicks(campaigns: Any, columns: Schema) -> nw.LazyFrame[Any]:
    """Open campaigns with their link clicks: null where the column is not there."""
    metric, links = "campaign_rates", "unique_link_clicks"
    try:
        return opened(metric, campaigns, {**columns, links: "count"})
    except MissingColumns:
        rows = opened(metric, campaigns, columns, hints=GROUP_HINTS)
    nothing = nw.when(nw.lit(value=False)).then(nw.col("clickers"))
    return rows.with_columns(nothing.alias(links))
