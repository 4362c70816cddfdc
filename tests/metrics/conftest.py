"""Engines that a metric must agree on, and the slow oracles it is compared with."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from importlib.util import module_from_spec, spec_from_file_location
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest

from actoolkit.tables.frames import to_pandas

SQL = {
    pl.String(): "VARCHAR",
    pl.Int64(): "BIGINT",
    pl.Float64(): "DOUBLE",
    pl.Boolean(): "BOOLEAN",
    pl.Datetime("us", "UTC"): "TIMESTAMPTZ",
    pl.Datetime("us"): "TIMESTAMP",
}


@dataclass(frozen=True)
class Engine:
    """How to make a frame of rows, and to read rows back."""

    name: str
    make: Callable[[list[dict[str, Any]], dict[str, pl.DataType]], Any]
    read: Callable[[Any], list[dict[str, Any]]]


def as_polars(rows, schema):
    return pl.DataFrame(rows, schema=schema, orient="row")


def as_objects(rows, schema):
    """pandas as people make it: numbers with holes are floats, texts with holes are objects."""
    frame = pd.DataFrame(rows, columns=list(schema))
    for name, dtype in schema.items():
        if isinstance(dtype, pl.Datetime):
            frame[name] = pd.to_datetime(frame[name], utc=dtype.time_zone == "UTC")
    return frame


class Duck:
    """A connection in another zone than UTC; tables are made by SQL alone."""

    def __init__(self):
        self.connection = duckdb.connect()
        self.connection.execute("SET TimeZone = 'America/Chicago'")
        self.numbers = count()

    def make(self, rows, schema):
        name = f"t{next(self.numbers) % 40}"
        columns = ", ".join(f"{column} {SQL[dtype]}" for column, dtype in schema.items())
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({columns})")
        if rows:
            marks = ", ".join(["(" + ", ".join("?" * len(schema)) + ")"] * len(rows))
            values = [row[column] for row in rows for column in schema]
            self.connection.execute(f"INSERT INTO {name} VALUES {marks}", values)
        return self.connection.table(name)

    @staticmethod
    def read(relation):
        """Moments travel as microseconds: fetching them would need one more package."""
        zoned = [str(dtype) == "TIMESTAMP WITH TIME ZONE" for dtype in relation.types]
        columns = [
            f'epoch_us("{name}") AS "{name}"' if moment else f'"{name}"'
            for name, moment in zip(relation.columns, zoned, strict=True)
        ]
        return [
            {
                name: moment_of(value) if moment else plain(value)
                for name, value, moment in zip(relation.columns, row, zoned, strict=True)
            }
            for row in relation.select(", ".join(columns)).fetchall()
        ]


def plain(value):
    """One value as the oracles write it."""
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return None
    if isinstance(value, pd.Timestamp):
        value = value.to_pydatetime()
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    return value.item() if hasattr(value, "item") else value


def moment_of(microseconds):
    if microseconds is None:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


def read_pandas(frame):
    assert isinstance(frame, pd.DataFrame)
    assert isinstance(frame.index, pd.RangeIndex)
    assert frame.index.equals(pd.RangeIndex(len(frame)))
    columns = {name: [plain(value) for value in frame[name]] for name in frame.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def read_polars(frame):
    assert isinstance(frame, pl.DataFrame)
    return frame.to_dicts()


def read_lazy(frame):
    assert isinstance(frame, pl.LazyFrame)
    return read_polars(frame.collect())


def make_lazy(rows, schema):
    return as_polars(rows, schema).lazy()


def make_pandas(rows, schema):
    return to_pandas(as_polars(rows, schema))


@pytest.fixture(scope="session", params=["polars", "lazy", "pandas", "pandas objects", "duckdb"])
def engine(request):
    if request.param == "duckdb":
        duck = Duck()
        return Engine(request.param, duck.make, duck.read)
    makes = {
        "polars": (as_polars, read_polars),
        "lazy": (make_lazy, read_lazy),
        "pandas": (make_pandas, read_pandas),
        "pandas objects": (as_objects, read_pandas),
    }
    return Engine(request.param, *makes[request.param])


def _oracle(name):
    path = Path(__file__).parent.parent / "oracles" / f"{name}.py"
    spec = spec_from_file_location(f"oracle_{name}", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def oracles():
    return SimpleNamespace(
        campaigns=_oracle("campaigns"),
        orders=_oracle("orders"),
        wilson=_oracle("intervals").wilson,
        clustered=_oracle("intervals").clustered,
    )


def assert_same(found, expected):
    """Same rows in the same order: rates within rounding, everything else exactly."""
    assert len(found) == len(expected)
    for got, wanted in zip(found, expected, strict=True):
        assert set(got) == set(wanted)
        for name, value in wanted.items():
            seen = got[name]
            if isinstance(value, Fraction | float):
                assert seen is not None, name
                assert math.isclose(seen, float(value), rel_tol=1e-11, abs_tol=1e-13), (
                    name,
                    seen,
                    value,
                )
            elif isinstance(value, date) and not isinstance(value, datetime):
                day = seen.date() if isinstance(seen, datetime) else seen
                assert day == value, name
            else:
                assert seen == value, (name, seen, value)


@pytest.fixture(scope="session")
def same():
    return assert_same
