"""Lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from actoolkit.loaders._ids import Ids
from actoolkit.loaders._load import DAY, Frame, How, load
from actoolkit.loaders._period import Moment
from actoolkit.loaders._request import Missing
from actoolkit.settings import Account, FrameKind


def load_lists(
    *,
    name: str | None = None,
    name_not: str | None = None,
    name_contains: str | None = None,
    name_starts_with: str | None = None,
    name_from: str | None = None,
    name_greater: str | None = None,
    name_less: str | None = None,
    name_to: str | None = None,
    order_by: str | None = None,
    include: str | Sequence[str] = (),
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
    """Load lists.

    Grain: one row per list that the token's user may see. Time column: ``created_at``. Social
    tokens are left out. Conditions on the name are applied by the API.

    Args:
        name: The list of exactly this name.
        name_not: All but the list of this name.
        name_contains: Lists whose name contains this.
        name_starts_with: Lists whose name begins with this.
        name_from: Lists of this name and behind it in the alphabet.
        name_greater: Lists behind this name.
        name_less: Lists before this name.
        name_to: Lists of this name and before it.
        order_by: "name", "weight"; a "-" before it turns it round (the API orders). "weight": the
            lists whose name fits best come first.
        include: Columns that are otherwise left out: "twitter_token", "twitter_token_secret",
            "facebook_session".
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
        Columns (all: ``describe("lists")``):

        - list_id (String): identifies the list.
        - name (String), string_id (String): its names.
        - active_subscribers (Int64, contacts): subscribed now; null where the account lacks it.
        - non_deleted_subscribers (Int64, contacts): ever on it and not deleted.
        - created_at (Datetime, UTC), created_local (Datetime, account's wall clock).

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
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
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    filters = {
        "name": name,
        "name_not": name_not,
        "name_contains": name_contains,
        "name_starts_with": name_starts_with,
        "name_from": name_from,
        "name_greater": name_greater,
        "name_less": name_less,
        "name_to": name_to,
    }
    return load("lists", how, filters=filters, order_by=order_by, include=include)


def load_list(
    list_id: Ids,
    *,
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
    """Load one list, or several, by id.

    Grain: one row per list. Time column: ``created_at``. Social tokens are left out.

    Args:
        list_id: Which: one id, several, or a column of a frame.
        include: Columns that are otherwise left out: "twitter_token", "twitter_token_secret",
            "facebook_session".
        missing: "skip" goes on without a list that does not exist and says so.
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
        Columns (all: ``describe("lists")``):

        - list_id (String): identifies the list.
        - name (String), string_id (String): its names.
        - active_subscribers (Int64, contacts): subscribed now; null where the account lacks it.
        - created_at (Datetime, UTC), created_local (Datetime, account's wall clock).

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        NotFound: A list does not exist.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/retrieve-a-list

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     one = ac.load_list(1, account=account, progress=False)
        >>> one["list_id"].to_list()
        ['1']
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    filters = {"list_id": list_id}
    return load("lists", how, filters=filters, include=include, missing=missing)
