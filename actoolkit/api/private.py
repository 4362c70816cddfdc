"""Folders and files that hold customers' data: made for their owner alone, whatever the umask."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

from actoolkit.errors import StoreFull, StoreUnsafe

FOLDER_MODE = 0o700
FILE_MODE = 0o600
_TIMES = 10


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner can enter, or check one that is there.

    Args:
        path: The folder. Missing parents are made with the same mode.

    Returns:
        The folder.

    Raises:
        StoreUnsafe: It is a symbolic link, someone else's, or others may write into it.
        StoreFull: It cannot be made, or not be written into.
    """
    try:
        found = _made(path)
        unsafe = _unsafe(found)
        if not unsafe and found.st_mode & 0o077:
            path.chmod(FOLDER_MODE)
        writable = os.access(path, os.W_OK | os.X_OK)
    except OSError as error:
        reason = error.strerror or type(error).__name__
    else:
        if unsafe:
            raise StoreUnsafe(
                f"{path} {unsafe}.", hint="Choose another folder: ACTOOLKIT_CACHE_DIR."
            )
        if writable:
            return path
        reason = "it is read-only"
    raise StoreFull(
        f"{path} cannot be used as a cache: {reason}.",
        hint="Make room or allow writing, or choose another folder: ACTOOLKIT_CACHE_DIR.",
    )


def _made(path: Path) -> os.stat_result:
    """Make a folder and those above it; again where others remove one of them meanwhile."""
    for _ in range(_TIMES - 1):
        with suppress(FileNotFoundError):
            return _made_once(path)
    return _made_once(path)


def _made_once(path: Path) -> os.stat_result:
    missing = [one for one in (path, *path.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=FOLDER_MODE, exist_ok=True)
        one.chmod(FOLDER_MODE)
    return path.lstat()


def private_file(path: Path) -> Path:
    """Make a file that only its owner can read, if it is not there.

    Args:
        path: The file, in a `private_folder`.

    Returns:
        The file.

    Raises:
        StoreUnsafe: It is a symbolic link.
        StoreFull: It cannot be made, or not be written.
    """
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    if path.is_symlink():
        raise StoreUnsafe(f"{path} is a symbolic link.", hint="Remove it.")
    try:
        handle = os.open(path, flags, FILE_MODE)
        try:
            os.fchmod(handle, FILE_MODE)
        finally:
            os.close(handle)
    except OSError as error:
        reason = error.strerror or type(error).__name__
    else:
        return path
    raise StoreFull(
        f"{path} cannot be written: {reason}.",
        hint="Make room or allow writing, or choose another folder: ACTOOLKIT_CACHE_DIR.",
    )


def others_may_write(found: os.stat_result) -> bool:
    """Say whether anyone but the owner may write into a folder.

    A group that has the user's own name and no other member is nobody else: where each user has
    such a group, folders are made writable for it.

    Args:
        found: What the system says of the folder.
    """
    if found.st_mode & stat.S_IWOTH:
        return True
    return bool(found.st_mode & stat.S_IWGRP) and not _is_own_group(found.st_gid)


def _is_own_group(gid: int) -> bool:
    if sys.platform == "win32":
        return True
    import grp
    import pwd

    try:
        user, group = pwd.getpwuid(os.getuid()), grp.getgrgid(gid)
    except KeyError:
        return False
    return group.gr_name == user.pw_name and set(group.gr_mem) <= {user.pw_name}


def _unsafe(found: os.stat_result) -> str:
    if stat.S_ISLNK(found.st_mode):
        return "is a symbolic link"
    if not stat.S_ISDIR(found.st_mode):
        return "is not a folder"
    if hasattr(os, "getuid") and found.st_uid != os.getuid():
        return "belongs to another user"
    if found.st_mode & 0o022:
        return "can be written by others"
    return ""
