"""Who is on which list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from actoolkit.loaders._ids import Ids
from actoolkit.loaders._load import DAY, Frame, How, load
from actoolkit.loaders._period import Moment
from actoolkit.loaders._request import Missing
from actoolkit.settings import Account, FrameKind


def load_contact_lists(
    *,
    contact_ids: Ids | None = None,
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
    """Load who is, and was, on which list.

    Grain: one row per pair of contact and list, past subscriptions included. Time column:
    ``subscribed_at``. The API's reference has the lists of one contact and leaves out the
    collection of all; a load of that says so. IP addresses are left out.

    Args:
        contact_ids: Lists of these contacts, asked one by one: one id, several, or a column of a
            frame; None reads all pairs of the account.
        include: Columns that are otherwise left out: "subscribed_ip4", "last_ip4",
            "unsubscribed_ip4".
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
        Columns (all: ``describe("contact_lists")``):

        - contact_list_id (String): identifies the pair.
        - contact_id (String), list_id (String).
        - status (String): "unconfirmed", "subscribed", "unsubscribed" or "bounced".
        - subscribed_at (Datetime, UTC), subscribed_local (Datetime, account's wall clock): latest
          subscription.
        - unsubscribed_at (Datetime, UTC): null while subscribed.

    Raises:
        NotAvailable: The account does not answer the undocumented collection of all pairs: pass
            contact_ids=.
        NotFound: A contact does not exist.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/retrieve-contact-list-memberships

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     pairs = ac.load_contact_lists(account=account, progress=False)
        >>> pairs.columns[:3]
        ['contact_list_id', 'contact_id', 'list_id']
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    filters = {"contact_ids": contact_ids}
    return load("contact_lists", how, filters=filters, include=include, missing=missing)
