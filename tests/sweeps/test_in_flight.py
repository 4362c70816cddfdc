"""Several requests in flight lose and double no more than one at a time: nothing."""

from __future__ import annotations

import threading

import pytest

from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.api.page import Page
from actoolkit.api.paging import Walk
from actoolkit.errors import ConnectionFailed, IncompleteLoad

CONTACTS, ORDERS = ENDPOINTS["contacts"], ENDPOINTS["ecom_orders"]
SIZES = (50, 20, 10, 7)


def together(world, endpoint, size, in_flight=6):
    """A walk whose threads ask the world one after the other, in an order of their own."""
    turn = threading.Lock()

    def fetch(params):
        with turn:
            return world.fetch(params)

    return Walk(fetch, endpoint, {}, page_size=size, in_flight=in_flight)


def sweep(living, endpoint, order, churn, seeds):
    for seed in seeds:
        world = living(endpoint, order, churn, seed)
        walk = together(world, endpoint, SIZES[seed % len(SIZES)] if churn < 2 else 50)
        found = set()
        for page in walk:
            found.update(int(key) for key in page.keys)
            assert world.requests < 6000, "the walk does not end"
        lost = world.stayed - found
        assert walk.outcome.certainty == "proven", (seed, walk.outcome)
        assert not lost, (seed, sorted(lost)[:5])


CELLS = pytest.mark.parametrize("churn", [0.2, 2, 20])
KINDS = pytest.mark.parametrize(
    ("endpoint", "order"),
    [
        (CONTACTS, "no order"),
        (CONTACTS, "newest change first"),
        (ORDERS, "id rising"),
        (ORDERS, "id falling"),
    ],
    ids=lambda value: getattr(value, "name", value),
)


@CELLS
@KINDS
def test_nothing_is_lost_in_silence(living, endpoint, order, churn):
    sweep(living, endpoint, order, churn, range(100))


def test_a_deleted_row_does_not_look_like_one_that_moved(living):
    """A page behind the head that was asked for before it holds rows that are gone by then."""
    sweep(living, ORDERS, "id falling", 20, [1996])


@pytest.mark.slow
@pytest.mark.timeout(14400)
@CELLS
@KINDS
def test_nothing_is_lost_in_silence_in_five_thousand_runs(living, endpoint, order, churn):
    sweep(living, endpoint, order, churn, range(100, 5100))


class Still:
    """A collection at rest; counts what is asked of it, and how much of it at once."""

    def __init__(self, endpoint, ids, *, total=True, ignores=()):
        self.endpoint, self.ids, self.total, self.ignores = endpoint, sorted(ids), total, ignores
        self.guard = threading.Lock()
        self.meet = threading.Barrier(3)
        self.asked, self.now, self.most = [], 0, 0

    def fetch(self, params):
        with self.guard:
            self.asked.append(dict(params))
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            self.meet.wait(0.01)  # so that those in flight together are seen together
        except threading.BrokenBarrierError:
            self.meet.reset()
        with self.guard:
            self.now -= 1
        ids = self.ids
        if "id_greater" in params and "id_greater" not in self.ignores:
            ids = [number for number in ids if number > int(params["id_greater"])]
        start, size = int(params.get("offset", 0)), int(params["limit"])
        rows = [{"id": str(number)} for number in ids[start : start + size]]
        meta = {"meta": {"total": str(len(self.ids))}} if self.total else {}
        return Page.of(self.endpoint, {self.endpoint.envelope: rows, **meta})


def walked(still, in_flight=8, size=20):
    walk = Walk(still.fetch, still.endpoint, {}, page_size=size, in_flight=in_flight)
    return sorted({int(key) for page in walk for key in page.keys}), walk.outcome


SPARSE = [*range(1, 700), *range(10**9, 10**9 + 20), *range(5 * 10**11, 5 * 10**11 + 3300)]


