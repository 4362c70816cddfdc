"""The counters of campaigns: what was delivered, what adds up, and which rates they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.metrics.clusters import Parts, spreads, with_spreads
from actoolkit.metrics.days import LENGTHS
from actoolkit.metrics.dialects import Words, respelled, spelled
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

    def hits(self, words: Words = nw) -> Any:
        """Give the numerator as an expression of these words."""
        first, *rest = (words.col(name) for name in self.numerator)
        return sum(rest, first)

    def trials(self, words: Words = nw) -> Any:
        """Give the denominator as an expression of these words."""
        return words.col(self.denominator)


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
    return {name: (RATES[name].hits(), RATES[name].trials()) for name in names or RATES}


CLIPPED = "delivered: bounces exceed sends"
"""Flag of a campaign, or of a group with one, whose delivered mails would be negative."""


def was_sent(words: Words = nw) -> Any:
    """Say which campaigns were sent; drafts and unknown sends are not.

    Args:
        words: Of the expression.
    """
    return (words.col("sends") > 0).fill_null(value=False)


def with_delivered(campaigns: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Add ``delivered`` and whether it was clipped at 0.

    Args:
        campaigns: With sends and both kinds of bounces.
    """
    words, rows = spelled(campaigns)
    left = words.col("sends") - words.col("hard_bounces") - words.col("soft_bounces")
    negative = left < 0
    delivered = words.when(negative).then(0 * left).otherwise(left)
    return respelled(rows.with_columns(delivered=delivered, clipped=negative.cast(words.Int64)))


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
    words, rows = spelled(campaigns)
    sent = was_sent(words)
    rows = rows.select(*by, *(words.when(sent).then(words.col(one)).alias(one) for one in names))
    spread = [column for rate in rates for column in spreads(rate)]
    words, rows = spelled(with_spreads(respelled(rows), rates))
    sums = [words.col(name).sum() for name in (*names, *spread)]
    sums += [words.col(name).count().alias(f"{name}__known") for name in names]
    totals = rows.group_by(*by).agg(*sums) if by else rows.select(*sums)
    if not by:
        _, totals = spelled(whole(respelled(totals), spread))
    campaigns_sent = words.col("sends__known")
    known = {name: words.col(f"{name}__known") == campaigns_sent for name in counters}
    known |= {name: words.col(f"{name}__known") > 0 for name in partial}
    made = (words.when(enough).then(words.col(name)).alias(name) for name, enough in known.items())
    kept = (*by, "clipped", campaigns_sent.alias("campaigns"), *made, *spread)
    return respelled(totals.select(*kept))


def flags(rates: Mapping[str, Rate], words: Words = nw) -> Any:
    """Say in a text what a row withholds: null, or sentences joined by "; ".

    Args:
        rates: Rates of the frame, by name.
        words: Of the expression.
    """
    return joined(notes(rates, words), words)


def notes(rates: Mapping[str, Rate], words: Words = nw) -> list[tuple[Any, str]]:
    """Give what `flags` joins: each condition with its sentence.

    Args:
        rates: Rates of the frame, by name.
        words: Of the conditions.
    """
    over = {name: exceeds(rate.hits(words), rate.trials(words)) for name, rate in rates.items()}
    return [
        (words.col("clipped") > 0, CLIPPED),
        *((more, f"{name}: numerator exceeds denominator") for name, more in over.items()),
    ]


def joined(found: Iterable[tuple[Any, str]], words: Words = nw) -> Any:
    """Join the sentences whose conditions hold by "; ", or give null.

    Args:
        found: Condition and sentence.
        words: Of the expression.
    """
    sentences = (
        words.when(condition).then(words.lit(f"{note}; ")).otherwise(words.lit(""))
        for condition, note in found
    )
    text = words.concat_str(*sentences).str.strip_chars("; ")
    return words.when(text != "").then(text)
