"""Which days a report covers, and which days it compares them with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from actoolkit.charts.formats import count, day
from actoolkit.charts.periods import Grain
from actoolkit.errors import InvalidArgument
from actoolkit.metrics.days import Day, as_day, year_before
from actoolkit.reports.blocks import Option

_SHORTER = (90, 30)


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


def grain_for(period: Period) -> Grain:
    """Choose the length of the parts that a period is drawn in.

    Args:
        period: Days to draw.
    """
    if period.days >= 90:
        return "month"
    return "week" if period.days >= 21 else "day"
