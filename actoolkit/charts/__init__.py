"""Frame to chart: one theme, no arithmetic.

Every chart takes the result of the metric of the same name, says its finding in the title, draws
intervals, and describes itself to those who do not see it. Importing the package registers the
Altair themes ``actoolkit`` and ``actoolkit-dark`` and enables neither; charts carry their look.
"""

from __future__ import annotations

from actoolkit.charts.anomalies import campaign_anomalies_chart
from actoolkit.charts.attribution import attributed_revenue_chart
from actoolkit.charts.attribution_windows import attribution_sensitivity_chart
from actoolkit.charts.audience import recency_tiers_chart
from actoolkit.charts.campaigns import campaign_rates_chart
from actoolkit.charts.carts import cart_recovery_chart
from actoolkit.charts.cohorts import cohort_retention_chart
from actoolkit.charts.comparison import compare_campaigns_chart
from actoolkit.charts.contact_funnel import automation_funnel_chart, contact_funnel_chart
from actoolkit.charts.curve import campaign_curve_chart
from actoolkit.charts.customers import rfm_chart, second_order_survival_chart
from actoolkit.charts.engagement import engagement_heatmap_chart
from actoolkit.charts.engagement_by_period import engagement_by_period_chart
from actoolkit.charts.funnel import campaign_funnel_chart
from actoolkit.charts.kpis import overview_kpis_chart
from actoolkit.charts.lists import list_growth_chart
from actoolkit.charts.orders import revenue_by_period_chart
from actoolkit.charts.own import metric_chart
from actoolkit.charts.pictures import save
from actoolkit.charts.score_quality import score_quality_chart
from actoolkit.charts.scores import score_distribution_chart, score_lift_chart
from actoolkit.charts.shrinkage import shrunk_rates_chart

__all__ = [
    "attributed_revenue_chart",
    "attribution_sensitivity_chart",
    "automation_funnel_chart",
    "campaign_anomalies_chart",
    "campaign_curve_chart",
    "campaign_funnel_chart",
    "campaign_rates_chart",
    "cart_recovery_chart",
    "cohort_retention_chart",
    "compare_campaigns_chart",
    "contact_funnel_chart",
    "engagement_by_period_chart",
    "engagement_heatmap_chart",
    "list_growth_chart",
    "metric_chart",
    "overview_kpis_chart",
    "recency_tiers_chart",
    "revenue_by_period_chart",
    "rfm_chart",
    "save",
    "score_distribution_chart",
    "score_lift_chart",
    "score_quality_chart",
    "second_order_survival_chart",
    "shrunk_rates_chart",
]


def __dir__() -> list[str]:
    return sorted(__all__)
