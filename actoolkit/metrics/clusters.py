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
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import narwhals.stable.v2 as nw

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
    rows = rows if by else rows.with_columns(__all=nw.lit(1))
    # All rates at once: Spark analyses the whole frame anew for each with_columns.
    counts: list[nw.Expr] = []
    sums: list[nw.Expr] = []
    parts: list[nw.Expr] = []
    for name, (hits, trials) in rates.items():
        mine = f"{name}__hits", f"{name}__trials"
        whole = f"{name}__all_hits", f"{name}__all_trials"
        counts += [
            hits.cast(nw.Float64).alias(mine[0]),
            trials.cast(nw.Float64).alias(mine[1]),
        ]
        sums += [
            nw.col(one).sum().over(*keys).alias(of) for one, of in zip(mine, whole, strict=True)
        ]
        seen, of = nw.col(mine[0]), nw.col(mine[1])
        distance = seen - of * nw.col(whole[0]) / nw.col(whole[1])
        residue, clusters = residues(name)
        counted = (of > 0) & ~seen.is_null()
        parts += [
            nw.when(nw.col(whole[1]) > 0).then(distance * distance).alias(residue),
            nw.when(counted).then(nw.lit(1)).otherwise(nw.lit(0)).alias(clusters),
        ]
    return rows.with_columns(*counts).with_columns(*sums).with_columns(*parts)


def with_pulls(
    rows: nw.LazyFrame[Any], rates: Parts, confidence: float, *, clustered: bool
) -> nw.LazyFrame[Any]:
    """Add ``name__pull``, squared quantile over effective size, which Wilson's interval is made of.

    Args:
        rows: Hold each rate; where ``clustered``, its `residues` as well.
        rates: Count of hits and count of trials, by name of the rate.
        confidence: Between 0 and 1.
        clustered: Whether the rows are groups.
    """
    if not clustered:
        z = normal_quantile(confidence)
        return rows.with_columns(
            *((z * z / trials).alias(f"{name}__pull") for name, (_, trials) in rates.items())
        )
    # In steps, so that no expression stands in another twice: Spark would plan it as often.
    inverses: list[nw.Expr] = []
    quantiles: list[nw.Expr] = []
    pulls: list[nw.Expr] = []
    for name, (_, trials) in rates.items():
        residue, clusters = (nw.col(column) for column in residues(name))
        inverses.append(_inverse(clusters - 1).alias(f"{name}__inverse"))
        inverse, quantile = nw.col(f"{name}__inverse"), nw.col(f"{name}__quantile")
        quantiles.append(_student(clusters - 1, inverse, confidence).alias(f"{name}__quantile"))
        share = nw.col(name)
        spread, binomial = residue * clusters * inverse / trials, share * (1 - share)
        worse = (clusters > 1) & (spread > binomial) & (binomial > 0)
        design = nw.when(worse).then(spread / binomial).otherwise(nw.lit(1.0))
        pulls.append((quantile * quantile * design / trials).alias(f"{name}__pull"))
    return rows.with_columns(*inverses).with_columns(*quantiles).with_columns(*pulls)


def student(freedom: nw.Expr, confidence: float) -> nw.Expr:
    """Two-sided quantile of Student's distribution; the normal one without freedom.

    Args:
        freedom: Degrees of freedom, whole; 0 where there is one campaign only.
        confidence: Between 0 and 1.
    """
    return _student(freedom, _inverse(freedom), confidence)


def _inverse(freedom: nw.Expr) -> nw.Expr:
    return 1 / nw.when(freedom > 0).then(freedom).otherwise(nw.lit(1)).cast(nw.Float64)


def _student(freedom: nw.Expr, inverse: nw.Expr, confidence: float) -> nw.Expr:
    z, few, (a, b, c, d) = _quantiles(confidence)
    many = z + inverse * (a + inverse * (b + inverse * (c + inverse * d)))
    found = nw.when(freedom > 0).then(many).otherwise(nw.lit(z))
    for number, value in enumerate(few, start=1):
        found = nw.when(freedom == number).then(nw.lit(value)).otherwise(found)
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
