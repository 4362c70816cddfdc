"""How sure a rate over several campaigns is: campaigns differ by more than chance.

A pooled rate is a ratio of sums whose terms come in clusters, one per campaign. How far campaigns
lie from the common rate says how many independent mails the sum is worth; the Wilson interval is
taken at that effective size, never a larger one than the mails themselves, and with Student's
quantile for as many campaigns.

Source: N. Dean and M. Pagano, "Evaluating confidence interval methods for binomial proportions in
clustered surveys", Journal of Survey Statistics and Methodology 3 (2015); ratio estimator: W. G.
Cochran, Sampling Techniques (1977), 6.3 and 10A.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt

from actoolkit.metrics.dialects import Counts, Step, Words, in_steps
from actoolkit.metrics.quantiles import normal_quantile

Floats = npt.NDArray[np.float64]
Parts = Mapping[str, tuple[nw.Expr, nw.Expr]]
"""Count of hits and count of trials, by name of the rate."""


def spreads(name: str) -> tuple[str, str, str, str]:
    """Names of the columns that the interval of a grouped rate is made of, each to be summed.

    Args:
        name: Of the rate.

    Returns:
        Squared hits, hits times misses and squared misses of campaigns that have both, and how
        many these are. Sums of whole numbers, whose order, which engines choose, changes no bit as
        long as they are below 2 ** 53: of a million campaigns of 90,000 mails, say.
    """
    return f"{name}__hh", f"{name}__hm", f"{name}__mm", f"{name}__clusters"


def with_spreads(rows: nw.LazyFrame[Any], rates: Parts) -> nw.LazyFrame[Any]:
    """Add each campaign's part of `spreads`, to be summed by group.

    Args:
        rows: One row per campaign, counts null where it was not sent.
        rates: Of the campaign.
    """
    return in_steps(rows, rates, _counts, _products)


def _counts(words: Words, rates: Counts) -> Iterator[Any]:
    for name, (hits, trials) in rates.items():
        both = ~hits.is_null() & ~trials.is_null()
        for kind, count in (("hits", hits), ("misses", trials - hits)):
            yield words.when(both).then(count.cast(words.Float64)).alias(f"{name}__{kind}")
        some = both & (trials > 0)
        yield words.when(some).then(words.lit(1)).otherwise(words.lit(0)).alias(spreads(name)[-1])


def _products(words: Words, rates: Counts) -> Iterator[Any]:
    for name in rates:
        hits, misses = (words.col(f"{name}__{kind}") for kind in ("hits", "misses"))
        products = (hits * hits, hits * misses, misses * misses)
        for product, column in zip(products, spreads(name)[:-1], strict=True):
            yield product.alias(column)


def plain_pulls(confidence: float) -> list[Step]:
    """Make ``name__pull`` of single campaigns: squared quantile over size, of which Wilson's is.

    Args:
        confidence: Between 0 and 1.
    """
    z = normal_quantile(confidence)

    def pulls(_: Words, rates: Counts) -> Iterator[Any]:
        for name, (_hits, trials) in rates.items():
            yield (z * z / trials).alias(f"{name}__pull")

    return [pulls]


def clustered_pulls(confidence: float) -> list[Step]:
    """Make ``name__pull`` of groups that hold each rate and its `spreads`: over effective size.

    Args:
        confidence: Between 0 and 1.

    Returns:
        Steps, so that no expression stands in another twice: Spark would plan it as often.
    """
    return [_inverses, partial(_students, confidence), _distances, _pulls]


def _inverses(words: Words, rates: Counts) -> Iterator[Any]:
    for name, (hits, trials) in rates.items():
        freedom = words.col(spreads(name)[-1]) - 1
        yield _inverse(words, freedom).alias(f"{name}__inverse")
        # Of counts, since 1 - rate has hardly a digit left where nearly all were hits.
        missed = words.when(~words.col(name).is_null()).then((trials - hits) / trials)
        yield missed.alias(f"{name}__missed")


def _students(confidence: float, words: Words, rates: Counts) -> Iterator[Any]:
    for name in rates:
        freedom, inverse = words.col(spreads(name)[-1]) - 1, words.col(f"{name}__inverse")
        yield student(words, freedom, inverse, confidence).alias(f"{name}__quantile")


def _distances(words: Words, rates: Counts) -> Iterator[Any]:
    for name in rates:
        yield _distance(
            words.col(name),
            words.col(f"{name}__missed"),
            *(words.col(column) for column in spreads(name)[:-1]),
        ).alias(f"{name}__distance")


def _distance(share: Any, missed: Any, hh: Any, hm: Any, mm: Any) -> Any:
    """The sum of (hits - share * trials) squared, which is missed * hits - share * misses.

    Good to a hundred-thousandth of an interval's width for rows of 10 ** 12 trials.
    """
    return missed * (missed * hh - share * hm) - share * (missed * hm - share * mm)


def _pulls(words: Words, rates: Counts) -> Iterator[Any]:
    for name, (_, trials) in rates.items():
        distance, clusters = words.col(f"{name}__distance"), words.col(spreads(name)[-1])
        inverse, quantile = words.col(f"{name}__inverse"), words.col(f"{name}__quantile")
        binomial = words.col(name) * words.col(f"{name}__missed")
        spread = distance * clusters * inverse / trials
        worse = (clusters > 1) & (spread > binomial) & (binomial > 0)
        design = words.when(worse).then(spread / binomial).otherwise(words.lit(1.0))
        yield (quantile * quantile * design / trials).alias(f"{name}__pull")


def pulled(hits: Floats, trials: Floats, spread: Sequence[Floats], confidence: float) -> Floats:
    """Give what `clustered_pulls` gives lazily, of numbers.

    Args:
        hits: Of groups that have a rate; NaN for the others.
        trials: Their denominators, above 0.
        spread: Their `spreads`.
        confidence: Between 0 and 1.
    """
    *products, clusters = spread
    share, missed = hits / trials, (trials - hits) / trials
    fewer, binomial = np.maximum(clusters - 1, 1), share * missed
    apart = _distance(share, missed, *products) * clusters / fewer / trials
    worse = (clusters > 1) & (apart > binomial) & (binomial > 0)
    design = np.divide(apart, binomial, out=np.ones_like(share), where=worse)
    z, few, (a, b, c, d) = _quantiles(confidence)
    many = z + (a + (b + (c + d / fewer) / fewer) / fewer) / fewer
    by_freedom = np.array([z, *few])[np.clip(clusters - 1, 0, len(few)).astype(int)]
    quantile = np.where(clusters - 1 <= len(few), by_freedom, many)
    return np.asarray(quantile * quantile * design / trials)


def _inverse(words: Words, freedom: Any) -> Any:
    return 1 / words.when(freedom > 0).then(freedom).otherwise(words.lit(1)).cast(words.Float64)


def student(words: Words, freedom: Any, inverse: Any, confidence: float) -> Any:
    """Two-sided quantile of Student's distribution; the normal one without freedom.

    Args:
        words: Of the expressions.
        freedom: Degrees of freedom, whole; 0 where there is one campaign only.
        inverse: 1 / freedom; any number where that is 0.
        confidence: Between 0 and 1.
    """
    z, few, (a, b, c, d) = _quantiles(confidence)
    many = z + inverse * (a + inverse * (b + inverse * (c + inverse * d)))
    found = words.when(freedom > 0).then(many).otherwise(words.lit(z))
    for number, value in enumerate(few, start=1):
        found = words.when(freedom == number).then(words.lit(value)).otherwise(found)
    return found


@lru_cache
def _quantiles(
    confidence: float,
) -> tuple[float, tuple[float, ...], tuple[float, float, float, float]]:
    """The normal quantile, Student's for 1 to 4 degrees of freedom, and the terms of the others.

    From 5 degrees on, the expansion in 1 / freedom (Abramowitz and Stegun, 26.7.5) is within 0.1 %.
    """
    z = normal_quantile(confidence)
    alpha = 1 - confidence * confidence
    one = math.tan(math.pi * confidence / 2)
    two = confidence * math.sqrt(2 / alpha)
    root = math.sqrt(alpha)
    four = 2 * math.sqrt(max(0.0, math.cos(math.acos(root) / 3) / root - 1))
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z, (one, two, _three(confidence), four), terms


def _three(confidence: float) -> float:
    """Student's quantile for 3 degrees of freedom, by halving."""
    low, high = 0.0, 1e9
    for _ in range(200):
        middle = (low + high) / 2
        x = middle / math.sqrt(3)
        reached = 2 / math.pi * (x / (1 + x * x) + math.atan(x))
        low, high = (middle, high) if reached < confidence else (low, middle)
    return (low + high) / 2
