"""What one GET of the API is: a value, from which every request to it is made."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from urllib.parse import quote

from actoolkit.errors import InvalidArgument

Params = Mapping[str, str | Sequence[str]]
"""Query parameters as they travel; a sequence repeats its parameter."""

Paging = Literal["keyset", "offset", "single"]
"""How a collection is walked: by ``id_greater``, by ``offset``, or in one request."""

Total = Literal["string", "int", "absent"]
"""How ``meta.total`` comes, by the evidence at hand; a reader copes with all three anywhere."""

Accepts = Literal["text", "id", "ids", "code", "flag", "moment", "wall", "related"]
"""What a filter takes.

- ``text``: a string.
- ``id``: an id, as text or int.
- ``ids``: several ids.
- ``code``: a documented label ("completed"), or the API's own number.
- ``flag``: True or False.
- ``moment``: a date, or a datetime with a zone.
- ``wall``: a date, or a naive datetime of the account's wall clock.
- ``related``: a relationship's short name with an id, such as ``{"primary-contact": 7}``.
"""

DOCS = "https://developers.activecampaign.com/reference/"

_ID = re.compile(r"[0-9]{1,18}")
_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of a collection.

    Args:
        param: Name on the wire, such as ``filters[state]``.
        accepts: What it takes.
        codes: Label to wire code, for "code".
        documented: Whether the reference names it; otherwise only clients use it.
    """

    param: str
    accepts: Accepts = "text"
    codes: Mapping[str, str] = field(default_factory=dict)
    documented: bool = True

    def encode(self, keyword: str, value: object) -> str | tuple[str, ...]:
        """Write a value as the API expects it.

        Args:
            keyword: Name of the argument, for the error.
            value: What the caller passed.

        Raises:
            InvalidArgument: The API would not honour the value.
        """
        if self.accepts == "ids" and isinstance(value, Sequence) and not isinstance(value, str):
            return tuple(_encode_id(keyword, one) for one in value)
        if self.accepts in ("id", "ids", "related"):
            if self.accepts == "related" and isinstance(value, Mapping):
                value = next(iter(value.values()), None)
            return _encode_id(keyword, value)
        if self.accepts == "code":
            return self._encode_code(keyword, value)
        if self.accepts == "flag" and isinstance(value, bool):
            return "1" if value else "0"
        if self.accepts in ("moment", "wall"):
            return _encode_time(keyword, value, wall=self.accepts == "wall")
        if self.accepts == "text" and isinstance(value, str) and value:
            return value
        raise InvalidArgument(
            f"{keyword}={value!r} is not a {self.accepts}.", hint=f"Pass a {self.accepts}."
        )

    def named(self, keyword: str, value: object) -> str:
        """Give the parameter's name, which may hold a part of the value.

        Args:
            keyword: Name of the argument, for the error.
            value: What the caller passed.

        Raises:
            InvalidArgument: The value has no such part.
        """
        if self.accepts != "related":
            return self.param
        slug = next(iter(value)) if isinstance(value, Mapping) and len(value) == 1 else None
        if not isinstance(slug, str) or not _SEGMENT.fullmatch(slug):
            raise InvalidArgument(
                f"{keyword}={value!r} is not one relationship with an id.",
                hint='Such as {"primary-contact": 7}.',
            )
        return self.param.format(slug)

    def _encode_code(self, keyword: str, value: object) -> str:
        text = str(value)
        if text in self.codes:
            return self.codes[text]
        if text in self.codes.values():
            return text
        raise InvalidArgument(
            f"{keyword}={value!r} is not one of {', '.join(self.codes)}.",
            hint="Use one of these labels.",
        )


def _encode_id(keyword: str, value: object) -> str:
    text = str(value)
    if isinstance(value, bool) or not _ID.fullmatch(text):
        raise InvalidArgument(f"{keyword}={value!r} is not an id.", hint="Ids are whole numbers.")
    return text


def _encode_time(keyword: str, value: object, *, wall: bool) -> str:
    if isinstance(value, datetime):
        if (value.tzinfo is None) is wall:
            return value.isoformat(sep=" " if wall else "T", timespec="seconds")
    elif isinstance(value, date):
        return value.isoformat()
    elif isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d([ T][0-9:+-]{5,14})?", value):
        return value
    kind = "without a zone" if wall else "with a zone"
    raise InvalidArgument(
        f"{keyword}={value!r} is not a moment.", hint=f"Pass a date, or a datetime {kind}."
    )


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
            if type(value) not in (int, str) or not _SEGMENT.fullmatch(str(value)):
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
