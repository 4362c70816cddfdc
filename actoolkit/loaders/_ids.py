"""Ids as people have them: one, several, or a column of any frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.api.filters import SEGMENT, Filter
from actoolkit.errors import InvalidArgument
from actoolkit.tables import TABLES

Ids = str | int | Iterable[Any]
"""One id, several, or a column of a frame."""


def ids_of(keyword: str, given: object) -> tuple[str, ...]:
    """Take ids from one value, several, or a column of a frame; each once, nulls left out.

    Args:
        keyword: Name of the argument, for the error.
        given: An int or text, an iterable of them, or a Series.

    Raises:
        InvalidArgument: Something that is no id.

    Example:
        >>> ids_of("contact_ids", [10, "9", 9.0, None])
        ('9', '10')
    """
    column = nw.from_native(given, series_only=True, pass_through=True)
    if isinstance(column, nw.Series):
        values = column.drop_nulls().to_list()
    elif isinstance(given, str | int | bytes | Mapping) or not isinstance(given, Iterable):
        values = [given]
    elif hasattr(given, "columns"):
        raise InvalidArgument(
            f"{keyword} is a whole frame.", hint=f'Pass a column: frame["{keyword[:-1]}"].'
        )
    else:
        values = list(given)
    ids = {_id(keyword, one) for one in values if not _is_null(one)}
    return tuple(sorted(ids, key=lambda one: (len(one), one)))


def _is_null(value: object) -> bool:
    return value is None or value != value  # noqa: PLR0124 - NaN


def _id(keyword: str, value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if keyword == "schema_id" and isinstance(value, str) and SEGMENT.fullmatch(value):
        return value  # the one id that is no number
    refuse_name(keyword, value)
    return str(Filter(keyword, "id").encode(keyword, value))


def refuse_name(keyword: str, value: object) -> None:
    """Refuse a name where an id is wanted, and say which loader gives the ids of names.

    Args:
        keyword: Name of the argument.
        value: What was given.

    Raises:
        InvalidArgument: A text with a letter, for an id of something that has a name.
    """
    if not isinstance(value, str) or not any(letter.isalpha() for letter in value):
        return
    key = keyword.removesuffix("s")
    for table in TABLES.values():
        if table.key == key and any(column.name == "name" for column in table.columns):
            raise InvalidArgument(
                f"{keyword}={value!r} is not an id.",
                hint=f"Ids are whole numbers; load_{table.name} gives the {key} of each name.",
            )
