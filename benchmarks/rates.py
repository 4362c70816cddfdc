"""Rates spelled to polars itself, beside the same formulas in Narwhals' words alone.

``python benchmarks/rates.py [CAMPAIGNS]``: the shortest of several runs of each, in turns, on
frames of polars, lazily, and on frames of pandas; tests hold both to the same numbers.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import metrics_data
import narwhals.stable.v2 as nw
import polars as pl

from actoolkit import metrics
from actoolkit.metrics import clusters, intervals
from actoolkit.tables import to_pandas

ROUNDS = 7
MODULES = (clusters, intervals)
METRICS: dict[str, Callable[[Any], Any]] = {
    "campaign_rates": metrics.campaign_rates,
    'campaign_rates(by="type")': partial(metrics.campaign_rates, by="type"),
    'campaign_funnel(by="type")': partial(metrics.campaign_funnel, by="type"),
    "engagement_heatmap": metrics.engagement_heatmap,
}
ENGINES: dict[str, Callable[[pl.DataFrame], Any]] = {
    "polars": lambda frame: frame,
    "lazy polars": pl.DataFrame.lazy,
    "pandas": to_pandas,
}


def in_words(frame: Any, counts: Any, *steps: Any, **_: Any) -> Any:
    """Add columns step by step in Narwhals' words."""
    for step in steps:
        frame = frame.with_columns(*step(nw, counts))
    return frame


def answered(metric: Callable[[Any], Any], frame: Any) -> Any:
    """The rows, also of a lazy frame."""
    found = metric(frame)
    return found.collect() if isinstance(found, pl.LazyFrame) else found


def in_narwhals(metric: Callable[[Any], Any], frame: Any) -> Any:
    """The same as it would be without `actoolkit.metrics.dialects`."""
    patches = [patch.object(module, "in_steps", in_words) for module in MODULES]
    for one in patches:
        one.start()
    try:
        return answered(metric, frame)
    finally:
        for one in patches:
            one.stop()


def main(campaigns: int) -> None:
    """Print the table."""
    metrics_data.CAMPAIGNS = campaigns
    with tempfile.TemporaryDirectory() as name:
        metrics_data.write(Path(name), 1_000)
        rows = pl.read_parquet(Path(name) / "campaigns.parquet")
    rows = rows.with_columns(unique_replies=pl.lit(1), unique_forwards=pl.lit(1))
    print(f"{campaigns} campaigns\n\n| metric | frame | here, ms | in Narwhals, ms | takes |")
    print("|---|---|---:|---:|---:|")
    for name, metric in METRICS.items():
        for engine, given in ENGINES.items():
            frame, times = given(rows), {answered: [], in_narwhals: []}
            for _ in range(ROUNDS):
                for way, taken in times.items():
                    began = time.perf_counter()
                    way(metric, frame)
                    taken.append(time.perf_counter() - began)
            here, words = (1_000 * min(taken) for taken in times.values())
            print(f"| {name} | {engine} | {here:.0f} | {words:.0f} | {here / words:.2f} x |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
