"""One formula, in Narwhals' words or in those of polars: they are the same words.

Narwhals turns each node of an expression into the engine's own, which takes more than ten times
as long as polars takes to make one. Where a frame is of polars, formulas of many nodes are written
to it directly: a rate with its interval has some two hundred.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

Words = Any
"""`narwhals` or `polars`: ``col``, ``lit``, ``when`` and what their expressions have in common."""

Counts = Mapping[str, tuple[Any, Any]]
"""Count of hits and count of trials, by name of the rate, in the words of either."""

Step = Callable[[Words, Counts], Iterable[Any]]
"""Makes the columns of one step from the words and the counts of `in_steps`."""


def in_steps(frame: nw.LazyFrame[Any], counts: Counts, *steps: Step) -> nw.LazyFrame[Any]:
    """Add columns step by step, each step from those of the steps before.

    Args:
        frame: Of any engine; of polars, it has the counts as ``name__hits`` and ``name__trials``
            then, which no column of the user may be called.
        counts: What the steps are about, in the words of Narwhals.
        *steps: Each makes columns.
    """
    if not frame.implementation.is_polars():
        for step in steps:
            frame = frame.with_columns(*step(nw, counts))
        return frame
    named = {name: (f"{name}__hits", f"{name}__trials") for name in counts}
    hits = {named[name][0]: part for name, (part, _) in counts.items()}
    trials = {named[name][1]: part for name, (_, part) in counts.items()}
    native: Any = frame.with_columns(**hits, **trials).to_native()
    own = {name: (pl.col(one), pl.col(other)) for name, (one, other) in named.items()}
    for step in steps:
        native = native.with_columns(*step(pl, own))
    made: nw.LazyFrame[Any] = nw.from_native(native).lazy()
    return made
