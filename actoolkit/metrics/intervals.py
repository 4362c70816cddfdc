"""How sure a rate is: the Wilson score interval.

Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
JASA 22 (1927); recommended for proportions by Brown, Cai and DasGupta, "Interval estimation for a
binomial proportion", Statistical Science 16 (2001).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, overload

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.clusters import Floats, Parts, clustered_pulls, plain_pulls, pulled
from actoolkit.metrics.dialects import Counts, Words, in_steps
from actoolkit.metrics.quantiles import normal_quantile

Bounded = Sequence[Any]
"""A rate, its low and its high bound."""


@overload
def wilson(k: float, n: float, confidence: float = 0.95) -> tuple[float | None, float | None]: ...
@overload
def wilson(
    k: Sequence[float] | npt.NDArray[Any],
    n: Sequence[float] | npt.NDArray[Any],
    confidence: float = 0.95,
) -> tuple[Floats, Floats]: ...
def wilson(k: Any, n: Any, confidence: float = 0.95) -> Any:
    """Give the Wilson interval of a rate.

    Args:
        k: Numerator: how many of them; a number or an array.
        n: Denominator: how many there were; a number or an array.
        confidence: Coverage aimed at, between 0 and 1.

    Returns:
        Low and high, fractions 0..1. For numbers None where there is no rate (``n`` is 0, ``k``
        exceeds ``n``, something is missing or negative); for arrays NaN.

    Raises:
        InvalidArgument: ``confidence`` is not between 0 and 1, or the counts are no numbers, or not
            as many of both.

    Example:
        >>> low, high = wilson(81, 263)
        >>> f"{low:.4f} to {high:.4f}"
        '0.2553 to 0.3662'
        >>> wilson(0, 0)
        (None, None)
    """
    z = normal_quantile(confidence)
    try:
        counts = np.asarray(k, dtype=np.float64), np.asarray(n, dtype=np.float64)
        hits, trials = np.broadcast_arrays(*counts)
    except (TypeError, ValueError) as error:
        raise InvalidArgument(
            f"There is no interval of these counts: {error}.",
            hint="Pass two numbers, or two lists of them that are equally long.",
        ) from error
    known = _are_known(hits, trials)
    safe = np.where(known, trials, 1.0)
    share = np.where(known, hits, 0.0) / safe
    low, high = (np.where(known, bound, np.nan) for bound in _bounded(share, z * z / safe))
    if low.ndim:
        return low, high
    return (None, None) if math.isnan(low) else (float(low), float(high))


def clustered_wilson(
    k: Floats, n: Floats, spread: Sequence[Floats], confidence: float
) -> tuple[Floats, Floats, Floats]:
    """Give rates of groups of campaigns, and bounds that allow for campaigns that differ.

    Args:
        k: Numerators; NaN where missing.
        n: Denominators; likewise.
        spread: Columns of `actoolkit.metrics.clusters.spreads`.
        confidence: Coverage aimed at, between 0 and 1.

    Returns:
        Rate, low and high; NaN where there is no rate.
    """
    known = _are_known(k, n)
    safe = np.where(known, n, 1.0)
    hits = np.where(known, k, np.nan)
    share = hits / safe
    return share, *_bounded(share, pulled(hits, safe, spread, confidence))


def _are_known(hits: Floats, trials: Floats) -> npt.NDArray[np.bool_]:
    return (trials > 0) & (hits >= 0) & (hits <= trials) & np.isfinite(trials)


def _bounded(share: Floats, pull: Floats) -> tuple[Floats, Floats]:
    miss = 1 - share
    reach = pull / 2 + np.sqrt(share * miss * pull + pull * pull / 4)
    low, high = (
        part * np.divide(part, part + reach, out=np.zeros_like(part), where=part != 0)
        for part in (share, miss)
    )
    return low, 1 - high


def difference_bounds(now: Bounded, before: Bounded) -> tuple[Any, Any]:
    """Give Newcombe's interval of the difference of two rates, from their own intervals.

    Args:
        now: Rate, low and high; numbers or expressions.
        before: Likewise.

    Returns:
        Low and high of ``now - before``.

    Source:
        R. G. Newcombe, Statistics in Medicine 17 (1998), method 10.

    Example:
        >>> low, high = difference_bounds((0.5, 0.4, 0.6), (0.25, 0.19, 0.32))
        >>> f"{low:.3f} to {high:.3f}"
        '0.128 to 0.367'
    """
    (rate, low, high), (other, other_low, other_high) = now, before
    down = ((rate - low) ** 2 + (other_high - other) ** 2) ** 0.5
    up = ((high - rate) ** 2 + (other - other_low) ** 2) ** 0.5
    return rate - other - down, rate - other + up


def with_rates(
    frame: nw.LazyFrame[Any], rates: Parts, confidence: float, *, clustered: bool = False
) -> nw.LazyFrame[Any]:
    """Add the columns of rates: for each ``name``, ``name_low`` and ``name_high``.

    All three are null where the denominator is 0 or a count is missing, negative, or exceeds the
    denominator.

    Args:
        frame: Holds the counts.
        rates: Count of hits and count of trials, by name of the rate.
        confidence: Coverage of the Wilson intervals.
        clustered: Whether the rows are groups with the columns of `actoolkit.metrics.clusters`.
    """
    pulls = clustered_pulls(confidence) if clustered else plain_pulls(confidence)
    return in_steps(frame, rates, _shares, *pulls, _reaches, _bounds)


def _shares(words: Words, rates: Counts) -> Iterator[Any]:
    for name, (hits, trials) in rates.items():
        known = (trials > 0) & hits.is_between(0, trials)
        yield words.when(known).then(hits / trials).alias(name)


def _reaches(words: Words, rates: Counts) -> Iterator[Any]:
    for name in rates:
        share, pull = words.col(name), words.col(f"{name}__pull")
        spread = (share * (1 - share) * pull + pull * pull / 4) ** 0.5
        yield (pull / 2 + spread).alias(f"{name}__reach")


def _bounds(words: Words, rates: Counts) -> Iterator[Any]:
    # Wilson's bounds as share**2 / (share + reach) and its mirror image: the same numbers as in the
    # textbook, but no subtraction whose rounding could carry a bound past the rate, 0 or 1.
    for name in rates:
        share, reach = words.col(name), words.col(f"{name}__reach")
        miss = 1 - share
        low = words.when(share > 0).then(share * (share / (share + reach))).otherwise(share)
        high = words.when(share < 1).then(1 - miss * (miss / (miss + reach))).otherwise(share)
        yield low.alias(f"{name}_low")
        yield high.alias(f"{name}_high")


def share_of(part: nw.Expr, whole: nw.Expr) -> nw.Expr:
    """Give part / whole, null where that is no share: amounts may be below 0.

    Args:
        part: Of the whole.
        whole: Sum of all parts.
    """
    ratio = part.cast(nw.Float64) / whole.cast(nw.Float64)
    ratio = nw.when(whole != 0).then(ratio)
    return nw.when((ratio >= 0) & (ratio <= 1)).then(ratio)


def exceeds(numerator: Any, denominator: Any) -> Any:
    """Say where a numerator exceeds its denominator; null where either is missing.

    Args:
        numerator: Count of hits.
        denominator: Count of trials.
    """
    return numerator > denominator
