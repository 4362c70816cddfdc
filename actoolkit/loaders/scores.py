"""Scores, and their values."""

from __future__ import annotations

from datetime import timedelta

from actoolkit.loaders._ids import Ids
from actoolkit.loaders._load import DAY, Frame, How, load
from actoolkit.loaders._period import Moment
from actoolkit.loaders._request import Missing
from actoolkit.settings import Account, FrameKind


def load_scores(
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
    """Load score definitions.

    Grain: one row per score; the values are `load_score_values`.

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
        Columns (all: ``describe("scores")``):

        - score_id (String): identifies the score.
        - name, description (String).
        - related_to (String): "contact" or "deal".
        - active (Boolean): whether it is kept up to date.

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/list-all-scores

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     scores = ac.load_scores(account=account, progress=False)
        >>> scores.columns[:2]
        ['score_id', 'name']
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    return load("scores", how)


def load_score_values(
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
    """Load the value of each score for each contact.

    Grain: one row per pair of score and contact or deal; the source overwrites it. The values ride
    along with contacts: one walk fills both snapshots. Of a few contacts they are asked one by one.

    Args:
        contact_ids: Values of these contacts, asked one by one: one id, several, or a column of a
            frame.
        missing: "skip" goes on without a contact that does not exist and says so.
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
        Columns (all: ``describe("score_values")``):

        - score_value_id (String): identifies the value.
        - score_id (String), contact_id (String), deal_id (String): one of the latter two is null.
        - score_value (Float64, points): as of the load.
        - created_at, updated_at (Datetime, UTC): first value, last change.

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        NotFound: A contact does not exist.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/list-all-contacts
        https://developers.activecampaign.com/reference/retrieve-a-contacts-score-value

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     values = ac.load_score_values(account=account, progress=False)
        >>> values.columns[:3]
        ['score_value_id', 'score_id', 'contact_id']
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    filters = {"contact_ids": contact_ids}
    return load("score_values", how, filters=filters, missing=missing)
