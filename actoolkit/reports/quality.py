"""What to know about the data before trusting a number."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from actoolkit import metrics
from actoolkit.charts.formats import count, day, plural
from actoolkit.charts.names import display_name
from actoolkit.reports.blocks import Note
from actoolkit.reports.campaigns import sent_campaigns
from actoolkit.reports.document import Section
from actoolkit.reports.material import Material, spoken
from actoolkit.reports.period import Period


def quality_section(
    material: Material, period: Period, *, mail: bool = True, shop: bool = True
) -> Section:
    """Build the section.

    Args:
        material: Tables of the account.
        period: Days covered.
        mail: Whether the report tells of mail.
        shop: Whether it tells of orders.
    """
    sent = sent_campaigns(material, period)
    items = [
        *(_campaigns(sent) if mail else []),
        *(_other_lists(sent, material) if mail else []),
        *(_automations(material, period) if mail else []),
        *(_orders(material, period) if shop else []),
        *_loads(material),
    ]
    text = (
        "What to keep in mind when reading the numbers above:"
        if items
        else "Nothing unusual was found."
    )
    return Section("data-quality", "Data quality", blocks=[Note(text, items)])


def _campaigns(sent: pl.DataFrame) -> list[str]:
    if sent.is_empty():
        return []
    items = []
    unverified = sent["verified_unique_opens"].null_count()
    if unverified:
        items.append(
            f"{count(unverified)} of {plural(len(sent), 'campaign')} come without verified opens; "
            "their opens include those of privacy software."
        )
    automated = sent["automation_id"].drop_nulls().len()
    if automated:
        beside = "" if automated == len(sent) else "the numbers at the top, of "
        items.append(
            f"{plural(automated, 'campaign')} belong to automations: their counters keep growing "
            f"after the first sending, so they are left out of {beside}what changed, of sending "
            "times and of exposure."
        )
    flagged = metrics.campaign_rates(sent).filter(pl.col("flag").is_not_null())
    for name, flag in flagged.select("name", "flag").head(5).iter_rows():
        items.append(f"“{display_name(name)}”: {flag}. The rate is left empty.")
    if len(flagged) > 5:
        items.append(f"{count(len(flagged) - 5)} more campaigns have such a rate.")
    return items


def _other_lists(sent: pl.DataFrame, material: Material) -> list[str]:
    """Tell of campaigns whose counters are of more lists than the report is limited to."""
    whole = material.whole
    if whole is None or not whole.has("campaign_lists", "campaigns"):
        return []
    theirs = material.frames["campaign_lists"]["list_id"].unique().implode()
    links = whole.frames["campaign_lists"].filter(~pl.col("list_id").is_in(theirs))
    shared = sent.join(links, on="campaign_id", how="semi").height
    if not shared:
        return []
    return [
        (
            f"{count(shared)} of {plural(len(sent), 'campaign')} went to other lists as well: "
            "their mails, opens, clicks and orders after them are of all these lists."
        )
    ]


def _automations(material: Material, period: Period) -> list[str]:
    """Tell of mails that go on since before the period: the API has their totals only."""
    first = pl.col("sent_local").dt.date()
    older = material.frames["campaigns"].filter(
        pl.col("automation_id").is_not_null(), pl.col("sends") > 0, first < period.since
    )
    if older.is_empty():
        return []
    return [
        (
            f"{plural(len(older), 'automation mail')} first sent before {day(period.since)} are "
            "left out: ActiveCampaign counts each since its beginning, not by period."
        )
    ]


def _orders(material: Material, period: Period) -> list[str]:
    if not material.has("ecom_orders"):
        return []
    ordered_on = pl.col("ordered_local").dt.date()
    within = ordered_on >= period.since, ordered_on < period.until
    orders = material.frames["ecom_orders"]
    undated = orders["ordered_local"].null_count()
    orders = orders.filter(*within)
    other = orders.filter(~pl.col("state").is_in(["completed", "recovered"]))
    items = _unmatched(material, within)
    if len(other):
        states = other.group_by("state").len().sort("state")
        listed = ", ".join(f"{count(n)} {display_name(state)}" for state, n in states.iter_rows())
        items.append(f"Orders that are not revenue are left out: {listed}.")
    unknown = orders.filter(pl.col("currency").is_null() | (pl.col("currency") == "")).height
    if unknown:
        items.append(f"{plural(unknown, 'order')} name no currency.")
    if undated:
        items.append(f"{plural(undated, 'order')} have no date and are left out.")
    return items


def _unmatched(material: Material, within: Sequence[pl.Expr]) -> list[str]:
    """Tell of orders that are no contact's; of all people, since nobody else's could be any."""
    whole = material.whole or material
    if not whole.has("contacts"):
        return []
    orders = whole.frames["ecom_orders"]
    is_limited = len(material.frames["ecom_orders"]) < len(orders)
    match = metrics.order_match(orders.filter(*within), whole.frames["contacts"])
    unmatched, total = match["unmatched_orders"].sum(), match["orders"].sum()
    if not unmatched:
        return []
    of, effect = ("", "orders after a mail miss them.")
    if is_limited:
        of, effect = " of the whole shop", "no number above counts them."
    return [
        (
            f"{count(unmatched)} of {plural(total, 'order')}{of} come from an address that is no "
            f"contact's: {effect}"
        )
    ]


def _loads(material: Material) -> list[str]:
    items = [f"Not loaded: {spoken(name)} ({why})" for name, why in material.missing.items()]
    if "user" in material.missing:
        items.append("The account's time zone is unknown: days and hours are UTC.")
    for table, manifest in material.manifests.items():
        if manifest.certainty == "unverified":
            items.append(
                f"{spoken(table)}: ActiveCampaign gives no total, so that completeness rests on "
                "paging alone."
            )
        rescued = sum(manifest.rescued_values.values())
        if rescued:
            fields = ", ".join(display_name(name) for name in sorted(manifest.rescued_values))
            items.append(
                f"{spoken(table)}: {plural(rescued, 'value')} could not be read as expected "
                f"({fields})."
            )
    return items
