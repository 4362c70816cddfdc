"""Tables as people read them: units by the names of columns, names for ids, nothing lost."""

from __future__ import annotations

from datetime import date

import pandas as pd
import polars as pl
import pytest

from actoolkit.errors import InvalidArgument
from actoolkit.reports.html_tables import plain_tables
from actoolkit.tables.frames import to_pandas
from actoolkit.widgets import readable_table

SALES = pl.DataFrame(
    {
        "period_on": [date(2026, 5, 1), date(2026, 6, 1)],
        "currency": ["USD", "JPY"],
        "orders": [1204, 7],
        "revenue_cents": [8928922, 5000],
        "repeat_share": [0.047569, None],
        "repeat_share_low": [0.04, None],
        "repeat_share_high": [0.055, None],
        "median_days": [0.682696, 12.0],
        "gini": [0.458858, None],
        "flag": pl.Series([None, None], dtype=pl.String),
    }
)
HEAD = ["Period", "Currency", "Orders", "Revenue", "Repeat share", "Interval", "Median days", "Gini"]  # fmt: skip
ROWS = [
    ["May 2026", "USD", "1,204", "$89,289", "4.8%", "4.0% to 5.5%", "0.7", "0.46"],
    ["June 2026", "JPY", "7", "¥5,000", "—", "—", "12.0", "—"],
]


@pytest.mark.parametrize("kind", [pl.DataFrame.clone, pl.DataFrame.lazy, to_pandas])
def test_each_column_is_written_by_what_its_name_says(kind):
    frame = kind(SALES)
    table = readable_table(frame, minor_units={"JPY": 0})
    assert (table.head, table.rows) == (HEAD, ROWS)
    if isinstance(frame, pd.DataFrame):
        assert frame["revenue_cents"].tolist() == [8928922, 5000]


def test_an_exported_page_reads_the_same_texts():
    (read,) = plain_tables(readable_table(SALES, minor_units={"JPY": 0})._repr_html_())
    assert [[cell.text for cell in row] for row in read.body] == ROWS
    assert [cell.text for cell in read.head[0]] == HEAD
    assert all(cell.is_number for cell in read.body[0][2:5])


def test_ids_get_their_names_and_names_cannot_be_markup():
    frame = pl.DataFrame({"automation_id": ["1", "2"], "entries": [3, 4]})
    names = {"automation_id": {"1": "<script>alert(1)</script> ada@shop.example"}}
    table = readable_table(frame, names=names)
    assert table.head == ["Automation", "Entries"]
    assert table.rows[1][0] == "2"
    assert "<script" not in table._repr_html_()
    assert "ada@" not in table._repr_html_() + str(table)


def test_some_columns_in_the_order_asked_for_and_the_first_rows():
    table = readable_table(SALES, ["orders", "currency"], top=1)
    assert (table.head, table.rows) == (["Orders", "Currency"], [["1,204", "USD"]])
    assert "1 further row in" in str(table)
    assert "1 further row in" in table._repr_html_()
    assert readable_table(SALES.clear(), ["orders"]).rows == []


@pytest.mark.parametrize(
    ("given", "options", "said"),
    [
        (SALES, {"columns": ["orders", "sends"]}, "sends"),
        (SALES, {"top": 0}, "top=0"),
        ({"a": 1}, {}, "DataFrame"),
    ],
)
def test_what_cannot_be_shown_is_told(given, options, said):
    with pytest.raises(InvalidArgument, match=said):
        readable_table(given, **options)
