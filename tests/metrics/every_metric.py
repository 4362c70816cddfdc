"""A call of every metric on the tables of the sandbox, for tests of what all of them have to do."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import narwhals.stable.v2 as nw
import polars as pl

import actoolkit as ac
from actoolkit import metrics

TABLES = {
    "campaigns": ac.load_campaigns,
    "campaign_lists": ac.load_campaign_lists,
    "contact_lists": ac.load_contact_lists,
    "entries": ac.load_contact_automations,
    "mails": ac.load_email_activities,
    "contacts": ac.load_contacts,
    "orders": ac.load_ecom_orders,
    "customers": ac.load_ecom_customers,
    "products": ac.load_ecom_order_products,
    "score_values": ac.load_score_values,
}


SOON = datetime(2026, 6, 30, tzinfo=UTC)
SCORED = datetime(2026, 3, 1, tzinfo=UTC)


def joined(t):
    return metrics.joined_orders(
        t["orders"],
        t["contacts"],
        t["touches"],
        customers=t["customers"],
        contact_automations=t["entries"],
        campaigns=t["campaigns"],
    )


def attributed(model, t):
    return metrics.attributed_revenue(
        t["orders"], t["touches"], t["contacts"], model=model, window_days=14, by="kind"
    )


def of_dollars(orders):
    return nw.from_native(orders).filter(nw.col("currency") == "USD").to_native()


def reported(campaigns):
    typed = nw.from_native(campaigns).select("campaign_id", reported_cents=nw.col("sends"))
    return typed.to_native()


CALLS = {
    "campaign_rates": lambda t: metrics.campaign_rates(t["campaigns"]),
    "campaign_rates by type": lambda t: metrics.campaign_rates(t["campaigns"], by="type"),
    "campaign_funnel": lambda t: metrics.campaign_funnel(t["campaigns"]),
    "campaign_exposure": lambda t: metrics.campaign_exposure(
        t["campaigns"], t["campaign_lists"], t["contact_lists"], t["contacts"], t["orders"]
    ),
    "campaign_anomalies": lambda t: metrics.campaign_anomalies(t["campaigns"]),
    "shrunk_rates": lambda t: metrics.shrunk_rates(t["campaigns"], by="type"),
    "compare_campaigns": lambda t: metrics.compare_campaigns(
        t["campaigns"], baseline="11", others=["14", "17"]
    ),
    "campaign_curve": lambda t: metrics.campaign_curve(t["history"], t["campaigns"]),
    "engagement_heatmap": lambda t: metrics.engagement_heatmap(t["campaigns"]),
    "engagement_by_period": lambda t: metrics.engagement_by_period(t["campaigns"], grain="week"),
    "revenue_by_period": lambda t: metrics.revenue_by_period(t["orders"], grain="month"),
    **{
        f"revenue_by_period by {grain}": lambda t, grain=grain: metrics.revenue_by_period(
            t["orders"], grain=grain
        )
        for grain in ("quarter", "year")
    },
    "order_match": lambda t: metrics.order_match(t["orders"], t["contacts"]),
    "joined_orders": joined,
    "match_counts": lambda t: metrics.match_counts(joined(t)),
    "store_summary": lambda t: metrics.store_summary(t["orders"]),
    "rfm": lambda t: metrics.rfm(t["orders"], currency="USD"),
    "customer_purchases": lambda t: metrics.customer_purchases(t["orders"], currency="USD"),
    "clv": lambda t: metrics.clv(t["orders"], currency="USD", min_repeat_buyers=20),
    "clv_fit": lambda t: metrics.clv_fit(t["orders"], currency="USD", min_repeat_buyers=20),
    "clv_holdout": lambda t: metrics.clv_holdout(
        t["orders"], currency="USD", holdout_days=90, min_repeat_buyers=20
    ),
    "score_distribution": lambda t: metrics.score_distribution(t["score_values"]),
    "score_outcomes": lambda t: metrics.score_outcomes(
        t["score_history"], t["contacts"], t["orders"], as_of=SCORED
    ),
    "score_quality": lambda t: metrics.score_quality(
        t["score_history"], t["contacts"], t["orders"], as_of=SCORED
    ),
    "cohort_retention": lambda t: metrics.cohort_retention(t["orders"]),
    "cohort_revenue": lambda t: metrics.cohort_revenue(t["orders"]),
    "cart_abandonment": lambda t: metrics.cart_abandonment(t["orders"]),
    "second_order_survival": lambda t: metrics.second_order_survival(t["orders"]),
    "purchase_gaps": lambda t: metrics.purchase_gaps(t["orders"]),
    "top_products": lambda t: metrics.top_products(t["products"], t["orders"]),
    "pareto_share": lambda t: metrics.pareto_share(t["orders"]),
    "recency_tiers": lambda t: metrics.recency_tiers(t["contacts"], until="2026-06-30"),
    "engagement_decay": lambda t: metrics.engagement_decay(t["contacts"], until="2026-06-30"),
    "domain_mix": lambda t: metrics.domain_mix(t["contacts"]),
    "list_growth": lambda t: metrics.list_growth(t["contact_lists"]),
    "list_overlap": lambda t: metrics.list_overlap(t["contact_lists"]),
    "list_touches": lambda t: metrics.list_touches(
        t["campaigns"], t["campaign_lists"], t["contact_lists"]
    ),
    "flag_bots": lambda t: metrics.flag_bots(t["touches"]),
    "all_touches": lambda t: metrics.all_touches(
        metrics.automation_touches(t["entries"]), metrics.one_to_one_touches(t["mails"])
    ),
    **{
        f"attributed_revenue by {model}": partial(attributed, model)
        for model in ("last", "time_decay", "position", "vendor")
    },
    "attribution_coverage": lambda t: metrics.attribution_coverage(
        t["orders"], t["touches"], t["contacts"]
    ),
    "vendor_differences": lambda t: metrics.vendor_differences(
        t["orders"], t["touches"], t["contacts"]
    ),
    "reconcile_attribution": lambda t: metrics.reconcile_attribution(
        metrics.attributed_revenue(of_dollars(t["orders"]), t["touches"], t["contacts"]),
        reported(t["campaigns"]),
    ),
    "contact_events": lambda t: metrics.contact_events(
        contacts=t["contacts"], touches=t["touches"], orders=t["orders"]
    ),
    "contact_funnel": lambda t: metrics.contact_funnel(
        t["events"], ["joined", "listed", "ordered"], window_days=None
    ),
    "automation_funnel": lambda t: metrics.automation_funnel(t["entries"], until=SOON),
    "automation_progress": lambda t: metrics.automation_progress(t["entries"]),
    "fatigue": lambda t: metrics.fatigue(t["touches"], t["contact_lists"]),
    "bounce_health": lambda t: metrics.bounce_health(t["contacts"]),
    "revenue_change": lambda t: metrics.revenue_change(
        t["orders"], since="2026-01-01", until="2026-06-30"
    ),
    "clicks_change": lambda t: metrics.clicks_change(
        t["campaigns"], since="2026-01-01", until="2026-06-30"
    ),
    "touch_counts": lambda t: metrics.touch_counts(t["orders"], t["touches"], t["contacts"]),
    "touch_lags": lambda t: metrics.touch_lags(t["orders"], t["touches"], t["contacts"]),
    "field_completeness": lambda t: metrics.field_completeness(t["contacts"]),
    "attributed_orders": lambda t: metrics.attributed_orders(
        t["orders"], t["touches"], t["contacts"], model="linear"
    ),
    "attribution_sensitivity": lambda t: metrics.attribution_sensitivity(
        t["orders"], t["touches"], t["contacts"], models=["last", "vendor"], windows=[1, 14]
    ),
    "cart_recovery": lambda t: metrics.cart_recovery(t["orders"]),
    "data_quality": lambda t: metrics.data_quality(t["campaigns"], t["orders"], t["contacts"]),
    "new_vs_repeat": lambda t: metrics.new_vs_repeat(t["orders"]),
    "overview_kpis": lambda t: metrics.overview_kpis(
        t["campaigns"], t["orders"], since="2026-01-01", until="2026-06-30"
    ),
    "repeat_purchase": lambda t: metrics.repeat_purchase(t["orders"]),
    "repeat_within": lambda t: metrics.repeat_within(t["orders"]),
    "rfm_grid": lambda t: metrics.rfm_grid(metrics.rfm(t["orders"], currency="USD")),
    "rfm_segments": lambda t: metrics.rfm_segments(metrics.rfm(t["orders"], currency="USD")),
    "select_campaigns": lambda t: metrics.select_campaigns(
        t["campaigns"], t["campaign_lists"], since="2026-01-01", list_ids=["1", "2"]
    ),
    "automation_touches": lambda t: metrics.automation_touches(t["entries"]),
    "one_to_one_touches": lambda t: metrics.one_to_one_touches(t["mails"]),
    "touches_from_log": lambda t: metrics.touches_from_log(
        t["entries"], kind="automation", columns={"touched_at": "added_at"}
    ),
}


def seen(t):
    """Touches of four kinds: a click and an open the hour after each entry into an automation."""
    entered = metrics.automation_touches(t["entries"])
    hour = pl.col("touched_at") + pl.duration(hours=1)
    known = entered.with_columns(touched_at=hour, sent_at="touched_at", campaign_id="automation_id")
    return metrics.all_touches(
        metrics.list_touches(t["campaigns"], t["campaign_lists"], t["contact_lists"]),
        entered,
        *(known.with_columns(kind=pl.lit(kind)) for kind in ("click", "open")),
    )


def loaded(cache_dir):
    """The tables that the calls take, with what is made of them."""
    made = {}
    with ac.sandbox_account("tiny", cache_dir=cache_dir) as account:
        for name, load in TABLES.items():
            made[name] = load(account=account, progress=False)
        made["history"] = ac.history("campaigns", account=account)
    made["touches"] = seen(made)
    made["events"] = metrics.contact_events(
        contacts=made["contacts"], touches=made["touches"], orders=made["orders"]
    )
    made["score_history"] = made["score_values"].with_columns(observed_at=pl.lit(SCORED))
    return made
