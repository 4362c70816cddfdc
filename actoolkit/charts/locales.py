"""Numbers, amounts and days as a country writes them; the words stay English.

`written_in` chooses for a block of code, and `actoolkit.charts.formats` asks what is chosen. The
rules are those of Unicode's CLDR, through Babel.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from actoolkit.errors import InvalidArgument, MissingExtra

if TYPE_CHECKING:
    from babel import Locale

NEAR = 5
"""Locales that are named where one does not exist."""

_chosen: ContextVar[Writing | None] = ContextVar("writing", default=None)


class Writing:
    """How one locale writes.

    Args:
        locale: Babel's.
    """

    def __init__(self, locale: Locale) -> None:
        self._locale = locale
        self._percent = locale.percent_formats[None].suffix[0].replace("%", self._sign("percent"))

    def _sign(self, name: str) -> str:
        signs: Any = self._locale.number_symbols
        latin = signs.get("latn", signs)
        defaults = {"percent": "%", "group": ",", "decimal": ".", "minus": "-"}
        known = {"percent": "percentSign", "minus": "minusSign"}.get(name, name)
        return str(latin.get(known, defaults[name]))

    def number(self, value: float, digits: int) -> str:
        """Write a number.

        Args:
            value: A number.
            digits: After the point.
        """
        return self._applied("#,##0", self._locale.decimal_formats[None].pattern, value, digits)

    def _applied(self, fallback: str, pattern: str, value: float, digits: int, **more: Any) -> str:
        from babel.numbers import parse_pattern

        made = parse_pattern(pattern or fallback)
        made.frac_prec = (digits, digits)
        return str(made.apply(value, self._locale, numbering_system="latn", **more))

    def percent(self, share: float, digits: int) -> str:
        """Write a share.

        Args:
            share: Fraction, 0..1.
            digits: After the point.
        """
        return f"{self.number(100 * share, digits)}{self._percent}"

    def money(self, amount: float, currency: str, digits: int) -> str:
        """Write an amount.

        Args:
            amount: Major units.
            currency: ISO code.
            digits: After the point.
        """
        if not currency:
            return self.number(amount, digits)
        pattern = self._locale.currency_formats["standard"].pattern
        return self._applied(
            "¤#,##0", pattern, amount, digits, currency=currency, currency_digits=False
        )

    def symbol(self, currency: str) -> str:
        """Give the sign of a currency.

        Args:
            currency: ISO code.
        """
        from babel.numbers import get_currency_symbol

        return str(get_currency_symbol(currency, self._locale)) if currency else ""

    def day(self, value: date) -> str:
        """Write a day.

        Args:
            value: A date.
        """
        from babel.dates import format_date

        return str(format_date(value, "medium", locale=self._locale))

    def month(self, value: date) -> str:
        """Write a month with its year.

        Args:
            value: Any day of it.
        """
        from babel.dates import format_skeleton

        return str(format_skeleton("yMMMM", value, locale=self._locale))

    def for_vega(self) -> dict[str, Any]:
        """Give the number and time locale that Vega, which is d3, understands."""
        pattern = self._locale.decimal_formats[None].grouping
        first, rest = (int(size) for size in pattern)
        months = {width: self._names("months", width, range(1, 13)) for width in _WIDTHS}
        days = {width: self._names("days", width, (6, *range(6))) for width in _WIDTHS}
        return {
            "number": {
                "decimal": self._sign("decimal"),
                "thousands": self._sign("group"),
                "grouping": [first, *[rest] * 7],
                "currency": ["", ""],
                "percent": self._percent,
                "minus": self._sign("minus"),
            },
            "time": {
                "dateTime": "%x, %X",
                "date": "%d.%m.%Y",
                "time": "%H:%M:%S",
                "periods": ["AM", "PM"],
                "days": days["wide"],
                "shortDays": days["abbreviated"],
                "months": months["wide"],
                "shortMonths": months["abbreviated"],
            },
        }

    def _names(self, kind: str, width: str, places: Any) -> list[str]:
        names = getattr(self._locale, kind)["stand-alone"][width]
        return [str(names[place]) for place in places]


_WIDTHS = ("wide", "abbreviated")


def writing() -> Writing | None:
    """Give the chosen way of writing; None is the default one."""
    return _chosen.get()


@contextmanager
def written_in(locale: str | None) -> Iterator[Writing | None]:
    """Write numbers, amounts and days in a locale within the block.

    Args:
        locale: Such as "de_DE" or "fr-FR"; None or "" leaves the default.

    Raises:
        InvalidArgument: There is no such locale.
        MissingExtra: The ``locale`` extra is not installed.

    Example:
        >>> from actoolkit.charts.formats import count, percent
        >>> with written_in("de_DE"):
        ...     count(1204311)
        '1.204.311'
    """
    found = writing_of(locale) if locale else None
    token = _chosen.set(found)
    try:
        yield found
    finally:
        _chosen.reset(token)


@cache
def writing_of(locale: str) -> Writing:
    """Give the way of writing of a locale.

    Args:
        locale: Such as "de_DE" or "fr-FR".

    Raises:
        InvalidArgument: There is no such locale.
        MissingExtra: The ``locale`` extra is not installed.
    """
    try:
        from babel import Locale, UnknownLocaleError
        from babel.localedata import locale_identifiers
    except ImportError:
        raise MissingExtra("Writing numbers and days in a locale", "locale") from None
    name = locale.strip().replace("-", "_")
    try:
        return Writing(Locale.parse(name))
    except (UnknownLocaleError, ValueError, TypeError):
        known = {one.lower(): one for one in locale_identifiers()}
        called = {words.lower(): code for code, words in Locale("en").languages.items()}
        code = called.get(name.lower(), "")
        near = [one for one in known if code and one.partition("_")[0] == code][:NEAR]
        near = near or difflib.get_close_matches(name[:40].lower(), known, n=NEAR, cutoff=0.5)
        raise InvalidArgument(
            f"There is no locale {locale[:40]!r}.",
            hint=f"Near ones: {', '.join(known[one] for one in near) or 'de_DE, en_GB, fr_FR'}.",
        ) from None
