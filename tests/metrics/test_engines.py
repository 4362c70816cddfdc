"""Which metric runs where: what the reference says is what the functions do."""

from __future__ import annotations

import ast
import inspect
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import polars as pl
import pytest

from actoolkit import metrics
from actoolkit.errors import InvalidArgument
from actoolkit.metrics.reference import FRAMELESS, metric_reference, runs_there

SPEC = spec_from_file_location(
    "every_metric_on_engines", Path(__file__).with_name("every_metric.py")
)
every = module_from_spec(SPEC)
SPEC.loader.exec_module(every)
ELSEWHERE = set(FRAMELESS)


class CollectedError(AssertionError):
    """A lazy frame was computed."""


@pytest.fixture(scope="module")
def lazy(tmp_path_factory):
    made = every.loaded(tmp_path_factory.mktemp("cache"))
    return {name: frame.lazy() for name, frame in made.items()}


def test_every_function_of_frames_is_tried_on_every_engine():
    functions = {
        name for name in metrics.__all__ if inspect.isfunction(getattr(metrics, name))
    } - ELSEWHERE
    assert functions == {name.split(" by ", maxsplit=1)[0] for name in every.CALLS}


FITTED = {"clv", "clv_fit", "clv_holdout"}
"""Held to loops on every engine for one shop: a fit takes too long for drawn ones."""


def _used(node, functions, seen=()):
    """The names in a piece of a test, and in the helpers beside it that it calls."""
    names = {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
    names |= {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    for name in names & set(functions) - set(seen):
        names |= _used(functions[name], functions, (*seen, *names))
    return names


def test_every_function_of_frames_has_drawn_rows_on_every_engine_in_some_test():
    """A new one without such a test is found here; that the test compares, only reading tells."""
    drawn, fitted = set(), set()
    for path in Path(__file__).parent.glob("test_*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef)}
        for name, test in functions.items():
            if name.startswith("test_") and "engine" in {one.arg for one in test.args.args}:
                used = _used(test, functions)
                fitted |= used
                drawn |= used if "given" in used else set()
    functions = {name for name in metrics.__all__ if inspect.isfunction(getattr(metrics, name))}
    assert functions - ELSEWHERE - FITTED <= drawn
    assert {*FITTED, "compute_metric", "touches_from_csv"} <= fitted


@pytest.mark.parametrize("name", every.CALLS)
def test_what_runs_where_the_frame_lives_collects_nothing(name, lazy, monkeypatch):
    def refuse(*args, **kwargs):
        raise CollectedError(name)

    monkeypatch.setattr(pl.LazyFrame, "collect", refuse)
    monkeypatch.setattr(pl.LazyFrame, "collect_batches", refuse)
    monkeypatch.setattr(pl, "collect_all", refuse)
    if runs_there(name.split(" by ", maxsplit=1)[0]):
        assert isinstance(every.CALLS[name](lazy), pl.LazyFrame)
    else:
        with pytest.raises(CollectedError):
            every.CALLS[name](lazy)


def test_the_table_names_every_function_once():
    table = metric_reference().split("## Which metric runs where")[1]
    for name in {one.split(" by ", maxsplit=1)[0] for one in every.CALLS}:
        row = next(line for line in table.splitlines() if line.startswith(f"| `{name}` |"))
        cells = [cell.strip() for cell in row.split("|")[2:6]]
        where = "there" if runs_there(name) else "reduced"
        assert set(cells) <= {where, "kernel"}
        assert cells[0] == cells[2] == cells[3] == where


@pytest.mark.parametrize("name", every.CALLS)
def test_a_frame_of_another_library_is_refused(name, lazy):
    tables = {table: frame.collect().to_arrow() for table, frame in lazy.items()}
    with pytest.raises(InvalidArgument, match="pyarrow"):
        every.CALLS[name](tables)


@pytest.mark.parametrize("name", ["score_outcomes", "score_quality"])
@pytest.mark.parametrize("other", ["score_history", "contacts", "orders"])
def test_scores_of_one_kind_and_orders_of_another_are_refused(name, other, lazy):
    mixed = lazy | {other: lazy[other].collect().to_pandas()}
    with pytest.raises(InvalidArgument, match=f"{name} was given frames of different kinds"):
        every.CALLS[name](mixed)


@pytest.mark.parametrize("wrong", [[1], {"a": 1}, None, "campaigns.parquet"])
def test_what_is_no_frame_of_an_engine_names_those_that_are(wrong):
    with pytest.raises(
        InvalidArgument, match="pandas, polars or Spark frame, or a DuckDB relation"
    ):
        metrics.campaign_rates(wrong)
