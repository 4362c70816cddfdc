"""Tags, and who has them."""

from __future__ import annotations

from datetime import timedelta

from actoolkit.loaders._ids import Ids
from actoolkit.loaders._load import DAY, Frame, How, load
from actoolkit.loaders._period import Moment
from actoolkit.loaders._request import Missing
from actoolkit.settings import Account, FrameKind


def load_tags(
    *,
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
    """Load tags.

    Grain: one row per tag.

    Args:
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
        Columns (all: ``describe("tags")``):

        - tag_id (String): identifies the tag.
        - name, type, description (String).
        - created_at (Datetime, UTC).

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/retrieve-all-tags

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     tags = ac.load_tags(account=account, progress=False)
        >>> tags.columns[:2]
        ['tag_id', 'name']
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    return load("tags", how)


def load_contact_tags(
    *,
    contact_ids: Ids | None = None,
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
    """Load which contact has which tag.

    Grain: one row per pair of contact and tag. Time column: ``tagged_at``. The API's reference
    leaves out the collection of all pairs; a load of it says so.

    Args:
        contact_ids: Tags of these contacts, asked one by one: one id, several, or a column of a
            frame; None reads all pairs of the account.
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
        Columns (all: ``describe("contact_tags")``):

        - contact_tag_id (String): identifies the pair.
        - contact_id (String), tag_id (String).
        - tagged_at (Datetime, UTC), tagged_local (Datetime, account's wall clock).

    Raises:
        NotAvailable: The account does not answer the undocumented collection of all pairs: pass
            contact_ids=.
        NotFound: A contact does not exist.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/overview

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     pairs = ac.load_contact_tags(account=account, progress=False)
        >>> pairs.columns[:3]
        ['contact_tag_id', 'contact_id', 'tag_id']
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    filters = {"contact_ids": contact_ids}
    return load("contact_tags", how, filters=filters, missing=missing)
