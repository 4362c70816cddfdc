"""Frames made by hand, in the loaders' columns: small enough to count on fingers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

FIRST = datetime(2026, 1, 6, 10, 0)
AS_OF = datetime(2026, 6, 30, 15, 0, tzinfo=UTC)


def _campaign(number: int) -> dict[str, object]:
    """Campaigns 1 to 10, two weeks apart; every third one is a mail of automation 5; 10 is a draft."""
    sent = FIRST + timedelta(days=14 * number, hours=number % 4)
    draft = number == 10
    return {
        "campaign_id": str(number),
        "name": "Newsletter" if number % 2 else f"Offer {number}",
        "type": "single",
        "automation_id": "5" if number % 3 == 0 else None,
        "sent_at": None if draft else (sent + timedelta(hours=6)).replace(tzinfo=UTC),
        "sent_local": None if draft else sent,
        "sends": 0 if draft else 1000 * number,
        "hard_bounces": 0 if draft else 10 * number,
        "soft_bounces": 0 if draft else 10,
        "unique_opens": 0 if draft else 300 * number,
        "verified_unique_opens": None if number < 4 or draft else 200 * number,
        "clickers": 0 if draft else 40 * number + number % 3,
        "unsubscribes": 0 if draft else number,
        "unique_replies": 0,
        "unique_forwards": 0,
    }


@pytest.fixture(scope="session")
def frames():
    """Everything the funnel explorer takes."""
    people = range(1, 21)
    moment = pl.Datetime("us", "UTC")
    return {
        "campaigns": pl.DataFrame([_campaign(n) for n in range(1, 11)]),
        "campaign_lists": pl.DataFrame(
            {"campaign_id": [str(n) for n in range(1, 10)], "list_id": ["1", "2", "2"] * 3}
        ),
        "lists": pl.DataFrame({"list_id": ["1", "2"], "name": ["News", "Offers"]}),
        "automations": pl.DataFrame({"automation_id": ["5", "6"], "name": ["Welcome", "Unused"]}),
        "contact_lists": pl.DataFrame(
            {
                "contact_id": [str(n) for n in people],
                "list_id": ["1" if n % 2 else "2" for n in people],
                "status": ["subscribed"] * 20,
                "subscribed_at": [datetime(2025, 1, 1, tzinfo=UTC)] * 20,
                "unsubscribed_at": pl.Series([None] * 20, dtype=moment),
            }
        ),
        "contacts": pl.DataFrame(
            {
                "contact_id": [str(n) for n in people],
                "email": [f"person{n}@example.com" for n in people],
            }
        ),
        "ecom_orders": pl.DataFrame(
            {
                "order_id": [str(n) for n in range(1, 61)],
                "email": [f"Person{1 + n % 20}@example.com" for n in range(60)],
                "state": ["completed", "recovered", "abandoned"] * 20,
                "ordered_at": [
                    datetime(2026, 1, 20, tzinfo=UTC) + timedelta(days=2 * n) for n in range(60)
                ],
            }
        ),
    }


@pytest.fixture(scope="session")
def campaign_frames(frames):
    """What the engagement explorer takes."""
    return {name: frames[name] for name in ("campaigns", "campaign_lists", "lists", "automations")}


@pytest.fixture(scope="session")
def today():
    return date(2026, 6, 30)
