"""A footnote is what the registry says of the metric, in the words of a reader of reports."""

from __future__ import annotations

import pytest

from actoolkit.metrics import DEFINITIONS, Definition, register_metric, registry, unregister_metric
from actoolkit.reports.definitions import definitions


@pytest.mark.parametrize("metric_id", registry.BUILT_IN_IDS)
def test_it_has_the_title_the_formula_and_every_caveat(metric_id):
    known = DEFINITIONS[metric_id]
    (found,) = definitions([metric_id])
    assert (found.id, found.title) == (metric_id, f"{known.title}:")
    said = [found.text, *found.caveats]
    meant = [f"{known.formula}.", *known.caveats]
    assert said == [
        one.replace("the API", "ActiveCampaign").replace("The API", "ActiveCampaign")
        for one in meant
    ]


def test_they_stand_in_the_order_that_is_asked_for():
    asked = ["revenue", "click_rate", "wilson"]
    assert [one.id for one in definitions(asked)] == asked


def test_one_of_ones_own_is_one_like_the_others():
    mine = Definition("my_rate", "Mine", "a ÷ b", "a", "b", caveats=("The API hides some", "Why?"))
    try:
        register_metric(mine)
        (found,) = definitions(["my_rate"])
    finally:
        unregister_metric("my_rate")
    assert (found.title, found.text) == ("Mine:", "a ÷ b.")
    assert found.caveats == ["ActiveCampaign hides some.", "Why?"]
