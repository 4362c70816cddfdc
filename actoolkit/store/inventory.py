"""What is remembered of an account, and forgetting all of it."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl

from actoolkit.api.private import FOLDER_MODE
from actoolkit.settings import Account
from actoolkit.store.folder import check, writing
from actoolkit.store.history import History
from actoolkit.store.leftovers import forget_beside
from actoolkit.store.locks import holding_all
from actoolkit.store.snapshots import Snapshots

PATIENCE = 60.0
"""Seconds to wait for each load that is under way."""

INVENTORY = {
    "table": pl.String(),
    "kept": pl.String(),
    "rows": pl.Int64(),
    "fetched_at": pl.Datetime("us", "UTC"),
    "certainty": pl.String(),
    "bytes": pl.Int64(),
    "snapshot": pl.String(),
    "pinned": pl.Boolean(),
}


def inventory(account: Account) -> pl.DataFrame:
    """List what is remembered of an account.

    Args:
        account: Whose memory.

    Returns:
        One row per finished load, history and kind of other file:

        - table (String): its name, or the folder of other files.
        - kept (String): "whole", "part" (filtered or limited), "history" or "unfinished".
        - rows (Int64, rows), null where they are not counted.
        - fetched_at (Datetime, UTC): start of the load.
        - certainty (String): of the load.
        - bytes (Int64, bytes): on the disk.
        - snapshot (String): id of the load, for ``snapshot=``.
        - pinned (Boolean): whether it is kept for good.
    """
    snapshots, history = Snapshots(account), History(account)
    rows: list[tuple[object, ...]] = []
    for one in snapshots.all():
        size = sum(path.stat().st_size for path in snapshots.paths(account, one) if path.exists())
        kept = "part" if one.query else "whole"
        pinned = snapshots.pinned(one)
        rows.append(
            (one.table, kept, one.rows, one.fetched_at, one.certainty, size, one.id, pinned)
        )
    for place in sorted(history.root.glob("*")):
        frame = history.read(place.name)
        newest = frame["observed_at"].max()
        rows.append((place.name, "history", frame.height, newest, None, _size(place), None, None))
    rows.extend(
        (place.name, "unfinished", None, None, None, size, None, None)
        for place in sorted((account.folder / "journals").glob("*"))
        if (size := _size(place))
    )
    return pl.DataFrame(rows, schema=INVENTORY, orient="row")


def clear(
    account: Account,
    *,
    keep_history: bool = False,
    on_wait: Callable[[float, str], None] | None = None,
) -> int:
    """Forget everything that is remembered of an account.

    Args:
        account: Whose memory.
        keep_history: Leave the history, which cannot be loaded again.
        on_wait: Told the seconds left and a reason before waiting for a load under way.

    Returns:
        Bytes that were freed.

    Raises:
        StoreLocked: A load was under way for too long.
        StoreFull: No permission.
        StoreUnsafe: The folder is not the user's own.
    """
    folder = account.folder
    if not check(folder):
        forget_beside(account)
        return 0
    before = _size(folder)
    with holding_all(folder, patience=PATIENCE, on_wait=on_wait):
        for path in sorted(folder.iterdir()):
            if path.name != "locks" and not (keep_history and path.name == "history"):
                _remove(path)
        if os.name != "nt":
            _remove_locks(folder)
    if os.name == "nt":  # which removes no file that is held
        _remove_locks(folder)
    forget_beside(account)
    return before - (_size(folder) if folder.exists() else 0)


def _remove_locks(folder: Path) -> None:
    """Remove the locks, and the folder when nothing else is left and nobody begins in it."""
    with writing(folder):
        try:
            shutil.rmtree(folder / "locks")
            if not any(folder.iterdir()):
                folder.rmdir()
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.ENOENT):
                raise


def _remove(path: Path) -> None:
    with writing(path):
        if path.is_dir() and not path.is_symlink():
            _let_remove(path)
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _let_remove(folder: Path) -> None:
    """Let what is in a folder be removed, where somebody made a folder of it read-only."""
    folder.chmod(FOLDER_MODE)
    for place, names, _ in os.walk(folder):
        for inner in (Path(place, name) for name in names):
            if not inner.is_symlink():
                inner.chmod(FOLDER_MODE)


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())
