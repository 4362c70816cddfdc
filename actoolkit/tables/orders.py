"""Orders of connected stores, abandoned carts among them, and their products."""

from __future__ import annotations

from actoolkit.tables.schema import Column, Table

ORDER_STATES = {
    "0": "pending",
    "1": "completed",
    "2": "abandoned",
    "3": "recovered",
    "4": "waiting",
}
"""States of an order; money came in for "completed" and "recovered" only."""

ECOM_ORDERS = Table(
    name="ecom_orders",
    grain="one row per order or abandoned cart; a recovered cart is the abandoned row itself",
    key="order_id",
    time_column="ordered_at",
    source="https://developers.activecampaign.com/reference/list-all-orders",
    columns=(
        Column("order_id", "id", "id", "Identifies the order."),
        Column("external_id", "externalid", "id", "Order in the store."),
        Column("external_checkout_id", "externalcheckoutid", "id", "Cart in the store."),
        Column("email", "email", "text", "Buyer's address.", pii=True),
        Column("customer_id", "customerid", "id", "Customer.", aliases=("customer",)),
        Column("connection_id", "connectionid", "id", "Store.", aliases=("connection",)),
        Column("state", "state", "code", "State of the order.", codes=ORDER_STATES),
        Column(
            "source",
            "source",
            "code",
            "Whether it was imported later or came as it happened.",
            codes={"0": "historical", "1": "real time"},
        ),
        Column("currency", "currency", "currency", "Currency of its amounts."),
        Column("total_cents", "totalPrice", "cents", "Total, shipping and tax included."),
        Column("shipping_cents", "shippingAmount", "cents", "Shipping."),
        Column("tax_cents", "taxAmount", "cents", "Tax."),
        Column("discount_cents", "discountAmount", "cents", "Discount."),
        Column("product_count", "totalProducts", "count", "Products in it.", "products"),
        Column("order_number", "orderNumber", "id", "Number that the buyer sees."),
        Column(
            "ordered_at",
            "orderDate",
            "datetime",
            "Order; where absent, its creation in the store, else its creation here.",
            fallback=("externalCreatedDate", "createdDate"),
        ),
        Column("external_created_at", "externalCreatedDate", "datetime", "Creation in the store."),
        Column(
            "external_updated_at", "externalUpdatedDate", "datetime", "Last change in the store."
        ),
        Column("created_at", "createdDate", "datetime", "Creation of the record."),
        Column("updated_at", "updatedDate", "datetime", "Last change of the record."),
        Column("abandoned_at", "abandonedDate", "datetime", "When the cart counted as abandoned."),
        Column("touched_at", "tstamp", "datetime", "Latest write to the record."),
        Column("shipping_method", "shippingMethod", "text", "Shipping method."),
        Column("order_url", "orderUrl", "text", "Page of the order.", pii=True),
        Column("order_product_ids", "orderProducts", "texts", "Its products."),
        Column("order_discount_ids", "orderDiscounts", "texts", "Its discounts."),
    ),
    omitted={"links": "links"},
)

ECOM_ORDER_PRODUCTS = Table(
    name="ecom_order_products",
    grain="one row per product of an order",
    key="order_product_id",
    time_column="created_at",
    source="https://developers.activecampaign.com/reference/list-ecomorderproducts",
    columns=(
        Column("order_product_id", "id", "id", "Identifies the line."),
        Column("order_id", "orderid", "id", "Order."),
        Column("external_id", "externalid", "id", "Product in the store."),
        Column("name", "name", "text", "Product's name."),
        Column("category", "category", "text", "Product's category."),
        Column("sku", "sku", "text", "Stock keeping unit."),
        Column("price_cents", "price", "cents", "Price of one, in the order's currency."),
        Column("quantity", "quantity", "count", "Pieces.", "pieces"),
        Column("connection_id", "connectionid", "id", "Store."),
        Column("created_at", "createdDate", "datetime", "Creation."),
        Column("updated_at", "updatedDate", "datetime", "Last change."),
        Column("touched_at", "tstamp", "datetime", "Latest write to the record."),
        Column("description", "description", "text", "Product's description."),
        Column("image_url", "imageUrl", "text", "Product's picture."),
        Column("product_url", "productUrl", "text", "Product's page."),
        Column(
            "ecom_order_id",
            "ecomOrder",
            "id",
            "Order as a second field gives it; the reference shows it unlike order_id.",
        ),
    ),
    omitted={"links": "links"},
)
