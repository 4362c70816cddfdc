"""Controls: what a person does at them, and the values that come out."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actoolkit.errors import InvalidArgument
from actoolkit.widgets.controls import Choice, Several
from actoolkit.widgets.dates import PRESETS, DateRange, Dates

TODAY = date(2026, 6, 30)
LISTS = {"News": "1", "Sale": "2", "VIP": "3"}


def counted(control):
    changes = []
    control.on_change(lambda: changes.append(control.value))
    return changes


def several():
    return Several("lists", label="Lists", options=LISTS, everything="All lists")


def dates(**options):
    return Dates("dates", today=TODAY, **options)


def test_a_choice_is_heard_once_and_is_a_value():
    choice = Choice(
        "rate", label="Measure", options={"Opened": "open_rate", "Clicked": "click_rate"}
    )
    changes = counted(choice)
    assert choice.value == "open_rate"
    choice.widget.label = "Clicked"
    assert changes == ["click_rate"]


def test_a_choice_may_be_nothing():
    choice = Choice("automation", label="Mails", options={"All": None, "One-off": "none"})
    changes = counted(choice)
    assert choice.value is None
    assert choice.widget.label == "All"
    choice.value = "none"
    choice.widget.label = "All"
    assert changes == ["none", None]


def test_a_choice_outside_the_options_is_refused_with_the_options():
    choice = Choice("rate", label="Measure", options={"Opened": "open_rate"})
    with pytest.raises(InvalidArgument, match="open_rate"):
        choice.value = "replies"


def test_typing_a_name_adds_it_and_clears_the_search():
    control = several()
    changes = counted(control)
    search, chosen = control.widget.children
    search.value = "Sale"
    search.value = "News"
    assert changes == [("2",), ("2", "1")]
    assert search.value == ""
    assert [button.description.split()[0] for button in chosen.children] == ["Sale", "News"]
    assert search.options == ("VIP",)


def test_a_button_takes_its_choice_away():
    control = several()
    control.value = ["2", "1"]
    changes = counted(control)
    control.widget.children[1].children[0].click()
    assert changes == [("1",)]
    assert "Sale" in control.widget.children[0].options


def test_several_refuses_what_is_not_an_option_and_keeps_what_it_had():
    control = several()
    control.value = ["1"]
    for wrong in (["9"], "12"):
        with pytest.raises(InvalidArgument, match="Give a sequence of ids"):
            control.value = wrong
    assert control.value == ("1",)


def test_every_input_has_a_label():
    inputs = [several().widget.children[0], *dates().widget.children]
    assert all(box.description for box in inputs)


def test_a_preset_sets_both_pickers_and_is_heard_once():
    control = dates()
    changes = counted(control)
    preset, first, last = control.widget.children
    preset.value = "Last 30 days"
    assert (first.value, last.value) == (date(2026, 6, 1), TODAY)
    assert changes == [DateRange(date(2026, 6, 1), date(2026, 7, 1))]


def test_a_picker_makes_the_range_a_custom_one():
    control = dates(value=DateRange.last(30, today=TODAY))
    preset, first, _ = control.widget.children
    assert preset.value == "Last 30 days"
    changes = counted(control)
    first.value = date(2026, 5, 5)
    assert preset.value == "Custom"
    assert changes == [DateRange(date(2026, 5, 5), date(2026, 7, 1))]


def test_an_emptied_picker_is_an_open_end():
    control = dates(value=DateRange(date(2026, 1, 1), date(2026, 2, 1)))
    control.widget.children[2].value = None
    assert control.value == DateRange(date(2026, 1, 1), None)


def test_days_are_taken_as_metrics_take_them():
    control = dates()
    changes = counted(control)
    control.value = ("2026-05-05", date(2026, 6, 1))
    control.value = (None, None)
    assert changes == [DateRange(date(2026, 5, 5), date(2026, 6, 1)), DateRange()]
    for wrong in ("2026-05-05", ("2026-05-05",), (1, 2), ("2026-06-01", "2026-05-01")):
        with pytest.raises(InvalidArgument):
            control.value = wrong
    assert control.value == DateRange()


def test_custom_changes_nothing_by_itself():
    control = dates(value=DateRange.last(90, today=TODAY))
    changes = counted(control)
    control.widget.children[0].value = "Custom"
    assert not changes
    assert control.value == DateRange.last(90, today=TODAY)


def test_all_dates_is_open_at_both_ends():
    control = dates(value=DateRange.last(90, today=TODAY))
    control.widget.children[0].value = "All dates"
    assert control.value == DateRange(None, None)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.sampled_from(PRESETS))
def test_a_preset_holds_exactly_its_days_and_ends_today(today, days):
    chosen = DateRange.last(days, today=today)
    assert (chosen.until - chosen.since).days == days
    assert (chosen.until - today).days == 1


def test_a_control_without_effect_cannot_be_used():
    control = dates()
    control.enable(False)
    assert all(part.disabled for part in control.widget.children)
    control.enable(True)
    assert not any(part.disabled for part in control.widget.children)
