"""What happens to one mailing: who gets it, opens it, clicks, leaves, and buys because of it.

`outcome` is a pure function of the world's seed, the mailing and its audience, so that nothing per
send has to be kept: whoever wants the single sends asks again and gets the same ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from actoolkit.sandbox.clock import DAY, HOUR, NEVER, weekday_and_hour
from actoolkit.sandbox.draws import Flags, Floats, Ints, chances, log_logistic, stream
from actoolkit.sandbox.people import People

BY_WEEKDAY = (0.98, 1.08, 1.06, 1.03, 0.95, 0.86, 0.90)
BY_HOUR = (
    *(0.74, 0.72, 0.7, 0.7, 0.72, 0.82, 0.96, 1.08, 1.14, 1.16, 1.12, 1.05),
    *(1.0, 0.98, 0.97, 0.98, 1.02, 1.06, 1.1, 1.1, 1.04, 0.96, 0.86, 0.78),
)
"""True effect of the hour of sending on opens."""

HARD, SOFT = 0.0022, 0.0063
"""Shares of sends that bounce."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """One campaign of the account: a one-off mailing, or a mail of an automation.

    Args:
        number: Position among all mailings.
        name: Name of the campaign.
        kind: The API's type: "single" or "responder".
        status: The API's status code once sent.
        created: Minute of its creation.
        campaign_id: Id in the API.
        lists: Numbers of the lists it goes to.
        automation: Number of its automation, or -1.
        step: Which mail of the automation.
        sent: Minute of its sending; -1 for a draft, any other for an automation's mail.
        opening: True effect on opens.
        clicking: True effect on clicks.
        buying: True effect on orders.
        verified: Whether the account counts verified opens for it.
    """

    number: int
    name: str
    kind: str
    status: str
    created: int
    campaign_id: int = 0
    lists: tuple[int, ...] = ()
    automation: int = -1
    step: int = 0
    sent: int = -1
    opening: float = 1.0
    clicking: float = 1.0
    buying: float = 1.0
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """Sends of one mailing, one element each; times in minutes, NEVER for what did not happen."""

    contacts: Ints
    sent: Ints
    hard_bounce: Flags
    soft_bounce: Flags
    opened: Ints
    verified_opened: Ints
    opens: Ints
    clicked: Ints
    clicks: Ints
    links: Ints
    unsubscribed: Ints
    bought: Ints


def outcome(seed: int, mailing: Mailing, crowd: People, contacts: Ints, sent: Ints) -> Outcome:
    """Let a mailing happen.

    Args:
        seed: Seed of the world.
        mailing: Which one.
        crowd: Everybody.
        contacts: Positions of those it goes to.
        sent: Minute at which each gets it.
    """
    draw = stream(seed, "mailing", mailing.number)
    size = len(contacts)
    bounce = draw.random(size)
    hard = bounce < HARD
    arrived = bounce >= HARD + SOFT
    eager = crowd.engagement[contacts]
    age = np.clip((sent - crowd.joined[contacts]) / (365.0 * DAY), 0.0, 2.0)
    interest = eager * (1.0 - 0.28 * age) * (0.74 * mailing.opening * _rhythm(mailing))
    seen = arrived & (draw.random(size) < chances(interest))
    machine = np.flatnonzero(arrived & crowd.private[contacts] & (draw.random(size) < 0.64))
    opened = np.full(size, NEVER)
    opened[machine] = sent[machine] + _whole(draw.random(len(machine)) * 5 * HOUR)
    opens = np.zeros(size, np.int64)
    opens[machine] = 1
    verified, clicked, unsubscribed, bought = (np.full(size, NEVER) for _ in range(4))
    clicks, links = np.zeros(size, np.int64), np.zeros(size, np.int64)

    # From here on only those who read it matter, about a fifth.
    at = np.flatnonzero(seen)
    some, eager, spending = len(at), eager[at], crowd.spending[contacts[at]]
    read = sent[at] + log_logistic(draw.random(some), 190.0, 1.15, 16.0 * DAY)
    verified[at] = read
    opened[at] = np.minimum(opened[at], read)
    opens[at] = 1 + _whole(-0.7 * np.log2(np.maximum(draw.random(some), 1e-9)))
    clicking = draw.random(some) < chances(0.105 * mailing.clicking * (0.4 + eager))
    click = np.where(clicking, read + 1 + _whole(draw.random(some) * 25), NEVER)
    several = 1 + (draw.random(some) < 0.22) + (draw.random(some) < 0.08)
    clicked[at] = click
    links[at] = np.where(clicking, several, 0)
    clicks[at] = links[at] + (clicking & (draw.random(some) < 0.18))
    leaving = draw.random(some) < chances(0.0075 * (1.25 - eager))
    unsubscribed[at] = np.where(leaving, read + 2, NEVER)
    wanted = mailing.buying * spending * np.where(clicking, 0.085, 0.0016)
    buying = np.flatnonzero(draw.random(some) < chances(wanted))
    pause = log_logistic(draw.random(len(buying)), 300.0, 0.9, 9.0 * DAY)
    bought[at[buying]] = np.minimum(click, read + 30)[buying] + 3 + pause
    return Outcome(
        contacts,
        sent,
        hard,
        ~(hard | arrived),
        opened,
        verified,
        opens,
        clicked,
        clicks,
        links,
        unsubscribed,
        bought,
    )


def _whole(values: Floats) -> Ints:
    return np.rint(values).astype(np.int64)


def _rhythm(mailing: Mailing) -> float:
    if mailing.automation >= 0:
        return 1.0
    weekday, hour, _ = weekday_and_hour(mailing.sent)
    return BY_WEEKDAY[weekday] * BY_HOUR[hour]


@dataclass(frozen=True, slots=True)
class Counter:
    """One counter as it grew: the minutes at which it did, and what it then stood at."""

    minutes: Ints
    stood: Ints

    def at(self, minute: int) -> int:
        """Read it at a minute."""
        place = int(np.searchsorted(self.minutes, minute, side="right"))
        return int(self.stood[place - 1]) if place else 0


Tally: TypeAlias = Mapping[str, Counter]
"""The counters of one mailing, by their names in the API."""


def tally(happened: Outcome) -> Tally:
    """Reduce the sends of a mailing to what its counters need to be read at any time."""
    one = np.ones_like(happened.sent)
    return {
        "send_amt": _counter(happened.sent, one),
        "hardbounces": _counter(happened.sent, happened.hard_bounce),
        "softbounces": _counter(happened.sent, happened.soft_bounce),
        "uniqueopens": _counter(happened.opened, one),
        "opens": _counter(happened.opened, happened.opens),
        "verified_unique_opens": _counter(happened.verified_opened, one),
        "verified_opens": _counter(happened.verified_opened, happened.opens),
        "subscriberclicks": _counter(happened.clicked, one),
        "linkclicks": _counter(happened.clicked, happened.clicks),
        "uniquelinkclicks": _counter(happened.clicked, happened.links),
        "unsubscribes": _counter(happened.unsubscribed, one),
    }


def _counter(times: Ints, amounts: Ints | Flags) -> Counter:
    there = np.flatnonzero((times < NEVER) & (amounts > 0))
    if not len(there):
        return Counter(np.zeros(0, np.int64), np.zeros(0, np.int64))
    times, first = times[there], int(times[there].min())
    grown = np.bincount(times - first, weights=amounts[there])
    minutes = np.flatnonzero(grown)
    return Counter((first + minutes).astype(np.int32), np.cumsum(grown[minutes]).astype(np.int32))
