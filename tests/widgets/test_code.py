"""`explorer.code()` of every explorer: run as it stands, it makes the chart and frame shown."""

from __future__ import annotations

import random

import pytest

import actoolkit as ac
from actoolkit.widgets.controls import Choice, Several
from actoolkit.widgets.dates import Dates

EXPLORERS = (
    *("funnel", "engagement", "attribution", "customers"),
    *("automation", "campaign", "scores"),
)


@pytest.fixture(scope="module")
def account():
    with ac.sandbox_account("tiny") as account:
        yield account


def settings(explorer, dice):
    """Each view as it stands first, and once with whatever the other controls offer."""
    views = explorer.controls["view"]._values if "view" in explorer.controls else [None]
    for view in views:
        chosen = {} if view is None else {"view": view}
        yield chosen
        for name, control in explorer.controls.items():
            if isinstance(control, Choice) and name != "view":
                chosen[name] = dice.choice(control._values)
            elif isinstance(control, Several):
                chosen[name] = tuple(control._names)[:2]
            elif isinstance(control, Dates):
                chosen[name] = dice.choice(
                    [days for days in control._ranges.values() if days.since]
                )
        yield chosen


@pytest.mark.parametrize("name", EXPLORERS)
def test_the_code_makes_what_is_shown(account, name):
    explorer = getattr(ac.widgets, f"{name}_explorer")(account=account, progress=False)
    compared = 0
    for chosen in settings(explorer, random.Random(name)):
        explorer.set(**chosen)
        if explorer.error is not None:
            assert explorer.error.hint
            continue
        names = {"account": account}
        exec(compile(explorer.code(), "<explorer.code()>", "exec"), names)
        assert names["chart"].to_dict() == explorer.chart.to_dict(), chosen
        compared += 1
    assert compared >= 2
