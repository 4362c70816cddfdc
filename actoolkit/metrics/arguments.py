"""What metrics take as a number, a list or a group."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from typing import Any

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.frames import Schema

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


def listed(name: str, values: object) -> list[Any]:
    """Give what may be one text or several values as a list.

    Args:
        name: Of the argument.
        values: As the user gave them.

    Raises:
        InvalidArgument: They are no list.
    """
    if isinstance(values, str):
        return [values]
    if not isinstance(values, Iterable):
        raise InvalidArgument(f"{name}={values!r} is no list.", hint=f"Use {name}=[...].")
    return list(values)


def whole_days(name: str, days: object) -> list[int]:
    """Give numbers of days in order, each once.

    Args:
        name: Of the argument.
        days: As the user gave them.

    Raises:
        InvalidArgument: They are no list, or one of them is no whole number from 0 on.
    """
    given = listed(name, days)
    if not all(is_whole(number, 0) for number in given):
        raise InvalidArgument(
            f"{name}={days!r} are no numbers of days.",
            hint=f"Use 0 or more, in whole days up to {LONGEST:,}, such as [7, 30].",
        )
    return sorted({int(number) for number in given})


def groups(
    metric: str, by: str | Sequence[str] | None, taken: Schema, rates: Sequence[str] = ()
) -> list[str]:
    """Read a ``by=`` argument.

    Args:
        metric: Name of the metric, for messages.
        by: Column, columns, or None.
        taken: Columns that the metric makes itself.
        rates: Names of rates that it makes on its way.

    Raises:
        InvalidArgument: A group would have the name of a result column, or is named twice.
    """
    if not isinstance(by, str | Sequence | None) or not all(
        isinstance(one, str) for one in by or ""
    ):
        raise InvalidArgument(
            f"{metric} cannot group by {by!r}.", hint="Name columns, such as by='type'."
        )
    names = [by] if isinstance(by, str) else list(by or ())
    # A rate has helper columns of its name and two underscores, which a group must not be.
    clash = [
        name
        for name in names
        if name in taken or names.count(name) > 1 or name.rpartition("__")[0] in (*taken, *rates)
    ]
    if clash:
        raise InvalidArgument(
            f"{metric} cannot group by {', '.join(sorted(set(clash)))}.",
            hint="Group by other columns, each once, such as by='type'.",
        )
    return names
