"""Lists, and who is on them."""

from __future__ import annotations

from datetime import timedelta

from actoolkit.loaders._load import DAY, Frame, How, load
from actoolkit.loaders._period import Moment
from actoolkit.settings import Account, FrameKind


def load_lists(
    *,
    name: str | None = None,
    account: Account | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    max_age: timedelta = DAY,
    refresh: bool = False,
    limit: int | None = None,
    frame: FrameKind | None = None,
    lazy: bool = False,
    progress: bool | None = None,
) -> Frame:
    """Load lists.

    Grain: one row per list that the token's user may see. Time column: ``created_at``.

    Args:
        name: The list of exactly this name (the API filters).
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

    Returns:
        Columns (all: ``describe("lists")``):

        - list_id (String): identifies the list.
        - name (String), string_id (String): its names.
        - active_subscribers (Int64, contacts): subscribed now; null where the account lacks it.
        - non_deleted_subscribers (Int64, contacts): ever on it and not deleted.
        - created_at (Datetime, UTC), created_local (Datetime, account's wall clock).

    Raises:
        ApiError: The account did not answer, refused, or lacks the resource.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/retrieve-all-lists

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     lists = ac.load_lists(account=account, progress=False)
        >>> lists.columns[:2]
        ['list_id', 'name']
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress)
    return load("lists", how, filters={"name": name})


def load_contact_lists(
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
) -> Frame:
    """Load who is, and was, on which list.

    Grain: one row per pair of contact and list, past subscriptions included. Time column:
    ``subscribed_at``. The API's reference leaves this collection out.

    Args:
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

    Returns:
        Columns (all: ``describe("contact_lists")``):

        - contact_list_id (String): identifies the pair.
        - contact_id (String), list_id (String).
        - status (String): "unconfirmed", "subscribed", "unsubscribed" or "bounced".
        - subscribed_at (Datetime, UTC), subscribed_local (Datetime, account's wall clock):
          latest subscription.
        - unsubscribed_at (Datetime, UTC): null while subscribed.

    Raises:
        ApiError: The account did not answer, refused, or lacks the resource.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/overview

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     pairs = ac.load_contact_lists(account=account, progress=False)
        >>> pairs.columns[:3]
        ['contact_list_id', 'contact_id', 'list_id']
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress)
    return load("contact_lists", how)
