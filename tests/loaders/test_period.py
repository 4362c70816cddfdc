"""``since`` and ``until``: half-open days of the account, instants where a zone is given."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from actoolkit.errors import InvalidArgument
from actoolkit.loaders import load_ecom_orders

ZONE = ZoneInfo("America/Chicago")
START = datetime(2026, 3, 7, tzinfo=ZONE).astimezone(UTC)


@pytest.fixture
def orders(stub):
    """An order every half hour over the days around a change of the clock, and one without a time."""
    moments = [START + timedelta(minutes=30 * n) for n in range(48 * 4)]
    rows = [
        {"id": str(n), "orderDate": moment.astimezone(ZONE).isoformat()}
        for n, moment in enumerate(moments, start=1)
    ]
    rows.append({"id": "999", "orderDate": None})
    stub.rows["/ecomOrders"] = ("ecomOrders", rows)
    return {str(n): moment for n, moment in enumerate(moments, start=1)}


def expected(orders, keep):
    return [name for name, moment in orders.items() if keep(moment.astimezone(ZONE))]


@pytest.mark.parametrize("day", [date(2026, 3, 8), "2026-03-08", datetime(2026, 3, 8)])
def test_days_are_the_accounts_own(orders, account, day):
    """8 March 2026 has 23 hours in Chicago."""
    frame = load_ecom_orders(account=account, since=day, until="2026-03-09")
    want = expected(orders, lambda moment: moment.date() == date(2026, 3, 8))
    assert frame["order_id"].to_list() == want
    assert len(want) == 46


@pytest.mark.parametrize("given", ["2026-03-08T09:00+00:00", datetime(2026, 3, 8, 9, tzinfo=UTC)])
def test_instants_are_instants(orders, account, given):
    frame = load_ecom_orders(account=account, since=given)
    bound = datetime(2026, 3, 8, 9, tzinfo=UTC)
    assert frame["order_id"].to_list() == expected(orders, lambda moment: moment >= bound)


def test_adjacent_periods_hold_every_dated_row_once(orders, account):
    days = [date(2026, 3, 7) + timedelta(n) for n in range(6)]
    found = [
        name
        for since, until in pairwise(days)
        for name in load_ecom_orders(account=account, since=since, until=until)["order_id"]
    ]
    assert found == list(orders)
    assert load_ecom_orders(account=account).height == len(orders) + 1


def test_a_period_asks_for_nothing_more(orders, stub, account):
    load_ecom_orders(account=account)
    sent = len(stub.seen)
    lazy = load_ecom_orders(account=account, since="2026-03-09", lazy=True)
    assert lazy.collect().height == load_ecom_orders(account=account, since="2026-03-09").height
    assert len(stub.seen) == sent


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-06-01", "2026-01-01"),
        ("2026-06-01", "2026-06-01"),
        ("2026-06-01T12:00+02:00", "2026-06-01T10:00+00:00"),
    ],
)
def test_a_period_that_ends_before_it_begins_is_refused(account, since, until):
    """It has no rows, which looks like an account without any."""
    with pytest.raises(InvalidArgument, match=r"ends .* before it begins"):
        load_ecom_orders(account=account, since=since, until=until)
