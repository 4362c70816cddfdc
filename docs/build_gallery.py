"""Draw every chart of the package on the synthetic account, and write the page that shows them.

Run: ``python docs/build_gallery.py``. The page lists the charts of `actoolkit.charts` by
themselves: a new one appears once its call is added to `CALLS`, and the tests miss it until then.
"""

from __future__ import annotations

import textwrap
import zlib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl

import actoolkit as ac
from actoolkit import charts

DOCS = Path(__file__).parent
PAGE, PICTURES = DOCS / "gallery.md", DOCS / "images" / "charts"

CALLS: Mapping[str, tuple[str, str]] = {
    "overview_kpis_chart": (
        'overview_kpis(campaigns, orders, since="2025-07-01", until="2026-06-30")',
        "",
    ),
    "campaign_funnel_chart": ("campaign_funnel(campaigns, exposure)", ""),
    "campaign_rates_chart": ("campaign_rates(campaigns)", ""),
    "campaign_anomalies_chart": ("campaign_anomalies(campaigns, by=None)", ""),
    "campaign_curve_chart": (
        "campaign_curve(campaign_history, campaigns)",
        "campaign_id=grown",
    ),
    "shrunk_rates_chart": ('shrunk_rates(campaigns, rate="click_rate")', ""),
    "compare_campaigns_chart": (
        "compare_campaigns(campaigns, baseline=latest[0], others=latest[1:])",
        "",
    ),
    "contact_funnel_chart": (
        'contact_funnel(events, ["joined", "listed", "ordered"], window_days=90)',
        "window_days=90",
    ),
    "automation_funnel_chart": (
        "automation_funnel(contact_automations, until=now)",
        "names=automation_names",
    ),
    "attributed_revenue_chart": (
        'attributed_revenue(orders, touches, contacts, model="last", window_days=7)',
        'names=campaign_names, model="last", window_days=7',
    ),
    "attribution_sensitivity_chart": (
        'attribution_sensitivity(orders, touches, contacts, models="last")',
        "",
    ),
    "engagement_by_period_chart": ("engagement_by_period(campaigns)", ""),
    "engagement_heatmap_chart": ("engagement_heatmap(campaigns)", ""),
    "metric_chart": (
        'compute_metric("unsubscribe_rate", campaigns, by="type")',
        'metric="unsubscribe_rate", along="type"',
    ),
    "list_growth_chart": ("list_growth(contact_lists, time_zone=zone)", ""),
    "recency_tiers_chart": ("recency_tiers(contacts, until=today)", ""),
    "revenue_by_period_chart": ("revenue_by_period(orders)", ""),
    "cart_recovery_chart": ("cart_recovery(orders)", ""),
    "rfm_chart": ("rfm_grid(rfm(orders))", ""),
    "cohort_retention_chart": ("cohort_retention(orders, until=today)", ""),
    "score_distribution_chart": ("score_distribution(score_values)", 'score_id="1"'),
    "score_lift_chart": (
        "score_outcomes(score_history, contacts, orders, as_of=scored_at)",
        'score_id="1"',
    ),
    "score_quality_chart": (
        "score_quality(score_history, contacts, orders, as_of=scored_at)",
        "names=score_names",
    ),
    "second_order_survival_chart": ("second_order_survival(orders, until=today)", ""),
}
"""For each chart the metric's call that it is drawn from, and further arguments of the chart."""


def frames(account: ac.Account) -> dict[str, Any]:
    """Load what the calls name; the orders are those of the dollar.

    Args:
        account: Whose.
    """
    orders = ac.load_ecom_orders(account=account, progress=False)
    loaded = {
        "campaigns": ac.load_campaigns(account=account, progress=False),
        "contact_lists": ac.load_contact_lists(account=account, progress=False),
        "contacts": ac.load_contacts(account=account, progress=False),
        "orders": orders.filter(orders["currency"] == "USD"),
    }
    lists = ac.load_campaign_lists(account=account, progress=False)
    loaded["exposure"] = ac.metrics.campaign_exposure(
        loaded["campaigns"], lists, loaded["contact_lists"], loaded["contacts"], loaded["orders"]
    )
    entries = ac.load_contact_automations(account=account, progress=False)
    automations = ac.load_automations(account=account, progress=False)
    loaded["touches"] = ac.metrics.list_touches(loaded["campaigns"], lists, loaded["contact_lists"])
    loaded["events"] = ac.metrics.contact_events(
        contacts=loaded["contacts"], touches=loaded["touches"], orders=loaded["orders"]
    )
    sent = loaded["campaigns"].filter(pl.col("type") == "single", pl.col("sends") > 0)
    loaded["latest"] = sent.sort("sent_at", descending=True)["campaign_id"].head(7).to_list()
    loaded["contact_automations"] = entries
    for name, table, key in (
        ("campaign_names", loaded["campaigns"], "campaign_id"),
        ("automation_names", automations, "automation_id"),
        ("score_names", ac.load_scores(account=account, progress=False), "score_id"),
    ):
        loaded[name] = dict(table.select(key, "name").iter_rows())
    now = ac.provenance("campaigns", account=account).fetched_at
    loaded["score_values"] = ac.load_score_values(account=account, progress=False)
    # As if the scores had been loaded before: an account of today has no history yet.
    loaded["scored_at"] = now - timedelta(days=91)
    observed = pl.lit(loaded["scored_at"]).alias("observed_at")
    loaded["score_history"] = loaded["score_values"].with_columns(observed)
    loaded["now"] = ac.provenance("campaigns", account=account).fetched_at
    loaded["zone"] = str(ac.data_as_of("campaigns", account=account).tzinfo)
    loaded["grown"], loaded["campaign_history"] = grown_campaign()
    loaded["today"] = ac.provenance("campaigns", account=account).fetched_at.date()
    return loaded


