"""What the groups of a metric's frame are called, whatever their columns hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import TypeGuard

from actoolkit.charts.formats import day
from actoolkit.charts.names import called, display_name
from actoolkit.charts.periods import as_date, grain_of, period_label
from actoolkit.metrics.days import Grain

WEEKDAYS: Mapping[object, str] = dict(
    enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), 1)
)
NONE = "(none)"


def group_labels(
    names: Sequence[str], keys: Sequence[Sequence[object]], *, grain: Grain | None = None
) -> list[str]:
    """Give what each group is called; groups of one name are not told apart.

    Args:
        names: Columns that make the groups.
        keys: For each group its values in these columns.
        grain: Length of the periods that days begin; None reads it from the days.

    Example:
        >>> group_labels(["month", "type"], [(date(2026, 5, 1), "single"), (None, "new kind")])
        ['May 2026 · One-off', '(none) · new kind']
    """
    columns = [
        _written(name, [key[place] for key in keys], grain) for place, name in enumerate(names)
    ] or [["all"] * len(keys)]
    return [
        display_name(" · ".join(parts), longest=40, missing=NONE)
        for parts in zip(*columns, strict=True)
    ]


def are_days(values: Sequence[object]) -> TypeGuard[Sequence[date | None]]:
    """Say whether values are days or moments, all that are there.

    Args:
        values: Of one column.
    """
    known = [value for value in values if value is not None]
    return bool(known) and all(isinstance(value, date) for value in known)


def _written(name: str, values: Sequence[object], grain: Grain | None) -> list[str]:
    if are_days(values):
        known = [value for value in values if value is not None]
        if any(isinstance(value, datetime) and value.time() != time() for value in known):
            return [NONE if value is None else f"{day(value)}, {value:%H:%M}" for value in values]
        length = grain or grain_of([as_date(value) for value in known])
        return [NONE if value is None else period_label(as_date(value), length) for value in values]
    return [NONE if value is None else _one(name, value) for value in values]


def _one(name: str, value: object) -> str:
    if name == "weekday" and not isinstance(value, str):
        return WEEKDAYS.get(value, str(value))
    if isinstance(value, bool):
        return f"{name.replace('_', ' ')}: {'yes' if value else 'no'}"
    return called(name, str(value))
