"""Wilson intervals against published values, another library, and their definition."""

from __future__ import annotations

import math

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from actoolkit.errors import InvalidArgument
from actoolkit.metrics import wilson
from actoolkit.metrics.clusters import spreads
from actoolkit.metrics.intervals import clustered_wilson, with_rates

# R. G. Newcombe, "Two-sided confidence intervals for the single proportion: comparison of seven
# methods", Statistics in Medicine 17 (1998), table I, method 3.
PUBLISHED = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]

trials = st.integers(1, 10**9)
pairs = trials.flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(("k", "n", "low", "high"), PUBLISHED)
def test_published_values(k, n, low, high):
    assert tuple(round(bound, 4) for bound in wilson(k, n)) == (low, high)


@given(pair=pairs, confidence=st.floats(0.5, 0.9999))
def test_another_library(pair, confidence):
    wanted = proportion_confint(*pair, alpha=1 - confidence, method="wilson")
    assert wilson(*pair, confidence) == pytest.approx(wanted, rel=1e-9, abs=1e-12)


@given(pair=pairs)
def test_the_definition(oracles, pair):
    assert wilson(*pair) == pytest.approx(oracles.wilson(*pair), rel=1e-10, abs=1e-13)


@given(pair=pairs, confidence=st.floats(0.01, 0.9999))
def test_bounds_hold_the_rate(pair, confidence):
    k, n = pair
    low, high = wilson(k, n, confidence)
    assert 0 <= low <= k / n <= high <= 1


@settings(max_examples=400)
@given(
    n=st.integers(10**6, 10**9),
    misses=st.integers(1, 20),
    apart=st.floats(1, 1e9),
    confidence=st.floats(0.01, 0.9999),
)
def test_rounding_carries_no_bound_past_the_rate_0_or_1(n, misses, apart, confidence):
    both = pl.DataFrame({"hits": [misses, n - misses], "trials": [n, n]}).lazy()
    share = misses / n
    square = apart * n / (share**2 + (1 - share) ** 2)
    spread = {"rate__hh": square, "rate__hm": 0.0, "rate__mm": square, "rate__clusters": 2}
    both = both.with_columns(**{name: pl.lit(part) for name, part in spread.items()})
    parts = {"rate": (nw.col("hits"), nw.col("trials"))}
    for clustered in (False, True):
        made = with_rates(nw.from_native(both), parts, confidence, clustered=clustered)
        for row in made.to_native().collect().iter_rows(named=True):
            assert 0 <= row["rate_low"] <= row["rate"] <= row["rate_high"] <= 1


CELLS = st.tuples(*(st.sampled_from([None, 0, 1, 7, 40, 10**6]),) * 2, st.integers(0, 40))


@given(st.lists(CELLS, min_size=1), st.floats(1, 1e3), st.floats(1e-20, 0.9999))
@example([(3, 10, 7), (0, 10, 6), (10, 10, 40), (None, 5, 2), (11, 10, 2)], 30.0, 1e-20)
def test_groups_are_in_numbers_what_they_are_lazily(cells, apart, confidence):
    hits, trials, clusters = (list(part) for part in zip(*cells, strict=True))
    schema = {"k": pl.Int64, "n": pl.Int64, "rate__clusters": pl.Int64}
    squares = {f"rate__{part}": pl.col("n") * apart for part in ("hh", "mm")}
    frame = pl.DataFrame([hits, trials, clusters], schema).with_columns(rate__hm=0.0, **squares)
    parts = {"rate": (nw.col("k"), nw.col("n"))}
    lazily = with_rates(nw.from_native(frame.lazy()), parts, confidence, clustered=True)
    wanted = lazily.to_native().select("rate", "rate_low", "rate_high").collect()
    k, n, *spread = (
        frame[name].cast(pl.Float64).fill_null(math.nan).to_numpy()
        for name in ("k", "n", *spreads("rate"))
    )
    found = zip(*clustered_wilson(k, n, spread, confidence), strict=True)
    for got, row in zip(found, wanted.iter_rows(), strict=True):
        assert got == pytest.approx([math.nan if one is None else one for one in row], nan_ok=True)


@given(st.lists(pairs, min_size=1, max_size=5))
def test_arrays_are_as_single_numbers(rows):
    k, n = zip(*rows, strict=True)
    for given_k, given_n in ((k, n), (np.array(k), np.array(n)), (pl.Series(k), pl.Series(n))):
        low, high = wilson(given_k, given_n)
        assert list(zip(low, high, strict=True)) == [wilson(*row) for row in rows]


@pytest.mark.parametrize(
    ("k", "n"), [(0, 0), (2, 1), (-1, 5), (None, 5), (1, None), (math.nan, 5), (1, math.inf)]
)
def test_no_rate_no_interval(k, n):
    assert wilson(k, n) == (None, None)
    low, high = wilson([k, 1], [n, 1])
    assert np.isnan([low[0], high[0]]).all()
    assert high[1] == 1


@settings(max_examples=10)
@given(st.sampled_from([-0.5, 0, 1, 1.5, math.nan, 95]))
def test_confidence_is_a_fraction(confidence):
    with pytest.raises(InvalidArgument, match=r"0\.95"):
        wilson(1, 2, confidence)
