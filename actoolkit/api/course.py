"""Where a walk through a collection stands, and the words all walks share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from actoolkit.api.operation import Endpoint, Params
from actoolkit.api.page import Page
from actoolkit.errors import IncompleteLoad

Certainty = Literal["proven", "converged", "unverified"]
Pages = Iterator[Page]

PATIENCE = 3
"""Times that a doubtful page is asked for, or a missing row looked for; faults come in pairs."""
STALLED = 20
"""Pages in a row that may bring next to nothing before a walk draws a conclusion."""


@dataclass(slots=True)
class Course:
    """Where a walk stands.

    Args:
        fetch: Gives the page for query parameters.
        endpoint: Of the catalogue.
        query: Filters.
        size: Rows to ask for in a page.
        certainty: What can be said so far.
        total: The last ``meta.total`` that was a count and not refuted by the rows.
        requests: Pages asked for.
        rows: Different rows seen.
        strategy: How it is walked.
        in_flight: Pages that may be asked for at once; ``fetch`` is then called by threads.
        alone: As ``fetch``, but never answered by a page that was asked for before; None if
            ``fetch`` never is.
    """

    fetch: Callable[[Params], Page]
    endpoint: Endpoint
    query: Params
    size: int
    certainty: Certainty = "unverified"
    total: int | None = None
    requests: int = 0
    rows: int = 0
    strategy: str = ""
    in_flight: int = 1
    alone: Callable[[Params], Page] | None = None

    def ask(self, **params: object) -> Page:
        """Fetch a page and note its total; a total of 0 beside rows says nothing."""
        return self._noted(self.fetch, params)

    def _noted(self, fetch: Callable[[Params], Page], params: Mapping[str, object]) -> Page:
        page = fetch({**self.query, **{key: str(value) for key, value in params.items()}})
        self.requests += 1
        if page.total is not None and (page.total or not self.rows):
            self.total = page.total
        return page

    def at(self, offset: int) -> Page:
        """Fetch the page at an offset."""
        return self.ask(limit=self.size, offset=offset)

    def later(self, offset: int) -> Page:
        """Fetch the page at an offset, as it is after every page that came before."""
        return self._noted(self.alone or self.fetch, {"limit": self.size, "offset": offset})

    def short_of(self, rows: int) -> bool:
        """Whether the total says that there are more."""
        return self.total is not None and rows < self.total

    def enough(self, rows: int) -> bool:
        """Whether there is a total, and it says that these are all."""
        return bool(self.total) and not self.short_of(rows)

    def prove(self) -> None:
        """Say that no row that existed throughout can have been skipped."""
        self.certainty = "proven"

    def whole(self, page: Page) -> bool:
        """Whether a first page says itself that it is all: then its order does not matter."""
        rows = len(set(page.keys))
        if not rows or page.total != rows or len(page.keys) >= self.size:
            return False
        self.rows = rows
        self.prove()
        return True

    def missing(self, why: str) -> IncompleteLoad:
        """The error for rows that did not come."""
        said = "no total" if self.total is None else f"a total of {self.total}"
        return IncompleteLoad(
            f"{self.endpoint.path}: {why}; {self.rows} rows came, the API gives {said}.",
            endpoint=self.endpoint.path,
            hint="Run it again; if it stays so, load with a filter that gives fewer rows.",
        )

    def settle_same_page(self, rows: int) -> None:
        """Settle a collection that gives its first page for every offset.

        Args:
            rows: Rows of that page. A full one may hide others, unless the total denies it.

        Raises:
            IncompleteLoad: There are more rows, or there may be.
        """
        if self.enough(self.rows):
            self.prove()
        elif self.total is not None or rows in (self.size, 20, 100):
            raise self.missing("the API gives the same page for every offset")


def single(course: Course) -> Pages:
    """One request holds everything."""
    course.strategy = "single"
    page = course.ask()
    course.rows = len(page.rows)
    course.prove()
    yield page
