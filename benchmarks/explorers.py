"""What a person waits for: a change of a control, a whole report.

    python benchmarks/explorers.py [--size medium] [--millions 20] [--cache FOLDER]

First every explorer over the account: each option of each control, seconds from the change to the
chart, the first time and the second. Then `report("all")` from the warm store. Last the attribution
explorer's own work over so many million touches and a tenth as many orders: seconds from the
change to the frame.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import touches as drawn

import actoolkit as ac
from actoolkit.widgets.credits import Credits

EXPLORERS = (
    "funnel",
    "engagement",
    "attribution",
    "customers",
    "automation",
    "scores",
    "campaign",
)
MOST = 8
"""Options tried of a control."""


def seconds(act: Callable[[], Any]) -> float:
    """How long it took."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def values_of(control: Any) -> list[Any]:
    """What a control can be set to."""
    if hasattr(control, "_ranges"):
        return list(control._ranges.values())
    if hasattr(control, "_ids"):
        return [(one,) for one in control._ids.values()]
    return list(control._values)


def explore(account: ac.Account, name: str) -> None:
    """Change every control of an explorer, one at a time, and print what that took."""
    make = getattr(ac.widgets, f"{name}_explorer")
    built = seconds(lambda: make(account, progress=False))
    explorer = make(account, progress=False)
    first, again = [], []
    worst = ("", 0.0)
    for control in explorer.controls.values():
        before = control.value
        for value in [one for one in values_of(control)[:MOST] if one != before]:
            took = seconds(lambda: explorer.set(**{control.name: value}))  # noqa: B023
            first.append(took)
            worst = max(worst, (control.name, took), key=lambda one: one[1])
            explorer.set(**{control.name: before})
            again.append(seconds(lambda: explorer.set(**{control.name: value})))  # noqa: B023
            explorer.set(**{control.name: before})
    print(
        f"| {name} | {built:.1f} | {len(first)} | {statistics.median(first):.2f} | "
        f"{worst[1]:.2f} ({worst[0]}) | {max(again):.2f} |"
    )


def report(account: ac.Account) -> None:
    """Write the whole report twice."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "all.html"
        took = [seconds(lambda: ac.report("all", account=account).save(path)) for _ in range(2)]
        size = path.stat().st_size / 1e6
    print(f"\nreport all: {took[0]:.1f} s, again {took[1]:.1f} s; {size:.2f} MB\n")


def many(millions: int) -> None:
    """Change the rule and the days over many touches."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        drawn.write(folder, millions)
        orders = pl.read_parquet(folder / "orders.parquet").with_columns(
            email="contact_id",
            ordered_local=pl.col("ordered_at").dt.replace_time_zone(None),
            shipping_cents=pl.lit(0),
            tax_cents=pl.lit(0),
        )
        touches = pl.read_parquet(folder / "touches" / "*.parquet")
    contacts = orders.select("contact_id", "email").unique()
    kept: list[Credits] = []
    built = seconds(lambda: kept.append(Credits(orders, touches, contacts)))
    print(f"{millions} million touches, {orders.height:,} orders: built in {built:.1f} s")
    print("| model | first | again | other days | windows, first | windows, again |")
    print("| --- | --- | --- | --- | --- | --- |")
    days = {"since": date(2024, 6, 1), "until": date(2025, 6, 1)}
    for model in ("last", "first", "last_click_else_open", "linear", "time_decay", "position"):
        rule = {"model": model, "window_days": 7, "by": "campaign_id"}
        took = [seconds(lambda: kept[0].revenue(**{**rule, **more})) for more in ({}, {}, days)]  # noqa: B023
        took += [seconds(lambda: kept[0].sensitivity(models=model)) for _ in range(2)]  # noqa: B023
        print(f"| {model} | {' | '.join(f'{one:.3f}' for one in took)} |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MB, with the touches")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="medium")
    parser.add_argument("--millions", type=int, default=20)
    parser.add_argument("--cache", type=Path, help="a folder that keeps the account's tables")
    asked = parser.parse_args()
    cache = asked.cache or Path(tempfile.mkdtemp())
    with ac.sandbox_account(asked.size, cache_dir=cache) as account:
        ac.report("all", account=account)
        print("| explorer | built in | changes | median | worst | worst again |")
        print("| --- | --- | --- | --- | --- | --- |")
        for name in EXPLORERS:
            explore(account, name)
        report(account)
    if asked.millions:
        many(asked.millions)


if __name__ == "__main__":
    main()
