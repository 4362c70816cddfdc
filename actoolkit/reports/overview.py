"""The overview: how mail and shop did, on one page."""

from __future__ import annotations

import actoolkit
from actoolkit.charts.formats import moment
from actoolkit.errors import ReportError
from actoolkit.metrics.days import Day
from actoolkit.reports.campaigns import campaigns_section
from actoolkit.reports.definitions import definitions
from actoolkit.reports.document import Report
from actoolkit.reports.engagement import engagement_section
from actoolkit.reports.kpis import kpis
from actoolkit.reports.material import Material
from actoolkit.reports.orders import orders_section
from actoolkit.reports.period import chosen_period
from actoolkit.reports.quality import quality_section

FOOTNOTES = (
    "delivered",
    "open_rate",
    "verified_open_rate",
    "click_rate",
    "unsubscribe_rate",
    "campaign_exposure",
    "wilson",
    "engagement_heatmap",
    "revenue",
)


def overview(material: Material, *, since: Day = None, until: Day = None) -> Report:
    """Build the report.

    Args:
        material: Tables of the account.
        since: First day; default: 12 months before ``until``.
        until: The day after the last; default: the day of the data.

    Raises:
        ReportError: The account's campaigns could not be loaded.
    """
    if not material.has("campaigns"):
        raise ReportError(
            f"The overview needs the account's campaigns. {material.why_not('campaigns')}",
            hint="Use the API token of a user who may see campaigns.",
        )
    period = chosen_period(since, until, today=material.today)
    return Report(
        title="Campaign overview",
        account=material.account,
        period=str(period),
        as_of=moment(material.as_of),
        kpis=kpis(material, period),
        comparison=f"Arrows compare with {period.before}.",
        sections=[
            campaigns_section(material, period),
            engagement_section(material, period),
            orders_section(material, period),
            quality_section(material, period),
        ],
        definitions=definitions(FOOTNOTES),
        sources=material.sources(),
        version=actoolkit.__version__,
    )
