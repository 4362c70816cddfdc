"""Faults over a real socket, one kind at a time and mixed with changes, for each way of loading:
the exact rows, or a typed error; never a hang, never a bare exception, never a silent loss.

Every field of every row is compared. What a seed costs is some milliseconds, since the server keeps
connections and nobody waits: so each kind is met five times here, and two hundred times by night.
"""

from __future__ import annotations

import runpy
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from actoolkit.errors import ActoolkitError, IncompleteLoad

HERE = Path(__file__).parent
kinds = SimpleNamespace(**runpy.run_path(str(HERE / "kinds.py")))
wire = SimpleNamespace(**runpy.run_path(str(HERE / "wire.py")))

PASSING = {**kinds.WRONG, **kinds.RIGHT, **kinds.LYING}
STAYING = {**PASSING, **kinds.REFUSED}
UNTOLD = {
    # An answer of the right form that holds fewer rows, of a route that gives no total: nothing in
    # it tells. A parent's rows are looked at twice, but not when there are none.
    "parents": {"half a page", "an empty page"},
    "single": {"half a page", "an empty page"},
}
LOUD = {
    # A route that gives no total at other times: the load ends with an error rather than believe it.
    ("parents", "total a number"),
    # A server that goes on forgetting the offset: the same.
    ("parents", "no offset"),
    ("anchored", "no offset"),
}
"""Where a lie that comes and goes may end in `IncompleteLoad`."""


def cells(table):
    """Each family with each kind that it can tell."""
    return pytest.mark.parametrize(
        ("family", "name"),
        [
            (family, name)
            for family in wire.FAMILIES
            for name in table
            if name not in UNTOLD.get(family, ())
        ],
    )


def run(living, family, chosen, seed, *, churn=0.0, rows=None, haste=False, **more):
    """One load over the wire: its rows and certainty, or its error; the worlds, and the wire."""
    worlds = wire.worlds_of(living, family, seed, churn=churn, rows=rows)
    found, certainty, refusal = {}, "", None
    with wire.Wire(wire.pages_of(worlds), chosen, seed, **more) as served:
        try:
            found, certainty = wire.walked(served, worlds, family, seed, haste=haste)
        except ActoolkitError as error:
            refusal = error
    return SimpleNamespace(
        found=found, certainty=certainty, refusal=refusal, worlds=worlds, wrong=served.wrong
    )


def exact(load):
    """Whether every field of every row is there, and no other row."""
    return load.refusal is None and load.found == wire.truth(load.worlds)


def passing(living, family, name, seeds):
    """A kind that comes and goes, in half the answers and at most twice in a row."""
    met, refused = 0, []
    for seed in seeds:
        load = run(living, family, [PASSING[name]], seed)
        met += load.wrong
        if (family, name) in LOUD and isinstance(load.refusal, IncompleteLoad):
            refused.append(seed)
            continue
        assert exact(load), (seed, load.certainty, load.refusal)
        sure = ("proven", "converged") if name == "rows shuffled" else ("proven",)
        assert load.certainty in sure, seed
    assert met, "nothing went wrong"
    assert len(refused) < len(seeds)


@cells(PASSING)
def test_each_kind_that_passes_ends_with_the_exact_rows(living, family, name):
    passing(living, family, name, range(5))


@pytest.mark.slow
@pytest.mark.timeout(3600)
@cells(PASSING)
def test_each_kind_that_passes_in_two_hundred_runs(living, family, name):
    passing(living, family, name, range(5, 205))


def delayed(living, family, name, seeds):
    """Answers that come too late: several loads wait for theirs beside each other."""

    def one(seed):
        load = run(living, family, [kinds.SLOW[name]], seed, rows=25, haste=True)
        assert exact(load), (seed, load.certainty, load.refusal)
        assert load.certainty == "proven", seed
        return load.wrong

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(one, seeds)), "nothing went wrong"


