"""The one line that every load says about itself."""

from __future__ import annotations

from datetime import timedelta

from actoolkit.loaders._request import LIMIT
from actoolkit.settings import Account
from actoolkit.store import Manifest


def told(manifest: Manifest, account: Account, seconds: float | None) -> str:
    """Say in one line what was loaded, how many rows, from where, how old, how sure.

    Args:
        manifest: Of the load.
        account: Whose clock tells the age.
        seconds: How long it took; None when a snapshot was served.
    """
    parts = [f"{manifest.table}: {_counted(manifest.rows, 'row')}"]
    if seconds is None:
        moment = f"{manifest.fetched_at:%Y-%m-%d %H:%M} UTC"
        age = describe_age(manifest.age(account.now()))
        parts.append(f"from the snapshot of {moment}, {age} old ({manifest.certainty})")
    else:
        parts.append(
            f"from {manifest.account} in {seconds:.1f} s"
            f" ({_counted(manifest.requests, 'request')}, {manifest.certainty})"
        )
    line = " ".join(parts)
    if LIMIT in manifest.query:
        line += f". THE FIRST {manifest.query[LIMIT]} ROWS ONLY: leave out limit= for all"
    for fields, what in (
        (manifest.unknown_fields, "unknown fields"),
        (manifest.rescued_values, "fields with values that did not fit"),
    ):
        if fields:
            line += f"; {what} kept in _extra: {', '.join(sorted(fields))}"
    return "; ".join((line, *manifest.notes))


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def describe_age(age: timedelta) -> str:
    """Say a time span in its largest unit.

    Args:
        age: The span.

    Example:
        >>> describe_age(timedelta(minutes=200))
        '3 h'
    """
    seconds = max(0, int(age.total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def describe_duration(seconds: float) -> str:
    """Say how long something will take.

    Args:
        seconds: About so many.

    Example:
        >>> describe_duration(0.4), describe_duration(210.0), describe_duration(9000.0)
        ('a second', '4 min', '2.5 h')
    """
    if seconds < 1:
        return "a second"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
