"""The rows of many parents, one route each: in flight together, given out in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from actoolkit.api.brief import brief
from actoolkit.api.course import Certainty, Course, single
from actoolkit.api.journal import Journal
from actoolkit.api.operation import Params
from actoolkit.api.page import Page
from actoolkit.api.paging import Outcome, Walk
from actoolkit.api.reader import Reader
from actoolkit.errors import NotFound
from actoolkit.loaders._request import PARENT_FIELDS, Request
from actoolkit.loaders._rows import Rows
from actoolkit.loaders.progress import Task

_NOTHING = (None, "", "0", 0)
SURE: tuple[Certainty, ...] = ("unverified", "converged", "proven")


@dataclass(frozen=True, slots=True)
class Family:
    """The rows of one parent.

    Args:
        parent: Its id.
        pages: What came; None where the parent does not exist.
        certainty: How sure that these are all.
        requests: Pages asked for.
        total: What the API says there are, or None.
    """

    parent: str
    pages: tuple[Page, ...] | None
    certainty: Certainty = "proven"
    requests: int = 1
    total: int | None = None


def gather(
    request: Request, reader: Reader, journal: Journal, rows: Rows, task: Task
) -> tuple[Outcome, tuple[str, ...]]:
    """Read the rows of every parent of a request.

    Args:
        request: With ``parents``.
        reader: Of the account.
        journal: Of this load.
        rows: Takes what comes.
        task: Whom to tell.

    Returns:
        What is known about all of them, and sentences about parents that do not exist.

    Raises:
        NotFound: A parent does not exist, and ``missing`` is "raise".
    """
    parents = request.parents or ()
    absent: list[str] = []
    doubtful: list[str] = []
    sure: Certainty = "proven"
    requests = 0
    total: int | None = None
    for done, family in enumerate(_families(request, reader, journal), start=1):
        requests += family.requests
        if family.pages is None:
            absent.append(family.parent)
        if family.certainty == "unverified":
            doubtful.append(family.parent)
        for page in family.pages or ():
            rows.add(_named(request, family.parent, page), page.side_loads, page.keys)
        sure = min(sure, family.certainty, key=SURE.index)
        total = family.total if len(parents) == 1 else None
        task.parents(done, len(parents), rows=rows.count, requests=reader.requests)
        if rows.enough:
            break
    count = 0 if request.endpoint.key is None else rows.count
    notes = (
        *_told(request, absent, "not found"),
        *_told(request, doubtful, "have exactly a page of rows, which the API may have cut off"),
    )
    return Outcome(sure, total, requests, count, "parents"), notes


def _told(request: Request, parents: list[str], what: str) -> tuple[str, ...]:
    if not parents:
        return ()
    shown = ", ".join(parents[:5]) + (", ..." if len(parents) > 5 else "")
    return (f"{len(parents)} of {len(request.parents or ())} {request.parent} {what}: {shown}",)


def _families(request: Request, reader: Reader, journal: Journal) -> Iterator[Family]:
    """Give the families in the order of their parents, a few of them in flight."""
    waiting = iter(request.parents or ())
    flying_at_once = reader.account.in_flight
    pool = ThreadPoolExecutor(flying_at_once, thread_name_prefix="actoolkit")
    flying: deque[Future[Family]] = deque()
    try:
        for parent in islice(waiting, 2 * flying_at_once):
            flying.append(pool.submit(_family, request, reader, journal, parent))
        while flying:
            family = flying.popleft().result()
            for parent in islice(waiting, 1):
                flying.append(pool.submit(_family, request, reader, journal, parent))
            yield family
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _family(request: Request, reader: Reader, journal: Journal, parent: str) -> Family:
    endpoint = request.endpoint

    def fetch(params: Params) -> Page:
        named: dict[str, object] = {request.parent: parent}
        return reader.page(endpoint, params, journal=journal, records=None, **named)

    course = Course(fetch, endpoint, request.params, endpoint.page_size)
    walked = single if endpoint.paging == "single" else brief
    try:
        if endpoint.paging != "single" and endpoint.total != "absent":
            walk = Walk(fetch, endpoint, request.params)
            pages = tuple(walk)
            found = walk.outcome
            return Family(parent, pages, found.certainty, found.requests, found.vendor_total)
        pages = tuple(walked(course))
    except NotFound as error:
        if request.missing == "skip":
            return Family(parent, None)
        raise NotFound(
            f"{request.parent} {parent} does not exist in this account.",
            endpoint=error.endpoint,
            status=error.status,
            hint='Leave it out, or pass missing="skip".',
        ) from None
    return Family(parent, pages, course.certainty, course.requests, course.total)


def _named(request: Request, parent: str, page: Page) -> list[Mapping[str, object]]:
    """The rows of a page with their parent's id, where they do not tell it themselves."""
    column = next((one for one in request.table.columns if one.name == request.parent), None)
    source = "relid" if column is None else column.source
    known = {**PARENT_FIELDS.get(request.name, {}), source: parent}
    return [
        {**row, **{name: value for name, value in known.items() if row.get(name) in _NOTHING}}
        for row in page.rows
    ]
