"""One formula, in Narwhals' words or in those of polars: they are the same words.

Narwhals turns each node of an expression into the engine's own, which takes more than ten times
as long as polars takes to make one. Where a frame is of polars, formulas of many nodes are written
to it directly: a rate with its interval has some two hundred. pandas computes each node by itself,
which takes as long again: there the numbers are carried over to polars, and the columns back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.metrics.frames import Kind
from actoolkit.metrics.pandas_columns import from_pandas
from actoolkit.tables.frames import to_pandas

if TYPE_CHECKING:
    import pandas as pd

Words = Any
"""`narwhals` or `polars`: ``col``, ``lit``, ``when`` and what their expressions have in common."""

Counts = Mapping[str, tuple[Any, Any]]
"""Count of hits and count of trials, by name of the rate, in the words of either."""

Step = Callable[[Words, Counts], Iterable[Any]]
"""Makes the columns of one step from the words and the counts of `in_steps`."""

_KINDS: Mapping[str, Kind] = {"i": "count", "u": "count", "f": "rate", "b": "flag"}


def spelled(frame: nw.LazyFrame[Any]) -> tuple[Words, Any]:
    """Give words to make expressions of, and the frame that takes them.

    Args:
        frame: Of any engine.

    Returns:
        polars and its frame for one of polars; Narwhals and the frame as it is for others.
    """
    return (pl, frame.to_native()) if frame.implementation.is_polars() else (nw, frame)


def respelled(frame: Any) -> nw.LazyFrame[Any]:
    """Give the frame of `spelled`, or what was made of it, in Narwhals.

    Args:
        frame: Lazy.
    """
    found: nw.LazyFrame[Any] = nw.from_native(frame, pass_through=False).lazy()
    return found


def in_steps(frame: nw.LazyFrame[Any], counts: Counts, *steps: Step) -> nw.LazyFrame[Any]:
    """Add columns step by step, each step from those of the steps before.

    Args:
        frame: Of any engine; of polars and pandas, it has the counts as ``name__hits`` and
            ``name__trials`` then, which no column of the user may be called.
        counts: What the steps are about, in the words of Narwhals.
        *steps: Each makes columns of numbers, from those of ``counts``, from columns of numbers
            that are called by them (``name``, ``name__part``).
    """
    if not (frame.implementation.is_polars() or frame.implementation.is_pandas()):
        for step in steps:
            frame = frame.with_columns(*step(nw, counts))
        return frame
    named = {name: (f"{name}__hits", f"{name}__trials") for name in counts}
    hits = {named[name][0]: part for name, (part, _) in counts.items()}
    trials = {named[name][1]: part for name, (_, part) in counts.items()}
    native: Any = frame.with_columns(**hits, **trials).to_native()
    own = {name: (pl.col(one), pl.col(other)) for name, (one, other) in named.items()}
    if frame.implementation.is_polars():
        native = _in_steps(native, own, steps)
    else:
        native = _beside(native, _in_steps(_carried(native, counts), own, steps))
    made: nw.LazyFrame[Any] = nw.from_native(native).lazy()
    return made


def _in_steps(frame: pl.LazyFrame, counts: Counts, steps: Sequence[Step]) -> pl.LazyFrame:
    for step in steps:
        frame = frame.with_columns(*step(pl, counts))
    return frame


def _carried(frame: pd.DataFrame, counts: Counts) -> pl.LazyFrame:
    """Take over from pandas what the steps are made of."""
    kinds = {str(name): _KINDS.get(dtype.kind) for name, dtype in frame.dtypes.items()}
    ours = {name for name in kinds if name in counts or name.rpartition("__")[0] in counts}
    schema = {name: kind for name, kind in kinds.items() if kind and name in ours}
    return from_pandas(frame, schema).lazy()


def _beside(before: pd.DataFrame, made: pl.LazyFrame) -> pd.DataFrame:
    """Put the columns that were made beside those that a frame of pandas has."""
    import pandas as pd

    new = [name for name in made.collect_schema().names() if name not in before.columns]
    found = to_pandas(made.select(new).collect())
    found.index = before.index
    return pd.concat([before, found], axis=1)
