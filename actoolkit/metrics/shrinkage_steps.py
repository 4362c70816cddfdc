"""What `actoolkit.metrics.shrinkage.fitted` does of numbers, lazily, of a frame of any engine.

Each step is made of columns of those before, so that no expression stands in another twice: Spark
would plan it as often.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.metrics.clusters import Parts
from actoolkit.metrics.dialects import Counts, Words, in_steps


def with_shrunk(cells: nw.LazyFrame[Any], rates: Parts) -> nw.LazyFrame[Any]:
    """Add ``name_shrunk`` of each rate: drawn to that of all cells, null where it is not known.

    Args:
        cells: Result of `actoolkit.metrics.intervals.with_rates`.
        rates: Count of hits and count of trials, by name of the rate.
    """
    steps = (_counts, _totals, _common, _rooms, _distances, _likeness, _weights, _least, _priors)
    return in_steps(cells.with_columns(__all=nw.lit(1)), rates, *steps, _shrunk)


def _counts(words: Words, rates: Counts) -> Iterator[Any]:
    for name, (hits, trials) in rates.items():
        known = ~words.col(name).is_null()
        mine = trials.cast(words.Float64)
        yield words.when(known).then(hits.cast(words.Float64)).alias(f"{name}__mine")
        yield words.when(known).then(mine).alias(f"{name}__size")
        yield words.when(known).then(mine * mine).alias(f"{name}__square")


def _totals(words: Words, rates: Counts) -> Iterator[Any]:
    for name in rates:
        for part in ("mine", "size", "square"):
            yield words.col(f"{name}__{part}").sum().over("__all").alias(f"{name}__all_{part}")
        yield words.col(f"{name}__size").count().over("__all").alias(f"{name}__cells")


def _common(words: Words, rates: Counts) -> Iterator[Any]:
    for name in rates:
        whole = _or_one(words, words.col(f"{name}__all_size"))
        yield (words.col(f"{name}__all_mine") / whole).alias(f"{name}__common")


def _rooms(words: Words, rates: Counts) -> Iterator[Any]:
    for name in rates:
        common, size = words.col(f"{name}__common"), words.col(f"{name}__all_size")
        squares, fewer = words.col(f"{name}__all_square"), words.col(f"{name}__cells") - 1
        away = words.col(name) - common
        yield (common * (1 - common)).alias(f"{name}__binomial")
        yield (size - squares / _or_one(words, size) - fewer).alias(f"{name}__room")
        yield (words.col(f"{name}__size") * away * away).alias(f"{name}__away")


def _distances(words: Words, rates: Counts) -> Iterator[Any]:
    for name in rates:
        yield words.col(f"{name}__away").sum().over("__all").alias(f"{name}__distance")


def _likeness(words: Words, rates: Counts) -> Iterator[Any]:
    for name in rates:
        binomial, room = words.col(f"{name}__binomial"), words.col(f"{name}__room")
        differ = words.col(f"{name}__distance") / _or_one(words, binomial)
        alike = (differ - (words.col(f"{name}__cells") - 1)) / _or_one(words, room)
        yield alike.alias(f"{name}__alike")


def _weights(words: Words, rates: Counts) -> Iterator[Any]:
    for name in rates:
        alike = words.col(f"{name}__alike")
        yield (1 / _or_one(words, alike) - 1).alias(f"{name}__weight")


def _least(words: Words, rates: Counts) -> Iterator[Any]:
    for name in rates:
        weight = words.col(f"{name}__weight")
        least = words.when(weight > 1).then(weight).otherwise(words.lit(1.0))
        yield least.alias(f"{name}__least")


def _priors(words: Words, rates: Counts) -> Iterator[Any]:
    for name in rates:
        size, least = words.col(f"{name}__all_size"), words.col(f"{name}__least")
        differ = (words.col(f"{name}__cells") > 1) & (words.col(f"{name}__alike") > 0)
        for part in ("binomial", "room"):
            differ &= words.col(f"{name}__{part}") > 0
        prior = words.when(differ & (least < size)).then(least).otherwise(size)
        yield prior.alias(f"{name}__prior")


def _shrunk(words: Words, rates: Counts) -> Iterator[Any]:
    for name in rates:
        prior, size = words.col(f"{name}__prior"), words.col(f"{name}__size")
        hits = words.col(f"{name}__common") * prior + words.col(f"{name}__mine")
        shrunk = words.when(~size.is_null()).then(hits / _or_one(words, prior + size))
        yield shrunk.alias(f"{name}_shrunk")


def _or_one(words: Words, number: Any) -> Any:
    """Where a divisor is not above 0, divide by 1: Spark refuses 0 even where it is not used."""
    return words.when(number > 0).then(number).otherwise(words.lit(1.0))
