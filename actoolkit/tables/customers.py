"""Customers of connected stores."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

ECOM_CUSTOMERS = Table(
    name="ecom_customers",
    grain="one row per customer and store, and one roll-up row per customer over all stores",
    key="customer_id",
    source="https://developers.activecampaign.com/reference/list-all-customers",
    columns=(
        Column("customer_id", "id", "id", "Identifies the customer."),
        Column("email", "email", "text", "E-mail address.", pii=True),
        Column(
            "connection_id",
            "connectionid",
            "id",
            "Store; null for the roll-up row.",
            aliases=("connection",),
        ),
        Column(
            "is_rollup",
            "connectionid",
            "none_id",
            "Whether the row adds up the others: leave it out of sums.",
        ),
        Column("external_id", "externalid", "id", "Customer in the store."),
        Column(
            "total_revenue_cents",
            "totalRevenue",
            "cents",
            "Revenue so far; the API names no currency.",
        ),
        Column("total_orders", "totalOrders", "count", "Orders so far.", "orders"),
        Column("total_products", "totalProducts", "count", "Products so far.", "products"),
        Column(
            "average_order_cents",
            "avgRevenuePerOrder",
            "cents",
            "Revenue per order as the API gives it.",
        ),
        Column(
            "average_product_category",
            "avgProductCategory",
            "text",
            "Category bought most, as the API gives it.",
        ),
        Column("accepts_marketing", "acceptsMarketing", "flag", "Consent given in the store."),
        Column("touched_at", "tstamp", "datetime", "Latest write to the record."),
    ),
    omitted={"links": "links"},
)
