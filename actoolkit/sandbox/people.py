"""Who the contacts are: when they came, how they read, which lists they are on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from actoolkit.sandbox.brand import DOMAIN_WEIGHTS, FIRST_NAMES, LAST_NAMES, LISTS
from actoolkit.sandbox.clock import DAY, HISTORY, HORIZON, NEVER
from actoolkit.sandbox.draws import Flags, Floats, Ints, pick, stream


@dataclass(frozen=True, slots=True)
class People:
    """Contacts in the order of their ids; times in minutes of the world."""

    ids: Ints
    joined: Ints
    engagement: Floats
    private: Flags
    spending: Floats
    hour: Ints
    first_name: Ints
    last_name: Ints
    domain: Ints


@dataclass(slots=True)
class Members:
    """Memberships of one list, in the order of contacts."""

    contacts: Ints
    since: Ints
    until: Ints
    bounced: Flags
    reason: Ints
    leaving_mail: Ints


def people(seed: int, count: int) -> People:
    """Draw the contacts.

    Args:
        seed: Seed of the world.
        count: How many have joined by the end of the history.
    """
    draw = stream(seed, "people")
    total = round(count * 1.16)
    u = draw.random(total)
    before = u < 0.42
    first = -HISTORY // 2
    joined = np.where(
        before,
        first + np.rint(draw.random(total) * -first),
        np.rint((HISTORY + HORIZON) * draw.random(total) ** 0.86),
    ).astype(np.int64)
    joined.sort()
    # Exactly ``count`` of them are there at the end of the history.
    late = joined > HISTORY
    keep = np.flatnonzero(~late)[-count:]
    joined[keep[-1] + 1 :] = np.maximum(joined[keep[-1] + 1 :], HISTORY + 1)
    joined = joined[keep[0] :]
    total = len(joined)
    ids = 1000 + np.cumsum(
        1 + (draw.random(total) < 0.08) * np.rint(draw.random(total) * 6).astype(np.int64)
    )
    engagement = np.clip(1.0 - draw.random(total) ** 0.62, 0.02, 1.0)
    return People(
        ids=ids,
        joined=joined,
        engagement=engagement,
        private=draw.random(total) < 0.38,
        spending=np.where(draw.random(total) < 0.34, 0.4 + 2.4 * draw.random(total) ** 2, 0.0),
        hour=np.rint(draw.random(total) * 23).astype(np.int64),
        first_name=pick(draw.random(total), [1.0] * len(FIRST_NAMES)),
        last_name=pick(draw.random(total), [1.0] * len(LAST_NAMES)),
        domain=pick(draw.random(total), list(DOMAIN_WEIGHTS)),
    )


def memberships(seed: int, crowd: People) -> list[Members]:
    """Draw who is on which list, and who leaves it without a mail's doing."""
    made = []
    for number, one in enumerate(LISTS):
        draw = stream(seed, "list", number)
        on = np.flatnonzero(draw.random(len(crowd.ids)) < one.share)
        size = len(on)
        since = crowd.joined[on] + np.where(
            draw.random(size) < 0.72, 0, np.rint(draw.random(size) * 200 * DAY)
        ).astype(np.int64)
        yearly = draw.random(size)
        leaves = since + np.rint(draw.random(size) * 365 * DAY).astype(np.int64)
        until = np.where(yearly < one.leaving, leaves, NEVER)
        made.append(
            Members(
                contacts=on,
                since=since,
                until=until,
                bounced=np.zeros(size, bool),
                reason=pick(draw.random(size), [55.0, 20.0, 15.0, 4.0, 6.0]),
                leaving_mail=np.full(size, -1),
            )
        )
    return made
