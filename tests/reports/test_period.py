"""Which days a report covers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

import actoolkit as ac
from actoolkit.errors import InvalidArgument
from actoolkit.reports.period import chosen_period, first_day


def test_default_is_the_12_months_before_the_day_of_the_data():
    period = chosen_period(None, None, today=date(2028, 2, 29))
    assert (period.since, period.until) == (date(2027, 2, 28), date(2028, 2, 29))
    assert [option.label for option in period.options()] == [
        "All 12 months" if period.days in (365, 366) else "",
        "Last 90 days",
        "Last 30 days",
    ]


def test_short_periods_offer_only_shorter_choices():
    period = chosen_period(date(2026, 5, 1), date(2026, 6, 15), today=date(2026, 6, 30))
    assert [option.label for option in period.options()] == ["All 45 days", "Last 30 days"]
    assert str(period) == "1 May 2026 to 14 Jun 2026"


def test_empty_periods_are_refused():
    with pytest.raises(InvalidArgument, match="no day"):
        chosen_period(date(2026, 6, 1), date(2026, 6, 1), today=date(2026, 6, 30))


@given(st.dates(date(2001, 1, 1)), st.integers(1, 4000))
def test_the_period_before_is_as_long_and_adjacent(since, days):
    until = date.fromordinal(min(since.toordinal() + days, date.max.toordinal()))
    if until > since and since.toordinal() > 4000:
        period = chosen_period(since, until, today=until)
        assert period.before.until == period.since
        assert period.before.days == period.days


@pytest.mark.parametrize("until", [None, "2026-03-01"])
def test_the_last_days_end_before_the_day_of_the_data(until):
    with ac.sandbox_account(size="tiny") as account:
        report = ac.report("engagement", account=account, last_days=30, until=until, progress=False)
        today = ac.data_as_of("campaigns", account=account).date()
        end = date.fromisoformat(until) if until else today
        since = date.fromordinal(end.toordinal() - 30)
        same = ac.report("engagement", account=account, since=since, until=end, progress=False)
    assert report.period == same.period
    assert report.html() == same.html()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"last_days": 0}, "from 1"),
        ({"last_days": -3}, "from 1"),
        ({"last_days": 36_501}, "36,500"),
        ({"last_days": 1.5}, "whole number"),
        ({"last_days": "30"}, "whole number"),
        ({"last_days": True}, "whole number"),
        ({"last_days": 30, "since": "2026-01-01"}, "both"),
    ],
)
def test_nonsense_is_refused_before_anything_is_loaded(given, said):
    with pytest.raises(InvalidArgument, match=said):
        ac.report(account=ac.Account(url="https://nobody.example", token="x" * 40), **given)


def test_more_days_than_the_calendar_has():
    with pytest.raises(InvalidArgument, match="calendar"):
        first_day(36_500, "0050-01-01", today=date(2026, 6, 30))
