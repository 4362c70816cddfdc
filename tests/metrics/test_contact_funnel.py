"""The funnel of contacts against every chain of their events, on every engine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from itertools import groupby
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actoolkit.errors import InvalidArgument, MissingColumns
from actoolkit.metrics import contact_events, contact_funnel, steps_polars

# The package has a function of the module's name.
funnel_module = import_module("actoolkit.metrics.steps")
PATH = Path(__file__).parent.parent / "oracles" / "steps.py"
SPEC = spec_from_file_location("oracle_steps", PATH)
oracle = module_from_spec(SPEC)
SPEC.loader.exec_module(oracle)

MOMENT = pl.Datetime("us", "UTC")
START = datetime(2026, 3, 6, tzinfo=UTC)
EVENTS = {
    "contact_id": pl.String(),
    "event": pl.String(),
    "happened_at": MOMENT,
    "list": pl.String(),
}
QUICK = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
moments = st.one_of(st.sampled_from([0, 1, 24, 25, 48]), st.integers(0, 24 * 8)).map(
    lambda h: START + timedelta(hours=h)
)
events = st.lists(
    st.fixed_dictionaries(
        {
            "contact_id": st.sampled_from(["7", "7", "9", "12", None]),
            "event": st.sampled_from(["a", "b", "c", "d", None]),
            "happened_at": st.one_of(moments, moments, moments, st.none()),
            "list": st.sampled_from(["x", "y", None]),
        }
    ),
    max_size=16,
)
# Everything is known, if only from somebody unknown: a step that nobody took is not a mistyped one.
NOBODY = [dict.fromkeys(EVENTS) | {"event": name} for name in "abc"]
steps = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4)
windows = st.sampled_from([None, 1, 2, 7])


@QUICK
@given(events, steps, windows, st.sampled_from([[], ["list"]]))
def test_it_is_the_best_of_all_chains(engine, same, oracles, rows, steps, window, by):
    found = contact_funnel(
        engine.make(rows + NOBODY, EVENTS), steps, window_days=window, by=by or None
    )
    same(engine.read(found), oracle.funnel(rows, steps, window, by, oracles.wilson))


@settings(max_examples=60, deadline=None)
@given(events, steps, windows)
def test_it_never_grows_and_its_parts_add_up(rows, steps, window):
    found = contact_funnel(pl.DataFrame(rows + NOBODY, schema=EVENTS), steps, window_days=window)
    contacts = found["contacts"].to_list()
    assert contacts == sorted(contacts, reverse=True)
    assert contacts[0] - sum(found["dropped"].to_list()[1:]) == contacts[-1]
    wider = contact_funnel(pl.DataFrame(rows + NOBODY, schema=EVENTS), steps, window_days=None)
    assert all(a <= b for a, b in zip(contacts, wider["contacts"].to_list(), strict=True))


@pytest.fixture
def stretches(monkeypatch):
    """Whether events were gone through in stretches, call by call; and these are short."""
    made = []

    def kept(*given):
        answer = steps_polars.reached_in_stretches(*given)
        made.append(answer is not None)
        return answer

    monkeypatch.setattr(funnel_module, "reached_in_stretches", kept)
    monkeypatch.setattr(steps_polars, "ROWS", 3)
    return made


LAYOUTS = {
    "texts": lambda row: (row["contact_id"] or "", row["happened_at"] or START),
    "numbers": lambda row: (int(row["contact_id"] or 0), row["happened_at"] or START),
    "contact by contact, in no order of time": lambda row: row["contact_id"] or "",
}


close = st.lists(
    st.fixed_dictionaries(
        {
            "contact_id": st.sampled_from(["7", "9", "12", "100"]),
            "event": st.sampled_from(["a", "b"]),
            "happened_at": st.sampled_from([START + timedelta(hours=h) for h in (0, 1, 24, 25)]),
            "list": st.none(),
        }
    ),
    min_size=4,
    max_size=24,
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(events, close),
    st.one_of(steps, st.just(["a", "b", "a"])),
    windows,
    st.sampled_from(sorted(LAYOUTS)),
    st.sampled_from([3, 1000]),
)
def test_stretches_give_the_same(stretches, same, oracles, rows, steps, window, layout, size):
    rows = sorted(rows, key=LAYOUTS[layout])
    steps_polars.ROWS = size
    stretches.clear()
    found = contact_funnel(pl.DataFrame(rows + NOBODY, schema=EVENTS), steps, window_days=window)
    same(found.to_dicts(), oracle.funnel(rows, steps, window, [], oracles.wilson))
    runs = [name for name, _ in groupby(steps)]
    assert stretches == [True] * (len(set(runs)) == len(runs))


returning = st.sampled_from(
    [
        ["a", "b", "a"],
        ["a", "b", "a", "b"],
        ["a", "b", "b", "a"],
        ["a", "b", "c", "a"],
        ["b", "a", "b", "c"],
    ]
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(close, events), returning, windows)
def test_an_event_that_is_a_step_again_is_another_event(engine, same, oracles, rows, steps, window):
    found = contact_funnel(engine.make(rows + NOBODY, EVENTS), steps, window_days=window)
    same(engine.read(found), oracle.funnel(rows, steps, window, [], oracles.wilson))


def test_two_events_at_one_moment_are_two_steps_not_three(engine):
    rows = [
        {"contact_id": "7", "event": name, "happened_at": START, "list": None}
        for name in ("a", "b", "a")
    ]
    found = engine.read(contact_funnel(engine.make(rows, EVENTS), ["a", "b", "a", "b"]))
    assert [row["contacts"] for row in found] == [1, 1, 0, 0]
    later = [*rows, rows[1] | {"happened_at": START + timedelta(hours=1)}]
    found = engine.read(contact_funnel(engine.make(later, EVENTS), ["a", "b", "a", "b"]))
    assert [row["contacts"] for row in found] == [1, 1, 0, 0]
    latest = [*later, rows[0] | {"happened_at": START + timedelta(hours=2)}]
    found = engine.read(contact_funnel(engine.make(latest, EVENTS), ["a", "b", "a", "b"]))
    assert [row["contacts"] for row in found] == [1, 1, 1, 0]


@pytest.mark.parametrize(
    "contacts", [["7", "9", "7"], ["7", "07", "7"], ["ann", "7", "ann"], ["9", "12", "100"]]
)
def test_contacts_that_come_again_are_left_to_the_usual_way(stretches, contacts):
    rows = [
        (contact, name, START + timedelta(hours=hour), None)
        for hour, contact in enumerate(contacts)
        for name in "ab"
    ]
    found = contact_funnel(pl.DataFrame(rows, schema=EVENTS, orient="row"), ["a", "b"])
    assert found["contacts"].to_list() == [len(set(contacts))] * 2
    assert stretches == [contacts == ["9", "12", "100"]]


def test_a_later_start_counts_where_an_earlier_one_is_out_of_time():
    rows = [("a", 0), ("a", 20), ("b", 21), ("c", 22)]
    frame = pl.DataFrame(
        [("7", name, START + timedelta(days=day), None) for name, day in rows],
        schema=EVENTS,
        orient="row",
    )
    found = contact_funnel(frame, ["a", "b", "c"], window_days=7)
    assert found["contacts"].to_list() == [1, 1, 1]
    assert found["median_hours"].to_list() == [None, 21 * 24, 24]


def test_the_window_begins_with_the_first_step(engine):
    rows = [
        {"contact_id": "7", "event": name, "happened_at": START + timedelta(days=day), "list": None}
        for name, day in (("a", 0), ("b", 6), ("c", 8))
    ]
    found = contact_funnel(engine.make(rows, EVENTS), ["a", "b", "c"], window_days=7)
    assert [row["contacts"] for row in engine.read(found)] == [1, 1, 0]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"steps": []}, "no funnel"),
        ({"steps": "open"}, "no funnel"),
        ({"steps": ["a"], "window_days": 0}, "window"),
        ({"steps": ["a"], "by": "contacts"}, "group"),
        ({"steps": ["a"], "confidence": 2}, "confidence"),
    ],
)
def test_what_is_no_funnel_says_why(arguments, says):
    with pytest.raises(InvalidArgument, match=says):
        contact_funnel(pl.DataFrame(schema=EVENTS), **arguments)


class TestSteps:
    def test_a_mistyped_one_names_the_known_ones(self, engine):
        rows = [{"contact_id": "7", "event": name, "happened_at": START} for name in ("a", "open")]
        frame = engine.make([{**row, "list": None} for row in rows], EVENTS)
        for wanted in (["a", "opne"], ["opne", "a"], ["A"]):
            with pytest.raises(InvalidArgument, match=r"no event '(opne|A)'.*a, open"):
                contact_funnel(frame, wanted)

    def test_one_that_nobody_took_may_be_zero(self, engine):
        rows = [{"contact_id": "7", "event": "a", "happened_at": START, "list": None}, *NOBODY]
        found = contact_funnel(engine.make(rows, EVENTS), ["a", "b", "ordered", "click"])
        assert [row["contacts"] for row in engine.read(found)] == [1, 0, 0, 0]

    def test_without_events_none_is_mistyped(self):
        found = contact_funnel(pl.DataFrame(schema=EVENTS), ["booked a demo"])
        assert found["contacts"].to_list() == [0]


PEOPLE = ({"contact_id": "7", "email": "Ann@Example.com ", "created_at": START},)
WHO = {"contact_id": pl.String(), "email": pl.String(), "created_at": MOMENT}
SOLD = {"email": pl.String(), "state": pl.String(), "ordered_at": MOMENT}


class TestEvents:
    def test_every_table_tells_its_events(self, engine):
        after = START + timedelta(days=1)
        members = {
            "contact_id": "7",
            "subscribed_at": START,
            "unsubscribed_at": after,
        }
        touch = {"contact_id": "7", "touched_at": after, "kind": "click", "is_bot": None}
        orders = [
            {"email": "ann@example.com", "state": state, "ordered_at": after}
            for state in ("completed", "abandoned")
        ]
        flags = {"contact_id": pl.String(), "touched_at": MOMENT, "kind": pl.String()}
        found = contact_events(
            contacts=engine.make(list(PEOPLE), WHO),
            contact_lists=engine.make(
                [members],
                {
                    "contact_id": pl.String(),
                    "subscribed_at": MOMENT,
                    "unsubscribed_at": MOMENT,
                },
            ),
            contact_automations=engine.make(
                [{"contact_id": "7", "added_at": None}],
                {"contact_id": pl.String(), "added_at": MOMENT},
            ),
            touches=engine.make(
                [touch, {**touch, "is_bot": True}], {**flags, "is_bot": pl.Boolean()}
            ),
            orders=engine.make(orders, SOLD),
        )
        rows = [(row["event"], row["happened_at"]) for row in engine.read(found)]
        assert rows == [
            ("joined", START),
            ("subscribed", START),
            ("click", after),
            ("left a list", after),
            ("ordered", after),
        ]

    def test_orders_need_contacts_and_nothing_is_an_error(self):
        with pytest.raises(InvalidArgument, match="contacts="):
            contact_events(orders=pl.DataFrame(schema=SOLD))
        with pytest.raises(InvalidArgument, match="no events"):
            contact_events()
        with pytest.raises(MissingColumns, match="created_at"):
            contact_events(contacts=pl.DataFrame({"contact_id": ["7"]}))
