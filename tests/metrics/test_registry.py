"""Definitions, their page, and the examples in the docstrings."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from dataclasses import replace
from pathlib import Path

import pytest

from actoolkit import metrics
from actoolkit.errors import InvalidArgument
from actoolkit.metrics import DEFINITIONS, Definition, explain, register_metric
from actoolkit.metrics.counters import RATES
from actoolkit.metrics.reference import main, metric_reference
from actoolkit.metrics.registry import FUNCTIONS, tables_of
from actoolkit.metrics.touches import TOUCHES
from actoolkit.tables import TABLES

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"
MODULES = [f"actoolkit.metrics.{module.name}" for module in pkgutil.iter_modules(metrics.__path__)]
COLUMNS = {
    *(name for table in TABLES.values() for name in table.schema),
    *TOUCHES,
    *("event", "happened_at"),
    "observed_at",
}
"""Of the tables, of touches, of events, and of the history of a table."""


@pytest.mark.parametrize("module", MODULES)
def test_examples_run(module):
    result = doctest.testmod(importlib.import_module(module))
    assert result.failed == 0


def test_every_public_function_has_an_example():
    functions = [getattr(metrics, name) for name in metrics.__all__]
    for function in filter(inspect.isfunction, functions):
        assert ">>>" in function.__doc__, function.__name__


@pytest.mark.parametrize("metric_id", list(DEFINITIONS))
def test_a_definition_is_complete(metric_id):
    found = explain(metric_id)
    assert found.id == metric_id
    assert found.title
    assert found.formula
    assert found.source
    assert hasattr(metrics, found.function)
    assert set(found.columns) <= COLUMNS
    assert found.caveats
    assert all(caveat.endswith(".") for caveat in found.caveats)
    assert str(found).startswith(f"{found.title} ({metric_id})")
    printed = [tuple(line.split(maxsplit=1)) for line in str(found).splitlines()[1:]]
    counts = {"numerator:": found.numerator, "denominator:": found.denominator}
    assert printed == [
        ("formula:", found.formula),
        *((name, text) for name, text in counts.items() if text),
        *(("columns:", ", ".join(found.columns)) for _ in found.columns[:1]),
        *(("caveat:", caveat) for caveat in found.caveats),
        ("source:", found.source),
    ]


def test_every_rate_is_defined():
    assert set(RATES) <= set(DEFINITIONS)


def test_a_metric_of_ones_own():
    mine = Definition("spam_rate", "Spam rate", "complaints ÷ delivered mails", "spam", "delivered")
    assert register_metric(mine) is mine
    assert explain("spam_rate") is mine
    with pytest.raises(InvalidArgument, match="replace=True"):
        register_metric(mine)
    other = replace(mine, title="Complaint rate")
    assert register_metric(other, replace=True) is DEFINITIONS["spam_rate"]
    assert "spam_rate" not in metric_reference()
    for name in ("Spam rate", "", "2_rate", "_rate", "spam-rate", "späm_rate", "spam_rate\n"):
        with pytest.raises(InvalidArgument, match="no metric id"):
            register_metric(replace(mine, id=name))


def test_the_page_is_current():
    assert main(["--check", str(PAGE)]) == 0, (
        "python -m actoolkit.metrics.reference > docs/metrics.md"
    )


def test_an_old_page_is_noticed(tmp_path, capsys):
    old = tmp_path / "metrics.md"
    old.write_text(metric_reference().replace("Click rate", "Clicks"), encoding="utf-8")
    assert main(["--check", str(old)]) == 1
    assert "Run: python -m actoolkit.metrics.reference" in capsys.readouterr().err
    assert main(["--check"]) == 2


def test_a_mistyped_id_is_told_with_the_one_that_was_meant():
    with pytest.raises(InvalidArgument, match=r"'clik_rate'\. Did you mean click_rate"):
        explain("clik_rate")
    with pytest.raises(InvalidArgument, match="There are: delivered") as caught:
        explain("qqqq")
    assert all(name in str(caught.value) for name in DEFINITIONS)


def test_what_one_added_can_be_taken_back():
    first = list(DEFINITIONS)
    built_in = explain("open_rate")
    register_metric(Definition("taken_rate", "Taken", "a ÷ b", "a", "b"))
    register_metric(
        replace(built_in, title="Mine"), function=lambda: None, tables="contacts", replace=True
    )
    assert explain("open_rate").title == "Mine"
    metrics.unregister_metric("open_rate")
    metrics.unregister_metric("taken_rate")
    assert explain("open_rate") is built_in
    assert list(DEFINITIONS) == first
    assert "open_rate" not in FUNCTIONS
    assert tables_of("open_rate") == ("campaigns",)
    with pytest.raises(InvalidArgument, match="open_rate is built in"):
        metrics.unregister_metric("open_rate")
    with pytest.raises(InvalidArgument, match="No metric is called 'taken_rate'"):
        metrics.unregister_metric("taken_rate")


def test_a_function_for_a_built_in_definition_can_be_taken_back():
    register_metric(explain("open_rate"), function=lambda: None, replace=True)
    assert "open_rate" in FUNCTIONS
    metrics.unregister_metric("open_rate")
    assert "open_rate" not in FUNCTIONS


def test_one_that_is_replaced_keeps_its_place():
    first, second = (Definition(f"{one}_share", "T", "a ÷ b", "a", "b") for one in "ab")
    register_metric(first)
    register_metric(second)
    register_metric(replace(first, title="Other"), replace=True)
    assert list(DEFINITIONS)[-2:] == ["a_share", "b_share"]
    for one in (first, second):
        metrics.unregister_metric(one.id)


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        (7, "tables=7 is no list"),
        ([["contacts"]], r"tables=\['contacts'\]"),
        ("contcts", "tables='contcts'. Did you mean contacts"),
        ((), "has no table"),
        (("contacts", 7), "tables=7"),
    ],
)
def test_tables_that_are_none_are_told(tables, words):
    mine = Definition("told_share", "Told", "a ÷ b", "a", "b")
    with pytest.raises(InvalidArgument, match=words):
        register_metric(mine, function=lambda frame: frame, tables=tables)
    with pytest.raises(InvalidArgument, match="no function that takes them"):
        register_metric(mine, tables="contacts")
    assert "told_share" not in DEFINITIONS


def test_a_caveat_without_words_is_refused():
    with pytest.raises(InvalidArgument, match="caveats"):
        register_metric(Definition("told_share", "Told", "a ÷ b", "a", "b", caveats=("Yes.", " ")))
