"""When loaded data are of, on the clock of the account."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import narwhals.stable.v2 as nw

from actoolkit.errors import InvalidArgument
from actoolkit.loaders._provenance import provenance
from actoolkit.loaders.account import load_user
from actoolkit.settings import Account
from actoolkit.store import Manifest


def data_as_of(*tables: str, account: Account | None = None) -> datetime:
    """Give the moment that loaded tables are of: what charts write beside "Data as of".

    Reports and explorers use the same moment, so that a notebook's days end where theirs do.

    Args:
        *tables: Names of loaded tables, such as "campaigns".
        account: Whose; default `Account.from_env`.

    Returns:
        Start of the load by the server's clock, in the account's time zone (that of its user;
        UTC where it names none); of several tables the earliest.

    Raises:
        InvalidArgument: There is no such table, or none was named.
        SnapshotMissing: One of them was never loaded.

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     campaigns = ac.load_campaigns(account=account, progress=False)
        ...     print(ac.data_as_of("campaigns", account=account))
        2026-06-30 10:00:00-05:00
    """
    if not tables:
        raise InvalidArgument("No table was named.", hint='Name one, such as "campaigns".')
    chosen = Account.chosen(account)
    moments = [moment_of(provenance(table, account=chosen)) for table in tables]
    return min(moments).astimezone(zone_of(load_user(account=chosen, progress=False)))


def moment_of(manifest: Manifest) -> datetime:
    """Give the start of a load by the server's clock; by the account's where it showed none.

    Args:
        manifest: Of the load.
    """
    return manifest.server_at or manifest.fetched_at


def zone_of(user: Any) -> ZoneInfo:
    """Give the time zone that an account's user names; UTC where there is none, or no such zone.

    Args:
        user: Frame of `load_user`, or None.
    """
    if user is None:
        return ZoneInfo("UTC")
    column = nw.from_native(user).lazy().collect()["time_zone"]
    named = [one for one in column.drop_nulls().to_list() if one]
    try:
        return ZoneInfo(named[0] if named else "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
