"""As the expert has it who wants the very table that the toolkit gives; each gives it summed up.

RFM with its segments; the heat map with its counts, intervals that allow for campaigns that differ,
and rates drawn to the common one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from metrics_by_hand import LAST, PAID

Numbers = np.ndarray[Any, np.dtype[np.float64]]
SCORES = ("recency_score", "frequency_score", "monetary_score")
SCORED = ("recency_days", "orders", *SCORES)
SEGMENTS = (
    ("champions", (4, 5), (4, 5)),
    ("need attention", (3, 3), (3, 3)),
    ("loyal", (3, 5), (3, 5)),
    ("potential", (4, 5), (2, 2.5)),
    ("new", (4, 5), (1, 1.5)),
    ("promising", (3, 3), (1, 2.5)),
    ("cannot lose", (1, 2), (4.5, 5)),
    ("at risk", (1, 2), (3, 4)),
    ("hibernating", (2, 2), (1, 2.5)),
    ("lost", (1, 1), (1, 2.5)),
)


def rfm_polars(folder: Path) -> dict[str, float]:
    import polars as pl

    made = (
        pl.scan_parquet(folder / "orders.parquet")
        .filter(pl.col("state").is_in(PAID))
        .group_by("currency", customer=pl.col("email").str.strip_chars().str.to_lowercase())
        .agg(
            last=pl.col("ordered_local").max().dt.date(),
            orders=pl.len(),
            revenue=pl.col("total_cents").sum(),
        )
        .sort("customer")
        .with_columns(recency_days=(pl.lit(LAST) - pl.col("last")).dt.total_days())
        .collect(engine="streaming")
    )
    cuts = [-(-part * made.height // 5) - 1 for part in range(1, 5)]
    for name, values in zip(
        SCORES, (-made["recency_days"], made["orders"], made["revenue"]), strict=True
    ):
        ends = values.sort().gather(cuts)
        score = sum(((values > end).cast(pl.Int64) for end in ends), start=pl.lit(1))
        made = made.with_columns(score.alias(name))
    value = (pl.col("frequency_score") + pl.col("monetary_score")) / 2
    rules = (
        pl.when(pl.col("recency_score").is_between(*recency) & value.is_between(*mean)).then(
            pl.lit(name)
        )
        for name, recency, mean in SEGMENTS
    )
    made = made.with_columns(segment=pl.coalesce(*rules))
    sums = {name: float(made[name].sum()) for name in SCORED}
    return sums | dict(made.group_by("segment").agg(pl.sum("revenue")).drop_nulls().iter_rows())


def rfm_pandas(folder: Path) -> dict[str, float]:
    import numpy as np
    import pandas as pd

    columns = ["email", "state", "currency", "ordered_local", "total_cents"]
    orders = pd.read_parquet(folder / "orders.parquet", columns=columns)
    orders = orders[orders["state"].isin(PAID)]
    orders["customer"] = orders["email"].str.strip().str.lower()
    made = orders.groupby(["customer", "currency"], as_index=False).agg(
        last=("ordered_local", "max"),
        orders=("total_cents", "size"),
        revenue=("total_cents", "sum"),
    )
    made["recency_days"] = (pd.Timestamp(LAST) - made["last"].dt.normalize()).dt.days
    cuts = [-(-part * len(made) // 5) - 1 for part in range(1, 5)]
    for name, values in zip(
        SCORES, (-made["recency_days"], made["orders"], made["revenue"]), strict=True
    ):
        made[name] = np.searchsorted(np.sort(values)[cuts], values) + 1
    value = (made["frequency_score"] + made["monetary_score"]) / 2
    rules = [
        made["recency_score"].between(*recency) & value.between(*mean)
        for _, recency, mean in SEGMENTS
    ]
    made["segment"] = np.select(rules, [name for name, *_ in SEGMENTS], default=None)
    sums = {name: float(made[name].sum()) for name in SCORED}
    return sums | made.groupby("segment")["revenue"].sum().to_dict()


RATES = {"open_rate": "unique_opens", "click_rate": "clickers"}
SUMMED = {
    *("campaigns", "delivered", "small", *RATES.values()),
    *(f"{name}{end}" for name in RATES for end in ("", "_low", "_high", "_shrunk")),
}


def weighed(columns: dict[str, Any]) -> dict[str, float]:
    """Sum up columns so that rows that are exchanged are seen."""
    return {name: float(values @ np.arange(1, len(values) + 1)) for name, values in columns.items()}


def heatmap_polars(folder: Path) -> dict[str, float]:
    import polars as pl
    from scipy.stats import norm, t

    sent = pl.col("sent_local")
    rows = (
        pl.scan_parquet(folder / "campaigns.parquet")
        .filter(pl.col("automation_id").is_null(), pl.col("sends") > 0)
        .select(
            weekday=sent.dt.weekday(),
            hour=sent.dt.hour(),
            delivered=(pl.col("sends") - pl.col("hard_bounces") - pl.col("soft_bounces")).clip(0),
            unique_opens=pl.col("unique_opens"),
            clickers=pl.col("clickers"),
        )
    )
    cell = ["weekday", "hour"]
    mails = pl.col("delivered")
    away = {
        name: (pl.col(name) - mails * pl.col(name).sum().over(cell) / mails.sum().over(cell)) ** 2
        for name in RATES.values()
    }
    made = (
        rows.with_columns(**{f"{name}_residue": residue for name, residue in away.items()})
        .group_by(cell)
        .agg(pl.len().alias("campaigns"), pl.exclude("campaigns").sum())
        .sort(cell)
        .collect(engine="streaming")
    )
    size, count = (made[name].to_numpy().astype(float) for name in ("delivered", "campaigns"))
    fewer = np.maximum(count - 1, 1)
    quantile = np.where(count > 1, t.ppf(0.975, fewer), norm.ppf(0.975))
    columns = {}
    for name, counted in RATES.items():
        hits, residue = (made[one].to_numpy() for one in (counted, f"{counted}_residue"))
        columns |= _rate(name, hits, size, residue * count / fewer, quantile)
    made = made.with_columns(
        *(pl.Series(name, column) for name, column in columns.items()),
        small=mails < 200,
        flag=pl.lit(None, pl.String),
    )
    return weighed({name: made[name].to_numpy() for name in made.columns if name in SUMMED})


def heatmap_pandas(folder: Path) -> dict[str, float]:
    import pandas as pd
    from scipy.stats import norm, t

    rows = pd.read_parquet(folder / "campaigns.parquet")
    rows = rows[rows["automation_id"].isna() & (rows["sends"] > 0)]
    rows = pd.DataFrame(
        {
            "weekday": rows["sent_local"].dt.day_of_week + 1,
            "hour": rows["sent_local"].dt.hour,
            "delivered": (rows["sends"] - rows["hard_bounces"] - rows["soft_bounces"]).clip(0),
            "unique_opens": rows["unique_opens"],
            "clickers": rows["clickers"],
        }
    )
    cells = rows.groupby(["weekday", "hour"])
    whole = cells.transform("sum")
    for counted in RATES.values():
        common = rows["delivered"] * whole[counted] / whole["delivered"]
        rows[f"{counted}_residue"] = (rows[counted] - common) ** 2
    made = rows.groupby(["weekday", "hour"]).sum()
    size, count = made["delivered"].to_numpy(float), cells.size().to_numpy(float)
    fewer = np.maximum(count - 1, 1)
    quantile = np.where(count > 1, t.ppf(0.975, fewer), norm.ppf(0.975))
    columns = {}
    for name, counted in RATES.items():
        spread = made[f"{counted}_residue"].to_numpy() * count / fewer
        columns |= _rate(name, made[counted].to_numpy(), size, spread, quantile)
    made = made.assign(**columns, campaigns=count, small=made["delivered"] < 200, flag=None)
    return weighed({name: made[name].to_numpy() for name in made.columns if name in SUMMED})


def _rate(
    name: str, hits: Numbers, size: Numbers, spread: Numbers, quantile: Numbers
) -> dict[str, Numbers]:
    """Wilson's interval at the effective size, and the rate drawn to the common one."""
    share = hits / size
    design = np.maximum(1, spread / size / (share * (1 - share)))
    pull = quantile**2 * design / size
    middle, reach = share + pull / 2, np.sqrt(share * (1 - share) * pull + pull**2 / 4)
    whole, common = size.sum(), hits.sum() / size.sum()
    fewer = len(size) - 1
    distance = (size * (share - common) ** 2).sum() / (common * (1 - common)) - fewer
    alike = distance / (whole - (size**2).sum() / whole - fewer)
    prior = min(whole, max(1 / alike - 1, 1)) if alike > 0 else whole
    return {
        name: share,
        f"{name}_low": (middle - reach) / (1 + pull),
        f"{name}_high": (middle + reach) / (1 + pull),
        f"{name}_shrunk": (common * prior + hits) / (prior + size),
    }


TASKS: dict[str, dict[str, Callable[[Path], dict[str, float]]]] = {
    "rfm": {"polars": rfm_polars, "pandas": rfm_pandas},
    "engagement_heatmap": {"polars": heatmap_polars, "pandas": heatmap_pandas},
}
