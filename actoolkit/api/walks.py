"""The three ways to walk a collection. See `actoolkit.api.paging` for what each can prove."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from actoolkit.api.operation import Endpoint
from actoolkit.api.page import Page
from actoolkit.errors import IncompleteLoad

Certainty = Literal["proven", "converged", "unverified"]

PASSES = 5
PATIENCE = 3
"""Times that a doubtful page is asked for again, or a missing row is looked for."""
STALLED = 20
"""Pages in a row without a new key, beyond those a step back explains."""

Params = Mapping[str, str | Sequence[str]]


@dataclass(slots=True)
class Course:
    """Where a walk stands."""

    fetch: Callable[[Params], Page]
    endpoint: Endpoint
    query: dict[str, str | Sequence[str]]
    size: int
    certainty: Certainty = "unverified"
    total: int | None = None
    requests: int = 0
    rows: int = 0
    strategy: str = ""

    def ask(self, **params: object) -> Page:
        """Fetch a page and note its total."""
        page = self.fetch({**self.query, **{key: str(value) for key, value in params.items()}})
        self.requests += 1
        if page.total is not None and (page.total or not self.rows):
            self.total = page.total
        return page

    def at(self, offset: int) -> Page:
        """Fetch the page at an offset."""
        return self.ask(limit=self.size, offset=offset)

    def short_of(self, rows: int) -> bool:
        """Whether the total says that there are more."""
        return self.total is not None and rows < self.total

    def missing(self, why: str) -> IncompleteLoad:
        """The error for rows that did not come."""
        said = "no total" if self.total is None else f"a total of {self.total}"
        return IncompleteLoad(
            f"{self.endpoint.path}: {why}; {self.rows} rows came, the API gives {said}.",
            endpoint=self.endpoint.path,
            hint="Run it again; if it stays so, load with a filter that gives fewer rows.",
        )


def single(course: Course) -> Iterator[Page]:
    """One request holds everything."""
    course.strategy = "single"
    page = course.ask()
    course.rows = len(page.rows)
    course.certainty = "proven"
    yield page


def keyset(course: Course) -> Iterator[Page]:
    """Ask for the ids above the last one, until there are none."""
    course.strategy = "keyset"
    start = course.query.get("id_greater")
    last = int(start) if isinstance(start, str) else -1
    ordered: dict[str, object] = {"orders[id]": "ASC", "limit": course.size}
    empty = doubtful = short = tail = largest = 0
    expected: int | None = None
    while True:
        page = course.ask(**ordered, **({"id_greater": last} if last >= 0 else {}))
        yield page
        ids = page.numbers
        if course.requests == 1 and start is None:
            expected = page.total or None
        if not page.keys:
            empty += 1
            if empty < 2 and (not expected or course.rows < expected):
                continue
            course.total = expected
            if not expected or course.rows >= expected:
                course.certainty = "proven"
                return
            # Rows may have been deleted since the first page: what does the total say now?
            short += 1
            if short > PATIENCE:
                raise course.missing("ids above the last one bring no more rows")
            head = course.ask(**{**ordered, "limit": 2})
            yield head
            expected, empty = head.total, 1
            continue
        empty = 0
        if ids is None or ids != sorted(ids) or ids[0] <= last:
            doubtful += 1
            if doubtful < PATIENCE:
                continue
            course.query.pop("id_greater", None)
            course.rows = 0
            yield from anchored(course)
            return
        doubtful = 0
        course.rows += len(set(ids))
        last = ids[-1]
        # Rows may come faster than pages are read: those born after the start need no chasing.
        tail = tail + 1 if len(ids) < largest / 2 else 0
        largest = max(largest, len(ids))
        if tail >= (PATIENCE if expected and course.rows >= expected else STALLED):
            course.certainty = "proven"
            return


def anchored(course: Course) -> Iterator[Page]:
    """Overlapping pages by offset, every seam checked; another order goes on to `passes`."""
    course.strategy = "anchored"
    sign = 0  # 1: ids rise, -1: they fall, 0: not known yet
    edge: int | None = None  # the furthest id behind a closed seam, times sign
    head: list[int] = []
    offset = position = barren = empty = doubtful = short = 0
    back = 0
    while True:
        page = course.at(offset)
        yield page
        ids = page.numbers
        if ids:
            sign = sign or _direction(([edge] if edge is not None else []) + ids)
        if ids is None or (ids and _direction(ids) not in (0, sign)):
            doubtful += 1
            if ids is None or not head or doubtful >= PATIENCE:
                yield from passes(course)
                return
            continue
        doubtful = 0
        if not head and ids:
            head = ids
            if course.total == len(set(ids)) and len(ids) < course.size:
                course.rows, course.certainty = len(ids), "proven"
                return
        if ids and offset and ids == head:
            barren += 1
            if barren < PATIENCE:
                offset = position
                continue
            _offset_ignored(course, len(head))
            return
        values = [number * (sign or 1) for number in ids]
        if not values:
            at_end = offset >= position
            empty += 1
            if at_end and (empty >= 2 or (course.total and not course.short_of(course.rows))):
                ended = True
            else:
                ended = False
                if not at_end:
                    back = back * 2 or 2
                    offset = max(0, position - back)
            if not ended:
                continue
        elif edge is not None and offset and values[0] > edge:
            back = back * 2 or 2 * _overlap(len(head))
            offset = max(0, min(position, offset) - back)
            continue
        else:
            empty = back = 0
            fresh = len({v for v in values if edge is None or v > edge})
            course.rows += fresh
            edge = values[-1] if edge is None else max(edge, values[-1])
            position = offset + len(values)
            barren = 0 if fresh else barren + 1
            if barren > STALLED + position // len(values):
                raise course.missing("pages bring no new rows")
            offset = position - (_overlap(len(values)) if fresh else 0)
            continue
        if sign < 0 and head:
            yield from _newer(course, head[0])
            if course.strategy == "passes":
                return
        if not course.short_of(course.rows):
            course.certainty = "proven"
            return
        short += 1
        if short > PATIENCE:
            raise course.missing("the last page is reached")
        offset, empty = max(0, position - 2**short), 0


def _newer(course: Course, newest: int) -> Iterator[Page]:
    """Look at the head of a falling walk again: rows that came, or moved, there since it began."""
    offset = 0
    for _ in range(STALLED):
        page = course.at(offset)
        yield page
        ids = page.numbers
        if ids is None or _direction(ids) > 0 or None in ids:
            yield from passes(course)
            return
        newer = {number for number in ids if number > newest}
        if len(newer) < len(ids) or not ids:
            course.rows += len(newer)
            return
        offset += len(ids)
        course.rows += len(newer)


def passes(course: Course) -> Iterator[Page]:
    """The whole collection again and again, until two passes agree with each other and the total."""
    course.strategy = "passes"
    union: set[str] = set()
    previous: set[str] | None = None
    for _ in range(PASSES):
        keys: set[str] = set()
        offset = empty = stalled = 0
        first: tuple[str, ...] = ()
        course.rows = len(union)
        while True:
            page = course.at(offset)
            yield page
            fresh = set(page.keys) - keys
            keys |= fresh
            first = first or page.keys
            if not offset and page.total == len(keys) and 0 < len(page.keys) < course.size:
                course.rows, course.certainty = len(keys), "proven"
                return
            if not page.keys:
                empty += 1
                if empty >= 2 or (course.total and not course.short_of(len(keys))):
                    break
                continue
            empty = 0
            stalled = 0 if fresh else stalled + 1
            if stalled >= PATIENCE and page.keys == first:
                course.rows = len(keys)
                _offset_ignored(course, len(first))
                return
            if stalled > STALLED:
                break
            offset += len(page.keys)
        union |= keys
        course.rows = len(union)
        if keys == previous and course.total in (None, len(keys)):
            course.certainty = "converged"
            return
        previous = keys
    if course.short_of(course.rows):
        raise course.missing(f"{PASSES} passes did not bring the rows")


def _offset_ignored(course: Course, rows: int) -> None:
    """Settle a collection whose every page is the first one."""
    if course.total is not None and not course.short_of(course.rows):
        course.certainty = "proven"
    elif course.total is not None or rows in (course.size, 20, 100):
        raise course.missing("the API gives the same page for every offset")


def _overlap(rows: int) -> int:
    """Rows by which pages overlap: enough to tell a seam, few enough to cost at most 3 % more pages."""
    return min(2 if rows >= 50 else 1, rows - 1)


def _direction(ids: Sequence[int]) -> int:
    """1 when ids rise, -1 when they fall, 0 when they cannot tell, 2 when they do neither."""
    pairs = {(b > a) - (b < a) for a, b in zip(ids, ids[1:], strict=False)} - {0}
    return pairs.pop() if len(pairs) == 1 else 2 * bool(pairs)
