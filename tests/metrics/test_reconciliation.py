"""From our sums to the vendor's rule and screen; touches read from files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actoolkit.errors import InvalidArgument, MetricError, MissingColumns
from actoolkit.metrics import (
    attributed_revenue,
    reconcile_attribution,
    touches_from_csv,
    vendor_differences,
)
from actoolkit.tables.frames import to_pandas

PATH = Path(__file__).parent.parent / "oracles" / "attribution.py"
SPEC = spec_from_file_location("oracle_attribution", PATH)
oracle = module_from_spec(SPEC)
SPEC.loader.exec_module(oracle)

MOMENT = pl.Datetime("us", "UTC")
START = datetime(2026, 3, 6, tzinfo=UTC)
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
    "shipping_cents": pl.Int64(),
    "tax_cents": pl.Int64(),
}
moments = st.integers(0, 24 * 20).map(lambda h: START + timedelta(hours=h))
touch_rows = st.lists(
    st.fixed_dictionaries(
        {
            "contact_id": st.sampled_from(["7", "9"]),
            "touched_at": moments,
            "kind": st.sampled_from(["click", "open", "listed"]),
            "campaign_id": st.sampled_from(["1", "2"]),
            "automation_id": st.none(),
            "sent_at": st.none() | moments,
            "link": st.none(),
            "is_bot": st.sampled_from([None, False, True]),
        }
    ),
    max_size=10,
)
order_rows = st.lists(
    st.fixed_dictionaries(
        {
            "contact_id": st.sampled_from(["7", "9", None]),
            "state": st.sampled_from(["completed", "recovered", "abandoned"]),
            "currency": st.sampled_from(["EUR", "USD", None]),
            "ordered_at": st.none() | moments,
            "total_cents": st.none() | st.integers(0, 5000),
            "shipping_cents": st.just(10),
            "tax_cents": st.none() | st.just(5),
        }
    ),
    max_size=6,
).map(
    lambda rows: [
        {"order_id": str(n), "email": f"{row['contact_id']}@example.com", **row}
        for n, row in enumerate(rows)
    ]
)
PEOPLE = [{"contact_id": one, "email": f"{one}@example.com"} for one in ("7", "9")]


@settings(max_examples=8, deadline=None)
@given(order_rows, touch_rows, st.sampled_from([3, 14]), st.sampled_from(["last", "linear"]))
def test_every_step_is_what_the_oracle_credits(engine, orders, touches, window, model):
    found = engine.read(
        vendor_differences(
            engine.make(orders, ORDERS),
            engine.make(touches, TOUCHES),
            model=model,
            window_days=window,
        )
    )
    steps = [
        (model, window, "total", False),
        (model, window, "net", False),
        ("last_click_else_open", window, "net", False),
        ("vendor", window, "net", False),
        ("vendor", 7, "net", False),
        ("vendor", 7, "net", True),
    ]
    currencies = {order["currency"] for order in oracle.brought(orders)}
    assert {row["currency"] for row in found} == currencies
    for currency in currencies:
        mine = [row for row in found if row["currency"] == currency]
        assert [row["step_index"] for row in mine] == list(range(10))
        for row, (name, days, value, bots) in zip(mine, steps, strict=False):
            given_by = oracle.given(orders, PEOPLE, touches, name, days, None, value, 7.0, bots)
            cents = sum(c["credited_cents"] for c in given_by if c["currency"] == currency)
            assert row["credited_cents"] == cents, row["step"]
        known = mine[: len(steps)]
        changes = sum(row["change_cents"] or 0 for row in known)
        assert known[0]["credited_cents"] + changes == known[-1]["credited_cents"]
        assert all(row["credited_cents"] is None for row in mine[len(steps) :])


def credits_of(*rows):
    return pl.DataFrame(
        rows,
        schema={
            "currency": pl.String,
            "campaign_id": pl.String,
            "is_attributed": pl.Boolean,
            "credited_cents": pl.Int64,
        },
        orient="row",
    )


def test_campaigns_of_either_side_are_there(engine):
    given_by = credits_of(
        ("EUR", None, False, 900), ("EUR", "1", True, 300), ("EUR", "2", True, 50)
    )
    schema = {"campaign_id": pl.String(), "reported_cents": pl.Int64()}
    screen = [
        {"campaign_id": "3", "reported_cents": 70},
        {"campaign_id": "1", "reported_cents": 400},
        {"campaign_id": "2", "reported_cents": 0},
    ]
    made = reconcile_attribution(
        engine.make(given_by.to_dicts(), dict(given_by.schema)), engine.make(screen, schema)
    )
    rows = [tuple(row.values()) for row in engine.read(made)]
    assert rows == [
        ("1", 300, 400, -100, 0.75),
        ("2", 50, 0, 50, None),
        ("3", None, 70, -70, None),
        (None, 350, 470, -120, 350 / 470),
    ]


def test_what_cannot_be_reconciled_says_why():
    screen = pl.DataFrame({"campaign_id": ["1", "1"], "reported_cents": [1, 2]})
    with pytest.raises(InvalidArgument, match="twice"):
        reconcile_attribution(credits_of(("EUR", "1", True, 5)), screen)
    two = credits_of(("EUR", "1", True, 5), ("USD", "2", True, 5))
    with pytest.raises(MetricError, match="one currency"):
        reconcile_attribution(two, screen.head(1))


class TestFiles:
    def read(self, folder, text, *arguments, **options):
        path = folder / "log.csv"
        path.write_text(text, encoding="utf-8")
        return touches_from_csv(path, *arguments, **options)

    def test_moments_with_and_without_an_offset_are_the_same_ones(self, tmp_path):
        made = self.read(
            tmp_path,
            "\ufeffcontact_id,touched_at,is_bot\n"
            "1,2026-03-07T23:30:00-06:00,yes\n"
            "2,2026-03-07 23:30:00,0\n"
            "3,2026-03-07T23:30,\n"
            "4,2026-11-01 01:30:00,no\n",
            kind="click",
            time_zone="America/Chicago",
        )
        at = datetime(2026, 3, 8, 5, 30, tzinfo=UTC)
        first_of_two = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
        assert made["touched_at"].to_list() == [at, at, at, first_of_two]
        assert made["is_bot"].to_list() == [True, False, None, False]

    def test_addresses_find_their_contacts_whatever_frame_they_are_in(self, tmp_path):
        contacts = pd.DataFrame({"contact_id": ["7"], "email": ["Ann@Example.com "]})
        text = "who,at\nann@example.com,2026-05-01 10:00\nnobody@example.com,2026-05-01 10:00\n"
        names = {"email": "who", "touched_at": "at"}
        with pytest.warns(UserWarning, match="1 of 2 rows of log.csv are left out"):
            made = self.read(tmp_path, text, contacts, kind="open", columns=names)
        assert made["contact_id"].to_list() == ["7"]

    @pytest.mark.parametrize(
        ("words", "flag"),
        [
            (["yes", "Y", "True", "t", "1", "on", " ON ", "1.0"], True),
            (["no", "N", "FALSE", "f", "0", "off", "0.0"], False),
            (["", '""', " "], None),
        ],
    )
    def test_flags_are_read_in_any_usual_word(self, tmp_path, words, flag):
        rows = "".join(f"7,2026-05-01,{word}\n" for word in words)
        made = self.read(tmp_path, f"contact_id,touched_at,is_bot\n{rows}", kind="click")
        assert made["is_bot"].to_list() == [flag] * len(words)

    def test_a_flag_that_is_none_is_named(self, tmp_path):
        text = "contact_id,touched_at,Robot\n7,2026-05-01,no\n7,2026-05-01,bot\n"
        with pytest.raises(MetricError, match="row 2 has 'bot' in Robot") as caught:
            self.read(tmp_path, text, kind="click", columns={"is_bot": "Robot"})
        assert "yes or no" in caught.value.hint

    def test_ids_have_no_blanks_and_an_empty_one_is_missing(self, tmp_path):
        text = 'contact_id,touched_at,campaign_id\n"7 ",2026-05-01,""\n 8,2026-05-01,"3 "\n'
        made = self.read(tmp_path, text, kind="click")
        assert made.select("contact_id", "campaign_id").rows() == [("7", None), ("8", "3")]

    @pytest.mark.parametrize("separator", [";", "\t"])
    def test_semicolons_and_tabs_are_found_by_the_heading(self, tmp_path, separator):
        lines = (["who", "touched_at", "kind", "link"], ["7", "2026-05-01 10:00", "click", "/a,b"])
        text = "".join(separator.join(line) + "\n" for line in lines)
        made = self.read(tmp_path, text, columns={"contact_id": "who"})
        assert made.select("contact_id", "kind", "link").rows() == [("7", "click", "/a,b")]

    @pytest.mark.parametrize(
        ("heading", "options", "says"),
        [
            ("contact_id,touched_at", {}, 'kind="click"'),
            ("email,touched_at", {"kind": "click"}, "contacts="),
            ("contact_id,when", {"kind": "click"}, 'columns={"touched_at": ...}'),
            ("a;b", {"kind": "click"}, 'columns={"contact_id": ...}'),
        ],
    )
    def test_a_column_that_is_missing_says_how_to_name_it(self, tmp_path, heading, options, says):
        with pytest.raises(MissingColumns) as caught:
            self.read(tmp_path, f"{heading}\n7,2026-05-01\n", **options)
        assert says in caught.value.hint
        assert "touches_from_csv" in caught.value.message

    def test_a_named_column_goes_before_one_of_our_name(self, tmp_path):
        text = "contact_id,who,touched_at,at,campaign_id,camp\n1,7,2020-01-01,2026-05-01,x,3\n"
        names = {"contact_id": "who", "touched_at": "at", "sent_at": "at", "campaign_id": "camp"}
        (made,) = self.read(tmp_path, text, kind="click", columns=names).rows(named=True)
        day = datetime(2026, 5, 1, tzinfo=UTC)
        assert (made["contact_id"], made["campaign_id"]) == ("7", "3")
        assert (made["touched_at"], made["sent_at"]) == (day, day)

    @pytest.mark.parametrize("heading", ["contact_id,contact_id ", "contact_id,contact_id"])
    def test_two_headings_of_a_column_are_refused(self, tmp_path, heading):
        with pytest.raises(MetricError, match="more than one column contact_id"):
            self.read(tmp_path, f"{heading},touched_at\n7,8,2026-05-01\n", kind="click")
        text = f"{heading},who,touched_at\n7,8,9,2026-05-01\n"
        made = self.read(tmp_path, text, kind="click", columns={"contact_id": "who"})
        assert made["contact_id"].to_list() == ["9"]

    @pytest.mark.parametrize(
        "written",
        [
            "2024-09-19 05:49:00+00:00",
            "2024-09-19 05:49:00.000000+00:00",
            "2024-09-19 00:49:00-05:00",
            "2024-09-19 05:49:00+00",
            "2024-09-19 05:49:00 +0000",
            "2024-09-19 05:49:00 UTC",
            "2024-09-19T05:49Z",
            "2024-09-19  05:49",
        ],
    )
    def test_moments_as_programs_write_them(self, tmp_path, written):
        made = self.read(tmp_path, f"contact_id,touched_at\n7,{written}\n", kind="click")
        assert made["touched_at"].to_list() == [datetime(2024, 9, 19, 5, 49, tzinfo=UTC)]

    def test_what_pandas_and_polars_write_of_touches_comes_back(self, tmp_path):
        rows = [
            ("7", START, "click", "3", None, START, "/a", True),
            ("8", START + timedelta(microseconds=5), "open", None, "4", None, None, None),
        ]
        touches = pl.DataFrame(rows, schema=TOUCHES, orient="row")
        path = tmp_path / "touches.csv"
        to_pandas(touches).to_csv(path, index=False)
        assert touches_from_csv(path).equals(touches)
        touches.write_csv(path)
        assert touches_from_csv(path).equals(touches)

    @pytest.mark.parametrize("path", [None, 5, b"log.csv", ["log.csv"]])
    def test_a_path_that_is_none_is_refused(self, path):
        with pytest.raises(InvalidArgument, match="no path"):
            touches_from_csv(path, kind="click")

    @pytest.mark.parametrize("zone", [None, 5, "", "America", "../etc"])
    def test_a_zone_that_is_none_is_refused(self, tmp_path, zone):
        with pytest.raises(InvalidArgument, match="time_zone"):
            self.read(tmp_path, "contact_id,touched_at\n", kind="click", time_zone=zone)

    def test_a_name_that_touches_do_not_have_is_refused(self, tmp_path):
        text = "contact_id,touched_at,camp\n7,2026-05-01,3\n"
        with pytest.raises(InvalidArgument, match="'campaign_id'"):
            self.read(tmp_path, text, kind="click", columns={"campaign": "camp"})

    @pytest.mark.parametrize(
        ("text", "error", "says"),
        [
            ("", MetricError, "no CSV"),
            ("contact_id\n7\n", MissingColumns, "touched_at"),
            ("contact_id,touched_at\n7,yesterday\n", MetricError, "yesterday"),
            ("contact_id,touched_at\n7,2026-13-40\n", MetricError, "2026-13-40"),
        ],
    )
    def test_what_cannot_be_read_says_why(self, tmp_path, text, error, says):
        with pytest.raises(error, match=says):
            self.read(tmp_path, text, kind="click")

    def test_what_is_not_there_says_so(self, tmp_path):
        with pytest.raises(InvalidArgument, match="no file"):
            touches_from_csv(tmp_path / "none.csv", kind="click")
        with pytest.raises(InvalidArgument, match="America/Chicago"):
            self.read(tmp_path, "contact_id,touched_at\n", kind="click", time_zone="Chicago")
        with pytest.raises(MissingColumns, match="time"):
            self.read(tmp_path, "a,b\n1,2\n", kind="click", columns={"touched_at": "time"})


def test_a_file_is_credited_like_a_frame(tmp_path):
    path = tmp_path / "clicks.csv"
    path.write_text("contact_id,touched_at,campaign_id\n7,2026-03-06 00:00:00,1\n")
    orders = pl.DataFrame(
        [
            {
                "order_id": "1",
                "contact_id": "7",
                "email": None,
                "state": "completed",
                "currency": "EUR",
                "ordered_at": START + timedelta(days=1),
                "total_cents": 500,
                "shipping_cents": 0,
                "tax_cents": 0,
            }
        ],
        schema=ORDERS,
    )
    found = attributed_revenue(orders, touches_from_csv(path, kind="click"))
    assert found.filter("is_attributed").select("campaign_id", "credited_cents").rows() == [
        ("1", 500)
    ]


def test_a_campaign_parted_by_something_else_is_reported_once():
    attributed = pl.DataFrame(
        {
            "currency": ["EUR"] * 2,
            "campaign_id": ["1", "1"],
            "kind": ["click", "open"],
            "is_attributed": [True] * 2,
            "credited_cents": [100, 200],
        }
    )
    reported = pl.DataFrame({"campaign_id": ["1"], "reported_cents": [300]})
    found = reconcile_attribution(attributed, reported)
    assert found.rows() == [("1", 300, 300, 0, 1.0), (None, 300, 300, 0, 1.0)]
