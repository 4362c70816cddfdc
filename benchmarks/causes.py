"""How far each attribution model is from what mail caused, where that is known.

``python benchmarks/causes.py`` draws 48 synthetic accounts of 5,000 contacts each, in which mail
makes people buy between a quarter and four times as much as usual, credits their revenue by every
model to touches of every source, and writes the table of ``docs/attribution.md``. True is the
revenue of the orders that would not be there without the mail. Half of the accounts give the range
of credited ÷ true; in the other half it is counted how often the truth lies where that range says.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from actoolkit.metrics import attributed_revenue
from actoolkit.metrics.attribution_models import MODELS
from actoolkit.sandbox.clock import NEVER, moment
from actoolkit.sandbox.world import World

PAGE = Path(__file__).parent.parent / "docs" / "attribution.md"
BEGIN, END = "<!-- the measured table begins -->", "<!-- the measured table ends -->"
CALIBRATED, TESTED = range(1, 25), range(25, 49)
SOURCES = {
    "clicks": ("click",),
    "clicks and opens": ("click", "open"),
    "mails sent": ("sent",),
    "lists (API)": ("listed",),
}
WINDOWS = (1, 7, 30)


@dataclass(frozen=True, slots=True)
class Found:
    """What one model says of one world.

    Args:
        source: Which touches it saw.
        model: Which it is.
        window_days: Of its window.
        seed: Of the world.
        credited: Share of the revenue that it credits.
        true: Share of the revenue that mail caused.
        agreement: Rank correlation with the truth, over campaigns.
    """

    source: str
    model: str
    window_days: int
    seed: int
    credited: float
    true: float
    agreement: float


def world_of(seed: int) -> World:
    """Draw an account and how strongly its mail works.

    Args:
        seed: Of both.
    """
    return World("small", seed, persuasion=4.0 ** random.Random(seed).uniform(-1, 1))


def touches_of(world: World) -> pl.DataFrame:
    """Give every send, open and click of a world as touches.

    Args:
        world: Which.
    """
    start = moment(0)
    parts = []
    for mailing in world.mailings:
        if mailing.automation < 0 and mailing.sent < 0:
            continue
        happened = world.outcome(mailing)
        base = pl.DataFrame(
            {
                "contact": world.people.ids[happened.contacts],
                "sent": happened.sent,
                "open": happened.opened,
                "click": happened.clicked,
            }
        ).with_columns(pl.lit(str(mailing.campaign_id)).alias("campaign_id"))
        kinds = {"sent": "sent", "open": "open", "click": "click"}
        if mailing.automation < 0:
            kinds["listed"] = "sent"
        parts += [
            base.filter(pl.col(column) <= min(world.minute, NEVER - 1)).select(
                pl.col("contact").cast(pl.String).alias("contact_id"),
                _at(start, column).alias("touched_at"),
                pl.lit(kind).alias("kind"),
                "campaign_id",
                pl.lit(None, pl.String).alias("automation_id"),
                _at(start, "sent").alias("sent_at"),
                pl.lit(None, pl.String).alias("link"),
                pl.lit(None, pl.Boolean).alias("is_bot"),
            )
            for kind, column in kinds.items()
        ]
    return pl.concat(parts)


def _at(start: datetime, column: str) -> pl.Expr:
    minutes = pl.duration(minutes=pl.col(column))
    return (pl.lit(start) + minutes).dt.convert_time_zone("UTC").cast(pl.Datetime("us", "UTC"))


def orders_of(world: World) -> tuple[pl.DataFrame, dict[str, int], int]:
    """Give the orders of a world, and what each campaign caused.

    Args:
        world: Which.

    Returns:
        The orders with their contacts; cents by campaign that mail caused; cents of all orders.
    """
    truth = pl.DataFrame(world.truth(), infer_schema_length=None)
    orders = truth.select(
        "order_id",
        "contact_id",
        "total_cents",
        pl.col("ordered_at").cast(pl.Datetime("us", "UTC")),
        state=pl.lit("completed"),
        currency=pl.lit("USD"),
        shipping_cents=pl.lit(0),
        tax_cents=pl.lit(0),
    )
    caused = truth.drop_nulls("campaign_id").group_by("campaign_id").agg(pl.sum("total_cents"))
    return orders, dict(caused.iter_rows()), int(truth["total_cents"].sum())


def measured(seeds: Iterable[int]) -> Iterator[Found]:
    """Credit the revenue of worlds by every model, window and source.

    Args:
        seeds: Of the worlds.
    """
    for seed in seeds:
        world = world_of(seed)
        touches = touches_of(world)
        orders, caused, revenue = orders_of(world)
        true = sum(caused.values()) / revenue
        sent = sorted({row[0] for row in touches.select("campaign_id").unique().iter_rows()})
        for source, kinds in SOURCES.items():
            seen = touches.filter(pl.col("kind").is_in(kinds))
            for model in MODELS:
                if "click" not in kinds and model not in ("last", "first", "linear"):
                    continue
                for days in WINDOWS if model == "last" else (7,):
                    made = attributed_revenue(orders, seen, model=model, window_days=days)
                    given = dict(
                        made.filter("is_attributed")
                        .select("campaign_id", "credited_cents")
                        .iter_rows()
                    )
                    share = sum(given.values()) / revenue
                    pairs = [(given.get(one, 0), caused.get(one, 0)) for one in sent]
                    yield Found(source, model, days, seed, share, true, _ranks(pairs))


def _ranks(pairs: list[tuple[int, int]]) -> float:
    frame = pl.DataFrame(pairs, schema=["given", "caused"], orient="row")
    return float(frame.select(pl.corr("given", "caused", method="spearman")).item())


def table(found: list[Found]) -> str:
    """Write the table.

    Args:
        found: Result of `measured`.
    """
    lines = [
        "| touches | model | window | credited ÷ true | 22 of 24 accounts | inside | agreement |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    groups: dict[tuple[str, str, int], list[Found]] = {}
    for one in found:
        groups.setdefault((one.source, one.model, one.window_days), []).append(one)
    for (source, model, days), rows in groups.items():
        known = [row for row in rows if row.seed in CALIBRATED]
        others = [row for row in rows if row.seed in TESTED]
        ratios = sorted(row.credited / row.true for row in known)
        low, high = ratios[1], ratios[-2]
        inside = sum(low <= row.credited / row.true <= high for row in others)
        agreement = statistics.median(row.agreement for row in rows)
        lines.append(
            f"| {source} | {model} | {days} days | {statistics.median(ratios):.1f} | "
            f"{low:.1f} to {high:.1f} | {inside} of {len(others)} | {agreement:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure, and write the page's table."""
    text = table(list(measured([*CALIBRATED, *TESTED])))
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
