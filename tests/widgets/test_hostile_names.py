"""Hostile names in every explorer: no widget takes them for markup, whatever the controls say."""

from __future__ import annotations

import runpy
from html.parser import HTMLParser
from pathlib import Path

import ipywidgets
import polars as pl
import pytest

import actoolkit as ac
from actoolkit.errors import ActoolkitError, InvalidArgument
from actoolkit.widgets.controls import Choice, Several

HOSTILE = runpy.run_path(str(Path(__file__).parents[1] / "reports" / "hostile.py"))["HOSTILE"]
OWN = {"span", "div", "p", "b", "pre"}
"""The elements that an explorer's own lines are made of."""


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.add(tag)
        assert {name for name, _ in attrs} <= {"class", "role"}, attrs


def renamed(frame, column="name", shift=0):
    names = [HOSTILE[(place + shift) % len(HOSTILE)] for place in range(frame.height)]
    return frame.with_columns(pl.Series(column, names, dtype=pl.String))


@pytest.fixture(scope="module")
def tables():
    """The tables of a tiny account whose campaigns, lists, automations and scores are hostile."""
    names = (
        *("campaigns", "campaign_lists", "lists", "automations", "contact_lists", "contacts"),
        *("ecom_orders", "contact_automations", "score_values", "scores"),
    )
    with ac.sandbox_account("tiny") as account:
        loaded = {
            name: getattr(ac, f"load_{name}")(account=account, progress=False) for name in names
        }
        loaded["history"] = ac.history("campaigns", account=account)
        loaded["score_history"] = ac.history("score_values", account=account)
    for name in ("campaigns", "lists", "automations", "scores"):
        loaded[name] = renamed(loaded[name])
    orders = loaded["ecom_orders"]
    odd = pl.Series([HOSTILE[n % 4 + 30] if n % 5 == 0 else "USD" for n in range(len(orders))])
    loaded["ecom_orders"] = orders.with_columns(currency=odd)
    return loaded


def some(tables, *names):
    return {name: tables[name] for name in names}


MADE = {
    "funnel": lambda t: ac.widgets.funnel_explorer(
        **some(t, "campaigns", "campaign_lists", "lists", "automations", "contact_lists"),
        **some(t, "contacts", "ecom_orders"),
    ),
    "engagement": lambda t: ac.widgets.engagement_explorer(
        **some(t, "campaigns", "campaign_lists", "lists", "automations")
    ),
    "attribution": lambda t: ac.widgets.attribution_explorer(
        touches=ac.metrics.list_touches(t["campaigns"], t["campaign_lists"], t["contact_lists"]),
        **some(t, "ecom_orders", "contacts", "campaigns", "automations"),
    ),
    "customers": lambda t: ac.widgets.customers_explorer(**some(t, "ecom_orders")),
    "automation": lambda t: ac.widgets.automation_explorer(
        **some(t, "contact_automations", "automations", "ecom_orders", "contacts")
    ),
    "campaign": lambda t: ac.widgets.campaign_explorer(**some(t, "campaigns", "history")),
    "scores": lambda t: ac.widgets.scores_explorer(
        **some(t, "score_values", "scores", "contacts", "ecom_orders"),
        history=t["score_history"],
    ),
}


def parts(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from parts(child)


def look(explorer):
    """Every text of every part is either plain text, or markup of the explorer's own."""
    for part in parts(explorer.widget):
        if isinstance(part, ipywidgets.HTML):
            assert Tags(part.value).found <= OWN
        else:
            assert not getattr(part, "description_allow_html", False)
            assert not getattr(part, "tooltip_allow_html", False)


def states(control):
    if isinstance(control, Choice):
        return control._values[:4] + control._values[-2:]
    return [tuple(control._names)[:3], ()] if isinstance(control, Several) else []


@pytest.mark.parametrize("name", MADE)
def test_nothing_of_a_name_is_markup(tables, name):
    explorer = MADE[name](tables)
    seen = 0
    for view in states(explorer.controls["view"]) if "view" in explorer.controls else [None]:
        if view is not None:
            explorer.set(view=view)
        for control in explorer.controls.values():
            for value in states(control) if control.name != "view" else ():
                control.value = value
                look(explorer)
                seen += 1
    assert seen > 3
    shown = str(explorer.widget.get_state()) + "".join(
        str(part.get_state()) for part in parts(explorer.widget)
    )
    assert "onerror" in shown, "no hostile name was there to be shown"


def test_an_error_that_quotes_a_name_is_escaped(tables):
    explorer = MADE["attribution"](tables)

    def refuse(_params):
        raise InvalidArgument(f"There is no {HOSTILE[2]}.", hint=f"Choose {HOSTILE[3]}.")

    explorer._subject.compute = refuse
    explorer.redraw()
    assert isinstance(explorer.error, ActoolkitError)
    look(explorer)
    assert "&lt;" in explorer.widget.children[2].value