def grown_campaign() -> tuple[str, Any]:
    """Give the latest campaign of an account, and the counters that four days of refreshes kept."""
    session = ac.sandbox_account()
    account = session.start()
    try:
        for _ in range(9):
            campaigns = ac.load_campaigns(account=account, refresh=True, progress=False)
            session.advance(0.5)
        history = ac.history("campaigns", account=account)
    finally:
        session.stop()
    sent = campaigns.filter(pl.col("type") == "single", pl.col("sends") > 0)
    return sent.sort("sent_at")["campaign_id"][-1], history


def drawn(name: str, names: Mapping[str, Any]) -> Any:
    """Draw a chart.

    Args:
        name: Of the chart.
        names: Result of `frames`.
    """
    call, more = CALLS[name]
    public = {metric: getattr(ac.metrics, metric) for metric in ac.metrics.__all__}
    frame = eval(call, {**public, **names})  # noqa: S307 - the constants above
    options = eval(f"dict({more})", dict(names))  # noqa: S307 - likewise
    return getattr(charts, name)(frame, as_of=names["today"], **options)


def page(titles: Mapping[str, tuple[str, str]]) -> str:
    """Write the page.

    Args:
        titles: Title and description by chart.
    """
    head = """\
    # Gallery

    Every chart of the package, drawn on the synthetic account (`ac.sandbox_account()`). Each takes
    the frame that the metric of its name gives, says its finding in the title, and describes itself
    to those who do not see it. Made by `python docs/build_gallery.py`.

    The frames that the calls name:

    ```python
    import actoolkit as ac

    with ac.sandbox_account() as account:
        campaigns = ac.load_campaigns(account=account)
        campaign_lists = ac.load_campaign_lists(account=account)
        contacts = ac.load_contacts(account=account)
        contact_lists = ac.load_contact_lists(account=account)
        contact_automations = ac.load_contact_automations(account=account)
        orders = ac.load_ecom_orders(account=account)
        now = ac.data_as_of("campaigns", account=account)
    today, zone = now.date(), str(now.tzinfo)
    orders = orders.filter(orders["currency"] == "USD")
    touches = ac.metrics.list_touches(campaigns, campaign_lists, contact_lists)
    events = ac.metrics.contact_events(contacts=contacts, touches=touches, orders=orders)
    exposure = ac.metrics.campaign_exposure(
        campaigns,
        campaign_lists,
        contact_lists,
        contacts,
        orders,
    )
    ```

    Histories are what `ac.history` gives once an account was loaded several times.
    """
    parts = [textwrap.dedent(head)]
    for name, (title, description) in titles.items():
        call, more = CALLS[name]
        arguments = ", ".join(["frame", *([more] if more else []), "as_of=today"])
        parts.append(
            f"## {name}\n\n{title}.\n\n![{_alt(description)}](images/charts/{name}.png)\n\n"
            f"```text\nframe = ac.metrics.{call.replace('(rfm(', '(ac.metrics.rfm(')}\n"
            f"ac.charts.{name}({arguments})\n```\n"
        )
    return "\n".join(parts)


def _alt(text: str) -> str:
    return text.replace("[", "(").replace("]", ")").replace("\n", " ")


def smaller(picture: bytes) -> bytes:
    """Pack a PNG as tightly as its format allows, without a change of a pixel.

    Args:
        picture: The file's bytes.
    """
    head, place, packed = picture[:8], 8, b""
    kept: list[bytes] = []
    while place < len(picture):
        size = int.from_bytes(picture[place : place + 4])
        chunk = picture[place : place + size + 12]
        if chunk[4:8] == b"IDAT":
            packed += chunk[8 : 8 + size]
        else:
            kept.append(chunk)
        place += size + 12
    body = b"IDAT" + zlib.compress(zlib.decompress(packed), 9)
    data = (len(body) - 4).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)
    return head + b"".join([*kept[:-1], data, kept[-1]])


def build() -> None:
    """Draw the pictures and write the page."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    titles = {}
    with ac.sandbox_account() as account:
        names = frames(account)
        for name in CALLS:
            chart = drawn(name, names)
            titles[name] = (" ".join(chart.title.text), chart.description)
            picture = charts.save(chart, PICTURES / f"{name}.png", scale=1.0)
            picture.write_bytes(smaller(picture.read_bytes()))
    PAGE.write_text(page(titles), encoding="utf-8")


if __name__ == "__main__":
    build()
