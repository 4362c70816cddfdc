"""Walking a whole collection, exactly: pages in, an honest certainty out.

How sure a walk can be depends on what the server shows:

- **keyset** (contacts): each page asks for the ids above the last one. A row that existed
  throughout cannot be skipped. ``proven``.
- **anchored offset**: the ids of every page rise, or fall, so that the pages of one walk overlap by
  a row or two and each seam is checked: when the first row of a page is already known, nothing
  between was skipped; otherwise the walk steps back until it is. ``proven``.
- **passes**: any other order. The whole collection again and again, until two passes bring the same
  keys and as many as the total says: ``converged``; at most five, then ``unverified``.

A short page is not the end, an empty one is, and it is asked for twice when the total says
otherwise. When fewer rows came than the total says, and asking again brings no more, the walk
raises `IncompleteLoad`: rows that are missing are never passed over. More rows than the total is
no fault, since rows are deleted while a walk goes on.

Everything here is pure: a walk asks for pages by calling a function and knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from actoolkit.api.ahead import Ahead
from actoolkit.api.anchored import anchored
from actoolkit.api.course import Certainty, Course, single
from actoolkit.api.keyset import keyset
from actoolkit.api.operation import Endpoint, Params
from actoolkit.api.page import Page
from actoolkit.errors import InvalidArgument

__all__ = ["Certainty", "Outcome", "Page", "Walk", "walk"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a walk can say about its rows.

    Args:
        certainty: "proven", "converged" or "unverified".
        vendor_total: The last ``meta.total`` seen that was a count, or None.
        requests: Pages asked for.
        rows: Different rows seen.
        strategy: "keyset", "anchored", "passes" or "single".
    """

    certainty: Certainty
    vendor_total: int | None
    requests: int
    rows: int
    strategy: str


class Walk:
    """The pages of a collection, and then what is known about them.

    Rows may come twice (pages overlap, passes repeat): keep the last one of each key. A walk that
    is left early is "unverified".

    Args:
        fetch: Gives the page for query parameters.
        endpoint: Of the catalogue.
        query: Filters.
        page_size: Rows to ask for, 2 to 100; default the endpoint's own.
        in_flight: Pages that may be asked for at once; ``fetch`` is then called by threads.

    Raises:
        IncompleteLoad: On iterating: rows are missing, or the collection would not hold still.

    Example:
        >>> from actoolkit.api.endpoints import ENDPOINTS
        >>> lists = ENDPOINTS["lists"]
        >>> answer = {"lists": [{"id": "1"}, {"id": "2"}], "meta": {"total": "2"}}
        >>> found = Walk(lambda params: Page.of(lists, answer), lists, {})
        >>> [row["id"] for page in found for row in page.rows], found.outcome.certainty
        (['1', '2'], 'proven')
    """

    def __init__(
        self,
        fetch: Callable[[Params], Page],
        endpoint: Endpoint,
        query: Params,
        *,
        page_size: int | None = None,
        in_flight: int = 1,
    ) -> None:
        size = page_size or endpoint.page_size
        if not 2 <= size <= 100:
            raise InvalidArgument(
                f"page_size={size} is not between 2 and 100.", hint="Leave it out."
            )
        self._course = Course(fetch, endpoint, dict(query), size)
        self._course.in_flight = in_flight

    def __iter__(self) -> Iterator[Page]:
        start = {"keyset": keyset, "offset": anchored, "single": single}
        course = self._course
        if course.in_flight == 1:
            yield from start[course.endpoint.paging](course)
            return
        with Ahead(course.fetch, course.in_flight) as ahead:
            course.fetch, course.alone = ahead, course.fetch
            yield from start[course.endpoint.paging](course)

    @property
    def outcome(self) -> Outcome:
        """What is known so far; final once the pages are at an end."""
        course = self._course
        return Outcome(
            course.certainty, course.total, course.requests, course.rows, course.strategy
        )


def walk(
    fetch: Callable[[Params], Page],
    endpoint: Endpoint,
    query: Params,
    *,
    page_size: int | None = None,
) -> Walk:
    """Walk a collection; see `Walk`."""
    return Walk(fetch, endpoint, query, page_size=page_size)
