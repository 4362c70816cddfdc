"""Notes on contacts, deals and companies."""

from __future__ import annotations

from datetime import timedelta

from actoolkit.loaders._ids import Ids
from actoolkit.loaders._load import DAY, Frame, How, load
from actoolkit.loaders._period import Moment
from actoolkit.loaders._request import Missing
from actoolkit.settings import Account, FrameKind


def load_notes(
    *,
    contact_ids: Ids | None = None,
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
    """Load notes on contacts, deals and companies.

    Grain: one row per note. Time column: ``created_at``.

    Args:
        contact_ids: Notes on these contacts, asked one by one: one id, several, or a column of a
            frame; None reads all notes of the account.
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
        Columns (all: ``describe("notes")``):

        - note_id (String): identifies the note.
        - related_to (String), related_id (String): what it is on; "Subscriber" is a contact, whose
          id is the latter.
        - note (String, personal data): what was written.
        - user_id (String): who wrote it.
        - created_at (Datetime, UTC), created_local (Datetime, account's wall clock).

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        NotFound: A contact does not exist.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/notes
        https://developers.activecampaign.com/reference/retrieve-contact-notes

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     notes = ac.load_notes(account=account, progress=False)
        >>> notes.columns[:2]
        ['note_id', 'related_to']
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    filters = {"contact_ids": contact_ids}
    return load("notes", how, filters=filters, missing=missing)
