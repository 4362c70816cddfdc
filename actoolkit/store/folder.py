"""The account's folder: who may read it, how a file gets into it whole, and what leaves it."""

from __future__ import annotations

import errno
import glob
import io
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from actoolkit.api.private import FILE_MODE, others_may_write, private_folder
from actoolkit.errors import StoreError, StoreFull, StoreUnsafe

DAMAGED = ".damaged"
TEMPORARY = ".part"

_NO_ROOM = frozenset(
    {
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EFBIG,
        errno.EROFS,
        errno.EACCES,
        errno.EPERM,
    }
)
OTHER_FOLDER = "Choose another folder: ACTOOLKIT_CACHE_DIR, in Python cache_dir=."
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


def check(folder: Path) -> bool:
    """Check that a folder may hold customers' data.

    Args:
        folder: The account's folder.

    Returns:
        Whether it exists.

    Raises:
        StoreUnsafe: It is a symbolic link or no folder, belongs to somebody else, others may
            write to it, or the system does not let it be looked at; or others may put another
            folder in its place.
    """
    _check_place(folder.parent)
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    except NotADirectoryError:
        raise StoreUnsafe(f"{folder} lies below a file.", hint=OTHER_FOLDER) from None
    except OSError as error:  # no way in, links in a circle, a name too long
        reason = error.strerror or type(error).__name__
        raise StoreUnsafe(f"{folder} cannot be looked at: {reason}.", hint=OTHER_FOLDER) from error
    if stat.S_ISLNK(found.st_mode) or not stat.S_ISDIR(found.st_mode):
        kind = "a symbolic link" if stat.S_ISLNK(found.st_mode) else "not a folder"
        raise StoreUnsafe(
            f"{folder} is {kind}: customers' data would go where nobody looked.",
            hint=f"Remove it. Or: {OTHER_FOLDER}",
        )
    if os.name == "nt":
        return True
    if found.st_uid != os.getuid():
        raise StoreUnsafe(
            f"{folder} belongs to user {found.st_uid}, not to you.",
            hint=OTHER_FOLDER,
        )
    if found.st_mode & _OTHERS_MAY_WRITE:
        raise StoreUnsafe(
            f"Others may write to {folder} (mode {stat.S_IMODE(found.st_mode):o}).",
            hint=f"See what is in it, then run: chmod 700 '{folder}'",
        )
    return True


def _check_place(place: Path) -> None:
    """Check that nobody else may rename or remove the account's folder; root always may.

    It may be a symbolic link, such as to a larger disk: what counts is where it leads.
    """
    try:
        found = place.stat()
    except OSError:
        return  # not there yet, or what keeps the folder from being looked at
    if os.name == "nt" or not stat.S_ISDIR(found.st_mode):
        return
    hint = f"Choose a folder of your own, such as ACTOOLKIT_CACHE_DIR='{place / 'actoolkit'}'."
    if found.st_uid not in (os.getuid(), 0):
        raise StoreUnsafe(
            f"{place} belongs to user {found.st_uid}, who may replace your folder in it.", hint=hint
        )
    if others_may_write(found) and not found.st_mode & stat.S_ISVTX:
        mode = stat.S_IMODE(found.st_mode)
        raise StoreUnsafe(
            f"Others may write to {place} (mode {mode:o}), and replace your folder in it.",
            hint=f"If it is yours alone, run: chmod go-w '{place}'. Or: {hint}",
        )


def prepare(folder: Path) -> Path:
    """Create a folder, and what is missing above it, for its owner alone.

    Args:
        folder: The account's folder.

    Raises:
        StoreUnsafe: As `check`.
        StoreFull: It cannot be created, or not be written into.
    """
    check(folder)
    return private_folder(folder)


def below(folder: Path, *parts: str) -> Path:
    """Create a chain of private folders in a prepared one.

    Args:
        folder: A folder from `prepare`.
        *parts: Names, each one level deeper.
    """
    return private_folder(folder.joinpath(*parts))


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says about a file into a typed error.

    Args:
        path: What is being written, for the message.

    Raises:
        StoreFull: No space, or no permission.
        StoreError: Anything else that the system refuses.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        if error.errno in _NO_ROOM:
            raise StoreFull(
                f"{path} cannot be written: {reason}.",
                hint="Make room or allow writing; what was stored before is untouched. "
                f"Or: {OTHER_FOLDER}",
            ) from error
        raise StoreError(f"{path} cannot be used: {reason}.", hint=OTHER_FOLDER) from error


@contextmanager
def replacing(path: Path) -> Iterator[io.BufferedRandom]:
    """Write a file so that it is there whole or not at all, also after a power cut.

    Args:
        path: The file's name in a prepared folder.

    Yields:
        A file to write to; it takes its name when the block ends without an error.

    Raises:
        StoreFull: As `writing`. What was there before is untouched.
    """
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}{TEMPORARY}")
    with writing(path):
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE)
        try:
            with os.fdopen(descriptor, "w+b") as file:
                if os.name != "nt":
                    os.fchmod(descriptor, FILE_MODE)
                yield file
                file.flush()
                os.fsync(descriptor)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)


def sweep(place: Path, name: str = "") -> None:
    """Remove what writers left that were killed; nobody else may be writing there.

    Args:
        place: A prepared folder.
        name: Of the file whose writers are meant; of all files without one.
    """
    for path in place.glob(f"{glob.escape(name)}*{TEMPORARY}"):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def quarantine(*paths: Path) -> None:
    """Rename damaged files so that nobody reads them again; the next publication removes them.

    Args:
        *paths: Files; those that are not there are passed over.
    """
    for path in paths:
        with writing(path), suppress(FileNotFoundError):  # another process was quicker
            path.replace(path.with_name(path.name + DAMAGED))
