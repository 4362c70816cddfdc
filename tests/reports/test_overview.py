"""The whole path: a sandbox over HTTP, loaders, metrics, page; the world's own records recounted."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

import actoolkit as ac
from actoolkit.errors import InvalidArgument
from actoolkit.reports.blocks import Figure
from actoolkit.sandbox.clock import moment

ZONE = ZoneInfo("America/Chicago")
SINCE, UNTIL = date(2025, 6, 30), date(2026, 6, 30)


def local(instant: datetime) -> datetime:
    return instant.astimezone(ZONE)


@pytest.fixture(scope="module")
def session():
    session = ac.sandbox_account(size="tiny", seed=7)
    session.start()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def made(session):
    return ac.report("overview", account=session.account, progress=False)


@pytest.fixture(scope="module")
def mails(session):
    """Every send of the period's campaigns, with the wall clock of its campaign."""
    world = session.world
    sends = []
    for mailing in world.mailings:
        known = list(world.sends(mailing.campaign_id)) if mailing.campaign_id else []
        if not known:
            continue
        first = moment(mailing.sent) if mailing.sent >= 0 else min(send.sent_at for send in known)
        if SINCE <= local(first).date() < UNTIL:
            sends += [(mailing, local(first), send) for send in known]
    assert len(sends) > 1000
    return sends


def figure(report, name) -> Figure:
    return next(
        block
        for section in report.sections
        for block in section.blocks
        if isinstance(block, Figure) and block.id == name
    )


def test_tiles_and_funnel_are_the_worlds_sends_counted_one_by_one(made, mails):
    delivered = [send for _, _, send in mails if not send.bounced]
    opened = sum(send.opened_at is not None for send in delivered)
    clicked = sum(send.clicked_at is not None for send in delivered)
    left = sum(send.unsubscribed_at is not None for send in delivered)
    values = {kpi.label: kpi.value for kpi in made.kpis}
    assert values["Delivered mails"] == f"{len(delivered):,}"
    assert values["Open rate"] == f"{opened / len(delivered):.1%}"
    assert values["Click rate"] == f"{clicked / len(delivered):.1%}"
    assert values["Unsubscribe rate"] == f"{left / len(delivered):.2%}"
    steps = {row["label"]: row["numerator"] for row in figure(made, "funnel").rows}
    assert steps["Sent"] == len(mails)
    assert steps["Delivered"] == len(delivered)
    assert steps["Opened"] == opened
    assert steps["Clicked"] == clicked
    assert steps["Ordered"] > 0


def test_heat_map_is_the_worlds_one_off_mails_by_local_hour(made, mails):
    delivered, opened = Counter(), Counter()
    for mailing, first, send in mails:
        if mailing.automation < 0 and not send.bounced:
            cell = (first.strftime("%A"), first.hour)
            delivered[cell] += 1
            opened[cell] += send.opened_at is not None
    cells = {
        (row["day"], row["hour"]): (row["numerator"], row["denominator"])
        for row in figure(made, "heatmap").rows
    }
    assert cells == {cell: (opened[cell], count) for cell, count in delivered.items()}


def test_revenue_is_the_worlds_paid_orders_to_the_cent(made, session):
    world = session.world
    states = [world.order_state(row) for row in range(world.order_count)]
    assert {"1", "3"} <= set(states)
    frame = ac.load_ecom_orders(account=session.account, progress=False)
    rows = figure(made, "revenue-chart").spec["datasets"]["rows"]
    shown = Counter()
    for row in rows:
        shown[row["currency"], row["period"]] += round(row["amount"] * 100)
    expected = Counter()
    for row in frame.iter_rows(named=True):
        day = row["ordered_local"].date()
        if row["state"] in ("completed", "recovered") and date(2025, 7, 1) <= day < UNTIL:
            expected[row["currency"], day.replace(day=1).isoformat()] += row["total_cents"]
    assert {key: cents for key, cents in shown.items() if cents} == expected
    assert sum(expected.values()) > 0


def test_nobodys_address_is_on_the_page(made, session):
    page = made.html().casefold()
    contacts = ac.load_contacts(account=session.account, progress=False)
    assert contacts.height > 100
    for address in contacts["email"].drop_nulls().to_list():
        assert address.casefold() not in page
    assert not re.search(
        r"[\w.+-]+@[\w-]+\.[a-z]{2,}", re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    )


def test_token_and_port_are_not_on_the_page(made, session):
    page = made.html()
    assert session.account.token.reveal() not in page
    assert session.url.rsplit(":", 1)[1] not in page.split("<script>")[0]


def test_second_report_asks_nothing_and_has_the_same_bytes(made, session, monkeypatch):
    def refuse(*args, **kwargs):
        pytest.fail("a request was made")

    monkeypatch.setattr("actoolkit.loaders._load.fetch", refuse)
    again = ac.report("overview", account=session.account, progress=False)
    assert again.html() == made.html()


def test_period_can_be_chosen_in_whole_local_days(session, mails, tmp_path):
    path = tmp_path / "may.html"
    report = ac.report(
        account=session.account,
        since="2026-05-01",
        until=date(2026, 6, 1),
        path=path,
        progress=False,
    )
    assert report.period == "1 May 2026 to 31 May 2026"
    assert path.read_text(encoding="utf-8") == report.html()
    sent = sum(first.year == 2026 and first.month == 5 for _, first, _ in mails)
    steps = {row["label"]: row["numerator"] for row in figure(report, "funnel").rows}
    assert steps["Sent"] == sent


def test_unknown_subjects_are_refused(session):
    with pytest.raises(InvalidArgument, match="overview"):
        ac.report("joy", account=session.account)
