"""The one pass over touches in order, against loops over dictionaries; and when it steps back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actoolkit.metrics import attributed_revenue, attribution, attribution_polars

PATH = Path(__file__).parent.parent / "oracles" / "attribution.py"
SPEC = spec_from_file_location("oracle_of_one_pass", PATH)
oracle = module_from_spec(SPEC)
SPEC.loader.exec_module(oracle)

START = datetime(2026, 3, 6, tzinfo=UTC)
MOMENT = pl.Datetime("us", "UTC")
TOUCHES = {
    "contact_id": pl.String(),
    "touched_at": MOMENT,
    "kind": pl.String(),
    "campaign_id": pl.String(),
    "automation_id": pl.String(),
    "sent_at": MOMENT,
    "link": pl.String(),
    "is_bot": pl.Boolean(),
}
ORDERS = {
    "order_id": pl.String(),
    "contact_id": pl.String(),
    "email": pl.String(),
    "state": pl.String(),
    "currency": pl.String(),
    "ordered_at": MOMENT,
    "total_cents": pl.Int64(),
}
IDS = ["0", "1", "7", "9", "10", "12", "99", "100", "1000", "99999999"]
ORDER = {
    "texts": lambda touch: (touch["contact_id"], touch["touched_at"]),
    "numbers": lambda touch: (int(touch["contact_id"]), touch["touched_at"]),
}


def touch(contact="7", at=START, campaign="1", kind="click", bot=None):
    return {
        "contact_id": contact,
        "touched_at": at,
        "kind": kind,
        "campaign_id": campaign,
        "automation_id": None,
        "sent_at": None,
        "link": None,
        "is_bot": bot,
    }


def order(number=1, contact="7", at=START, cents=1000, currency="EUR"):
    return {
        "order_id": str(number),
        "contact_id": contact,
        "email": f"{contact}@example.com",
        "state": "completed",
        "currency": currency,
        "ordered_at": at,
        "total_cents": cents,
    }


hours = st.one_of(st.sampled_from([0, 1, 24, 168]), st.integers(0, 400))
moments = hours.map(lambda h: START + timedelta(hours=h))
finer = st.tuples(moments, st.sampled_from([0, 0, 1, 999_999])).map(
    lambda pair: pair[0] + timedelta(microseconds=pair[1])
)


def some_touches(at):
    return st.lists(
        st.builds(
            touch,
            st.sampled_from(IDS),
            at,
            st.sampled_from([None, "1", "2", "10"]),
            st.sampled_from(oracle.ORDER),
            st.sampled_from([None, None, False, True]),
        ),
        max_size=30,
    )


orders = st.lists(
    st.tuples(
        st.sampled_from([*IDS, "007", "ann", "+7", "123456789012", ""]),
        finer,
        st.sampled_from([0, 1, 1000, -501]),
        st.sampled_from(["EUR", "USD", None]),
    ),
    max_size=12,
).map(lambda rows: [order(number, *row) for number, row in enumerate(rows)])


@pytest.fixture
def passes(monkeypatch):
    """Whether the one pass gave an answer, call by call; and it looks at few touches at once."""
    made = []

    def kept(*given):
        answer = attribution_polars.last_touch_sums(*given)
        made.append(answer is not None)
        return answer

    monkeypatch.setattr(attribution, "last_touch_sums", kept)
    monkeypatch.setattr(attribution_polars, "ROWS", 4)
    return made


def both(some_orders, some_touches, *, window=7, by="campaign_id"):
    """What the toolkit gives, and what loops give."""
    people = [
        {"contact_id": contact, "email": f"{contact}@example.com"}
        for contact in {row["contact_id"] for row in some_orders}
    ]
    found = attributed_revenue(
        pl.DataFrame(some_orders, schema=ORDERS),
        pl.DataFrame(some_touches, schema=TOUCHES),
        window_days=window,
        by=by,
    )
    given_to = oracle.given(
        some_orders, people, some_touches, "last", window, None, None, 7.0, False
    )
    names = [by] if isinstance(by, str) else list(by or ())
    return found.to_dicts(), oracle.sums(some_orders, given_to, names, "total")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    orders,
    some_touches(moments),
    st.sampled_from(sorted(ORDER)),
    st.sampled_from([1, 7, None]),
    st.data(),
)
def test_it_gives_what_loops_give(passes, same, orders, touches, layout, window, data):
    by = data.draw(st.sampled_from(["campaign_id", ("kind", "automation_id"), None]))
    passes.clear()
    found, wanted = both(orders, sorted(touches, key=ORDER[layout]), window=window, by=by)
    same(found, wanted)
    assert passes == [True]


finest = st.tuples(st.integers(0, 3), st.integers(0, 3)).map(
    lambda pair: START + timedelta(seconds=pair[0], microseconds=pair[1])
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(orders, some_touches(finest), st.sampled_from(sorted(ORDER)), st.data())
def test_parts_of_a_second_are_not_lost(passes, same, orders, touches, layout, data):
    """Orders of the same few seconds too: those before a touch of their second are left alone."""
    for row in orders:
        row["ordered_at"] = data.draw(st.one_of(finest, st.just(row["ordered_at"])))
    passes.clear()
    found, wanted = both(orders, sorted(touches, key=ORDER[layout]))
    same(found, wanted)
    seconds = {(row["contact_id"], row["touched_at"].replace(microsecond=0)) for row in touches}
    alone = {(row["contact_id"], row["ordered_at"].replace(microsecond=0)) for row in orders}
    assert passes == [True] or seconds & alone


HOUR = timedelta(hours=1)
STEPS_BACK = {
    "rows in no order": [touch(at=START), touch(at=START - HOUR), touch("6", START)],
    "a contact twice": [touch("7"), touch("9"), touch("10"), touch("7", START + HOUR)],
    "in the second of an order, after it": [touch(at=START + HOUR * 2 + timedelta(microseconds=1))],
    "before 1970": [touch(at=datetime(1969, 12, 31, tzinfo=UTC))],
    "after 2106": [touch(at=datetime(2106, 2, 8, tzinfo=UTC))],
    "an id that is no number": [touch("ann")],
    "an id written otherwise": [touch("007")],
    "an id with a sign": [touch("-7"), touch("7")],
    "an id of nine digits": [touch("123456789")],
    "an id past counting": [touch("1" * 25)],
}


@pytest.mark.parametrize("rows", STEPS_BACK.values(), ids=STEPS_BACK)
def test_it_steps_back_and_the_answer_is_the_same(passes, same, rows):
    bought = [
        order(number, contact, START + HOUR * 2)
        for number, contact in enumerate(["7", "007", "ann", "-7", "123456789", "1" * 25])
    ]
    found, wanted = both(bought, rows)
    same(found, wanted)
    assert passes == [False]


@pytest.mark.parametrize("at", [datetime(1969, 12, 31, 23, 59, 59), datetime(2106, 2, 8)])
@pytest.mark.parametrize("window", [7, None])
def test_orders_of_other_centuries_are_left_to_the_usual_way(passes, same, at, window):
    bought = [order(1, at=at.replace(tzinfo=UTC)), order(2, at=START + HOUR)]
    found, wanted = both(bought, [touch()], window=window)
    same(found, wanted)
    assert passes == [False]


def test_an_id_that_runs_over_hides_no_disorder(passes, same, monkeypatch):
    """Keys of ids from 2**32 on are negative, and differences of those run over too."""
    monkeypatch.setattr(attribution_polars, "ROWS", 1_000)
    rows = [touch("50", START + HOUR * number) for number in range(20)]
    rows += [touch(str(2**32 + 20))]
    rows += [touch("9", START + HOUR * number) for number in range(8)]
    bought = [order(1, "9", START + HOUR * 9), order(2, "50", START + HOUR * 30)]
    found, wanted = both(bought, rows)
    same(found, wanted)
    assert passes == [False]


@pytest.mark.parametrize("number", [np.int8, np.uint8, np.int32])
@pytest.mark.parametrize("model", ["last", "linear"])
def test_windows_of_few_bits_are_as_long(number, model):
    bought = pl.DataFrame([order(at=START + HOUR * 50)], schema=ORDERS)
    seen = pl.DataFrame([touch()], schema=TOUCHES)
    found = attributed_revenue(bought, seen, model=model, window_days=number(7))
    assert found.filter("is_attributed")["credited_cents"].to_list() == [1000]


def test_an_order_that_is_there_twice_is_left_to_the_usual_way(passes):
    twice = pl.LazyFrame([order(1), order(1)], schema=ORDERS)
    attributed_revenue(twice, pl.LazyFrame([touch()], schema=TOUCHES)).collect()
    assert passes == [False]


def test_ids_that_are_numbers_need_no_reading(passes):
    bought = pl.DataFrame([order()], schema=ORDERS).with_columns(pl.col("contact_id").cast(int))
    seen = pl.DataFrame([touch()], schema=TOUCHES).with_columns(pl.col("contact_id").cast(int))
    found = attributed_revenue(bought.lazy(), seen.lazy())
    assert not passes, "nothing is computed before it is asked for"
    assert found.collect().filter("is_attributed")["credited_cents"].to_list() == [1000]
    assert passes == [True]


@pytest.mark.parametrize("rows", [[("2", "click"), ("1", "open")], [("1", "open"), ("2", "click")]])
@pytest.mark.parametrize("before", [0, 1, 2, 3, 4])
def test_of_two_at_one_moment_the_one_that_says_most_is_last(passes, same, rows, before):
    """Wherever the stretches of touches that are looked at together begin and end."""
    earlier = [touch("3", START + timedelta(minutes=number)) for number in range(before)]
    tied = [touch(campaign=campaign, kind=kind) for campaign, kind in rows]
    found, wanted = both([order(at=START + HOUR)], [*earlier, *tied])
    same(found, wanted)
    assert passes == [True]
    assert [row["campaign_id"] for row in found if row["is_attributed"]] == ["2"]


@pytest.mark.parametrize("kind", [pl.Categorical, pl.Enum(["3", "1", "2"])])
def test_categories_are_their_texts(passes, kind):
    names = ["3", "1", "2"]
    bought = [order(number, name, START + HOUR) for number, name in enumerate(names)]
    seen = [touch(name, campaign=name) for name in sorted(names)]
    found = attributed_revenue(
        pl.DataFrame(bought, schema=ORDERS).with_columns(pl.col("contact_id").cast(kind)),
        pl.DataFrame(seen, schema=TOUCHES).with_columns(
            pl.col("contact_id").cast(pl.Enum(["2", "3", "1"]) if kind != pl.Categorical else kind)
        ),
    )
    given_to = found.filter("is_attributed")
    assert given_to["campaign_id"].to_list() == ["1", "2", "3"]
    assert given_to["orders"].to_list() == [1, 1, 1]
