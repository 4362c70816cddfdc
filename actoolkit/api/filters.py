"""One filter of a collection: what it takes, and how that travels."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from actoolkit.errors import InvalidArgument

Accepts = Literal["text", "id", "ids", "code", "flag", "moment", "wall", "related"]
"""What a filter takes.

- ``text``: a string.
- ``id``: an id, as text or int.
- ``ids``: several ids.
- ``code``: a documented label ("completed"), or the API's own number.
- ``flag``: True or False.
- ``moment``: a date, or a datetime with a zone.
- ``wall``: a date, or a naive datetime of the account's wall clock.
- ``related``: a relationship's short name with an id, such as ``{"primary-contact": 7}``.
"""

_ID = re.compile(r"[0-9]{1,18}")
SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
"""Ids, and one part of a path that cannot leave its route."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of a collection.

    Args:
        param: Name on the wire, such as ``filters[state]``.
        accepts: What it takes.
        codes: Label to wire code, for "code".
        documented: Whether the reference names it; otherwise only clients use it.
    """

    param: str
    accepts: Accepts = "text"
    codes: Mapping[str, str] = field(default_factory=dict)
    documented: bool = True

    def encode(self, keyword: str, value: object) -> str | tuple[str, ...]:
        """Write a value as the API expects it.

        Args:
            keyword: Name of the argument, for the error.
            value: What the caller passed.

        Raises:
            InvalidArgument: The API would not honour the value.
        """
        if self.accepts == "ids" and isinstance(value, Sequence) and not isinstance(value, str):
            return tuple(_encode_id(keyword, one) for one in value)
        if self.accepts in ("id", "ids", "related"):
            if self.accepts == "related" and isinstance(value, Mapping):
                value = next(iter(value.values()), None)
            return _encode_id(keyword, value)
        if self.accepts == "code":
            return self._encode_code(keyword, value)
        if self.accepts == "flag" and isinstance(value, bool):
            return "1" if value else "0"
        if self.accepts in ("moment", "wall"):
            return _encode_time(keyword, value, wall=self.accepts == "wall")
        if self.accepts == "text" and _is_text(value):
            return str(value)
        raise InvalidArgument(
            f"{keyword}={value!r} is not a {self.accepts}.", hint=f"Pass a {self.accepts}."
        )

    def named(self, keyword: str, value: object) -> str:
        """Give the parameter's name, which may hold a part of the value.

        Args:
            keyword: Name of the argument, for the error.
            value: What the caller passed.

        Raises:
            InvalidArgument: The value has no such part.
        """
        if self.accepts != "related":
            return self.param
        slug = next(iter(value)) if isinstance(value, Mapping) and len(value) == 1 else None
        if not isinstance(slug, str) or not SEGMENT.fullmatch(slug):
            raise InvalidArgument(
                f"{keyword}={value!r} is not one relationship with an id.",
                hint='Such as {"primary-contact": 7}.',
            )
        return self.param.format(slug)

    def _encode_code(self, keyword: str, value: object) -> str:
        text = str(value)
        if text in self.codes:
            return self.codes[text]
        if text in self.codes.values():
            return text
        raise InvalidArgument(
            f"{keyword}={value!r} is not one of {', '.join(self.codes)}.",
            hint="Use one of these labels.",
        )


def _is_text(value: object) -> bool:
    """Whether a value is a text with something in it that can travel."""
    if not isinstance(value, str) or not value.strip():
        return False
    return not any("\ud800" <= one <= "\udfff" for one in value)


def _encode_id(keyword: str, value: object) -> str:
    text = str(value)
    if isinstance(value, bool) or not _ID.fullmatch(text):
        raise InvalidArgument(f"{keyword}={value!r} is not an id.", hint="Ids are whole numbers.")
    return text


def _read_time(text: str) -> date | None:
    """The day or moment of an ISO text, or None."""
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            return read(text.strip())
        except ValueError:
            continue
    return None


def _encode_time(keyword: str, value: object, *, wall: bool) -> str:
    if isinstance(value, str):
        value = _read_time(value)
    if isinstance(value, datetime):
        if (value.tzinfo is None) is wall:
            return value.isoformat(sep=" " if wall else "T", timespec="seconds")
    elif isinstance(value, date):
        return value.isoformat()
    kind = "without a zone" if wall else "with a zone"
    raise InvalidArgument(
        f"{keyword}={value!r} is not a moment.", hint=f"Pass a date, or a datetime {kind}."
    )
