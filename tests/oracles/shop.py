"""Orders of a small shop, with what makes metrics wrong: ties, holes, daylight saving."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

ORDERS = {
    "order_id": pl.String(),
    "email": pl.String(),
    "state": pl.String(),
    "currency": pl.String(),
    "total_cents": pl.Int64(),
    "discount_cents": pl.Int64(),
    "product_count": pl.Int64(),
    "ordered_at": pl.Datetime("us", "UTC"),
    "ordered_local": pl.Datetime("us"),
    "abandoned_at": pl.Datetime("us", "UTC"),
}
ZONE = ZoneInfo("America/Chicago")
EPOCH = datetime(2025, 10, 28, 3, 30, tzinfo=UTC)
EMAILS = [
    "ann@example.com",
    " Ann@Example.com",
    "ann@example.com ",
    "bob@example.com",
    "",
    "d@e.fr",
]
STATES = [*["completed"] * 4, *["recovered"] * 3, *["abandoned"] * 2, "pending", "status 9"]
QUICK = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def local(moment):
    return None if moment is None else moment.astimezone(ZONE).replace(tzinfo=None)


def none_or(strategy):
    """Mostly the strategy; simplest examples have no holes."""
    return st.integers(0, 9).flatmap(lambda n: st.none() if n == 9 else strategy)


HOURS = st.one_of(st.integers(0, 24 * 100), st.integers(100, 140), st.integers(700, 760))
MOMENTS = HOURS.map(lambda hours: EPOCH + timedelta(hours=hours))


@st.composite
def order_rows(draw, *, most=14):
    rows = []
    for number in range(draw(st.integers(0, most))):
        moment = draw(none_or(MOMENTS))
        rows.append(
            {
                "order_id": str(99 - number),
                "email": draw(none_or(st.sampled_from(EMAILS))),
                "state": draw(none_or(st.sampled_from(STATES))),
                "currency": draw(none_or(st.sampled_from(["EUR", "USD"]))),
                "total_cents": draw(none_or(st.integers(0, 5) | st.integers(0, 2**40))),
                "discount_cents": draw(none_or(st.integers(0, 900))),
                "product_count": draw(none_or(st.integers(0, 9))),
                "ordered_at": moment,
                "ordered_local": local(moment),
                "abandoned_at": draw(none_or(MOMENTS)),
            }
        )
    return rows


DAYS = st.dates(date(2025, 10, 20), date(2026, 2, 10))


@st.composite
def windows(draw):
    since, until = draw(none_or(DAYS)), draw(none_or(DAYS))
    if since is not None and until is not None and since >= until:
        return until, since + timedelta(days=1)
    return since, until


GRAINS = st.sampled_from(["day", "week", "month", "quarter", "year"])
