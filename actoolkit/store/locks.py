"""One load of one query at a time, across processes; every wait is bounded and says for whom."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from actoolkit.api.private import FILE_MODE
from actoolkit.errors import StoreError, StoreFull, StoreLocked
from actoolkit.store.folder import below, prepare, replacing, sweep, writing

if TYPE_CHECKING:
    from filelock import FileLock

PATIENCE = 600.0
"""Seconds that a load waits for the same load of another process."""

GATE = "everything"
"""The lock behind which the others are made: while it is held, none comes that was not there."""

_TIMES = 100
"""How often a folder may be removed under somebody who begins in it."""


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
        StoreError: The folder cannot be used, or others remove it again and again.
    """
    lock, waited = _taken(folder, name, patience, on_wait)
    with _held(lock, _signature(folder, name)):
        yield waited


@contextmanager
def holding_all(
    folder: Path, *, patience: float, on_wait: Callable[[float, str], None] | None = None
) -> Iterator[None]:
    """Hold every lock of the account's folder: loads under way end, and none begins.

    Args:
        folder: The account's folder.
        patience: Seconds to wait at most, for each.
        on_wait: Told the seconds left and a reason, before each wait.

    Yields:
        Nothing.

    Raises:
        StoreLocked: A load was under way for longer; the message says who.
    """
    with ExitStack() as stack:
        with suppress(StoreFull):  # then nobody else can begin either
            stack.enter_context(holding(folder, GATE, patience=patience, on_wait=on_wait))
        names = sorted(path.stem for path in (folder / "locks").glob("*.lock"))
        for name in names:
            if name != GATE:
                stack.enter_context(holding(folder, name, patience=patience, on_wait=on_wait))
        yield


@contextmanager
def _held(lock: FileLock, signature: Path) -> Iterator[None]:
    """Sign a lock that was taken, and let it go in the end."""
    try:
        sweep(signature.parent, f"{signature.name}.")
        with suppress(StoreError), replacing(signature) as file:
            file.write(msgspec.json.encode(Owner(os.getpid(), socket.gethostname())))
        yield
    finally:
        with suppress(OSError):
            signature.unlink(missing_ok=True)
        lock.release()


def _signature(folder: Path, name: str) -> Path:
    return folder / "locks" / f"{name}.owner.json"


def _taken(
    folder: Path, name: str, patience: float, on_wait: Callable[[float, str], None] | None
) -> tuple[FileLock, bool]:
    """Take a lock, and say whether that took waiting; once more where its folder was forgotten."""
    from filelock import FileLock  # only a load needs it

    for _ in range(_TIMES):
        place = below(prepare(folder), "locks")
        signature = _signature(folder, name)
        path = place / f"{name}.lock"
        lock = FileLock(path, mode=FILE_MODE)
        waited = False
        try:
            if name != GATE and not path.exists():
                gate, waited = _taken(folder, GATE, patience, on_wait)
                try:
                    path.touch(FILE_MODE)
                finally:
                    gate.release()
            waited = _acquire(lock, signature, name, patience, on_wait) or waited
        except FileNotFoundError:
            continue
        except OSError:
            with writing(place):
                raise
        if path.exists():
            return lock, waited
        lock.release()
    raise StoreError(
        f"{folder} is removed by others again and again.", hint="Wait for them, and run this again."
    )


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
