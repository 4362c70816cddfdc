"""The Explorer itself, with a subject small enough to see through."""

from __future__ import annotations

import altair as alt
import polars as pl
import pytest

from actoolkit.errors import InvalidArgument
from actoolkit.widgets.controls import Choice
from actoolkit.widgets.explorer import Explorer

HOSTILE = "</script><img src=x onerror=alert(1)>"


class Doubling:
    """Doubles a number; refuses seven."""

    title = "Doubling"

    def __init__(self):
        self.computed = []
        self.seen_while_computing = None
        self.explorer = None

    def compute(self, params):
        self.computed.append(params["number"])
        if self.explorer is not None:
            self.seen_while_computing = self.explorer.widget.children[1].value
        if params["number"] == 7:
            raise InvalidArgument(f"Seven {HOSTILE} cannot be doubled.", hint="Choose <another>.")
        if params["number"] == 13:
            raise RuntimeError("a bug")
        return pl.DataFrame({"double": [2 * params["number"]]})

    def draw(self, frame, params):
        return alt.Chart(frame).mark_bar().encode(x="double:Q").properties(title=HOSTILE)

    def code(self, params):
        return f"number = {params['number']}  # {HOSTILE}"

    def summary(self, frame, params):
        return f"{frame['double'][0]} {HOSTILE}"

    def idle(self, params):
        return frozenset({"colour"} if params["number"] == 2 else ())


@pytest.fixture
def subject():
    return Doubling()


@pytest.fixture
def explorer(subject):
    numbers = {str(n): n for n in (1, 2, 3, 7, 13)}
    made = Explorer(
        subject,
        [
            Choice("number", label="Number", options=numbers),
            Choice("colour", label="Colour", options={"Red": "red", "Blue": "blue"}),
        ],
    )
    subject.explorer = made
    return made


def texts(explorer):
    _, status, alert, _, code = explorer.widget.children
    return status.value, alert.value, code.children[1].value


def test_it_draws_at_once(explorer):
    assert dict(explorer.params) == {"number": 1, "colour": "red"}
    assert explorer.frame["double"].to_list() == [2]
    assert explorer.chart.to_dict()["title"] == HOSTILE


def test_a_change_recomputes_and_redraws(explorer):
    explorer.controls["number"].widget.label = "3"
    assert explorer.frame["double"].to_list() == [6]
    shown = explorer.widget.children[3].spec
    assert shown["datasets"] == explorer.chart.to_dict()["datasets"]
    assert explorer.code().startswith("number = 3")


def test_an_error_is_shown_in_place_and_the_last_good_chart_stays(explorer):
    explorer.set(number=3)
    before = explorer.chart, explorer.widget.children[3].spec
    explorer.controls["number"].value = 7
    alert = texts(explorer)[1]
    assert "cannot be doubled" in alert
    assert "Choose &lt;another&gt;." in alert
    assert 'role="alert"' in alert
    assert "last good" in alert
    assert explorer.chart is before[0]
    assert explorer.widget.children[3].spec is before[1]
    assert explorer.params["number"] == 7
    assert explorer.code().startswith("number = 3"), "code belongs to the chart that is shown"
    assert isinstance(explorer.error, InvalidArgument)


def test_the_next_good_change_clears_the_error(explorer):
    explorer.set(number=7)
    explorer.set(number=2)
    assert explorer.error is None
    assert texts(explorer)[1] == ""


def test_an_error_at_the_first_drawing_leaves_an_explorer_that_can_be_mended():
    explorer = Explorer(Doubling(), [Choice("number", label="Number", options={"7": 7, "1": 1})])
    assert explorer.chart is None
    assert explorer.code() == ""
    explorer.set(number=1)
    assert explorer.frame["double"].to_list() == [2]


def test_work_in_progress_is_shown(explorer, subject):
    explorer.set(number=2)
    assert "Working" in subject.seen_while_computing
    assert "Working" not in texts(explorer)[0]


def test_a_bug_surfaces_and_does_not_leave_it_working_for_ever(explorer):
    with pytest.raises(RuntimeError, match="a bug"):
        explorer.set(number=13)
    assert "Working" not in texts(explorer)[0]


def test_several_values_are_set_with_one_redraw(explorer, subject):
    subject.computed.clear()
    explorer.set(number=3, colour="blue")
    assert subject.computed == [3]


def test_an_unknown_control_is_named_beside_those_there_are(explorer):
    with pytest.raises(InvalidArgument, match=r"no control size.*number, colour"):
        explorer.set(size=1)


def test_a_control_without_effect_is_disabled(explorer):
    explorer.set(number=2)
    assert explorer.controls["colour"].widget.disabled
    explorer.set(number=3)
    assert not explorer.controls["colour"].widget.disabled


def test_text_from_the_account_never_becomes_markup(explorer):
    explorer.set(number=3)
    explorer.set(number=7)
    for text in texts(explorer):
        assert "<img" not in text
        assert "&lt;img" in text


def test_parameters_cannot_be_changed_behind_its_back(explorer):
    with pytest.raises(TypeError):
        explorer.params["number"] = 3


def test_a_notebook_shows_it_as_a_widget(explorer):
    bundle, metadata = explorer._repr_mimebundle_()
    assert (
        bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.widget.model_id
    )
    assert bundle["application/vnd.vegalite.v6+json"]["mark"] == explorer.chart.to_dict()["mark"]
    assert metadata["actoolkit"] == {"controls": True}, "an export says that it has no controls"
    assert repr(explorer) == "<Doubling: number, colour>"
