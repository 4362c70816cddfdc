"""What stands between this machine and a report: URL, token, clock, plan, cache folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Literal

from actoolkit.errors import (
    ActoolkitError,
    ApiError,
    AuthenticationError,
    NotAvailable,
    SettingsError,
    StoreError,
)
from actoolkit.home import CACHE_VARIABLE
from actoolkit.settings import Account

if TYPE_CHECKING:
    from actoolkit.api.reader import Body, Reader

NEEDED = (
    "campaigns",
    "campaign_lists",
    "lists",
    "automations",
    "contacts",
    "contact_lists",
    "ecom_orders",
    "ecom_customers",
)
"""Tables that the overview report reads."""

ROWS_PER_REQUEST = 100
CLOCK_TOLERANCE = 120.0
SPACE_WANTED = 500 * 10**6
SPACE_NEEDED = 5 * 10**6
"""Bytes: about what loading 5,000 contacts and 6,000 orders takes at its peak."""

EMPTY = "nothing is in it yet, as far as the token's user may see"
IS_IT_THE_ONE = (
    "Is it the account you mean? Settings > Developer has its URL, and its owner can tell what the "
    "user may see. What a report of a full one looks like: actoolkit report --sandbox."
)

Verdict = Literal["ok", "note", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked.

    Args:
        subject: What was checked.
        verdict: "ok", "note" (a report goes on without it) or "problem".
        message: What was found.
        remedy: What to do about it; empty when nothing.
    """

    subject: str
    verdict: Verdict
    message: str
    remedy: str = ""


def examine(account: Account) -> Iterator[Finding]:
    """Check an account step by step; later steps are left out when an earlier one fails.

    Reads one object and one row of each collection that a report needs, nothing more.

    Args:
        account: Whom to check.

    Yields:
        One finding per check, in the order of checking.
    """
    from actoolkit.api.reader import Reader
    from actoolkit.api.retry import Limits
    from actoolkit.loaders._telling import describe_duration
    from actoolkit.store.leftovers import forgetting_unused

    folder = _folder(account)
    yield folder
    if folder.verdict == "problem":
        return  # no request goes without the pace that is kept there
    try:
        with forgetting_unused(account):
            reader = Reader(account, limits=Limits(attempts=3, wait=15.0))
            user = reader.get("/users/me")
    except ApiError as error:
        yield _unreachable(account, error)
        return
    except StoreError as error:
        yield Finding("cache folder", "problem", error.message, error.hint)
        return
    yield Finding("URL", "ok", f"{account.url} answers")
    yield _token(user)
    yield _clock(account, user)
    requests, counted = 0, []
    for name in NEEDED:
        finding, rows = _collection(reader, name)
        if finding.verdict == "ok":
            requests += -(-(rows or 0) // ROWS_PER_REQUEST) + 1
            counted.append(rows)
        yield finding
    if counted and not any(rows is None or rows for rows in counted):
        yield Finding("account", "note", EMPTY, IS_IT_THE_ONE)
    seconds = requests / (account.rate * account.share)
    yield Finding(
        "first load",
        "ok",
        f"a whole report needs about {describe_duration(seconds)} of requests, once a day",
    )


def _folder(account: Account) -> Finding:
    try:
        from actoolkit.store.folder import prepare

        folder = prepare(account.folder)
    except (SettingsError, StoreError) as error:
        return Finding("cache folder", "problem", error.message, error.hint)
    free = shutil.disk_usage(folder).free
    if free < SPACE_NEEDED:
        return Finding(
            "cache folder",
            "problem",
            f"{folder}: only {free / 1e6:,.1f} MB are free",
            f"Free some space (actoolkit cache clear), or set {CACHE_VARIABLE} to a folder on "
            "another disk.",
        )
    if free < SPACE_WANTED:
        return Finding(
            "cache folder",
            "note",
            f"{folder}: only {free / 1e6:,.0f} MB are free",
            "Free some space.",
        )
    return Finding("cache folder", "ok", f"{folder} is yours alone; {free / 1e9:,.0f} GB free")


def _unreachable(account: Account, error: ApiError) -> Finding:
    if error.status == 402:
        told = f"{account.url} answers 402: the account is unpaid or its plan has ended"
        return Finding("plan", "problem", told, error.hint)
    if isinstance(error, AuthenticationError):
        return Finding(
            "token", "problem", f"{account.url} refuses the API token ({error.status})", error.hint
        )
    # A newcomer knows the account's address, not the route that is asked first.
    said = error.message.replace("/users/me", account.url, 1)
    return Finding("URL", "problem", said, error.hint)


def _token(user: Body) -> Finding:
    me = user.json.get("user")
    zone = me.get("localZoneid") if isinstance(me, dict) else None
    return Finding("token", "ok", f"accepted; its user's time zone is {zone or 'not told'}")


def _clock(account: Account, user: Body) -> Finding:
    text = user.headers.get("date", "")
    try:
        theirs: datetime | None = parsedate_to_datetime(text)
    except ValueError:
        theirs = None
    if theirs is None or theirs.tzinfo is None:
        return Finding("clock", "note", "the server does not tell its time")
    off = (account.now() - theirs).total_seconds()
    if abs(off) > CLOCK_TOLERANCE:
        if account.loopback:
            return Finding(
                "clock", "note", f"this account lives at {theirs:%Y-%m-%d %H:%M} UTC, its own time"
            )
        from actoolkit.loaders._telling import describe_duration

        side = "ahead of" if off > 0 else "behind"
        return Finding(
            "clock",
            "problem",
            f"this machine's clock is {describe_duration(abs(off))} {side} the server's",
            "Set the clock: ages of remembered tables and 'the last 30 days' depend on it.",
        )
    return Finding("clock", "ok", "agrees with the server's")


def _collection(reader: Reader, name: str) -> tuple[Finding, int | None]:
    """Look at one row of a collection; give the finding and the rows, where the API tells."""
    from actoolkit.api.endpoints import ENDPOINTS

    endpoint = ENDPOINTS[name]
    try:
        page = reader.page(endpoint, {"limit": "1"})
    except NotAvailable as error:
        told = "not available on this account; reports leave its section out and say so"
        return Finding(name, "note", told, error.hint), None
    except ActoolkitError as error:
        return Finding(name, "problem", error.message, error.hint), None
    if page.total is None:
        return Finding(name, "ok", "readable; the API does not tell how many rows"), None
    return Finding(name, "ok", f"{page.total:,} rows"), page.total
