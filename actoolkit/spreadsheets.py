"""What a spreadsheet would make of a text, and what must not get into one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from actoolkit.addresses import coded
from actoolkit.errors import InvalidArgument
from actoolkit.tables import EXTRA, TABLES, Table

_SOMEWHERE = frozenset(
    column.name
    for table in TABLES.values()
    for column in (*table.columns, *table.on_request)
    if column.pii
)
"""Columns that a table says are personal: a frame may have lost what tells whose rows it has."""

_WIDE_KEYS = ("contact_id", "record_id")
"""Keys of frames with a column per field of the account's own."""
_OF_METRICS: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (frozenset({"happened_at", "event"}), frozenset()),
    (frozenset({"touched_at", "kind", "campaign_id", "automation_id"}), frozenset({"link"})),
    (
        frozenset({"order_id", "ordered_at", "match", "customer_match", "touched_at", "kind"}),
        frozenset({"campaign_name", "automation_name"}),
    ),
)
"""What metrics put beside a contact: columns that tell their frames, and others that these have."""
_NAMESAKES: Mapping[str, tuple[frozenset[str], ...]] = {
    "value": (frozenset({"kpi"}), frozenset({"variable"})),
    "note": (frozenset({"table", "source", "requests", "seconds"}),),
}
"""Names of personal columns that frames of ours have too, by what stands beside them there."""
_MOMENTS = ("touched_at", "happened_at")

