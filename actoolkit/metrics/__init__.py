"""Frame to frame: pure functions, written once over Narwhals."""

from __future__ import annotations

from actoolkit.metrics.anomalies import campaign_anomalies
from actoolkit.metrics.attribution import attributed_orders, attributed_revenue
from actoolkit.metrics.attribution_checks import (
    attribution_coverage,
    attribution_sensitivity,
    touch_counts,
    touch_lags,
)
from actoolkit.metrics.audience import domain_mix, recency_tiers
from actoolkit.metrics.automations import automation_funnel, automation_progress
from actoolkit.metrics.campaigns import campaign_rates
from actoolkit.metrics.carts import cart_abandonment, cart_recovery
from actoolkit.metrics.changes import clicks_change, revenue_change
from actoolkit.metrics.cohorts import cohort_retention, cohort_revenue
from actoolkit.metrics.comparison import compare_campaigns
from actoolkit.metrics.completeness import field_completeness
from actoolkit.metrics.curve import campaign_curve
from actoolkit.metrics.customers import RFM_SEGMENTS, Segment, rfm, rfm_grid, rfm_segments
from actoolkit.metrics.decay import engagement_decay
from actoolkit.metrics.definitions import Definition
from actoolkit.metrics.engagement import engagement_heatmap
from actoolkit.metrics.events import contact_events
from actoolkit.metrics.exposure import campaign_exposure
from actoolkit.metrics.funnel import campaign_funnel
from actoolkit.metrics.gaps import purchase_gaps
from actoolkit.metrics.intervals import wilson
from actoolkit.metrics.joined import joined_orders, match_counts
from actoolkit.metrics.lifetime import clv
from actoolkit.metrics.lifetime_checks import clv_fit, clv_holdout
from actoolkit.metrics.lifetime_customers import customer_purchases
from actoolkit.metrics.lists import list_growth, list_overlap
from actoolkit.metrics.mailing_periods import engagement_by_period
from actoolkit.metrics.orders import order_match, revenue_by_period
from actoolkit.metrics.overview import overview_kpis
from actoolkit.metrics.own import compute_metric
from actoolkit.metrics.pressure import bounce_health, fatigue
from actoolkit.metrics.products import pareto_share, top_products
from actoolkit.metrics.quality import data_quality
from actoolkit.metrics.reconciliation import reconcile_attribution, vendor_differences
from actoolkit.metrics.registry import (
    DEFINITIONS,
    explain,
    register_metric,
    unregister_metric,
)
from actoolkit.metrics.repeats import repeat_purchase, repeat_within
from actoolkit.metrics.score_discrimination import score_quality
from actoolkit.metrics.scores import score_distribution, score_outcomes
from actoolkit.metrics.selection import select_campaigns
from actoolkit.metrics.shrinkage import shrunk_rates
from actoolkit.metrics.steps import contact_funnel
from actoolkit.metrics.store import new_vs_repeat, store_summary
from actoolkit.metrics.survival import second_order_survival
from actoolkit.metrics.touch_files import touches_from_csv
from actoolkit.metrics.touch_sources import (
    automation_touches,
    flag_bots,
    list_touches,
    one_to_one_touches,
)
from actoolkit.metrics.touches import all_touches, touches_from_log

__all__ = [
    "DEFINITIONS",
    "RFM_SEGMENTS",
    "Definition",
    "Segment",
    "all_touches",
    "attributed_orders",
    "attributed_revenue",
    "attribution_coverage",
    "attribution_sensitivity",
    "automation_funnel",
    "automation_progress",
    "automation_touches",
    "bounce_health",
    "campaign_anomalies",
    "campaign_curve",
    "campaign_exposure",
    "campaign_funnel",
    "campaign_rates",
    "cart_abandonment",
    "cart_recovery",
    "clicks_change",
    "clv",
    "clv_fit",
    "clv_holdout",
    "cohort_retention",
    "cohort_revenue",
    "compare_campaigns",
    "compute_metric",
    "contact_events",
    "contact_funnel",
    "customer_purchases",
    "data_quality",
    "domain_mix",
    "engagement_by_period",
    "engagement_decay",
    "engagement_heatmap",
    "explain",
    "fatigue",
    "field_completeness",
    "flag_bots",
    "joined_orders",
    "list_growth",
    "list_overlap",
    "list_touches",
    "match_counts",
    "new_vs_repeat",
    "one_to_one_touches",
    "order_match",
    "overview_kpis",
    "pareto_share",
    "purchase_gaps",
    "recency_tiers",
    "reconcile_attribution",
    "register_metric",
    "repeat_purchase",
    "repeat_within",
    "revenue_by_period",
    "revenue_change",
    "rfm",
    "rfm_grid",
    "rfm_segments",
    "score_distribution",
    "score_outcomes",
    "score_quality",
    "second_order_survival",
    "select_campaigns",
    "shrunk_rates",
    "store_summary",
    "top_products",
    "touch_counts",
    "touch_lags",
    "touches_from_csv",
    "touches_from_log",
    "unregister_metric",
    "vendor_differences",
    "wilson",
]


def __dir__() -> list[str]:
    return sorted(__all__)
