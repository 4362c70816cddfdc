"""What people buy: orders by themselves, orders because of mail, carts left and recovered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from actoolkit.sandbox.brand import POPULARITY, PRODUCTS
from actoolkit.sandbox.clock import DAY, HISTORY, HORIZON, NEVER, moment
from actoolkit.sandbox.draws import (
    Flags,
    Floats,
    Ints,
    chances,
    log_logistic,
    occurrences,
    pick,
    stream,
)
from actoolkit.sandbox.people import People

BY_MONTH = (0.82, 0.84, 0.92, 0.94, 0.96, 0.88, 0.8, 0.82, 0.98, 1.06, 1.5, 1.75)
END = HISTORY + HORIZON
ORDER, CART, WAITING, PENDING = range(4)
PENDING_MINUTES = 45
"""An order counts as completed after these."""
ABANDONED_AFTER = 60
"""A cart counts as abandoned after these."""


@dataclass(frozen=True, slots=True)
class Purchases:
    """Wishes to buy, before they become rows: minute, contact, cause and kind of each."""

    minute: Ints
    contact: Ints
    cause: Ints
    kind: Ints


@dataclass(slots=True)
class Orders:
    """Orders in the order of their ids; ``cause`` is the number of a mailing, or -1.

    A cart with a cause may have come back all the same: ``otherwise`` is the minute of that.
    """

    ids: Ints
    minute: Ints
    contact: Ints
    cause: Ints
    kind: Ints
    recovered: Ints
    otherwise: Ints
    euro: Flags
    subtotal: Ints
    discount: Ints
    shipping: Ints
    first_line: Ints
    product: Ints
    quantity: Ints


def by_themselves(seed: int, crowd: People) -> Purchases:
    """Draw the purchases that no mail caused, and the carts that were left."""
    draw = stream(seed, "shop")
    size = len(crowd.ids)
    first = np.maximum(crowd.joined, 0)
    years = np.maximum(END - first, 0) / (365.0 * DAY)
    found: list[tuple[Ints, Ints, Ints]] = []
    for kind, yearly in ((ORDER, 2.6), (CART, 0.95), (WAITING, 0.012), (PENDING, 0.02)):
        number = occurrences(draw.random(size), crowd.spending * years * yearly)
        contact = np.repeat(np.arange(size), number)
        u = draw.random(len(contact))
        minute = first[contact] + np.rint(u * (END - first[contact])).astype(np.int64)
        keep = draw.random(len(contact)) < chances(_season(minute))
        found.append((minute[keep], contact[keep], np.full(keep.sum(), kind)))
    minutes, contacts, kinds = (np.concatenate(part) for part in zip(*found, strict=True))
    return Purchases(minutes, contacts, np.full(len(minutes), -1), kinds)


def _season(minute: Ints) -> Floats:
    months = np.array([moment(day * DAY).month - 1 for day in range(END // DAY + 2)])
    seasonal: Floats = np.asarray(BY_MONTH)[months[np.clip(minute // DAY, 0, END // DAY)]] / max(
        BY_MONTH
    )
    return seasonal


def orders(
    seed: int,
    crowd: People,
    wishes: list[Purchases],
    *,
    recovered: Ints,
    otherwise: Ints,
    causes: Ints,
) -> Orders:
    """Make rows of purchases.

    Args:
        seed: Seed of the world.
        crowd: Everybody.
        wishes: The purchases by themselves first, then those of each mailing.
        recovered: Minute at which each cart of the first part was recovered, NEVER otherwise.
        otherwise: Minute at which it would have been without mail, NEVER otherwise.
        causes: Mailing that recovered it, or -1.
    """
    minute = np.concatenate([w.minute for w in wishes])
    contact = np.concatenate([w.contact for w in wishes])
    kind = np.concatenate([w.kind for w in wishes])
    cause = np.concatenate([w.cause for w in wishes])
    back, anyway = np.full(len(minute), NEVER), np.full(len(minute), NEVER)
    back[: len(recovered)] = recovered
    anyway[: len(otherwise)] = otherwise
    cause[: len(causes)] = np.where(causes >= 0, causes, cause[: len(causes)])
    order = np.lexsort((contact, minute))
    order = order[minute[order] < END]
    minute, contact, kind, cause, back, anyway = (
        part[order] for part in (minute, contact, kind, cause, back, anyway)
    )
    draw = stream(seed, "baskets")
    size = len(minute)
    u = draw.random(size)
    lines = 1 + (u < 0.46) + (u < 0.17) + (u < 0.05)
    first_line = np.concatenate([[0], np.cumsum(lines)])
    total_lines = int(first_line[-1])
    product = pick(draw.random(total_lines), list(POPULARITY))
    quantity = 1 + (draw.random(total_lines) < 0.2) + (draw.random(total_lines) < 0.04)
    price = np.array([one.price for one in PRODUCTS])[product]
    subtotal = np.add.reduceat(price * quantity, first_line[:-1]) if size else np.zeros(0, np.int64)
    cut = draw.random(size) < np.where(cause >= 0, 0.5, 0.12)
    discount = np.where(cut, subtotal // 10, 0)
    shipping = np.where(subtotal - discount >= 5000, 0, 490)
    euro = stream(seed, "currency").random(len(crowd.ids)) < 0.09
    gaps = np.cumsum(1 + (draw.random(size) < 0.03))
    return Orders(
        400 + gaps,
        minute,
        contact,
        cause,
        kind,
        back,
        anyway,
        euro[contact],
        subtotal,
        discount,
        shipping,
        first_line,
        product,
        quantity,
    )


def recover(
    seed: int, count: int, clicked: Ints, mailing: int, left: Ints
) -> tuple[Ints, Ints, Ints]:
    """Draw which carts come back: some by themselves, more after a click on the reminder.

    Args:
        seed: Seed of the world.
        count: How many carts.
        clicked: Minute of the click on the reminder, NEVER without one.
        mailing: The reminder.
        left: Minute at which each was left.

    Returns:
        The minute at which each comes back; at which it would have without the reminder; and the
        reminder, or -1 where it came back by itself or not at all.
    """
    draw = stream(seed, "recovery")
    alone = draw.random(count) < 0.11
    prompted = (clicked < NEVER) & (draw.random(count) < 0.46)
    when = log_logistic(draw.random(count), 420.0, 1.2, 6.0 * DAY)
    otherwise = np.where(alone, left + 90 + when, NEVER)
    minute = np.where(prompted, clicked + 4 + when // 20, otherwise)
    return minute, otherwise, np.where(prompted, mailing, -1)
