"""How often the interval of a group of campaigns holds the truth, on synthetic accounts.

    python benchmarks/coverage.py [--worlds 300] [--size small] [--accounts 0]

Campaigns of the sandbox differ by subject, hour, list and season, and their readers are the same
people again and again. A group is the one-off campaigns of a quarter; its truth is the rate of
that quarter over all worlds. Counted is how often the interval of `campaign_rates(by=...)` holds
it, beside Wilson's interval over the same sums, which takes every mail for independent. With
accounts, each keeps its readers through so many worlds, and its truth is its own: what the same
people would have done with other mailings.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from unittest import mock

import polars as pl

from actoolkit.metrics import campaign_rates, wilson
from actoolkit.sandbox.clock import DAY
from actoolkit.sandbox.people import memberships, people
from actoolkit.sandbox.world import Size, World

RATES = {
    "open_rate": "unique_opens",
    "click_rate": "clickers",
    "unsubscribe_rate": "unsubscribes",
}
COUNTERS = {
    "sends": "send_amt",
    "hard_bounces": "hardbounces",
    "soft_bounces": "softbounces",
    "unique_opens": "uniqueopens",
    "verified_unique_opens": "verified_unique_opens",
    "clickers": "subscriberclicks",
    "unsubscribes": "unsubscribes",
}
CONFIDENCES = (0.8, 0.95)
QUARTER = 91 * DAY


def campaigns_of(world: World) -> list[dict[str, int]]:
    """Give the final counters of the one-off campaigns of a world.

    Args:
        world: Which.
    """
    made = []
    for mailing in world.one_off:
        if 0 <= mailing.sent < 8 * QUARTER:
            stood = {
                name: int(world.tallies[mailing.number][wire].stood[-1:].sum())
                for name, wire in COUNTERS.items()
            }
            about = {"world": world.seed, "quarter": int(mailing.sent // QUARTER)}
            made.append({**about, **stood, "unique_replies": 0, "unique_forwards": 0})
    return made


def world_of(size: Size, seed: int, readers: int | None = None) -> World:
    """Make a world, or one with the readers of another.

    Args:
        size: Of both.
        seed: Of the world.
        readers: Seed of the people and of the lists they are on.
    """
    if readers is None:
        return World(size, seed)
    with mock.patch.multiple(
        "actoolkit.sandbox.world",
        people=lambda _, count: people(readers, count),
        memberships=lambda _, crowd: memberships(readers, crowd),
    ):
        return World(size, seed)


def covered(
    seeds: Iterable[int], size: Size = "small", accounts: Sequence[int | None] = (None,)
) -> pl.DataFrame:
    """Count how often the truth is held.

    Args:
        seeds: Of the worlds.
        size: Theirs.
        accounts: Seeds of readers that stay the same through all worlds; None for others in each.

    Returns:
        ``rate``, ``confidence``, ``clustered`` and ``pooled``: the shares of groups whose interval
        holds the truth; ``groups``; ``wider``: how much wider the clustered interval is, median.
    """
    seeds = list(seeds)
    campaigns = pl.DataFrame(
        [
            {**row, "account": str(account)}
            for account in accounts
            for seed in seeds
            for row in campaigns_of(world_of(size, seed, account))
        ]
    )
    made = []
    for confidence in CONFIDENCES:
        rates = campaign_rates(campaigns, by=["account", "world", "quarter"], confidence=confidence)
        for rate, hits in RATES.items():
            truth = pl.col(hits).sum() / pl.col("delivered").sum()
            found = rates.with_columns(truth=truth.over("account", "quarter"))
            low, high = wilson(found[hits].to_numpy(), found["delivered"].to_numpy(), confidence)
            found = found.with_columns(pooled_low=pl.Series(low), pooled_high=pl.Series(high))
            width = pl.col(f"{rate}_high") - pl.col(f"{rate}_low")
            ours = pl.col("truth").is_between(f"{rate}_low", f"{rate}_high")
            pooled = pl.col("truth").is_between("pooled_low", "pooled_high")
            made.append(
                found.select(
                    rate=pl.lit(rate),
                    confidence=pl.lit(confidence),
                    clustered=ours.mean(),
                    pooled=pooled.mean(),
                    wider=(width / (pl.col("pooled_high") - pl.col("pooled_low"))).median(),
                    groups=pl.len(),
                )
            )
    return pl.concat(made)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=300)
    parser.add_argument("--size", default="small")
    parser.add_argument("--accounts", type=int, default=0, help="that keep their readers")
    asked = parser.parse_args()
    accounts = [1000 + number for number in range(asked.accounts)] or [None]
    found = covered(range(1, asked.worlds + 1), asked.size, accounts)
    print("| rate | confidence | clustered | Wilson over the sums | wider by | groups |")
    print("|---|---:|---:|---:|---:|---:|")
    for row in found.iter_rows(named=True):
        print(
            f"| {row['rate']} | {row['confidence']:.0%} | {row['clustered']:.1%} | "
            f"{row['pooled']:.1%} | {row['wider']:.2f} | {row['groups']:,} |"
        )


if __name__ == "__main__":
    main()
