"""The world's time: whole minutes since its history began, told in the account's zone."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

NOW = datetime(2026, 6, 30, 15, 0, tzinfo=UTC)
"""Where the history of every sandbox ends and its present begins."""

ZONE = "America/Chicago"
"""The account's time zone."""

HOUR = 60
DAY = 24 * HOUR
HISTORY = 730 * DAY
HORIZON = 120 * DAY
NEVER = 2**31 - 1

START = NOW - timedelta(minutes=HISTORY)
_ZONE = ZoneInfo(ZONE)


def moment(minute: int) -> datetime:
    """Give the instant of a minute of the world, UTC."""
    return START + timedelta(minutes=int(minute))


@cache
def _offsets() -> tuple[list[int], list[int]]:
    """Minutes at which the zone's offset changes, and the offset (minutes) from each on."""
    changes, offsets = [-(10**9)], [_offset(-3 * 365 * DAY)]
    for day in range(-3 * 365, 6 * 365):
        if _offset((day + 1) * DAY) != offsets[-1]:
            minute = next(
                day * DAY + m for m in range(DAY + 1) if _offset(day * DAY + m) != offsets[-1]
            )
            changes.append(minute)
            offsets.append(_offset(minute))
    return changes, offsets


def _offset(minute: int) -> int:
    offset = moment(minute).astimezone(_ZONE).utcoffset()
    return round(offset.total_seconds() / 60) if offset is not None else 0


@cache
def _date(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


_CLOCK = tuple(f"{m // 60:02d}:{m % 60:02d}:00" for m in range(DAY))
_FIRST_DAY = START.toordinal()
_FIRST_MINUTE = START.hour * 60 + START.minute


def _told(minute: int) -> tuple[str, str, int]:
    changes, offsets = _offsets()
    offset = offsets[bisect_right(changes, minute) - 1]
    day, rest = divmod(minute + offset + _FIRST_MINUTE, DAY)
    return _date(_FIRST_DAY + day), _CLOCK[rest], offset


def iso(minute: int) -> str:
    """Write a minute as the API does: local time with the zone's offset of that day."""
    day, time, offset = _told(minute)
    hours, minutes = divmod(abs(offset), 60)
    return f"{day}T{time}{'-' if offset < 0 else '+'}{hours:02d}:{minutes:02d}"


def wall(minute: int) -> str:
    """Write a minute as a naive wall clock of the account."""
    day, time, _ = _told(minute)
    return f"{day} {time}"


def at_local(day: int, hour: int, minute: int = 0) -> int:
    """Give the minute of the world at an hour of the account's clock, ``day`` days after the start."""
    date = (START.astimezone(_ZONE) + timedelta(days=day)).date()
    local = datetime(date.year, date.month, date.day, hour, minute, tzinfo=_ZONE)
    return round((local.astimezone(UTC) - START).total_seconds() / 60)


def weekday_and_hour(minute: int) -> tuple[int, int, int]:
    """Give weekday (0 = Monday), hour and month of the account's clock."""
    local = moment(minute).astimezone(_ZONE)
    return local.weekday(), local.hour, local.month


def minute_of_local(text: str) -> int:
    """Give the minute of a date or time; without an offset it is the account's clock.

    Raises:
        ValueError: It is neither.
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        at = at.replace(tzinfo=_ZONE)
    return round((at.astimezone(UTC) - START).total_seconds() / 60)
