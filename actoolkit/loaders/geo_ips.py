"""From where contacts opened or clicked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from actoolkit.loaders._ids import Ids
from actoolkit.loaders._load import DAY, Frame, How, load
from actoolkit.loaders._period import Moment
from actoolkit.loaders._request import Missing
from actoolkit.settings import Account, FrameKind


def load_geo_ips(
    *,
    contact_ids: Ids,
    include: str | Sequence[str] = (),
    missing: Missing = "raise",
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
    """Load from where contacts opened or clicked.

    Grain: one row per contact and address, with the campaign it was seen in. Time column:
    ``seen_at``. IP addresses are left out.

    Args:
        contact_ids: Of which contacts, asked one by one: one id, several, or a column of a frame.
        include: Columns that are otherwise left out: "ip4".
        missing: "skip" goes on without a contact that does not exist and says so.
        account: Whom to read; default `Account.from_env`.
        since: First moment that is in: a date or naive datetime of the account's wall clock, a
            datetime with a zone, or the ISO text of one.
        until: First moment that is out.
        max_age: A snapshot younger than this is served without a request.
        refresh: Load again, whatever is stored.
        limit: The first so many rows only, marked "unverified".
        frame: "polars" or "pandas"; default the account's.
        lazy: Give a ``polars.LazyFrame`` over the snapshot.
        progress: Show a bar; default in terminals and notebooks.
        snapshot: Id of a load (`pin`): its rows again, without a request, whatever came since.
        mask: Cover personal data: see `actoolkit.loaders`.

    Returns:
        Columns (all: ``describe("geo_ips")``):

        - geo_ip_id (String): identifies the sighting.
        - contact_id, campaign_id, message_id (String).
        - geo_address_id (String, personal data): the place.
        - seen_at (Datetime, UTC), seen_local (Datetime, account's wall clock).

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        NotFound: A contact does not exist.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/retrieve-contact-geo-ips

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     people = ac.load_contacts(account=account, limit=20, progress=False)
        ...     places = ac.load_geo_ips(
        ...         contact_ids=people["contact_id"], account=account, progress=False
        ...     )
        >>> set(places["contact_id"]) <= set(people["contact_id"])
        True
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    filters = {"contact_ids": contact_ids}
    return load("geo_ips", how, filters=filters, include=include, missing=missing)
