"""Frame to frame: pure functions, written once over Narwhals."""

from __future__ import annotations

from actoolkit.metrics.anomalies import campaign_anomalies
from actoolkit.metrics.audience import domain_mix, recency_tiers
from actoolkit.metrics.campaigns import campaign_rates
from actoolkit.metrics.carts import cart_abandonment, cart_recovery
from actoolkit.metrics.cohorts import cohort_retention, cohort_revenue
from actoolkit.metrics.comparison import compare_campaigns
from actoolkit.metrics.completeness import field_completeness
from actoolkit.metrics.customers import RFM_SEGMENTS, Segment, rfm, rfm_grid, rfm_segments
from actoolkit.metrics.decay import engagement_decay
from actoolkit.metrics.definitions import Definition
from actoolkit.metrics.engagement import engagement_heatmap
from actoolkit.metrics.engagement_by_period import engagement_by_period
from actoolkit.metrics.exposure import campaign_exposure
from actoolkit.metrics.funnel import campaign_funnel
from actoolkit.metrics.gaps import purchase_gaps
from actoolkit.metrics.intervals import wilson
from actoolkit.metrics.lists import list_growth, list_overlap
from actoolkit.metrics.orders import order_match, revenue_by_period
from actoolkit.metrics.overview import overview_kpis
from actoolkit.metrics.products import pareto_share, top_products
from actoolkit.metrics.quality import data_quality
from actoolkit.metrics.registry import DEFINITIONS, explain, register_metric
from actoolkit.metrics.repeats import repeat_purchase, repeat_within
from actoolkit.metrics.selection import select_campaigns
from actoolkit.metrics.shrinkage import shrunk_rates
from actoolkit.metrics.store import new_vs_repeat, store_summary
from actoolkit.metrics.survival import second_order_survival

__all__ = [
    "DEFINITIONS",
    "RFM_SEGMENTS",
    "Definition",
    "Segment",
    "campaign_anomalies",
    "campaign_exposure",
    "campaign_funnel",
    "campaign_rates",
    "cart_abandonment",
    "cart_recovery",
    "cohort_retention",
    "cohort_revenue",
    "compare_campaigns",
    "data_quality",
    "domain_mix",
    "engagement_by_period",
    "engagement_decay",
    "engagement_heatmap",
    "explain",
    "field_completeness",
    "list_growth",
    "list_overlap",
    "new_vs_repeat",
    "order_match",
    "overview_kpis",
    "pareto_share",
    "purchase_gaps",
    "recency_tiers",
    "register_metric",
    "repeat_purchase",
    "repeat_within",
    "revenue_by_period",
    "rfm",
    "rfm_grid",
    "rfm_segments",
    "second_order_survival",
    "select_campaigns",
    "shrunk_rates",
    "store_summary",
    "top_products",
    "wilson",
]
