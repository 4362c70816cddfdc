"""Automations, and the contacts who entered them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal

from actoolkit.loaders._ids import Ids
from actoolkit.loaders._load import DAY, Frame, How, load
from actoolkit.loaders._period import Moment
from actoolkit.loaders._request import Missing
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
    snapshot: str | None = None,
    mask: bool = False,
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
        snapshot: Id of a load (`pin`): its rows again, without a request, whatever came since.
        mask: Cover personal data: see `actoolkit.loaders`.

    Returns:
        Columns (all: ``describe("automations")``):

        - automation_id (String): identifies the automation.
        - name (String), status (String): "active" or "inactive".
        - entries, exits (Int64, entries): how often contacts entered and left.

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
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
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    return load("automations", how)


def load_contact_automations(
    *,
    contact_ids: Ids | None = None,
    automation_id: str | int | None = None,
    contact_id: str | int | None = None,
    status: Literal["in progress", "ended"] | None = None,
    last_block_id: str | int | None = None,
    added_on: datetime | date | str | None = None,
    added_from: datetime | date | str | None = None,
    added_after: datetime | date | str | None = None,
    added_before: datetime | date | str | None = None,
    added_to: datetime | date | str | None = None,
    order_by: str | None = None,
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
    reconcile: bool = False,
) -> Frame:
    """Load the entries of contacts into automations.

    Grain: one row per entry; entering again makes another row. Time column: ``added_at``.

    Args:
        contact_ids: Entries of these contacts, asked one by one: one id, several, or a column of a
            frame.
        automation_id: Entries into this automation only (the API filters).
        contact_id: Entries of this contact only (the API filters).
        status: Entries in this state only (the API filters).
        last_block_id: Entries that stand at this block only (the API filters).
        added_on: Entries of this day or second only (the API filters).
        added_from: Entries of this moment and later (the API filters); wall clock, as all of these.
        added_after: Entries later than this moment (the API filters).
        added_before: Entries earlier than this moment (the API filters).
        added_to: Entries of this moment and earlier (the API filters).
        order_by: "added_at", "status", "automation_id", "subscriberid"; a "-" before it turns it
            round (the API orders).
        missing: "skip" goes on without a contact that does not exist and says so.
        account: Whom to read; default `Account.from_env`.
        since: First moment that is in: a date or naive datetime of the account's wall clock, a
            datetime with a zone, or the ISO text of one.
        until: First moment that is out.
        max_age: A snapshot younger than this is served without a request.
        refresh: Ask again, whatever is stored: for what was added since the oldest entry that had
            not ended.
        limit: The first so many rows only, marked "unverified".
        frame: "polars" or "pandas"; default the account's.
        lazy: Give a ``polars.LazyFrame`` over the snapshot.
        progress: Show a bar; default in terminals and notebooks.
        snapshot: Id of a load (`pin`): its rows again, without a request, whatever came since.
        mask: Cover personal data: see `actoolkit.loaders`.
        reconcile: Load every row again, so that those deleted at the source go; a refresh asks only
            for what changed.

    Returns:
        Columns (all: ``describe("contact_automations")``):

        - contact_automation_id (String): identifies the entry.
        - contact_id (String), automation_id (String).
        - added_at (Datetime, UTC), added_local (Datetime, account's wall clock): entry.
        - removed_at, last_step_at (Datetime, UTC).
        - status (String): "in progress" or "ended"; completed (Boolean): whether the last step was
          reached.
        - complete_percent (Int64, percent of the steps), timespan_seconds (Int64, seconds).

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        NotFound: A contact does not exist.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/list-all-contact-automations
        https://developers.activecampaign.com/reference/list-all-contactautomations-for-contact

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     entries = ac.load_contact_automations(account=account, progress=False)
        >>> entries.columns[:2]
        ['contact_automation_id', 'contact_id']
    """
    how = How(
        account,
        since,
        until,
        max_age,
        refresh,
        limit,
        frame,
        lazy,
        progress,
        snapshot,
        mask,
        reconcile,
    )
    filters = {
        "contact_ids": contact_ids,
        "automation_id": automation_id,
        "contact_id": contact_id,
        "status": status,
        "last_block_id": last_block_id,
        "added_on": added_on,
        "added_from": added_from,
        "added_after": added_after,
        "added_before": added_before,
        "added_to": added_to,
    }
    return load("contact_automations", how, filters=filters, order_by=order_by, missing=missing)
