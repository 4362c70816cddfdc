"""What campaigns are made of: variants of their mail, and links."""

from __future__ import annotations

from datetime import timedelta

from actoolkit.loaders._ids import Ids
from actoolkit.loaders._load import DAY, Frame, How, load
from actoolkit.loaders._period import Moment
from actoolkit.loaders._request import Missing
from actoolkit.settings import Account, FrameKind


def load_campaign_messages(
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
    """Load the mails of campaigns with counters of their own.

    Grain: one row per mail of a campaign; a split test has one per variant. The API's reference
    leaves this collection out; a load of it says so.

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
        Columns (all: ``describe("campaign_messages")``):

        - campaign_message_id (String): identifies the pair.
        - campaign_id, message_id, subject (String).
        - split_percent (Float64, percent): part of the contacts that got it.
        - sends, hard_bounces, soft_bounces (Int64, mails).
        - unique_opens, clickers, unsubscribes (Int64, contacts).

    Raises:
        NotAvailable: The account does not answer this undocumented collection: `load_campaigns` has
            the sums over all variants.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/overview

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     variants = ac.load_campaign_messages(account=account, progress=False)
        >>> variants.columns[:3]
        ['campaign_message_id', 'campaign_id', 'message_id']
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    return load("campaign_messages", how)


def load_campaign_links(
    *,
    campaign_ids: Ids,
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
    """Load the links of campaigns, and how often each was clicked.

    Grain: one row per link of a campaign's mail; the row whose url is "open" counts opens.

    Args:
        campaign_ids: Of which campaigns, asked one by one: one id, several, or a column of a frame.
        missing: "skip" goes on without a campaign that does not exist and says so.
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
        Columns (all: ``describe("campaign_links")``):

        - campaign_link_id (String): identifies the link.
        - campaign_id, message_id (String).
        - url, name (String): where it leads, and the author's name for it.
        - unique_clicks (Int64, contacts), clicks (Int64, clicks).

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        NotFound: A campaign does not exist.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/retrieve-links-associated-campaign

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     campaigns = ac.load_campaigns(account=account, progress=False)
        ...     links = ac.load_campaign_links(
        ...         campaign_ids=campaigns["campaign_id"].head(3), account=account, progress=False
        ...     )
        >>> links["campaign_id"].n_unique() <= 3
        True
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    filters = {"campaign_ids": campaign_ids}
    return load("campaign_links", how, filters=filters, missing=missing)
