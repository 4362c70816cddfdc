"""What attribution and its checks mean, in words that a report can print."""

from __future__ import annotations

from actoolkit.metrics.definitions import TOUCH_COLUMNS, Definition

_ORDERS = "https://developers.activecampaign.com/reference/list-all-orders"
_VENDOR = "https://help.activecampaign.com/hc/en-us/articles/360003444039"
_COUNTED = (
    "order_id",
    "email",
    "state",
    "currency",
    "total_cents",
    "ordered_at",
    *TOUCH_COLUMNS,
)
_NET = ("shipping_cents", "tax_cents")
"""What the vendor's rule takes off an order, and whoever asks for net values."""
_NO_CAUSE = "A credit is not a cause: those who read mail buy more anyway."
_API = (
    "The API has no log of who opened or clicked which mail: without a log of your own, touches "
    "are what was sent to lists and who entered automations."
)

ATTRIBUTION: tuple[Definition, ...] = (
    Definition(
        "attributed_revenue",
        "Attributed revenue",
        "value of each order, divided among the touches of its contact in the window before it by "
        "the chosen model",
        numerator="credited_cents",
        denominator="revenue of the currency",
        columns=(*_COUNTED, *_NET),
        caveats=(
            _NO_CAUSE,
            _API,
            "Credited and unattributed cents add up to the revenue, for every model and window.",
            "The vendor's model, and whoever asks for net values, leaves out shipping and tax.",
            "Touches of one moment are put in order by kind, campaign and automation.",
        ),
        source=_VENDOR,
        function="attributed_revenue",
    ),
    Definition(
        "attribution_coverage",
        "Reach of attribution",
        "orders of known contacts, of contacts with a touch before, of contacts with one in the "
        "window ÷ orders that brought money",
        numerator="orders",
        denominator="orders of the currency",
        columns=_COUNTED,
        caveats=("What the window does not reach, no model can credit.",),
        source=_ORDERS,
        function="attribution_coverage",
    ),
    Definition(
        "attribution_sensitivity",
        "Attributed revenue by window",
        "attributed revenue ÷ revenue, for windows of several lengths",
        numerator="credited_cents",
        denominator="revenue of the currency",
        columns=(*_COUNTED, *_NET),
        caveats=(
            "A share that grows with the window for ever is one of chance.",
            _NO_CAUSE,
        ),
        source=_ORDERS,
        function="attribution_sensitivity",
    ),
    Definition(
        "touch_counts",
        "Touches before an order",
        "orders by the number of touches in the window before them",
        numerator="orders",
        denominator="orders of the currency",
        columns=_COUNTED,
        caveats=("With one touch all models say the same.",),
        source=_ORDERS,
        function="touch_counts",
    ),
    Definition(
        "touch_lags",
        "Days from touch to order",
        "orders by full days since the last touch before them",
        numerator="orders",
        denominator="orders with a touch in the window",
        columns=_COUNTED,
        caveats=("Orders that only happened to follow a mail are spread over all days.",),
        source=_ORDERS,
        function="touch_lags",
    ),
)
"""The definitions of attribution, in the order of the reference."""
