"""The search for the parameters of greatest likelihood, from several starting points.

Days and cents are divided by their means before the search and parameters are searched as
logarithms, so that one set of starting points serves every shop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from actoolkit.metrics.lifetime_model import (
    Floats,
    purchase_likelihood,
    purchase_slope,
    value_likelihood,
    value_slope,
)

Objective: TypeAlias = Callable[[Floats], tuple[float, Floats]]

AGREE = 0.01
"""Starting points agree when their log-likelihoods lie within this of the best."""
_BOUND = 12.0
_PURCHASE_STARTS = ((1, 1, 1, 1), (0.3, 0.5, 0.5, 2), (1, 2, 1, 5), (3, 3, 2, 2))
_VALUE_STARTS = ((1, 2, 1), (6, 4, 0.5), (0.5, 3, 5), (20, 10, 0.5))


@dataclass(frozen=True, slots=True)
class Fit:
    """Parameters of greatest likelihood, and how sure the search was.

    Args:
        parameters: r, alpha (days), a, b; or p, q, v (cents).
        log_likelihood: Of all customers, in days and cents.
        starts: Starting points tried.
        agreed: How many ended at the same likelihood.
        converged: Whether the best ended inside the bounds and at least one other agreed.
    """

    parameters: tuple[float, ...]
    log_likelihood: float
    starts: int
    agreed: int
    converged: bool


def fit_purchases(x: Floats, t: Floats, end: Floats, weight: Floats) -> Fit:
    """Fit BG/NBD.

    Args:
        x: Repeat purchases.
        t: Days from the first to the last purchase.
        end: Days from the first purchase to the end; at least one is above 0.
        weight: Customers who are alike in these.
    """
    scale = float(np.average(end, weights=weight))
    data = (x, t / scale, end / scale)
    best, found = _search(
        _objective(purchase_likelihood, purchase_slope, data, weight), _PURCHASE_STARTS
    )
    r, alpha, a, b = best
    parameters = (r, alpha * scale, a, b)
    total = float(weight @ purchase_likelihood(parameters, x, t, end))
    return Fit(parameters, total, len(_PURCHASE_STARTS), *_sure(found, float(weight.sum())))


def fit_values(x: Floats, m: Floats) -> Fit:
    """Fit Gamma-Gamma.

    Args:
        x: Purchases, at least 1.
        m: Their mean value in cents, above 0.
    """
    scale = float(m.mean())
    weight = np.ones(len(x))
    best, found = _search(
        _objective(value_likelihood, value_slope, (x, m / scale), weight), _VALUE_STARTS
    )
    parameters = (best[0], best[1], best[2] * scale)
    total = float(value_likelihood(parameters, x, m).sum())
    return Fit(parameters, total, len(_VALUE_STARTS), *_sure(found, float(len(x))))


def _objective(
    likelihood: Callable[..., Floats],
    slope: Callable[..., Floats],
    data: tuple[Floats, ...],
    weight: Floats,
) -> Objective:
    size = weight.sum()

    def negative(logs: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logs)
        value = -float(weight @ likelihood(parameters, *data)) / size
        return value, -(slope(parameters, *data) @ weight) * parameters / size

    return negative


def _search(
    objective: Objective, starts: Sequence[Sequence[float]]
) -> tuple[tuple[float, ...], list[Any]]:
    from scipy.optimize import minimize

    bounds = [(-_BOUND, _BOUND)] * len(starts[0])
    options = {"ftol": 1e-12, "gtol": 1e-7, "maxiter": 500}
    found = [
        minimize(
            objective,
            np.log(start),
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options=options,
        )
        for start in starts
    ]
    found.sort(key=lambda one: float(one.fun))
    return tuple(float(one) for one in np.exp(found[0].x)), found


def _sure(found: Sequence[Any], size: float) -> tuple[int, bool]:
    best = found[0]
    agreed = sum((one.fun - best.fun) * size < AGREE for one in found)
    inside = bool(np.all(np.abs(best.x) < _BOUND - 1e-6))
    return int(agreed), bool(best.success) and inside and agreed > 1
