"""Custom objects: their kinds and records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from actoolkit.loaders._ids import Ids
from actoolkit.loaders._load import DAY, Frame, How, load
from actoolkit.loaders._period import Moment
from actoolkit.loaders._wide_records import records_shape
from actoolkit.settings import Account, FrameKind


def load_custom_object_schemas(
    *,
    show_fields: Literal["all"] | None = None,
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
    """Load the kinds of custom objects.

    Grain: one row per kind.

    Args:
        show_fields: "all" shows fields that were deleted too (the API filters).
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
        Columns (all: ``describe("custom_object_schemas")``):

        - schema_id (String): identifies the kind.
        - slug, visibility, description (String).
        - labels, fields, relationships (String, JSON): names, fields with their types, and what
          records belong to.
        - created_at, updated_at (Datetime, UTC).

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/list-all-schemas

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     kinds = ac.load_custom_object_schemas(account=account, progress=False)
        >>> kinds.columns[:2]
        ['schema_id', 'slug']
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    filters = {"show_fields": show_fields}
    return load("custom_object_schemas", how, filters=filters)


def load_custom_object_records(
    schema_id: Ids,
    *,
    related_to: Mapping[str, str | int] | None = None,
    wide: bool = False,
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
    """Load the records of one kind of custom object, or of several.

    Grain: one row per record. A token whose user is no administrator must pass related_to.

    Args:
        schema_id: Kind, from `load_custom_object_schemas`; several may be given.
        related_to: Records of one contact, company or deal only: a relationship's short name with
            an id, such as ``{"primary-contact": 7}`` (the API filters).
        wide: A column per field instead of JSON, named and typed by the kind's definition; needs
            one schema_id.
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
        Columns (all: ``describe("custom_object_records")``):

        - record_id (String): identifies the record.
        - external_id, schema_id (String).
        - fields (String, JSON, personal data): a list of id and value; with ``wide=True`` a column
          per field instead, named by its short name: Float64 for numbers, Date and Datetime for
          dates, Boolean, List(String) for several values, else String; _extra holds values that do
          not fit.
        - relationships (String, JSON): ids by short name; with ``wide=True`` a List(String)
          ``<name>_ids`` per relationship instead.
        - created_at, updated_at (Datetime, UTC).

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        NotFound: A kind does not exist.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/list-records-created-from-a-schema

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     kinds = ac.load_custom_object_schemas(account=account, progress=False)
        ...     records = ac.load_custom_object_records(
        ...         kinds["schema_id"], account=account, wide=True, progress=False
        ...     )
        >>> records.select("bags", "roast", "started").width
        3
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    filters = {"schema_id": schema_id, "related_to": related_to}
    shape = records_shape(schema_id, how) if wide else None
    return load("custom_object_records", how, filters=filters, wide=shape)
