"""How well a score tells who will buy: area under the curve, and lift of the best tenth."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from actoolkit.metrics.eager import handed_back
from actoolkit.metrics.frames import Schema
from actoolkit.metrics.intervals import wilson
from actoolkit.metrics.quantiles import normal_quantile
from actoolkit.metrics.scored_contacts import flags, scored_contacts

TOP = 0.1
_QUALITY: Schema = {
    "score_id": "text",
    "contacts": "count",
    "buyers": "count",
    "base_rate": "rate",
    "base_rate_low": "rate",
    "base_rate_high": "rate",
    "auc": "rate",
    "auc_low": "rate",
    "auc_high": "rate",
    "top_contacts": "rate",
    "top_buyers": "rate",
    "top_lift": "rate",
    "top_lift_low": "rate",
    "top_lift_high": "rate",
    "flag": "text",
}
Floats: TypeAlias = NDArray[np.float64]
Bounds: TypeAlias = tuple[float | None, float | None, float | None]


def score_quality(
    history: Any,
    contacts: Any,
    orders: Any,
    *,
    as_of: datetime,
    horizon_days: int = 90,
    confidence: float = 0.95,
) -> Any:
    """Say how well each score told who would buy.

    Grain: one row per score. Without personal data. Nothing leaks: see `score_outcomes`.

    Args:
        history: Result of ``actoolkit.history("score_values")``.
        contacts: Result of `actoolkit.load_contacts`.
        orders: Result of `actoolkit.load_ecom_orders`.
        as_of: Moment, with a zone, whose knowledge is tested.
        horizon_days: Days after it in which orders count.
        confidence: Of the intervals.

    Returns:
        The same kind of frame as ``history``, sorted: ``score_id (String)``;
        ``contacts (Int64)``: with a score and an address; ``buyers (Int64)``: with an order in the
        horizon; ``base_rate (Float64, 0..1): buyers of contacts``, with ``_low`` and ``_high``, its
        Wilson interval;
        ``auc (Float64, 0..1)``: chance that a buyer had a higher score than one who did not buy,
        equal scores counting half; 0.5 says nothing; ``auc_low``, ``auc_high``: DeLong's interval
        on the scale of log-odds; null where the two are parted fully, where all scores are equal
        and where either is fewer than two;
        ``top_contacts (Float64)``: the best tenth; ``top_buyers (Float64)``: of them; contacts of
        one score that the cut falls between count in part;
        ``top_lift (Float64): top_buyers of top_contacts, of base_rate``, with ``_low`` and
        ``_high``: of Wilson's interval of the part of the buyers that the best tenth holds, wider
        than need be where many buy;
        ``flag (String)``: null, or that the orders end before the horizon.

    Raises:
        InvalidArgument: ``as_of`` has no zone, or ``horizon_days`` is below 1.
        MissingColumns: A frame lacks a column.

    Source:
        E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, Biometrics 44 (1988).

    Example:
        >>> import polars as pl
        >>> from datetime import UTC, datetime
        >>> moment = datetime(2026, 3, 1, tzinfo=UTC)
        >>> history = pl.DataFrame({
        ...     "observed_at": [moment] * 4, "score_value_id": ["1", "2", "3", "4"],
        ...     "score_id": ["7"] * 4, "contact_id": ["1", "2", "3", "4"],
        ...     "score_value": [50.0, 3.0, 3.0, 1.0],
        ... })
        >>> contacts = pl.DataFrame({
        ...     "contact_id": ["1", "2", "3", "4"],
        ...     "email": ["a@x.org", "b@x.org", "c@x.org", "d@x.org"],
        ... })
        >>> orders = pl.DataFrame({
        ...     "email": ["a@x.org", "b@x.org"], "state": ["completed"] * 2,
        ...     "ordered_at": [datetime(2026, 3, 9, tzinfo=UTC)] * 2,
        ... })
        >>> score_quality(history, contacts, orders, as_of=moment)["auc"].to_list()
        [0.875]
    """
    normal_quantile(confidence)
    found, ended = scored_contacts(
        "score_quality", history, contacts, orders, as_of=as_of, horizon_days=horizon_days
    )
    rows = [
        {"score_id": part["score_id"][0], **_quality(part, confidence)}
        for part in found.partition_by("score_id", maintain_order=True)
    ]
    dtypes = {"text": pl.String, "count": pl.Int64, "rate": pl.Float64}
    schema = {name: dtypes[kind] for name, kind in _QUALITY.items()}
    made = pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        flag=pl.lit(flags(ended, as_of, horizon_days), pl.String)
    )
    return handed_back("score_quality", made, history, _QUALITY)


def _quality(part: pl.DataFrame, confidence: float) -> dict[str, Any]:
    scores = part["score_value"].cast(pl.Float64).to_numpy()
    bought = part["bought"].to_numpy()
    contacts, buyers = len(scores), int(bought.sum())
    low, high = wilson(buyers, contacts, confidence)
    made: dict[str, Any] = {
        "contacts": contacts,
        "buyers": buyers,
        "base_rate": buyers / contacts,
        "base_rate_low": low,
        "base_rate_high": high,
    }
    area = area_under_curve(scores[bought], scores[~bought], confidence)
    made |= dict(zip(("auc", "auc_low", "auc_high"), area, strict=True))
    size = contacts * TOP
    top = min(_in_top(scores, bought, size), float(buyers))
    made |= {"top_contacts": size, "top_buyers": top}
    if buyers:
        share = wilson(top, buyers, confidence)
        names = ("top_lift", "top_lift_low", "top_lift_high")
        bounds = (top / buyers, *share)
        made |= {
            name: None if one is None else one / TOP
            for name, one in zip(names, bounds, strict=True)
        }
    return made


def _in_top(scores: Floats, bought: NDArray[np.bool_], size: float) -> float:
    """Count the buyers among the highest scores; those at the cut count in part."""
    values, place = np.unique(-scores, return_inverse=True)
    each = np.bincount(place, minlength=len(values)).astype(float)
    hits = np.bincount(place, weights=bought.astype(float), minlength=len(values))
    before = np.cumsum(each) - each
    return float((hits * np.clip((size - before) / each, 0, 1)).sum())


def area_under_curve(buyers: Floats, others: Floats, confidence: float) -> Bounds:
    """Give the area under the curve and DeLong's interval, by ranks.

    Args:
        buyers: Scores of those who bought.
        others: Scores of those who did not.
        confidence: Coverage of the interval.
    """
    m, n = len(buyers), len(others)
    if not m or not n:
        return None, None, None
    above = (_below(others, buyers) / n, 1 - _below(buyers, others) / m)
    area = float(above[0].mean())
    if min(m, n) < 2 or not 0 < area < 1:
        return area, None, None
    variance = sum(float(one.var(ddof=1)) / len(one) for one in above)
    if not variance:  # all scores are equal: that is no certainty
        return area, None, None
    reach = normal_quantile(confidence) * math.sqrt(variance) / (area * (1 - area))
    centre = math.log(area / (1 - area))
    low, high = (1 / (1 + math.exp(-(centre + side))) for side in (-reach, reach))
    return area, low, high


def _below(many: Floats, values: Floats) -> Floats:
    """How many of ``many`` lie below each value, those equal to it counting half."""
    ordered = np.sort(many)
    made: Floats = (
        np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")
    ) / 2
    return made
