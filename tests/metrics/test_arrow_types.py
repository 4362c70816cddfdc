"""Frames of pandas whose columns are pyarrow's: the same answers as of polars."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from actoolkit import metrics
from actoolkit.tables.frames import to_pandas

pytest.importorskip("pyarrow")
SPEC = spec_from_file_location("every_metric_of_arrow", Path(__file__).with_name("every_metric.py"))
every = module_from_spec(SPEC)
SPEC.loader.exec_module(every)

CALLS = {
    **every.CALLS,
    "revenue_by_period by week": lambda t: metrics.revenue_by_period(t["orders"], grain="week"),
    "store_summary by week": lambda t: metrics.store_summary(t["orders"], grain="week"),
}
MAKES = {
    "polars' own": lambda frame: frame.to_pandas(use_pyarrow_extension_array=True),
    "converted": lambda frame: to_pandas(frame).convert_dtypes(dtype_backend="pyarrow"),
}


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    return every.loaded(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module", params=MAKES)
def arrow(request, tables):
    made = {name: MAKES[request.param](frame) for name, frame in tables.items()}
    kinds = {type(dtype) for frame in made.values() for dtype in frame.dtypes}
    assert pd.ArrowDtype in kinds
    return made


def plain(value):
    """A cell as it is written whatever frame it was in; days are midnights in pandas."""
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return None
    if isinstance(value, pd.Timestamp):
        value = value.to_pydatetime()
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    return datetime(value.year, value.month, value.day) if isinstance(value, date) else value


def rows(frame):
    columns = [[plain(one) for one in frame[name]] for name in frame.columns]
    return list(zip(*columns, strict=True))


def alike(one, other):
    numbers = isinstance(one, float) and isinstance(other, float)
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12) if numbers else one == other


@pytest.mark.parametrize("name", CALLS)
def test_every_metric_gives_what_it_gives_for_polars(name, tables, arrow):
    if name == "select_campaigns":
        wanted, found = (CALLS[name](given)["campaign_id"].to_list() for given in (tables, arrow))
        assert found == wanted
        return
    wanted, found = CALLS[name](tables), CALLS[name](arrow)
    assert isinstance(found, pd.DataFrame)
    assert list(found.columns) == wanted.columns
    for got, expected in zip(rows(found), rows(wanted), strict=True):
        assert all(map(alike, got, expected)), (got, expected)


def test_weeks_and_hours_are_those_of_the_calendar():
    """Wednesday 7 January 2026 is of the week from Monday the 5th."""
    at = datetime(2026, 1, 7, 15, 30)
    frame = pl.DataFrame(
        {
            "email": ["ann@example.com", None],
            "state": ["completed"] * 2,
            "currency": ["EUR"] * 2,
            "total_cents": [100, None],
            "ordered_local": [at, at],
        }
    ).to_pandas(use_pyarrow_extension_array=True)
    found = metrics.revenue_by_period(frame, grain="week")
    assert found["period_on"].tolist() == [pd.Timestamp(2026, 1, 5)]
    assert found["revenue_cents"].tolist() == [100]
