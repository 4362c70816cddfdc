"""The store: orders, their products and the customers, as the API tells them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from actoolkit.sandbox import shop
from actoolkit.sandbox.brand import PRODUCTS
from actoolkit.sandbox.clock import DAY, iso
from actoolkit.sandbox.collection import BASE, Collection, Query, Refused
from actoolkit.sandbox.contacts import email
from actoolkit.sandbox.draws import Ints

if TYPE_CHECKING:
    from actoolkit.sandbox.world import World

HISTORICAL = 60 * DAY
"""Orders of the first days came by import."""
ROLL_UP = 500_000_000


def _select(world: World, query: Query) -> Ints:
    o = world.orders
    rows = np.arange(world.order_count)
    wanted = query.named("filters")
    if (text := wanted.get("state")) is not None:
        if text not in "01234":
            raise Refused(422, {})
        rows = rows[[world.order_state(row) == text for row in rows.tolist()]]
    if (text := wanted.get("connectionid")) and text.isdigit():
        rows = rows[(o.euro[rows] + 1) == int(text)]
    if (text := wanted.get("customerid")) and text.isdigit():
        rows = rows[[customer_id(world, row) == int(text) for row in rows.tolist()]]
    if address := wanted.get("email"):
        rows = rows[[email(world, int(o.contact[row])) == address.lower() for row in rows.tolist()]]
    for name, direction in query.named("orders").items():
        if name == "external_created_date" and direction.upper() == "DESC":
            rows = rows[::-1]
    return rows


def customer_id(world: World, row: int) -> int:
    """Id of the store's customer of an order: one for each contact and shop."""
    return 2 * int(world.people.ids[world.orders.contact[row]]) + int(world.orders.euro[row])


def _render(world: World, rows: Ints) -> list[str]:
    o, made = world.orders, []
    for row in rows.tolist():
        ident, minute, state = int(o.ids[row]), int(o.minute[row]), world.order_state(row)
        euro, cart = bool(o.euro[row]), int(o.kind[row]) == shop.CART
        currency = (
            ("eur" if ident % 7 == 0 else "EUR") if euro else ("usd" if ident % 9 == 0 else "USD")
        )
        address = email(world, int(o.contact[row]))
        if ident % 13 == 0:
            address = address.title() + " "
        count = int(o.quantity[o.first_line[row] : o.first_line[row + 1]].sum())
        recovered = int(o.recovered[row])
        changed = recovered if state == "3" else min(minute + 30, world.minute)
        external = f'"C{ident}"' if state == "2" else f'"S{ident}"'
        checkout = f'"K{ident}"' if cart else "null"
        left = f'"{iso(minute + 60)}"' if state in ("2", "3") else "null"
        lines = ",".join(
            f'"{n + 1}"' for n in range(int(o.first_line[row]), int(o.first_line[row + 1]))
        )
        text = '"' if ident % 2 else ""
        placed = recovered if state == "3" else minute
        base = f"{BASE}/ecomOrders/{ident}"
        customer = customer_id(world, row)
        made.append(
            f'{{"externalid":{external},"source":"{int(minute >= HISTORICAL)}","email":"{address}","currency":"{currency}",'
            f'"connectionid":"{euro + 1}","customerid":"{customer}","orderUrl":"https://shop.example.com/orders/{ident}",'
            f'"shippingMethod":"Parcel","totalPrice":{text}{world.order_total(row)}{text},'
            f'"shippingAmount":{text}{o.shipping[row]}{text},"taxAmount":{text}0{text},'
            f'"discountAmount":{text}{o.discount[row]}{text},"externalCreatedDate":"{iso(minute)}",'
            f'"totalProducts":{text}{count}{text},"createdDate":"{iso(min(minute + 1, world.minute))}",'
            f'"updatedDate":"{iso(changed)}","state":{text}{state}{text},"connection":"{euro + 1}",'
            f'"orderProducts":[{lines}],"orderDiscounts":[],"customer":"{customer}","orderDate":"{iso(placed)}",'
            f'"tstamp":"{iso(changed)}","links":{{"connection":"{base}/connection","customer":"{base}/customer",'
            f'"orderProducts":"{base}/orderProducts","orderDiscounts":"{base}/orderDiscounts",'
            f'"orderActivities":"{base}/orderActivities"}},"id":"{ident}","externalcheckoutid":{checkout},'
            f'"orderNumber":"{ident}","externalUpdatedDate":"{iso(changed)}","abandonedDate":{left}}}'
        )
    return made


