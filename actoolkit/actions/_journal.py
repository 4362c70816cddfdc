"""What of an action was sent: so that a run that broke off goes on, and sends nothing twice.

One line of JSON per event, synced before the next request leaves. A line says what is about to be
sent, another what became of it; a request with only the first is one whose answer was lost.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from actoolkit.api.private import private_file
from actoolkit.api.writes import Written
from actoolkit.store.folder import below, prepare, writing

RESUMABLE = timedelta(hours=24)
"""How long a row that went well is not sent again by another run of a broken-off action."""


class Event(msgspec.Struct, omit_defaults=True):
    """One line.

    Args:
        request: Digest of the request.
        at: When.
        written: What became of it; None before it is sent.
    """

    request: str
    at: datetime
    written: Written | None = None


class ActionJournal:
    """The journal of one action; the caller holds its lock.

    Args:
        folder: The account's folder.
        name: Of the action, with its digest.

    Raises:
        StoreFull, StoreUnsafe: The folder cannot be used.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._path = private_file(below(prepare(folder), "actions") / f"{name}.jsonl")
        self._events = {event.request: event for event in _events(self._path)}

    def earlier(self, request: str, now: datetime) -> Written | None:
        """What became of a request in an earlier run that broke off.

        Args:
            request: Its digest.
            now: Moment of the account's clock.

        Returns:
            None when it has to be sent; "unknown" when it was sent and nobody heard what became of
            it.
        """
        event = self._events.get(request)
        if event is None:
            return None
        if event.written is None:
            return Written("unknown", None, "an earlier run broke off while it was being sent")
        if event.written.verdict == "unknown":
            return event.written
        young = timedelta(0) <= now - event.at < RESUMABLE
        return event.written if event.written.verdict == "ok" and young else None

    def note(self, request: str, now: datetime, written: Written | None = None) -> None:
        """Write down what is about to be sent, or what became of it.

        Args:
            request: Digest of the request.
            now: Moment of the account's clock.
            written: What became of it.

        Raises:
            StoreFull: No space. Nothing may be sent then.
        """
        event = Event(request, now.astimezone(UTC), written)
        with writing(self._path), self._path.open("r+b") as file:
            end = file.seek(0, os.SEEK_END)
            if end:
                file.seek(end - 1)
                torn = file.read(1) != b"\n"
                file.write(b"\n" if torn else b"")
            file.write(msgspec.json.encode(event) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._events[request] = event

    def close(self, written: Iterable[Written]) -> None:
        """End a run: when every row is settled, the same call is a new action.

        Args:
            written: What became of each row.
        """
        if all(one.verdict in ("ok", "rejected") for one in written):
            with writing(self._path):
                self._path.unlink(missing_ok=True)


def _events(path: Path) -> Iterable[Event]:
    for line in path.read_bytes().splitlines():
        try:
            yield msgspec.json.decode(line, type=Event)
        except (msgspec.DecodeError, UnicodeDecodeError):  # torn by a power cut
            continue
