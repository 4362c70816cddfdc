"""How many requests a walk takes, and how long these take."""

from __future__ import annotations

from actoolkit.api.operation import Endpoint
from actoolkit.api.reader import Reader
from actoolkit.loaders._request import Request
from actoolkit.loaders._telling import describe_duration
from actoolkit.settings import Account

MANY_ROWS = 50_000
"""A walk of more rows tells its cost before it goes on."""


def requests_for(endpoint: Endpoint, rows: int) -> int:
    """About how many requests a walk of so many rows takes.

    Args:
        endpoint: Walked; pages by offset overlap a little, and an empty one ends a keyset walk.
        rows: How many.

    Example:
        >>> from actoolkit.api.endpoints import ENDPOINTS
        >>> requests_for(ENDPOINTS["contacts"], 200), requests_for(ENDPOINTS["lists"], 99)
        (3, 1)
    """
    size = endpoint.page_size
    if endpoint.paging == "keyset":
        return -(-rows // size) + 1
    return max(1, -(-rows // (size - 1)))


def seconds_for(account: Account, requests: int) -> float:
    """How long so many requests take at the account's pace.

    Args:
        account: Whose.
        requests: How many.
    """
    return requests / (account.rate * account.share)


def cost(account: Account, endpoint: Endpoint, rows: int) -> str:
    """Say what a walk of so many rows takes.

    Args:
        account: Whose pace counts.
        endpoint: Walked.
        rows: How many.
    """
    requests = requests_for(endpoint, rows)
    time = describe_duration(seconds_for(account, requests))
    return f"{rows:,} rows take about {requests:,} requests, {time}"


def count_rows(request: Request, reader: Reader) -> int | None:
    """Ask how many rows a query has, in one request; None where the API does not say.

    Args:
        request: What would be loaded.
        reader: Of the account.
    """
    asked = [len(ids) for ids in request.params.values() if isinstance(ids, tuple)]
    if asked:
        return sum(asked)  # at most
    return reader.page(request.walked, {**request.params, "limit": "1"}).total
