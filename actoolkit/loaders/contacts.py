"""Contacts, and the score values that ride along with them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from actoolkit.loaders._load import DAY, Frame, How, load
from actoolkit.loaders._period import Moment
from actoolkit.settings import Account, FrameKind


def load_contacts(
    *,
    email: str | None = None,
    list_id: str | int | None = None,
    tag_id: str | int | None = None,
    segment_id: str | int | None = None,
    status: str | None = None,
    updated_after: datetime | date | str | None = None,
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
    """Load contacts; their score values ride along and are stored too.

    Grain: one row per contact. Time column: ``created_at``. Walked by id, so that no contact
    who existed throughout can be missing.

    Args:
        email: The contact of this address (the API filters).
        list_id: Contacts of this list only (the API filters).
        tag_id: Contacts with this tag only (the API filters).
        segment_id: Contacts of this segment only (the API filters).
        status: "any", "unconfirmed", "subscribed", "unsubscribed" or "bounced" (the API
            filters).
        updated_after: Changed after this moment only (the API filters); a datetime needs a
            zone.
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
        Columns (all: ``describe("contacts")``):

        - contact_id (String): identifies the contact.
        - email, first_name, last_name, phone (String, personal data); email_domain
          (String).
        - created_at (Datetime, UTC), created_local (Datetime, account's wall clock),
          updated_at (Datetime, UTC).
        - hard_bounces, soft_bounces (Int64, mails), bounced_on (Date).
        - last_open_local, last_click_local, last_mpp_open_local (Datetime, account's wall
          clock): the last is a privacy open.
        - sends (Int64, mails), deleted (Boolean).

    Raises:
        ApiError: The account did not answer, refused, or lacks the resource.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/list-all-contacts

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     contacts = ac.load_contacts(account=account, progress=False)
        >>> contacts.columns[:2]
        ['contact_id', 'email']
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress)
    filters = {
        "email": email,
        "list_id": list_id,
        "tag_id": tag_id,
        "segment_id": segment_id,
        "status": status,
        "updated_after": updated_after,
    }
    return load("contacts", how, filters=filters)


def load_score_values(
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
    """Load the value of each score for each contact.

    Grain: one row per pair of score and contact or deal; the source overwrites it. The values
    ride along with contacts: one walk fills both snapshots.

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

    Returns:
        Columns (all: ``describe("score_values")``):

        - score_value_id (String): identifies the value.
        - score_id (String), contact_id (String), deal_id (String): one of the latter two
          is null.
        - score_value (Float64, points): as of the load.
        - created_at, updated_at (Datetime, UTC): first value, last change.

    Raises:
        ApiError: The account did not answer, refused, or lacks the resource.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/list-all-contacts

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     values = ac.load_score_values(account=account, progress=False)
        >>> values.columns[:3]
        ['score_value_id', 'score_id', 'contact_id']
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress)
    return load("score_values", how)
