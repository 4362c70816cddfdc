"""The counters of campaigns: what was delivered, what adds up, and which rates they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.metrics.clusters import Parts, residues, with_residues
from actoolkit.metrics.days import LENGTHS
from actoolkit.metrics.frames import whole
from actoolkit.metrics.intervals import exceeds

ADDED = (
    "sends",
    "hard_bounces",
    "soft_bounces",
    "unique_opens",
    "clickers",
    "unsubscribes",
    "unique_replies",
    "unique_forwards",
)
"""Counters that every account has."""

VERIFIED = "verified_unique_opens"
"""The counter that some accounts, and old campaigns, lack."""

GROUP_HINTS = {
    "list_id": "Join actoolkit.load_campaign_lists(...) to the campaigns on campaign_id first: "
    "a campaign then stands once for each of its lists.",
    **{
        period: "Make the column first, such as "
        f'campaigns.with_columns({period}=pl.col("sent_local").dt.truncate("{length}")).'
        for period, length in LENGTHS.items()
    },
}
"""What people group campaigns by that is no column of theirs, and how it becomes one."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What a rate is made of.

    Args:
        numerator: Columns whose sum is the numerator.
        denominator: Column.
    """

    numerator: tuple[str, ...]
    denominator: str

    @property
    def hits(self) -> nw.Expr:
        """The numerator."""
        first, *rest = (nw.col(name) for name in self.numerator)
        return sum(rest, first)

    @property
    def trials(self) -> nw.Expr:
        """The denominator."""
        return nw.col(self.denominator)


RATES: Mapping[str, Rate] = {
    "delivery_rate": Rate(("delivered",), "sends"),
    "bounce_rate": Rate(("hard_bounces", "soft_bounces"), "sends"),
    "hard_bounce_rate": Rate(("hard_bounces",), "sends"),
    "soft_bounce_rate": Rate(("soft_bounces",), "sends"),
    "open_rate": Rate(("unique_opens",), "delivered"),
    "verified_open_rate": Rate((VERIFIED,), "verified_delivered"),
    "click_rate": Rate(("clickers",), "delivered"),
    "click_to_open_rate": Rate(("clickers",), "unique_opens"),
    "unsubscribe_rate": Rate(("unsubscribes",), "delivered"),
    "reply_rate": Rate(("unique_replies",), "delivered"),
    "forward_rate": Rate(("unique_forwards",), "delivered"),
    "privacy_open_share": Rate(("unverified_opens",), "verifiable_opens"),
}
"""Rates of campaigns, in the order of their columns."""


def parts(*names: str) -> Parts:
    """Numerator and denominator of some of the rates.

    Args:
        *names: Of `RATES`; none for all of them.
    """
    return {name: (RATES[name].hits, RATES[name].trials) for name in names or RATES}


CLIPPED = "delivered: bounces exceed sends"
"""Flag of a campaign, or of a group with one, whose delivered mails would be negative."""


def was_sent() -> nw.Expr:
    """Say which campaigns were sent; drafts and unknown sends are not."""
    return (nw.col("sends") > 0).fill_null(value=False)


def with_delivered(campaigns: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Add ``delivered`` and whether it was clipped at 0.

    Args:
        campaigns: With sends and both kinds of bounces.
    """
    left = nw.col("sends") - nw.col("hard_bounces") - nw.col("soft_bounces")
    negative = left < 0
    return campaigns.with_columns(
        delivered=nw.when(negative).then(0 * left).otherwise(left), clipped=negative.cast(nw.Int64)
    )


def with_verified(campaigns: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Add what is known of a campaign that has verified opens only.

    ``verified_delivered``: its delivered mails; where unique opens are there too,
    ``verifiable_opens``: those, and ``unverified_opens``: those that are not verified.

    Args:
        campaigns: Result of `with_delivered`, with verified opens.
    """
    known = ~nw.col(VERIFIED).is_null()
    opens = nw.col("unique_opens")
    return campaigns.with_columns(
        verified_delivered=nw.when(known).then(nw.col("delivered")),
        verifiable_opens=nw.when(known).then(opens),
        unverified_opens=nw.when(known).then(opens - nw.col(VERIFIED)),
    )


PARTIAL = (VERIFIED, "verified_delivered", "verifiable_opens", "unverified_opens")
"""Counters of `with_verified`: in a group, of the campaigns that have verified opens."""


def summed(
    campaigns: nw.LazyFrame[Any],
    by: Sequence[str],
    counters: Iterable[str],
    partial: Iterable[str],
    rates: Parts,
) -> nw.LazyFrame[Any]:
    """Add up the campaigns that were sent, one row per group; without ``by`` always one row.

    Args:
        campaigns: Result of `with_delivered`.
        by: Columns of the groups.
        counters: A sum is null where any campaign of the group lacks the counter.
        partial: Summed over the campaigns that have it; null where none has.
        rates: Whose intervals will be asked for.

    Returns:
        The groups, ``campaigns`` (those sent), ``clipped``, the sums, and what the intervals of
        the rates are made of: see `actoolkit.metrics.clusters`.
    """
    counters, partial = list(counters), list(partial)
    names = ["sends", "clipped", *(name for name in (*counters, *partial) if name != "sends")]
    sent = was_sent()
    rows = campaigns.select(*by, *(nw.when(sent).then(nw.col(name)).alias(name) for name in names))
    spreads = [column for rate in rates for column in residues(rate)]
    rows = with_residues(rows, by, rates)
    sums = [nw.col(name).sum() for name in names]
    sums += [nw.col(name).count().alias(f"{name}__known") for name in names]
    sums += [nw.col(name).sum() for name in spreads]
    totals = rows.group_by(*by).agg(*sums) if by else whole(rows.select(*sums), spreads)
    campaigns_sent = nw.col("sends__known")
    made = {name: nw.col(f"{name}__known") == campaigns_sent for name in counters}
    made |= {name: nw.col(f"{name}__known") > 0 for name in partial}
    return totals.select(
        *by,
        "clipped",
        campaigns_sent.alias("campaigns"),
        *(nw.when(known).then(nw.col(name)).alias(name) for name, known in made.items()),
        *spreads,
    )


def flags(rates: Mapping[str, Rate]) -> nw.Expr:
    """Say in words what a row withholds: null, or sentences joined by "; ".

    Args:
        rates: Rates of the frame, by name.
    """
    return joined(notes(rates))


def notes(rates: Mapping[str, Rate]) -> list[tuple[nw.Expr, str]]:
    """Give what `flags` joins: each condition with its sentence.

    Args:
        rates: Rates of the frame, by name.
    """
    return [
        (nw.col("clipped") > 0, CLIPPED),
        *(
            (exceeds(rate.hits, rate.trials), f"{name}: numerator exceeds denominator")
            for name, rate in rates.items()
        ),
    ]


def joined(found: Iterable[tuple[nw.Expr, str]]) -> nw.Expr:
    """Join the sentences whose conditions hold by "; ", or give null.

    Args:
        found: Condition and sentence.
    """
    text = nw.concat_str(
        *(
            nw.when(condition).then(nw.lit(f"{note}; ")).otherwise(nw.lit(""))
            for condition, note in found
        )
    ).str.strip_chars("; ")
    return nw.when(text != "").then(text)
