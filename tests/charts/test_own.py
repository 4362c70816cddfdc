"""A chart of any metric: what it says follows from numbers and intervals, in the metric's unit."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
import vl_convert

from actoolkit.charts import metric_chart
from actoolkit.errors import InvalidArgument
from actoolkit.metrics import DEFINITIONS, Definition, register_metric, registry, unregister_metric
from actoolkit.tables.frames import to_pandas

SHARE = Definition("spam_share", "Spam", "complaints ÷ mails", "spam", "mails")
MONEY = Definition("order_cents", "Order", "revenue ÷ orders")
DAYS = Definition("wait_days", "Wait", "days until the second order")
NUMBER = Definition("mails_each", "Mails each", "mails ÷ contacts")


@pytest.fixture(autouse=True)
def _own():
    for one in (SHARE, MONEY, DAYS, NUMBER):
        register_metric(one, replace=True)
    yield
    for metric_id in set(DEFINITIONS) - set(registry.BUILT_IN_IDS):
        unregister_metric(metric_id)


def shares(keys, values, width=0.01, mails=1000, name="type"):
    return pl.DataFrame(
        {
            name: keys,
            "spam": [None if value is None else round(value * mails) for value in values],
            "mails": [mails] * len(keys),
            "spam_share": values,
            "spam_share_low": [None if value is None else value - width for value in values],
            "spam_share_high": [None if value is None else value + width for value in values],
        },
        strict=False,
    )


def rows_of(chart):
    """The rows of the groups, as they are in the specification."""
    spec = chart.to_dict()
    data = [part["data"] for part in (spec, *spec["layer"]) if "data" in part]
    values = [one.get("values", spec.get("datasets", {}).get(one.get("name"))) for one in data]
    return next(rows for rows in values if "label" in rows[0])


def title(chart):
    return " ".join(chart.title.text)


def subtitle(chart):
    return " ".join(chart.title.subtitle)


def test_groups_with_names_stand_in_the_order_of_their_values():
    chart = metric_chart(shares(["a", "b", "c"], [0.02, 0.2, 0.05]), "spam_share")
    assert [row["label"] for row in rows_of(chart)] == ["b", "c", "a"]
    assert title(chart) == "Spam: b has clearly the highest, 20.0%"
    assert rows_of(chart)[0]["counts"] == "200 of 1,000"
    assert rows_of(chart)[0]["interval"] == "19.0% to 21.0%"


def test_types_of_campaigns_are_called_what_people_call_them():
    found = shares(["single", "responder", "new kind"], [0.2, 0.1, 0.05])
    labels = [row["label"] for row in rows_of(metric_chart(found, "spam_share"))]
    assert labels == ["One-off", "Autoresponder", "new kind"]
    other = shares(["single"], [0.2], name="tag")
    assert [row["label"] for row in rows_of(metric_chart(other, "spam_share"))] == ["single"]


def test_the_highest_is_not_clearly_so_where_intervals_meet():
    chart = metric_chart(shares(["a", "b"], [0.02, 0.03], width=0.006), "spam_share")
    assert title(chart) == "Spam: b has the highest, 3.0%, not clearly above all others"


def test_groups_that_share_the_highest_are_counted():
    chart = metric_chart(shares(["a", "b", "c"], [0.2, 0.2, 0.1]), "spam_share")
    assert title(chart) == "Spam: 2 groups share the highest, 20.0%"


def test_groups_with_numbers_keep_their_order_and_weekdays_their_names():
    hours = metric_chart(shares([10, 9], [0.2, 0.1], name="hour"), "spam_share")
    assert [row["label"] for row in rows_of(hours)] == ["9", "10"]
    days = metric_chart(shares([7, 1], [0.2, 0.1], name="weekday"), "spam_share")
    assert [row["label"] for row in rows_of(days)] == ["Monday", "Sunday"]


def test_days_make_a_line_in_their_order():
    days = [date(2026, 5, 1), date(2026, 4, 1), date(2026, 6, 1)]
    chart = metric_chart(shares(days, [0.1, 0.3, 0.2], name="month"), "spam_share")
    assert [row["period"] for row in rows_of(chart)] == ["2026-04-01", "2026-05-01", "2026-06-01"]
    assert title(chart) == "Spam: 20.0% in June 2026, clearly more than 10.0% in May 2026"
    less = metric_chart(shares(days, [0.3, 0.1, 0.2], name="month"), "spam_share")
    assert "clearly less than 30.0% in May 2026" in title(less)
    same = metric_chart(shares(days, [0.2, 0.1, 0.21], name="month"), "spam_share")
    assert "not clearly different from 20.0%" in title(same)


def test_days_and_names_stand_in_the_order_of_time_then_of_values():
    days = [date(2026, 5, 1), date(2026, 4, 1), date(2026, 5, 1), None]
    frame = shares(days, [0.1, 0.3, 0.2, 0.4], name="month")
    frame = frame.select(
        "month",
        pl.Series("type", ["single", "split", "split", "single"]),
        pl.all().exclude("month"),
    )
    chart = metric_chart(frame, "spam_share")
    assert [row["label"] for row in rows_of(chart)] == [
        "April 2026 · Split test",
        "May 2026 · Split test",
        "May 2026 · One-off",
        "(none) · One-off",
    ]
    assert "The latest 2 of 4." in subtitle(metric_chart(frame, "spam_share", top=2))
    assert "May 2026" in rows_of(metric_chart(frame.head(3), "spam_share", top=1))[0]["label"]


def test_nothing_is_left_out_in_silence():
    frame = shares([f"n{at:02}" for at in range(50)], [0.5, None] + [0.1] * 48)
    chart = metric_chart(frame, "spam_share", top=12)
    assert len(rows_of(chart)) == 12
    assert "The first 12 of 49." in subtitle(chart)
    assert "1 group without a value." in subtitle(chart)


@pytest.mark.parametrize(
    ("metric", "values", "written"),
    [
        ("order_cents", [4945.0, 123456.0], ["$1,235", "$49.45"]),
        ("wait_days", [3.25, 120.0], ["120 days", "3.2 days"]),
        ("mails_each", [2.0, 2.5], ["2.50", "2"]),
    ],
)
def test_the_unit_comes_from_the_id(metric, values, written):
    frame = pl.DataFrame({"type": ["a", "b"], metric: values, "currency": ["USD"] * 2})
    chart = metric_chart(frame, metric)
    assert [row["value_text"] for row in rows_of(chart)] == written
    svg = vl_convert.vegalite_to_svg(chart.to_dict())
    assert ("$1k" in svg) == (metric == "order_cents")
    assert "NaN" not in svg


def test_currencies_never_share_an_axis():
    frame = pl.DataFrame({"type": ["a", "b"], "order_cents": [1, 2], "currency": ["USD", "EUR"]})
    with pytest.raises(InvalidArgument, match="one currency; this frame has EUR, USD"):
        metric_chart(frame, "order_cents")


def test_another_column_of_a_metric_is_drawn_in_its_own_unit():
    fatigue = pl.DataFrame(
        {
            "mails_from": [1, 5],
            "contact_months": [900, 100],
            "unsubscribed": [9, 4],
            "unsubscribed_rate": [0.01, 0.04],
        }
    )
    chart = metric_chart(fatigue, "fatigue", value="unsubscribed_rate")
    assert title(chart) == (
        "Mails a month and unsubscribing, unsubscribed rate: 5 has the highest, 4.0%"
    )
    assert [row["counts"] for row in rows_of(chart)] == ["9 of 900", "4 of 100"]
    assert "Unsubscribed rate" in vl_convert.vegalite_to_svg(chart.to_dict())
    with pytest.raises(InvalidArgument, match=r"actoolkit.metrics.fatigue\("):
        metric_chart(fatigue, "fatigue")


def test_a_small_share_is_hollow_and_said_so():
    chart = metric_chart(shares(["a"], [0.1], mails=50), "spam_share")
    assert rows_of(chart)[0]["is_small"]
    assert "Hollow: fewer than 200." in subtitle(chart)
    assert title(chart) == "Spam: 10.0%"


@pytest.mark.parametrize(("mails", "small"), [(199, True), (200, False), (201, False)])
def test_fewer_than_200_are_few(mails, small):
    chart = metric_chart(shares(["a"], [0.1], mails=mails), "spam_share")
    assert rows_of(chart)[0]["is_small"] is small


def test_along_names_the_groups():
    frame = shares(["a", "b"], [0.1, 0.2]).with_columns(list=pl.Series(["x", "y"]))
    labels = [row["label"] for row in rows_of(metric_chart(frame, "spam_share", along="list"))]
    assert labels == ["y", "x"]
    both = metric_chart(frame, "spam_share", along=["type", "list"])
    assert rows_of(both)[0]["label"] == "b · y"
    with pytest.raises(InvalidArgument, match="no column nowhere"):
        metric_chart(frame, "spam_share", along="nowhere")


@pytest.mark.parametrize(
    "frame",
    [
        shares(["a", None, "a"], [0.1, 0.2, 0.3]),
        shares([date(2026, 5, 1), date(2026, 5, 2)], [0.1, 0.2], name="day"),
        shares(["a"], [None]),
        shares(["a"], [0.1]).head(0),
        shares(["a"], [0.1]).drop("type", "spam_share_low"),
    ],
)
def test_every_kind_of_frame_is_drawn_the_same(frame):
    spec = metric_chart(frame, "spam_share", as_of=date(2026, 6, 30)).to_dict()
    svg = vl_convert.vegalite_to_svg(spec)
    assert "NaN" not in svg
    assert "Data as of 30 Jun 2026" in svg
    assert spec["description"]
    for other in (frame.lazy(), to_pandas(frame)):
        assert metric_chart(other, "spam_share", as_of=date(2026, 6, 30)).to_dict() == spec


def test_an_interval_the_wrong_way_round_is_not_drawn():
    frame = shares(["single", "split"], [0.2, 0.3], width=-0.05)
    with pytest.raises(InvalidArgument, match="spam_share_low is above spam_share_high in Split"):
        metric_chart(frame, "spam_share")


def test_names_are_made_fit_to_be_drawn():
    hostile = ["<script>alert(1)</script>" + "x" * 9_999, "bob@example.com", "\u202eevil"]
    drawn = rows_of(metric_chart(shares(hostile, [0.3, 0.2, 0.1]), "spam_share"))
    assert all(len(row["label"]) <= 45 for row in drawn)
    assert not any("@example" in row["label"] or "\u202e" in row["label"] for row in drawn)


def test_what_cannot_be_drawn_says_what_to_do():
    frame = shares(["a"], [0.1])
    for call, words in (
        (lambda: metric_chart(frame, "spam share"), "No metric is called"),
        (lambda: metric_chart(frame, "wait_days"), "metric_chart needs the columns wait_days"),
        (lambda: metric_chart(frame, "spam_share", top=0), "draws nothing"),
        (lambda: metric_chart([0.1], "spam_share"), "draws a DataFrame"),
    ):
        with pytest.raises(InvalidArgument, match=words):
            call()
