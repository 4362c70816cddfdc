"""What the metrics of orders mean."""

from __future__ import annotations

from actoolkit.metrics.definitions import TOUCH_COLUMNS, Definition

_ORDERS = "https://developers.activecampaign.com/reference/list-all-orders"

ORDERS: tuple[Definition, ...] = (
    Definition(
        "revenue",
        "Revenue",
        "total of completed and recovered orders, shipping and tax included, per currency",
        numerator="revenue_cents",
        columns=("state", "currency", "total_cents", "ordered_local"),
        caveats=(
            "Currencies are never added.",
            "A recovered cart is the abandoned row itself, so it counts once.",
            "The vendor's own revenue reports leave shipping and tax out.",
            "The API tells of no refunds.",
        ),
        source=_ORDERS,
        function="revenue_by_period",
    ),
    Definition(
        "average_order",
        "Average order",
        "revenue ÷ completed and recovered orders, per currency",
        numerator="revenue_cents",
        denominator="orders",
        columns=("state", "currency", "total_cents", "ordered_local"),
        caveats=("A mean: a few large orders move it.",),
        source=_ORDERS,
        function="revenue_by_period",
    ),
    Definition(
        "order_match",
        "Matched orders",
        "completed and recovered orders whose e-mail address is a contact's",
        numerator="matched_orders",
        denominator="orders",
        columns=("email", "state", "currency", "total_cents"),
        caveats=("Addresses are compared trimmed and in lower case.",),
        source=_ORDERS,
        function="order_match",
    ),
    Definition(
        "joined_orders",
        "Orders joined",
        "each order once, with its contact by e-mail address, the last touch in the window before "
        "it, the campaign and automation of that, and the automations its contact was in",
        columns=(
            "order_id",
            "email",
            "customer_id",
            "state",
            "currency",
            "total_cents",
            "ordered_at",
            *TOUCH_COLUMNS,
            "is_rollup",
            "added_at",
            "removed_at",
            "name",
        ),
        caveats=(
            "Addresses are compared trimmed and in lower case.",
            "Of several contacts of one address the smallest id counts; the match says so.",
            "The roll-up customer, a sum over all stores, is dropped; the customer match says so.",
            "The last touch is no cause.",
        ),
        source=_ORDERS,
        function="joined_orders",
    ),
)
"""Definitions of orders, in the order of the reference."""
