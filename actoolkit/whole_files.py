"""Files that people name: written whole or not at all, and open to nobody new."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

FULL = (errno.ENOSPC, errno.EDQUOT)
"""Numbers of the errors that say there is no room."""


def write_whole(target: Path, write: Callable[[BinaryIO], object], *, private: bool) -> None:
    """Write a file, whole or not at all; whatever ends it early leaves what was there.

    A symbolic link stays, and the file that it leads to is replaced.

    Args:
        target: File to write; replaced when it exists.
        write: Writes the content.
        private: Let nobody else read it; else it may be read by whom the one before it could, a
            new one by whom the umask lets.

    Raises:
        OSError: It cannot be written, or what is there is no file.
        ValueError: It has a null byte in its name.
    """
    mode = _mode_of(target)
    if private:
        mode = 0o600
    place = Path(os.path.realpath(target))
    temporary = place.with_name(f".actoolkit-{secrets.token_hex(6)}")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        handle = os.open(temporary, flags, 0o666 if mode is None else mode)
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            temporary.chmod(mode)
        temporary.replace(place)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def next_step(error: OSError | ValueError) -> str:
    """Give what to do about a file that could not be written.

    Args:
        error: Why it could not.
    """
    if isinstance(error, OSError) and error.errno in FULL:
        return "Make room there, or choose a file on another disk."
    return "Choose a file in a folder that exists and that you may write to."


def _mode_of(target: Path) -> int | None:
    """Who may read and write the file that is there; None where there is none."""
    try:
        found = target.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(found):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(found):
        raise OSError(errno.EINVAL, "it is a pipe, a socket or a device, not a file")
    return stat.S_IMODE(found) & 0o777
