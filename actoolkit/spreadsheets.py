"""What a spreadsheet would make of a text, and what must not get into one."""

from __future__ import annotations

import re

import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.tables import EXTRA, TABLES

ALWAYS_PERSONAL = frozenset({"email", "first_name", "last_name", "phone", "username"})
"""Columns that are personal in whatever frame they are."""

_COVERED = r"^(masked|person-[0-9a-f]{16}|)$"
_ADDRESS = "[^\\s@]+[@\uff20\ufe6b][^\\s@.]+\\.[^\\s@.]{2,}"
_UNSEEN = (
    r"\s\x00-\x20\x7f-\xa0\u00ad\u061c\u115f\u180e\u200b-\u200f\u2028-\u202f\u205f-\u206f"
    r"\u3000\ufeff"
)
_STARTS = "=+\\-@|%\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b\u2212"
_FORMULA = re.compile(rf"^(?=[\t\r\n])|^(?=[{_UNSEEN}'\"]*[{_STARTS}])")
# Some spreadsheets part a line at semicolons or tabs whatever the quotes say.
_AFTER = re.compile(rf"(?<=[;\t\r\n])(?=[{_UNSEEN}'\"]*[{_STARTS}])")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*(?:[eE][+-]?[0-9]+)?[ \u00a0]?%?")
_SUSPECT = rf"[{_STARTS}\t\r\n]"


def defuse(text: str) -> str:
    """Put an apostrophe wherever a spreadsheet could see a formula begin.

    Args:
        text: Of a cell.

    Example:
        >>> defuse("=1+1"), defuse("-5.3"), defuse("fine")
        ("'=1+1", '-5.3', 'fine')
    """
    if _NUMBER.fullmatch(text):
        return text
    return _AFTER.sub("'", _FORMULA.sub("'", text))


def dangerous(text: str) -> bool:
    """Whether a text would be a formula if somebody typed it.

    Args:
        text: Of a cell.
    """
    return defuse(text) != text


def harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """Give a frame whose texts and names are defused.

    Args:
        frame: Without nested columns.
    """
    columns = []
    for column in frame.iter_columns():
        if column.dtype == pl.String:
            suspects = column.drop_nulls().unique()
            suspects = suspects.filter(suspects.str.contains(_SUSPECT))
            new = pl.Series([defuse(one) for one in suspects.to_list()], dtype=pl.String)
            columns.append(column.replace(suspects, new) if suspects.len() else column)
        else:
            columns.append(column)
    return pl.DataFrame([column.alias(defuse(column.name)) for column in columns])


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Give a frame whose nested, categorical and binary values are texts; lists become JSON.

    Args:
        frame: Any.
    """

    def text(column: pl.Series) -> pl.Series:
        if isinstance(column.dtype, pl.Categorical | pl.Enum):
            return column.cast(pl.String)
        if column.dtype == pl.Binary:
            return column.bin.encode("hex")
        if column.dtype == pl.Object:
            values = [None if one is None else str(one) for one in column.to_list()]
            return pl.Series(column.name, values, dtype=pl.String)
        if not column.dtype.is_nested():
            return column
        rows = pl.DataFrame({"v": column}).select(
            pl.when(pl.col("v").is_not_null()).then(pl.struct("v").struct.json_encode())
        )
        return rows.to_series().str.slice(5).str.head(-1).alias(column.name)

    return frame.with_columns(text(column) for column in frame.iter_columns())


def check_personal(frame: pl.DataFrame, *, allowed: bool) -> None:
    """Refuse a frame that holds personal data.

    Personal is what the tables say of the columns of rows with their key, what they do not know,
    and every e-mail address, wherever it stands.

    Args:
        frame: Any.
        allowed: Whether it may.

    Raises:
        InvalidArgument: It does, and may not.
    """
    if allowed:
        return
    personal = set(ALWAYS_PERSONAL) | {EXTRA}
    for table in TABLES.values():
        if frame.columns and table.key == frame.columns[0]:
            columns = (*table.columns, *table.on_request)
            personal |= {column.name for column in columns if column.pii}
    found = [
        column.name for column in frame.iter_columns() if _holds(column, column.name in personal)
    ]
    if found:
        raise InvalidArgument(
            f"The frame holds personal data: {', '.join(found)}.",
            hint="Load it with mask=True, drop the columns, or pass personal_data=True.",
        )


def _holds(column: pl.Series, personal: bool) -> bool:  # noqa: FBT001
    present = column.drop_nulls()
    if personal and column.dtype != pl.String:
        return bool(len(present))
    if column.dtype == pl.String:
        if personal:
            return bool((~present.str.contains(_COVERED)).any())
        return bool(present.str.contains(_ADDRESS).any())
    if column.dtype == pl.Categorical or column.dtype.is_nested():
        return bool(flat(present.to_frame()).to_series().str.contains(_ADDRESS).any())
    return False
