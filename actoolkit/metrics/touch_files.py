"""Touches from files: exports of opens and clicks, and webhooks that were kept."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.errors import InvalidArgument, MetricError, MissingColumns
from actoolkit.metrics.touches import Kind, touches_from_log

_MOMENTS = ("touched_at", "sent_at")
_FORMATS = (
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
)


def touches_from_csv(
    path: str | Path,
    contacts: Any = None,
    *,
    kind: Kind | None = None,
    columns: Mapping[str, str] | None = None,
    time_zone: str = "UTC",
) -> pl.DataFrame:
    r"""Read touches from a CSV file, such as an export of opens and clicks.

    Grain: one row per touch. Rows without a known contact or a moment are left out, which a
    warning counts; a moment that is none is an error.

    Args:
        path: Of the file, with a heading.
        contacts: Result of `actoolkit.load_contacts`, for a file with ``email``.
        kind: What all rows are; None if the file has a column ``kind``.
        columns: Names in the file by the names here: ``{"touched_at": "Date/Time"}``.
        time_zone: Of moments without an offset, such as "America/Chicago". An hour that does not
            exist there is left out; of one that is there twice it is the first.

    Returns:
        polars; the columns of `touches_from_log`.

    Raises:
        InvalidArgument: No such file or zone, an unknown ``kind``.
        MissingColumns: The file lacks a column.
        MetricError: A moment cannot be read.

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
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidArgument(
            f"time_zone={time_zone!r} is unknown.", hint='Use a name such as "America/Chicago".'
        ) from error
    file = Path(path)
    if not file.is_file():
        raise InvalidArgument(f"There is no file {file}.", hint="Give the path of a CSV file.")
    try:
        rows = pl.read_csv(file, infer_schema=False, encoding="utf8-lossy")
    except (pl.exceptions.ComputeError, pl.exceptions.NoDataError) as error:
        raise MetricError(
            f"{file.name} is no CSV file: {error}.", hint="It needs a heading and commas."
        ) from error
    rows = rows.rename({name: name.strip().lstrip("\ufeff") for name in rows.columns})
    theirs = dict(columns or {})
    missing = [name for name in theirs.values() if name not in rows.columns]
    if missing:
        raise MissingColumns("touches_from_csv", missing, rows.columns)
    for ours in _MOMENTS:
        name = theirs.get(ours, ours)
        if name in rows.columns:
            rows = rows.with_columns(_moments(rows[name], zone, file.name))
    flag = theirs.get("is_bot", "is_bot")
    if flag in rows.columns:
        yes = pl.col(flag).str.strip_chars().str.to_lowercase()
        rows = rows.with_columns(yes.is_in(["1", "true", "yes"]).alias(flag))
    there = _people(contacts)
    made: pl.DataFrame = touches_from_log(rows, there, kind=kind, columns=columns)
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


def _moments(texts: pl.Series, zone: ZoneInfo, file: str) -> pl.Series:
    """Read moments; those without an offset in a zone."""
    plain = texts.str.strip_chars().replace("", None)
    offset = plain.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%#z", strict=False, time_unit="us")
    tried = [plain.str.to_datetime(form, strict=False, time_unit="us") for form in _FORMATS]
    naive = pl.select(pl.coalesce(pl.lit(one) for one in tried)).to_series()
    local = naive.dt.replace_time_zone(zone.key, ambiguous="earliest", non_existent="null")
    read = pl.select(
        pl.coalesce(
            pl.lit(offset).dt.convert_time_zone("UTC"), pl.lit(local).dt.convert_time_zone("UTC")
        ).alias(texts.name)
    ).to_series()
    bad = plain.filter(offset.is_null() & naive.is_null() & plain.is_not_null())
    if bad.len():
        raise MetricError(
            f"{file}: {bad.len()} values of {texts.name} are no moments, such as {bad[0]!r}.",
            hint="Write them as 2026-05-31 14:00:00 or 2026-05-31T14:00:00-05:00.",
        )
    return read
