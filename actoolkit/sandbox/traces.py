"""What mail leaves on contacts: when each last opened or clicked, how much they got, what bounced."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from actoolkit.sandbox.clock import NEVER
from actoolkit.sandbox.draws import Flags, Ints
from actoolkit.sandbox.mail import Outcome


@dataclass(frozen=True, slots=True)
class Traces:
    """One element for each contact; minutes are -1 for never.

    Args:
        opened: Minute of the last open by a person.
        clicked: Minute of the last click.
        machine: Minute of the last open by a privacy proxy alone.
        sends: Mails sent.
        hard_bounces: Mails that bounced for good.
        soft_bounces: Mails that bounced for once.
        bounced: Minute of the last bounce.
    """

    opened: Ints
    clicked: Ints
    machine: Ints
    sends: Ints
    hard_bounces: Ints
    soft_bounces: Ints
    bounced: Ints

    @classmethod
    def none(cls, contacts: int) -> Traces:
        """Give the traces of those who never got mail."""
        never, nothing = np.full(contacts, -1), np.zeros(contacts, np.int64)
        return cls(
            opened=never.copy(),
            clicked=never.copy(),
            machine=never.copy(),
            sends=nothing.copy(),
            hard_bounces=nothing.copy(),
            soft_bounces=nothing.copy(),
            bounced=never,
        )

    def copy(self) -> Traces:
        """Give traces that can grow without these."""
        return Traces(*(getattr(self, name).copy() for name in Traces.__slots__))

    def grow(self, happened: Outcome, *, after: int, by: int, repeated: bool) -> None:
        """Add what one mailing did in a span of time.

        Args:
            happened: The sends of the mailing.
            after: Minute after which the span begins.
            by: Last minute of the span.
            repeated: Whether a contact can be among them more than once.
        """
        machine = np.where(happened.opened < happened.verified_opened, happened.opened, NEVER)
        bounced = np.where(happened.hard_bounce | happened.soft_bounce, happened.sent, NEVER)
        for last, minutes in (
            (self.opened, happened.verified_opened),
            (self.clicked, happened.clicked),
            (self.machine, machine),
            (self.bounced, bounced),
        ):
            there = np.flatnonzero(minutes <= by)
            who, when = happened.contacts[there], minutes[there]
            if repeated:
                np.maximum.at(last, who, when)
            else:
                last[who] = np.maximum(last[who], when)
        sent = (happened.sent > after) & (happened.sent <= by)
        for count, kind in (
            (self.sends, sent),
            (self.hard_bounces, sent & happened.hard_bounce),
            (self.soft_bounces, sent & happened.soft_bounce),
        ):
            _count(count, happened.contacts, kind, repeated=repeated)


def _count(count: Ints, contacts: Ints, kind: Flags, *, repeated: bool) -> None:
    who = contacts if kind.all() else contacts[kind]
    if repeated:
        count += np.bincount(who, minlength=len(count))
    else:
        count[who] += 1
