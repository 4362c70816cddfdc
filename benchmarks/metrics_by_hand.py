"""The same questions as an analyst would write them for one library, without any check."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

PAID = ("completed", "recovered")
LAST = date(2026, 6, 30)


def rfm_polars(folder: Path) -> object:
    import polars as pl

    made = (
        pl.scan_parquet(folder / "orders.parquet")
        .filter(pl.col("state").is_in(PAID))
        .group_by(customer=pl.col("email").str.strip_chars().str.to_lowercase())
        .agg(
            last=pl.col("ordered_local").max().dt.date(),
            orders=pl.len(),
            revenue=pl.col("total_cents").sum(),
        )
        .sort("customer")
        .collect(engine="streaming")
    )
    count = made.height
    recency = (pl.lit(LAST) - pl.col("last")).dt.total_days()
    return made.with_columns(
        recency_score=(-recency).rank("ordinal").sub(1) * 5 // count + 1,
        frequency_score=pl.col("orders").rank("ordinal").sub(1) * 5 // count + 1,
        monetary_score=pl.col("revenue").rank("ordinal").sub(1) * 5 // count + 1,
    )


def rfm_least(folder: Path) -> object:
    """Nothing but what no answer by address can leave out: read, group by it, sort by it."""
    import polars as pl

    return (
        pl.scan_parquet(folder / "orders.parquet")
        .filter(pl.col("state").is_in(PAID))
        .group_by(customer=pl.col("email").str.strip_chars().str.to_lowercase())
        .agg(pl.col("ordered_local").max(), pl.len(), pl.col("total_cents").sum())
        .sort("customer")
        .collect(engine="streaming")
    )


def rfm_pandas(folder: Path) -> object:
    import pandas as pd

    orders = pd.read_parquet(
        folder / "orders.parquet", columns=["email", "state", "ordered_local", "total_cents"]
    )
    orders = orders[orders["state"].isin(PAID)]
    orders["customer"] = orders["email"].str.strip().str.lower()
    made = orders.groupby("customer").agg(
        last=("ordered_local", "max"),
        orders=("total_cents", "size"),
        revenue=("total_cents", "sum"),
    )
    recency = (pd.Timestamp(LAST) - made["last"].dt.normalize()).dt.days
    for name, values in (("r", -recency), ("f", made["orders"]), ("m", made["revenue"])):
        made[name] = (values.rank(method="first") - 1) * 5 // len(made) + 1
    return made


def rfm_duckdb(folder: Path) -> object:
    import duckdb

    return duckdb.sql(f"""
        WITH buyers AS (
            SELECT lower(trim(email)) AS customer, max(ordered_local)::DATE AS last_on,
                   count(*) AS orders, sum(total_cents) AS revenue
            FROM '{folder}/orders.parquet' WHERE state IN {PAID} GROUP BY ALL)
        SELECT *, ntile(5) OVER (ORDER BY last_on, customer),
               ntile(5) OVER (ORDER BY orders, customer), ntile(5) OVER (ORDER BY revenue, customer)
        FROM buyers""").fetchnumpy()


def cohorts_polars(folder: Path) -> object:
    import polars as pl

    month = pl.col("ordered_local").dt.truncate("1mo")
    customer = pl.col("email").str.strip_chars().str.to_lowercase()
    active = (
        pl.scan_parquet(folder / "orders.parquet")
        .filter(pl.col("state").is_in(PAID))
        .select(customer=customer, month=month)
        .unique()
        .collect(engine="streaming")
    )
    firsts = active.group_by("customer").agg(cohort=pl.col("month").min())
    return active.join(firsts, on="customer").group_by("cohort", "month").len().sort("cohort")


def cohorts_pandas(folder: Path) -> object:
    import pandas as pd

    orders = pd.read_parquet(folder / "orders.parquet", columns=["email", "state", "ordered_local"])
    orders = orders[orders["state"].isin(PAID)]
    orders["customer"] = orders["email"].str.strip().str.lower()
    orders["month"] = orders["ordered_local"].dt.to_period("M")
    active = orders[["customer", "month"]].drop_duplicates()
    active["cohort"] = active.groupby("customer")["month"].transform("min")
    return active.groupby(["cohort", "month"]).size()


def cohorts_duckdb(folder: Path) -> object:
    import duckdb

    return duckdb.sql(f"""
        WITH active AS (
            SELECT DISTINCT lower(trim(email)) AS customer, date_trunc('month', ordered_local) AS m
            FROM '{folder}/orders.parquet' WHERE state IN {PAID}),
        firsts AS (SELECT customer, min(m) AS cohort FROM active GROUP BY ALL)
        SELECT cohort, m, count(*) FROM active JOIN firsts USING (customer) GROUP BY ALL
        ORDER BY ALL""").fetchall()


def revenue_polars(folder: Path) -> object:
    import polars as pl

    return (
        pl.scan_parquet(folder / "orders.parquet")
        .filter(pl.col("state").is_in(PAID))
        .group_by("currency", month=pl.col("ordered_local").dt.truncate("1mo"))
        .agg(pl.col("total_cents").sum(), pl.len())
        .sort("currency", "month")
        .collect(engine="streaming")
    )


def revenue_pandas(folder: Path) -> object:
    import pandas as pd

    columns = ["state", "currency", "ordered_local", "total_cents"]
    orders = pd.read_parquet(folder / "orders.parquet", columns=columns)
    orders = orders[orders["state"].isin(PAID)]
    months = orders["ordered_local"].dt.to_period("M")
    return orders.groupby(["currency", months])["total_cents"].agg(["sum", "size"])


def revenue_duckdb(folder: Path) -> object:
    import duckdb

    return duckdb.sql(f"""
        SELECT currency, date_trunc('month', ordered_local), sum(total_cents), count(*)
        FROM '{folder}/orders.parquet' WHERE state IN {PAID} GROUP BY ALL ORDER BY ALL
        """).fetchall()


ENDS = (30, 90, 180, 365)


def tiers_polars(folder: Path) -> object:
    import polars as pl

    engaged = pl.max_horizontal("last_open_local", "last_click_local")
    days = (pl.lit(LAST) - engaged.dt.date()).dt.total_days()
    tier = (
        pl.when(engaged.is_null())
        .then(len(ENDS) + 1)
        .otherwise(pl.sum_horizontal((days >= end).cast(pl.Int32) for end in ENDS))
    )
    contacts = pl.scan_parquet(folder / "contacts.parquet").filter(~pl.col("deleted"))
    return contacts.group_by(tier=tier).len().sort("tier").collect(engine="streaming")


def tiers_pandas(folder: Path) -> object:
    import pandas as pd

    contacts = pd.read_parquet(
        folder / "contacts.parquet", columns=["deleted", "last_open_local", "last_click_local"]
    )
    contacts = contacts[~contacts["deleted"]]
    engaged = contacts[["last_open_local", "last_click_local"]].max(axis=1)
    days = (pd.Timestamp(LAST) - engaged.dt.normalize()).dt.days
    tiers = pd.cut(days, [-1, *(end - 1 for end in ENDS), 10**6])
    return tiers.value_counts(dropna=False, sort=False)


def tiers_duckdb(folder: Path) -> object:
    import duckdb

    return duckdb.sql(f"""
        WITH engaged AS (
            SELECT date_diff('day', greatest(last_open_local, last_click_local)::DATE,
                             DATE '{LAST}') AS days
            FROM '{folder}/contacts.parquet' WHERE NOT deleted)
        SELECT CASE WHEN days IS NULL THEN 5 WHEN days < 30 THEN 0 WHEN days < 90 THEN 1
                    WHEN days < 180 THEN 2 WHEN days < 365 THEN 3 ELSE 4 END AS tier, count(*)
        FROM engaged GROUP BY ALL ORDER BY ALL""").fetchnumpy()


def heatmap_polars(folder: Path) -> object:
    import polars as pl

    sent = pl.col("sent_local")
    delivered = pl.col("sends") - pl.col("hard_bounces") - pl.col("soft_bounces")
    return (
        pl.scan_parquet(folder / "campaigns.parquet")
        .filter(pl.col("automation_id").is_null())
        .group_by(weekday=sent.dt.weekday(), hour=sent.dt.hour())
        .agg(rate=pl.col("unique_opens").sum() / delivered.sum())
        .sort("weekday", "hour")
        .collect(engine="streaming")
    )


def heatmap_pandas(folder: Path) -> object:
    import pandas as pd

    rows = pd.read_parquet(folder / "campaigns.parquet")
    rows = rows[rows["automation_id"].isna()]
    rows = rows.assign(
        weekday=rows["sent_local"].dt.day_of_week + 1,
        hour=rows["sent_local"].dt.hour,
        delivered=rows["sends"] - rows["hard_bounces"] - rows["soft_bounces"],
    )
    made = rows.groupby(["weekday", "hour"])[["unique_opens", "delivered"]].sum()
    return made["unique_opens"] / made["delivered"]


def heatmap_duckdb(folder: Path) -> object:
    import duckdb

    return duckdb.sql(f"""
        SELECT isodow(sent_local) AS weekday, hour(sent_local) AS hour,
               sum(unique_opens) / sum(sends - hard_bounces - soft_bounces)
        FROM '{folder}/campaigns.parquet' WHERE automation_id IS NULL
        GROUP BY ALL ORDER BY ALL""").fetchnumpy()


TASKS: dict[str, dict[str, Callable[[Path], object]]] = {
    "rfm": {
        "polars": rfm_polars,
        "polars, grouped and sorted only": rfm_least,
        "pandas": rfm_pandas,
        "DuckDB": rfm_duckdb,
    },
    "cohort_retention": {
        "polars": cohorts_polars,
        "pandas": cohorts_pandas,
        "DuckDB": cohorts_duckdb,
    },
    "revenue_by_period": {
        "polars": revenue_polars,
        "pandas": revenue_pandas,
        "DuckDB": revenue_duckdb,
    },
    "recency_tiers": {"polars": tiers_polars, "pandas": tiers_pandas, "DuckDB": tiers_duckdb},
    "engagement_heatmap": {
        "polars": heatmap_polars,
        "pandas": heatmap_pandas,
        "DuckDB": heatmap_duckdb,
    },
}
