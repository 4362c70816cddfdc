"""Definitions of scores."""

from __future__ import annotations

from datetime import timedelta

from actoolkit.loaders._load import DAY, Frame, How, load
from actoolkit.loaders._period import Moment
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

    Returns:
        Columns (all: ``describe("scores")``):

        - score_id (String): identifies the score.
        - name, description (String).
        - related_to (String): "contact" or "deal".
        - active (Boolean): whether it is kept up to date.

    Raises:
        ApiError: The account did not answer, refused, or lacks the resource.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured.
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
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress)
    return load("scores", how)
