"""The scores explorer: metric of each view, code that makes the same chart, what is lacking."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import actoolkit as ac
from actoolkit.errors import InvalidArgument
from actoolkit.widgets import scores_explorer
from actoolkit.widgets.scores import VIEWS

FIRST = datetime(2026, 1, 5, 9, tzinfo=UTC)
LOADS = [FIRST, FIRST + timedelta(hours=6), FIRST + timedelta(days=100)]


@pytest.fixture(scope="module")
def frames():
    """Sixty contacts with two scores, loaded three times; who has many points of the first buys."""
    people = [str(n) for n in range(60)]

    def load(number):
        return pl.DataFrame(
            {
                "observed_at": [LOADS[number]] * 120,
                "score_value_id": [f"{n}-{score}" for score in "12" for n in people],
                "score_id": ["1"] * 60 + ["2"] * 60,
                "contact_id": people * 2,
                "score_value": [float(n + number) for n in range(60)]
                + [float(n * 7 % 11) for n in range(60)],
            }
        )

    history = pl.concat(load(n) for n in range(3))
    buyers = [n for n in range(60) if n > 40 or n % 7 == 0]
    return {
        "score_values": history.filter(pl.col("observed_at") == LOADS[2]).drop("observed_at"),
        "scores": pl.DataFrame({"score_id": ["1", "2", "3"], "name": ["Loyal", None, "Unused"]}),
        "history": history,
        "contacts": pl.DataFrame(
            {"contact_id": people, "email": [f"p{n}@example.com" for n in range(60)]}
        ),
        "ecom_orders": pl.DataFrame(
            {
                "email": [f"P{n}@example.com" for n in buyers] + ["other@example.com"],
                "state": ["completed"] * (len(buyers) + 1),
                "ordered_at": [FIRST + timedelta(days=1 + n) for n in buyers]
                + [FIRST + timedelta(days=130)],
            }
        ),
    }


@pytest.fixture
def explorer(frames):
    return scores_explorer(**frames, as_of=LOADS[2])


def after(frames, metric, **choice):
    return metric(*(frames[name] for name in ("history", "contacts", "ecom_orders")), **choice)


def test_each_view_is_its_metric(explorer, frames):
    known = {"as_of": LOADS[1], "horizon_days": 30}
    expected = {
        "distribution": ac.metrics.score_distribution(frames["score_values"]),
        "outcomes": after(frames, ac.metrics.score_outcomes, **known),
        "quality": after(frames, ac.metrics.score_quality, **known),
    }
    assert set(expected) == set(VIEWS.values())
    for view, frame in expected.items():
        explorer.set(view=view, days=30)
        assert explorer.error is None
        assert_frame_equal(explorer.frame, frame)


def test_scores_go_by_their_names_and_the_unused_are_left_out(explorer):
    assert explorer.controls["score"].widget.options == ("Loyal", "Score 2")
    explorer.set(score="2")
    with pytest.raises(InvalidArgument, match="3"):
        explorer.set(score="3")


def test_the_moments_are_the_last_loads_of_their_days(explorer):
    assert explorer.controls["known_at"].widget.options == ("15 Apr 2026", "5 Jan 2026")
    assert explorer.params["known_at"] == LOADS[1], "the last whose 90 days are over"


@pytest.mark.parametrize("kind", ["polars", "pandas"])
@pytest.mark.parametrize("view", VIEWS.values())
def test_the_code_makes_the_same_chart(frames, view, kind):
    names = {k: v.to_pandas() for k, v in frames.items()} if kind == "pandas" else dict(frames)
    explorer = scores_explorer(**names, as_of=LOADS[2])
    explorer.set(view=view, days=60, score="2")
    assert explorer.error is None
    exec(compile(explorer.code(), "<explorer.code()>", "exec"), names)
    assert names["chart"].to_dict() == explorer.chart.to_dict()


def test_controls_without_effect_are_disabled(explorer):
    idle = {
        "distribution": {"known_at", "days"},
        "outcomes": set(),
        "quality": {"score"},
    }
    for view, names in idle.items():
        explorer.set(view=view)
        found = {name for name, one in explorer.controls.items() if one.widget.disabled}
        assert found == names


def test_a_moment_without_later_orders_leaves_the_last_good_chart(frames):
    orders = frames["ecom_orders"].filter(pl.col("ordered_at") < LOADS[2])
    explorer = scores_explorer(**{**frames, "ecom_orders": orders}, as_of=LOADS[2])
    explorer.set(view="outcomes")
    good = explorer.chart
    explorer.set(known_at=LOADS[2])
    assert explorer.chart is good
    assert "No order is known from after 15 Apr 2026" in explorer.error.message
    assert "earlier moment" in explorer.error.hint
    explorer.set(known_at=LOADS[1])
    assert explorer.error is None


def test_score_values_alone_have_one_view(frames):
    explorer = scores_explorer(score_values=frames["score_values"])
    assert set(explorer.params) == {"score", "view"}
    assert explorer.controls["score"].widget.options == ("Score 1", "Score 2")
    with pytest.raises(InvalidArgument):
        explorer.set(view="outcomes")
    with pytest.raises(InvalidArgument, match="score_values is not among them"):
        scores_explorer(scores=frames["scores"])


def test_no_scores_are_an_empty_chart(frames):
    explorer = scores_explorer(**{**frames, "score_values": frames["score_values"].clear()})
    assert explorer.error is None
    assert "No data" in explorer.chart.title.text[0]


def test_an_account_of_today_has_its_scores_and_says_what_the_past_lacks():
    with ac.sandbox_account("tiny") as account:
        explorer = scores_explorer(account, progress=False)
        assert explorer.controls["score"].widget.options == ("Engagement", "Purchase intent")
        explorer.set(score="2")
        names = {"account": account}
        exec(compile(explorer.code(), "<explorer.code()>", "exec"), names)
        assert names["chart"].to_dict() == explorer.chart.to_dict()
        explorer.set(view="quality")
        assert "each refresh keeps the scores" in explorer.error.hint


def test_weeks_of_refreshes_let_a_score_be_held_against_orders():
    with (session := ac.sandbox_account("tiny")) as account:
        ac.load_score_values(account=account, progress=False)
        session.advance(120)
        explorer = scores_explorer(account, progress=False)
        explorer.set(view="quality")
        assert explorer.error is None
        assert explorer.controls["known_at"].widget.options == ("28 Oct 2026", "30 Jun 2026")
        names = {"account": account}
        exec(compile(explorer.code(), "<explorer.code()>", "exec"), names)
        assert names["chart"].to_dict() == explorer.chart.to_dict()
