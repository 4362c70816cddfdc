"""Frame to frame: pure functions, written once over Narwhals."""

from __future__ import annotations

from actoolkit.metrics.campaigns import campaign_rates
from actoolkit.metrics.definitions import Definition
from actoolkit.metrics.engagement import engagement_heatmap
from actoolkit.metrics.exposure import campaign_exposure
from actoolkit.metrics.funnel import campaign_funnel
from actoolkit.metrics.intervals import wilson
from actoolkit.metrics.orders import order_match, revenue_by_period
from actoolkit.metrics.registry import DEFINITIONS, explain, register_metric
from actoolkit.metrics.selection import select_campaigns

__all__ = [
    "DEFINITIONS",
    "Definition",
    "campaign_exposure",
    "campaign_funnel",
    "campaign_rates",
    "engagement_heatmap",
    "explain",
    "order_match",
    "register_metric",
    "revenue_by_period",
    "select_campaigns",
    "wilson",
]
