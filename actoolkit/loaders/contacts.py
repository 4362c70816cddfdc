"""Contacts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from actoolkit.loaders._ids import Ids
from actoolkit.loaders._load import DAY, Frame, How, load
from actoolkit.loaders._period import Moment
from actoolkit.settings import Account, FrameKind


def load_contacts(
    *,
    ids: Ids | None = None,
    email: str | None = None,
    email_like: str | None = None,
    exclude: str | int | None = None,
    form_id: str | int | None = None,
    id_greater: str | int | None = None,
    id_less: str | int | None = None,
    list_id: str | int | None = None,
    organization_id: str | int | None = None,
    search: str | None = None,
    segment_id: str | int | None = None,
    automation_id: str | int | None = None,
    status: Literal["any", "unconfirmed", "subscribed", "unsubscribed", "bounced"] | None = None,
    tag_id: str | int | None = None,
    created_before: datetime | date | str | None = None,
    created_after: datetime | date | str | None = None,
    updated_before: datetime | date | str | None = None,
    updated_after: datetime | date | str | None = None,
    wait_id: str | int | None = None,
    in_group_lists: Literal[True] | None = None,
    score_id: str | int | None = None,
    phone: str | None = None,
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
    reconcile: bool = False,
) -> Frame:
    """Load contacts; their score values ride along and are stored too.

    Grain: one row per contact. Time column: ``created_at``. Walked by id, so that no contact who
    existed throughout can be missing; with order_by in that order, twice. IP address, browser and
    the key of links to the contact are left out. All arguments but those shared by every loader are
    applied by the API.

    Args:
        ids: These contacts: one id, several, or a column of a frame; asked by the hundred.
        email: The contact of this address.
        email_like: Contacts whose address contains this.
        exclude: All but this contact.
        form_id: Contacts who came by this form.
        id_greater: Contacts of a larger id.
        id_less: Contacts of a smaller id.
        list_id: Contacts of this list.
        organization_id: Contacts of this company (withdrawn by the reference).
        search: Contacts whose name, company, telephone or address contains this.
        segment_id: Contacts of this segment. The API works it out for a while and answers meanwhile
            with less: the load waits until it stands still.
        automation_id: Contacts who entered this automation.
        status: Contacts in this state of subscription.
        tag_id: Contacts with this tag.
        created_before: Created before; a datetime needs a zone, as in all of these.
        created_after: Created after.
        updated_before: Last changed before.
        updated_after: Last changed after.
        wait_id: Contacts who wait at this block of an automation.
        in_group_lists: True: only contacts whom the token's user may see.
        score_id: Which score order_by="score" means.
        phone: Contacts whose telephone begins with this.
        order_by: "contact_id", "created_at", "email", "first_name", "last_name", "name", "score"; a
            "-" before it turns it round (the API orders).
        include: Columns that are otherwise left out: "ip", "user_agent", "hash".
        account: Whom to read; default `Account.from_env`.
        since: First moment that is in: a date or naive datetime of the account's wall clock, a
            datetime with a zone, or the ISO text of one.
        until: First moment that is out.
        max_age: A snapshot younger than this is served without a request.
        refresh: Ask again, whatever is stored: for what changed since, by ``updated_at``. What the
            source changes without it (counters, perhaps) is as of the last whole load.
        limit: The first so many rows only, marked "unverified".
        frame: "polars" or "pandas"; default the account's.
        lazy: Give a ``polars.LazyFrame`` over the snapshot.
        progress: Show a bar; default in terminals and notebooks.
        snapshot: Id of a load (`pin`): its rows again, without a request, whatever came since.
        mask: Cover personal data: see `actoolkit.loaders`.
        reconcile: Load every row again, so that those deleted at the source go; a refresh asks only
            for what changed.

    Returns:
        Columns (all: ``describe("contacts")``):

        - contact_id (String): identifies the contact.
        - email, first_name, last_name, phone (String, personal data); email_domain (String).
        - created_at (Datetime, UTC), created_local (Datetime, account's wall clock), updated_at
          (Datetime, UTC).
        - hard_bounces, soft_bounces (Int64, mails), bounced_on (Date).
        - last_open_local, last_click_local, last_mpp_open_local (Datetime, account's wall clock):
          the last is a privacy open.
        - sends (Int64, mails), deleted (Boolean).

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/list-all-contacts

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     contacts = ac.load_contacts(account=account, progress=False)
        >>> contacts.columns[:2]
        ['contact_id', 'email']
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
    filters = {
        "ids": ids,
        "email": email,
        "email_like": email_like,
        "exclude": exclude,
        "form_id": form_id,
        "id_greater": id_greater,
        "id_less": id_less,
        "list_id": list_id,
        "organization_id": organization_id,
        "search": search,
        "segment_id": segment_id,
        "automation_id": automation_id,
        "status": status,
        "tag_id": tag_id,
        "created_before": created_before,
        "created_after": created_after,
        "updated_before": updated_before,
        "updated_after": updated_after,
        "wait_id": wait_id,
        "in_group_lists": in_group_lists,
        "score_id": score_id,
        "phone": phone,
    }
    return load("contacts", how, filters=filters, order_by=order_by, include=include)
