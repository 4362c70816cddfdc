"""What a load will cost, told before it begins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import polars as pl

from actoolkit.api.reader import Reader
from actoolkit.errors import InvalidArgument, NotAvailable
from actoolkit.loaders._cost import count_rows, requests_for, seconds_for
from actoolkit.loaders._load import DAY
from actoolkit.loaders._request import Request, request_of
from actoolkit.loaders._sync import SYNCED
from actoolkit.loaders._telling import describe_age
from actoolkit.settings import Account
from actoolkit.store import Manifest, Snapshots
from actoolkit.store.leftovers import forgetting_unused

PLANNED = {
    "table": pl.String(),
    "source": pl.String(),
    "rows": pl.Int64(),
    "requests": pl.Int64(),
    "seconds": pl.Float64(),
    "note": pl.String(),
}


def plan(
    *tables: str,
    account: Account | None = None,
    max_age: timedelta = DAY,
    include: str | Iterable[str] = (),
    **filters: object,
) -> pl.DataFrame:
    """Tell how many requests and seconds loads will take. It sends one request per table at most.

    Args:
        *tables: Names such as "contacts"; default all that `sync` loads.
        account: Whom to read; default `Account.from_env`.
        max_age: A snapshot younger than this costs nothing, as in the loaders.
        include: As it will be passed to the loader; only with one table.
        **filters: Filters of the API and ids of parents, as they will be passed to the loader,
            such as ``contact_ids=frame["contact_id"]``; only with one table.

    Returns:
        One row per table:

        - table (String): its name.
        - source (String): "account", "snapshot", or "not available: ..." with the reason.
        - rows (Int64, rows): to come; null where the API does not say.
        - requests (Int64, requests): about; null where rows are. Twice as many where rows come
          in no order, which shows when they come: known from the load before.
        - seconds (Float64, s): at the account's pace, when no other program uses it up.
        - note (String): what else is to be known.

    Raises:
        InvalidArgument: There is no such table, or the API would not honour a filter.
        ApiError: The account did not answer, or refused.

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     costs = ac.plan("contacts", "score_values", account=account)
        >>> costs.select("table", "rows", "requests").rows()
        [('contacts', 200, 3), ('score_values', None, 0)]
    """
    if len(tables) != 1 and (filters or include):
        raise InvalidArgument("Filters need one table.", hint="Plan table by table.")
    chosen = Account.chosen(account)
    requests = [request_of(one, filters=filters, include=include) for one in tables or SYNCED]
    walked = {request.name for request in requests}
    with forgetting_unused(chosen), Reader(chosen) as reader:
        rows = [_row(request, reader, max_age, walked) for request in requests]
    return pl.DataFrame(rows, schema=PLANNED, orient="row")


def _row(
    request: Request, reader: Reader, max_age: timedelta, walked: set[str]
) -> tuple[object, ...]:
    """What one load takes."""
    table, account = request.table.name, reader.account
    found = Snapshots(account).find(request.table, request.query)
    age = None if found is None or found.stale else found.age(account.now())
    if found is not None and age is not None and age < max_age:
        return table, "snapshot", found.rows, 0, 0.0, f"{describe_age(age)} old"
    if request.endpoint.rides_on in walked:
        return table, "account", None, 0, 0.0, f"comes with {request.endpoint.rides_on}"
    if request.parents is not None:
        count = len(request.parents)
        each = 1 if request.endpoint.paging == "single" else 2
        note = f"{each} requests for each of {count:,} parents; 1 where there are no rows"
        return table, "account", None, each * count, seconds_for(account, each * count), note
    if request.endpoint.paging == "single":
        return table, "account", None, 1, seconds_for(account, 1), ""
    try:
        total = count_rows(request, reader)
    except NotAvailable as error:
        return table, f"not available: {error.message}", None, None, None, error.hint
    return _estimated(request, total, found, account)


def _estimated(
    request: Request, total: int | None, found: Manifest | None, account: Account
) -> tuple[object, ...]:
    """What a walk of so many rows takes, or of as many as last time."""
    note = ""
    if total is None:
        note = "the API does not say how many there are"
        if found is None:
            return request.table.name, "account", None, None, None, note
        note += "; as many as last time"
    rows = found.rows if total is None and found is not None else total or 0
    count = requests_for(request.walked, rows)
    if found is not None and found.certainty == "converged":
        # Times that all rows were read; a refresh is converged too, and reads a part of them.
        count *= max(1, round(found.requests / requests_for(request.walked, found.rows)))
    if found is None and request.walked.paging == "offset" and count > 1:
        note = "twice as many if its rows come in no order"
    ridden = None if request.endpoint.rides_on else rows
    return request.table.name, "account", ridden, count, seconds_for(account, count), note
