"""The same answer whatever types the columns come in: numbers as ids, categories, other clocks."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import duckdb
import pandas as pd
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from actoolkit.errors import InvalidArgument, MetricError, MissingColumns
from actoolkit.metrics import (
    all_touches,
    attributed_revenue,
    attribution_coverage,
    contact_events,
    contact_funnel,
    fatigue,
    joined_orders,
    reconcile_attribution,
    revenue_by_period,
    revenue_change,
    score_distribution,
    top_products,
    touch_lags,
    touches_from_log,
)
from actoolkit.tables.frames import to_pandas

NOON = datetime(2026, 3, 8, 12, tzinfo=UTC)
CONTACTS = pl.DataFrame(
    {
        "contact_id": ["7", "10", "9", None],
        "email": ["Ann@x.org", " bob@x.org", "", None],
        "created_at": [NOON - timedelta(days=day) for day in range(4)],
    }
)
ORDERS = pl.DataFrame(
    {
        "order_id": ["1", "2", "3"],
        "email": ["ann@x.org", "bob@x.org", "ann@x.org"],
        "state": ["completed", "recovered", "abandoned"],
        "currency": ["EUR", "USD", None],
        "total_cents": [900, 100, 5],
        "ordered_at": [NOON + timedelta(days=day) for day in range(1, 4)],
    }
)
CLICKS = pl.DataFrame(
    {
        "contact_id": ["7", "10"],
        "campaign_id": ["3", "12"],
        "touched_at": [NOON, NOON + timedelta(hours=1)],
    }
)


def numbers(frame):
    ids = [name for name in frame.columns if name.endswith("_id")]
    return frame.with_columns(pl.col(ids).cast(pl.Int64))


def with_days(orders):
    return orders.with_columns(ordered_local=pl.col("ordered_at").dt.replace_time_zone(None))


def categories(frame):
    return frame.with_columns(pl.col(pl.String).cast(pl.Categorical()))


def enums(frame):
    made = [
        pl.col(name).cast(pl.Enum(frame[name].drop_nulls().unique().sort(descending=True)))
        for name, dtype in frame.schema.items()
        if dtype == pl.String
    ]
    return frame.with_columns(made)


def moments(change):
    return lambda frame: frame.with_columns(change(pl.col(pl.Datetime)))


TYPES = {
    "numbers": numbers,
    "categories": categories,
    "enums": enums,
    "nanoseconds": moments(lambda at: at.dt.cast_time_unit("ns")),
    "milliseconds": moments(lambda at: at.dt.cast_time_unit("ms")),
    "without a zone": moments(lambda at: at.dt.replace_time_zone(None)),
    "in Chicago": moments(lambda at: at.dt.convert_time_zone("America/Chicago")),
}


def answers(make, contacts, orders, clicks):
    contacts, orders, clicks = make(contacts), make(orders), make(clicks)
    touches = touches_from_log(clicks, kind="click")
    events = contact_events(contacts=contacts, touches=touches, orders=orders)
    funnel = contact_funnel(events, ["joined", "click", "ordered"])
    revenue = attributed_revenue(orders, touches, contacts, by="campaign_id")
    return [as_rows(one) for one in (events, funnel, revenue)]


def as_rows(frame):
    if isinstance(frame, pd.DataFrame):
        return pl.DataFrame(
            {name: [None if pd.isna(one) else one for one in frame[name]] for name in frame}
        )
    return frame.collect() if isinstance(frame, pl.LazyFrame) else pl.DataFrame(frame)


@pytest.fixture(params=["polars", "lazy", "pandas", "duckdb"])
def make(request):
    if request.param == "duckdb":
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'America/Chicago'")
        # Held by the connection under its name: a relation forgets what it was made of.
        return lambda frame: connection.register(f"t{id(frame)}", frame).table(f"t{id(frame)}")
    kinds = {"polars": lambda frame: frame, "lazy": pl.DataFrame.lazy, "pandas": to_pandas}
    return kinds[request.param]


FRAMES = (CONTACTS, ORDERS, CLICKS)


@pytest.fixture(scope="module")
def wanted():
    return answers(lambda frame: frame, *FRAMES)


@pytest.mark.parametrize("types", TYPES)
@pytest.mark.parametrize("changed", [(0,), (1,), (2,), (0, 1, 2)])
def test_types_change_nothing(make, wanted, types, changed):
    given = [TYPES[types](one) if at in changed else one for at, one in enumerate(FRAMES)]
    for found, one in zip(answers(make, *given), wanted, strict=True):
        assert_frame_equal(found.cast(dict(one.schema)), one)


def test_texts_that_are_all_missing_are_missing():
    """pandas takes a column of nothing for numbers."""
    orders = to_pandas(with_days(ORDERS)).assign(currency=math.nan)
    found = revenue_change(orders, since="2026-03-09", until="2026-03-12")
    assert found["currency"].isna().all()
    assert len(found) == 4


def test_lines_of_orders_find_them_by_number(make):
    lines = pl.DataFrame(
        {"order_id": [1, 2], "name": ["Tea", "Cup"], "quantity": [1, 1], "price_cents": [5, 7]}
    )
    found = as_rows(top_products(make(lines), make(with_days(ORDERS))))
    assert sorted(found["name"]) == ["Cup", "Tea"]


def test_scores_that_are_no_number_are_left_out(make):
    values = pl.DataFrame(
        {
            "score_id": ["1"] * 4,
            "contact_id": ["1", "2", "3", "4"],
            "score_value": [math.nan, math.inf, 1.0, 2.0],
        }
    )
    found = as_rows(score_distribution(make(values), bins=2))
    assert found["contacts"].to_list() == [1, 1]


def test_ids_stay_whole_where_some_are_missing():
    log = pd.DataFrame({"contact_id": [7.0, None], "touched_at": [NOON] * 2, "kind": ["click"] * 2})
    missing = dict.fromkeys(("campaign_id", "automation_id", "sent_at", "link", "is_bot"))
    events = contact_events(touches=log.assign(**missing))
    assert events["contact_id"].tolist() == ["7"]


KINDS = {
    "polars": lambda frame: frame,
    "polars, lazy": lambda frame: frame.lazy(),
    "pandas": lambda frame: frame.to_pandas(),
    "duckdb": lambda frame: duckdb.from_arrow(frame.to_arrow()),
}


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("amount", [10.5, Decimal("10.50"), math.inf, -0.25], ids=str)
def test_an_amount_that_is_no_whole_number_is_refused_and_not_cut(make, amount):
    amounts = pl.Series("total_cents", [amount, None, type(amount)(2)])
    orders = with_days(ORDERS).with_columns(amounts)
    with pytest.raises(MetricError, match="total_cents") as caught:
        revenue_by_period(make(orders))
    assert "10.50 is 1050" in caught.value.hint


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("kind", [float, Decimal])
def test_whole_amounts_count_whatever_holds_them(make, kind):
    amounts = pl.Series("total_cents", [kind(900), None, kind(5)])
    made = revenue_by_period(make(with_days(ORDERS).with_columns(amounts)))
    made = pl.from_arrow(made.arrow()) if hasattr(made, "arrow") else made
    made = made.lazy().collect() if not isinstance(made, pd.DataFrame) else made
    assert list(made["revenue_cents"]) == [900]


def test_a_screen_is_not_typed_in_with_its_comma():
    credited = attributed_revenue(ORDERS, touches_from_log(CLICKS, kind="click"), CONTACTS)
    screen = pl.DataFrame({"campaign_id": ["3"], "reported_cents": [9.99]})
    with pytest.raises(MetricError, match="reported_cents"):
        reconcile_attribution(credited.filter(pl.col("currency") == "EUR"), screen)


@pytest.mark.parametrize("unit", ["us", "ns"])
@pytest.mark.parametrize("make", [KINDS["polars"], KINDS["polars, lazy"], KINDS["pandas"]])
def test_a_wall_clock_that_has_its_zone_is_read_as_it_shows(make, unit):
    late = datetime(2026, 3, 31, 23)
    zoned = pl.Series("ordered_local", [late] * 3).dt.replace_time_zone("America/Chicago")
    orders = ORDERS.with_columns(zoned.dt.cast_time_unit(unit))
    made = revenue_by_period(make(orders), since="2026-03-31", until="2026-04-01")
    made = made.lazy().collect() if not isinstance(made, pd.DataFrame) else made
    assert [str(day)[:10] for day in made["period_on"]] == ["2026-03-01"] * 2


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("by", [None, "group"])
def test_an_empty_id_is_nobody(make, by):
    """Taken for a contact, all events without one would be those of one busy person."""
    log = pl.DataFrame(
        {
            "contact_id": ["", "", None, "7"],
            "touched_at": [NOON, NOON + timedelta(hours=1), NOON, NOON],
            "event": ["open", "click", "open", "open"],
            "group": ["all"] * 4,
        }
    ).with_columns(happened_at="touched_at")
    touches = as_rows(touches_from_log(make(log), kind="open"))
    assert touches["contact_id"].to_list() == ["7"]
    people = log.select("contact_id", created_at="touched_at")
    assert as_rows(contact_events(contacts=make(people)))["contact_id"].to_list() == ["7"]
    funnel = as_rows(contact_funnel(make(log), ["open", "click"], by=by))
    assert funnel["contacts"].to_list() == [1, 0]


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_an_empty_id_meets_no_other_empty_id(make):
    """Not as the contact of an address, nor where orders say themselves whose they are."""
    nobody = pl.DataFrame({"contact_id": ["", "7"], "email": ["a@x.example", "a@x.example"]})
    log = CLICKS.head(1).with_columns(contact_id=pl.lit(""))
    touches = touches_from_log(log.with_columns(contact_id=pl.lit("9")), kind="click")
    touches = touches.with_columns(contact_id=pl.lit(""))  # a frame of touches of one's own
    orders = pl.DataFrame(
        {
            "order_id": ["1"], "customer_id": ["5"], "state": ["completed"], "currency": ["EUR"], "email": ["a@x.example"],
            "ordered_at": [touches["touched_at"][0] + timedelta(hours=1)], "total_cents": [900],
        }
    )  # fmt: skip
    joined = as_rows(joined_orders(make(orders), make(nobody), make(touches)))
    assert joined["contact_id"].to_list() == ["7"]
    own = orders.with_columns(contact_id=pl.lit(""))
    for made in (
        attributed_revenue(make(own), make(touches), window_days=7),
        attributed_revenue(make(orders), make(touches), make(nobody), window_days=7),
    ):
        assert as_rows(made).filter("is_attributed")["credited_cents"].sum() == 0


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_mails_to_an_empty_id_tire_nobody(make):
    sent = CLICKS.head(1).with_columns(contact_id=pl.lit("9"))
    sent = touches_from_log(sent, kind="sent").with_columns(contact_id=pl.Series([""]))
    left = pl.DataFrame(
        {"contact_id": [""], "status": ["unsubscribed"], "unsubscribed_at": sent["touched_at"]}
    )
    assert as_rows(fatigue(make(sent), make(left)))["contact_months"].sum() == 0


def test_relations_of_two_connections_are_refused_with_the_way_out():
    there = {"contact_id": ["9"], "touched_at": [NOON]}
    touches = touches_from_log(pl.DataFrame(there), kind="click")  # noqa: F841  # read by DuckDB
    one, other = duckdb.connect(), duckdb.connect()
    for connection in (one, other):
        connection.execute("CREATE TABLE touches AS SELECT * FROM touches")
    seen = all_touches(one.table("touches"), one.table("touches"))
    assert len(as_rows(seen)) == 2
    with pytest.raises(InvalidArgument, match="different DuckDB connections") as caught:
        all_touches(one.table("touches"), other.table("touches"))
    assert "connection.sql" in str(caught.value)


def test_a_column_that_is_not_there_is_told_with_the_one_most_like_it():
    with pytest.raises(MissingColumns, match="Did you mean curency") as caught:
        attributed_revenue(ORDERS.rename({"currency": "curency"}), CLICKS, CONTACTS)
    assert caught.value.missing == ("currency",)


def test_a_column_of_another_meaning_is_no_slip():
    there = ["contact_id", "last_open_local"]
    assert "Did you mean" not in MissingColumns("recency_tiers", ["created_local"], there).hint
    hint = MissingColumns("recency_tiers", ["last_open_local"], ["last_opened_local"]).hint
    assert hint == "Did you mean last_opened_local?"


@pytest.mark.parametrize("metric", [attributed_revenue, attribution_coverage, touch_lags])
def test_orders_without_contacts_are_told_to_pass_them(metric):
    orders = ORDERS.with_columns(connection_id=pl.lit("1"))
    with pytest.raises(MissingColumns, match="Pass contacts=") as caught:
        metric(orders, CLICKS)
    assert "Did you mean" not in str(caught.value)
    with pytest.raises(MissingColumns, match=r"Pass contacts=.* Did you mean curency\?"):
        metric(orders.rename({"currency": "curency"}), CLICKS)
