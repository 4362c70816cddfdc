"""Which days: a half-open range as a value, and the control that gives it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

import ipywidgets

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.days import Day, as_days
from actoolkit.widgets.controls import Control

PRESETS = (30, 90, 365)
"""Lengths in days of the ranges that can be picked by name; they end today."""

_ALL, _CUSTOM = "All dates", "Custom"


@dataclass(frozen=True, slots=True)
class DateRange:
    """Days of the account's calendar, half-open.

    Args:
        since: First day; None is open.
        until: The day after the last; None is open.

    Example:
        >>> DateRange.last(30, today=date(2026, 6, 30))
        DateRange(since=datetime.date(2026, 6, 1), until=datetime.date(2026, 7, 1))
    """

    since: date | None = None
    until: date | None = None

    @classmethod
    def last(cls, days: int, *, today: date) -> Self:
        """Give the range of so many days that ends with today.

        Args:
            days: Length in days.
            today: The last day of the range.
        """
        return cls(today - timedelta(days=days - 1), today + timedelta(days=1))


def _read(value: object) -> DateRange:
    """Take a range, or its two days as every metric takes them."""
    if isinstance(value, DateRange):
        return value
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise InvalidArgument(
            f"dates={value!r} is no range of days.",
            hint='Give its first day and the day after its last: ("2026-01-01", None).',
        )
    return DateRange(*as_days(*value))


class Dates(Control[DateRange]):
    """Presets beside two date pickers; the pickers show the first and the last day, both included.

    Args:
        name: Key of the value in the explorer's parameters.
        today: Day on which the presets end.
        value: What is chosen at first.
    """

    def __init__(self, name: str, *, today: date, value: DateRange | None = None) -> None:
        super().__init__(name)
        self._ranges = {f"Last {days} days": DateRange.last(days, today=today) for days in PRESETS}
        self._ranges[_ALL] = DateRange()
        self._preset = ipywidgets.Dropdown(
            description="Dates", options=[*self._ranges, _CUSTOM], value=_ALL
        )
        self._first = ipywidgets.DatePicker(description="From", tooltip="First day")
        self._last = ipywidgets.DatePicker(description="To", tooltip="Last day")
        self.widget = ipywidgets.HBox([self._preset, self._first, self._last])
        self.widget.add_class("actoolkit-group")
        self._quiet = False
        self._show(value or DateRange())
        self._preset.observe(self._preset_changed, "value")
        self._first.observe(self._picker_changed, "value")
        self._last.observe(self._picker_changed, "value")

    @property
    def value(self) -> DateRange:
        """The days that are chosen."""
        last: date | None = self._last.value
        return DateRange(self._first.value, last + timedelta(days=1) if last else None)

    @value.setter
    def value(self, value: DateRange | tuple[Day, Day]) -> None:
        days = _read(value)
        if days != self.value:
            self._show(days)
            self.tell()

    def _show(self, value: DateRange) -> None:
        self._quiet = True
        try:
            self._first.value = value.since
            self._last.value = value.until - timedelta(days=1) if value.until else None
            named = (name for name, days in self._ranges.items() if days == value)
            self._preset.value = next(named, _CUSTOM)
        finally:
            self._quiet = False

    def _preset_changed(self, change: dict[str, Any]) -> None:
        if not self._quiet and change["new"] in self._ranges:
            self.value = self._ranges[change["new"]]

    def _picker_changed(self, _change: dict[str, Any]) -> None:
        if not self._quiet:
            self._show(self.value)
            self.tell()
