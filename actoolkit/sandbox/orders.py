"""The store: orders, their products and the customers, as the API tells them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from actoolkit.sandbox import shop
from actoolkit.sandbox.brand import PRODUCTS
from actoolkit.sandbox.clock import DAY, iso
from actoolkit.sandbox.collection import (
    BASE,
    Collection,
    Query,
    Refused,
    Rows,
    holds,
    kept_moments,
    kept_numbers,
    known_by_now,
    text_of,
)
from actoolkit.sandbox.contact_filters import email, position_of_email
from actoolkit.sandbox.draws import Ints
from actoolkit.sandbox.shop import ABANDONED_AFTER, PENDING_MINUTES

if TYPE_CHECKING:
    from actoolkit.sandbox.world import World

HISTORICAL = 60 * DAY
"""Orders of the first days came by import."""
ROLL_UP = 500_000_000
CODES = ("0", "1", "2", "3", "4")


@known_by_now
def states(world: World) -> Ints:
    """Wire codes of the states of all orders by now."""
    o, size = world.orders, world.order_count
    kind, age = o.kind[:size], world.minute - o.minute[:size]
    cart = np.where(o.recovered[:size] <= world.minute, 3, np.where(age >= ABANDONED_AFTER, 2, 0))
    plain = np.where((kind == shop.PENDING) | (age < PENDING_MINUTES), 0, 1)
    return np.select([kind == shop.CART, kind == shop.WAITING], [cart, np.full(size, 4)], plain)


def customers(world: World, rows: Ints) -> Ints:
    """Ids of the store's customers of orders: one for each contact and shop."""
    return 2 * world.people.ids[world.orders.contact[rows]] + world.orders.euro[rows]


def external_ids(world: World, rows: Ints) -> list[str]:
    """Ids of orders in their shop; an abandoned cart has another one."""
    idents, codes = world.orders.ids[rows].tolist(), states(world)[rows].tolist()
    return [
        f"{'C' if code == 2 else 'S'}{ident}" for ident, code in zip(idents, codes, strict=True)
    ]


def checkout_ids(world: World, rows: Ints) -> list[str]:
    """Ids of the checkouts of carts, "" for other orders."""
    o = world.orders
    known = zip(o.ids[rows].tolist(), o.kind[rows].tolist(), strict=True)
    return [f"K{ident}" if kind == shop.CART else "" for ident, kind in known]


def _addresses(world: World, rows: Ints) -> list[str]:
    return [email(world, p) for p in world.orders.contact[rows].tolist()]


TEXTS: Mapping[str, Callable[[World, Ints], list[str]]] = {
    "externalid": external_ids,
    "externalcheckoutid": checkout_ids,
    "email": _addresses,
}
NUMBERS: Mapping[str, Callable[[World, Ints], Ints]] = {
    "connectionid": lambda world, rows: world.orders.euro[rows] + 1,
    "customerid": customers,
    "state": lambda world, rows: states(world)[rows],
}


def _select(world: World, query: Query) -> Rows:
    rows: Rows = range(world.order_count)
    minute = world.orders.minute
    for name, operator, text in query.tests("filters"):
        rows = np.asarray(rows, np.int64)
        if name in NUMBERS:
            if not text.isdecimal() or (name == "state" and text not in CODES):
                raise Refused(422, {})
            rows = rows[kept_numbers(NUMBERS[name](world, rows), operator, text)]
        elif name in TEXTS:
            known = TEXTS[name](world, rows)
            rows = rows[np.array([holds(value, operator, text) for value in known], bool)]
        elif name == "external_created_date":
            rows = rows[kept_moments(minute[rows], operator, text)]
    for name, direction in reversed(query.named("orders").items()):
        if name in (*NUMBERS, *TEXTS, "external_created_date"):
            rows = np.asarray(rows, np.int64)
            if name in TEXTS:
                _, keys = np.unique(np.array(TEXTS[name](world, rows)), return_inverse=True)
            else:
                keys = NUMBERS[name](world, rows) if name in NUMBERS else minute[rows]
            rows = rows[np.argsort(-keys if direction.upper() == "DESC" else keys, kind="stable")]
    return rows


