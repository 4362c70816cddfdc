"""What a load asks for: a value, refused where the API would not honour it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property
from typing import Literal

from actoolkit.api.endpoints import ENDPOINTS, Endpoint
from actoolkit.errors import InvalidArgument
from actoolkit.loaders._ids import ids_of, refuse_name
from actoolkit.loaders._orders import orders_of
from actoolkit.store import Query
from actoolkit.tables import TABLES, Table

LIMIT = "limit"
"""Key of a query that asks for the first rows only."""
INCLUDE = "include"
"""Key of a query whose rows have columns that are otherwise left out."""

MOST_IDS = 100
"""Ids of one request at most: an address may not grow without end."""

Missing = Literal["raise", "skip"]
"""What to do when one of several parents does not exist."""

ROUTES: Mapping[str, Mapping[str, str]] = {
    "contact_automations": {"contact_ids": "contact_automations_of_contact"},
    "contact_lists": {"contact_ids": "contact_lists_of_contact"},
    "contact_tags": {"contact_ids": "contact_tags_of_contact"},
    "score_values": {"contact_ids": "score_values_of_contact"},
    "notes": {"contact_ids": "notes_of_contact"},
    "geo_ips": {"contact_ids": "geo_ips"},
    "campaign_links": {"campaign_ids": "campaign_links"},
    "ecom_order_products": {"order_ids": "ecom_order_products_of_order"},
    "custom_object_records": {"schema_id": "custom_object_records"},
    "lists": {"list_id": "list"},
    "messages": {"message_id": "message"},
}
"""Table to the keywords of parents that its loader takes, each with the endpoint below them."""

PARENT_FIELDS: Mapping[str, Mapping[str, str]] = {"notes_of_contact": {"reltype": "Subscriber"}}
"""What the route itself says of its rows, beside the parent's id."""


@dataclass(frozen=True)
class Request:
    """What to load.

    Args:
        name: Of the endpoint.
        filters: Keywords of the endpoint's filters.
        limit: First rows only, or None.
        include: Columns that are otherwise left out.
        order_by: Column to ask the rows in the order of; "-" before it turns it round.
        parents: Ids whose rows are asked for, one after the other; None for a collection of the
            whole account.
        missing: What to do about a parent that does not exist.
    """

    name: str
    filters: Mapping[str, object] = field(default_factory=dict)
    limit: int | None = None
    include: tuple[str, ...] = ()
    order_by: str | None = None
    parents: tuple[str, ...] | None = None
    missing: Missing = "raise"

    @property
    def endpoint(self) -> Endpoint:
        """Whose rows these are."""
        return ENDPOINTS[self.name]

    @property
    def walked(self) -> Endpoint:
        """Whose pages bring them: its own, or those that its rows ride on."""
        chosen = ENDPOINTS[self.endpoint.rides_on or self.name]
        if self.order_by is not None and chosen.paging == "keyset":
            return replace(chosen, paging="offset")
        return chosen

    @cached_property
    def table(self) -> Table:
        """Their shape."""
        table = TABLES[self.endpoint.table]
        return table.including(*self.include) if self.include else table

    @property
    def parent(self) -> str:
        """Name of the parent's id in the path; "" where there is none."""
        return self.endpoint.path.partition("{")[2].partition("}")[0]

    @property
    def params(self) -> dict[str, str | tuple[str, ...]]:
        """The filters and the order as they travel."""
        return {**self.walked.query(**self.filters), **self._order()}

    @property
    def query(self) -> Query:
        """What names the stored rows."""
        named: dict[str, str | tuple[str, ...]] = dict(self.params)
        if self.limit is not None:
            named[LIMIT] = str(self.limit)
        if self.include:
            named[INCLUDE] = self.include
        if self.parents is not None:
            named[self.parent] = self.parents
            if self.missing == "skip":
                named["missing"] = "skip"
        return dict(sorted(named.items()))

    def _order(self) -> dict[str, str]:
        if self.order_by is None:
            return {}
        offered = orders_of(self.endpoint)
        wire, _, value = offered.get(self.order_by.removeprefix("-"), "").partition(":")
        falling = self.order_by.startswith("-")
        if not wire or (value and falling):
            known = ", ".join(repr(one) for one in offered)
            raise InvalidArgument(
                f"order_by={self.order_by!r} is not an order of {self.endpoint.path}; "
                f"there are {known or 'none'}.",
                hint="Sort the frame instead.",
            )
        return {f"orders[{wire}]": value or ("DESC" if falling else "ASC")}


