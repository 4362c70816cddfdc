"""What counts as a number in the arguments of metrics."""

from __future__ import annotations

import math
from numbers import Integral, Real

LONGEST = 36_500
"""Days of a hundred years: more of them leave the calendar of some engine."""


def is_whole(value: object, least: int, most: int = LONGEST) -> bool:
    """Say whether a value is a whole number between two others.

    Args:
        value: As the user gave it.
        least: Smallest that is one.
        most: Largest that is one.
    """
    is_integer = not isinstance(value, bool) and isinstance(value, Integral)
    return is_integer and least <= int(value) <= most  # type: ignore[call-overload]


def is_number(value: object) -> bool:
    """Say whether a value is a number that is neither missing nor endless.

    Args:
        value: As the user gave it.
    """
    return not isinstance(value, bool) and isinstance(value, Real) and math.isfinite(value)
