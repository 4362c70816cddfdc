"""BG/NBD and Gamma-Gamma in closed forms: how often customers buy, how long, and for how much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

_LARGE = 30.0
_NODES = 200


def purchase_likelihood(parameters: Sequence[float], x: Floats, t: Floats, end: Floats) -> Floats:
    """Give each customer's log-likelihood under BG/NBD.

    Args:
        parameters: r, alpha, a, b.
        x: Repeat purchases.
        t: Time from the first to the last purchase.
        end: Time from the first purchase to the end.
    """
    from scipy.special import gammaln  # half a second to import

    r, alpha, a, b = parameters
    alive, gone = _ends(parameters, x, t, end)
    rate = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stay = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    made: Floats = rate + stay + np.logaddexp(alive, gone)
    return made


def _ends(parameters: Sequence[float], x: Floats, t: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Logarithms of the likelihood's two ends: still a customer, gone after the last purchase."""
    r, alpha, a, b = parameters
    repeat = x > 0
    gone = np.log(a / np.where(repeat, b + x - 1, 1.0)) - (r + x) * np.log(alpha + t)
    return -(r + x) * np.log(alpha + end), np.where(repeat, gone, -np.inf)


def purchase_slope(parameters: Sequence[float], x: Floats, t: Floats, end: Floats) -> Floats:
    """Give the derivatives of `purchase_likelihood`: one row per parameter.

    Args:
        parameters: r, alpha, a, b.
        x: Repeat purchases.
        t: Time from the first to the last purchase.
        end: Time from the first purchase to the end.
    """
    from scipy.special import expit, psi

    r, alpha, a, b = parameters
    alive, gone = _ends(parameters, x, t, end)
    w = expit(gone - alive)
    both = psi(a + b) - psi(a + b + x)
    later, last = np.log(alpha + end), np.log(alpha + t)
    repeat = np.where(x > 0, b + x - 1, 1.0)
    return np.array(
        [
            psi(r + x) - psi(r) + np.log(alpha) - (1 - w) * later - w * last,
            r / alpha - (r + x) * ((1 - w) / (alpha + end) + w / (alpha + t)),
            both + w / a,
            both + psi(b + x) - psi(b) - w / repeat,
        ]
    )


def value_likelihood(parameters: Sequence[float], x: Floats, m: Floats) -> Floats:
    """Give each customer's log-likelihood under Gamma-Gamma.

    Args:
        parameters: p, q, v.
        x: Purchases, at least 1.
        m: Their mean value, above 0.
    """
    from scipy.special import gammaln

    p, q, v = parameters
    px, total = p * x, x * m
    beta = gammaln(px + q) - gammaln(px) - gammaln(q)
    made: Floats = beta - np.log(m) + q * np.log(v) + px * np.log(total)
    made -= (px + q) * np.log(total + v)
    return made


def value_slope(parameters: Sequence[float], x: Floats, m: Floats) -> Floats:
    """Give the derivatives of `value_likelihood`: one row per parameter.

    Args:
        parameters: p, q, v.
        x: Purchases, at least 1.
        m: Their mean value, above 0.
    """
    from scipy.special import psi

    p, q, v = parameters
    px, total = p * x, x * m
    whole = np.log(total + v)
    return np.array(
        [
            x * (psi(px + q) - psi(px) + np.log(total) - whole),
            psi(px + q) - psi(q) + np.log(v) - whole,
            q / v - (px + q) / (total + v),
        ]
    )


def probability_alive(parameters: Sequence[float], x: Floats, t: Floats, end: Floats) -> Floats:
    """Give the probability that a customer still buys; 1 without a repeat purchase.

    Args:
        parameters: r, alpha, a, b.
        x: Repeat purchases.
        t: Time from the first to the last purchase.
        end: Time from the first purchase to the end.
    """
    from scipy.special import expit

    alive, gone = _ends(parameters, x, t, end)
    made: Floats = expit(alive - gone)
    return made


def purchases_if_alive(parameters: Sequence[float], x: Floats, end: Floats, ahead: float) -> Floats:
    """Give the purchases expected of customers who are known to still buy.

    Args:
        parameters: r, alpha, a, b.
        x: Repeat purchases.
        end: Time from the first purchase to the end.
        ahead: Time after the end.
    """
    from scipy.special import hyp2f1

    r, alpha, a, b = parameters
    if max(r, a, b) > _LARGE or abs(a - 1) < 1e-6:  # 0 / 0 at a = 1; no digits left far out
        return _integrated(parameters, x, end, ahead)
    z = ahead / (alpha + end + ahead)
    # Euler's transformation: the powers of customers who buy often would overflow
    power = (1 - z) ** (a - 1) * hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, z)
    made: Floats = (a + b + x - 1) / (a - 1) * (1 - power)
    return made


def _integrated(parameters: Sequence[float], x: Floats, end: Floats, ahead: float) -> Floats:
    """The same, as the mean over the chance to be gone after a purchase."""
    from scipy.special import betaincinv, roots_legendre

    r, alpha, a, b = parameters
    nodes, weights = roots_legendre(_NODES)
    made = np.empty(len(x))
    for one in np.unique(x):
        at = x == one
        gone = np.maximum(betaincinv(a, b + one, (nodes + 1) / 2), 1e-15)
        reach = (ahead / (alpha + end[at]))[:, None] * gone
        made[at] = (-np.expm1(-(r + one) * np.log1p(reach)) / gone) @ weights / 2
    return made


def expected_value(parameters: Sequence[float], x: Floats, m: Floats) -> Floats:
    """Give the mean value expected of a customer's purchases; needs q > 1.

    Args:
        parameters: p, q, v.
        x: Purchases with a known value; 0 gives the mean of all customers.
        m: Their mean value.
    """
    p, q, v = parameters
    return p * (v + x * m) / (p * x + q - 1)
