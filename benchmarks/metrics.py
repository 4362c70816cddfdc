"""Metrics against polars, pandas and DuckDB as written by hand, from Parquet, in one run.

Run ``python benchmarks/metrics.py [CONTACTS] [--only TASK ...] [--peers TOOL=PYTHON ...]``,
interpreters that have lifetimes or pymc-marketing (``lifetimes``, ``pymc``). Each measurement is a
process of its own: seconds of the best of three, and the peak of its memory. "The same table" has
every column that the toolkit gives, and sums of these have to agree.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import metric_peers
import metrics_by_hand as by_hand
import metrics_data
import tables_by_hand
from memory import peak

Work = Callable[[Path], object]
ROUNDS = 3
SOURCES = {"engagement_heatmap": "campaigns", "recency_tiers": "contacts"}


def ours(name: str) -> Work:
    """Give a metric of the toolkit over a lazy scan."""

    def run(folder: Path) -> object:
        import polars as pl

        from actoolkit import metrics

        source = SOURCES.get(name, "orders")
        frame = pl.scan_parquet(folder / f"{source}.parquet")
        more = {} if source == "campaigns" else {"until": "2026-07-01"}
        return getattr(metrics, name)(frame, **more).collect()

    return run


TABLE = ", the same table"
TASKS: dict[str, dict[str, Work]] = {
    name: {
        "actoolkit": ours(name),
        **by_hand.TASKS.get(name, {}),
        **{f"{one}{TABLE}": work for one, work in tables_by_hand.TASKS.get(name, {}).items()},
    }
    for name in (*by_hand.TASKS, "customer_purchases")
}


def summed(found: Any) -> dict[str, float]:
    """Sum up what the toolkit gave, as `tables_by_hand` does."""
    import polars as pl

    if "segment" in found.columns:
        sums = {name: float(found[name].sum()) for name in tables_by_hand.SCORED}
        revenue = found.drop_nulls("segment").group_by("segment").agg(pl.sum("revenue_cents"))
        return sums | dict(revenue.iter_rows())
    names = [name for name in found.columns if name in tables_by_hand.SUMMED]
    return tables_by_hand.weighed({name: found[name].to_numpy() for name in names})


def measure(task: str, engine: str, folder: Path, pipe: Connection) -> None:
    """Run one task on one engine; tell seconds and megabytes."""
    work = TASKS[task][engine]
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        found = work(folder)
        seconds.append(time.perf_counter() - began)
    most = peak()
    if task in tables_by_hand.TASKS and engine == "actoolkit":
        found = summed(found)
    pipe.send((min(seconds), most, found if isinstance(found, dict) else None))


def agree(mine: dict[str, float], theirs: dict[str, float]) -> None:
    """Refuse tables that differ by more than Student's quantiles, which are within 0.1 %."""
    if mine.keys() != theirs.keys() or any(
        not math.isclose(value, theirs[name], rel_tol=1e-3) for name, value in mine.items()
    ):
        raise AssertionError(f"{mine} by hand, {theirs} here")


def main(contacts: int, tasks: list[str], peers: dict[str, str]) -> None:
    """Print the table."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        writer = context.Process(target=metrics_data.write, args=(folder, contacts))
        writer.start()
        writer.join()
        print(f"{contacts:,} contacts, {2 * contacts:,} orders, {metrics_data.CAMPAIGNS} campaigns")
        print("| task | engine | seconds | peak MB | actoolkit takes |")
        print("|---|---|---:|---:|---:|")
        for task in tasks:
            engines = TASKS[task]
            found: dict[str, tuple[float, float, Any]] = {}
            for engine in engines:
                here, there = context.Pipe()
                process = context.Process(target=measure, args=(task, engine, folder, there))
                process.start()
                there.close()
                found[engine] = here.recv()
                process.join()
            for tool, python in peers.items() if task == "customer_purchases" else ():
                found[tool] = (*metric_peers.ask(tool, python, folder)[:2], None)
            for engine, (seconds, megabytes, sums) in found.items():
                if engine.endswith(TABLE):
                    agree(sums, found["actoolkit"][2])
                ratio = found["actoolkit"][0] / seconds
                print(f"| {task} | {engine} | {seconds:.3f} | {megabytes:.0f} | {ratio:.2f} x |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure metrics.")
    parser.add_argument("contacts", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--only", nargs="*", choices=TASKS, default=list(TASKS))
    parser.add_argument("--peers", nargs="*", default=[], metavar="TOOL=PYTHON")
    asked = parser.parse_args()
    main(asked.contacts, asked.only, dict(peer.split("=") for peer in asked.peers))