def _render(world: World, rows: Ints) -> list[str]:
    o, made = world.orders, []
    facts = zip(
        rows.tolist(),
        states(world)[rows].tolist(),
        customers(world, rows).tolist(),
        external_ids(world, rows),
        checkout_ids(world, rows),
        strict=True,
    )
    for row, state, customer, external, checkout in facts:
        ident, minute = int(o.ids[row]), int(o.minute[row])
        euro = bool(o.euro[row])
        currency = (
            ("eur" if ident % 7 == 0 else "EUR") if euro else ("usd" if ident % 9 == 0 else "USD")
        )
        address = email(world, int(o.contact[row]))
        if ident % 13 == 0:
            address = address.title() + " "
        count = int(o.quantity[o.first_line[row] : o.first_line[row + 1]].sum())
        recovered = int(o.recovered[row])
        after = {1: PENDING_MINUTES, 2: ABANDONED_AFTER}.get(state, 0)
        changed = recovered if state == 3 else minute + after
        left = f'"{iso(minute + ABANDONED_AFTER)}"' if state in (2, 3) else "null"
        lines = ",".join(
            f'"{n + 1}"' for n in range(int(o.first_line[row]), int(o.first_line[row + 1]))
        )
        text = '"' if ident % 2 else ""
        placed = recovered if state == 3 else minute
        base = f"{BASE}/ecomOrders/{ident}"
        made.append(
            f'{{"externalid":"{external}","source":"{int(minute >= HISTORICAL)}","email":"{address}","currency":"{currency}",'
            f'"connectionid":"{euro + 1}","customerid":"{customer}","orderUrl":"https://shop.example.com/orders/{ident}",'
            f'"shippingMethod":"Parcel","totalPrice":{text}{world.order_total(row)}{text},'
            f'"shippingAmount":{text}{o.shipping[row]}{text},"taxAmount":{text}0{text},'
            f'"discountAmount":{text}{o.discount[row]}{text},"externalCreatedDate":"{iso(minute)}",'
            f'"totalProducts":{text}{count}{text},"createdDate":"{iso(min(minute + 1, world.minute))}",'
            f'"updatedDate":"{iso(changed)}","state":{text}{state}{text},"connection":"{euro + 1}",'
            f'"orderProducts":[{lines}],"orderDiscounts":[],"customer":"{customer}","orderDate":"{iso(placed)}",'
            f'"tstamp":"{iso(changed)}","links":{{"connection":"{base}/connection","customer":"{base}/customer",'
            f'"orderProducts":"{base}/orderProducts","orderDiscounts":"{base}/orderDiscounts",'
            f'"orderActivities":"{base}/orderActivities"}},"id":"{ident}","externalcheckoutid":{text_of(checkout or None)},'
            f'"orderNumber":"{ident}","externalUpdatedDate":"{iso(changed)}","abandonedDate":{left}}}'
        )
    return made


def _select_lines(world: World, query: Query) -> Rows:
    return range(int(world.orders.first_line[world.order_count]))


def lines_of(world: World, ident: str) -> list[str]:
    """Write the products of one order as JSON.

    Raises:
        Refused: There is no such order.
    """
    o = world.orders
    row = int(np.searchsorted(o.ids, int(ident))) if ident.isdecimal() else -1
    if not 0 <= row < world.order_count or str(o.ids[row]) != ident:
        raise Refused(404, {"message": f"No Result found for EcomOrder with id {ident}"})
    return _render_lines(world, np.arange(o.first_line[row], o.first_line[row + 1]))


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


@known_by_now
def _customers(world: World) -> tuple[Ints, Mapping[str, Ints]]:
    """Customers by first order, and sums of what each paid by now."""
    o, size = world.orders, world.order_count
    paid = np.isin(states(world), (1, 3))
    contact = o.contact[:size]
    known, first = np.unique(contact, return_index=True)
    place = np.searchsorted(known, contact)

    def sums(amounts: Ints) -> Ints:
        return np.bincount(place[paid], weights=amounts[paid], minlength=len(known)).astype(
            np.int64
        )

    pieces = np.add.reduceat(o.quantity, o.first_line[:-1])[:size] if size else o.quantity[:0]
    return known, {
        "euro": o.euro[first].astype(np.int64),
        "first": o.minute[first],
        "orders": sums(np.ones(size, np.int64)),
        "revenue": sums((o.subtotal - o.discount + o.shipping)[:size]),
        "products": sums(pieces),
    }


def _select_customers(world: World, query: Query) -> Rows:
    known, sums = _customers(world)
    rows: Rows = range(2 * len(known))
    for name, operator, text in query.tests("filters"):
        rows = np.asarray(rows, np.int64)
        place, roll_up = rows // 2, rows % 2 == 1
        number = 2 * world.people.ids[known[place]] + sums["euro"][place]
        if name == "email":
            here = position_of_email(world, text)
            rows = rows[known[place] == (-1 if here is None else here)]
        elif name == "externalid":
            external = np.where(roll_up, 0, number).tolist()
            rows = rows[np.array([holds(str(one), operator, text) for one in external], bool)]
        elif name == "connectionid":
            shops = np.where(roll_up, 0, sums["euro"][place] + 1)
            rows = rows[kept_numbers(shops, operator, text)]
    return rows


def _render_customers(world: World, rows: Ints) -> list[str]:
    """Two rows for each customer: the shop's own, and the roll-up with connection "0"."""
    known, sums = _customers(world)
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
