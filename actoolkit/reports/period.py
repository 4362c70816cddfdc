"""Which days a report covers, and which days it compares them with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from actoolkit.charts.formats import count, day
from actoolkit.errors import InvalidArgument
from actoolkit.metrics.days import Day, Grain, as_day, year_before
from actoolkit.reports.blocks import Option

_SHORTER = (90, 30)
_CENTURY = 36_500


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of the account's zone.

    Args:
        since: First day.
        until: The day after the last.
    """

    since: date
    until: date

    def __str__(self) -> str:
        return f"{day(self.since)} to {day(self.until - timedelta(days=1))}"

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.since).days

    def known_until(self, today: date) -> date:
        """Give the day after the last that is over in the data.

        Args:
            today: Day of the data, which is not over.
        """
        return min(self.until, today)

    @property
    def before(self) -> Period:
        """As many days, ending where this period begins."""
        return Period(self.since - timedelta(days=self.days), self.since)

    @property
    def name(self) -> str:
        """The period in words."""
        return "12 months" if self.days in (365, 366) else f"{count(self.days)} days"

    def starts(self) -> dict[str, date]:
        """Give the first day of every choice of the period control, by option value."""
        shorter = {f"d{n}": self.until - timedelta(days=n) for n in _SHORTER if n < self.days}
        return {"all": self.since, **shorter}

    def options(self) -> list[Option]:
        """Give the choices of the period control: the whole period, and its last days."""
        labels = {f"d{n}": f"Last {n} days" for n in _SHORTER}
        return [Option(key, labels.get(key, f"All {self.name}")) for key in self.starts()]


def chosen_period(since: Day, until: Day, *, today: date) -> Period:
    """Complete what the user chose: by default the 12 months before the day of the data.

    Args:
        since: First day, "2026-01-31" or a date, or None.
        until: The day after the last, or None.
        today: Day of the data in the account's zone; it is not over, so it is left out.

    Raises:
        InvalidArgument: The period is empty, or a day is none.

    Example:
        >>> print(chosen_period(None, None, today=date(2026, 6, 30)))
        30 Jun 2025 to 29 Jun 2026
    """
    end = as_day(until) or today
    start = as_day(since) or year_before(end)
    if start >= end:
        raise InvalidArgument(
            f"The period from {start} until {end} has no day.",
            hint="since is the first day, until the day after the last.",
        )
    return Period(start, end)


def checked_days(last_days: object, since: Day) -> None:
    """Refuse a number of days that is none, or one that contradicts the first day.

    Args:
        last_days: How many days before the end, or None.
        since: First day, or None.

    Raises:
        InvalidArgument: Not a whole number from 1, more than a century, or both are given.
    """
    if last_days is None:
        return
    if isinstance(last_days, bool) or not isinstance(last_days, int):
        raise InvalidArgument(
            f"last_days={last_days!r} is not a whole number of days.", hint="Use last_days=30, say."
        )
    if not 1 <= last_days <= _CENTURY:
        raise InvalidArgument(
            f"last_days={last_days} is not a number of days from 1 to {_CENTURY:,}.",
            hint="Use last_days=30, say.",
        )
    if since is not None:
        raise InvalidArgument(
            "since and last_days both say where the period begins.", hint="Leave one of them out."
        )


def first_day(last_days: int, until: Day, *, today: date) -> date:
    """Give the first of so many days.

    Args:
        last_days: How many.
        until: The day after the last, or None.
        today: Day of the data in the account's zone; it is not over, so it is left out.

    Raises:
        InvalidArgument: A day is none, or the first one is before the calendar.

    Example:
        >>> first_day(30, None, today=date(2026, 6, 30))
        datetime.date(2026, 5, 31)
    """
    end = as_day(until) or today
    try:
        return end - timedelta(days=last_days)
    except OverflowError:
        raise InvalidArgument(
            f"The calendar has no {last_days:,} days before {end}.", hint="Use fewer."
        ) from None


def grain_for(period: Period) -> Grain:
    """Choose the length of the parts that a period is drawn in.

    Args:
        period: Days to draw.
    """
    if period.days >= 90:
        return "month"
    return "week" if period.days >= 21 else "day"
