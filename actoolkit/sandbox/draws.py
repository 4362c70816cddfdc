"""Random draws that are the same on every machine: one PCG64 stream for each (seed, subject)."""

from __future__ import annotations

import zlib
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]

GRID = float(2**20)


def stream(seed: int, *subject: object) -> np.random.Generator:
    """Give the generator of one subject.

    Args:
        seed: Seed of the world.
        *subject: Whatever names the subject.
    """
    words = [zlib.crc32(str(word).encode()) for word in subject]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))


def chances(probability: Floats) -> Floats:
    """Round probabilities to a grid, so that the last bit of a library's exp decides nothing."""
    return np.rint(np.clip(probability, 0.0, 1.0) * GRID) / GRID


def pick(uniform: Floats, weights: list[float]) -> Ints:
    """Turn uniform draws into indices with the given weights."""
    edges = np.cumsum(np.asarray(weights) / sum(weights))
    return np.minimum(np.searchsorted(edges, uniform, side="right"), len(weights) - 1)


def log_logistic(uniform: Floats, median: float, shape: float, most: float) -> Ints:
    """Delays in whole minutes: many short, a long tail, none above ``most``."""
    odds = uniform / np.maximum(1.0 - uniform, 1e-9)
    return np.minimum(np.rint(median * odds ** (1.0 / shape)), most).astype(np.int64)


def occurrences(uniform: Floats, mean: Floats) -> Ints:
    """Poisson counts by inversion, at most 40."""
    count = np.zeros(uniform.shape, np.int64)
    term = np.exp(-mean)
    below = term.copy()
    for number in range(1, 41):
        more = uniform > below
        if not more.any():
            break
        count[more] = number
        term = term * mean / number
        below = below + term
    return count
