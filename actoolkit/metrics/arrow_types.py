"""pandas frames whose columns are pyarrow's, in the types that pandas reckons with."""

from __future__ import annotations

from typing import Any

_NUMBERS = {"i": "Int64", "u": "UInt64", "f": "float64", "b": "boolean", "U": "str"}


def without_arrow(frame: Any) -> Any:
    """Give columns of pyarrow's types the types that pandas' own frames have.

    pyarrow lacks functions that metrics need, such as the remainder of a division, and a missing
    flag of its is no answer to a filter.

    Args:
        frame: pandas frame; columns of other types stay as they are.
    """
    wanted = {name: _own(dtype) for name, dtype in frame.dtypes.items()}
    changed = {name: own for name, own in wanted.items() if own is not None}
    return frame.astype(changed) if changed else frame


def _own(dtype: Any) -> str | None:
    """The type of pandas for one of pyarrow; None for what is no such one, or has none."""
    arrow = getattr(dtype, "pyarrow_dtype", None)
    if arrow is None:
        return None
    text = str(arrow)
    if text == "null":
        return "object"
    if text.startswith("timestamp"):
        zone = f", {arrow.tz}" if arrow.tz else ""
        return f"datetime64[{arrow.unit}{zone}]"
    if text.startswith("dictionary<values=") and "string" in str(arrow.value_type):
        return "str"
    return _NUMBERS.get(dtype.kind)
