"""How numbers and moments are written: one rule per unit, in Python and as Vega expression.

The two writings of a unit agree, so that a title, a label, a tooltip and a table show the same
digits.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from actoolkit.charts.locales import writing

SYMBOLS: Mapping[str, str] = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
"""Currencies written with a sign; every other one with its code."""

MISSING = "—"
"""What stands for a value that does not exist."""


def percent(share: float | None) -> str:
    """Write a share as a percentage with the digits it deserves.

    Args:
        share: Fraction, 0..1.

    Example:
        >>> percent(0.2461), percent(0.0085), percent(0.00001), percent(1.0), percent(None)
        ('24.6%', '0.85%', '<0.01%', '100%', '—')
    """
    if share is None or math.isnan(share):
        return MISSING
    if 0 < share < 0.0001:
        return f"<{_share(0.0001, 2)}"
    return _share(share, 0 if share in (0, 1) else 2 if abs(share) < 0.01 else 1)


def _share(share: float, digits: int) -> str:
    chosen = writing()
    return chosen.percent(share, digits) if chosen else f"{share:.{digits}%}"


def percent_expression(field: str) -> str:
    """Give the Vega expression that writes ``field`` as `percent` does.

    Args:
        field: An expression such as ``datum.value``.
    """
    v = field
    return (
        f"!isValid({v}) ? '{MISSING}' : {v} === 0 || {v} === 1 ? format({v}, '.0%') : "
        f"{v} < 0.0001 ? '<0.01%' : {v} < 0.01 ? format({v}, '.2%') : format({v}, '.1%')"
    )


def interval_expression() -> str:
    """Give the Vega expression that writes the fields ``low`` and ``high`` of a row."""
    return f"({percent_expression('datum.low')}) + ' to ' + ({percent_expression('datum.high')})"


def counts_expression(of: str = "") -> str:
    """Give the Vega expression that writes the fields ``numerator`` and ``denominator`` of a row.

    Args:
        of: What the denominator counts, in words.
    """
    after = f" {of}".rstrip()
    return f"format(datum.numerator, ',') + ' of ' + format(datum.denominator, ',') + '{after}'"


AXIS_PERCENT = (
    "datum.value === 0 ? '0%' : "
    "abs(datum.value) < 0.01 ? format(datum.value, '.3~%') : format(datum.value, '~%')"
)
"""Vega expression for the labels of a percentage axis: no more digits than its steps have."""


def count(number: float | None) -> str:
    """Write a count with thousands separators.

    Args:
        number: A whole number.

    Example:
        >>> count(1204311)
        '1,204,311'
    """
    return MISSING if number is None else decimal(number, 0)


def decimal(number: float, digits: int) -> str:
    """Write a number.

    Args:
        number: Any.
        digits: After the point.

    Example:
        >>> decimal(1204.35, 1)
        '1,204.3'
    """
    chosen = writing()
    return chosen.number(number, digits) if chosen else f"{number:,.{digits}f}"


def plural(number: int, noun: str) -> str:
    """Write a count with its noun.

    Args:
        number: A whole number.
        noun: Singular whose plural takes an s.

    Example:
        >>> plural(1, "campaign"), plural(1200, "campaign")
        ('1 campaign', '1,200 campaigns')
    """
    return f"{count(number)} {noun}" + ("" if number == 1 else "s")


def symbol(currency: str) -> str:
    """Give what is written before an amount: a sign, or the code and a space.

    Args:
        currency: ISO code.

    Example:
        >>> symbol("USD"), symbol("CHF")
        ('$', 'CHF ')
    """
    if chosen := writing():
        return chosen.symbol(currency)
    return SYMBOLS.get(currency, f"{currency} " if currency else "")


def money(
    cents: float | None, currency: str, *, decimals: int | None = None, units: int = 2
) -> str:
    """Write an amount.

    Args:
        cents: Minor units.
        currency: ISO code.
        decimals: Digits after the point; None writes none from 100 up.
        units: How many decimals the minor unit stands for (2 for cents, 0 for yen).

    Example:
        >>> money(4821049, "USD"), money(4821, "CHF"), money(500, "JPY", units=0)
        ('$48,210', 'CHF 48.21', '¥500')
    """
    if cents is None:
        return MISSING
    amount = cents / 10**units
    digits = (
        decimals if decimals is not None else (0 if abs(amount) >= 100 or amount == 0 else units)
    )
    if chosen := writing():
        return chosen.money(amount, currency, digits)
    return f"{'-' if amount < 0 else ''}{symbol(currency)}{abs(amount):,.{digits}f}"


def column_decimals(cents: Iterable[float | None], *, units: int = 2) -> int:
    """Give the decimals of a column of amounts, one way for all: none if `money` writes none.

    Args:
        cents: Minor units of one currency.
        units: How many decimals the minor unit stands for.

    Example:
        >>> column_decimals([15100, 0, None]), column_decimals([15100, 8030, 0])
        (0, 2)
    """
    return units if any(one and abs(one) < 100 * 10**units for one in cents) else 0


def day(value: date) -> str:
    """Write a day.

    Args:
        value: A date.

    Example:
        >>> day(date(2026, 6, 3))
        '3 Jun 2026'
    """
    chosen = writing()
    return chosen.day(value) if chosen else f"{value.day} {value:%b %Y}"


def month(value: date) -> str:
    """Write a month with its year.

    Args:
        value: Any day of it.

    Example:
        >>> month(date(2026, 6, 3))
        'June 2026'
    """
    chosen = writing()
    return chosen.month(value) if chosen else f"{value:%B %Y}"


def moment(value: datetime | date | str) -> str:
    """Write a moment with its zone.

    Args:
        value: A datetime (aware ones show their zone), a date, or a text that is used as it is.

    Example:
        >>> from datetime import UTC
        >>> moment(datetime(2026, 6, 30, 15, 0, tzinfo=UTC))
        '30 Jun 2026, 15:00 UTC'
    """
    if isinstance(value, datetime):
        return f"{day(value)}, {value:%H:%M %Z}".strip()
    return day(value) if isinstance(value, date) else value