@pytest.mark.parametrize("name", kinds.SLOW)
@pytest.mark.parametrize("family", wire.FAMILIES)
def test_each_kind_that_is_late_ends_with_the_exact_rows(living, family, name):
    delayed(living, family, name, range(10))


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", kinds.SLOW)
@pytest.mark.parametrize("family", wire.FAMILIES)
def test_each_kind_that_is_late_in_two_hundred_runs(living, family, name):
    delayed(living, family, name, range(10, 210))


def staying(living, family, name, seeds, table=STAYING, **more):
    """A kind that does not go away, from some answer on."""
    said = Counter()
    for seed in seeds:
        after = 0 if family == "single" else (0, 0, 1, 2, 3)[seed % 5]
        load = run(living, family, [table[name]], seed, always=True, after=after, **more)
        if load.refusal is not None:
            assert load.refusal.hint, (seed, load.refusal)
            assert "test-wire" not in str(load.refusal)
            said[type(load.refusal).__name__] += 1
            continue
        harmless = name in kinds.RIGHT or name in kinds.LYING or not load.wrong
        assert harmless, (seed, load.certainty, "went unnoticed")
        assert exact(load) or load.certainty == "unverified", (seed, load.certainty)
        said["whole"] += 1
    if name in kinds.RIGHT:
        assert set(said) == {"whole"}
    elif name not in kinds.LYING:
        assert set(said) != {"whole"}, "nothing went wrong"


@cells(STAYING)
def test_each_kind_that_stays_is_a_typed_error_or_harmless(living, family, name):
    staying(living, family, name, range(5))


@pytest.mark.slow
@pytest.mark.timeout(3600)
@cells(STAYING)
def test_each_kind_that_stays_in_two_hundred_runs(living, family, name):
    staying(living, family, name, range(5, 205))


@pytest.mark.parametrize("name", kinds.SLOW)
@pytest.mark.parametrize("family", wire.FAMILIES)
def test_each_kind_that_stays_late_is_a_typed_error(living, family, name):
    with ThreadPoolExecutor(10) as pool:
        for done in [
            pool.submit(staying, living, family, name, [seed], kinds.SLOW, rows=25, haste=True)
            for seed in (0, 1, 5, 6, 10, 11, 15, 16, 20, 21)  # from the first answer on
        ]:
            done.result()


TOGETHER = {
    name: kinds.LYING[name]
    for name in (
        "total null", "total of 10^40", "total of nothing", "total text", "total below nothing",
        "no meta", "meta a list", "a row twice", "every row twice", "half a page", "few rows of a page",
    )
}  # fmt: skip
"""Lies that, several at once, still leave a collection with a total apart from a shorter one."""


def mixed(living, family, seed):
    """Kinds at random, while rows come, go and change; give what the load says of itself."""
    lies = TOGETHER if family in ("keyset", "anchored") else {}
    chosen = {**kinds.WRONG, **kinds.RIGHT, **lies}.values()
    load = run(living, family, chosen, seed, churn=0.3, rate=0.35)
    if load.refusal is not None:
        return str(load.refusal)
    for path, world in load.worlds.items():
        lost = {str(number) for number in world.stayed} - set(load.found)
        assert not lost, (seed, path, load.certainty, lost)
    versions = {key: one for world in load.worlds.values() for key, one in world.versions.items()}
    for key, row in load.found.items():
        plain = {name: value for name, value in row.items() if name not in ("reltype", "relid")}
        assert plain in versions[int(key)], (seed, key)
    return load.certainty


def mixture(living, family, seeds):
    said = Counter(mixed(living, family, seed) for seed in seeds)
    assert set(said) == {"proven"}, said


@pytest.mark.parametrize("family", wire.FAMILIES)
def test_all_kinds_at_once_with_changes(living, family):
    mixture(living, family, range(300))


def test_a_row_born_before_the_only_one_does_not_look_like_a_server_without_offsets(living):
    mixture(living, "anchored", [3787])


@pytest.mark.slow
@pytest.mark.timeout(14400)
@pytest.mark.parametrize("family", wire.FAMILIES)
def test_all_kinds_at_once_with_changes_in_five_thousand_runs(living, family):
    mixture(living, family, range(300, 5300))
