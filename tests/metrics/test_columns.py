"""What a definition names is what its function needs: those columns are enough, and none is idle."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from actoolkit import metrics
from actoolkit.errors import MissingColumns
from actoolkit.metrics import explain
from actoolkit.metrics.registry import BUILT_IN_IDS

SPEC = spec_from_file_location(
    "every_metric_by_columns", Path(__file__).with_name("every_metric.py")
)
every = module_from_spec(SPEC)
SPEC.loader.exec_module(every)

PLAIN = {"shrunk_rates": lambda t: metrics.shrunk_rates(t["campaigns"])}
"""Called without the groups for which other tests ask."""
LEFT_OUT = {
    ("links_per_clicker", "unique_link_clicks"),
}
"""Columns without which a function answers, but not with this metric."""
WITH_FRAMES = [
    name
    for name in BUILT_IN_IDS
    if explain(name).function != "wilson" and explain(name).id != "field_completeness"
]
"""An interval takes numbers; completeness is of any columns there are."""


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    return every.loaded(tmp_path_factory.mktemp("cache"))


def calls(metric_id):
    function = explain(metric_id).function
    found = [
        call
        for name, call in every.CALLS.items()
        if name.split(" by ", maxsplit=1)[0] == function and name != "campaign_rates by type"
    ]
    assert found, function
    return [PLAIN[function]] if function in PLAIN else found


def cut(tables, columns):
    return {
        name: frame.select([column for column in frame.columns if column in columns])
        for name, frame in tables.items()
    }


@pytest.mark.parametrize("metric_id", WITH_FRAMES)
def test_the_columns_that_are_named_are_enough(metric_id, tables):
    few = cut(tables, explain(metric_id).columns)
    for call in calls(metric_id):
        call(few)


@pytest.mark.parametrize("metric_id", WITH_FRAMES)
def test_no_column_is_named_that_is_not_needed(metric_id, tables):
    columns = explain(metric_id).columns
    assert len(set(columns)) == len(columns)
    for column in columns:
        if (metric_id, column) in LEFT_OUT:
            continue
        few = cut(tables, set(columns) - {column})
        lacking = []
        for call in calls(metric_id):
            try:
                call(few)
            except MissingColumns as error:
                lacking += error.missing
        assert column in lacking
