"""One account, one pace: how requests are spaced, for threads and processes together.

At most ``rate`` requests start in any second, counted over the moments at which they were really
sent, not over a schedule: the server counts what arrives. A margin on top of that second allows for
the way to the server, and grows when a 429 shows that it was too small. A 429 stops every worker of
the account until its Retry-After has passed, and a smaller RateLimit-Limit is kept by all of them.

A strict pace spreads its requests evenly and keeps a margin in which five do not fit: no second,
wherever it begins, holds a sixth one. It costs a tenth of the speed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from actoolkit.api.private import private_file, private_folder
from actoolkit.api.ring import MARGIN, MARGIN_MOST, Ring
from actoolkit.errors import StoreFull, StoreLocked
from actoolkit.settings import Account

if TYPE_CHECKING:
    from collections.abc import Iterator

FAST = 50.0
"""Requests per second from which a loopback account is not worth a lock file."""
HOLD = 0.25
"""Seconds at most that the lock file is held while a turn comes up."""
LATE = 0.005
"""Seconds between a turn and its sending that the margin covers anyway."""
LOCK_PATIENCE = 60.0


class Pacer(Protocol):
    """What a reader asks before it sends."""

    def wait(self) -> float:
        """Wait for the next turn and take it; give the seconds waited."""

    def sent(self) -> None:
        """Say that the request of this thread's last turn is on its way only now."""

    def block(self, seconds: float) -> None:
        """Let nobody send for so many seconds: the API answered 429."""

    def limit(self, rate: float) -> None:
        """Send at most so many requests a second from now on: the API says it allows no more."""


class Pace:
    """Spaces the requests of one process.

    Args:
        rate: Requests per second.
        strict: Whether they are spread evenly; see `Ring.due`.
        clock: Gives seconds.
        sleep: Sleeps seconds.
    """

    def __init__(
        self,
        rate: float,
        *,
        strict: bool = False,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate = rate
        self._strict = strict
        self._ring = Ring()
        self._clock = clock
        self._sleep = sleep
        self._turn = threading.Lock()
        self._mine = threading.local()

    def wait(self) -> float:
        """Wait for the next turn and take it; give the seconds waited."""
        with self._turn:
            started = self._clock()
            while (left := self._due() - self._clock()) > 0:
                self._sleep(left)
            now = self._mine.taken = self._clock()
            self._ring.take(now, self._rate)
            return now - started

    def sent(self) -> None:
        """Count the request from now on, not from its turn: a busy machine sends late."""
        with self._turn:
            self._ring.move(self._mine.taken, self._clock())

    def block(self, seconds: float) -> None:
        """Let nobody send for so many seconds, and keep a larger margin from now on."""
        self._ring.block(self._clock(), seconds)

    def limit(self, rate: float) -> None:
        """Send at most so many requests a second from now on."""
        self._ring.limit = rate

    def _due(self) -> float:
        return self._ring.due(self._rate, strict=self._strict)


class SharedPace:
    """Spaces the requests of every process on this machine that reads the account.

    The last sends are kept in a small file beside its lock, both in a folder of their own: the
    limit counts all tokens of an account together, so the file is named by its host.

    Args:
        path: The file; its lock is ``<path>.lock``.
        rate: Requests per second of this reader; others may have another share.
        strict: Whether they are spread evenly; see `Ring.due`.
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
        strict: bool = False,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        patience: float = LOCK_PATIENCE,
    ) -> None:
        private_folder(path.parent)
        self._path = private_file(path)
        self._lock_path = private_file(path.with_name(path.name + ".lock"))
        self._rate = rate
        self._strict = strict
        self._limit: float | None = None
        self._clock = clock
        self._sleep = sleep
        self._patience = patience
        self._turn = threading.Lock()
        self._mine = threading.local()

    def wait(self) -> float:
        """Wait for the next turn and take it; give the seconds waited."""
        with self._turn:
            started = self._clock()
            while True:
                with self._locked():
                    ring = self._load()
                    due = ring.due(self._rate, strict=self._strict)
                    left = due - self._clock()
                    if left <= HOLD:
                        while (left := due - self._clock()) > 0:
                            self._sleep(left)
                        now = self._mine.taken = self._clock()
                        ring.take(now, self._rate)
                        self._save(ring)
                        return now - started
                self._sleep(min(1.0, left - HOLD / 2))

    def sent(self) -> None:
        """Count the request from now on, not from its turn: a busy machine sends late."""
        now = self._clock()
        if now - self._mine.taken < LATE:
            return
        with self._locked():
            ring = self._load()
            ring.move(self._mine.taken, now)
            self._save(ring)

    def block(self, seconds: float) -> None:
        """Let nobody send for so many seconds, and keep a larger margin from now on."""
        with self._locked():
            ring = self._load()
            ring.block(self._clock(), seconds)
            self._save(ring)

    def limit(self, rate: float) -> None:
        """Send at most so many requests a second from now on; every process does."""
        if rate == self._limit:
            return
        with self._locked():
            ring = self._load()
            ring.limit = self._limit = rate
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
        except (msgspec.DecodeError, RecursionError):
            ring = Ring(until=now + 1.0)
            self._save(ring)
        # A clock that was set back must not stop an account for as long.
        ring.sent = [moment for moment in ring.sent if moment <= now + 1.0]
        ring.until = 0.0 if ring.until > now + 86400.0 else ring.until
        ring.margin = min(max(ring.margin, MARGIN), MARGIN_MOST)
        ring.limit = ring.limit if ring.limit is None or ring.limit > 0 else None
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
        return Pace(rate, strict=account.strict, sleep=sleep)
    return SharedPace(pace_path(account), rate, strict=account.strict, sleep=sleep)


def pace_path(account: Account) -> Path:
    """Where the pace of an account's host is kept, for all of its tokens.

    Args:
        account: Any of the host.
    """
    name = "".join(c if c.isalnum() or c in ".-" else "-" for c in account.host)
    return account.folder.parent / "pace" / f"{name}.json"
