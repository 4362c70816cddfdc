"""The same table in pandas, with and without pyarrow."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest

from actoolkit.tables import CONTACTS, TABLES, decode, to_pandas

EVERYTHING = pl.DataFrame(
    {
        "text": ["a", None, "ü"],
        "whole": [1, None, 2**62],
        "flag": [True, None, False],
        "real": [1.5, None, -0.0],
        "instant": [datetime(2026, 1, 1, tzinfo=UTC), None, datetime(1969, 1, 1, 0, 0, 0, 7, UTC)],
        "wall": [datetime(2026, 1, 1, 2), None, datetime(1, 1, 1)],
        "day": [date(2026, 1, 1), None, date(1, 1, 1)],
        "texts": [["a", "b"], None, []],
        "small": pl.Series([1, None, 255], dtype=pl.UInt8),
    }
)
DTYPES = {
    "text": "str",
    "whole": "Int64",
    "flag": "boolean",
    "real": "float64",
    "instant": "datetime64[us, UTC]",
    "wall": "datetime64[us]",
    "day": "datetime64[s]",
    "texts": "object",
    "small": "UInt8",
}


def test_types_depend_on_the_schema_alone():
    for frame in (EVERYTHING, EVERYTHING.head(1), EVERYTHING.clear(), EVERYTHING.slice(1, 1)):
        assert {name: str(dtype) for name, dtype in to_pandas(frame).dtypes.items()} == DTYPES


def test_values_and_gaps_come_over():
    frame = to_pandas(EVERYTHING)
    assert frame["text"].tolist()[::2] == ["a", "ü"]
    assert frame["whole"].tolist() == [1, pd.NA, 2**62]
    assert frame["flag"].tolist() == [True, pd.NA, False]
    assert frame["real"].tolist()[::2] == [1.5, 0.0]
    assert frame["instant"][2] == pd.Timestamp("1969-01-01T00:00:00.000007Z")
    assert frame["wall"][0] == pd.Timestamp("2026-01-01 02:00")
    assert frame["day"][0] == pd.Timestamp("2026-01-01")
    assert frame["day"].to_numpy()[2] == np.datetime64("0001-01-01")
    assert frame["texts"].tolist() == [["a", "b"], None, []]
    assert frame["small"].tolist() == [1, pd.NA, 255]
    assert frame.isna().sum().tolist() == [1] * 9
    assert list(frame.index) == [0, 1, 2]


def test_the_pandas_frame_owns_its_values():
    source = pl.DataFrame({"whole": [1, 2]})
    frame = to_pandas(source)
    frame.loc[0, "whole"] = 9
    assert source["whole"].to_list() == [1, 2]


def test_zones_stay():
    zoned = EVERYTHING.select(pl.col("instant").dt.convert_time_zone("America/Chicago"))
    frame = to_pandas(zoned)
    assert str(frame.dtypes["instant"]) == "datetime64[us, America/Chicago]"
    assert frame["instant"][0] == pd.Timestamp("2026-01-01T00:00:00Z")


@pytest.mark.parametrize("name", TABLES)
def test_a_table_without_rows_has_the_types_of_one_with_rows(name):
    table = TABLES[name]
    empty = to_pandas(table.empty())
    full = to_pandas(decode(table, [{"id": "1"}]).frame)
    assert list(empty.columns) == list(full.columns) == table.schema.names()
    assert empty.dtypes.equals(full.dtypes)


def test_pyarrow_is_not_needed():
    program = """
import sys
sys.modules["pyarrow"] = None
from datetime import UTC, datetime
from actoolkit.tables import CONTACTS, decode, to_pandas
row = {"id": "1", "email": "a@example.com", "cdate": "2026-01-01T00:00:00-06:00", "deleted": "0"}
frame = to_pandas(decode(CONTACTS, [row, {"id": "2"}]).frame)
assert frame["email"].dtype == "str" and frame["contact_id"].tolist() == ["1", "2"]
print(*frame.dtypes.astype(str))
"""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    with_pyarrow = to_pandas(decode(CONTACTS, [{"id": "1"}]).frame).dtypes.astype(str)
    assert run.stdout.strip() == " ".join(with_pyarrow)
