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
    before = _file_at(target)
    place = Path(os.path.realpath(target))
    temporary = place.with_name(f".actoolkit-{secrets.token_hex(6)}")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        handle = os.open(temporary, flags, 0o600 if private or before else 0o666)
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        if before and not private:
            _hand_over(temporary, before)
        temporary.replace(place)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def look_ahead(target: Path) -> None:
    """Fail where a file cannot be written, before time is spent on what shall be in it.

    Args:
        target: File that `write_whole` shall write.

    Raises:
        OSError: Its folder is not there, or what is there is no file.
        ValueError: It has a null byte in its name.
    """
    _file_at(target)
    if not Path(os.path.realpath(target)).parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))


def next_step(error: OSError | ValueError) -> str:
    """Give what to do about a file that could not be written.

    Args:
        error: Why it could not.
    """
    if isinstance(error, OSError) and error.errno in FULL:
        return "Make room there, or choose a file on another disk."
    return "Choose a file in a folder that exists and that you may write to."


def _file_at(target: Path) -> os.stat_result | None:
    """The facts of the file that is there; None where there is none."""
    try:
        found = target.stat()
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is a pipe, a socket or a device, not a file")
    return found


def _hand_over(temporary: Path, before: os.stat_result) -> None:
    """Give a file the owner, the group and the mode of the one that it replaces, as far as we may.

    Where it cannot get the group, ours may do what everybody may.
    """
    mode, ours = stat.S_IMODE(before.st_mode) & 0o777, temporary.stat()
    if ours.st_gid != before.st_gid:
        try:
            os.chown(temporary, -1, before.st_gid)
        except OSError:
            mode = mode & 0o707 | (mode & 0o007) << 3
    if ours.st_uid != before.st_uid:
        with suppress(OSError):
            os.chown(temporary, before.st_uid, -1)
    temporary.chmod(mode)
