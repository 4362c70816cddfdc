"""The user's own folders: where they are, and that a machine may have none."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

from actoolkit.errors import SettingsError

CACHE_VARIABLE = "ACTOOLKIT_CACHE_DIR"
KEY_VARIABLE = "ACTOOLKIT_KEY_DIR"
"""Names the folder of the keys; default the user's own folder for data, not the cache."""


def cache_home() -> Path:
    """Give the folder of all caches: ``ACTOOLKIT_CACHE_DIR``, or the user's own.

    Raises:
        SettingsError: No home folder is known, as in a container that runs as an unknown user.
    """
    given = os.environ.get(CACHE_VARIABLE)
    return expanded(given) if given else _own(user_cache_path, CACHE_VARIABLE)


def key_home() -> Path:
    """Give the folder of the keys: ``ACTOOLKIT_KEY_DIR``, or one in the user's own.

    Raises:
        SettingsError: As `cache_home`.
    """
    given = os.environ.get(KEY_VARIABLE)
    return expanded(given, KEY_VARIABLE) if given else _own(user_data_path, KEY_VARIABLE) / "keys"


def expanded(path: str | os.PathLike[str], variable: str = CACHE_VARIABLE) -> Path:
    """Put the home folder in the place of ``~``.

    Args:
        path: As given by the user.
        variable: What can name another one.

    Raises:
        SettingsError: No home folder is known.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        pass
    raise _homeless(variable)


def _own(find: Callable[[str], Path], variable: str) -> Path:
    try:
        found = find("actoolkit")
    except RuntimeError:
        pass
    else:
        if not found.parts[0].startswith("~"):
            return found
    raise _homeless(variable)


def _homeless(variable: str) -> SettingsError:
    return SettingsError(
        "No home folder is known for this user.",
        hint=f"Set {variable} to a folder of your own, written in full.",
    )
