"""What a docstring says of a result is what the frame has: columns, types, and rates of 0 to 1."""

from __future__ import annotations

import inspect
import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import polars as pl
import pytest

from actoolkit import metrics
from actoolkit.metrics import reference
from actoolkit.metrics.touches import TOUCHES
from actoolkit.tables import TABLES

DTYPES = {
    "String": pl.String(),
    "Int64": pl.Int64(),
    "Float64": pl.Float64(),
    "Boolean": pl.Boolean(),
    "Date": pl.Date(),
    "Datetime": pl.Datetime("us", "UTC"),
}
ELSEWHERE = {
    **{
        name: set(TOUCHES)
        for name in (
            "list_touches",
            "automation_touches",
            "one_to_one_touches",
            "flag_bots",
            "all_touches",
        )
    },
    "select_campaigns": set(TABLES["campaigns"].schema),
    "clv": set(metrics.lifetime.PURCHASES),
    "compare_campaigns": {"baseline_hits", "baseline_trials", "baseline_rate"},
    "clv_fit": {
        f"{part}_{what}"
        for part in ("purchases", "values")
        for what in ("log_likelihood", "starts", "agreed", "converged")
    },
}
"""Columns that a docstring names by another function's, or by their parts."""
GROUPS = {"campaign_anomalies": {"type"}, "shrunk_rates": {"type"}, "attributed_revenue": {"kind"}}


SPEC = spec_from_file_location("every_metric_returns", Path(__file__).with_name("every_metric.py"))
every = module_from_spec(SPEC)
SPEC.loader.exec_module(every)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    return every.loaded(tmp_path_factory.mktemp("cache"))


def said(function):
    """The columns that the section on what is returned names, with a type where it says one."""
    found = {}
    section = re.search(r"\nReturns:\n(.*?)(?:\n\n|\Z)", inspect.getdoc(function), re.DOTALL)
    for quoted in re.findall(r"``([^`]+)``", section.group(1)):
        names, _, rest = quoted.partition(" (")
        dtype = re.match(r"\w+", rest)
        for name in re.findall(r"[a-z]\w*", names.split(":")[0]):
            found[name] = DTYPES.get(dtype.group()) if dtype else None
    return found


def by_suffix(names):
    return names | {f"{name}{side}" for name in names for side in ("_low", "_high")}


@pytest.mark.parametrize("name", every.CALLS)
def test_the_frame_is_the_one_that_is_described(name, tables):
    metric = name.split(" by ", maxsplit=1)[0]
    made = every.CALLS[name](tables)
    described = said(getattr(metrics, metric))
    known = by_suffix(set(described)) | ELSEWHERE.get(metric, set()) | GROUPS.get(metric, set())
    assert set(made.columns) <= known
    for column, dtype in described.items():
        if dtype is not None and column in made.columns:
            assert made.schema[column] == dtype, column
    for column, dtype in made.schema.items():
        if dtype == pl.Float64 and column.endswith("_rate") and "common" not in column:
            assert made[column].drop_nulls().is_between(0, 1).all(), column


def test_the_reference_names_all_rates_without_an_interval_and_no_others(tables):
    lacking, judging = set(), set()
    for name, call in every.CALLS.items():
        made = call(tables)
        alone = {
            column
            for column in made.columns
            if re.fullmatch(r"(.*_)?(rate|share|shrunk)", column)
            and f"{column}_low" not in made.columns
        }
        lacking |= alone
        if alone & set(reference.JUDGED):
            judging.add(name.split(" by ", maxsplit=1)[0])
    assert lacking == {*reference.PARTS, *reference.DRAWN, *reference.JUDGED}
    assert judging == set(reference.JUDGING)
