"""The groups of any metric's frame: what they are called, their values in the metric's unit."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeGuard

from actoolkit.charts.formats import MISSING, count, decimal, money, percent, symbol
from actoolkit.charts.frames import SMALL_SAMPLE, Row, plain_rows
from actoolkit.charts.group_labels import are_days, group_labels
from actoolkit.charts.names import distinct
from actoolkit.charts.periods import as_date, grain_of
from actoolkit.errors import InvalidArgument
from actoolkit.metrics.days import Grain
from actoolkit.metrics.definitions import Definition
from actoolkit.metrics.own import is_share

_NOT_GROUPS = ("rows", "campaigns", "currency", "flag")


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of a metric's frame as a chart draws them.

    Args:
        definition: Of the metric.
        value: Column that is drawn.
        rows: ``label``, ``value``, ``low`` and ``high`` (None without an interval), in major units
            for money; ``value_text``, ``interval``, ``counts``, ``is_small``; in time ``period``.
        in_time: Whether the groups are days, in whose order the rows stand.
        left_out: Groups that are not drawn.
        latest: Whether those drawn are the latest, not the highest.
        withheld: Groups without a value.
        why: What the first of these says of itself.
        grain: In time, the length of the periods that the days begin.
        sign: What an axis writes before a number: that of the currency.
    """

    definition: Definition
    value: str
    rows: list[Row]
    in_time: bool
    left_out: int
    latest: bool
    withheld: int
    why: str
    grain: Grain
    sign: str


def grouped(
    frame: object,
    definition: Definition,
    *,
    value: str | None,
    along: str | Sequence[str] | None,
    top: int,
    grain: Grain | None = None,
) -> Groups:
    """Read the groups of a metric's frame.

    Args:
        frame: Result of `actoolkit.metrics.compute_metric`, or any frame with the metric's column.
        definition: Of the metric.
        value: Column to draw; None is that of the metric's id.
        along: Column or columns that name the groups; None takes the first, and those after
            it that stand before the first column of numbers.
        top: How many groups with names to keep; of groups with days and names the latest.
        grain: Length of the periods that days begin; None reads it from the days.

    Raises:
        InvalidArgument: The frame lacks a column, its values are no numbers, an interval's low end
            is above its high one, or money is in several currencies.
    """
    name = value or definition.id
    made_by = definition.function or "compute_metric"
    found = plain_rows(frame, chart="metric_chart", metric=made_by, columns=[name])
    for row in found:
        row |= {end: float(one) for end, one in row.items() if isinstance(one, Decimal)}
    odd = next((row[name] for row in found if not _is_measured(row[name])), None)
    if odd is not None:
        raise InvalidArgument(
            f"{name} is {type(odd).__name__}, which cannot be drawn.", hint="Make it a number."
        )
    groups = _groups(found, (name, definition.numerator, definition.denominator), along)
    known = [row for row in found if _is_number(row[name])]
    currency = _currency(known) if name.endswith("_cents") else ""
    write = _writer(name, currency)
    keys: list[list[Any]] = [[row[group] for group in groups] for row in known]
    dated = [at for at in range(len(groups)) if are_days([key[at] for key in keys])]
    in_time = len(groups) == 1 and bool(keys) and all(isinstance(key[0], date) for key in keys)
    numbered = len(groups) == 1 and all(isinstance(key[0], int | float) for key in keys)
    order = sorted(range(len(known)), key=lambda at: -known[at][name])
    if in_time or numbered:
        order = sorted(range(len(known)), key=lambda at: keys[at][0])
    elif dated:
        order.sort(key=lambda at: [_moment(keys[at][place]) for place in dated])
    elif not groups:
        order = list(range(len(known)))
    kept = order if in_time else order[-top:] if dated else order[:top]
    labels = group_labels(groups, [keys[at] for at in kept], grain=grain)
    if not in_time:
        labels = distinct(labels, [str(number) for number in range(1, len(labels) + 1)], longest=30)
    rows = [
        _row(definition, known[at], label, write, name)
        | ({"period": as_date(keys[at][0]).isoformat()} if in_time else {})
        for at, label in zip(kept, labels, strict=True)
    ]
    withheld = [row for row in found if not _is_number(row[name])]
    return Groups(
        definition=definition,
        value=name,
        rows=rows,
        in_time=in_time,
        left_out=len(order) - len(kept),
        latest=bool(dated),
        withheld=len(withheld),
        why=next((str(row["flag"]) for row in withheld if row.get("flag")), ""),
        grain=grain or (grain_of([as_date(key[0]) for key in keys]) if in_time else "day"),
        sign=symbol(currency),
    )


def _groups(
    found: Sequence[Row], counts: Sequence[str], along: str | Sequence[str] | None
) -> list[str]:
    if along is not None:
        names = [along] if isinstance(along, str) else list(along)
        missing = [name for name in names if found and name not in found[0]]
        if missing:
            raise InvalidArgument(
                f"metric_chart finds no column {', '.join(missing)}.",
                hint=f"The frame has {', '.join(found[0])}.",
            )
        return names
    names = []
    for at, name in enumerate(found[0] if found else ()):
        numbers = any(isinstance(row[name], int | float) for row in found)
        if name in counts or (numbers and at > 0):
            break
        if name not in _NOT_GROUPS:
            names.append(name)
    return names


def _is_measured(value: object) -> bool:
    """Say whether a value is a number, or none."""
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and math.isfinite(value)


def _currency(rows: Sequence[Row]) -> str:
    found = sorted({str(row.get("currency") or "") for row in rows})
    if len(found) > 1:
        raise InvalidArgument(
            f"metric_chart draws one currency; this frame has {', '.join(found)}.",
            hint=f'Keep one of them: those rows whose currency is "{found[-1]}".',
        )
    return found[0] if found else ""


def _writer(name: str, currency: str) -> Callable[[float], str]:
    """Give what writes a value of the metric in its unit."""
    if is_share(name):
        return percent
    if name.endswith("_cents"):
        return lambda value: money(value, currency)
    if name.endswith("_days"):
        return lambda value: f"{decimal(value, 0 if value >= 100 else 1)} days"
    return lambda value: decimal(value, 0 if abs(value) >= 100 or value == int(value) else 2)


def _moment(value: date | None) -> tuple[bool, str]:
    """Give what days and moments are sorted by: those that are not there come last."""
    return value is None, "" if value is None else value.isoformat()


def _row(
    definition: Definition, row: Row, label: str, write: Callable[[float], str], name: str
) -> Row:
    value = row[name]
    low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
    hits, trials = row.get(definition.numerator), row.get(definition.denominator)
    scale = 100 if name.endswith("_cents") else 1
    made: Row = {
        "label": label,
        "value": round(value / scale, 6),
        "low": None,
        "high": None,
        "value_text": write(value),
        "interval": MISSING,
        "counts": MISSING,
        "is_small": False,
    }
    if _is_number(low) and _is_number(high):
        if low > high:
            raise InvalidArgument(
                f"{name}_low is above {name}_high in {label}: {write(low)} and {write(high)}.",
                hint="An interval runs from _low to _high; swap the columns.",
            )
        made |= {"low": round(low / scale, 6), "high": round(high / scale, 6)}
        made["interval"] = f"{write(low)} to {write(high)}"
    if _is_number(hits) and _is_number(trials):
        made["counts"] = f"{count(hits)} of {count(trials)}"
        made["is_small"] = is_share(name) and trials < SMALL_SAMPLE
    return made
