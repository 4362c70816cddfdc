"""The account that the metrics are measured on, as Parquet: drawn, not loaded.

Sizes are contacts; there are 500 campaigns, and 2 orders per contact. Touches are in `touches.py`.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl

CAMPAIGNS = 500
START = datetime(2024, 7, 1)
MINUTES = 730 * 24 * 60


def write(folder: Path, contacts: int, seed: int = 7) -> None:
    """Write ``campaigns.parquet``, ``orders.parquet`` and ``contacts.parquet``."""
    draws = np.random.default_rng(seed)
    minutes = np.sort(draws.integers(0, MINUTES, CAMPAIGNS))
    sends = draws.integers(contacts // 4, contacts // 2, CAMPAIGNS)
    opens = (sends * draws.uniform(0.2, 0.5, CAMPAIGNS)).astype(int)
    clicks = (sends * draws.uniform(0.01, 0.05, CAMPAIGNS)).astype(int)
    sent = pl.lit(START) + pl.col("minute") * pl.duration(minutes=1)
    pl.DataFrame(
        {
            "campaign_id": np.arange(1, CAMPAIGNS + 1).astype(str),
            "name": [f"Campaign {number}" for number in range(1, CAMPAIGNS + 1)],
            "type": "single",
            "automation_id": pl.Series([None] * CAMPAIGNS, dtype=pl.String),
            "minute": minutes,
            "sends": sends,
            "hard_bounces": sends // 500,
            "soft_bounces": sends // 200,
            "unique_opens": opens,
            "verified_unique_opens": opens // 2,
            "clickers": clicks,
            "unsubscribes": clicks // 20,
        }
    ).with_columns(sent_local=sent, sent_at=sent.dt.replace_time_zone("UTC")).drop(
        "minute"
    ).write_parquet(folder / "campaigns.parquet")
    count = 2 * contacts
    buyers = (contacts * draws.power(0.5, count)).astype(np.int64)
    moments = draws.integers(0, MINUTES, count)
    wall = pl.lit(START) + pl.col("minute") * pl.duration(minutes=1)
    states = np.array(["completed", "recovered", "abandoned"])
    pl.DataFrame(
        {
            "order_id": np.arange(1, count + 1),
            "contact_id": buyers,
            "minute": moments,
            "state": states[draws.choice(3, count, p=(0.85, 0.05, 0.10))],
            "total_cents": draws.integers(500, 30_000, count),
            "discount_cents": 0,
        }
    ).with_columns(
        pl.col("order_id", "contact_id").cast(pl.String),
        email=pl.format("Person.{}@Example.com", "contact_id"),
        currency=pl.lit("USD"),
        ordered_local=wall,
        ordered_at=wall.dt.replace_time_zone("UTC"),
    ).drop("minute").write_parquet(folder / "orders.parquet")

    def wall_clock(share: float) -> pl.Series:
        minute = pl.Series("minute", draws.integers(0, MINUTES, contacts))
        there = pl.Series("there", draws.random(contacts) < share)
        moments = pl.select(pl.when(there).then(pl.lit(START) + minute * pl.duration(minutes=1)))
        return moments.to_series()

    pl.DataFrame(
        {
            "contact_id": np.arange(contacts).astype(str),
            "deleted": draws.random(contacts) < 0.01,
            "created_local": wall_clock(1.0),
            "last_open_local": wall_clock(0.7),
            "last_click_local": wall_clock(0.3),
        }
    ).write_parquet(folder / "contacts.parquet")
