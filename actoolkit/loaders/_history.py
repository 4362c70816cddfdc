"""What was kept of counters that the source overwrites."""

from __future__ import annotations

import polars as pl

from actoolkit.errors import InvalidArgument
from actoolkit.loaders._load import Frame
from actoolkit.settings import Account, FrameKind
from actoolkit.store.history import TRACKED, History
from actoolkit.tables import to_pandas


def history(
    table_name: str, *, account: Account | None = None, frame: FrameKind | None = None
) -> Frame:
    """Give the counters of campaigns, lists or scores as they were at each whole load.

    The API keeps only the present ones. Every load of the whole table appends what changed, so the
    curve is as fine as the loads were frequent.

    Grain: one row per key and load at which a value had changed; a row holds until the next one of
    its key. A key that is deleted at the source gets no row for that.

    Args:
        table_name: "campaigns", "lists" or "score_values".
        account: Whose; default `Account.from_env`.
        frame: "polars" or "pandas"; default the account's.

    Returns:
        - observed_at (Datetime, UTC): start of the load, by the account's clock.
        - campaign_id, list_id or score_value_id (String): whose values these are.
        - campaigns: sends, hard_bounces, soft_bounces (Int64, mails), unique_opens,
          verified_unique_opens, clickers, unsubscribes (Int64, people) and further counters.
        - lists: active_subscribers, non_deleted_subscribers (Int64, contacts).
        - score_values: score_id, contact_id, deal_id (String), score_value (Float64).

    Raises:
        InvalidArgument: No history is kept of that table.
        StoreError: The cache folder cannot be used.

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     campaigns = ac.load_campaigns(account=account, progress=False)
        ...     curve = ac.history("campaigns", account=account)
        >>> curve.columns[:2]
        ['observed_at', 'campaign_id']
    """
    if table_name not in TRACKED:
        raise InvalidArgument(
            f"No history is kept of {table_name!r}.", hint=f"There is: {', '.join(TRACKED)}."
        )
    chosen = Account.chosen(account)
    kind = frame or chosen.frame
    if kind not in ("polars", "pandas"):
        raise InvalidArgument(
            f"frame={kind!r} is not a kind of frame.", hint='Use "polars" or "pandas".'
        )
    found: pl.DataFrame = History(chosen).read(table_name)
    return found if kind == "polars" else to_pandas(found)
