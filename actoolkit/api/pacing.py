"""One account, one pace: how requests are spaced, for all threads together."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

MARGIN = 0.02
"""Seconds added to the second in which a full set of requests fits; the server's clock jitters."""
MARGIN_STEP = 0.01
MARGIN_MOST = 0.1


class Pacer(Protocol):
    """What a reader asks before it sends."""

    def wait(self) -> float:
        """Wait for the next turn and take it; give the seconds waited."""

    def block(self, seconds: float) -> None:
        """Let nobody send for so many seconds: the API answered 429."""


class Pace:
    """Spaces the requests of one process.

    At most ``rate`` requests start in any second (plus a small margin that grows with each 429),
    counted over the moments at which they were really sent.

    Args:
        rate: Requests per second.
        clock: Gives seconds.
        sleep: Sleeps seconds.
    """

    def __init__(
        self,
        rate: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._span = max(1.0, float(int(rate))) / rate
        self._sent: deque[float] = deque(maxlen=max(1, int(rate)))
        self._margin = MARGIN
        self._until = 0.0
        self._clock = clock
        self._sleep = sleep
        self._turn = threading.Lock()

    def wait(self) -> float:
        """Wait for the next turn and take it; give the seconds waited."""
        with self._turn:
            started = self._clock()
            while (left := self._earliest() - self._clock()) > 0:
                self._sleep(left)
            self._sent.append(self._clock())
            return self._sent[-1] - started

    def block(self, seconds: float) -> None:
        """Let nobody send for so many seconds, and keep a larger margin from now on."""
        self._until = max(self._until, self._clock() + seconds)
        self._margin = min(MARGIN_MOST, self._margin + MARGIN_STEP)

    def _earliest(self) -> float:
        full = len(self._sent) == self._sent.maxlen
        return max(self._until, self._sent[0] + self._span + self._margin if full else 0.0)
