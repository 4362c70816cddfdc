"""How much a warm load costs beside reading the same file, and what importing the package costs.

    python benchmarks/warm.py [rows]

The snapshot is one of contacts, and one of orders, as the sandbox has them, repeated to so many
rows under new ids. A warm load checks the file's digest first; reading the file does not.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

import actoolkit as ac
from actoolkit.store import Facts, Snapshots
from actoolkit.tables import TABLES

ROUNDS = 25


def grown(frame: pl.DataFrame, rows: int) -> pl.DataFrame:
    """So many rows: the frame again and again, with ids of their own."""
    times = -(-rows // frame.height)
    key = frame.columns[0]
    repeated = pl.concat([frame] * times).head(rows)
    ids = pl.int_range(1, rows + 1, eager=True).cast(pl.String).alias(key)
    changed = repeated.with_columns(ids)
    if "email" in changed.columns:
        changed = changed.with_columns((pl.col(key) + pl.col("email")).alias("email"))
    return changed.select(frame.columns)


def fastest(*acts) -> list[float]:
    """The shortest of several runs of each, in turns, so that all meet the same disturbances."""
    best = [float("inf")] * len(acts)
    for _ in range(ROUNDS):
        for number, act in enumerate(acts):
            started = time.perf_counter()
            act()
            best[number] = min(best[number], time.perf_counter() - started)
    return best


def warm(account: ac.Account, name: str, rows: int) -> None:
    loader = getattr(ac, f"load_{name}")
    frame = grown(loader(account=account, progress=False), rows)
    store, table = Snapshots(account), TABLES[name]
    facts = Facts(
        endpoint="/", certainty="proven", fetched_at=account.now(),
        generation=store.next_generation(table, {}, account.now()),
    )  # fmt: skip
    manifest = store.publish(table, {}, frame, facts)
    _, path = store.paths(account, manifest)
    del frame
    ours = lambda: loader(account=account, progress=False)  # noqa: E731
    lazy = lambda: loader(account=account, lazy=True, progress=False)  # noqa: E731
    plain = lambda: pl.read_parquet(path)  # noqa: E731
    parquet, loaded, scanned = fastest(plain, ours, lazy)
    print(
        f"| {name} | {rows:,} | {path.stat().st_size / 1e6:.0f} | {parquet:.3f} | {loaded:.3f} | "
        f"{loaded / parquet:.2f} x | {scanned:.3f} |"
    )


def importing() -> tuple[float, float, list[str]]:
    """Seconds of a bare Python, what the import adds, and heavy modules that it loads."""

    def median(code: str) -> float:
        taken = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            taken.append(time.perf_counter() - started)
        return statistics.median(taken)

    heavy = "import sys, json, actoolkit; print(json.dumps(sorted(set(sys.modules))))"
    loaded = json.loads(subprocess.check_output([sys.executable, "-c", heavy]))
    named = [one for one in ("altair", "ipywidgets", "polars", "pandas") if one in loaded]
    bare = median("pass")
    return bare, median("import actoolkit") - bare, named


def main(rows: int) -> None:
    print("| table | rows | MB | read_parquet, s | warm load, s | ratio | lazy=True, s |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    with (
        tempfile.TemporaryDirectory() as folder,
        ac.sandbox_account(size="medium", cache_dir=Path(folder)) as account,
    ):
        warm(account, "contacts", rows)
        warm(account, "ecom_orders", rows)
    bare, added, heavy = importing()
    print(f"\nimport actoolkit: {added:.3f} s over a bare Python ({bare:.3f} s)", end="; ")
    print(f"loaded of altair, ipywidgets, polars, pandas: {', '.join(heavy) or 'none'}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
