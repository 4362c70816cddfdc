"""Last touch and funnel over many touches against polars, pandas and DuckDB as written by hand.

``python benchmarks/touches.py [MILLIONS] [--peer PYTHON]``: so many million touches of 50,000
contacts for each million, a tenth as many orders, from Parquet in the order of contact and moment;
the peer is an interpreter that has retentioneering. Each measurement is a process of its own:
seconds of the better of two, and the peak of its memory. All must credit the same cents to the same
campaigns, and count the same contacts in each step. Above 20 million, what needs all rows in memory
more than once is left out.
"""

from __future__ import annotations

import argparse
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
from memory import peak

DAYS, CAMPAIGNS = 730, 500
STEPS = ["sent", "open", "click"]
PART = 20
"""Millions of touches in a file; contacts go on from file to file."""
Work = Callable[[Path], Any]


def write(folder: Path, millions: int) -> None:
    """Draw touches and orders, and write them.

    Args:
        folder: Where to.
        millions: Of touches.
    """
    import numpy as np
    import polars as pl

    draw = np.random.default_rng(1)
    many, contacts = millions * 1_000_000, millions * 50_000
    start = pl.datetime(2024, 1, 1, time_zone="UTC")

    def moment(name: str) -> pl.Expr:
        return (start + pl.duration(seconds=pl.col(name))).cast(pl.Datetime("us", "UTC"))

    kinds = {0: "sent", 1: "open", 2: "click"}
    (folder / "touches").mkdir()
    for part in range(0, millions, PART):
        size = min(PART, millions - part) * 1_000_000
        touches = pl.DataFrame(
            {
                "contact": part * 50_000 + draw.integers(0, size // 20, size, dtype=np.int32),
                "second": draw.integers(0, DAYS * 86_400, size, dtype=np.int32),
                "campaign": draw.integers(0, CAMPAIGNS, size, dtype=np.int16),
                "kind": draw.choice(3, size, p=[0.7, 0.22, 0.08]).astype(np.uint8),
            }
        ).sort("contact", "second")
        alone = pl.struct("contact", "second").rle_id().diff() != 0
        touches = touches.filter(alone.fill_null(value=True))  # ties would be anybody's choice
        touches.select(
            contact_id=pl.col("contact").cast(pl.String),
            touched_at=moment("second"),
            kind=pl.col("kind").replace_strict(kinds, return_dtype=pl.String),
            campaign_id=pl.col("campaign").cast(pl.String),
            automation_id=pl.lit(None, pl.String),
            sent_at=pl.lit(None, pl.Datetime("us", "UTC")),
            link=pl.lit(None, pl.String),
            is_bot=pl.lit(None, pl.Boolean),
        ).write_parquet(folder / "touches" / f"{part:03}.parquet")
    size = many // 10
    orders = pl.DataFrame(
        {
            "order_id": np.arange(size).astype(str),
            "contact_id": draw.integers(0, contacts, size).astype(str),
            "second": draw.integers(0, DAYS * 86_400, size),
            "total_cents": draw.integers(500, 20_000, size),
        }
    )
    orders.select(
        "order_id",
        "contact_id",
        ordered_at=moment("second"),
        state=pl.lit("completed"),
        currency=pl.lit("USD"),
        total_cents="total_cents",
    ).write_parquet(folder / "orders.parquet")


def _scans(folder: Path) -> tuple[Any, Any]:
    import polars as pl

    return pl.scan_parquet(folder / "orders.parquet"), pl.scan_parquet(
        folder / "touches" / "*.parquet"
    )


def ours(folder: Path, model: str = "last") -> dict[str, int]:
    """Attribute by the toolkit."""
    from actoolkit import metrics

    found = metrics.attributed_revenue(*_scans(folder), model=model)
    frame = found.collect(engine="streaming").filter("is_attributed")
    return dict(frame.select("campaign_id", "credited_cents").iter_rows())


def polars_by(folder: Path) -> dict[str, int]:
    """As the documentation of polars has it: an as-of join by contact."""
    import polars as pl

    orders, touches = _scans(folder)
    touches = touches.select("contact_id", "touched_at", "campaign_id").sort("touched_at")
    joined = orders.sort("ordered_at").join_asof(
        touches,
        left_on="ordered_at",
        right_on="touched_at",
        by="contact_id",
        strategy="backward",
        check_sortedness=False,
    )
    near = pl.col("ordered_at") - pl.col("touched_at") < pl.duration(days=7)
    found = joined.filter(near).group_by("campaign_id").agg(pl.sum("total_cents"))
    return dict(found.collect(engine="streaming").iter_rows())


def _key(moment: str) -> Any:
    import polars as pl

    return pl.col("contact_id").cast(pl.Int64) * 2**32 + pl.col(moment).dt.epoch("s")


def polars_key(folder: Path) -> dict[str, int]:
    """As an expert has it: contact and second in one whole number, plain as-of join."""
    import polars as pl

    orders, touches = _scans(folder)
    touches = touches.select(
        "campaign_id",
        "touched_at",
        key=_key("touched_at"),
        contact=pl.col("contact_id").cast(pl.Int64),
    ).with_columns(pl.col("key").set_sorted())
    orders = orders.select(
        "total_cents",
        "ordered_at",
        key=_key("ordered_at"),
        buyer=pl.col("contact_id").cast(pl.Int64),
    ).sort("key")
    joined = orders.join_asof(touches, on="key", strategy="backward")
    near = pl.col("ordered_at") - pl.col("touched_at") < pl.duration(days=7)
    same = pl.col("buyer") == pl.col("contact")
    found = joined.filter(same, near).group_by("campaign_id").agg(pl.sum("total_cents"))
    return dict(found.collect(engine="streaming").iter_rows())


def polars_table(folder: Path) -> dict[str, int]:
    """As the expert has it who wants the table that the toolkit gives.

    Orders that were paid and touches of people, by currency; what is credited, of how many orders,
    and what is left to none.
    """
    import polars as pl

    orders, touches = _scans(folder)
    touches = (
        touches.filter(~pl.col("is_bot").fill_null(value=False))
        .select(
            "campaign_id",
            "touched_at",
            key=_key("touched_at"),
            contact=pl.col("contact_id").cast(pl.Int64),
        )
        .with_columns(pl.col("key").set_sorted())
    )
    orders = (
        orders.filter(pl.col("state").is_in(["completed", "recovered"]))
        .select(
            "currency",
            "total_cents",
            "ordered_at",
            key=_key("ordered_at"),
            buyer=pl.col("contact_id").cast(pl.Int64),
        )
        .sort("key")
    )
    joined = orders.join_asof(touches, on="key", strategy="backward")
    near = pl.col("ordered_at") - pl.col("touched_at") < pl.duration(days=7)
    credited = ((pl.col("buyer") == pl.col("contact")) & near).fill_null(value=False)
    campaign = pl.when("credited").then("campaign_id").alias("campaign_id")
    table = (
        joined.with_columns(credited=credited)
        .group_by("currency", "credited", campaign)
        .agg(pl.sum("total_cents"), pl.len())
        .sort("currency", "credited", "campaign_id")
        .collect(engine="streaming")
    )
    return dict(table.filter("credited").select("campaign_id", "total_cents").iter_rows())


def pandas_by(folder: Path) -> dict[str, int]:
    """As an analyst has it in pandas."""
    import pandas as pd

    columns = ["contact_id", "touched_at", "campaign_id"]
    touches = pd.read_parquet(folder / "touches", columns=columns)
    orders = pd.read_parquet(folder / "orders.parquet")
    joined = pd.merge_asof(
        orders.sort_values("ordered_at"),
        touches.sort_values("touched_at"),
        left_on="ordered_at",
        right_on="touched_at",
        by="contact_id",
    )
    near = joined["ordered_at"] - joined["touched_at"] < pd.Timedelta(days=7)
    return joined[near].groupby("campaign_id")["total_cents"].sum().to_dict()


def duckdb_by(folder: Path) -> dict[str, int]:
    """As an analyst has it in SQL."""
    import duckdb

    rows = duckdb.sql(f"""
        SELECT campaign_id, sum(total_cents)::BIGINT
        FROM '{folder}/orders.parquet' o ASOF JOIN '{folder}/touches/*.parquet' t
          ON o.contact_id = t.contact_id AND o.ordered_at >= t.touched_at
        WHERE o.ordered_at < t.touched_at + INTERVAL 7 DAY
        GROUP BY ALL""").fetchall()
    return dict(rows)


def linear(folder: Path) -> dict[str, int]:
    """Attribute by the toolkit to all touches alike."""
    return ours(folder, "linear")


def steps(folder: Path) -> list[int]:
    """Follow contacts through three steps by the toolkit."""
    import polars as pl

    from actoolkit import metrics

    events = _scans(folder)[1].select(
        "contact_id", event=pl.col("kind"), happened_at=pl.col("touched_at")
    )
    made = metrics.contact_funnel(events, STEPS, window_days=None)
    return made.collect()["contacts"].to_list()


def steps_polars(folder: Path) -> list[int]:
    """As an analyst has it in polars, streaming."""
    import polars as pl

    touches = _scans(folder)[1]
    reached = None
    counts = []
    for kind in STEPS:
        step = touches.filter(pl.col("kind") == kind).select("contact_id", "touched_at")
        if reached is not None:
            step = step.join(reached, on="contact_id")
            step = step.filter(pl.col("touched_at") >= pl.col("since"))
        reached = step.group_by("contact_id").agg(since=pl.col("touched_at").min())
        reached = reached.collect(engine="streaming").lazy()
        counts.append(reached.select(pl.len()).collect().item())
    return counts


def steps_pandas(folder: Path) -> list[int]:
    """As an analyst has it in pandas."""
    import pandas as pd

    columns = ["contact_id", "touched_at", "kind"]
    touches = pd.read_parquet(folder / "touches", columns=columns)
    reached = None
    counts = []
    for kind in STEPS:
        step = touches[touches["kind"] == kind]
        if reached is not None:
            step = step.merge(reached, on="contact_id")
            step = step[step["touched_at"] >= step["since"]]
        reached = step.groupby("contact_id")["touched_at"].min().rename("since").reset_index()
        counts.append(len(reached))
    return counts


def steps_duckdb(folder: Path) -> list[int]:
    """As an analyst has it in SQL."""
    import duckdb

    files = f"'{folder}/touches/*.parquet'"
    rows = duckdb.sql(f"""
        WITH a AS (SELECT contact_id, min(touched_at) AS since FROM {files}
                   WHERE kind = 'sent' GROUP BY ALL),
             b AS (SELECT contact_id, min(touched_at) AS since FROM {files} t JOIN a
                   USING (contact_id) WHERE kind = 'open' AND touched_at >= a.since GROUP BY ALL),
             c AS (SELECT contact_id, min(touched_at) AS since FROM {files} t JOIN b
                   USING (contact_id) WHERE kind = 'click' AND touched_at >= b.since GROUP BY ALL)
        SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b), (SELECT count(*) FROM c)
        """).fetchall()
    return list(rows[0])


WORK: dict[str, Work] = {
    "last touch: actoolkit": ours,
    "last touch: polars, whole-number key": polars_key,
    "last touch: polars, whole-number key, the same table": polars_table,
    "last touch: polars, as-of join by contact": polars_by,
    "last touch: pandas, merge_asof": pandas_by,
    "last touch: DuckDB, ASOF JOIN": duckdb_by,
    "funnel: actoolkit": steps,
    "funnel: polars": steps_polars,
    "funnel: pandas": steps_pandas,
    "funnel: DuckDB": steps_duckdb,
    "linear: actoolkit": linear,
}
HUNGRY = (polars_by, pandas_by, duckdb_by, steps_duckdb, linear)


def measure(name: str, folder: Path, pipe: Connection) -> None:
    """Run one; tell seconds, megabytes, and what came out."""
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        found = WORK[name](folder)
        seconds.append(time.perf_counter() - began)
    most = peak()
    pipe.send((min(seconds), most, found))


def main(millions: int, peer: str | None) -> None:
    """Print the table."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        writer = context.Process(target=write, args=(folder, millions))
        writer.start()
        writer.join()
        print(f"{millions} million touches, {millions * 100_000:,} orders")
        print("| what | seconds | peak MB | actoolkit takes |")
        print("|---|---:|---:|---:|")
        first: dict[str, tuple[float, Any]] = {}
        for what, work in WORK.items():
            if millions > PART and work in HUNGRY:
                continue
            here, there = context.Pipe()
            process = context.Process(target=measure, args=(what, folder, there))
            process.start()
            there.close()
            seconds, most, found = here.recv()
            process.join()
            task = what.partition(":")[0]
            mine, same = first.setdefault(task, (seconds, found))
            if found != same:
                raise SystemExit(f"{what} finds something else.")
            print(f"| {what} | {seconds:.2f} | {most:,.0f} | {mine / seconds:.2f} x |", flush=True)
        if peer:
            seconds, most, found = metric_peers.ask("retentioneering", peer, folder)
            mine, same = first["funnel"]
            told = "" if found == same else f", {found} for {same}"
            ratio = f"{mine / seconds:.2f} x"
            print(f"| funnel: retentioneering{told} | {seconds:.2f} | {most:,.0f} | {ratio} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure touches.")
    parser.add_argument("millions", nargs="?", type=int, default=20)
    parser.add_argument("--peer", help="interpreter that has retentioneering")
    asked = parser.parse_args()
    main(asked.millions, asked.peer)
