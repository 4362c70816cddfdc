"""What an explorer remembers of orders and touches gives what the metrics give on all of them."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from functools import partial

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from actoolkit.errors import InvalidArgument, MissingColumns
from actoolkit.metrics import (
    all_touches,
    attributed_revenue,
    attribution_pairs,
    attribution_sensitivity,
)
from actoolkit.metrics import touches_from_log as touches_of
from actoolkit.metrics.attribution_checks import WINDOWS as USUAL
from actoolkit.metrics.attribution_models import MODELS as EVERY
from actoolkit.tables.frames import to_pandas
from actoolkit.widgets import credits as remembering
from actoolkit.widgets.credits import WINDOWS, Credits

START = datetime(2026, 3, 1, tzinfo=UTC)
MODELS = ("last", "linear", "last_click_else_open", "vendor")
CHOICES = [
    {},
    {"kinds": "click"},
    {"kinds": "sent"},
    {"kinds": ["open", "click"]},
    {"since": date(2026, 4, 1)},
    {"since": date(2026, 4, 1), "until": date(2026, 4, 20)},
]


def drawn(seed, people=40, most=3):
    """Touches at the same moments, at the very edge of windows, of bots, of strangers."""
    dice = random.Random(seed)
    orders, log = [], []
    for number in range(300):
        moment = START + timedelta(minutes=dice.randrange(70 * 1440))
        person = dice.randrange(people)
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
        for _ in range(dice.randrange(most + 1)):
            before = dice.choice([*(timedelta(days=d) for d in (0, *WINDOWS)), timedelta(hours=31)])
            touched = moment - before + timedelta(microseconds=dice.randrange(-1, 2))
            log.append(
                {
                    "contact_id": str(dice.choice([person, person + 1, 99])),
                    "touched_at": touched,
                    "sent_at": min(touched, moment - before - timedelta(days=dice.randrange(3))),
                    "kind": dice.choice(["click", "open", "sent"]),
                    "campaign_id": str(dice.randrange(5)),
                    "is_bot": dice.random() < 0.2,
                }
            )
    known = {"contact_id": [str(n) for n in range(45)]}
    known["email"] = [f"p{n % 40}@example.com" for n in range(45)]
    return (
        pl.DataFrame(orders, schema_overrides={"currency": pl.String}),
        all_touches(touches_of(pl.DataFrame(log))),
        pl.DataFrame(known),
    )


@pytest.fixture(scope="module")
def frames():
    return drawn(11)


ASKED = pytest.mark.parametrize(
    ("both", "choice"),
    # Frames of pandas differ at the door alone.
    [*(("polars", one) for one in CHOICES), ("pandas", {}), ("pandas", CHOICES[-1])],
    indirect=["both"],
    ids=str,
    scope="module",
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


def none_of(model, choice):
    """Whether a model of opens and clicks is asked for other touches alone."""
    return choice.get("kinds") == "sent" and model in ("vendor", "last_click_else_open")


@pytest.mark.parametrize("model", MODELS)
@ASKED
def test_every_window_at_once(both, no_metric, model, choice):
    given, remembered = both
    if none_of(model, choice):
        with pytest.raises(InvalidArgument, match="knows no touch"):
            remembered.sensitivity(models=model, **choice)
        return
    assert WINDOWS == USUAL
    expected = attribution_sensitivity(*given, models=model, **choice)
    same(remembered.sensitivity(models=model, **choice), expected)
    if not choice:
        assert expected["orders"].min() < expected["orders"].max()


@pytest.fixture
def no_metric(monkeypatch):
    """What is asked for comes from the cube, not from the metric that it is compared with."""

    def refuse(*asked, **options):
        raise AssertionError("the metric")

    monkeypatch.setattr(remembering, "attributed_revenue", refuse)
    monkeypatch.setattr(remembering, "attribution_sensitivity", refuse)


@pytest.mark.parametrize("model", EVERY)
@ASKED
def test_revenue_of_every_model(both, no_metric, choice, model):
    given, remembered = both
    if none_of(model, choice):
        with pytest.raises(InvalidArgument, match="knows no touch"):
            remembered.revenue(model=model, **choice)
        return
    for days, by in ((1, "kind"), (7, "automation_id"), (30, "campaign_id")):
        options = {"model": model, "window_days": days, "by": by, **choice}
        same(remembered.revenue(**options), attributed_revenue(*given, **options))


@pytest.mark.parametrize("room", [0, 10**9])
def test_many_values_are_summed_like_few(frames, no_metric, monkeypatch, room):
    monkeypatch.setattr(attribution_pairs, "_ROOM", room)
    remembered = Credits(*frames)
    for model in EVERY:
        same(remembered.revenue(model=model), attributed_revenue(*frames, model=model))


@pytest.mark.parametrize("seed", range(6))
def test_parts_add_up_to_the_cent_on_crowded_orders(no_metric, seed):
    orders, touches, contacts = drawn(seed, people=3, most=9)
    remembered = Credits(orders, touches, contacts)
    paid = orders.filter(pl.col("state") != "abandoned", pl.col("ordered_at").is_not_null())
    whole = paid["total_cents"].sum()
    for model in EVERY:
        options = {"model": model, "window_days": 30, "by": "campaign_id"}
        found = remembered.revenue(**options)
        same(found, attributed_revenue(orders, touches, contacts, **options))
        if model != "vendor":
            assert found["credited_cents"].sum() == whole


@pytest.mark.parametrize("gone", ["orders", "touches"])
def test_nothing_to_credit(frames, no_metric, gone):
    orders, touches, contacts = frames
    few = (
        (orders.clear(), touches, contacts)
        if gone == "orders"
        else (orders, touches.clear(), contacts)
    )
    remembered = Credits(*few)
    for model in EVERY:
        same(remembered.revenue(model=model), attributed_revenue(*few, model=model))
        expected = attribution_sensitivity(*few, models=model)
        same(remembered.sensitivity(models=model), expected)


def test_mails_sent_after_they_were_touched_are_left_to_the_metric(frames):
    orders, touches, contacts = frames
    later = pl.when(pl.int_range(pl.len()) % 3 == 0).then(pl.duration(days=25))
    odd = touches.with_columns(sent_at=pl.col("touched_at") + later)
    options = {"model": "vendor", "window_days": 7}
    expected = attributed_revenue(orders, odd, contacts, **options)
    same(Credits(orders, odd, contacts).revenue(**options), expected)


def test_a_window_longer_than_remembered_is_left_to_the_metric(both):
    given, remembered = both
    for days in (31, None):
        options = {"model": "linear", "window_days": days}
        same(remembered.revenue(**options), attributed_revenue(*given, **options))


def in_parts(touches):
    """Give touches as three frames, each contact in one of them."""
    part = pl.col("contact_id").cast(pl.Int64) % 3
    return lambda: (touches.filter(part == number) for number in range(3))


@pytest.mark.parametrize("model", MODELS)
def test_touches_may_come_in_parts(frames, no_metric, model):
    orders, touches, contacts = frames
    remembered = Credits(orders, in_parts(touches), contacts)
    same(remembered.revenue(model=model), attributed_revenue(*frames, model=model))
    expected = attribution_sensitivity(*frames, models=model)
    same(remembered.sensitivity(models=model), expected)


def test_parts_are_put_together_for_the_metric(frames):
    orders, touches, contacts = frames
    odd = touches.with_columns(sent_at=pl.col("touched_at") + pl.duration(days=25))
    only = pl.col("contact_id").cast(pl.Int64) % 3 == 1  # in the second of the parts alone
    odd = pl.concat([touches.filter(~only), odd.filter(only)])
    options = {"model": "vendor", "window_days": 7}
    expected = attributed_revenue(orders, odd, contacts, **options)
    same(Credits(orders, in_parts(odd), contacts).revenue(**options), expected)
    beyond = {"model": "linear", "window_days": None}
    remembered = Credits(orders, in_parts(touches), contacts)
    same(remembered.revenue(**beyond), attributed_revenue(*frames, **beyond))


def test_orders_of_one_id_are_left_to_the_metric_which_refuses_them(frames):
    orders, touches, contacts = frames
    credit = Credits(pl.concat([orders, orders.head(40)]), touches, contacts)
    with pytest.raises(InvalidArgument, match="there 2 times"):
        credit.sensitivity(models="last")


@pytest.mark.parametrize(
    "options",
    [
        {"include_bots": True},
        {"value": "net"},
        {"model": "vendor", "value": "total"},
        {"model": "time_decay", "half_life_days": 1},
        {"by": ["kind", "campaign_id"]},
        {"by": None},
        {"kinds": ["click"], "model": "linear"},
    ],
    ids=str,
)
@pytest.mark.parametrize("gone", [[], ["shipping_cents", "tax_cents"]])
def test_every_option_of_the_metric_counts(frames, options, gone):
    orders, touches, contacts = frames
    orders = orders.drop(gone)
    remembered = Credits(orders, touches, contacts)
    try:
        expected = attributed_revenue(orders, touches, contacts, **options)
    except MissingColumns:
        with pytest.raises(MissingColumns):
            remembered.revenue(**options)
        return
    same(remembered.revenue(**options), expected)


@pytest.mark.parametrize(
    "options",
    [
        {"model": "none"},
        {"by": "none"},
        {"kinds": "none"},
        {"value": "none"},
        {"window_days": 0},
        {"since": "2026-04-02", "until": "2026-04-02"},
    ],
    ids=str,
)
def test_what_the_metric_refuses_is_refused(frames, options):
    remembered = Credits(*frames)
    for call in (partial(attributed_revenue, *frames), remembered.revenue):
        with pytest.raises(InvalidArgument) as caught:
            call(**options)
        assert caught.value.hint


@pytest.mark.parametrize("name", ["order_id", "state", "currency", "total_cents", "ordered_at"])
def test_orders_without_a_column_are_told_which(frames, name):
    orders, touches, contacts = frames
    with pytest.raises(MissingColumns, match=name):
        Credits(orders.drop(name), touches, contacts)


@pytest.mark.parametrize("other", range(3))
def test_frames_of_different_kinds_are_refused(frames, other):
    given = [to_pandas(one) if place == other else one for place, one in enumerate(frames)]
    with pytest.raises(InvalidArgument, match="different kinds"):
        Credits(*given)


def test_an_order_of_no_id_is_credited_too(frames, no_metric):
    orders, touches, contacts = frames
    orders = orders.with_columns(
        order_id=pl.when(pl.col("order_id") != "8").then(pl.col("order_id"))
    )
    touches = touches.vstack(
        touches.head(1).with_columns(
            contact_id=pl.lit(orders["email"][8].strip().lower()[1:].split("@")[0]),
            touched_at=pl.lit(orders["ordered_at"][8]),
            kind=pl.lit("click"),
            is_bot=pl.lit(value=False),
        )
    )
    orders = orders.with_columns(state=pl.lit("completed"))
    remembered = Credits(orders, touches, contacts)
    for model in ("last", "linear"):
        expected = attributed_revenue(orders, touches, contacts, model=model)
        same(remembered.revenue(model=model), expected)


@pytest.mark.parametrize("model", ["last", "first", "last_click_else_open"])
def test_sums_past_the_decimals_of_a_float_are_whole(frames, no_metric, model):
    orders, touches, contacts = frames
    orders = orders.with_columns(total_cents=2**53 + pl.int_range(pl.len()))
    remembered = Credits(orders, touches, contacts)
    options = {"model": model, "window_days": 30}
    same(remembered.revenue(**options), attributed_revenue(orders, touches, contacts, **options))
    same(
        remembered.sensitivity(models=model),
        attribution_sensitivity(orders, touches, contacts, models=model),
    )


@pytest.mark.parametrize("model", ["first", "last"])
def test_of_touches_at_once_the_one_without_a_campaign_comes_first(model):
    orders, _, contacts = drawn(0)
    log = pl.DataFrame({"email": ["p1@example.com"] * 2, "campaign_id": ["12", None]})
    log = log.with_columns(touched_at=pl.lit(START - timedelta(hours=1)))
    touches = touches_of(log, contacts, kind="click")
    mine = orders.filter(pl.col("email").str.to_lowercase().str.strip_chars() == log["email"][0])
    mine = mine.with_columns(ordered_at=pl.lit(START), state=pl.lit("completed")).head(2)
    wanted = attributed_revenue(mine, touches, contacts, model=model, window_days=7)
    named = wanted.filter("is_attributed")["campaign_id"].unique().to_list()
    assert named == [None if model == "first" else "12"]
    found = Credits(mine, touches, contacts).revenue(model=model, window_days=7)
    assert_frame_equal(found, wanted)
