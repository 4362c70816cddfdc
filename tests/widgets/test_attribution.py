"""The explorers of attribution and automations: metric of each view, code, what is lacking."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import actoolkit as ac
from actoolkit.errors import InvalidArgument
from actoolkit.widgets import DateRange, attribution, attribution_explorer, automation_explorer

TODAY = date(2026, 6, 30)
START = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def frames():
    """Thirty contacts who click, open and order in turns."""
    people = pl.DataFrame(
        {
            "contact_id": [str(n) for n in range(30)],
            "email": [f"p{n}@example.com" for n in range(30)],
        }
    )
    log = pl.DataFrame(
        {
            "contact_id": [str(n % 30) for n in range(300)],
            "touched_at": [START + timedelta(hours=5 * n) for n in range(300)],
            "kind": ["click" if n % 3 else "open" for n in range(300)],
            "campaign_id": [str(n % 7) for n in range(300)],
        }
    )
    moments = [START + timedelta(hours=11 * n + 3) for n in range(120)]
    orders = pl.DataFrame(
        {
            "order_id": [str(n) for n in range(120)],
            "email": [f"P{n * n % 37}@example.com" for n in range(120)],
            "state": ["abandoned" if n % 9 == 0 else "completed" for n in range(120)],
            "currency": ["EUR" if n % 4 == 1 else "USD" for n in range(120)],
            "total_cents": [1000 + 7 * n for n in range(120)],
            "shipping_cents": [100] * 120,
            "tax_cents": [0] * 120,
            "ordered_at": moments,
            "ordered_local": [moment.replace(tzinfo=None) for moment in moments],
        }
    )
    campaigns = pl.DataFrame(
        {"campaign_id": [str(n) for n in range(7)], "name": [f"News {n}" for n in range(7)]}
    )
    return {
        "touches": ac.metrics.touches_from_log(log),
        "ecom_orders": orders,
        "contacts": people,
        "campaigns": campaigns,
    }


@pytest.fixture
def explorer(frames):
    return attribution_explorer(**frames, today=TODAY)


@pytest.mark.parametrize("model", ["last", "linear", "time_decay", "vendor"])
@pytest.mark.parametrize("window", [1, 30])
def test_it_is_the_metric_on_all_touches(explorer, frames, model, window):
    explorer.set(model=model, window=window, by="kind")
    assert explorer.error is None
    expected = ac.metrics.attributed_revenue(
        frames["ecom_orders"],
        frames["touches"],
        frames["contacts"],
        model=model,
        window_days=window,
        by="kind",
    )
    assert_frame_equal(explorer.frame, expected)


def test_an_account_with_more_touches_than_fit_is_gone_through_in_parts(monkeypatch):
    made = []
    counted = attribution.all_touches

    def all_touches(*parts):
        made.append(counted(*parts))
        return made[-1]

    monkeypatch.setattr(attribution, "all_touches", all_touches)
    with ac.sandbox_account("tiny") as account:
        whole = attribution_explorer(account, progress=False)
        monkeypatch.setattr(attribution, "MAILS_AT_ONCE", 700)
        parted = attribution_explorer(account, progress=False)
    parts = [set(one["contact_id"]) for one in made]
    assert len(parts) > 5
    assert sum(map(len, parts[1:])) == len(set.union(*parts[1:])) == len(parts[0])
    for chosen in ({"model": "linear", "by": "kind"}, {"view": "windows"}):
        whole.set(**chosen)
        parted.set(**chosen)
        assert_frame_equal(parted.frame, whole.frame)
        assert len(whole.frame)


def test_windows_are_the_sensitivity(explorer, frames):
    explorer.set(view="windows", kinds="click")
    expected = ac.metrics.attribution_sensitivity(
        frames["ecom_orders"],
        frames["touches"],
        frames["contacts"],
        models="last",
        kinds="click",
    )
    assert_frame_equal(explorer.frame, expected)
    assert explorer.controls["window"].widget.disabled


@pytest.mark.parametrize("view", ["credits", "windows"])
@pytest.mark.parametrize("by", ["campaign_id", "kind"])
def test_the_code_makes_the_same_chart(explorer, frames, view, by):
    dates = DateRange(date(2026, 5, 10), date(2026, 6, 1))
    explorer.set(view=view, by=by, model="linear", dates=dates, currency="EUR")
    names = dict(frames)
    exec(compile(explorer.code(), "<explorer.code()>", "exec"), names)
    assert names["chart"].to_dict() == explorer.chart.to_dict()


def test_only_kinds_and_models_that_the_touches_know(frames):
    listed = frames["touches"].with_columns(kind=pl.lit("listed"))
    explorer = attribution_explorer(**{**frames, "touches": listed}, today=TODAY)
    with pytest.raises(InvalidArgument):
        explorer.set(model="vendor")
    with pytest.raises(InvalidArgument):
        explorer.set(kinds="click")


def test_orders_without_touches_say_what_is_missing(frames):
    with pytest.raises(InvalidArgument, match="touches"):
        attribution_explorer(ecom_orders=frames["ecom_orders"], contacts=frames["contacts"])


@pytest.fixture(scope="module")
def tiny():
    with ac.sandbox_account("tiny") as account:
        yield account


def test_touches_come_from_lists_and_automations_by_themselves(tiny):
    explorer = attribution_explorer(tiny, progress=False)
    explorer.set(by="kind", window=14, model="linear")
    names = {"account": tiny}
    exec(compile(explorer.code(), "<explorer.code()>", "exec"), names)
    assert names["chart"].to_dict() == explorer.chart.to_dict()
    assert names["touches"]["kind"].unique().sort().to_list() == ["automation", "listed"]


@pytest.mark.parametrize("view", ["completion", "revenue"])
def test_automations(tiny, view):
    explorer = automation_explorer(tiny, progress=False)
    explorer.set(view=view)
    assert explorer.error is None
    names = {"account": tiny}
    exec(compile(explorer.code(), "<explorer.code()>", "exec"), names)
    assert names["chart"].to_dict() == explorer.chart.to_dict()
    assert_frame_equal(names["found"], explorer.frame)
    assert "Abandoned cart" in str(explorer.chart.to_dict())


def test_without_orders_there_is_one_view(tiny):
    entries = ac.load_contact_automations(account=tiny, progress=False)
    explorer = automation_explorer(contact_automations=entries, today=TODAY)
    assert set(explorer.params) == {"view", "mature"}
    with pytest.raises(InvalidArgument):
        explorer.set(view="revenue")
