"""One load of one query at a time, across processes; every wait is bounded and says for whom."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from actoolkit.api.private import FILE_MODE
from actoolkit.errors import StoreError, StoreLocked
from actoolkit.store.folder import below, prepare, replacing, sweep, writing

if TYPE_CHECKING:
    from filelock import FileLock

PATIENCE = 600.0
"""Seconds that a load waits for the same load of another process."""


class Owner(msgspec.Struct):
    """Who holds a lock."""

    pid: int
    host: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"


@contextmanager
def holding(
    folder: Path,
    name: str,
    *,
    patience: float = PATIENCE,
    on_wait: Callable[[float, str], None] | None = None,
) -> Iterator[bool]:
    """Hold a lock of the account's folder; the system frees it when its process ends, however.

    Who holds it is written beside it where there is room: a full disk can still be cleared.

    Args:
        folder: The account's folder.
        name: What is locked, such as "campaigns-all".
        patience: Seconds to wait at most.
        on_wait: Told the seconds left and a reason, once, before waiting.

    Yields:
        Whether somebody else held it before.

    Raises:
        StoreLocked: Somebody held it for longer; the message says who.
    """
    from filelock import FileLock  # only a load needs it

    place = below(prepare(folder), "locks")
    signature = place / f"{name}.owner.json"
    lock = FileLock(place / f"{name}.lock", mode=FILE_MODE)
    with writing(place):
        waited = _acquire(lock, signature, name, patience, on_wait)
    try:
        sweep(place, f"{signature.name}.")
        with suppress(StoreError), replacing(signature) as file:
            file.write(msgspec.json.encode(Owner(os.getpid(), socket.gethostname())))
        yield waited
    finally:
        with suppress(OSError):
            signature.unlink(missing_ok=True)
        lock.release()


def _acquire(
    lock: FileLock,
    signature: Path,
    name: str,
    patience: float,
    on_wait: Callable[[float, str], None] | None,
) -> bool:
    """Take the lock; give whether that took waiting."""
    from filelock import Timeout

    try:
        lock.acquire(timeout=0)
    except Timeout:
        pass
    else:
        return False
    started = time.monotonic()
    if on_wait is not None:
        on_wait(patience, f"{_owner(signature)} is loading the same")
    try:
        lock.acquire(timeout=patience, poll_interval=0.05)
    except Timeout:
        seconds = time.monotonic() - started
        raise StoreLocked(
            f"{name} is being loaded by {_owner(signature)} for more than {seconds:.0f} s.",
            hint="Wait for it, or end that process and run this again.",
        ) from None
    return True


def _owner(signature: Path) -> str:
    try:
        return str(msgspec.json.decode(signature.read_bytes(), type=Owner))
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "another process"
