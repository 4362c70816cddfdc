"""The key behind the names of masked people: one for each account, kept apart from its data."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from actoolkit.api.private import FILE_MODE, private_folder
from actoolkit.errors import StoreError, StoreUnsafe
from actoolkit.home import KEY_VARIABLE, key_home
from actoolkit.settings import Account

LENGTH = 32


def mask_key(account: Account) -> bytes:
    """Give the key of an account, made at random on its first use.

    It outlives the cache and the token: the same person keeps the same name. Whoever copies the
    file to another machine gets the same names there. The sandbox's people are nobody: their key
    is no secret, and the same everywhere.

    Args:
        account: Whose people.

    Raises:
        StoreUnsafe: Others can read the file, or it is not the user's own.
        StoreError: It is damaged.
        StoreFull: It cannot be written.
    """
    host = account.identity or account.host
    if account.loopback:
        return hashlib.sha256(f"actoolkit sandbox {account.identity}".encode()).digest()
    readable = re.sub(r"[^a-z0-9.-]+", "-", host.lower())
    path = private_folder(key_home()) / f"{readable}.key"
    if not path.exists() and not path.is_symlink():
        _make(path)
    return _read(path)


def _make(path: Path) -> None:
    """Write a key whole, unless another process was quicker."""
    temporary = path.with_name(f".{secrets.token_hex(4)}.part")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(LENGTH))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(temporary)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be written: {error.strerror or type(error).__name__}.",
            hint=f"Choose another folder: {KEY_VARIABLE}.",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def _read(path: Path) -> bytes:
    found = path.lstat()
    if os.name == "posix":
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.getuid():
            raise StoreUnsafe(f"{path} is not a file of your own.", hint="Remove it.")
        if found.st_mode & 0o077:
            raise StoreUnsafe(
                f"{path} keeps people's names secret, and others can read it.",
                hint=f"Run: chmod 600 '{path}'",
            )
    key = path.read_bytes()
    if len(key) != LENGTH:
        raise StoreError(
            f"{path} is damaged: {len(key)} bytes instead of {LENGTH}.",
            hint="Put a copy of it back; or remove it, and masked people get new names.",
        )
    return key
