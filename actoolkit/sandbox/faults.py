"""What may go wrong on purpose: the rate limit, and faults drawn by a seed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from actoolkit.errors import InvalidArgument

KINDS = ("429", "503", "html", "empty", "truncated", "closed", "slow")


@dataclass
class Faults:
    """Answers that go wrong.

    Args:
        rate: Share of requests that do, 0 to 1.
        kinds: Any of "429", "503", "html" (a page with status 200), "empty" (status 200 and no
            body), "truncated" (the connection breaks off in the body), "closed" (before it) and
            "slow" (half a second more).
        seed: Seed of which ones.

    Raises:
        InvalidArgument: A share out of range or an unknown kind.
    """

    rate: float = 0.1
    kinds: Sequence[str] = KINDS
    seed: int = 0
    _draw: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        unknown = [kind for kind in self.kinds if kind not in KINDS]
        if unknown or not self.kinds or not 0 <= self.rate <= 1:
            raise InvalidArgument(
                f"Faults(rate={self.rate}, kinds={self.kinds}) cannot be drawn.",
                hint=f"A rate from 0 to 1, kinds of {', '.join(KINDS)}.",
            )
        self._draw = random.Random(self.seed)  # noqa: S311 - which answers fail is no secret

    def draw(self) -> str:
        """Give the kind of the next fault, or "" for none."""
        return self._draw.choice(list(self.kinds)) if self._draw.random() < self.rate else ""


class Bucket:
    """A token bucket: so many requests at once, refilled at so many a second.

    Args:
        rate: Requests per second; None for no limit.
        clock: Gives seconds.
    """

    def __init__(self, rate: float | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self._size = max(1.0, rate or 0.0)
        self._left = self._size
        self._clock = clock
        self._at = clock()

    def take(self) -> int | None:
        """Take one request's worth; give what remains, or None when there is none left."""
        if self.rate is None:
            return int(self._size)
        now = self._clock()
        self._left = min(self._size, self._left + (now - self._at) * self.rate)
        self._at = now
        if self._left < 1:
            return None
        self._left -= 1
        return int(self._left)
