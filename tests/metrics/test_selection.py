"""Which campaigns a selection keeps, against conditions written out in plain Python."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actoolkit.errors import InvalidArgument, MissingColumns
from actoolkit.metrics.selection import select_campaigns

ROWS = [
    {"campaign_id": "1", "automation_id": None, "sent_local": datetime(2026, 1, 31, 23, 59)},
    {"campaign_id": "2", "automation_id": "5", "sent_local": datetime(2026, 2, 1, 0, 0)},
    {"campaign_id": "3", "automation_id": "6", "sent_local": datetime(2026, 2, 28, 12, 0)},
    {"campaign_id": "4", "automation_id": None, "sent_local": datetime(2026, 3, 1, 0, 0)},
    {"campaign_id": "5", "automation_id": None, "sent_local": None},
]
SCHEMA = {"campaign_id": pl.String, "automation_id": pl.String, "sent_local": pl.Datetime("us")}
LINKS = [("1", "a"), ("1", "b"), ("2", "b"), ("4", "c"), ("9", "a")]
CAMPAIGNS = pl.DataFrame(ROWS, schema=SCHEMA)
CAMPAIGN_LISTS = pl.DataFrame(LINKS, schema=["campaign_id", "list_id"], orient="row")


def kept(frame):
    return sorted(frame["campaign_id"].to_list())


def test_without_conditions_everything_stays():
    assert select_campaigns(CAMPAIGNS).equals(CAMPAIGNS)


def test_days_are_half_open_in_the_accounts_zone():
    february = {"since": date(2026, 2, 1), "until": date(2026, 3, 1)}
    assert kept(select_campaigns(CAMPAIGNS, **february)) == ["2", "3"]


def test_days_may_be_written():
    assert kept(select_campaigns(CAMPAIGNS, since="2026-02-28")) == ["3", "4"]
    with pytest.raises(InvalidArgument, match="2026-01-31"):
        select_campaigns(CAMPAIGNS, since="yesterday")


@pytest.mark.parametrize(
    ("automation", "ids"), [("none", ["1", "4", "5"]), ("any", ["2", "3"]), ("6", ["3"])]
)
def test_automation(automation, ids):
    assert kept(select_campaigns(CAMPAIGNS, automation=automation)) == ids


def test_a_campaign_of_two_chosen_lists_is_kept_once():
    assert kept(select_campaigns(CAMPAIGNS, CAMPAIGN_LISTS, list_ids=["a", "b"])) == ["1", "2"]


def test_lists_need_the_links():
    with pytest.raises(InvalidArgument, match="load_campaign_lists"):
        select_campaigns(CAMPAIGNS, list_ids=["a"])


def test_days_that_end_before_they_begin_are_refused():
    with pytest.raises(InvalidArgument, match="on or after the first"):
        select_campaigns(CAMPAIGNS, since=date(2026, 3, 1), until=date(2026, 3, 1))


@pytest.mark.parametrize(
    ("options", "column"),
    [({"since": date(2026, 1, 1)}, "sent_local"), ({"automation": "any"}, "automation_id")],
)
def test_a_lacking_column_is_named(options, column):
    with pytest.raises(MissingColumns, match=column):
        select_campaigns(CAMPAIGNS.drop(column), **options)


ids = st.lists(st.sampled_from([row["campaign_id"] for row in ROWS]), unique=True)
days = st.none() | st.dates(date(2026, 1, 30), date(2026, 3, 2))


@given(
    since=days,
    until=days,
    campaign_ids=st.none() | ids,
    list_ids=st.none() | st.lists(st.sampled_from("abc"), unique=True),
    automation=st.sampled_from([None, "none", "any", "5"]),
    pandas=st.booleans(),
)
def test_every_condition_holds_for_what_is_kept_and_only_for_that(
    since, until, campaign_ids, list_ids, automation, pandas
):
    if since and until and since >= until:
        return
    expected = [
        row["campaign_id"]
        for row in ROWS
        if (since is None or (row["sent_local"] and row["sent_local"].date() >= since))
        and (until is None or (row["sent_local"] and row["sent_local"].date() < until))
        and (campaign_ids is None or row["campaign_id"] in campaign_ids)
        and (list_ids is None or {(row["campaign_id"], i) for i in list_ids} & set(LINKS))
        and {
            None: True,
            "none": row["automation_id"] is None,
            "any": row["automation_id"] is not None,
            "5": row["automation_id"] == "5",
        }[automation]
    ]
    frames = (CAMPAIGNS, CAMPAIGN_LISTS)
    if pandas:
        frames = (
            pd.DataFrame(CAMPAIGNS.to_dict(as_series=False)),
            pd.DataFrame(LINKS, columns=CAMPAIGN_LISTS.columns),
        )
    got = select_campaigns(
        *frames,
        since=since,
        until=until,
        campaign_ids=campaign_ids,
        list_ids=list_ids,
        automation=automation,
    )
    assert isinstance(got, type(frames[0]))
    assert kept(got) == expected


def test_ids_are_texts_and_frames_are_frames():
    campaigns = pl.DataFrame({"campaign_id": ["1", "2", "12"]})
    links = pl.DataFrame({"campaign_id": ["12"], "list_id": ["34"]})
    both = (campaigns, links)
    for left, right in ((campaigns.lazy(), links), (campaigns, links.lazy())):
        made = select_campaigns(left, right, list_ids="34")
        assert isinstance(made, type(left))
        assert made.lazy().collect().rows() == [("12",)]
    for call, words in (
        (
            lambda: select_campaigns(*both, campaign_ids=[12]),
            "campaign_ids has 12, and ids",
        ),
        (lambda: select_campaigns(*both, campaign_ids=12), "campaign_ids=12 is no list"),
        (lambda: select_campaigns(*both, list_ids=[34]), "list_ids has 34, and ids"),
        (lambda: select_campaigns(*both, automation=5), "automation has 5, and ids"),
        (lambda: select_campaigns([1]), "works on a DataFrame, not on list"),
        (lambda: select_campaigns(campaigns, [1], list_ids="3"), "not on list"),
        (
            lambda: select_campaigns(campaigns, links.to_pandas(), list_ids="34"),
            "different kinds",
        ),
    ):
        with pytest.raises(InvalidArgument, match=words):
            call()


@pytest.mark.parametrize("make", [pl.DataFrame.clone, pl.DataFrame.to_pandas])
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"campaign_ids": "99"}, "campaign_ids has '99', .* There are: 1, 2, 3, 4, 5."),
        ({"campaign_ids": ["1", "99"]}, "campaign_ids has '99'"),
        ({"list_ids": ["a", "d"]}, "list_ids has 'd', .* There are: a, b, c."),
    ],
)
def test_an_id_that_no_row_has_is_refused_and_some_that_are_there_are_named(make, options, words):
    with pytest.raises(InvalidArgument, match=words):
        select_campaigns(make(CAMPAIGNS), make(CAMPAIGN_LISTS), **options)


def test_of_many_ids_some_are_named():
    many = pl.DataFrame({"campaign_id": [str(number) for number in range(1, 1_013)]})
    with pytest.raises(InvalidArgument, match=r"There are: 1, 2, .*, 10 and 1,002 more\."):
        select_campaigns(many, campaign_ids="9999")


def test_where_nothing_is_at_hand_an_id_selects_nothing():
    lazy = select_campaigns(CAMPAIGNS.lazy(), CAMPAIGN_LISTS.lazy(), list_ids="d")
    assert lazy.collect().is_empty()
    empty = select_campaigns(CAMPAIGNS.clear(), CAMPAIGN_LISTS.clear(), list_ids="a")
    assert empty.is_empty()
    assert select_campaigns(CAMPAIGNS, campaign_ids=[]).is_empty()
