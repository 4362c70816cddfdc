"""Everything that a report needs, loaded at one go."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import polars as pl

from actoolkit import loaders
from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.api.reader import Reader
from actoolkit.errors import InvalidArgument, NotAvailable, SnapshotMissing
from actoolkit.loaders._cost import MANY_ROWS, cost, count_rows, seconds_for
from actoolkit.loaders._load import DAY
from actoolkit.loaders._provenance import provenance
from actoolkit.loaders._refresh import STRATEGIES
from actoolkit.loaders._request import near_names, request_of
from actoolkit.loaders._telling import describe_age, describe_duration
from actoolkit.loaders.progress import progress_display
from actoolkit.settings import Account
from actoolkit.store import Manifest, Snapshots
from actoolkit.tables import TABLES

SYNCED = (
    "user",
    "campaigns",
    "campaign_lists",
    "messages",
    "lists",
    "automations",
    "scores",
    "connections",
    "score_values",
    "contacts",
    "contact_lists",
    "contact_automations",
    "email_activities",
    "ecom_customers",
    "ecom_orders",
    "ecom_order_products",
)
"""Tables in the order in which `sync` loads them: small ones first, and the walk through all
contacts that fills both of their tables before what refreshes one of them."""

OPTIONAL = "email_activities"
"""Left out when it is long, unless it is named: the log of one-to-one mail."""

SUMMARY = {
    "table": pl.String(),
    "rows": pl.Int64(),
    "source": pl.String(),
    "age": pl.String(),
    "certainty": pl.String(),
    "requests": pl.Int64(),
    "seconds": pl.Float64(),
}


def sync(
    account: Account | None = None,
    tables: Iterable[str] | None = None,
    *,
    max_age: timedelta = DAY,
    refresh: bool = False,
    reconcile: bool = False,
    progress: bool | None = None,
) -> pl.DataFrame:
    """Load every table that a report needs, with one overall progress.

    It can be stopped at any moment: what is finished is stored, and the next call goes on where
    this one stopped.

    Args:
        account: Whom to read; default `Account.from_env`.
        tables: Names of tables that are not read per contact, order or campaign; default all that
            reports need, without email_activities when it has more than 50,000 rows.
        max_age: Snapshots younger than this are not loaded again.
        refresh: Ask for all of them again, where the API can tell only for what changed.
        reconcile: Load every row of all of them again, so that those deleted at the source go.
        progress: Show bars; default in terminals and notebooks.

    Returns:
        One row per table, in the order of loading:

        - table (String): its name.
        - rows (Int64, rows): null where the account lacks the table, never 0.
        - source (String): "account", "snapshot", or "not available: ..." or "left out: ..." with
          the reason.
        - age (String): time since the rows were fetched.
        - certainty (String): "proven", "converged" or "unverified".
        - requests (Int64, requests): behind the rows; 0 for score_values that came with contacts,
          beside which they are counted.
        - seconds (Float64, s): what it took now.

    Raises:
        ActoolkitError: Of the first table that cannot be loaded, except that the account lacks it.

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     summary = ac.sync(account, ["lists", "campaigns"], progress=False)
        >>> summary["table"].to_list()
        ['lists', 'campaigns']
    """
    chosen = Account.chosen(account)
    names = _checked(tables)
    known = {name: _newest(name, chosen) for name in names}
    before = {name: one.generation if one else None for name, one in known.items()}
    rows: list[tuple[object, ...]] = []
    with progress_display(progress=progress, steps=len(names)) as display:
        for name in names:
            if (
                tables is None
                and name == OPTIONAL
                and (why := _too_long(chosen, max_age, refresh or reconcile))
            ):
                rows.append((name, None, why, None, None, None, 0.0))
                display.step(_so_far(rows, names, known, chosen))
                continue
            # One walk may have filled two tables: the second needs no refresh of its own.
            newest = _newest(name, chosen)
            filled = newest is not None and newest.generation != before[name]
            again = (refresh or reconcile) and not filled
            how = {"refresh": again, "max_age": max_age}
            if reconcile and again and name in STRATEGIES:
                how["reconcile"] = True
            rows.append(_one(name, chosen, before[name], how, names))
            display.step(_so_far(rows, names, known, chosen))
    return pl.DataFrame(rows, schema=SUMMARY, orient="row")


def _checked(tables: Iterable[str] | None) -> list[str]:
    names = list(dict.fromkeys(SYNCED if tables is None else tables))
    whole = [name for name, one in ENDPOINTS.items() if name in TABLES and "{" not in one.path]
    unknown = [name for name in names if name not in whole]
    if unknown:
        raise InvalidArgument(
            f"There is no table {', '.join(map(repr, unknown))} to load.",
            hint=near_names(unknown, whole) or f"There are: {', '.join(sorted(whole))}.",
        )
    return names


def _too_long(account: Account, max_age: timedelta, refresh: bool) -> str:  # noqa: FBT001
    """Why the optional table is not loaded unless it is named; "" when it is."""
    request = request_of(OPTIONAL)
    found = Snapshots(account).find(request.table, request.query)
    if found is not None and not found.stale and not refresh and found.age(account.now()) < max_age:
        return ""
    try:
        with Reader(account) as reader:
            total = count_rows(request, reader) or 0
    except NotAvailable as error:
        return f"not available: {error.message}"
    if total <= MANY_ROWS:
        return ""
    return f"left out: {cost(account, request.walked, total)}; name it to load it"


def _newest(name: str, account: Account) -> Manifest | None:
    """The newest load of a whole table, or None."""
    try:
        return provenance(name, account=account)
    except SnapshotMissing:
        return None


def _so_far(
    rows: Sequence[tuple[object, ...]],
    names: Sequence[str],
    known: Mapping[str, Manifest | None],
    account: Account,
) -> str:
    """How far a sync is; how long it will take, where all that is left was loaded before."""
    sent = sum(row[5] for row in rows if row[2] == "account" and isinstance(row[5], int))
    spent = sum(row[6] for row in rows if isinstance(row[6], float))
    rate = sent / max(0.001, spent)
    line = f"{len(rows)} of {len(names)} tables, {sent:,} requests, {rate:.1f} a second"
    coming = [known[name] for name in names[len(rows) :]]
    requests = [one.requests for one in coming if one is not None]
    if not coming or len(requests) < len(coming):
        return line
    left = describe_duration(seconds_for(account, sum(requests)))
    return f"{line}, at most {left} left"


def _walk(found: Manifest) -> tuple[object, ...]:
    """What two tables that one walk filled have in common."""
    return found.fetched_at, found.requests, found.certainty


def _one(
    name: str,
    account: Account,
    before: str | None,
    how: Mapping[str, object],
    names: Sequence[str],
) -> tuple[object, ...]:
    """Load one table and give its row of the summary."""
    loader: Callable[..., Any] = getattr(loaders, f"load_{name}")
    started = time.monotonic()
    try:
        loader(account=account, lazy=True, frame="polars", **how)
    except NotAvailable as error:
        reason = f"not available: {error.message}"
        return (name, None, reason, None, None, None, time.monotonic() - started)
    found = provenance(name, account=account)
    carrier = ENDPOINTS[name].rides_on
    beside = _newest(carrier, account) if carrier and carrier in names else None
    together = beside is not None and _walk(beside) == _walk(found)
    return (
        name,
        found.rows,
        "snapshot" if found.generation == before else "account",
        describe_age(found.age(account.now())),
        found.certainty,
        0 if together else found.requests,
        time.monotonic() - started,
    )
