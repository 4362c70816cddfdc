"""Brandings: how the account looks to its users."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from actoolkit.loaders._load import DAY, Frame, How, load
from actoolkit.loaders._period import Moment
from actoolkit.settings import Account, FrameKind


def load_brandings(
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
    """Load how the account looks to each group of its users.

    Grain: one row per group of users. Templates are left out.

    Args:
        include: Columns that are otherwise left out: "admin_template_html", "admin_template_css",
            "public_template_html", "public_template_css", "admin_template_html_backup",
            "admin_template_css_backup".
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
        Columns (all: ``describe("brandings")``):

        - branding_id (String): identifies the branding.
        - group_id (String): whose it is.
        - site_name, logo_url, header_text, footer_text (String).
        - shows_copyright, shows_links, shows_help (Boolean).

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/brandings

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     brandings = ac.load_brandings(account=account, progress=False)
        >>> brandings.columns[:2]
        ['branding_id', 'group_id']
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    return load("brandings", how, include=include)
