"""Wilson's interval by its definition: the rates that lie z standard errors from the one seen."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

from scipy import stats

Z95 = Decimal("1.959963984540054235524594430520551")


def wilson(k, n, pull=None):
    """The roots p of (k/n - p)^2 = pull p (1 - p), where pull is z^2 / n."""
    if k is None or n is None or n <= 0 or k < 0 or k > n:
        return None, None
    with localcontext() as context:
        context.prec = 50
        seen, share = Decimal(k) / Decimal(n), pull or Z95 * Z95 / Decimal(n)
        a, b, c = 1 + share, -(2 * seen + share), seen * seen
        root = (b * b - 4 * a * c).sqrt()
        return float((-b - root) / (2 * a)), float((-b + root) / (2 * a))


def clustered(k, n, clusters):
    """Wilson's interval with as many mails as differing campaigns leave, and Student's quantile.

    Clusters: hits and trials of each campaign that knows both.
    """
    if k is None or n is None or n <= 0 or k < 0 or k > n:
        return None, None
    share = Fraction(k, n)
    distances = sum((hits - trials * share) ** 2 for hits, trials in clusters)
    many = sum(trials > 0 for _, trials in clusters)
    design = Fraction(1)
    if many > 1 and 0 < share < 1:
        variance = distances * many / (many - 1) / n**2
        design = max(design, variance / (share * (1 - share) / n))
    with localcontext() as context:
        context.prec = 50
        size = Decimal(design.numerator) / Decimal(design.denominator) / n
        return wilson(k, n, student(many - 1) ** 2 * size)


def student(freedom):
    """Student's 97.5 % point; from 5 degrees on by its expansion around the normal one."""
    if freedom < 1:
        return Z95
    if freedom < 5:
        return Decimal(float(stats.t.ppf(0.975, freedom)))
    z, v = Z95, Decimal(freedom)
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * v**4)
    )
