"""When the next request may go: the last sends of an account, and the rule over them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

MARGIN = 0.02
"""Seconds beyond the one in which a full set of requests fits."""
MARGIN_STEP = 0.01
MARGIN_MOST = 0.1
STRICT_MARGIN = 0.06
"""The margin of a strict pace: what the ways to the server may differ by."""
MEMORY = 5
"""Sends that are remembered at least: readers with a larger share look further back."""
SLOWEST = 1 / 60
"""Requests per second below which a limit is not believed: a load would seem to stand still."""
CALM = 600.0
"""Seconds without a request after which the margin starts small again."""


@dataclass(slots=True)
class Ring:
    """The last sends of an account, in seconds of one clock.

    Args:
        sent: Moments of the last sends, oldest first.
        until: Moment before which nobody sends.
        margin: Seconds beyond the span of a full ring.
        limit: Requests per second that the server last said it allows; None while it said nothing.
    """

    sent: list[float] = field(default_factory=list)
    until: float = 0.0
    margin: float = MARGIN
    limit: float | None = None

    def due(self, rate: float, *, strict: bool = False) -> float:
        """Moment of the next send.

        Args:
            rate: Requests per second, unless the server allows fewer.
            strict: Spread the requests evenly, with the larger margin.
        """
        rate = min(rate, self.limit or rate)
        size = math.ceil(rate)
        margin = max(self.margin, STRICT_MARGIN) if strict else self.margin
        span = size / rate + margin
        due = self.until
        if len(self.sent) >= size:
            due = max(due, self.sent[-size] + span)
        if strict and self.sent:
            due = max(due, self.sent[-1] + span / size)
        return due

    def take(self, now: float, rate: float) -> None:
        """Note a send."""
        if self.sent and now - self.sent[-1] > CALM:
            self.margin = MARGIN
        self.sent = [*self.sent, now][-max(MEMORY, math.ceil(rate)) :]

    def move(self, taken: float, now: float) -> None:
        """Note that a request whose turn was at one moment was sent at a later one."""
        if taken in self.sent:
            self.sent[self.sent.index(taken)] = now
            self.sent.sort()

    def block(self, now: float, seconds: float) -> None:
        """Stop everybody; requests that were in flight together widen the margin once."""
        if self.until <= now:
            self.margin = min(MARGIN_MOST, self.margin + MARGIN_STEP)
        self.until = max(self.until, now + seconds)


def allowed(headers: Mapping[str, str]) -> float | None:
    """Requests per second that an answer's RateLimit-Limit allows, or None where it says nothing.

    Args:
        headers: Lower-case names.

    Example:
        >>> allowed({"ratelimit-limit": "5"}), allowed({"ratelimit-limit": "60, 60;w=30"})
        (5.0, 2.0)
    """
    found = _LIMIT.fullmatch(headers.get("ratelimit-limit", "")[:80])
    if found is None or not int(found[1]):
        return None
    return max(SLOWEST, int(found[1]) / max(1, int(found[2] or 1)))


_LIMIT = re.compile(r"\s*(\d{1,6})(?:\s*,\s*\d{1,6})?(?:\s*;\s*w=(\d{1,6}))?\s*", re.ASCII)
