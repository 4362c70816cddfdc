"""A made-up account's tables, small enough to know, and the report of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

import actoolkit as ac
from actoolkit.reports.document import Report
from actoolkit.reports.material import Material, gather
from actoolkit.reports.subjects import build

ZONE = ZoneInfo("America/Chicago")
NOW = datetime(2026, 6, 30, 15, 0, tzinfo=UTC)
NAMES = ("Newsletter", "Spring sale", "Welcome", "Win-back", "Launch", "Tips & tricks")


@dataclass(frozen=True)
class Told:
    """Stands for a manifest."""

    rows: int
    certainty: str = "proven"
    fetched_at: datetime = NOW
    server_at: datetime | None = NOW
    unknown_fields: dict[str, int] = field(default_factory=dict)
    rescued_values: dict[str, int] = field(default_factory=dict)


def wall(moment: datetime) -> datetime:
    return moment.astimezone(ZONE).replace(tzinfo=None)


def tables(campaigns: int, name: Callable[[int], str], list_name: Callable[[int], str]) -> dict:
    dice = random.Random(7)
    sent, links, orders, people, listed = [], [], [], [], []
    for number in range(1, 121):
        joined = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=dice.randrange(700))
        people.append(
            {
                "contact_id": str(number),
                "email": f"p{number}@example.com",
                "deleted": False,
                "last_open_local": None if number % 5 == 0 else datetime(2026, 1 + number % 6, 3),
                "created_local": datetime(2025, 1, 1),
                "last_click_local": None if number % 2 else datetime(2025, 1 + number % 12, 4),
            }
        )
        for list_id in dice.sample("123", dice.randint(1, 2)):
            listed.append(
                {
                    "contact_list_id": str(len(listed) + 1),
                    "contact_id": str(number),
                    "list_id": list_id,
                    "status": "subscribed",
                    "subscribed_at": joined,
                    "unsubscribed_at": None,
                }
            )
    for number in range(1, campaigns + 1):
        moment = datetime(2024, 7, 1, 13, tzinfo=UTC) + timedelta(
            days=(number - 1) * 728 / max(campaigns - 1, 1), hours=dice.randrange(6)
        )
        automated = number % 7 == 3
        sends = dice.randint(300, 6000)
        bounced = sends // 60
        delivered = sends - bounced
        opens = int(delivered * dice.uniform(0.18, 0.33))
        sent.append(
            {
                "campaign_id": str(number),
                "name": name(number),
                "type": "responder" if automated else dice.choice(["single", "single", "split"]),
                "status": "completed",
                "automation_id": "5" if automated else None,
                "sent_at": moment,
                "sent_local": wall(moment),
                "sends": sends,
                "hard_bounces": bounced // 3,
                "soft_bounces": bounced - bounced // 3,
                "unique_opens": opens,
                "verified_unique_opens": None if number % 10 == 4 else int(opens * 0.7),
                "clickers": int(delivered * dice.uniform(0.012, 0.05)),
                "unsubscribes": int(delivered * dice.uniform(0, 0.003)),
                "unique_replies": 0,
                "unique_forwards": 0,
            }
        )
        for list_id in dice.sample("123", dice.randint(1, 2)):
            links.append(
                {
                    "campaign_list_id": str(len(links) + 1),
                    "campaign_id": str(number),
                    "list_id": list_id,
                }
            )
    for number in range(1, 401):
        moment = datetime(2024, 7, 1, tzinfo=UTC) + timedelta(minutes=dice.randrange(728 * 1440))
        orders.append(
            {
                "order_id": str(number),
                "email": f"P{dice.randrange(1, 121)}@example.com",
                "state": dice.choices(["completed", "recovered", "abandoned"], [8, 1, 2])[0],
                "currency": dice.choices(["USD", "EUR"], [8, 2])[0],
                "total_cents": dice.randrange(500, 20_000),
                "ordered_at": moment,
                "ordered_local": wall(moment),
                "abandoned_at": moment if number % 6 == 0 else None,
            }
        )
    lists = [{"list_id": str(i), "name": list_name(i)} for i in (1, 2, 3)]
    return {
        "campaigns": pl.DataFrame(sent, infer_schema_length=None),
        "campaign_lists": pl.DataFrame(links),
        "lists": pl.DataFrame(lists),
        "contact_lists": pl.DataFrame(listed, infer_schema_length=None),
        "contacts": pl.DataFrame(people),
        "ecom_orders": pl.DataFrame(orders),
    }


def material(
    campaigns: int = 40,
    *,
    name: Callable[[int], str] = lambda number: f"{NAMES[number % 6]} {number // 6}",
    list_name: Callable[[int], str] = lambda number: ("Customers", "Readers", "VIP")[number - 1],
    without: tuple[str, ...] = (),
) -> Material:
    frames = tables(campaigns, name, list_name)
    kept = {table: frame for table, frame in frames.items() if table not in without}
    return Material(
        account="you.api-us1.com",
        zone="America/Chicago",
        frames=kept,
        manifests={table: Told(rows=len(frame)) for table, frame in kept.items()},
        missing={table: f"The plan has no {table}." for table in without},
        minor_units={},
    )


@pytest.fixture(scope="session")
def made() -> Callable[..., Material]:
    return material


@pytest.fixture(scope="session")
def account_report() -> Report:
    return build("overview", material())


@pytest.fixture(scope="session")
def tiny() -> Iterator[Material]:
    """The tables of the smallest synthetic account."""
    with ac.sandbox_account(size="tiny", seed=7) as account:
        yield gather(
            account, progress=False, refresh=False, extra=("automations", "contact_automations")
        )
