"""Bodies that no API should send: refused with a reason, or every value of theirs accounted for.

Two sources: right bodies whose bytes are broken at random, and answers of the right form whose
values are anything. The long runs are marked slow; a sample runs with all other tests.
"""

from __future__ import annotations

import json
import random
import runpy
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.loaders._rows import flat
from actoolkit.tables import TABLES, decode


def beside(name):
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name(name))))


BODIES, ACCOUNTING = beside("bodies.py"), beside("accounting.py")
digest, parts_of = ACCOUNTING.digest, ACCOUNTING.parts_of
WEIRD = BODIES.WEIRD
NAMES = tuple(ENDPOINTS)


def sweep(count, seed, share):
    """Break bodies at random, of each endpoint in turn; give what became of them, by endpoint."""
    chance = random.Random(seed)
    bodies = {name: [BODIES.right_body(name, chance) for _ in range(4)] for name in NAMES}
    every, verdicts = {}, Counter()
    for number in range(count):
        name = NAMES[number % len(NAMES)]
        body = chance.choice(bodies[name])
        if chance.random() < share:
            raw = BODIES.broken_values(body, chance, name)
        else:
            raw = BODIES.broken_bytes(body, chance)
        if number % 20_000 == 0:  # what was learned of strange fields is for one load
            every.clear()
        if name not in every:
            every[name] = parts_of(name)
        try:
            verdicts[name, digest(raw, name, every[name])] += 1
        except BaseException as error:
            error.add_note(f"{name}: {raw!r}")
            raise
    return verdicts


def by_verdict(verdicts):
    found = Counter()
    for (_, verdict), count in verdicts.items():
        found[verdict] += count
    return found


def test_right_bodies_are_taken():
    chance = random.Random(0)
    for name in NAMES:
        assert digest(BODIES.right_body(name, chance), name, parts_of(name)) == "taken", name


@pytest.mark.parametrize(
    "side_load",
    [{"id": "1"}, {"0": {"id": "1"}}, "x", 7, [1], [None], [{"id": "1"}, "x"], [[]]],
    ids=str,
)
def test_what_rides_along_is_rows_or_refused(side_load):
    """Rows that are no objects cannot become rows of scores, and must not be left out."""
    raw = json.dumps({"contacts": [{"id": "1"}], "scoreValues": side_load}).encode()
    for name in ("contacts", "score_values"):
        assert digest(raw, name, parts_of(name)) == "refused"


def test_each_array_that_rides_along_is_looked_at():
    looked = 0
    for name, endpoint in ENDPOINTS.items():
        for side_load in endpoint.side_loads:
            row = {endpoint.key or "name": "1"}
            raw = json.dumps({endpoint.envelope: [row], side_load: ["1"]}).encode()
            assert digest(raw, name, parts_of(name)) == "refused", (name, side_load)
            looked += 1
    assert looked > 5


@pytest.mark.parametrize("nothing", [None, [], {}, "", 0, False], ids=str)
def test_nothing_may_ride_along(nothing):
    raw = json.dumps({"contacts": [{"id": "1"}], "scoreValues": nothing}).encode()
    assert digest(raw, "score_values", parts_of("score_values")) == "taken"


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        ({"outstanding": ["x", None, {"batches": "1"}], "recentlyCompleted": [7]}, 4),
        ({"outstanding": {"batches": "1"}, "recentlyCompleted": {}}, 1),
        ({"outstanding": [{"bucket": "another", "batches": "1"}], "meta": {"total": "1"}}, 1),
    ],
)
def test_what_lies_in_a_bucket_is_kept(answer, count):
    (_, table, _) = parts = parts_of("bulk_import")
    assert digest(json.dumps(answer).encode(), "bulk_import", parts) == "taken"
    assert decode(table, flat([answer])).frame.height == count


def test_broken_bodies():
    verdicts = sweep(12 * len(NAMES), seed=1, share=0.4)
    assert min(by_verdict(verdicts).values()) >= sum(verdicts.values()) / 4
    assert {name for name, verdict in verdicts if verdict == "taken"} == set(NAMES)
    assert {name for name, verdict in verdicts if verdict == "refused"} == set(NAMES)


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("seed", range(20))
def test_a_million_broken_bodies(seed):
    verdicts = sweep(50_000, seed=1000 + seed, share=0.15)
    assert {name for name, _ in verdicts} == set(NAMES)
    found = by_verdict(verdicts)
    print(dict(found))
    assert sum(found.values()) == 50_000
    assert found["taken"] >= 50_000 / 4


json_values = st.recursive(
    st.sampled_from([one for one in WEIRD if not isinstance(one, str) or "\ud800" not in one])
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9)
    | st.text(st.characters(exclude_categories=()), max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def payloads(name):
    """Answers of an endpoint: of the right form with any values, or anything at all."""
    endpoint, table = ENDPOINTS[name], TABLES.get(ENDPOINTS[name].table)
    tops = [
        *BODIES.BUCKETS,
        endpoint.envelope or "other",
        *endpoint.side_loads,
        "meta",
        "errors",
        "x",
    ]
    fields = sorted(table.known_fields) if table is not None else ["name", "contact", "links"]
    row = st.dictionaries(st.sampled_from(fields) | st.text(max_size=5), json_values, max_size=6)
    if table is not None and table.scalar:
        row = row | st.text(max_size=9) | json_values

    @st.composite
    def answers(draw):
        if draw(st.integers(0, 3)) == 0:
            return draw(st.dictionaries(st.sampled_from(tops), json_values))

        def rows():
            found = draw(st.lists(row, max_size=3))
            for number, one in enumerate(found):
                if isinstance(one, dict) and endpoint.key:
                    one["id"] = draw(st.sampled_from([str(number + 1), number + 1]))
            return found

        if endpoint.envelope is None:
            return {bucket: rows() for bucket in BODIES.BUCKETS}
        found = rows()
        single = endpoint.paging == "single" and found and draw(st.booleans())
        answer = {endpoint.envelope: found[0] if single else found}
        if endpoint.rides_on:
            answer |= {endpoint.side_loads[0]: rows()}
        if draw(st.booleans()):
            answer["meta"] = {"total": draw(json_values)}
        return answer

    return answers()


def run_payloads(examples, derandomize):
    """So many examples at least, as many of each endpoint."""
    verdicts = Counter()
    for name in NAMES:

        @settings(
            max_examples=-(-examples // len(NAMES)),
            deadline=None,
            derandomize=derandomize,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(payloads(name))
        def each(answer):
            raw = json.dumps(answer).encode("utf-8", "surrogatepass")
            verdicts[digest(raw, name, parts_of(name))] += 1  # noqa: B023

        each()
    return verdicts


def test_any_values():
    verdicts = run_payloads(5 * len(NAMES), derandomize=True)
    assert verdicts["taken"] >= sum(verdicts.values()) / 4


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("part", range(20))
def test_three_hundred_thousand_payloads(part):
    verdicts = run_payloads(15_000, derandomize=False)
    print(dict(verdicts))
    assert sum(verdicts.values()) >= 15_000
    assert verdicts["taken"] >= sum(verdicts.values()) / 4
