"""Walks over collections that change while they are read: nothing may be lost in silence."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.api.page import Page
from actoolkit.api.paging import Walk
from actoolkit.errors import IncompleteLoad, InvalidArgument

CONTACTS, ORDERS = ENDPOINTS["contacts"], ENDPOINTS["ecom_orders"]
SEEDS = 40


def load(world, endpoint=None, page_size=None, most=4000, **query):
    """Walk a world; give the last version of each row and the outcome."""
    walk = Walk(world.fetch, endpoint or world.endpoint, query, page_size=page_size)
    found = {}
    for page in walk:
        found |= {int(row["id"]): row for row in page.rows}
        assert len(world.requests) < most, "the walk does not end"
    return found, walk.outcome


def sizes(seed, churn):
    """Rows and page size of a run, varied by its seed."""
    chance = random.Random(seed)
    return chance.randint(0, 1500), chance.choice((100, 100, 20, 7)) if churn < 2 else 100


@pytest.mark.parametrize("total", ["string", "int", "absent"])
@pytest.mark.parametrize("churn", [0, 0.2, 2, 20])
@pytest.mark.parametrize(
    ("endpoint", "order", "strategy"),
    [
        (CONTACTS, "updated desc", "keyset"),
        (ORDERS, "id asc", "anchored"),
        (ORDERS, "id desc", "anchored"),
    ],
    ids=["keyset", "rising", "falling"],
)
def test_no_row_is_lost_and_every_walk_is_proven(drifting, endpoint, order, strategy, churn, total):
    for seed in range(SEEDS):
        rows, size = sizes(seed, churn)
        world = drifting(endpoint, rows, order, churn, seed, total=total)
        found, outcome = load(world, page_size=size)
        assert world.throughout <= set(found), (seed, outcome)
        assert outcome.certainty == "proven", (seed, outcome)
        assert outcome.requests == len(world.requests)
        assert outcome.strategy in (strategy, "passes")  # no row, or one: no order to see


@pytest.mark.parametrize("total", ["string", "absent"])
@pytest.mark.parametrize("churn", [0, 0.2, 2, 20])
@pytest.mark.parametrize("order", ["updated desc", "updated asc"])
def test_another_order_loses_nothing_or_says_so(drifting, order, churn, total):
    for seed in range(SEEDS // 2):
        rows, size = sizes(seed, churn)
        world = drifting(ORDERS, rows, order, churn, seed, total=total)
        try:
            found, outcome = load(world, page_size=max(20, size))
        except IncompleteLoad:
            continue
        lost = world.throughout - set(found)
        assert not lost or outcome.certainty == "unverified", (seed, outcome)
        if not churn:
            assert outcome.certainty in ("converged", "proven"), (seed, outcome)


@pytest.mark.parametrize(
    ("endpoint", "order"), [(CONTACTS, "id asc"), (ORDERS, "id asc"), (ORDERS, "id desc")]
)
@pytest.mark.parametrize("size", [100, 20, 7, 2])
def test_a_still_collection_costs_little_more_than_its_pages(drifting, endpoint, order, size):
    for rows in (0, 1, 2, 6, 7, 8, 99, 100, 101, 1000):
        world = drifting(endpoint, rows, order)
        found, outcome = load(world, page_size=size)
        assert set(found) == world.throughout
        assert outcome.certainty == "proven"
        assert outcome.vendor_total == outcome.rows == rows
        overlap = {100: 2, 20: 1, 7: 1, 2: 1}[size] if endpoint is ORDERS else 0
        assert len(world.requests) <= max(1, rows) / (size - overlap) + 4


def test_a_large_collection_costs_under_3_percent_more(drifting):
    for endpoint, order in ((CONTACTS, "id asc"), (ORDERS, "id asc"), (ORDERS, "id desc")):
        world = drifting(endpoint, 20_000, order)
        found, outcome = load(world)
        assert len(found) == 20_000
        assert len(world.requests) <= 200 * 1.03 + 2, outcome


@pytest.mark.parametrize("order", ["id asc", "id desc", "updated desc"])
@pytest.mark.parametrize("cap", [20, 3])
def test_a_server_that_caps_the_limit(drifting, order, cap):
    world = drifting(ORDERS, 130, order, cap=cap)
    assert set(load(world)[0]) == world.throughout
    assert set(load(drifting(CONTACTS, 130, order, cap=cap))[0]) == world.throughout


@pytest.mark.parametrize("order", ["id asc", "id desc", "updated desc"])
@pytest.mark.parametrize("cap", [20, 3])
@pytest.mark.parametrize("total", [None, "0", "2", 1], ids=["absent", "nought", "two", "one"])
def test_a_short_first_page_is_not_all_unless_its_total_says_so(drifting, order, cap, total):
    for endpoint in (ORDERS, CONTACTS):
        world = drifting(endpoint, 130, order, cap=cap, total=lambda count: total)
        try:
            found = set(load(world)[0])
        except IncompleteLoad:
            assert total in ("2", 1)  # a total that lies may be told
        else:
            assert found == world.throughout


@pytest.mark.parametrize(
    "total", [0, "0", -1, "-1", 10**40, "many", None, "", [], 1.5, True, "٣", "9" * 5000]
)
@pytest.mark.parametrize("endpoint", [CONTACTS, ORDERS])
def test_a_total_that_is_none_is_none(drifting, endpoint, total):
    world = drifting(endpoint, 230, total=lambda count: total)
    found, outcome = load(world)
    assert set(found) == world.throughout
    assert outcome.certainty == "proven"
    assert outcome.vendor_total is None or endpoint is ORDERS


@pytest.mark.parametrize("order", ["id asc", "id desc", "updated desc"])
@pytest.mark.parametrize("endpoint", [CONTACTS, ORDERS])
def test_a_total_that_says_more_is_an_error(drifting, endpoint, order):
    world = drifting(endpoint, 230, order, total=lambda count: str(count + 1))
    with pytest.raises(IncompleteLoad, match=r"230 rows came.* total of 231") as caught:
        load(world)
    assert caught.value.hint
    assert caught.value.endpoint == endpoint.path


def test_a_total_that_says_less_is_none(drifting):
    for endpoint in (CONTACTS, ORDERS):
        world = drifting(endpoint, 230, total=lambda count: str(count - 100))
        assert set(load(world)[0]) == world.throughout


@pytest.mark.parametrize("rows", [5, 100, 101, 250])
@pytest.mark.parametrize("total", ["string", "absent"])
def test_a_server_that_ignores_offset_never_passes_for_a_whole_one(drifting, rows, total):
    world = drifting(ORDERS, rows, ignores=frozenset({"offset"}), total=total)
    if rows < 100 or (rows == 100 and total == "string"):
        assert set(load(world)[0]) == world.throughout
    else:
        with pytest.raises(IncompleteLoad, match="same page"):
            load(world)


@pytest.mark.parametrize(("cap", "size"), [(20, 100), (20, 7), (100, 50), (100, 7), (100, 100)])
@pytest.mark.parametrize("total", ["string", "absent"])
@pytest.mark.parametrize("order", ["id asc", "id desc", "updated desc"])
def test_nor_does_one_whose_page_is_as_long_as_pages_are(drifting, cap, size, total, order):
    """Of twenty, whatever is asked for; of a hundred; of just as many as were asked for."""
    world = drifting(ORDERS, 250, order, ignores=frozenset({"offset"}), cap=cap, total=total)
    with pytest.raises(IncompleteLoad, match="same page"):
        load(world, page_size=size)


@pytest.mark.parametrize("total", ["string", "absent"])
def test_a_server_that_gives_everything_at_once(drifting, total):
    world = drifting(ORDERS, 250, ignores=frozenset({"offset", "limit"}), total=total)
    found, outcome = load(world)
    assert set(found) == world.throughout
    assert outcome.certainty == ("proven" if total == "string" else "unverified")


@pytest.mark.parametrize("ignores", [{"id_greater"}, {"orders"}, {"id_greater", "orders"}])
@pytest.mark.parametrize("order", ["id asc", "id desc", "updated desc"])
def test_contacts_without_keyset_fall_back_to_offsets(drifting, ignores, order):
    world = drifting(CONTACTS, 450, order, ignores=frozenset(ignores))
    found, outcome = load(world)
    assert set(found) == world.throughout
    assert outcome.certainty in ("proven", "converged")


def test_a_keyset_that_begins_in_the_middle(drifting):
    world = drifting(CONTACTS, 450)
    found, outcome = load(world, id_greater="100")
    assert set(found) == {n for n in world.throughout if n > 100}
    assert outcome.certainty == "proven"


@pytest.mark.parametrize("endpoint", [CONTACTS, ORDERS], ids=["keyset", "offset"])
@pytest.mark.parametrize(
    "strange", ["9" * 5000, "1.5", "a3f0", "-1", "\u0663"], ids=lambda one: one[:9]
)
def test_one_id_that_is_no_number_to_walk_by(endpoint, strange):
    ids = [*map(str, range(1, 130)), strange, *map(str, range(130, 250))]
    meta = {"total": str(len(ids))}

    def fetch(params):
        start = int(params.get("offset", 0))
        page = ids[start : start + int(params["limit"])]
        return Page.of(endpoint, {endpoint.envelope: [{"id": one} for one in page], "meta": meta})

    walk = Walk(fetch, endpoint, {})
    assert {key for page in walk for key in page.keys} == set(ids)
    assert walk.outcome.certainty == "converged"


@pytest.mark.parametrize("endpoint", [CONTACTS, ORDERS], ids=["keyset", "offset"])
@pytest.mark.parametrize("order", ["rising", "falling", "none"])
@pytest.mark.parametrize("blank", [{"total": "0"}, {"total": 0}, {}], ids=["0", "nought", "absent"])
def test_a_total_of_nought_behind_rows_does_not_end_a_walk(endpoint, order, blank):
    """The first page of three, and then answers as of a collection that is empty."""
    ids = [*range(1, 101)]
    if order != "rising":
        ids = ids[::-1] if order == "falling" else [*ids[50:], *ids[:50]]

    def fetch(params):
        first = params.get("offset", "0") == "0" and "id_greater" not in params
        rows = [{"id": str(one)} for one in ids] if first else []
        meta = {"total": "250"} if first else blank
        return Page.of(endpoint, {endpoint.envelope: rows, "meta": meta})

    with pytest.raises(IncompleteLoad, match="total of 250"):
        list(Walk(fetch, endpoint, {}))


@pytest.mark.parametrize("endpoint", [CONTACTS, ORDERS], ids=["keyset", "offset"])
@pytest.mark.parametrize("order", ["id asc", "id desc", "updated desc"])
@pytest.mark.parametrize("meta", [{}, {"total": "0"}, {"total": 0}], ids=["absent", "0", "nought"])
@pytest.mark.parametrize("times", [1, 2])
def test_a_collection_is_not_empty_because_it_was_so_twice(drifting, endpoint, order, meta, times):
    world = drifting(endpoint, 230, order, total="absent" if not meta else "string")
    right, blank = world.answer, {endpoint.envelope: [], "meta": meta}
    world.answer = lambda params: right(params) if len(world.requests) >= times else told(params)

    def told(params):
        world.requests.append(params)
        return blank

    found, outcome = load(world)
    assert set(found) == world.throughout
    assert outcome.certainty in ("proven", "converged")


@pytest.mark.parametrize("order", ["id asc", "id desc", "updated desc"])
@pytest.mark.parametrize("total", ["string", "absent"])
def test_every_other_page_that_is_empty_ends_no_walk(drifting, order, total):
    world = drifting(ORDERS, 430, order, total=total)
    right, last = world.answer, {"blank": False}

    def every_other(params):
        last["blank"] = not last["blank"] and params["offset"] != "0"
        page = right(params)
        return {**page, ORDERS.envelope: []} if last["blank"] else page

    world.answer = every_other
    found, outcome = load(world)
    assert set(found) == world.throughout
    assert outcome.certainty in ("proven", "converged")


@pytest.mark.parametrize("strange", ["\u0663", "\u00b2", "", "-1", "1.0", " 1", "9" * 31])
def test_numbers_to_walk_by_are_plain_ones(strange):
    def page(*keys):
        return Page(rows=(), keys=keys)

    assert page("1", "007", "9" * 30).numbers == [1, 7, 10**30 - 1]
    assert page("1", strange).numbers is None
    assert page().numbers == []


class Faulty:
    """Spoils single answers of a world."""

    def __init__(self, world, spoil, every, total="string"):
        self.world, self.spoil, self.every = world, spoil, every
        self.endpoint, self.requests, self.throughout = (
            world.endpoint,
            world.requests,
            world.throughout,
        )
        self.row = 0

    def fetch(self, params):
        page = self.world.fetch(params)
        self.row = self.row + 1 if len(self.requests) % self.every < 2 else 0
        return self.spoil(page) if 0 < self.row <= 2 and len(self.requests) > 1 else page


def emptied(page):
    return Page((), (), 0)


def halved(page):
    half = len(page.rows) // 2
    return Page(page.rows[:half], page.keys[:half], page.total)


def doubled(page):
    return Page((*page.rows, *page.rows[-3:]), (*page.keys, *page.keys[-3:]), page.total)


def shuffled(page):
    order = random.Random(len(page.rows)).sample(range(len(page.rows)), len(page.rows))
    return Page([page.rows[n] for n in order], tuple(page.keys[n] for n in order), page.total)


@pytest.mark.parametrize("spoil", [emptied, halved, doubled, shuffled])
@pytest.mark.parametrize("churn", [0, 0.2])
@pytest.mark.parametrize(
    ("endpoint", "order"), [(CONTACTS, "id asc"), (ORDERS, "id asc"), (ORDERS, "id desc")]
)
def test_spoiled_answers_lose_nothing(drifting, endpoint, order, churn, spoil):
    for seed in range(SEEDS // 2):
        rows, size = sizes(seed, churn)
        world = drifting(endpoint, rows, order, churn, seed)
        try:
            found, outcome = load(
                Faulty(world, spoil, random.Random(seed).randint(3, 9)), page_size=size
            )
        except IncompleteLoad:
            continue
        lost = world.throughout - set(found)
        assert not lost or outcome.certainty == "unverified", (seed, outcome)


@pytest.mark.parametrize("spoiled", range(3, 13))
@pytest.mark.parametrize("order", ["id asc", "id desc"])
def test_deleted_rows_do_not_make_up_for_missing_ones(drifting, order, spoiled):
    """As many seen rows go as are still unseen, so the total agrees; then a page comes short."""
    world = drifting(ORDERS, 300, order)
    seen = world.sorted_ids({})[:120]

    def fetch(params):
        if len(world.requests) == 2:
            for number in seen:
                world.delete(number)
        page = world.fetch(params)
        return halved(page) if len(world.requests) == spoiled else page

    walk = Walk(fetch, ORDERS, {})
    found = {int(row["id"]) for page in walk for row in page.rows}
    assert world.throughout <= found
    assert walk.outcome.certainty == "proven"


def test_a_walk_left_early_claims_nothing(drifting):
    world = drifting(CONTACTS, 450)
    walk = Walk(world.fetch, CONTACTS, {})
    assert len(next(iter(walk)).rows) == 100
    assert walk.outcome.certainty == "unverified"
    assert len(world.requests) == 1


@pytest.mark.parametrize("size", [1, 0, 101, -3])
def test_page_sizes(drifting, size):
    if size == 0:
        assert Walk(lambda params: None, ORDERS, {}, page_size=size)
        return
    with pytest.raises(InvalidArgument):
        Walk(lambda params: None, ORDERS, {}, page_size=size)


@settings(max_examples=60)
@given(
    rows=st.integers(0, 60),
    size=st.integers(2, 9),
    order=st.sampled_from(["id asc", "id desc"]),
    churn=st.sampled_from([0, 0.5, 1.5]),
    seed=st.integers(0, 2**32),
    total=st.sampled_from(["string", "absent"]),
)
def test_tiny_pages(drifting, rows, size, order, churn, seed, total):
    world = drifting(ORDERS, rows, order, churn, seed, total=total)
    try:
        found, outcome = load(world, page_size=size)
    except IncompleteLoad:
        assert churn, "a still collection can always be read"
    else:
        assert world.throughout <= set(found), outcome
