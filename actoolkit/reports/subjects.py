"""Which sections each report has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import actoolkit
from actoolkit.charts.formats import moment
from actoolkit.charts.locales import written_in
from actoolkit.errors import InvalidArgument, ReportError
from actoolkit.metrics.days import Day
from actoolkit.reports.audience import audience_section
from actoolkit.reports.automation_kpis import automation_kpis
from actoolkit.reports.automations import TABLES as AUTOMATION_TABLES
from actoolkit.reports.automations import automations_section
from actoolkit.reports.blocks import Figure, Table
from actoolkit.reports.campaigns import campaigns_section
from actoolkit.reports.changes import changes_section
from actoolkit.reports.customers import best_customers_section, customers_section
from actoolkit.reports.definitions import definitions
from actoolkit.reports.document import Kpi, Report, Section
from actoolkit.reports.engagement import engagement_section
from actoolkit.reports.kpis import kpis
from actoolkit.reports.material import Material
from actoolkit.reports.orders import orders_section
from actoolkit.reports.own import own_section
from actoolkit.reports.period import Period, chosen_period
from actoolkit.reports.quality import quality_section
from actoolkit.reports.scope import Scope

Builder = Callable[[Material, Period], Section]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a report is about.

    Args:
        title: Heading of the page.
        sections: Builders of its parts, in order; the data quality comes last by itself.
        mail: Whether the numbers at the top tell of mail.
        shop: Whether they tell of the shop.
        entries: Whether they tell of entries into automations.
        tables: What it needs beyond the tables of every report.
    """

    title: str
    sections: Sequence[Builder]
    mail: bool = True
    shop: bool = True
    entries: bool = False
    tables: Sequence[str] = ()


_RATES: Builder = partial(engagement_section, over_time=True)
_SHOP: Builder = partial(orders_section, carts=True)

SUBJECTS: Mapping[str, Subject] = {
    "overview": Subject(
        "Campaign overview", (campaigns_section, engagement_section, orders_section)
    ),
    "funnel": Subject("Campaign funnel", (campaigns_section,), shop=False),
    "engagement": Subject("Engagement", (_RATES, audience_section), shop=False),
    "revenue": Subject("Revenue", (_SHOP,), mail=False),
    "customers": Subject("Customers", (customers_section,), mail=False),
    "automations": Subject(
        "Automations",
        (automations_section,),
        mail=False,
        shop=False,
        entries=True,
        tables=AUTOMATION_TABLES,
    ),
    "all": Subject(
        "Campaigns and shop",
        (
            campaigns_section,
            _RATES,
            audience_section,
            automations_section,
            _SHOP,
            customers_section,
        ),
        tables=AUTOMATION_TABLES,
    ),
}
"""The reports there are, by name."""


def build(
    subject: str,
    material: Material,
    *,
    since: Day = None,
    until: Day = None,
    scope: Scope | None = None,
    own: Sequence[str] = (),
    personal_data: bool = False,
    locale: str | None = None,
) -> Report:
    """Build a report.

    Args:
        subject: One of `SUBJECTS`.
        material: Tables of the account.
        since: First day; default: 12 months before ``until``.
        until: The day after the last; default: the day of the data.
        scope: What to limit the report to; None shows all.
        own: Ids of the user's metrics to show.
        personal_data: Whether to name customers by their e-mail addresses.
        locale: How numbers, amounts and days are written; None is the default.

    Raises:
        InvalidArgument: An unknown subject, list, automation or currency, an empty period, or a
            metric of the user's that cannot be drawn. Also whatever its function raises.
        ReportError: The account's campaigns could not be loaded.
    """
    with written_in(locale):
        made = _built(
            subject_of(subject),
            material,
            days=(since, until),
            limit=scope or Scope(),
            own=own,
            personal_data=personal_data,
        )
    return replace(made, locale=locale) if locale else made


def _built(
    chosen: Subject,
    material: Material,
    *,
    days: tuple[Day, Day],
    limit: Scope,
    own: Sequence[str],
    personal_data: bool,
) -> Report:
    if not material.has("campaigns"):
        raise ReportError(
            f"The report needs the account's campaigns. {material.why_not('campaigns')}",
            hint="actoolkit doctor tells whether the URL or the token's user is why.",
        )
    words = limit.words(material)
    people = limit.people(material)
    whose = people.words(material) if people else ""
    material = limit.applied(material)
    period = chosen_period(*days, today=material.today)
    sections = [part(material, period) for part in chosen.sections]
    if chosen.mail or chosen.shop:
        sections.insert(0, changes_section(material, period, mail=chosen.mail, shop=chosen.shop))
    if personal_data and customers_section in chosen.sections:
        sections.append(best_customers_section(material, period))
    if own:
        sections.append(own_section(material, period, own, automation=limit.automation))
    sections.append(quality_section(material, period, mail=chosen.mail, shop=chosen.shop))
    tiles = kpis(material, period, mail=chosen.mail, shop=chosen.shop)
    tiles += automation_kpis(material, period) if chosen.entries else []
    compared = any(tile.direction != "none" for tile in tiles)
    below = [f"Arrows compare with {period.before}."] if compared else []
    if any("%" in tile.value for tile in tiles):
        below.append("Under a rate stands its 95% interval.")
    return Report(
        title=chosen.title,
        account=material.account,
        period=str(period),
        as_of=moment(material.as_of),
        kpis=tiles,
        comparison=" ".join(below),
        sections=sections,
        definitions=definitions(_footnotes(tiles, sections)),
        sources=material.sources(),
        version=actoolkit.__version__,
        scope=words,
        people=whose,
        personal_data=personal_data,
    )


def subject_of(name: str) -> Subject:
    """Give a subject by name.

    Args:
        name: One of `SUBJECTS`.

    Raises:
        InvalidArgument: There is none of that name.
    """
    if name not in SUBJECTS:
        names = ", ".join(f'"{known}"' for known in SUBJECTS)
        raise InvalidArgument(f"There is no report {name!r}.", hint=f"Use one of {names}.")
    return SUBJECTS[name]


def _footnotes(tiles: Sequence[Kpi], sections: Sequence[Section]) -> list[str]:
    """Give the ids of the definitions that the page refers to, in the order of appearance."""
    ids = [kpi.definition for kpi in tiles]
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Figure):
                ids += block.definitions
            elif isinstance(block, Table):
                ids += [column.note for column in block.columns]
    return list(dict.fromkeys(filter(None, ids)))
