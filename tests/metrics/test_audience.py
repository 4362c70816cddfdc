"""Metrics of contacts and lists against loops over dictionaries, on every engine."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actoolkit import metrics
from actoolkit.errors import InvalidArgument, MissingColumns
from actoolkit.tables.frames import to_pandas


def beside(name):
    path = Path(__file__).parent.parent / "oracles" / f"{name}.py"
    spec = spec_from_file_location(f"oracle_{name}", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


wanted, shop = beside("audience"), beside("shop")
QUICK, none_or, MOMENTS = shop.QUICK, shop.none_or, shop.MOMENTS
CONTACTS = {
    "deleted": pl.Boolean(),
    "email_domain": pl.String(),
    "created_local": pl.Datetime("us"),
    "last_open_local": pl.Datetime("us"),
    "last_click_local": pl.Datetime("us"),
    "hard_bounces": pl.Int64(),
}
MEMBERSHIPS = {
    "contact_id": pl.String(),
    "list_id": pl.String(),
    "status": pl.String(),
    "subscribed_at": pl.Datetime("us", "UTC"),
    "unsubscribed_at": pl.Datetime("us", "UTC"),
}
UNTIL = st.dates(date(2025, 12, 1), date(2026, 3, 1))
ZONES = st.sampled_from(["UTC", "America/Chicago", "Asia/Tokyo"])
STATUSES = ["subscribed", "subscribed", "unsubscribed", "bounced", "unconfirmed", "status 9"]


@st.composite
def contact_rows(draw):
    walls = none_or(MOMENTS.map(shop.local))
    return [
        {
            "deleted": draw(none_or(st.sampled_from([False, False, True]))),
            "email_domain": draw(
                none_or(st.sampled_from(["a.example", "A.example", "b.example", "c.example"]))
            ),
            "created_local": draw(walls),
            "last_open_local": draw(walls),
            "last_click_local": draw(walls),
            "hard_bounces": draw(none_or(st.integers(0, 2))),
        }
        for _ in range(draw(st.integers(0, 12)))
    ]


@st.composite
def membership_rows(draw):
    return [
        {
            "contact_id": draw(none_or(st.sampled_from(["7", "8", "9", "10"]))),
            "list_id": draw(none_or(st.sampled_from(["1", "2", "3"]))),
            "status": draw(none_or(st.sampled_from(STATUSES))),
            "subscribed_at": draw(none_or(MOMENTS)),
            "unsubscribed_at": draw(none_or(MOMENTS)),
        }
        for _ in range(draw(st.integers(0, 14)))
    ]


@QUICK
@given(contact_rows(), UNTIL, st.sets(st.integers(1, 90), min_size=1, max_size=3), st.booleans())
def test_recency_tiers(engine, same, contacts, until, days, clicks_only):
    days = sorted(days)
    found = metrics.recency_tiers(
        engine.make(contacts, CONTACTS), until=until, days=days, clicks_only=clicks_only
    )
    same(engine.read(found), wanted.tiers(contacts, until, days, clicks_only))


@QUICK
@given(contact_rows(), st.integers(1, 4))
def test_domain_mix(engine, same, oracles, contacts, top):
    found = metrics.domain_mix(engine.make(contacts, CONTACTS), top=top)
    same(engine.read(found), wanted.domains(contacts, top, oracles.wilson))


@QUICK
@given(contact_rows(), UNTIL, st.booleans())
def test_engagement_decay(engine, same, oracles, contacts, until, clicks_only):
    found = metrics.engagement_decay(
        engine.make(contacts, CONTACTS), until=until, clicks_only=clicks_only
    )
    same(engine.read(found), wanted.decay(contacts, until, clicks_only, oracles.wilson))


@QUICK
@given(membership_rows(), shop.GRAINS, ZONES, none_or(shop.DAYS))
def test_list_growth(engine, same, oracles, memberships, grain, zone, until):
    found = metrics.list_growth(
        engine.make(memberships, MEMBERSHIPS), grain=grain, time_zone=zone, until=until
    )
    same(engine.read(found), wanted.growth(memberships, grain, zone, until, oracles.wilson))


@QUICK
@given(membership_rows())
def test_list_overlap(engine, same, memberships):
    found = metrics.list_overlap(engine.make(memberships, MEMBERSHIPS))
    same(engine.read(found), wanted.overlap(memberships))


@QUICK
@given(contact_rows())
def test_field_completeness(engine, same, contacts):
    found = metrics.field_completeness(engine.make(contacts, CONTACTS))
    same(engine.read(found), wanted.completeness(contacts, CONTACTS))


def test_blanks_are_not_filled_in():
    frame = pl.DataFrame({"phone": ["", "  ", "555", None], "visits": [0, 1, None, None]})
    assert metrics.field_completeness(frame)["filled"].to_list() == [1, 2]


BLANK = {
    "score": ([1.5, math.nan, None, 0.0], pl.Float64()),
    "stage": (["won", "", "  ", None], pl.Categorical()),
    "level": (["won", "", " ", None], pl.Enum(["won", "", " "])),
    "tags": ([["a"], [], None, ["", "b"]], pl.List(pl.String())),
    "sizes": ([[1], [], None, []], pl.List(pl.Int64())),
    "nothing": ([None] * 4, pl.Null()),
}
"""By hand: 2, 1, 1, 2, 1 and 0 of 4."""


def to_duckdb(frame):
    connection = duckdb.connect()
    made = connection.register("made", frame.to_arrow()).table("made")
    return made.select("* REPLACE (level::ENUM('won', '', ' ') AS level)")


@pytest.mark.parametrize(
    "make",
    [
        lambda frame: frame,
        pl.DataFrame.lazy,
        to_pandas,
        pl.DataFrame.to_pandas,
        lambda frame: to_pandas(frame).convert_dtypes(),
        lambda frame: frame.to_pandas(use_pyarrow_extension_array=True),
        to_duckdb,
    ],
    ids=["polars", "lazy", "pandas", "plain pandas", "nullable pandas", "pyarrow pandas", "duckdb"],
)
def test_no_number_a_blank_category_and_an_empty_list_are_not_filled_in(make):
    frame = pl.DataFrame(
        [pl.Series(name, values, dtype) for name, (values, dtype) in BLANK.items()]
    )
    found = metrics.field_completeness(make(frame))
    if isinstance(found, pl.LazyFrame):
        found = found.collect()
    elif isinstance(found, duckdb.DuckDBPyRelation):
        found = pl.DataFrame(found)
    assert list(found["column"]) == list(BLANK)
    assert list(found["filled"]) == [2, 1, 1, 2, 1, 0]
    assert set(found["rows"]) == {4}


@pytest.mark.parametrize("make", [pl.DataFrame, pl.LazyFrame, pd.DataFrame])
def test_a_frame_without_columns_has_none_to_count(make):
    found = metrics.field_completeness(make())
    names = found.collect_schema().names() if make is pl.LazyFrame else list(found.columns)
    assert names == ["column", "rows", "filled", "filled_share"]
    assert len(found.collect() if make is pl.LazyFrame else found) == 0


def test_columns_of_pandas_that_are_numbers_are_named_by_them():
    found = metrics.field_completeness(pd.DataFrame([["a", 1], ["", None]]))
    assert found["column"].tolist() == ["0", "1"]
    assert found["filled"].tolist() == [1, 1]
    with pytest.raises(InvalidArgument, match="two columns of one name"):
        metrics.field_completeness(pd.DataFrame([[1, 2]], columns=[0, "0"]))


def test_a_column_of_texts_and_lists_side_by_side():
    frame = pd.DataFrame({"mixed": ["a", " ", [], [0], (), {}, None, math.nan, 0, False]})
    assert metrics.field_completeness(frame)["filled"].tolist() == [4]


@QUICK
@given(contact_rows(), UNTIL)
def test_every_contact_is_in_one_tier_and_one_domain(contacts, until):
    frame = pl.DataFrame(contacts, schema=CONTACTS)
    alive = [row for row in contacts if row["deleted"] is not True]
    joined = [row["created_local"] for row in alive]
    there = sum(moment is None or moment.date() < until for moment in joined)
    assert metrics.recency_tiers(frame, until=until)["contacts"].sum() == there
    alive = len(alive)
    assert metrics.domain_mix(frame, top=2)["contacts"].sum() == alive


def test_tiers_end_where_they_say():
    moments = [datetime(2026, 6, 1), datetime(2026, 5, 31, 23, 59, 59), datetime(2026, 6, 30, 23)]
    frame = pl.DataFrame({"last_open_local": moments}).with_columns(
        deleted=pl.lit(value=False),
        created_local=pl.lit(datetime(2026, 5, 1)),
        last_click_local=pl.lit(None, pl.Datetime("us")),
    )
    found = metrics.recency_tiers(frame, until="2026-07-01", days=[30])
    assert found["contacts"].to_list() == [2, 1, 0]


def test_who_joined_after_the_days_changes_nothing():
    def people(*joined):
        frame = pl.DataFrame({"created_local": list(joined)})
        return frame.with_columns(
            deleted=pl.lit(value=False),
            last_open_local=pl.col("created_local") + pl.duration(days=1),
            last_click_local=pl.lit(None, pl.Datetime("us")),
        )

    before = people(datetime(2026, 2, 27), datetime(2026, 3, 14, 23))
    after = people(datetime(2026, 3, 15), datetime(2026, 3, 20), datetime(2026, 4, 2))
    for metric in (metrics.recency_tiers, metrics.engagement_decay):
        alone = metric(before, until="2026-03-15")
        assert metric(pl.concat([before, after]), until="2026-03-15").equals(alone)
        assert alone["contacts"].to_list()[0] > 0


@pytest.mark.parametrize(
    "call",
    [
        lambda f: metrics.recency_tiers(f, until=None),
        lambda f: metrics.recency_tiers(f, until="2026-07-01", days=[90, 30]),
        lambda f: metrics.recency_tiers(f, until="2026-07-01", days=[]),
        lambda f: metrics.recency_tiers(f, until="2026-07-01", days=[0]),
        lambda f: metrics.domain_mix(f, top=0),
        lambda f: metrics.engagement_decay(f, until=None),
        lambda f: metrics.list_growth(f, grain="years"),
        lambda f: metrics.list_growth(f, time_zone="Mars/Olympus"),
        lambda f: metrics.list_growth(f, until="2026-02-30"),
        lambda f: metrics.field_completeness([1]),
    ],
)
def test_wrong_arguments_end_with_the_next_step(call):
    with pytest.raises(InvalidArgument) as caught:
        call(pl.DataFrame(schema={**CONTACTS, **MEMBERSHIPS}))
    assert caught.value.hint


def test_missing_columns_are_named():
    with pytest.raises(MissingColumns, match="last_open_local"):
        metrics.recency_tiers(pl.DataFrame({"deleted": [False]}), until="2026-07-01")


def test_who_left_before_joining_is_not_less_than_nobody():
    """Of two stays on a list, the API has the latest date of each kind."""
    day = datetime(2026, 5, 9, tzinfo=UTC)
    memberships = pl.DataFrame(
        {
            "list_id": ["1"] * 3,
            "status": ["subscribed", "unsubscribed", "bounced"],
            "subscribed_at": [day, day + timedelta(days=40), day],
            "unsubscribed_at": [day - timedelta(days=40), day, day],
        }
    )
    found = metrics.list_growth(memberships)
    assert found.select("joined", "left", "members", "undated").rows() == [(2, 1, 1, 1)]


def test_a_list_on_which_nothing_happens_keeps_its_members():
    memberships = pl.DataFrame(
        {
            "list_id": ["1", "1", "2"],
            "status": ["subscribed", "unsubscribed", "subscribed"],
            "subscribed_at": [datetime(2026, month, 9, tzinfo=UTC) for month in (1, 1, 4)],
            "unsubscribed_at": [None, datetime(2026, 4, 9, tzinfo=UTC), None],
        }
    )
    found = metrics.list_growth(memberships, until="2026-04-01")
    days = [date(2026, month, 1) for month in (1, 2, 3)]
    members = found.select("list_id", "period_on", "members").rows()
    assert members == [("1", day, 2) for day in days]
    assert metrics.list_growth(memberships, until="1900-01-01").is_empty()


def test_growth_of_the_sandbox_is_the_worlds_own():
    import actoolkit as ac

    session = ac.sandbox_account("tiny")
    with session as account:
        memberships = ac.load_contact_lists(account=account, progress=False)
    found = metrics.list_growth(memberships, time_zone="America/Chicago")
    for list_id in memberships["list_id"].unique():
        here = found.filter(pl.col("list_id") == list_id)
        rows = memberships.filter(pl.col("list_id") == list_id).to_dicts()
        subscribed = sum(row["status"] == "subscribed" for row in rows)
        assert here["members"][-1] == subscribed
        assert here["joined"].sum() - here["left"].sum() == subscribed


def test_where_more_left_than_there_were_the_flag_says_so():
    def at(month):
        return datetime(2026, month, 9, tzinfo=UTC)

    began, ended = [at(4), at(5), at(5)], [at(5), at(5), at(5)]
    memberships = pl.DataFrame(
        {
            "list_id": ["1"] * 3,
            "status": ["unsubscribed"] * 3,
            "subscribed_at": began,
            "unsubscribed_at": ended,
        }
    )
    made = metrics.list_growth(memberships).select("left", "churn_rate", "flag")
    assert made.rows() == [(0, None, None), (3, None, "churn_rate: numerator exceeds denominator")]
