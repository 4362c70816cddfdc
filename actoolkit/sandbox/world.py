"""The synthetic account: a small causal world that remembers why things happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Literal

import numpy as np

from actoolkit.errors import InvalidArgument, SandboxError
from actoolkit.sandbox import shop
from actoolkit.sandbox.brand import (
    AUTOMATIONS,
    CARE,
    CART,
    NOTE_SUBJECTS,
    REVIEW,
    WELCOME,
    WIN_BACK,
)
from actoolkit.sandbox.clock import DAY, HISTORY, HORIZON, NEVER, moment
from actoolkit.sandbox.draws import Ints, stream
from actoolkit.sandbox.mail import Mailing, Outcome, Tally, outcome, tally
from actoolkit.sandbox.people import memberships, people
from actoolkit.sandbox.schedule import schedule
from actoolkit.sandbox.shop import (
    ABANDONED_AFTER,
    PENDING_MINUTES,
    Orders,
    Purchases,
    by_themselves,
    orders,
    recover,
)
from actoolkit.sandbox.traces import Traces

Size = Literal["tiny", "small", "medium", "large"]
CONTACTS: dict[str, int] = {"tiny": 200, "small": 5_000, "medium": 100_000, "large": 1_000_000}


@dataclass(frozen=True, slots=True)
class Entries:
    """Contacts who entered an automation, in the order of their ids."""

    ids: Ints
    contact: Ints
    automation: Ints
    minute: Ints
    ended: Ints


@dataclass(frozen=True, slots=True)
class Send:
    """One mail to one contact, as the world knows it; moments are None for what did not happen."""

    contact_id: int
    sent_at: datetime
    bounced: str
    opened_at: datetime | None
    verified_opened_at: datetime | None
    opens: int
    clicked_at: datetime | None
    clicks: int
    unsubscribed_at: datetime | None


class World:
    """A seeded account with two years of history, and a clock.

    Everything up to the horizon (120 days past the present) is drawn at once; what can be seen is
    what has happened by the clock.

    Args:
        size: "tiny", "small", "medium" or "large": about 200, 5,000, 100,000, 1,000,000 contacts.
        seed: Seed of every draw.
        persuasion: How much mail makes people buy, 1 for the usual.

    Raises:
        InvalidArgument: There is no such size.
    """

    def __init__(self, size: Size = "small", seed: int = 7, *, persuasion: float = 1.0) -> None:
        if size not in CONTACTS:
            raise InvalidArgument(
                f"size={size!r} is unknown.", hint=f"Use one of {', '.join(CONTACTS)}."
            )
        self.size, self.seed = size, seed
        self.minute = HISTORY
        self.people = people(seed, CONTACTS[size])
        self.members = memberships(seed, self.people)
        self.mailings = [replace(m, buying=m.buying * persuasion) for m in schedule(seed)]
        self.tallies: dict[int, Tally] = {}
        self._traces = Traces.none(len(self.people.ids))
        self._later: tuple[int, Traces] = (HISTORY, self._traces)
        self._caused: list[Purchases] = []
        for mailing in self.one_off:
            self._send(mailing, self.audience(mailing))
        self._automate()

    @property
    def now(self) -> datetime:
        """The world's present, UTC."""
        return moment(self.minute)

    def advance(self, days: float) -> None:
        """Let the world live on.

        Args:
            days: How many days; up to 120 beyond the first present.

        Raises:
            SandboxError: The days are negative, or beyond the horizon.
        """
        later = self.minute + round(days * DAY)
        if days < 0 or later > HISTORY + HORIZON:
            left = (HISTORY + HORIZON - self.minute) / DAY
            raise SandboxError(
                f"This world cannot advance by {days:g} days.",
                hint=f"It has {left:g} days left; time only goes on.",
            )
        self.minute = later

    @cached_property
    def one_off(self) -> list[Mailing]:
        """Mailings that are sent once, drafts left out."""
        return [m for m in self.mailings if m.automation < 0 and m.sent >= 0]

    def audience(self, mailing: Mailing) -> tuple[Ints, Ints]:
        """Give the positions of those a mailing goes to, and the minute each gets it."""
        if mailing.automation >= 0:
            delay = round(AUTOMATIONS[mailing.automation].mails[mailing.step][1] * DAY)
            inside = self.entries.automation == mailing.automation
            return self.entries.contact[inside], self.entries.minute[inside] + delay
        there = np.zeros(len(self.people.ids), bool)
        for number in mailing.lists:
            on = self.members[number]
            there[on.contacts[(on.since <= mailing.sent) & (on.until > mailing.sent)]] = True
        contacts = np.flatnonzero(there)
        return contacts, mailing.sent + np.arange(len(contacts)) * 25 // max(len(contacts), 1)

    def outcome(self, mailing: Mailing) -> Outcome:
        """Give every send of a mailing, up to the horizon."""
        return outcome(self.seed, mailing, self.people, *self.audience(mailing))

    def sends(self, campaign_id: int | str) -> Iterator[Send]:
        """Give the sends of a campaign that have happened by now, one record each."""
        (mailing,) = (m for m in self.mailings if m.campaign_id == int(campaign_id))
        if mailing.automation < 0 and mailing.sent < 0:
            return
        happened = self.outcome(mailing)
        known = [
            part.tolist()
            for part in (
                self.people.ids[happened.contacts],
                happened.sent,
                happened.hard_bounce,
                happened.soft_bounce,
                happened.opened,
                happened.verified_opened,
                happened.opens,
                happened.clicked,
                happened.clicks,
                happened.unsubscribed,
            )
        ]
        for who, sent, hard, soft, opened, verified, opens, clicked, clicks, left in zip(
            *known, strict=True
        ):
            if sent <= self.minute:
                yield Send(
                    who,
                    moment(sent),
                    "hard" if hard else "soft" if soft else "",
                    self._seen(opened),
                    self._seen(verified),
                    opens,
                    self._seen(clicked),
                    clicks,
                    self._seen(left),
                )

    def _seen(self, minute: int) -> datetime | None:
        return moment(minute) if minute <= self.minute else None

    def _send(self, mailing: Mailing, audience: tuple[Ints, Ints]) -> Outcome:
        happened = outcome(self.seed, mailing, self.people, *audience)
        self.tallies[mailing.number] = tally(happened)
        self._traces.grow(happened, after=-HISTORY, by=HISTORY, repeated=mailing.automation >= 0)
        self._leave(mailing, happened)
        bought = np.flatnonzero(happened.bought < NEVER)
        size = len(bought)
        self._caused.append(
            Purchases(
                happened.bought[bought],
                happened.contacts[bought],
                np.full(size, mailing.number),
                np.full(size, shop.ORDER),
            )
        )
        return happened

    def _leave(self, mailing: Mailing, happened: Outcome) -> None:
        """Take those off the mailing's lists who unsubscribed, or whose address is dead."""
        when = np.where(happened.hard_bounce, happened.sent + 5, happened.unsubscribed)
        going = np.flatnonzero(when < NEVER)
        for number in mailing.lists:
            on = self.members[number]
            place = np.minimum(
                np.searchsorted(on.contacts, happened.contacts[going]), len(on.contacts) - 1
            )
            there = (on.contacts[place] == happened.contacts[going]) & (
                on.until[place] > when[going]
            )
            there &= on.since[place] <= mailing.sent
            place, who = place[there], going[there]
            on.until[place] = when[who]
            on.bounced[place] = happened.hard_bounce[who]
            on.leaving_mail[place] = mailing.number

    def _automate(self) -> None:
        """Let people enter the automations, and the orders be placed that follow."""
        alone = by_themselves(self.seed, self.people)
        carts = np.flatnonzero(alone.kind == shop.CART)
        entries: list[tuple[Ints, Ints, int]] = []
        new = np.flatnonzero(self.people.joined >= 0)
        entries.append((new, self.people.joined[new], WELCOME))
        entries.append((alone.contact[carts], alone.minute[carts] + ABANDONED_AFTER, CART))
        draw = stream(self.seed, "automations")
        tired = np.flatnonzero(draw.random(len(self.people.ids)) < 0.16)
        entries.append((tired, np.maximum(self.people.joined[tired], 0) + 210 * DAY, WIN_BACK))
        done = np.flatnonzero((alone.kind == shop.ORDER) & (draw.random(len(alone.kind)) < 0.7))
        entries.append((alone.contact[done], alone.minute[done] + 5, CARE))
        entries.append((alone.contact[done], alone.minute[done] + 14 * DAY, REVIEW))
        self.entries = _entries(entries)
        recovered, otherwise = (np.full(len(alone.kind), NEVER) for _ in range(2))
        causes = np.full(len(alone.kind), -1)
        for mailing in self.mailings:
            if mailing.automation < 0:
                continue
            happened = self._send(mailing, self.audience(mailing))
            if mailing.automation == CART and mailing.step == 0:
                order = np.lexsort((alone.contact[carts], alone.minute[carts]))
                order = order[alone.minute[carts][order] + ABANDONED_AFTER < HISTORY + HORIZON]
                back, anyway, why = recover(
                    self.seed,
                    len(order),
                    happened.clicked,
                    mailing.number,
                    alone.minute[carts][order],
                )
                recovered[carts[order]], causes[carts[order]] = back, why
                otherwise[carts[order]] = anyway
        self.orders: Orders = orders(
            self.seed,
            self.people,
            [alone, *self._caused],
            recovered=recovered,
            otherwise=otherwise,
            causes=causes,
        )

    @cached_property
    def notes(self) -> tuple[Ints, Ints, Ints]:
        """One-to-one mails: contact position, minute, subject; in the order of their ids."""
        draw = stream(self.seed, "one-to-one")
        who = np.flatnonzero(draw.random(len(self.people.ids)) < 0.22)
        when = np.maximum(self.people.joined[who], 0) + np.rint(
            draw.random(len(who)) * 300 * DAY
        ).astype(np.int64)
        about = np.rint(draw.random(len(who)) * (len(NOTE_SUBJECTS) - 1)).astype(np.int64)
        order = np.argsort(when, kind="stable")
        return who[order], when[order], about[order]

    def traces(self) -> Traces:
        """Give what mail has left on contacts by now."""
        if self._later[0] != self.minute:
            found = self._traces.copy()
            for mailing in self.mailings:
                automated = mailing.automation >= 0
                if automated or mailing.sent > HISTORY - 20 * DAY:
                    happened = self.outcome(mailing)
                    found.grow(happened, after=HISTORY, by=self.minute, repeated=automated)
            self._later = (self.minute, found)
        return self._later[1]

    def truth(self) -> list[dict[str, object]]:
        """Why each order was placed, as only the world can know.

        Returns:
            One record per completed or recovered order by now: ``order_id``, ``contact_id``,
            ``campaign_id`` of the mail without which it would not be there, or None,
            ``ordered_at``, ``total_cents``.
        """
        made: list[dict[str, object]] = []
        for row in range(self.order_count):
            if self.order_state(row) in ("1", "3"):
                anyway = self.orders.otherwise[row] <= self.minute
                cause = -1 if anyway else int(self.orders.cause[row])
                cart = self.orders.kind[row] == shop.CART
                placed = self.orders.recovered[row] if cart else self.orders.minute[row]
                made.append(
                    {
                        "order_id": str(self.orders.ids[row]),
                        "contact_id": str(self.people.ids[self.orders.contact[row]]),
                        "campaign_id": str(self.mailings[cause].campaign_id)
                        if cause >= 0
                        else None,
                        "ordered_at": moment(placed),
                        "total_cents": self.order_total(row),
                    }
                )
        return made

    @property
    def contact_count(self) -> int:
        """Contacts who have joined by now."""
        return int(np.searchsorted(self.people.joined, self.minute, side="right"))

    @property
    def order_count(self) -> int:
        """Order rows that exist by now."""
        return int(np.searchsorted(self.orders.minute, self.minute, side="right"))

    def order_state(self, row: int) -> str:
        """Give the wire code of an order's state by now."""
        kind = int(self.orders.kind[row])
        age = self.minute - int(self.orders.minute[row])
        if kind == shop.CART:
            if self.orders.recovered[row] <= self.minute:
                return "3"
            return "2" if age >= ABANDONED_AFTER else "0"
        if kind == shop.WAITING:
            return "4"
        return "0" if kind == shop.PENDING or age < PENDING_MINUTES else "1"

    def order_total(self, row: int) -> int:
        """Give what an order costs in hundredths: goods less discount plus shipping."""
        o = self.orders
        return int(o.subtotal[row] - o.discount[row] + o.shipping[row])


def _entries(parts: list[tuple[Ints, Ints, int]]) -> Entries:
    contact = np.concatenate([part[0] for part in parts])
    minute = np.concatenate([part[1] for part in parts])
    automation = np.concatenate([np.full(len(part[0]), part[2]) for part in parts])
    keep = minute < HISTORY + HORIZON
    contact, minute, automation = contact[keep], minute[keep], automation[keep]
    order = np.lexsort((contact, automation, minute))
    contact, minute, automation = contact[order], minute[order], automation[order]
    last = np.array(
        [round(max((m[1] for m in a.mails), default=0) * DAY) + DAY for a in AUTOMATIONS]
    )
    return Entries(
        70 + np.arange(len(contact)), contact, automation, minute, minute + last[automation]
    )
