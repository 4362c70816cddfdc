"""How sure a rate is: the Wilson score interval.

Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
JASA 22 (1927); recommended for proportions by Brown, Cai and DasGupta, "Interval estimation for a
binomial proportion", Statistical Science 16 (2001).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any, overload

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt

from actoolkit.errors import InvalidArgument

Floats = npt.NDArray[np.float64]


def normal_quantile(confidence: float) -> float:
    """Give the z that a two-sided interval of this confidence reaches on either side.

    Args:
        confidence: Between 0 and 1, such as 0.95.

    Raises:
        InvalidArgument: Not between 0 and 1.

    Example:
        >>> round(normal_quantile(0.95), 3)
        1.96
    """
    if not 0 < confidence < 1:
        raise InvalidArgument(
            f"confidence={confidence!r} is not between 0 and 1.", hint="Use 0.95, say."
        )
    return NormalDist().inv_cdf(0.5 + confidence / 2)


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
        InvalidArgument: ``confidence`` is not between 0 and 1.

    Example:
        >>> low, high = wilson(81, 263)
        >>> f"{low:.4f} to {high:.4f}"
        '0.2553 to 0.3662'
        >>> wilson(0, 0)
        (None, None)
    """
    z = normal_quantile(confidence)
    counts = np.asarray(k, dtype=np.float64), np.asarray(n, dtype=np.float64)
    hits, trials = np.broadcast_arrays(*counts)
    known = (trials > 0) & (hits >= 0) & (hits <= trials) & np.isfinite(trials)
    safe = np.where(known, trials, 1.0)
    share = np.where(known, hits, 0.0) / safe
    spread = z * np.sqrt(share * (1 - share) / safe + z * z / (4 * safe * safe))
    scale = 1 + z * z / safe
    centre = share + z * z / (2 * safe)
    low = np.where(hits == 0, 0.0, (centre - spread) / scale)
    high = np.where(hits == trials, 1.0, (centre + spread) / scale)
    low, high = np.where(known, low, np.nan), np.where(known, high, np.nan)
    if low.ndim:
        return low, high
    return (None, None) if math.isnan(low) else (float(low), float(high))


def with_rate(
    frame: nw.LazyFrame[Any],
    name: str,
    numerator: nw.Expr,
    denominator: nw.Expr,
    confidence: float,
) -> nw.LazyFrame[Any]:
    """Add the columns of a rate: ``name``, ``name_low``, ``name_high``.

    All three are null where the denominator is 0 or a count is missing, negative, or exceeds the
    denominator.

    Args:
        frame: Holds the counts.
        name: Name of the rate.
        numerator: Count of hits.
        denominator: Count of trials.
        confidence: Coverage of the Wilson interval.
    """
    z = normal_quantile(confidence)
    known = ((denominator > 0) & (numerator >= 0) & (numerator <= denominator)).fill_null(
        value=False
    )
    hits = nw.when(known).then(numerator.cast(nw.Float64))
    trials = nw.when(known).then(denominator.cast(nw.Float64))
    share = nw.col(name)
    spread = z * (share * (1 - share) / trials + z * z / (4 * trials * trials)) ** 0.5
    centre, scale = share + z * z / (2 * trials), 1 + z * z / trials
    none, every = ((numerator == count).fill_null(value=False) for count in (0, denominator))
    low = nw.when(none).then(share).otherwise((centre - spread) / scale)
    high = nw.when(every).then(share).otherwise((centre + spread) / scale)
    return frame.with_columns((hits / trials).alias(name)).with_columns(
        low.alias(f"{name}_low"), high.alias(f"{name}_high")
    )


def exceeds(numerator: nw.Expr, denominator: nw.Expr) -> nw.Expr:
    """Say where a numerator exceeds its denominator; false where either is missing.

    Args:
        numerator: Count of hits.
        denominator: Count of trials.
    """
    return (numerator > denominator).fill_null(value=False)
