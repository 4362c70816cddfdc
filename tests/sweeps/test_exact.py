"""Three ways of walking, four orders of the server, three speeds of change: no row that was there
throughout is lost or doubled in silence.
"""

from __future__ import annotations

import pytest

from actoolkit.api.course import Course
from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.api.paging import Walk
from actoolkit.api.passes import passes
from actoolkit.errors import IncompleteLoad

ORDERS = ("id rising", "id falling", "newest change first", "no order")
CONTACTS, LISTS = ENDPOINTS["contacts"], ENDPOINTS["ecom_orders"]
SIZES = (100, 50, 20, 7)


def keyset(world, size):
    walk = Walk(world.fetch, CONTACTS, {}, page_size=size)
    return walk, lambda: walk.outcome.certainty


def anchored(world, size):
    walk = Walk(world.fetch, LISTS, {}, page_size=size)
    return walk, lambda: walk.outcome.certainty


def in_passes(world, size):
    course = Course(world.fetch, LISTS, {}, size)
    return passes(course), lambda: course.certainty


def run(living, strategy, order, churn, seed):
    """One walk; give what it says about itself and the rows that it lost."""
    endpoint = CONTACTS if strategy is keyset else LISTS
    world = living(endpoint, order, churn, seed)
    pages, certainty = strategy(world, SIZES[seed % len(SIZES)] if churn < 2 else 50)
    found = set()
    try:
        for page in pages:
            found.update(int(key) for key in page.keys)
            assert world.requests < 6000, "the walk does not end"
    except IncompleteLoad:
        return "refused", set()
    return certainty(), world.stayed - found


def sweep(living, strategy, order, churn, seeds):
    said = {}
    for seed in seeds:
        certainty, lost = run(living, strategy, order, churn, seed)
        said[certainty] = said.get(certainty, 0) + 1
        assert not lost or certainty == "unverified", (seed, certainty, sorted(lost)[:5])
        if strategy is keyset or (strategy is anchored and order.startswith("id")):
            assert certainty == "proven", (seed, certainty)
    return said


CELLS = pytest.mark.parametrize("churn", [0.2, 2, 20])
STRATEGIES = pytest.mark.parametrize("strategy", [keyset, anchored, in_passes])


@CELLS
@pytest.mark.parametrize("order", ORDERS)
@STRATEGIES
def test_nothing_is_lost_in_silence(living, strategy, order, churn):
    said = sweep(living, strategy, order, churn, range(300))
    assert sum(said.values()) == 300


def naive(world, size):
    """The usual script: by offset, until a page is short of the total."""
    offset, total = 0, 1
    while offset < total:
        page = world.fetch({"limit": str(size), "offset": str(offset)})
        total = page.total
        offset += size
        yield page


@pytest.mark.parametrize("churn", [0.2, 2, 20])
@pytest.mark.parametrize("order", ["id rising", "id falling", "newest change first"])
def test_the_usual_script_loses_rows_here(living, order, churn):
    """The sweep has teeth: what it finds nothing in is not easy."""
    lossy = 0
    for seed in range(100):
        world = living(LISTS, order, churn, seed, rows=300, short=0)
        found = {int(key) for page in naive(world, 20) for key in page.keys}
        lossy += bool(world.stayed - found)
    assert lossy > 10


@pytest.mark.slow
@pytest.mark.timeout(14400)
@CELLS
@pytest.mark.parametrize("order", ORDERS)
@STRATEGIES
def test_nothing_is_lost_in_silence_in_five_thousand_runs(living, strategy, order, churn):
    said = sweep(living, strategy, order, churn, range(300, 5300))
    print(f"\n{strategy.__name__}, {order}, {churn}: {said}")
