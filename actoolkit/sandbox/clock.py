"""The world's time: whole minutes since its history began, told in the account's zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
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


@lru_cache(maxsize=200_000)
def iso(minute: int) -> str:
    """Write a minute as the API does: local time with the zone's offset of that day."""
    return moment(minute).astimezone(_ZONE).isoformat(timespec="seconds")


@lru_cache(maxsize=200_000)
def wall(minute: int) -> str:
    """Write a minute as a naive wall clock of the account."""
    return moment(minute).astimezone(_ZONE).strftime("%Y-%m-%d %H:%M:%S")


def at_local(day: int, hour: int, minute: int = 0) -> int:
    """Give the minute of the world at an hour of the account's clock, ``day`` days after the start."""
    date = (START.astimezone(_ZONE) + timedelta(days=day)).date()
    local = datetime(date.year, date.month, date.day, hour, minute, tzinfo=_ZONE)
    return round((local.astimezone(UTC) - START).total_seconds() / 60)


def weekday_and_hour(minute: int) -> tuple[int, int, int]:
    """Give weekday (0 = Monday), hour and month of the account's clock."""
    local = moment(minute).astimezone(_ZONE)
    return local.weekday(), local.hour, local.month