@pytest.mark.parametrize("endpoint", [CONTACTS, ORDERS], ids=lambda one: one.name)
@pytest.mark.parametrize("ids", [range(1, 4001), range(7, 40000, 9), SPARSE])
def test_every_row_once_with_few_requests_more(endpoint, ids):
    still = Still(endpoint, ids)
    found, outcome = walked(still)
    assert found == sorted(ids)
    assert outcome.certainty == "proven"
    assert still.most > 2, "requests were in flight together"
    # A range ends in the middle of a page: half a page each, and never more than one.
    serial = Still(endpoint, ids)
    walked(serial, in_flight=1)
    assert len(still.asked) <= len(serial.asked) + (8 if endpoint is CONTACTS else 0)


def test_ranges_are_even_however_far_apart_the_ids_are():
    still = Still(CONTACTS, SPARSE)
    walked(still)
    starts = [int(params["id_greater"]) for params in still.asked if "id_greater" in params]
    places = [sum(number <= start for number in SPARSE) for start in starts]
    eighths = [sum(place * 8 // len(SPARSE) == part for place in places) for part in range(8)]
    assert max(eighths) <= 2 * max(1, min(eighths)), eighths


@pytest.mark.parametrize("ignores", [("id_greater",)])
def test_a_server_that_knows_no_key_is_walked_by_offset(ignores):
    still = Still(CONTACTS, range(1, 1001), ignores=ignores)
    found, outcome = walked(still)
    assert found == list(range(1, 1001))
    assert (outcome.strategy, outcome.certainty, outcome.rows) == ("anchored", "proven", 1000)


def test_without_a_total_few_guesses_go_beyond_the_end():
    still = Still(ENDPOINTS["ecom_order_products"], range(1, 2001), total=False)
    found, outcome = walked(still)
    assert found == list(range(1, 2001))
    beyond = sum(int(params["offset"]) >= 2000 for params in still.asked)
    assert outcome.certainty == "proven"
    assert beyond <= 12  # four guesses, three looks at the end, a few that were on their way


def test_a_small_collection_costs_no_request_more():
    for endpoint in (CONTACTS, ORDERS):
        alone, together_ = Still(endpoint, range(1, 60)), Still(endpoint, range(1, 60))
        walked(alone, in_flight=1)
        walked(together_)
        assert len(together_.asked) == len(alone.asked)


@pytest.mark.parametrize("endpoint", [CONTACTS, ORDERS], ids=lambda one: one.name)
def test_an_error_of_any_request_ends_the_walk_with_it(endpoint):
    still = Still(endpoint, range(1, 3001))
    ask = still.fetch

    def fetch(params):
        if len(still.asked) > 40:
            raise ConnectionFailed("gone", endpoint="/x", hint="Check the network.")
        return ask(params)

    before = threading.active_count()
    walk = Walk(fetch, endpoint, {}, page_size=20, in_flight=8)
    with pytest.raises(ConnectionFailed):
        list(walk)
    assert walk.outcome.certainty == "unverified"
    assert threading.active_count() == before


@pytest.mark.parametrize("endpoint", [CONTACTS, ORDERS], ids=lambda one: one.name)
def test_a_walk_left_early_leaves_no_thread_behind(endpoint):
    before = threading.active_count()
    still = Still(endpoint, range(1, 9001))
    pages = iter(Walk(still.fetch, endpoint, {}, page_size=20, in_flight=8))
    for _ in range(30):
        next(pages)
    pages.close()
    assert threading.active_count() == before
    assert len(still.asked) < 150


def test_rows_that_are_missing_are_still_missed():
    class Hiding(Still):
        def fetch(self, params):
            page = super().fetch(params)
            kept = [row for row in page.rows if row["id"] != "777"]
            meta = {"meta": {"total": str(len(self.ids))}}
            return Page.of(self.endpoint, {self.endpoint.envelope: kept, **meta})

    with pytest.raises(IncompleteLoad):
        walked(Hiding(CONTACTS, range(1, 2001)))
