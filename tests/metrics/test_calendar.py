"""Days at the ends of the calendar: an answer, or an error that says what to do next."""

from __future__ import annotations

import inspect
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from actoolkit import metrics
from actoolkit.errors import ActoolkitError

PATH = Path(__file__).with_name("every_metric.py")
SPEC = spec_from_file_location("every_metric_at_the_ends", PATH)
every = module_from_spec(SPEC)
SPEC.loader.exec_module(every)

DAYS = ("0001-01-01", "0001-01-02", "1900-01-01", "9999-12-31")
ASKED = [
    (call, function, name, day)
    for call in every.CALLS
    for function in [call.split(" by ")[0]]
    if hasattr(metrics, function)
    for name in ("since", "until")
    if name in inspect.signature(getattr(metrics, function)).parameters
    for day in DAYS
]


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    return every.loaded(tmp_path_factory.mktemp("tables"))


@pytest.mark.parametrize(
    ("call", "function", "name", "day"), ASKED, ids=[" ".join(asked) for asked in ASKED]
)
def test_every_metric_takes_any_day_or_refuses_it(call, function, name, day, tables, monkeypatch):
    asked, right = [], getattr(metrics, function)

    def with_the_day(*frames, **options):
        asked.append(day)
        return right(*frames, **{**options, name: day})

    monkeypatch.setattr(metrics, function, with_the_day)
    refused = None
    try:
        every.CALLS[call](tables)
    except ActoolkitError as error:
        refused = error
    assert asked == [day]
    assert refused is None or refused.hint
    assert day >= "1900" or refused
