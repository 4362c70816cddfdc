"""What stands in the columns of a CSV file: texts, moments, flags."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from actoolkit.errors import MetricError

_SEPARATORS = (",", ";", "\t")
_YES = ("yes", "y", "true", "t", "1", "1.0", "on")
_NO = ("no", "n", "false", "f", "0", "0.0", "off")
_DAY_AND_TIME = r"^(\d{4}-\d\d-\d\d)\s+(\d)"
_OFFSET = r"\s+([+-]\d\d(:?\d\d)?)$"
_ZULU = r"\s*(UTC|Z)$"
_FORMATS = ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M")
_REPEATED = re.compile(r"_duplicated_\d+$")
"""What polars makes of the second of two equal headings."""


def csv_texts(file: Path, wanted: AbstractSet[str]) -> pl.DataFrame:
    """Read a file as texts, with headings without blanks.

    Args:
        file: Separated by commas, semicolons or tabs: by what makes most of the headings wanted.
        wanted: Headings that will be read.

    Raises:
        MetricError: Not a CSV file, or two of the headings that are wanted are the same.
    """
    headings = {one: _names(_read(file, one, rows=0)).keys() for one in _SEPARATORS}
    best = max(headings, key=lambda one: (len(wanted & headings[one]), len(headings[one])))
    rows = _read(file, best)
    names = _names(rows)
    twice = sorted(name for name, given in names.items() if name in wanted and given[1:])
    if twice:
        raise MetricError(
            f"{file.name} has more than one column {', '.join(twice)}.",
            hint="Rename or drop one in the file.",
        )
    return rows.select(pl.col(given[0]).alias(name) for name, given in names.items())


def _read(file: Path, separator: str, rows: int | None = None) -> pl.DataFrame:
    try:
        return pl.read_csv(
            file, infer_schema=False, encoding="utf8-lossy", separator=separator, n_rows=rows
        )
    except (pl.exceptions.ComputeError, pl.exceptions.NoDataError) as error:
        raise MetricError(
            f"{file.name} is no CSV file: {error}.",
            hint="It needs a heading, and as many columns in each row.",
        ) from error


def _names(rows: pl.DataFrame) -> dict[str, list[str]]:
    """The headings by their names without blanks."""
    names: dict[str, list[str]] = {}
    for heading in rows.columns:
        first = _REPEATED.sub("", heading)
        name = (first if first in rows.columns else heading).strip().lstrip("\ufeff")
        names.setdefault(name, []).append(heading)
    return names


def csv_flags(texts: pl.Series, file: str) -> pl.Series:
    """Read yes and no in the words that programs write; empty is not known.

    Args:
        texts: As in the file.
        file: Its name, for messages.

    Raises:
        MetricError: Another word.
    """
    words = texts.str.strip_chars().str.to_lowercase().replace("", None)
    known = words.is_in([*_YES, *_NO]) | words.is_null()
    if not known.all():
        row = (~known).arg_true()[0]
        raise MetricError(
            f"{file}: row {row + 1} has {texts[row]!r} in {texts.name}, neither yes nor no.",
            hint="Write yes or no, true or false, 1 or 0, or nothing.",
        )
    return words.is_in(_YES)


def csv_moments(texts: pl.Series, zone: ZoneInfo, file: str) -> pl.Series:
    """Read moments; those without an offset in a zone.

    Args:
        texts: As in the file.
        zone: Of clocks without an offset; the first of an hour that is there twice, and null for
            one that is not there.
        file: Its name, for messages.

    Raises:
        MetricError: A text that is no moment.
    """
    given = texts.str.strip_chars().replace("", None)
    plain = given.str.replace(_DAY_AND_TIME, "${1}T$2")
    plain = plain.str.replace(_OFFSET, "$1").str.replace(_ZULU, "Z")
    offset = _first([_parsed(plain, f"{form}%#z") for form in _FORMATS])
    naive = _first([_parsed(plain, form) for form in (*_FORMATS, "%Y-%m-%d")])
    local = naive.dt.replace_time_zone(zone.key, ambiguous="earliest", non_existent="null")
    bad = given.filter(offset.is_null() & naive.is_null() & given.is_not_null())
    if bad.len():
        raise MetricError(
            f"{file}: {bad.len()} values of {texts.name} are no moments, such as {bad[0]!r}.",
            hint="Write them as 2026-05-31 14:00:00 or 2026-05-31T14:00:00-05:00.",
        )
    return _first([one.dt.convert_time_zone("UTC") for one in (offset, local)])


def _parsed(texts: pl.Series, form: str) -> pl.Series:
    return texts.str.to_datetime(form, strict=False, time_unit="us")


def _first(tried: list[pl.Series]) -> pl.Series:
    """Of each row the first that could be read."""
    return pl.select(pl.coalesce(pl.lit(one) for one in tried)).to_series()
