"""Campaigns, and the lists they went to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from actoolkit.loaders._load import DAY, Frame, How, load
from actoolkit.loaders._period import Moment
from actoolkit.settings import Account, FrameKind


def load_campaigns(
    *,
    automation_id: str | int | None = None,
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
    """Load campaigns with their counters.

    Grain: one row per campaign; a mail of an automation is one campaign whose counters keep
    growing. Time column: ``sent_at``; drafts have none, so that a period leaves them out.

    Args:
        automation_id: Mails of this automation only (the API filters).
        order_by: "sent_at", "last_sent_at"; a "-" before it turns it round (the API orders).
        include: Columns that are otherwise left out: "ip4", "ip".
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
        Columns (all: ``describe("campaigns")``):

        - campaign_id (String): identifies the campaign.
        - name (String), type (String), status (String): "completed", "draft", ...
        - automation_id (String): automation that sends it, null for one-off campaigns.
        - sent_at (Datetime, UTC), sent_local (Datetime, account's wall clock): first send.
        - sends, hard_bounces, soft_bounces (Int64, mails): delivered is sends less both bounces.
        - unique_opens (Int64, people), verified_unique_opens (Int64, people): the latter without
          privacy opens, null where the account lacks it.
        - clickers (Int64, people): who clicked; unique_link_clicks counts people x link.
        - unsubscribes (Int64, people).

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/list-all-campaigns

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     campaigns = ac.load_campaigns(account=account, since="2026-01-01", progress=False)
        >>> campaigns.select("campaign_id", "sends", "clickers").width
        3
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    filters = {"automation_id": automation_id}
    return load("campaigns", how, filters=filters, order_by=order_by, include=include)


def load_campaign_lists(
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
    """Load which lists each campaign went to.

    Grain: one row per pair of campaign and list. The API's reference leaves this collection out; a
    load of it says so.

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
        Columns (all: ``describe("campaign_lists")``):

        - campaign_list_id (String): identifies the pair.
        - campaign_id (String), list_id (String), name (String): the list's name.
        - list_recipients (Int64, contacts): contacts of the list that it was addressed to.

    Raises:
        NotAvailable: The account does not answer this undocumented collection: go on without it.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/overview

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     pairs = ac.load_campaign_lists(account=account, progress=False)
        >>> pairs.columns[:3]
        ['campaign_list_id', 'campaign_id', 'list_id']
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    return load("campaign_lists", how)