def request_of(
    table: str,
    *,
    filters: Mapping[str, object] | None = None,
    limit: int | None = None,
    include: str | Iterable[str] = (),
    order_by: str | None = None,
    missing: Missing = "raise",
) -> Request:
    """Make a request from what a loader was given.

    Args:
        table: Name of the table.
        filters: Keywords of filters, and of parents (`ROUTES`); None leaves one out.
        limit: First rows only, or None.
        include: Columns that are otherwise left out.
        order_by: As in `Request`.
        missing: As in `Request`.

    Raises:
        InvalidArgument: The API would not honour one of them.
    """
    given = {key: value for key, value in (filters or {}).items() if value is not None}
    below = {key: given.pop(key) for key in ROUTES.get(table, {}) if key in given}
    if missing not in ("raise", "skip"):
        raise InvalidArgument(f"missing={missing!r} is unknown.", hint='Use "raise" or "skip".')
    _check_ids(table, given)
    names = (include,) if isinstance(include, str) else tuple(dict.fromkeys(include))
    name, parents = table, None
    if below:
        ((keyword, value),) = below.items()
        name, parents = ROUTES[table][keyword], ids_of(keyword, value)
    elif table not in ENDPOINTS and table not in ROUTES:
        raise InvalidArgument(
            f"There is no table {table!r}.",
            hint=near_names([table], TABLES) or f"There are: {', '.join(TABLES)}.",
        )
    elif table not in ENDPOINTS or "{" in ENDPOINTS[table].path:
        ids = ", ".join(f"{keyword}=" for keyword in ROUTES.get(table, {}))
        raise InvalidArgument(
            f"{table} is read per parent.",
            hint=f"Pass {ids} to its loader or to actoolkit.plan, in Python.",
        )
    if order_by is not None and not isinstance(order_by, str):
        raise InvalidArgument(f"order_by={order_by!r} is not a name.", hint='Such as "sent_at".')
    request = Request(name, given, limit, tuple(sorted(names)), order_by, parents, missing)
    if order_by is not None and any(len(ids) > MOST_IDS for ids in _lists_of(given)):
        raise InvalidArgument(
            f"order_by= counts within {MOST_IDS} ids only.", hint="Sort the frame instead."
        )
    _ = request.query  # refuses what the API has no filter, order or column for
    ranked = request.order_by is not None and request.order_by.removeprefix("-") == "score"
    if ranked != ("score_id" in given):
        raise InvalidArgument(
            'order_by="score" and score_id= only count together.', hint="Pass both, or none."
        )
    return request


def near_names(given: Iterable[object], there: Iterable[str]) -> str:
    """Ask whether similar names were meant; "" where there are none.

    Args:
        given: Names that are not there.
        there: Names that are.

    Example:
        >>> near_names(["campains"], ["campaigns", "contacts"])
        'Did you mean campaigns?'
    """
    known = list(there)
    near = [name for one in given for name in get_close_matches(str(one), known, n=3)]
    return f"Did you mean {', '.join(dict.fromkeys(near))}?" if near else ""


def _lists_of(given: Mapping[str, object]) -> list[tuple[object, ...]]:
    return [value for value in given.values() if isinstance(value, tuple)]


def _check_ids(table: str, given: dict[str, object]) -> None:
    """Refuse names as ids; take the ids of a filter of several from whatever holds them."""
    filters = ENDPOINTS[table].filters if table in ENDPOINTS else {}
    for keyword, value in given.items():
        if keyword in filters and filters[keyword].accepts == "id":
            refuse_name(keyword, value)
        if keyword in filters and filters[keyword].accepts == "ids":
            given[keyword] = chosen = ids_of(keyword, value)
            if not chosen:
                raise InvalidArgument(
                    f"{keyword} holds no id.", hint="Leave it out to load them all."
                )
