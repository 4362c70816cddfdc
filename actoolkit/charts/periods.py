"""Days to years: where a period ends, what it is called, how an axis writes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import altair as alt
from altair.utils.schemapi import UndefinedType

from actoolkit.charts.formats import day, month
from actoolkit.metrics.days import Grain

_MONTHS = {"month": 1, "quarter": 3, "year": 12}

_CROWDED, _ROOM = 8, 34
"""Months of an axis that may lack room, and the pixels that each needs for its name."""


def as_date(value: date | datetime) -> date:
    """Give the day; pandas frames hold midnights.

    Args:
        value: A day or a midnight.
    """
    return value.date() if isinstance(value, datetime) else value


def grain_of(starts: Sequence[date]) -> Grain:
    """Read the length of the periods from their first days.

    Months of which only the first of each quarter have something sum up to the same quarters. One
    alone is read as a month.

    Args:
        starts: First days.

    Example:
        >>> grain_of([date(2026, 5, 1), date(2026, 6, 1)]), grain_of([date(2026, 1, 1)])
        ('month', 'month')
        >>> grain_of([date(2026, 1, 1), date(2026, 4, 1)])
        'quarter'
    """
    if all(start.day == 1 for start in starts):
        several = len(set(starts)) > 1
        if several and all(start.month == 1 for start in starts):
            return "year"
        return "quarter" if several and all(start.month % 3 == 1 for start in starts) else "month"
    return "week" if all(start.weekday() == 0 for start in starts) else "day"


def begins_period(day: date, grain: Grain) -> bool:
    """Say whether a period begins on a day.

    Args:
        day: Any day.
        grain: Length of a period.

    Example:
        >>> [begins_period(date(2026, 7, 1), grain) for grain in ("week", "quarter", "year")]
        [False, True, False]
    """
    if grain in _MONTHS:
        return day.day == 1 and (day.month - 1) % _MONTHS[grain] == 0
    return grain == "day" or day.weekday() == 0


def period_end(start: date, grain: Grain) -> date:
    """Give the day after the last of a period.

    Args:
        start: Its first day.
        grain: Its length.

    Example:
        >>> period_end(date(2026, 12, 1), "month")
        datetime.date(2027, 1, 1)
    """
    if grain in _MONTHS:
        months = start.month - 1 + _MONTHS[grain]
        return date(start.year + months // 12, months % 12 + 1, 1)
    return start + timedelta(days=7 if grain == "week" else 1)


def periods_between(first: date, last: date, grain: Grain) -> list[date]:
    """List the first days of the periods from one to another.

    Args:
        first: First day of the first.
        last: First day of the last.
        grain: Their length.
    """
    periods = [first]
    while periods[-1] < last:
        periods.append(period_end(periods[-1], grain))
    return periods


def period_label(start: date, grain: Grain) -> str:
    """Write a period in words.

    Args:
        start: Its first day.
        grain: Its length.

    Example:
        >>> period_label(date(2026, 6, 1), "month"), period_label(date(2026, 6, 1), "week")
        ('June 2026', 'week of 1 Jun 2026')
        >>> period_label(date(2026, 4, 1), "quarter"), period_label(date(2026, 1, 1), "year")
        ('Q2 2026', '2026')
    """
    match grain:
        case "year":
            return str(start.year)
        case "quarter":
            return f"Q{(start.month + 2) // 3} {start.year}"
        case "month":
            return month(start)
    return f"{'week of ' if grain == 'week' else ''}{day(start)}"


def capital(text: str) -> str:
    """Write the first letter large.

    Args:
        text: Start of a sentence.
    """
    return text[:1].upper() + text[1:]


def labelled(periods: Iterable[str], grain: Grain) -> list[str]:
    """Choose the months that an axis names, so that each year's first label is its January.

    A narrow axis drops every second label of many: January stands where it stays.

    Args:
        periods: ISO days.
        grain: Length of a period; of other lengths none is chosen.

    Example:
        >>> months = [f"{2024 + n // 12}-{n % 12 + 1:02}-01" for n in range(5, 29)]
        >>> labelled(months, "month")[:4]
        ['2024-09-01', '2024-11-01', '2025-01-01', '2025-03-01']
    """
    if grain != "month":
        return []
    distinct = sorted(set(periods))
    step = next((each for each in (1, 2, 3, 6) if len(distinct) <= 16 * each), 12)
    named = [start for start in distinct if (int(start[5:7]) - 1) % step == 0]
    first = next((place for place, start in enumerate(named) if start[5:7] == "01"), 0)
    return named[first % 2 :] if step > 1 else named


def axis_values(periods: Iterable[str], grain: Grain) -> list[str] | alt.ExprRef | UndefinedType:
    """Give what an axis names: of up to 16 months each, or fewer where these have no room.

    Args:
        periods: ISO days.
        grain: Length of a period; of other lengths the axis chooses itself.
    """
    starts = sorted(set(periods))
    named = labelled(starts, grain)
    if len(named) < len(starts) or len(named) < _CROWDED:
        return named or alt.Undefined
    fewer = json.dumps(_thinned(named))
    # The width of charts that stand in one picture is 0 here: their labels give way by themselves.
    is_narrow = f"width > 0 && width < {_ROOM * len(named)}"
    return alt.ExprRef(f"{is_narrow} ? {fewer} : {json.dumps(named)}")


def _thinned(months: Sequence[str]) -> list[str]:
    """Keep each January, every second or third month from it, and the ends where these fit."""
    step, last = 2 if len(months) <= 13 else 3, len(months) - 1
    years = [place for place, month in enumerate(months) if month[5:7] == "01"]
    start = years[0] if years else 0
    ends = {
        end for end in (0, last) if all(year == end or abs(year - end) >= step for year in years)
    }
    kept = {
        place
        for place in range(start % step, len(months), step)
        if all(abs(place - end) >= step for end in ends)
    }
    return [months[place] for place in sorted(kept | ends)]


def axis_expression(grain: Grain) -> str:
    """Give the Vega expression that labels an axis of ISO days; months name a year where it begins.

    Args:
        grain: Length of a period.
    """
    written = "timeFormat(toDate(datum.value + 'T00:00:00'), '{}')"
    if grain == "year":
        return written.format("%Y")
    if grain == "quarter":
        return f"[{written.format('Q%q')}, {written.format('%Y')}]"
    if grain != "month":
        return written.format("%-d %b")
    year = f"{written.format('%m')} === '01' || datum.index === 0 ? {written.format('%Y')} : ''"
    return f"[{written.format('%b')}, {year}]"
