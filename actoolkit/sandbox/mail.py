"""What happens to one mailing: who gets it, opens it, clicks, leaves, and buys because of it.

`outcome` is a pure function of the world's seed, the mailing and its audience, so that nothing per
send has to be kept: whoever wants the single sends asks again and gets the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from actoolkit.sandbox.clock import DAY, HOUR, NEVER, weekday_and_hour
from actoolkit.sandbox.draws import Flags, Ints, chances, log_logistic, stream
from actoolkit.sandbox.people import People

BY_WEEKDAY = (0.98, 1.08, 1.06, 1.03, 0.95, 0.86, 0.90)
BY_HOUR = (
    *(0.74, 0.72, 0.7, 0.7, 0.72, 0.82, 0.96, 1.08, 1.14, 1.16, 1.12, 1.05),
    *(1.0, 0.98, 0.97, 0.98, 1.02, 1.06, 1.1, 1.1, 1.04, 0.96, 0.86, 0.78),
)
"""True effect of the hour of sending on opens."""


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
    hard = bounce < 0.0022
    soft = (bounce >= 0.0022) & (bounce < 0.0085)
    arrived = ~(hard | soft)
    eager = crowd.engagement[contacts]
    age = np.clip((sent - crowd.joined[contacts]) / (365.0 * DAY), 0.0, 2.0)
    interest = eager * (1.0 - 0.28 * age) * mailing.opening * _rhythm(mailing)
    seen = arrived & (draw.random(size) < chances(0.74 * interest))
    delay = log_logistic(draw.random(size), 190.0, 1.15, 16.0 * DAY)
    verified = np.where(seen, sent + delay, NEVER)
    machine = arrived & crowd.private[contacts] & (draw.random(size) < 0.64)
    prefetch = np.where(
        machine, sent + np.rint(draw.random(size) * 5 * HOUR).astype(np.int64), NEVER
    )
    opened = np.minimum(verified, prefetch)
    again = np.rint(-1.4 * np.log2(np.maximum(draw.random(size), 1e-9)) * 0.5).astype(np.int64)
    opens = np.where(opened < NEVER, 1 + np.where(seen, again, 0), 0)
    clicking = seen & (draw.random(size) < chances(0.105 * mailing.clicking * (0.4 + eager)))
    clicked = np.where(
        clicking, verified + 1 + np.rint(draw.random(size) * 25).astype(np.int64), NEVER
    )
    links = np.where(clicking, 1 + (draw.random(size) < 0.22) + (draw.random(size) < 0.08), 0)
    clicks = links + np.where(clicking & (draw.random(size) < 0.18), 1, 0)
    leaving = seen & (draw.random(size) < chances(0.0075 * (1.25 - eager)))
    unsubscribed = np.where(leaving, verified + 2, NEVER)
    wish = mailing.buying * crowd.spending[contacts]
    wanted = np.where(clicking, 0.085 * wish, np.where(seen, 0.0016 * wish, 0.0))
    buying = draw.random(size) < chances(wanted)
    since = np.where(clicking, clicked, verified)
    bought = np.where(
        buying, since + 3 + log_logistic(draw.random(size), 300.0, 0.9, 9.0 * DAY), NEVER
    )
    return Outcome(
        contacts,
        sent,
        hard,
        soft,
        opened,
        verified,
        opens,
        clicked,
        clicks,
        links,
        unsubscribed,
        bought,
    )


def _rhythm(mailing: Mailing) -> float:
    if mailing.automation >= 0:
        return 1.0
    weekday, hour, _ = weekday_and_hour(mailing.sent)
    return BY_WEEKDAY[weekday] * BY_HOUR[hour]


@dataclass(frozen=True, slots=True)
class Tally:
    """What the account counts of one mailing, as sorted minutes, so that it can be read at any time."""

    sent: Ints
    hard_bounces: Ints
    soft_bounces: Ints
    opened: Ints
    open_sums: Ints
    verified: Ints
    verified_sums: Ints
    clicked: Ints
    click_sums: Ints
    link_sums: Ints
    unsubscribed: Ints

    def at(self, minute: int) -> dict[str, int]:
        """Read the counters at a minute."""

        def count(times: Ints) -> int:
            return int(np.searchsorted(times, minute, side="right"))

        def total(times: Ints, sums: Ints) -> int:
            number = count(times)
            return int(sums[number - 1]) if number else 0

        return {
            "send_amt": count(self.sent),
            "hardbounces": count(self.hard_bounces),
            "softbounces": count(self.soft_bounces),
            "uniqueopens": count(self.opened),
            "opens": total(self.opened, self.open_sums),
            "verified_unique_opens": count(self.verified),
            "verified_opens": total(self.verified, self.verified_sums),
            "subscriberclicks": count(self.clicked),
            "linkclicks": total(self.clicked, self.click_sums),
            "uniquelinkclicks": total(self.clicked, self.link_sums),
            "unsubscribes": count(self.unsubscribed),
        }


def tally(happened: Outcome) -> Tally:
    """Reduce the sends of a mailing to what its counters need."""

    def times(values: Ints) -> Ints:
        return np.sort(values[values < NEVER]).astype(np.int32)

    def sums(values: Ints, amounts: Ints) -> Ints:
        there = np.flatnonzero(values < NEVER)
        order = there[np.argsort(values[there], kind="stable")]
        return np.cumsum(amounts[order]).astype(np.int32)

    return Tally(
        sent=times(happened.sent),
        hard_bounces=times(happened.sent[happened.hard_bounce]),
        soft_bounces=times(happened.sent[happened.soft_bounce]),
        opened=times(happened.opened),
        open_sums=sums(happened.opened, happened.opens),
        verified=times(happened.verified_opened),
        verified_sums=sums(happened.verified_opened, happened.opens),
        clicked=times(happened.clicked),
        click_sums=sums(happened.clicked, happened.clicks),
        link_sums=sums(happened.clicked, happened.links),
        unsubscribed=times(happened.unsubscribed),
    )
