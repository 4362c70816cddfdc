"""Benchmarks of metrics run, on little data, and those who are compared find the same."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

import polars as pl
import pytest
from polars.testing import assert_frame_equal

FOLDER = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture(scope="module")
def modules():
    """The scripts, which find each other beside them; not by these names afterwards."""
    names = ("metrics", "metrics_data", "rates", "touches")
    before = set(sys.modules)
    with pytest.MonkeyPatch.context() as changes:
        changes.syspath_prepend(str(FOLDER))
        yield {name: import_module(name) for name in names}
    for name in set(sys.modules) - before:
        if Path(getattr(sys.modules[name], "__file__", None) or "").parent == FOLDER:
            del sys.modules[name]


@pytest.fixture(scope="module")
def account(modules, tmp_path_factory):
    folder = tmp_path_factory.mktemp("account")
    modules["metrics_data"].write(folder, 500)
    return folder


@pytest.fixture(scope="module")
def touches(modules, tmp_path_factory):
    folder = tmp_path_factory.mktemp("touches")
    modules["touches"].write(folder, 1)
    return folder


def test_metrics_and_those_by_hand_run_and_tables_agree(modules, account):
    script = modules["metrics"]
    compared = 0
    for engines in script.TASKS.values():
        found = {engine: work(account) for engine, work in engines.items()}
        for engine, sums in found.items():
            if engine.endswith(script.TABLE):
                script.agree(sums, script.summed(found["actoolkit"]))
                with pytest.raises(AssertionError):
                    script.agree(sums | {min(sums): 1.5}, script.summed(found["actoolkit"]))
                compared += 1
    assert compared == 4


def test_touches_are_credited_and_followed_alike(modules, touches):
    found = {}
    for name, work in modules["touches"].WORK.items():
        found.setdefault(name.partition(":")[0], []).append(work(touches))
    assert {task: len(answers) for task, answers in found.items()} == {
        "last touch": 6,
        "funnel": 4,
        "linear": 1,
    }
    for answers in found.values():
        assert answers[0]
        assert answers == answers[:1] * len(answers)


def test_rates_are_spelled_both_ways(modules, account):
    script = modules["rates"]
    rows = pl.read_parquet(account / "campaigns.parquet").head(30)
    rows = rows.with_columns(unique_replies=pl.lit(1), unique_forwards=pl.lit(1))
    for metric in script.METRICS.values():
        with patch.object(script, "in_words", wraps=script.in_words) as asked:
            found = script.in_narwhals(metric, rows)
        assert asked.called
        assert_frame_equal(found, script.answered(metric, rows.lazy()), rel_tol=1e-12)
