"""What one GET of the API is: a value, from which every request to it is made."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

from actoolkit.api.filters import SEGMENT, Filter
from actoolkit.errors import InvalidArgument

Params = Mapping[str, str | Sequence[str]]
"""Query parameters as they travel; a sequence repeats its parameter."""

Paging = Literal["keyset", "offset", "single"]
"""How a collection is walked: by ``id_greater``, by ``offset``, or in one request."""

Total = Literal["string", "int", "absent"]
"""How ``meta.total`` comes, by the evidence at hand; a reader copes with all three anywhere."""

DOCS = "https://developers.activecampaign.com/reference/"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One GET of the API.

    Args:
        name: Key in `ENDPOINTS`.
        path: Path below ``/api/3``; ``{contact_id}`` and so on are filled by `located`.
        envelope: Top-level key that holds the rows, or the row of a single object.
        paging: How it is walked.
        total: How ``meta.total`` comes.
        filters: Python keyword to filter.
        orders: Columns that ``orders[...]`` is documented to take.
        side_loads: Further top-level arrays that ride along, by wire name.
        page_size: Rows to ask for; 100 is the API's maximum.
        key: Field that identifies a row; None when the API gives none (rows are their own key).
        documented: Whether the reference describes this operation.
        retired: Whether the newest reference no longer has it, so that a 404 is no surprise.
        rides_on: Endpoint whose pages carry these rows among their ``side_loads``, or None.
        table: Table that holds its rows; "" means the one of its own name.
        page: Last part of the address of the reference page.
    """

    name: str
    path: str
    envelope: str | None
    paging: Paging = "offset"
    total: Total = "string"
    filters: Mapping[str, Filter] = field(default_factory=dict)
    orders: tuple[str, ...] = ()
    side_loads: tuple[str, ...] = ()
    page_size: int = 100
    key: str | None = "id"
    documented: bool = True
    retired: bool = False
    rides_on: str | None = None
    table: str = ""
    page: str = "overview"

    def __post_init__(self) -> None:
        object.__setattr__(self, "table", self.table or self.name)

    @property
    def doc_url(self) -> str:
        """Address of the reference page."""
        return DOCS + self.page

    def located(self, **ids: object) -> str:
        """Fill the path.

        Args:
            **ids: A value for each ``{name}`` in the path.

        Raises:
            InvalidArgument: One is missing, unknown, or not an id.

        Example:
            >>> from actoolkit.api.endpoints import ENDPOINTS
            >>> ENDPOINTS["geo_ips"].located(contact_id=7)
            '/contacts/7/geoIps'
        """
        wanted = re.findall(r"{(\w+)}", self.path)
        if set(wanted) != set(ids):
            raise InvalidArgument(
                f"{self.path} needs {', '.join(wanted) or 'no ids'}, "
                f"not {', '.join(ids) or 'none'}.",
                hint="Pass each of them once.",
            )
        for name, value in ids.items():
            if type(value) not in (int, str) or not SEGMENT.fullmatch(str(value)):
                raise InvalidArgument(
                    f"{name}={value!r} cannot be part of an address.", hint="Pass an id."
                )
        return self.path.format(**{k: quote(str(v), safe="") for k, v in ids.items()})

    def query(self, **filters: object) -> dict[str, str | tuple[str, ...]]:
        """Write filters as query parameters; None leaves one out.

        Args:
            **filters: Keywords of `filters`.

        Raises:
            InvalidArgument: The API has no such filter, or would not honour the value.

        Example:
            >>> from actoolkit.api.endpoints import ENDPOINTS
            >>> ENDPOINTS["ecom_orders"].query(state="completed", customer_id=7)
            {'filters[state]': '1', 'filters[customerid]': '7'}
        """
        query: dict[str, str | tuple[str, ...]] = {}
        for keyword, value in filters.items():
            if keyword not in self.filters:
                raise InvalidArgument(
                    f"{self.path} has no filter {keyword!r}; it has "
                    f"{', '.join(self.filters) or 'none'}.",
                    hint="Filter the frame instead.",
                )
            if value is not None:
                chosen = self.filters[keyword]
                name = chosen.named(keyword, value)
                query[name] = chosen.encode(keyword, value)
        return query
