"""Connected services, such as stores."""

from __future__ import annotations

from datetime import timedelta

from actoolkit.loaders._load import DAY, Frame, How, load
from actoolkit.loaders._period import Moment
from actoolkit.settings import Account, FrameKind


def load_connections(
    *,
    service: str | None = None,
    external_id: str | None = None,
    account: Account | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    max_age: timedelta = DAY,
    refresh: bool = False,
    limit: int | None = None,
    frame: FrameKind | None = None,
    lazy: bool = False,
    progress: bool | None = None,
    snapshot: str | None = None,
    mask: bool = False,
) -> Frame:
    """Load connected services, such as stores.

    Grain: one row per connected service.

    Args:
        service: Connections of this service only, such as "shopify" (the API filters).
        external_id: The connection of this id in the service only (the API filters).
        account: Whom to read; default `Account.from_env`.
        since: Refused: the table has no time column.
        until: Refused: the table has no time column.
        max_age: A snapshot younger than this is served without a request.
        refresh: Load again, whatever is stored.
        limit: The first so many rows only, marked "unverified".
        frame: "polars" or "pandas"; default the account's.
        lazy: Give a ``polars.LazyFrame`` over the snapshot.
        progress: Show a bar; default in terminals and notebooks.
        snapshot: Id of a load (`pin`): its rows again, without a request, whatever came since.
        mask: Cover personal data: see `actoolkit.loaders`.

    Returns:
        Columns (all: ``describe("connections")``):

        - connection_id (String): identifies the connection.
        - service, name, external_id (String).
        - status, sync_status (String).

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/list-all-connections

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     connections = ac.load_connections(account=account, progress=False)
        >>> connections.columns[:2]
        ['connection_id', 'service']
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    filters = {"service": service, "external_id": external_id}
    return load("connections", how, filters=filters)
