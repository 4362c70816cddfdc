"""A slow, plain-Python reading of wire values, written from the meaning of each kind."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

RECORDED = Path(__file__).parents[1] / "recorded"

MISFIT = object()

_MOMENT = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)([T ])(\d\d?):(\d\d?):(\d\d?)(?:\.(\d+))?(Z|[+-]\d\d(?::?\d\d)?)?"
)


def _encodable(text):
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _clock(text):
    """(wall clock, separator, offset text) of a timestamp, or None."""
    match = _MOMENT.fullmatch(text)
    if not match:
        return None
    *numbers, _, _ = (match[i] for i in (1, 2, 3, 5, 6, 7, 8, 9))
    micros = int((match[8] or "0")[:6].ljust(6, "0"))
    try:
        wall = datetime(*(int(n) for n in numbers), micros)
    except ValueError:
        return None
    return wall, match[4], match[9]


def _offset_minutes(offset):
    if offset == "Z":
        return 0
    digits = offset[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return -minutes if offset[0] == "-" else minutes


def _instant(text):
    found = _clock(text)
    if not found or not found[2]:
        return MISFIT
    return (found[0] - timedelta(minutes=_offset_minutes(found[2]))).replace(tzinfo=UTC)


def _wall(text):
    found = _clock(text)
    if not found or found[2] == "Z" or (found[2] and len(found[2]) < 5):
        return MISFIT
    return found[0]


def _whole(value):
    if isinstance(value, str):
        if not re.fullmatch(r"[+-]?[0-9]+|-?[0-9]+\.0+", value):
            return MISFIT
        value = int(value.split(".")[0])
    if isinstance(value, float):
        if not value.is_integer():
            return MISFIT
        value = int(value)
    return value if -(2**63) <= value < 2**63 else MISFIT


def _real(value):
    if isinstance(value, str):
        if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", value):
            return MISFIT
        value = Decimal(value)
    return float(value) if max(abs(value), abs(float(value))) < 2**53 else MISFIT


def _flag(value):
    text = str(value)
    return {"0": False, "1": True, "true": True, "True": True, "false": False, "False": False}.get(
        text, MISFIT
    )


def _texts(value):
    if not isinstance(value, list):
        return MISFIT
    if all(type(item) in (str, int) for item in value):
        texts = [str(item) for item in value]
        small = all(type(i) is str or -(2**63) <= i < 2**63 for i in value)
        return texts if small and all(map(_encodable, texts)) else MISFIT
    return MISFIT


def _day(text):
    match = re.fullmatch(r"(\d{4})-(\d\d?)-(\d\d?)", text)
    try:
        return date(*map(int, match.groups())) if match else MISFIT
    except ValueError:
        return MISFIT


def _dated(reader):
    def read(text):
        day, rest = text[:10], re.sub(r"(Z|[+-]\d\d:?\d\d)$", "", text[10:])
        no_day = day == "0000-00-00" and rest[:1] in ("", " ", "T")
        return None if no_day and not rest[1:].strip("0:.") else reader(text)

    return read


SCALARS = {
    "id": (str, int),
    "code": (str, int),
    "none_id": (str, int),
    "count": (str, int, float),
    "cents": (str, int, float),
    "number": (str, int, float),
    "flag": (str, int, bool),
}
READERS = {
    "id": lambda value: None if str(value) == "0" else str(value),
    "count": _whole,
    "cents": _whole,
    "number": _real,
    "flag": _flag,
    "currency": str.upper,
    "datetime": _dated(_instant),
    "wall": _dated(_wall),
    "date": _dated(_day),
}


def _is_scalar(kind, value):
    if type(value) not in SCALARS.get(kind, (str,)):
        return False
    if type(value) is str:
        return _encodable(value)
    return type(value) is not int or -(2**63) <= value < 2**63


def read(column, value):
    """The typed value of a wire value; None where there is none, MISFIT where it does not fit."""
    kind = column.kind
    if value is None or kind == "json":
        return value
    if kind == "texts":
        return None if value == "" else _texts(value)
    if not _is_scalar(kind, value):
        return None if kind == "none_id" else MISFIT
    if kind == "none_id":
        return str(value) == "0"
    if kind == "text":
        return value
    if value == "":
        return None
    if kind == "code":
        return column.codes.get(str(value), f"{column.source} {value}")
    return READERS[kind](value)


def read_row(table, row):
    """(columns without ``_extra``, extra fields) of one wire row."""
    known = set(table.omitted)
    out, extra = {}, {}
    for column in table.columns:
        known |= {column.source, *column.aliases}
        value = read(column, row.get(column.source))
        if value is MISFIT:
            extra[column.source] = row[column.source]
            value = None
        text = row.get(column.source)
        for alias in column.aliases:
            other = read(column, row.get(alias))
            if other is MISFIT:
                extra[alias] = row[alias]
            elif value is None:
                value = other
            elif other is not None and other != value:
                extra[alias] = row[alias]
        for name in column.fallback:
            if value is None:
                other = read(column, row.get(name))
                value, text = (None, None) if other is MISFIT else (other, row.get(name))
        out[column.name] = value
        if column.name == table.time_column:
            local = _clock(text) if value is not None else None
            out[table.local_column] = local[0] if local and local[2] != "Z" else None
    extra |= {name: value for name, value in row.items() if name not in known}
    return out, extra


@pytest.fixture(scope="session")
def oracle():
    return read_row


@pytest.fixture(scope="session")
def recorded():
    """The body of a recorded answer, by file name."""
    return lambda name: json.loads((RECORDED / name).read_text(encoding="utf-8"))
