"""The log of one-to-one mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from actoolkit.loaders._load import DAY, Frame, How, load
from actoolkit.loaders._period import Moment
from actoolkit.settings import Account, FrameKind


def load_email_activities(
    *,
    contact_id: str | int | None = None,
    deal_id: str | int | None = None,
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
    reconcile: bool = False,
) -> Frame:
    """Load the log of one-to-one mail.

    Grain: one row per mail written to or by one contact; not opens and clicks of campaigns. Bodies
    are left out. Time column: ``happened_at``. A walk of more than 50,000 rows tells what it costs,
    and `sync` leaves it out unless it is named.

    Args:
        contact_id: Mail of this contact only (the API filters).
        deal_id: Mail of this deal only (the API filters).
        include: Columns that are otherwise left out: "message", "message_html".
        account: Whom to read; default `Account.from_env`.
        since: First moment that is in: a date or naive datetime of the account's wall clock, a
            datetime with a zone, or the ISO text of one.
        until: First moment that is out.
        max_age: A snapshot younger than this is served without a request.
        refresh: Ask again, whatever is stored: for what is newer than the newest known.
        limit: The first so many rows only, marked "unverified".
        frame: "polars" or "pandas"; default the account's.
        lazy: Give a ``polars.LazyFrame`` over the snapshot.
        progress: Show a bar; default in terminals and notebooks.
        snapshot: Id of a load (`pin`): its rows again, without a request, whatever came since.
        mask: Cover personal data: see `actoolkit.loaders`.
        reconcile: Load every row again, so that those deleted at the source go; a refresh asks only
            for what changed.

    Returns:
        Columns (all: ``describe("email_activities")``):

        - email_activity_id (String): identifies the mail.
        - contact_id, user_id, deal_id (String).
        - related_to (String), related_id (String): what the mail is attached to.
        - from_name, subject (String).
        - happened_at (Datetime, UTC), happened_local (Datetime, account's wall clock).

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/list-all-email-activities

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     activities = ac.load_email_activities(account=account, progress=False)
        >>> activities.columns[:2]
        ['email_activity_id', 'contact_id']
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
    filters = {"contact_id": contact_id, "deal_id": deal_id}
    return load("email_activities", how, filters=filters, include=include)
