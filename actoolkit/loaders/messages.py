"""The mails that campaigns send."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from actoolkit.loaders._ids import Ids
from actoolkit.loaders._load import DAY, Frame, How, load
from actoolkit.loaders._period import Moment
from actoolkit.loaders._request import Missing
from actoolkit.settings import Account, FrameKind


def load_messages(
    *,
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
    """Load the mails that campaigns send.

    Grain: one row per mail; its bodies are left out. Time column: ``created_at``.

    Args:
        include: Columns that are otherwise left out: "html", "text", "preview_mime",
            "preview_data".
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
        Columns (all: ``describe("messages")``):

        - message_id (String): identifies the mail.
        - name, subject, preheader (String).
        - from_name (String), from_email, reply_to (String, personal data).
        - created_at (Datetime, UTC), created_local (Datetime, account's wall clock).

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/list-all-messages

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     messages = ac.load_messages(account=account, progress=False)
        ...     bodies = ac.load_messages(include="html", account=account, progress=False)
        >>> "html" in messages.columns, "html" in bodies.columns
        (False, True)
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    return load("messages", how, include=include)


def load_message(
    message_id: Ids,
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
    """Load one mail, or several, by id.

    Grain: one row per mail; its bodies are left out. Time column: ``created_at``.

    Args:
        message_id: Which: one id, several, or a column of a frame.
        include: Columns that are otherwise left out: "html", "text", "preview_mime",
            "preview_data".
        missing: "skip" goes on without a mail that does not exist and says so.
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
        Columns (all: ``describe("messages")``):

        - message_id (String): identifies the mail.
        - name, subject, preheader (String).
        - from_name (String), from_email, reply_to (String, personal data).
        - created_at (Datetime, UTC), created_local (Datetime, account's wall clock).

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        NotFound: A mail does not exist.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/retrieve-a-message

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     mails = ac.load_messages(account=account, limit=1, progress=False)
        ...     one = ac.load_message(mails["message_id"], account=account, progress=False)
        >>> one["message_id"].equals(mails["message_id"])
        True
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    filters = {"message_id": message_id}
    return load("messages", how, filters=filters, include=include, missing=missing)
