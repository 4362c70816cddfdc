"""One wire value after another, and what becomes of it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime

import msgspec
import polars as pl
import pytest

from actoolkit.errors import DecodeError
from actoolkit.tables import (
    CAMPAIGNS,
    CONTACTS,
    ECOM_CUSTOMERS,
    ECOM_ORDERS,
    EMAIL_ACTIVITIES,
    EXTRA,
    MESSAGES,
    SCORES,
    TABLES,
    WEBHOOK_EVENTS,
    WEBHOOKS,
    Decoder,
    decode,
)
from actoolkit.tables.schema import Column, Table

FITS = [
    ("id", "12", "12"),
    ("id", 12, "12"),
    ("id", "0", None),
    ("id", 0, None),
    ("id", "", None),
    ("id", "a3f0", "a3f0"),
    ("id", "00", "00"),
    ("id", 2**63 - 1, str(2**63 - 1)),
    ("text", "", ""),
    ("text", "0", "0"),
    ("text", "naïve 𝄞", "naïve 𝄞"),
    ("count", "12", 12),
    ("count", 12, 12),
    ("count", 12.0, 12),
    ("count", "12.00", 12),
    ("count", "-3", -3),
    ("count", "", None),
    ("count", 2**63 - 1, 2**63 - 1),
    ("cents", "9111", 9111),
    ("cents", 9111, 9111),
    ("number", "1.5", 1.5),
    ("number", 3, 3.0),
    ("number", "", None),
    ("number", 2**53 - 1, 2.0**53 - 1),
    ("number", str(1 - 2**53), 1 - 2.0**53),
    ("flag", "0", False),
    ("flag", 1, True),
    ("flag", True, True),
    ("flag", "false", False),
    ("flag", "", None),
    ("datetime", "2018-09-19T12:16:37-05:00", datetime(2018, 9, 19, 17, 16, 37, tzinfo=UTC)),
    ("datetime", "2019-09-06T2:10:00-05:00", datetime(2019, 9, 6, 7, 10, tzinfo=UTC)),
    ("datetime", "2021-03-23T23:59:10+10:30", datetime(2021, 3, 23, 13, 29, 10, tzinfo=UTC)),
    (
        "datetime",
        "2021-04-16T15:08:25.783751329Z",
        datetime(2021, 4, 16, 15, 8, 25, 783751, tzinfo=UTC),
    ),
    ("datetime", "0000-00-00 00:00:00", None),
    ("datetime", "0000-00-00", None),
    ("datetime", "0000-00-00T00:00:00-05:00", None),
    ("datetime", "2018-09-19 12:16:37-05:00", datetime(2018, 9, 19, 17, 16, 37, tzinfo=UTC)),
    ("datetime", "1899-12-31T23:00:00-0500", datetime(1900, 1, 1, 4, tzinfo=UTC)),
    ("datetime", "9999-12-29T00:00:00+00:00", datetime(9999, 12, 29, tzinfo=UTC)),
    ("wall", "2021-03-23 06:04:55", datetime(2021, 3, 23, 6, 4, 55)),
    ("wall", "2021-03-23T06:04:55-05:00", datetime(2021, 3, 23, 6, 4, 55)),
    ("wall", "0000-00-00 00:00:00", None),
    ("wall", "2021-03-23T06:04:55+0530", datetime(2021, 3, 23, 6, 4, 55)),
    ("wall", "1899-12-31 23:00:00", datetime(1899, 12, 31, 23)),
    ("wall", "9999-12-29 00:00:00", datetime(9999, 12, 29)),
    ("date", "2021-03-23", date(2021, 3, 23)),
    ("date", "0000-00-00", None),
    ("date", "1899-12-31", date(1899, 12, 31)),
    ("date", "9999-12-29", date(9999, 12, 29)),
    ("code", "5", "completed"),
    ("code", 5, "completed"),
    ("code", "9", "status 9"),
    ("code", "", None),
    ("currency", "usd", "USD"),
    ("currency", "", None),
    ("none_id", "0", True),
    ("none_id", 0, True),
    ("none_id", "3", False),
    ("none_id", "", False),
    ("texts", ["a", 1], ["a", "1"]),
    ("texts", [], []),
    ("texts", "", None),
    ("json", {"b": 1, "a": ["ü"]}, '{"a":["ü"],"b":1}'),
    ("json", "text", '"text"'),
    ("json", {"b": 10**30, "a": {"d": "ü", "c": 1}}, f'{{"a":{{"c":1,"d":"ü"}},"b":{10**30}}}'),
]
MISFITS = [
    ("datetime", "0000-00-00x"),
    ("wall", "0000-00-00 00:00:07"),
    ("date", "0000-00-00 soon"),
    ("id", 1.5),
    ("id", True),
    ("id", 2**63),
    ("id", -(2**63) - 1),
    ("id", ["1"]),
    ("text", 5),
    ("text", {"a": 1}),
    ("text", "half \ud800"),
    ("count", "12.5"),
    ("count", 12.5),
    ("count", "1e3"),
    ("count", "12."),
    ("count", "twelve"),
    ("count", True),
    ("count", 10**40),
    ("count", "9" * 40),
    ("cents", "91.11"),
    ("cents", [1]),
    ("number", "NaN"),
    ("number", "inf"),
    ("number", 2**60),
    ("number", 2**53),
    ("number", 2**53 + 1),
    ("number", "9007199254740993"),
    ("number", "-9007199254740993"),
    ("flag", "2"),
    ("flag", "yes"),
    ("flag", 1.0),
    ("datetime", "2018-09-19 12:16:37"),
    ("datetime", "2021-02-30T00:00:00-05:00"),
    ("datetime", "0000-01-01T00:00:00-05:00"),
    ("datetime", "-0001-11-30T00:00:00-06:00"),
    ("datetime", 1537377397),
    ("wall", "2021-03-23"),
    ("wall", "2021-03-23T06:04:55Z"),
    ("date", "2021-03-23 00:00:00"),
    ("date", "-0001-11-30"),
    ("wall", "-0001-11-30 00:00:00"),
    ("code", [5]),
    ("currency", 840),
    ("texts", "a"),
    ("texts", ["a", None]),
    ("texts", {"0": "a"}),
]


def table_of(kind):
    codes = {"5": "completed"} if kind == "code" else {}
    value = Column("value", "status", kind, "A value.", codes=codes)
    return Table(
        "things", "one row per thing", "thing_id", (Column("thing_id", "id", "id", "It."), value)
    )


@pytest.mark.parametrize("neighbour", [None, "same", {"an": "object"}])
@pytest.mark.parametrize(("kind", "wire", "typed"), FITS)
def test_a_value_that_fits(kind, wire, typed, neighbour):
    rows = [{"id": "1", "status": wire}]
    if neighbour is not None:
        rows.append({"id": "2", "status": wire if neighbour == "same" else neighbour})
    decoded = decode(table_of(kind), rows)
    assert decoded.frame.row(0) == ("1", typed, None)
    assert decoded.frame.schema == table_of(kind).schema


@pytest.mark.parametrize(("kind", "wire"), MISFITS)
def test_a_value_that_does_not_fit_is_kept_raw_and_counted(kind, wire):
    decoded = decode(table_of(kind), [{"id": "1"}, {"id": "2", "status": wire}])
    assert decoded.frame["value"].to_list() == [None, None]
    assert decoded.rescued == Counter({"status": 1})
    assert decoded.frame[EXTRA][0] is None
    assert json.loads(decoded.frame[EXTRA][1]) == {"status": wire}


def test_unknown_fields_travel_in_extra_and_are_counted():
    rows = [{"id": "1", "zeta": [1, {"b": 2, "a": 1}], "alpha": None}, {"id": "2"}, {"zeta": "x"}]
    decoded = decode(SCORES, rows)
    assert decoded.unknown == Counter({"zeta": 2, "alpha": 1})
    assert decoded.frame[EXTRA].to_list() == [
        '{"alpha":null,"zeta":[1,{"a":1,"b":2}]}',
        None,
        '{"zeta":"x"}',
    ]
    assert not decoded.rescued


def test_omitted_fields_are_nowhere():
    row = {"id": "1", "html": "<b>long</b>", "text": "long", "links": {"user": "https://x"}}
    decoded = decode(MESSAGES, [row])
    assert "long" not in str(decoded.frame.to_dict(as_series=False))
    assert not decoded.unknown


def test_a_heavy_column_comes_when_named():
    table = MESSAGES.including("html")
    frame = decode(table, [{"id": "1", "html": "<b>long</b>"}]).frame
    assert frame["html"].to_list() == ["<b>long</b>"]
    assert frame.columns[-1] == EXTRA
    assert "html" not in table.omitted
    assert "text" in table.omitted
    assert MESSAGES.schema.names() == [n for n in table.schema.names() if n != "html"]


@pytest.mark.parametrize("name", TABLES)
def test_no_rows_give_exactly_the_schema(name):
    table = TABLES[name]
    decoded = decode(table, [])
    assert decoded.frame.schema == table.schema
    assert decoded.frame.height == 0
    one = decode(table, [{}])
    assert one.frame.schema == table.schema
    assert one.frame.row(0) == (None,) * len(table.schema)


def test_the_wall_clock_twin_is_what_the_text_says_on_both_sides_of_a_time_change():
    rows = [
        {"id": "1", "sdate": "2026-11-01T01:30:00-05:00"},
        {"id": "2", "sdate": "2026-11-01T01:30:00-06:00"},
        {"id": "3", "sdate": None},
    ]
    frame = decode(CAMPAIGNS, rows).frame
    assert frame["sent_at"].to_list() == [
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
        datetime(2026, 11, 1, 7, 30, tzinfo=UTC),
        None,
    ]
    assert frame["sent_local"].to_list() == [datetime(2026, 11, 1, 1, 30)] * 2 + [None]


def test_there_is_no_wall_clock_without_an_instant_or_a_zone():
    rows = [{"sdate": "2026-01-01 10:00:00"}, {"sdate": "2026-01-01T10:00:00Z"}, {"sdate": ""}]
    decoded = decode(CAMPAIGNS, rows)
    assert decoded.frame["sent_local"].to_list() == [None] * 3
    assert decoded.frame["sent_at"].to_list() == [
        None,
        datetime(2026, 1, 1, 10, tzinfo=UTC),
        None,
    ]
    assert decoded.rescued == Counter({"sdate": 1})


def test_an_order_without_its_date_takes_the_store_s_then_its_own():
    rows = [
        {"orderDate": "2026-01-01T10:00:00-06:00", "createdDate": "2026-01-05T10:00:00-06:00"},
        {
            "orderDate": None,
            "externalCreatedDate": "2026-01-02T2:00:00-06:00",
            "createdDate": "2026-01-05T10:00:00-06:00",
        },
        {"externalCreatedDate": "0000-00-00 00:00:00", "createdDate": "2026-01-05T10:00:00+10:30"},
        {"orderDate": "someday", "createdDate": "2026-01-06T10:00:00-06:00"},
        {},
    ]
    decoded = decode(ECOM_ORDERS, rows)
    assert decoded.frame["ordered_local"].to_list() == [
        datetime(2026, 1, 1, 10),
        datetime(2026, 1, 2, 2),
        datetime(2026, 1, 5, 10),
        datetime(2026, 1, 6, 10),
        None,
    ]
    assert decoded.frame["ordered_at"][2] == datetime(2026, 1, 4, 23, 30, tzinfo=UTC)
    assert decoded.rescued == Counter({"orderDate": 1})
    assert json.loads(decoded.frame[EXTRA][3]) == {"orderDate": "someday"}


def test_money_comes_as_text_or_number_and_states_as_words():
    rows = [
        {"id": "1", "totalPrice": 9111, "state": 1, "source": "0", "currency": "usd"},
        {"id": 2, "totalPrice": "9111", "state": "3", "source": 1, "currency": "USD"},
        {"id": "3", "totalPrice": "91.11", "state": 9, "currency": "Eur"},
    ]
    decoded = decode(ECOM_ORDERS, rows)
    got = decoded.frame.select("order_id", "total_cents", "state", "source", "currency").rows()
    assert got == [
        ("1", 9111, "completed", "historical", "USD"),
        ("2", 9111, "recovered", "real time", "USD"),
        ("3", None, "state 9", None, "EUR"),
    ]
    assert decoded.rescued == Counter({"totalPrice": 1})


def test_the_customer_that_adds_up_the_others_is_marked():
    rows = [
        {"id": "1", "connectionid": "4", "connection": "4"},
        {"id": "2", "connectionid": "0", "externalid": "0", "connection": None},
    ]
    frame = decode(ECOM_CUSTOMERS, rows).frame
    assert frame.select("connection_id", "is_rollup", "external_id").rows() == [
        ("4", False, None),
        (None, True, None),
    ]


def test_a_field_under_two_names_is_read_from_either_and_a_contradiction_is_kept():
    rows = [
        {"subscriberid": "54", "contact": "54"},
        {"subscriberid": "0", "contact": "54"},
        {"contact": 54},
        {"subscriberid": "54", "contact": None},
        {"subscriberid": "54", "contact": "55"},
        {"subscriberid": "54", "contact": ["54"]},
    ]
    decoded = decode(EMAIL_ACTIVITIES, rows)
    assert decoded.frame["contact_id"].to_list() == ["54"] * 6
    assert decoded.frame[EXTRA].to_list() == [None] * 4 + ['{"contact":"55"}', '{"contact":["54"]}']
    assert decoded.rescued == Counter({"contact": 2})


def test_a_list_of_bare_names_becomes_rows():
    assert decode(WEBHOOK_EVENTS, ["bounce", "sent"]).frame["name"].to_list() == ["bounce", "sent"]


@pytest.mark.parametrize("row", [None, "text", 5, ["id"]])
def test_a_row_that_is_no_object_is_an_error_that_says_which(row):
    decoder = Decoder(SCORES)
    decoder.add([{"id": "1"}, {"id": "2"}])
    with pytest.raises(DecodeError, match=r"Row 3 of scores .* not an object.*doctor"):
        decoder.add([{"id": "3"}, row])


def test_rows_with_slots_may_lack_a_column():
    slots = msgspec.defstruct("Slots", [("id", str), ("new", object, msgspec.UNSET)])
    decoder = Decoder(SCORES)
    for page in ([slots("1"), slots("2", new=5)], [slots("3", new=None), slots("4")]):
        decoder.add(page)
    found = decoder.finish()
    assert found.frame.select("score_id", "name", EXTRA).rows() == [
        ("1", None, None),
        ("2", None, '{"new":5}'),
        ("3", None, '{"new":null}'),
        ("4", None, None),
    ]
    assert found.unknown == Counter({"new": 2})


def test_pages_of_any_size_give_the_frame_of_one_page():
    rows = [
        {
            "id": str(n),
            "events": ["a"] * (n % 3),
            "cdate": None if n % 5 else "junk",
            f"new{n % 2}": n,
        }
        for n in range(1, 60)
    ]
    whole = decode(WEBHOOKS, rows)
    decoder = Decoder(WEBHOOKS, block_rows=10)
    for start in range(0, len(rows), 7):
        decoder.add(rows[start : start + 7])
        decoder.add([])
    parts = decoder.finish()
    assert decoder.rows == len(rows)
    assert parts.frame.equals(whole.frame)
    assert parts.unknown == whole.unknown == Counter({"new1": 30, "new0": 29})
    assert parts.rescued == whole.rescued == Counter({"cdate": 11})


def test_finishing_twice_gives_the_rows_once():
    decoder = Decoder(SCORES)
    decoder.add([{"id": "1", "x": 1}])
    assert decoder.finish().frame.height == 1
    decoder.add([{"id": "2"}])
    again = decoder.finish()
    assert again.frame["score_id"].to_list() == ["1", "2"]
    assert again.unknown == Counter({"x": 1})


def test_the_first_hundred_rows_do_not_decide_the_types():
    rows = [{"id": str(n), "bounced_hard": n} for n in range(1, 101)]
    rows += [{"id": "101", "bounced_hard": 1.5}, {"id": "102", "bounced_hard": "7"}]
    decoded = decode(CONTACTS, rows)
    assert decoded.frame["hard_bounces"].to_list() == [*range(1, 101), None, 7]
    assert decoded.frame.schema["hard_bounces"] == pl.Int64
    assert decoded.rescued == Counter({"bounced_hard": 1})
