"""What lies beside the accounts' folders: the pace of each host, what pages and charts carry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from actoolkit.api.pacing import pace_path
from actoolkit.errors import ApiError, RateLimited, StoreError
from actoolkit.settings import Account
from actoolkit.store.folder import writing
from actoolkit.store.locks import holding

_FOLDER = re.compile(r"(.+)-[0-9a-f]{12}")
_BESIDE = ("pace/*.json", "pace/*.json.lock", "assets/vega-*", "live-chart-*.js", ".live-chart-*")


@contextmanager
def forgetting_unused(account: Account) -> Iterator[None]:
    """Leave nothing behind of an account that never answered, such as one of a mistyped address.

    How long a busy one asks to wait is kept.

    Args:
        account: Who is asked within the block.

    Yields:
        Nothing.
    """
    try:
        yield
    except (ApiError, KeyboardInterrupt) as error:
        if not isinstance(error, RateLimited):
            with suppress(StoreError, OSError):
                _forget_unused(account)
        raise


def _forget_unused(account: Account) -> None:
    """Remove an account's folder if nothing but empty folders and locks that are free is in it."""
    folder = account.folder
    locks = folder / "locks"
    files = [path for path in folder.rglob("*") if not path.is_dir()]
    if not all(path.parent == locks and path.suffix == ".lock" for path in files):
        return
    with ExitStack() as stack:
        for path in files:
            stack.enter_context(holding(folder, path.stem, patience=0.0))
        for path in files:
            path.unlink(missing_ok=True)
    for place in sorted((one for one in folder.rglob("*") if one.is_dir()), reverse=True):
        place.rmdir()  # not where another process has begun meanwhile
    with suppress(FileNotFoundError):
        folder.rmdir()
    forget_beside(account)


def of_other_tokens(account: Account) -> list[Path]:
    """Folders of the same host: what was loaded with another token, such as one since renewed.

    Args:
        account: Whose own folder is not among them.
    """
    host = account.key.rpartition("-")[0]
    beside = account.folder.parent.glob("*-*")
    found = [path for path in beside if (name := _FOLDER.fullmatch(path.name)) and name[1] == host]
    return sorted(path for path in found if path != account.folder and path.is_dir())


def forget_beside(account: Account) -> None:
    """Remove what serves no account any more.

    The pace is shared by all tokens of a host: it goes with the last of them. Everything else
    beside the folders goes with the last account.

    Args:
        account: One that may be remembered no more.

    Raises:
        StoreFull: No permission.
    """
    root = account.folder.parent
    remembered = [found[1] for path in root.glob("*-*") if (found := _FOLDER.fullmatch(path.name))]
    pace = pace_path(account)
    own = account.key.rpartition("-")[0]
    gone: list[Path] = []
    if not remembered:
        gone = [path for pattern in _BESIDE for path in root.glob(pattern)]
    elif own not in remembered:
        gone = [pace, pace.with_name(f"{pace.name}.lock")]
    for path in gone:
        with writing(path):
            path.unlink(missing_ok=True)
    for folder in (root / "pace", root / "assets"):
        with suppress(OSError):  # not there, or not empty
            folder.rmdir()
