"""One page and what is told from it: its rows, its side loads, the direction of its ids."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from actoolkit.api.anchored import Anchor, direction
from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.api.page import Page
from actoolkit.api.paging import Walk


def test_a_single_object(drifting):
    user = ENDPOINTS["user"]
    walk = Walk(lambda params: Page.of(user, {"user": {"id": "1"}}), user, {})
    assert [row["id"] for page in walk for row in page.rows] == ["1"]
    assert (walk.outcome.certainty, walk.outcome.strategy) == ("proven", "single")


def test_bare_names():
    events = ENDPOINTS["webhook_events"]
    answer = {"webhookEvents": ["open", "click"], "meta": {"total": 2}}
    walk = Walk(lambda params: Page.of(events, answer), events, {})
    assert [row for page in walk for row in page.rows] == [{"name": "open"}, {"name": "click"}]
    assert walk.outcome.certainty == "proven"


def test_uuids_are_walked_by_passes():
    records = ENDPOINTS["custom_object_records"]
    keys = [f"{n * 7919 % 1000:04x}-a" for n in range(250)]

    def fetch(params):
        start, size = int(params["offset"]), int(params["limit"])
        rows = [{"id": key} for key in keys[start : start + size]]
        return Page.of(records, {"records": rows, "meta": {"total": 250}})

    walk = Walk(fetch, records, {})
    assert {row["id"] for page in walk for row in page.rows} == set(keys)
    assert walk.outcome.certainty == "converged"


def test_side_loads_ride_along():
    data = {"contacts": [{"id": "1"}], "scoreValues": [{"id": "9"}, "junk"], "meta": {"total": "1"}}
    page = Page.of(ENDPOINTS["contacts"], data)
    assert page.side_loads == {"scoreValues": [{"id": "9"}]}
    assert Page.of(ENDPOINTS["contacts"], {"contacts": []}).side_loads == {"scoreValues": []}


@given(st.lists(st.integers(0, 50), max_size=8))
def test_direction_is_what_sorting_says(ids):
    told = direction(ids)
    rising, falling = ids == sorted(ids), ids == sorted(ids, reverse=True)
    assert (
        told
        == {(True, True): 0, (True, False): 1, (False, True): -1, (False, False): 2}[
            rising, falling
        ]
    )


def test_the_anchor_steps_back_until_the_seam_closes():
    anchor = Anchor()
    anchor.take(list(range(1, 101)), 300)
    assert (anchor.offset, anchor.position) == (98, 100)
    anchor.take(list(range(140, 240)), 300)  # 41 rows before it were deleted
    back = anchor.offset
    assert back < 98
    anchor.take([], None)
    assert anchor.offset < back
