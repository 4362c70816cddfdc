"""Automations, and the contacts who entered them."""

from __future__ import annotations

from datetime import timedelta

from actoolkit.loaders._load import DAY, Frame, How, load
from actoolkit.loaders._period import Moment
from actoolkit.settings import Account, FrameKind


def load_automations(
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
    """Load automations.

    Grain: one row per automation; counters are lifetime totals as of the load. Time column:
    ``created_at``.

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
        Columns (all: ``describe("automations")``):

        - automation_id (String): identifies the automation.
        - name (String), status (String): "active" or "inactive".
        - entries, exits (Int64, entries): how often contacts entered and left.

    Raises:
        ApiError: The account did not answer, refused, or lacks the resource.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/list-all-automations

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     automations = ac.load_automations(account=account, progress=False)
        >>> automations.columns[:2]
        ['automation_id', 'name']
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress)
    return load("automations", how)


def load_contact_automations(
    *,
    automation_id: str | int | None = None,
    contact_id: str | int | None = None,
    status: str | None = None,
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
    """Load the entries of contacts into automations.

    Grain: one row per entry; entering again makes another row. Time column: ``added_at``.

    Args:
        automation_id: Entries into this automation only (the API filters).
        contact_id: Entries of this contact only (the API filters).
        status: "in progress" or "ended" only (the API filters).
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
        Columns (all: ``describe("contact_automations")``):

        - contact_automation_id (String): identifies the entry.
        - contact_id (String), automation_id (String).
        - added_at (Datetime, UTC), added_local (Datetime, account's wall clock): entry.
        - removed_at, last_step_at (Datetime, UTC).
        - status (String): "in progress" or "ended"; completed (Boolean): whether the last
          step was reached.
        - complete_percent (Int64, percent of the steps), timespan_seconds (Int64,
          seconds).

    Raises:
        ApiError: The account did not answer, refused, or lacks the resource.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/list-all-contact-automations

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     entries = ac.load_contact_automations(account=account, progress=False)
        >>> entries.columns[:2]
        ['contact_automation_id', 'contact_id']
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress)
    filters = {
        "automation_id": automation_id,
        "contact_id": contact_id,
        "status": status,
    }
    return load("contact_automations", how, filters=filters)
