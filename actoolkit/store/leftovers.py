"""What lies beside the accounts' folders: the pace of each host, what pages and charts carry."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from actoolkit.api.pacing import pace_path
from actoolkit.settings import Account
from actoolkit.store.folder import writing

_FOLDER = re.compile(r"(.+)-[0-9a-f]{12}")
_BESIDE = ("pace/*.json", "pace/*.json.lock", "assets/vega-*", "live-chart-*.js", ".live-chart-*")


def forget_unused(account: Account) -> None:
    """Remove an account's folder if nothing is in it.

    Args:
        account: One that was never reached, such as by a mistyped address.

    Raises:
        StoreFull: No permission.
    """
    with suppress(OSError):
        account.folder.rmdir()
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
