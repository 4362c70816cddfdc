"""One account, one pace: how requests are spaced, for threads and processes together.

At most ``rate`` requests start in any second, counted over the moments at which they were really
sent, not over a schedule: the server counts what arrives. A margin on top of that second allows for
the way to the server, and grows when a 429 shows that it was too small. A 429 stops every worker of
the account until its Retry-After has passed.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from actoolkit.api.private import private_file, private_folder
from actoolkit.errors import StoreFull, StoreLocked
from actoolkit.settings import Account

if TYPE_CHECKING:
    from collections.abc import Iterator

MARGIN = 0.02
"""Seconds beyond the one in which a full set of requests fits."""
MARGIN_STEP = 0.01
MARGIN_MOST = 0.1
MEMORY = 5
"""Sends that are remembered at least: readers with a larger share look further back."""
CALM = 600.0
"""Seconds without a request after which the margin starts small again."""
FAST = 50.0
"""Requests per second from which a loopback account is not worth a lock file."""
HOLD = 0.25
"""Seconds at most that the lock file is held while a turn comes up."""
LOCK_PATIENCE = 60.0


class Pacer(Protocol):
    """What a reader asks before it sends."""

    def wait(self) -> float:
        """Wait for the next turn and take it; give the seconds waited."""

    def block(self, seconds: float) -> None:
        """Let nobody send for so many seconds: the API answered 429."""


@dataclass(slots=True)
class Ring:
    """The last sends of an account, in seconds of one clock.

    Args:
        sent: Moments of the last sends, oldest first.
        until: Moment before which nobody sends.
        margin: Seconds beyond the span of a full ring.
    """

    sent: list[float] = field(default_factory=list)
    until: float = 0.0
    margin: float = MARGIN

    def due(self, rate: float) -> float:
        """Moment of the next send at a rate."""
        size = math.ceil(rate)
        full = len(self.sent) >= size
        return max(self.until, self.sent[-size] + size / rate + self.margin if full else 0.0)

    def take(self, now: float, rate: float) -> None:
        """Note a send."""
        if self.sent and now - self.sent[-1] > CALM:
            self.margin = MARGIN
        self.sent = [*self.sent, now][-max(MEMORY, math.ceil(rate)) :]

    def block(self, now: float, seconds: float) -> None:
        """Stop everybody; requests that were in flight together widen the margin once."""
        if self.until <= now:
            self.margin = min(MARGIN_MOST, self.margin + MARGIN_STEP)
        self.until = max(self.until, now + seconds)


class Pace:
    """Spaces the requests of one process.

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
        self._rate = rate
        self._ring = Ring()
        self._clock = clock
        self._sleep = sleep
        self._turn = threading.Lock()

    def wait(self) -> float:
        """Wait for the next turn and take it; give the seconds waited."""
        with self._turn:
            started = self._clock()
            while (left := self._ring.due(self._rate) - self._clock()) > 0:
                self._sleep(left)
            now = self._clock()
            self._ring.take(now, self._rate)
            return now - started

    def block(self, seconds: float) -> None:
        """Let nobody send for so many seconds, and keep a larger margin from now on."""
        self._ring.block(self._clock(), seconds)


class SharedPace:
    """Spaces the requests of every process on this machine that reads the account.

    The last sends are kept in a small file beside its lock, both in a folder of their own: the
    limit counts all tokens of an account together, so the file is named by its host.

    Args:
        path: The file; its lock is ``<path>.lock``.
        rate: Requests per second of this reader; others may have another share.
        clock: Gives seconds of a clock that all processes share.
        sleep: Sleeps seconds.
        patience: Seconds at most to wait for the lock.

    Raises:
        StoreFull, StoreUnsafe: The folder cannot be used.
        StoreLocked: On waiting: a process held the lock for longer than ``patience``.
    """

    def __init__(
        self,
        path: Path,
        rate: float,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        patience: float = LOCK_PATIENCE,
    ) -> None:
        private_folder(path.parent)
        self._path = private_file(path)
        self._lock_path = private_file(path.with_name(path.name + ".lock"))
        self._rate = rate
        self._clock = clock
        self._sleep = sleep
        self._patience = patience
        self._turn = threading.Lock()

    def wait(self) -> float:
        """Wait for the next turn and take it; give the seconds waited."""
        with self._turn:
            started = self._clock()
            while True:
                with self._locked():
                    ring = self._load()
                    left = ring.due(self._rate) - self._clock()
                    if left <= HOLD:
                        while (left := ring.due(self._rate) - self._clock()) > 0:
                            self._sleep(left)
                        now = self._clock()
                        ring.take(now, self._rate)
                        self._save(ring)
                        return now - started
                self._sleep(min(1.0, left - HOLD / 2))

    def block(self, seconds: float) -> None:
        """Let nobody send for so many seconds, and keep a larger margin from now on."""
        with self._locked():
            ring = self._load()
            ring.block(self._clock(), seconds)
            self._save(ring)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        from filelock import FileLock, Timeout  # 30 ms that a warm load saves

        lock = FileLock(self._lock_path, timeout=self._patience, poll_interval=0.01, mode=0o600)
        try:
            lock.acquire()
        except Timeout:
            held = False
        else:
            held = True
        if not held:
            raise StoreLocked(
                f"Another process held {self._lock_path} for more than {self._patience:g} s.",
                hint="End that process, or wait for it.",
            )
        try:
            yield
        finally:
            lock.release()

    def _load(self) -> Ring:
        """Read the last sends; a torn file counts as a full second of them."""
        now = self._clock()
        try:
            ring = msgspec.json.decode(self._path.read_bytes() or b"{}", type=Ring)
        except msgspec.DecodeError:
            ring = Ring(until=now + 1.0)
            self._save(ring)
        # A clock that was set back must not stop an account for as long.
        ring.sent = [moment for moment in ring.sent if moment <= now + 1.0]
        ring.until = 0.0 if ring.until > now + 86400.0 else ring.until
        ring.margin = min(max(ring.margin, MARGIN), MARGIN_MOST)
        return ring

    def _save(self, ring: Ring) -> None:
        try:
            self._path.write_bytes(msgspec.json.encode(ring))
        except OSError as error:
            reason = error.strerror or type(error).__name__
        else:
            return
        raise StoreFull(f"{self._path} cannot be written: {reason}.", hint="Make room on the disk.")


def pace_of(account: Account, *, sleep: Callable[[float], None] = time.sleep) -> Pacer:
    """The pace of an account: its rate times the share this reader may use.

    Args:
        account: Whose requests are spaced.
        sleep: Sleeps seconds.
    """
    rate = account.rate * account.share
    if account.loopback and rate >= FAST:
        return Pace(rate, sleep=sleep)
    name = "".join(c if c.isalnum() or c in ".-" else "-" for c in account.host)
    return SharedPace(account.folder.parent / "pace" / f"{name}.json", rate, sleep=sleep)
