"""Wilson's interval by its definition: the rates that lie z standard errors from the one seen."""

from __future__ import annotations

from decimal import Decimal, localcontext

Z95 = Decimal("1.959963984540054235524594430520551")


def wilson(k, n):
    """The roots p of (k/n - p)^2 = z^2 p (1 - p) / n."""
    if k is None or n is None or n <= 0 or k < 0 or k > n:
        return None, None
    with localcontext() as context:
        context.prec = 50
        seen, share = Decimal(k) / Decimal(n), Z95 * Z95 / Decimal(n)
        a, b, c = 1 + share, -(2 * seen + share), seen * seen
        root = (b * b - 4 * a * c).sqrt()
        return float((-b - root) / (2 * a)), float((-b + root) / (2 * a))
