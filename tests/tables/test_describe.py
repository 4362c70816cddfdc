"""What `describe` tells."""

from __future__ import annotations

import polars as pl
import pytest

import actoolkit as ac
from actoolkit.errors import InvalidArgument
from actoolkit.tables import EXTRA, TABLES


def test_all_tables_are_listed_with_their_size():
    frame = ac.describe()
    assert frame["table"].to_list() == list(TABLES)
    for row in frame.iter_rows(named=True):
        assert row["columns"] == len(TABLES[row["table"]].empty().columns)
    undocumented = frame.filter(~pl.col("documented"))["table"].to_list()
    assert undocumented == ["campaign_lists", "campaign_messages", "contact_lists", "contact_tags"]


@pytest.mark.parametrize("name", TABLES)
def test_the_columns_are_those_of_the_frame_in_its_order(name):
    frame = ac.describe(name)
    table = TABLES[name]
    shown = frame.filter(pl.col("omitted").is_null())
    assert shown["column"].to_list() == table.empty().columns
    assert shown["dtype"].to_list() == [str(dtype) for dtype in table.schema.dtypes()]
    left_out = frame.filter(pl.col("omitted").is_not_null())
    assert dict(left_out.select("source", "omitted").rows()) == dict(table.omitted)


def test_a_column_tells_source_unit_and_evidence():
    orders = ac.describe("ecom_orders")
    row = orders.row(by_predicate=pl.col("column") == "ordered_at", named=True)
    assert row["source"] == "orderDate, else externalCreatedDate, else createdDate"
    assert row["dtype"] == "Datetime(time_unit='us', time_zone='UTC')"
    assert row["unit"] == "UTC"
    local = orders.row(by_predicate=pl.col("column") == "ordered_local", named=True)
    assert local["dtype"] == "Datetime(time_unit='us', time_zone=None)"
    total = orders.row(by_predicate=pl.col("column") == "total_cents", named=True)
    assert (total["unit"], total["evidence"]) == ("hundredths of the currency", "documented")
    assert orders.row(by_predicate=pl.col("column") == "email", named=True)["personal_data"]
    assert orders.row(by_predicate=pl.col("column") == EXTRA, named=True)["personal_data"]


def test_a_table_that_does_not_exist_names_its_neighbours():
    with pytest.raises(InvalidArgument, match=r"no table 'campaign'.*campaigns"):
        ac.describe("campaign")
