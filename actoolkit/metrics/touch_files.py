"""Touches from files: exports of opens and clicks, and webhooks that were kept."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.csv_columns import csv_flags, csv_moments, csv_texts
from actoolkit.metrics.touch_columns import named_columns, sources
from actoolkit.metrics.touches import KNOWN, TOUCHES, Kind, touches_from_log


def touches_from_csv(
    path: str | os.PathLike[str],
    contacts: Any = None,
    *,
    kind: Kind | None = None,
    columns: Mapping[str, str] | None = None,
    time_zone: str = "UTC",
) -> pl.DataFrame:
    r"""Read touches from a CSV file, such as an export of opens and clicks.

    Grain: one row per touch. Rows without a known contact or a moment are left out, which a
    warning counts; a moment or a flag that is none is an error. ``is_bot`` is yes, y, true, t, 1 or
    on; no, n, false, f, 0 or off; empty where not known.

    Args:
        path: Of the file, with a heading; separated by commas, or by semicolons or tabs where the
            heading is.
        contacts: Result of `actoolkit.load_contacts`, for a file with ``email``.
        kind: What all rows are; None if the file has a column ``kind``.
        columns: Names in the file by the names here: ``{"touched_at": "Date/Time"}``. They go
            before columns of the file that have the name here.
        time_zone: Of moments without an offset, such as "America/Chicago". An hour that does not
            exist there is left out; of one that is there twice it is the first.

    Returns:
        polars; the columns of `touches_from_log`.

    Raises:
        InvalidArgument: No such file or zone, an unknown ``kind``, a name in ``columns`` that
            touches do not have.
        MissingColumns: The file lacks a column.
        MetricError: A moment or a flag cannot be read, or two headings of a column are the same.

    Source:
        `actoolkit.metrics.explain("attributed_revenue")`.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "clicks.csv")
        ...     _ = path.write_text("subscriber,campaign,time\n7,3,2026-05-01 12:00\n")
        ...     made = touches_from_csv(path, kind="click", columns={"contact_id": "subscriber",
        ...         "campaign_id": "campaign", "touched_at": "time"})
        >>> made.select("contact_id", "campaign_id", "kind").rows()
        [('7', '3', 'click')]
    """
    metric = "touches_from_csv"
    zone = _zone(time_zone)
    theirs = named_columns(metric, columns, KNOWN)
    file = _file(path)
    needed = ["contact_id" if contacts is None else "email", "touched_at"]
    needed += [] if kind else ["kind"]
    rows = csv_texts(file, {theirs.get(ours, ours) for ours in KNOWN})
    found = sources(metric, rows.columns, theirs, KNOWN, needed)
    read = [_read(rows[name], ours, zone, file.name).alias(ours) for ours, name in found.items()]
    rows = pl.DataFrame(read)
    there = _people(contacts)
    made: pl.DataFrame = touches_from_log(rows, there, kind=kind)
    if made.height < rows.height:
        warnings.warn(
            f"{rows.height - made.height:,} of {rows.height:,} rows of {file.name} are left out: "
            "no known contact, or no moment.",
            stacklevel=2,
        )
    return made


def _people(contacts: Any) -> pl.DataFrame | None:
    """The contacts' ids and addresses in polars, whatever they came in."""
    if contacts is None:
        return None
    from actoolkit.metrics.eager import collected
    from actoolkit.metrics.frames import opened

    names = {"contact_id": "key", "email": "text"}
    rows: nw.LazyFrame[Any] = opened("touches_from_csv", contacts, names)  # type: ignore[arg-type]
    return collected(rows, names)  # type: ignore[arg-type]


def _zone(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(name)  # type: ignore[arg-type]
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        raise InvalidArgument(
            f"time_zone={name!r} is unknown.", hint='Use a name such as "America/Chicago".'
        ) from error


def _file(path: object) -> Path:
    hint = "Give the path of a CSV file."
    if not isinstance(path, str | os.PathLike):
        raise InvalidArgument(f"{path!r} is no path.", hint=hint)
    file = Path(path)
    if not file.is_file():
        raise InvalidArgument(f"There is no file {file}.", hint=hint)
    return file


def _read(texts: pl.Series, ours: str, zone: ZoneInfo, file: str) -> pl.Series:
    if TOUCHES.get(ours) == "moment":
        return csv_moments(texts, zone, file)
    if TOUCHES.get(ours) == "flag":
        return csv_flags(texts, file)
    return texts