def _select_lines(world: World, query: Query) -> Ints:
    return np.arange(int(world.orders.first_line[world.order_count]))


def _render_lines(world: World, rows: Ints) -> list[str]:
    o, made = world.orders, []
    owner = np.searchsorted(o.first_line, rows, side="right") - 1
    for line, row in zip(rows.tolist(), owner.tolist(), strict=True):
        one, order, minute = PRODUCTS[o.product[line]], int(o.ids[row]), iso(int(o.minute[row]))
        base = f"{BASE}/ecomOrderProducts/{line + 1}"
        made.append(
            f'{{"externalid":"P{o.product[line] + 1}","name":"{one.name}","price":"{one.price}",'
            f'"quantity":"{o.quantity[line]}","category":"{one.category}","sku":"{one.sku}","description":"",'
            f'"imageUrl":"","productUrl":"https://shop.example.com/{one.sku}","orderid":"{order}",'
            f'"connectionid":"{o.euro[row] + 1}","createdDate":"{minute}","updatedDate":"{minute}",'
            f'"tstamp":"{minute}","links":{{"ecomOrder":"{base}/ecomOrder"}},"id":"{line + 1}","ecomOrder":"{order}"}}'
        )
    return made


@lru_cache(maxsize=4)
def _customers(world: World, minute: int) -> tuple[Ints, Mapping[str, Ints]]:
    """Customers by first order, and sums of what each paid by now."""
    o, size = world.orders, world.order_count
    paid = np.array([world.order_state(row) in ("1", "3") for row in range(size)], bool)
    contact = o.contact[:size]
    known, first = np.unique(contact, return_index=True)
    place = np.searchsorted(known, contact)
    total = (o.subtotal - o.discount + o.shipping)[:size]
    lines = np.diff(o.first_line)[:size]
    sums = {
        "euro": o.euro[first].astype(np.int64),
        "first": o.minute[first],
        "orders": np.bincount(place[paid], minlength=len(known)),
        "revenue": np.bincount(place[paid], weights=total[paid], minlength=len(known)).astype(
            np.int64
        ),
        "products": np.bincount(place[paid], weights=lines[paid], minlength=len(known)).astype(
            np.int64
        ),
    }
    return known, sums


def _select_customers(world: World, query: Query) -> Ints:
    known, sums = _customers(world, world.minute)
    rows = np.arange(2 * len(known))
    wanted = query.named("filters")
    if (text := wanted.get("connectionid")) is not None:
        shops = np.where(rows % 2 == 1, 0, np.repeat(sums["euro"] + 1, 2))
        rows = rows[shops == int(text)] if text.isdigit() else rows[:0]
    return rows


def _render_customers(world: World, rows: Ints) -> list[str]:
    """Two rows for each customer: the shop's own, and the roll-up with connection "0"."""
    known, sums = _customers(world, world.minute)
    made = []
    for row in rows.tolist():
        place, roll_up = row // 2, row % 2 == 1
        contact, euro = int(known[place]), int(sums["euro"][place])
        number = 2 * int(world.people.ids[contact]) + euro
        ident = ROLL_UP + number if roll_up else number
        orders, revenue = int(sums["orders"][place]), int(sums["revenue"][place])
        made.append(
            f'{{"connectionid":"{0 if roll_up else euro + 1}","externalid":"{0 if roll_up else number}",'
            f'"email":"{email(world, contact)}","totalRevenue":"{revenue}","totalOrders":"{orders}",'
            f'"totalProducts":"{sums["products"][place]}","avgRevenuePerOrder":"{revenue // orders if orders else 0}",'
            f'"avgProductCategory":"Coffee","tstamp":"{iso(int(sums["first"][place]))}","acceptsMarketing":"1",'
            f'"links":{{"connection":"/api/3/ecomCustomers/{ident}/connection","orders":"/api/3/ecomCustomers/{ident}/orders"}},'
            f'"id":"{ident}","connection":{"null" if roll_up else chr(34) + str(euro + 1) + chr(34)}}}'
        )
    return made


ECOM_ORDERS = Collection("ecomOrders", "string", _select, _render)
ECOM_ORDER_PRODUCTS = Collection("ecomOrderProducts", "absent", _select_lines, _render_lines)
ECOM_CUSTOMERS = Collection("ecomCustomers", "string", _select_customers, _render_customers)
