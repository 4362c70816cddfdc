"""What each metric of the store and its customers means, in words that a report can print."""

from __future__ import annotations

from actoolkit.metrics.definitions import Definition

_ORDERS = "https://developers.activecampaign.com/reference/list-all-orders"
_LINES = "https://developers.activecampaign.com/reference/list-ecomorderproducts"
_SURVIVAL = "https://doi.org/10.1080/01621459.1958.10501452"
_RFM = "https://docs.churned.io/churned-docs/dashboard-and-features/rfv-model-segment-best-practices/rfm-model"

_DATED = ("email", "state", "ordered_local")
_MONEY = ("state", "currency", "total_cents", "ordered_local")
_SUMMARY = (*_MONEY, "email", "discount_cents", "product_count")
_CUSTOMER = "A customer is an e-mail address, trimmed and in lower case; one person may have two."
_LATE = "Where the history begins late, people who bought before it count as new."
_CURRENCY = "Currencies are never added."
_CART = (
    "state",
    "currency",
    "total_cents",
    "ordered_at",
    "ordered_local",
    "abandoned_at",
)

STORE: tuple[Definition, ...] = (
    Definition(
        "revenue_change",
        "What changed the revenue",
        "logarithmic mean of the revenue before and after x ln(factor after ÷ factor before), for "
        "customers, orders per customer and average order",
        columns=("email", "state", "currency", "total_cents", "ordered_local"),
        caveats=(
            "Says which number moved, not why.",
            "The days before are as many; a season or a holiday may lie in one of the two.",
        ),
        source="https://doi.org/10.1016/j.enpol.2003.10.010",
        function="revenue_change",
    ),
    Definition(
        "clicks_change",
        "What changed the clicks",
        "logarithmic mean of the clicks before and after x ln(factor after ÷ factor before), for "
        "one-off campaigns, mails per campaign and click rate",
        columns=(
            "automation_id",
            "sends",
            "hard_bounces",
            "soft_bounces",
            "clickers",
            "sent_local",
        ),
        caveats=(
            "Says which number moved, not why.",
            "Mails of automations add up since the automation began, and are left out.",
        ),
        source="https://doi.org/10.1016/j.enpol.2003.10.010",
        function="clicks_change",
    ),
    Definition(
        "store_summary",
        "Store summary",
        "revenue, orders, mean and median order, products, discounts and customers of completed "
        "and recovered orders, per period and currency",
        columns=_SUMMARY,
        caveats=(_CURRENCY, "Customers do not add up over periods."),
        source=_ORDERS,
        function="store_summary",
    ),
    Definition(
        "median_order",
        "Median order",
        "the order that half of all orders exceed, per currency",
        columns=_SUMMARY,
        caveats=("The mean of the middle two for an even number of orders.",),
        source=_ORDERS,
        function="store_summary",
    ),
    Definition(
        "discount_share",
        "Discount share",
        "discounts ÷ (revenue + discounts), per currency",
        numerator="discount_cents",
        denominator="revenue_cents + discount_cents",
        columns=_SUMMARY,
        caveats=("An order without a known discount counts as not discounted.",),
        source=_ORDERS,
        function="store_summary",
    ),
    Definition(
        "repeat_share",
        "Repeat orders",
        "orders of customers who had ordered before ÷ orders of known customers",
        numerator="repeat_orders",
        denominator="new_orders + repeat_orders",
        columns=("order_id", "email", *_MONEY, "ordered_at"),
        caveats=(_CUSTOMER, _LATE),
        source=_ORDERS,
        function="new_vs_repeat",
    ),
    Definition(
        "repeat_rate",
        "Repeat purchase rate",
        "customers with a second order ÷ customers with an order",
        numerator="repeat_customers",
        denominator="customers",
        columns=_DATED,
        caveats=(
            _CUSTOMER,
            _LATE,
            "Within a number of days: only customers observed for at least so many are counted.",
        ),
        source=_ORDERS,
        function="repeat_within",
    ),
    Definition(
        "waiting_share",
        "Time to second order",
        "product of 1 - second orders ÷ customers still at risk, day by day (Kaplan-Meier)",
        numerator="second_orders",
        denominator="at_risk",
        columns=_DATED,
        caveats=(
            _CUSTOMER,
            "Customers without a second order count for as long as they were observed.",
            "Newer customers are taken to behave like older ones.",
            "The interval holds for one day at a time, not for the whole curve.",
        ),
        source=_SURVIVAL,
        function="second_order_survival",
    ),
    Definition(
        "purchase_gap",
        "Days between orders",
        "days of the account's calendar from one order of a customer to the next: quartiles, mean",
        columns=_DATED,
        caveats=(_CUSTOMER, "Gaps that have not ended are not seen, which makes them short."),
        source=_ORDERS,
        function="purchase_gaps",
    ),
    Definition(
        "product_revenue",
        "Product revenue",
        "price times pieces of completed and recovered orders, per product and currency",
        numerator="revenue_cents",
        columns=(
            "order_id",
            "name",
            "quantity",
            "price_cents",
            "email",
            "state",
            "currency",
            "ordered_local",
        ),
        caveats=(
            "Before the order's discount, without shipping and tax: it does not add up to revenue.",
            _CURRENCY,
        ),
        source=_LINES,
        function="top_products",
    ),
    Definition(
        "revenue_share_of_top_customers",
        "Revenue of the best customers",
        "revenue of the customers who brought most ÷ revenue of all, per currency",
        numerator="top_revenue_cents",
        denominator="revenue_cents",
        columns=("email", *_MONEY),
        caveats=(_CUSTOMER, "In a short window chance alone makes some customers look best."),
        source=_ORDERS,
        function="pareto_share",
    ),
    Definition(
        "abandonment_rate",
        "Cart abandonment",
        "abandoned and recovered carts ÷ completed, abandoned and recovered carts",
        numerator="abandoned_carts",
        denominator="carts",
        columns=_CART,
        caveats=("Shops report only carts whose owner they know.", _CURRENCY),
        source=_ORDERS,
        function="cart_abandonment",
    ),
    Definition(
        "recovery_rate",
        "Cart recovery",
        "abandoned carts that came back within a number of days ÷ carts abandoned at least so many "
        "days before the last day observed",
        numerator="recovered_carts",
        denominator="abandoned_carts",
        columns=_CART,
        caveats=(
            "A recovered cart need not have come back because of a mail.",
            "Days of abandonment go by the clock of the order: if it changed, an hour may be off.",
            _CURRENCY,
        ),
        source=_ORDERS,
        function="cart_recovery",
    ),
    Definition(
        "rfm",
        "Recency, frequency, monetary value",
        "days since the last order, number of orders and revenue of each customer, ranked and cut "
        "into fifths; segments by a table of rules",
        columns=("email", *_MONEY),
        caveats=(
            _CUSTOMER,
            "Scores compare customers with each other: a fifth is best in every shop.",
            "Equal customers are parted by their address, or kept together on request.",
            "Not the inputs of a lifetime value model, which count repeat orders only.",
        ),
        source=_RFM,
        function="rfm",
    ),
    Definition(
        "retention_rate",
        "Cohort retention",
        "customers of a cohort with an order in a later month ÷ customers of the cohort",
        numerator="buyers",
        denominator="customers",
        columns=_DATED,
        caveats=(_CUSTOMER, _LATE, "Months that are not over are left empty."),
        source=_ORDERS,
        function="cohort_retention",
    ),
    Definition(
        "cohort_revenue",
        "Cohort revenue",
        "revenue of a cohort up to a later month ÷ customers of the cohort, per currency",
        numerator="cumulative_revenue_cents",
        denominator="customers",
        columns=("email", *_MONEY),
        caveats=(_CUSTOMER, _LATE, "Months that are not over are left empty.", _CURRENCY),
        source=_ORDERS,
        function="cohort_revenue",
    ),
)
"""Definitions of the store and its customers, in the order of the reference."""
