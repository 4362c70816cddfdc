"""What a collection can be ordered by, in the words of its columns."""

from __future__ import annotations

from actoolkit.api.endpoints import Endpoint
from actoolkit.tables import TABLES


def orders_of(endpoint: Endpoint) -> dict[str, str]:
    """What ``order_by`` takes: names of columns where there are such, each with the API's own.

    Args:
        endpoint: Of the catalogue.

    Example:
        >>> from actoolkit.api.endpoints import ENDPOINTS
        >>> orders_of(ENDPOINTS["campaigns"])
        {'sent_at': 'sdate', 'last_sent_at': 'ldate'}
    """
    columns = {_plain(one.source): one.name for one in TABLES[endpoint.table].columns}
    return {columns.get(_plain(one), one.partition(":")[2] or one): one for one in endpoint.orders}


def _plain(name: str) -> str:
    return name.replace("_", "").lower()
