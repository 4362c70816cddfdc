"""Custom fields, and each contact's values."""

from __future__ import annotations

from datetime import timedelta

from actoolkit.loaders._load import DAY, Frame, How, load
from actoolkit.loaders._period import Moment
from actoolkit.loaders._wide_values import values_shape
from actoolkit.settings import Account, FrameKind


def load_fields(
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
    """Load the custom fields of contacts.

    Grain: one row per field; titles need not be unique.

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
        Columns (all: ``describe("fields")``):

        - field_id (String): identifies the field.
        - title, type, personalization_tag (String).
        - default_value (String), required (Boolean).
        - option_ids, relation_ids (List(String)).

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/retrieve-fields

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     fields = ac.load_fields(account=account, progress=False)
        >>> fields.columns[:3]
        ['field_id', 'title', 'type']
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    return load("fields", how)


def load_field_values(
    *,
    field_id: str | int | None = None,
    value: str | None = None,
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
    """Load the values of contacts' custom fields.

    Grain: one row per pair of contact and field that has a value; with ``wide=True`` one row per
    contact that has any.

    Args:
        field_id: Values of this field only (the API filters).
        value: Rows with exactly this value only (the API filters).
        wide: One row per contact and a column per field instead, named and typed by the field's
            definition; with field_id, value or limit only of the fields that came.
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
        Columns (all: ``describe("field_values")``):

        - field_value_id (String): identifies the value.
        - contact_id (String), field_id (String).
        - value (String, personal data): several are written ``||a||b||``.
        - created_at, updated_at (Datetime, UTC).
        - With ``wide=True``: contact_id (String), then a column per field, named by its
          personalization tag in small letters; Date and Datetime for dates, List(String) for
          checkboxes and list boxes, else String; null without a value. Names that collide get the
          field's id behind them, and the load says which. Values that do not fit are in _extra.

    Raises:
        NotAvailable: The plan, the permission or the account lacks it: catch it and go on.
        ApiError: The account did not answer, or refused.
        IncompleteLoad: Rows are missing; nothing is stored.
        InvalidArgument: A value that could not be honoured; nothing was sent.
        StoreError: The cache folder cannot be used.

    Source:
        https://developers.activecampaign.com/reference/list-all-custom-field-values-1

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     wide = ac.load_field_values(account=account, wide=True, progress=False)
        >>> wide.select("contact_id", "birthday").dtypes
        [String, Date]
    """
    how = How(account, since, until, max_age, refresh, limit, frame, lazy, progress, snapshot, mask)
    filters = {"field_id": field_id, "value": value}
    whole = field_id is None and value is None and limit is None
    shape = values_shape(how, whole=whole) if wide else None
    return load("field_values", how, filters=filters, wide=shape)
