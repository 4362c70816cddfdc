"""Frames as files that a spreadsheet opens: nothing in them can start a formula."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import narwhals.stable.v2 as nw
import polars as pl
from narwhals.exceptions import DuplicateError

from actoolkit.errors import ExportError, InvalidArgument
from actoolkit.spreadsheets import flat, harmless, without_personal
from actoolkit.whole_files import next_step, write_whole


def to_csv(
    frame: Any,
    path: str | os.PathLike[str],
    *,
    personal_data: bool = False,
    neutralise: bool = True,
) -> Path:
    """Write a frame as a CSV file, UTF-8, with a header.

    A text that a spreadsheet would take for a formula gets an apostrophe in front of it, in the
    header too. Numbers, also those in texts, stay as they are. Lists are written as JSON, moments
    and durations as ISO 8601, bytes as hexadecimal digits, null as nothing. Fields that nobody
    documented (``_extra``) count as personal: they are left out with a warning.

    Args:
        frame: Any frame that Narwhals knows.
        path: File to write; replaced when it exists.
        personal_data: Let personal data be in it; the file is then readable by you only.
        neutralise: Put the apostrophes; False writes each text exactly as it is.

    Returns:
        The path.

    Raises:
        InvalidArgument: Not a frame, or it holds personal data.
        ExportError: The file cannot be written.

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:  # doctest: +SKIP
        ...     ac.to_csv(ac.load_contacts(account=account, mask=True), "contacts.csv")
    """
    written = flat(_sharable(frame, personal_data=personal_data))
    if neutralise:
        written = harmless(written)
    return _write(path, written.write_csv, private=personal_data)


def to_excel(frame: Any, path: str | os.PathLike[str], *, personal_data: bool = False) -> Path:
    """Write a frame as an Excel workbook with one sheet; needs the ``excel`` extra.

    Every text is a text, never a formula or a link, also after somebody edits its cell. Moments
    lose their zone: those in UTC stay in UTC. Whole numbers beyond 2**53 become texts, which keeps
    their last digits. Fields that nobody documented (``_extra``) are left out with a warning, as in
    `to_csv`.

    Args:
        frame: Any frame that Narwhals knows.
        path: File to write; replaced when it exists.
        personal_data: Let personal data be in it; the file is then readable by you only.

    Returns:
        The path.

    Raises:
        InvalidArgument: Not a frame, it holds personal data, or more than a sheet can: 1,048,575
            rows, 16,384 columns, texts of 32,767 characters.
        ExportError: The file cannot be written.
        MissingExtra: XlsxWriter is not installed.

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:  # doctest: +SKIP
        ...     ac.to_excel(ac.load_campaigns(account=account), "campaigns.xlsx")
    """
    from actoolkit.workbook import write_workbook

    written = flat(_sharable(frame, personal_data=personal_data))
    return _write(path, lambda file: write_workbook(written, file), private=personal_data)


def _sharable(frame: Any, *, personal_data: bool) -> pl.DataFrame:
    """What of a frame may be in a file; a warning names what is left out."""
    rows = _polars(frame)
    kept = without_personal(rows, allowed=personal_data)
    left_out = [name for name in rows.columns if name not in kept.columns]
    if left_out:
        warnings.warn(
            f"Left out: {', '.join(left_out)}, fields that nobody documented, which count as "
            "personal. personal_data=True writes them, mask=True on the loader empties them.",
            stacklevel=3,
        )
    return kept


def _polars(frame: Any) -> pl.DataFrame:
    """Any frame as a polars one, without pyarrow."""
    try:
        wrapped = nw.from_native(frame)
    except TypeError:
        raise InvalidArgument(
            f"{type(frame).__name__} is not a frame.", hint="Pass what a loader or metric gives."
        ) from None
    except DuplicateError:
        raise _twice() from None
    native = wrapped.lazy().collect().to_native() if isinstance(wrapped, nw.LazyFrame) else frame
    if isinstance(native, pl.DataFrame):
        return native
    eager = nw.from_native(native, eager_only=True)
    columns = [
        _series(str(name), [_value(one) for one in eager.get_column(name).to_list()])
        for name in eager.columns
    ]
    if len({column.name for column in columns}) < len(columns):  # 1 and "1", in pandas
        raise _twice()
    return pl.DataFrame(columns)


def _twice() -> InvalidArgument:
    return InvalidArgument(
        "Two columns of the frame have the same name.", hint="Rename or drop one of them."
    )


def _series(name: str, values: list[Any]) -> pl.Series:
    """A column; values of several kinds stay what they are until they are written."""
    try:
        return pl.Series(name, values)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        return pl.Series(name, values, dtype=pl.Object)


def _value(value: Any) -> Any:
    """A value; what pandas has for none becomes None."""
    if isinstance(value, dict):
        return {key: _value(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_value(one) for one in value]
    if getattr(value, "ndim", 0) and hasattr(value, "tolist"):
        # As numbers, NumPy's moments and durations would lose their units.
        return _value([str(one) for one in value] if _timed(value) else value.tolist())
    try:
        missing = bool(value != value)  # noqa: PLR0124 - NaN, NaT
    except TypeError:  # pandas' NA is neither equal nor unequal
        missing = True
    except ValueError:  # a frame in a cell
        missing = False
    return None if missing else value


def _timed(array: Any) -> bool:
    return getattr(array.dtype, "kind", "") in ("m", "M")


def _write(
    path: str | os.PathLike[str], write: Callable[[BinaryIO], object], *, private: bool
) -> Path:
    """Write a file, whole or not at all."""
    target = Path(path)
    try:
        write_whole(target, write, private=private)
    except OSError as error:
        raise ExportError(
            f"{target} cannot be written: {error.strerror or error}.", hint=next_step(error)
        ) from error
    return target