_COVERED = r"^(masked|person-[0-9a-f]{16}|)$"
_ADDRESS = "[^\\s@]+[@\uff20\ufe6b][^\\s@.]+\\.[^\\s@.]{2,}"
_UNSEEN = (
    r"\s\x00-\x20\x7f-\xa0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Spaces, controls, what Unicode calls default ignorable, and blanks that it calls visible."""
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

    Bytes become hexadecimal digits and durations ISO 8601, in lists too.

    Args:
        frame: Any.
    """

    def text(column: pl.Series) -> pl.Series:
        if isinstance(column.dtype, pl.Categorical | pl.Enum):
            return column.cast(pl.String)
        if column.dtype == pl.Binary:
            return column.bin.encode("hex")
        if column.dtype == pl.Duration:
            return column.dt.to_string("iso")
        if column.dtype == pl.Object:
            values = [None if one is None else str(one) for one in column.to_list()]
            return pl.Series(column.name, values, dtype=pl.String)
        if not column.dtype.is_nested():
            return column
        rows = pl.DataFrame({"v": column}).select(v=_spelled(pl.col("v"), column.dtype))
        rows = rows.select(
            pl.when(pl.col("v").is_not_null()).then(pl.struct("v").struct.json_encode())
        )
        return rows.to_series().str.slice(5).str.head(-1).alias(column.name)

    return frame.with_columns(text(column) for column in frame.iter_columns())


def _spelled(values: pl.Expr, kind: pl.DataType) -> pl.Expr:
    """Nested values whose bytes are hexadecimal digits, as JSON has none."""
    if not _has_bytes(kind):
        return values
    if isinstance(kind, pl.Array):
        return _spelled(values.arr.to_list(), pl.List(kind.inner))
    if isinstance(kind, pl.List):
        return values.list.eval(_spelled(pl.element(), _instance(kind.inner)))
    if isinstance(kind, pl.Struct):
        fields = [
            _spelled(values.struct.field(one.name), _instance(one.dtype)).alias(one.name)
            for one in kind.fields
        ]
        return pl.when(values.is_not_null()).then(pl.struct(fields))
    return values.bin.encode("hex")


def _has_bytes(kind: pl.DataType) -> bool:
    if isinstance(kind, pl.Array | pl.List):
        return _has_bytes(_instance(kind.inner))
    if isinstance(kind, pl.Struct):
        return any(_has_bytes(_instance(one.dtype)) for one in kind.fields)
    return kind == pl.Binary


def _instance(kind: Any) -> pl.DataType:
    """A type of values, which polars may give as its class."""
    made: pl.DataType = kind() if isinstance(kind, type) else kind
    return made


def _bytes(value: Any) -> Iterator[bytes]:
    """All bytes in a value, however nested."""
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, dict):
        yield from _bytes(list(value.values()))
    elif isinstance(value, list):
        for one in value:
            yield from _bytes(one)


def without_personal(frame: pl.DataFrame, *, allowed: bool) -> pl.DataFrame:
    """Refuse a frame that holds personal data; leave out fields that nobody documented.

    Personal is each column that any table says is, unless one whose key is in the frame has the
    name for something else; beside a contact or a custom object's record each text, list or date
    that none of its tables knows; and every e-mail address, wherever it stands and however it is
    coded, in names of columns too. Without a key, a name that no table has cannot be known.
    ``_extra`` may hold anything, so it counts as personal; as every table has it, it is left out,
    not refused.

    Args:
        frame: Any.
        allowed: Whether it may.

    Returns:
        The frame, without ``_extra`` if something is in it that may not be.

    Raises:
        InvalidArgument: It does, and may not, or nothing would be left.
    """
    if allowed:
        return frame
    undocumented = {name for name in frame.columns if _plain(name) == EXTRA}
    personal = undocumented | _marked(frame)
    personal |= _unknown(frame)
    found = [
        column.name for column in frame.iter_columns() if _holds(column, column.name in personal)
    ]
    address = re.compile(_ADDRESS)
    named = [name for name in frame.columns if address.search(name)]
    if found or named:
        shown = [one for one in found if one not in named]
        if named:
            shown.append(f"the names of {len(named)} columns")
        if set(shown) <= undocumented and frame.width > len(shown):
            return frame.drop(shown)
        raise InvalidArgument(
            f"The frame holds personal data: {', '.join(shown)}.",
            hint="Load it with mask=True, drop the columns, or pass personal_data=True.",
        )
    return frame


def _plain(name: str) -> str:
    """A name before a join: the second "email" is called "email_right", or both "_x" and "_y"."""
    if re.fullmatch(rf"{EXTRA}(_.*)?", name):
        return EXTRA
    return name if name in _SOMEWHERE else re.sub("_(right|x|y)$", "", name)


def _marked(frame: pl.DataFrame) -> set[str]:
    """Columns that a table says are personal, be it the frame's or any other."""
    present = [column for table in _tables(frame) for column in (*table.columns, *table.on_request)]
    here = {column.name for column in present if column.pii}
    harmless_here = {column.name for column in present if not column.pii} - here
    return {
        name
        for name in frame.columns
        if (plain := _plain(name)) in _SOMEWHERE - harmless_here and not _namesake(frame, plain)
    }


def _namesake(frame: pl.DataFrame, name: str) -> bool:
    """Whether it is a metric's number, or a plan's note, that has the name."""
    if name == "value" and not frame.schema.get(name, pl.String()).is_numeric():
        return False
    return any(telling <= set(frame.columns) for telling in _NAMESAKES.get(name, ()))


def _tables(frame: pl.DataFrame) -> list[Table]:
    """Tables whose rows the frame has, wherever their key stands."""
    return [table for table in TABLES.values() if table.key in frame.columns]


def _unknown(frame: pl.DataFrame) -> set[str]:
    """Columns beside a person that none of its tables knows: fields of the account's own.

    A field may have the name of a column of any other table, such as a note's.
    """
    if not set(_WIDE_KEYS) & set(frame.columns):
        return set()
    known = {table.key for table in TABLES.values()}
    for table in _tables(frame):
        known |= {column.name for column in (*table.columns, *table.on_request)}
        known.add(table.local_column or "")
    unknown = {
        name
        for name, kind in frame.schema.items()
        if name not in known and not kind.is_numeric() and kind != pl.Boolean
    }
    return set() if _of_a_metric(frame, unknown) else unknown


def _of_a_metric(frame: pl.DataFrame, unknown: set[str]) -> bool:
    """Whether the columns are a metric's: all that tell its frame, and none besides.

    A field may be called "Event" or "Touched at"; beside it stands ``_extra``, or another field.
    """
    moments = {name for name in _MOMENTS if isinstance(frame.schema.get(name), pl.Datetime)}
    present = set(frame.columns) - set(_MOMENTS) | moments
    return "record_id" not in present and any(
        telling <= present and unknown <= telling | others for telling, others in _OF_METRICS
    )


def _holds(column: pl.Series, personal: bool) -> bool:  # noqa: FBT001
    present = column.drop_nulls()
    if personal and column.dtype != pl.String:
        return bool(len(present))
    if _has_bytes(column.dtype):
        found = pl.Series([one.decode(errors="replace") for one in _bytes(present.to_list())])
        if _names_somebody(found.cast(pl.String)):
            return True
    texts = flat(present.to_frame()).to_series()
    if texts.dtype != pl.String:
        return False
    if personal:
        return bool((~texts.str.contains(_COVERED)).any())
    return _names_somebody(texts)


def _names_somebody(texts: pl.Series) -> bool:
    return bool(texts.str.contains(_ADDRESS).any()) or bool(coded(texts))
