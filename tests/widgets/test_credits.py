"""What an explorer remembers of orders and touches gives what the metrics give on all of them."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from actoolkit.metrics import all_touches, attributed_revenue, attribution_sensitivity
from actoolkit.metrics import touches_from_log as touches_of
from actoolkit.metrics.attribution_checks import WINDOWS as USUAL
from actoolkit.tables.frames import to_pandas
from actoolkit.widgets.credits import WINDOWS, Credits

START = datetime(2026, 3, 1, tzinfo=UTC)
MODELS = ("last", "linear", "last_click_else_open", "vendor")
CHOICES = [
    {},
    {"kinds": "click"},
    {"kinds": ["open", "click"]},
    {"since": date(2026, 4, 1)},
    {"since": date(2026, 4, 1), "until": date(2026, 4, 20)},
]


@pytest.fixture(scope="module")
def frames():
    """Touches at the same moments, at the very edge of windows, of bots, of strangers."""
    dice = random.Random(11)
    orders, log = [], []
    for number in range(300):
        moment = START + timedelta(minutes=dice.randrange(70 * 1440))
        person = dice.randrange(40)
        orders.append(
            {
                "order_id": str(number),
                "email": f" P{person}@Example.com" if number % 3 else f"p{person}@example.com",
                "state": dice.choice(["completed", "recovered", "abandoned"]),
                "currency": dice.choice(["EUR", "USD", None]),
                "total_cents": None if number == 5 else dice.randrange(-100, 9000),
                "shipping_cents": 100,
                "tax_cents": 7,
                "ordered_at": None if number == 6 else moment,
                "ordered_local": None if number == 6 else moment.replace(tzinfo=None),
            }
        )
        for _ in range(dice.randrange(4)):
            before = dice.choice([*(timedelta(days=d) for d in (0, *WINDOWS)), timedelta(hours=31)])
            log.append(
                {
                    "contact_id": str(dice.choice([person, person + 1, 99])),
                    "touched_at": moment - before + timedelta(microseconds=dice.randrange(-1, 2)),
                    "sent_at": moment - before - timedelta(days=dice.randrange(3)),
                    "kind": dice.choice(["click", "open", "sent"]),
                    "campaign_id": str(dice.randrange(5)),
                    "is_bot": dice.random() < 0.2,
                }
            )
    people = {"contact_id": [str(n) for n in range(45)]}
    people["email"] = [f"p{n % 40}@example.com" for n in range(45)]
    return (
        pl.DataFrame(orders, schema_overrides={"currency": pl.String}),
        all_touches(touches_of(pl.DataFrame(log))),
        pl.DataFrame(people),
    )


@pytest.fixture(scope="module", params=["polars", "pandas"])
def both(frames, request):
    given = frames if request.param == "polars" else tuple(to_pandas(one) for one in frames)
    return given, Credits(*given)


def same(found, expected):
    assert type(found) is type(expected)
    if not isinstance(found, pl.DataFrame):
        assert found.dtypes.to_dict() == expected.dtypes.to_dict()
        found, expected = pl.from_pandas(found), pl.from_pandas(expected)
    assert_frame_equal(found, expected)


@pytest.mark.parametrize("choice", CHOICES, ids=str)
@pytest.mark.parametrize("model", MODELS)
def test_every_window_at_once(both, model, choice):
    given, remembered = both
    assert WINDOWS == USUAL
    expected = attribution_sensitivity(*given, models=model, **choice)
    same(remembered.sensitivity(models=model, **choice), expected)
    if not choice:
        assert expected["orders"].min() < expected["orders"].max()


@pytest.mark.parametrize("choice", CHOICES, ids=str)
@pytest.mark.parametrize("days", [1, 30])
def test_revenue_on_the_touches_that_are_near(both, days, choice):
    given, remembered = both
    for model in ("linear", "vendor"):
        options = {"model": model, "window_days": days, "by": "kind", **choice}
        same(remembered.revenue(**options), attributed_revenue(*given, **options))


def test_orders_of_one_id_are_left_to_the_metric(frames):
    orders, touches, contacts = frames
    twice = pl.concat([orders, orders.head(40)])
    expected = attribution_sensitivity(twice, touches, contacts, models="last")
    same(Credits(twice, touches, contacts).sensitivity(models="last"), expected)
