"""Quantiles: how many standard errors an interval reaches."""

from __future__ import annotations

from statistics import NormalDist

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import is_number


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
    if not is_number(confidence) or not 0 < confidence < 1:
        raise InvalidArgument(
            f"confidence={confidence!r} is not between 0 and 1.", hint="Use 0.95, say."
        )
    return NormalDist().inv_cdf(0.5 + confidence / 2)
