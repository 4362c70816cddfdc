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

from actoolkit.metrics.dialects import Counts, Step, Words, in_steps
from actoolkit.metrics.quantiles import normal_quantile

Parts = Mapping[str, tuple[nw.Expr, nw.Expr]]
"""Count of hits and count of trials, by name of the rate."""


def residues(name: str) -> tuple[str, str]:
    """Names of the two columns that the interval of a grouped rate is made of.

    Args:
        name: Of the rate.

    Returns:
        Sum of the squared distances of the campaigns' hits from the common rate, and how many
        campaigns there are.
    """
    return f"{name}__residue", f"{name}__clusters"


def with_residues(rows: nw.LazyFrame[Any], by: Sequence[str], rates: Parts) -> nw.LazyFrame[Any]:
    """Add each campaign's part of `residues`, to be summed by group.

    Args:
        rows: One row per campaign, counts null where it was not sent.
        by: Columns of the groups; none for one group.
        rates: Of the campaign.
    """
    keys = list(by) or ["__all"]
    if not by:
        rows = rows.with_columns(__all=nw.lit(1))
    elif rows.implementation.is_pandas():
        rows, keys = _coded(rows, keys)
    # All rates at once: Spark analyses the whole frame anew for each with_columns.
    return in_steps(rows, rates, _counts, partial(_sums, keys), _distances)


def _coded(rows: nw.LazyFrame[Any], by: Sequence[str]) -> tuple[nw.LazyFrame[Any], list[str]]:
    """Number the values of groups, which in pandas may be of any kind; a missing one is one too."""
    frame: Any = rows.to_native()
    codes = {f"__{name}__code": frame[name].factorize(use_na_sentinel=False)[0] for name in by}
    coded: nw.LazyFrame[Any] = nw.from_native(frame.assign(**codes)).lazy()
    return coded, list(codes)


def _counts(words: Words, rates: Counts) -> Iterator[Any]:
    for name, (hits, trials) in rates.items():
        yield hits.cast(words.Float64).alias(f"{name}__hits")
        yield trials.cast(words.Float64).alias(f"{name}__trials")


def _sums(keys: Sequence[str], words: Words, rates: Counts) -> Iterator[Any]:
    for name in rates:
        for kind in ("hits", "trials"):
            yield words.col(f"{name}__{kind}").sum().over(*keys).alias(f"{name}__all_{kind}")


def _distances(words: Words, rates: Counts) -> Iterator[Any]:
    for name in rates:
        seen, of = words.col(f"{name}__hits"), words.col(f"{name}__trials")
        whole = words.col(f"{name}__all_trials")
        distance = seen - of * words.col(f"{name}__all_hits") / whole
        residue, clusters = residues(name)
        yield words.when(whole > 0).then(distance * distance).alias(residue)
        counted = (of > 0) & ~seen.is_null()
        yield words.when(counted).then(words.lit(1)).otherwise(words.lit(0)).alias(clusters)


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
    """Make ``name__pull`` of groups that hold each rate and its `residues`: over effective size.

    Args:
        confidence: Between 0 and 1.

    Returns:
        Steps, so that no expression stands in another twice: Spark would plan it as often.
    """
    return [_inverses, partial(_students, confidence), _pulls]


def _inverses(words: Words, rates: Counts) -> Iterator[Any]:
    for name in rates:
        freedom = words.col(residues(name)[1]) - 1
        yield _inverse(words, freedom).alias(f"{name}__inverse")


def _students(confidence: float, words: Words, rates: Counts) -> Iterator[Any]:
    for name in rates:
        freedom, inverse = words.col(residues(name)[1]) - 1, words.col(f"{name}__inverse")
        yield student(words, freedom, inverse, confidence).alias(f"{name}__quantile")


def _pulls(words: Words, rates: Counts) -> Iterator[Any]:
    for name, (_, trials) in rates.items():
        residue, clusters = (words.col(column) for column in residues(name))
        inverse, quantile = words.col(f"{name}__inverse"), words.col(f"{name}__quantile")
        share = words.col(name)
        spread, binomial = residue * clusters * inverse / trials, share * (1 - share)
        worse = (clusters > 1) & (spread > binomial) & (binomial > 0)
        design = words.when(worse).then(spread / binomial).otherwise(words.lit(1.0))
        yield (quantile * quantile * design / trials).alias(f"{name}__pull")


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
