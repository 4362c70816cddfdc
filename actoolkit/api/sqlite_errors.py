"""What SQLite says of its disk, as errors of ours, and a connection that says it at once."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from actoolkit.errors import StoreError, StoreFull, StoreLocked

_HELD = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_NO_ROOM = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
    }
)
_PRIMARY = 0xFF
"""Of an extended code, such as "disk I/O error while growing the shared memory"."""


class PromptConnection(sqlite3.Connection):
    """A connection whose errors end what waits for it.

    requests-cache begins a transaction again and again whatever the reason that it failed, and
    passes over one that could not be kept: on a full disk without end, and without a word.
    """

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        """Run a statement.

        Args:
            sql: The statement.
            *values: Its parameters.

        Raises:
            StoreFull: The disk takes nothing more.
            StoreLocked: Another program holds the file, longer than the connection waits.
        """
        try:
            return super().execute(sql, *values)
        except sqlite3.OperationalError as error:
            refused = refusal(error)
            if refused is None and sql.startswith("BEGIN"):
                refused = StoreError(
                    f"The journal of a load cannot be used: {error}.", hint="Run it again."
                )
            if refused is None:
                raise
        self.rollback()
        raise refused

    def commit(self) -> None:
        """Keep what was written.

        Raises:
            StoreFull, StoreLocked: As `execute`; nothing of it is kept.
        """
        try:
            super().commit()
        except sqlite3.OperationalError as error:
            refused = refusal(error)
            if refused is None:
                raise
        else:
            return
        self.rollback()
        raise refused


def refusal(error: sqlite3.Error, path: Path | None = None) -> StoreError | None:
    """Give the error of ours where the disk or another program is to blame, or None.

    Args:
        error: What SQLite said.
        path: The file, for the message.
    """
    code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
    named = path or "The journal of a load"
    if code in _HELD:
        return StoreLocked(f"Another process holds {named}.", hint="Wait for it, or end it.")
    if code in _NO_ROOM:
        return StoreFull(
            f"{named} cannot be written: {error}.",
            hint="Make room on the disk, or choose another folder: ACTOOLKIT_CACHE_DIR.",
        )
    return None
