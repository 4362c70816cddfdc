"""Ranges of ids walked beside each other: the keyset walk, with several requests in flight.

Pages at a few offsets part the collection into ranges of about as many rows each, however far
apart the ids are. Inside a range every page asks for the ids above the last one, as in one long
walk, so that nothing between can be skipped; a page that crosses the end of its range closes it.
Where those pages stand does not matter: what is between them is walked, whatever it is.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import Full, Queue

from actoolkit.api.course import PATIENCE, Course
from actoolkit.api.page import Page

FEWEST_PAGES = 10
"""Below this many pages there is little to save."""
MANY_PAGES = 200
"""From this many pages on there are 8 ranges, below it 4."""
ORDER = {"orders[id]": "ASC"}
WAITING = 64
"""Pages that may wait to be taken, so that a slow reader holds few in memory."""


class Doubt(Exception):
    """The server does not order by id, or does not know ``id_greater``."""


@dataclass(slots=True)
class _Work:
    """What the threads of one walk share."""

    course: Course
    found: Queue[tuple[Page, int] | int | BaseException] = field(
        default_factory=lambda: Queue(WAITING)
    )
    stopped: threading.Event = field(default_factory=threading.Event)

    def give(self, item: tuple[Page, int] | int | BaseException) -> None:
        """Hand something over, unless nobody takes it any more."""
        while not self.stopped.is_set():
            try:
                self.found.put(item, timeout=0.1)
            except Full:
                continue
            return


def worthwhile(course: Course, left: int) -> bool:
    """Whether so many rows are worth parting.

    Args:
        course: Of the walk.
        left: Rows still to come, by the total.
    """
    return course.in_flight > 1 and left >= FEWEST_PAGES * course.size


def in_ranges(course: Course, last: int, left: int) -> Generator[Page, None, int | None]:
    """Walk the ids above ``last`` in several ranges at once.

    Args:
        course: Its rows are counted on.
        last: Largest id so far.
        left: Rows still to come, by the total.

    Returns:
        The largest id reached, with everything up to it; None where the server cannot be walked
        so: then no row was counted, and the walk goes on from ``last`` by itself.
    """
    parts = min(course.in_flight, 8 if left >= MANY_PAGES * course.size else 4)
    work = _Work(course)
    counted, largest = course.rows, last
    with ThreadPoolExecutor(parts, thread_name_prefix="actoolkit") as pool:
        try:
            seams = yield from _seams(course, pool, last, left, parts)
            starts = [last, *(behind for _, behind in seams)]
            ends = [*(before for before, _ in seams), None]
            for start, end in zip(starts, ends, strict=True):
                pool.submit(_walk, work, start, end)
            running = len(starts)
            while running:
                found = work.found.get()
                if isinstance(found, Doubt):
                    course.rows = counted
                    return None
                if isinstance(found, BaseException):
                    raise found
                if isinstance(found, int):
                    largest, running = max(largest, found), running - 1
                    continue
                page, fresh = found
                course.requests += 1
                course.rows += fresh
                yield page
        finally:
            work.stopped.set()
    return largest


def _seams(
    course: Course, pool: ThreadPoolExecutor, last: int, left: int, parts: int
) -> Generator[Page, None, list[tuple[int, int]]]:
    """Look up pages that part the rows evenly, and count their rows.

    Returns:
        For each: the id before its first, where a range ends, and its last, where one begins. A
        page that does not rise above the one before it parts nothing.
    """
    behind = course.rows
    looks = [
        {**course.query, **ORDER, "limit": str(course.size), "offset": str(offset)}
        for offset in (behind + left * part // parts for part in range(1, parts))
    ]
    seams: list[tuple[int, int]] = []
    for page in pool.map(course.fetch, looks):
        course.requests += 1
        ids = page.numbers
        if ids and ids == sorted(ids) and ids[0] > (seams[-1][1] if seams else last):
            seams.append((ids[0] - 1, ids[-1]))
            course.rows += len(set(ids))
        yield page
    return seams


def _walk(work: _Work, start: int, end: int | None) -> None:
    """Walk one range, hand its pages over, and then the largest id that it reached."""
    try:
        work.give(_reached(work, start, end))
    except BaseException as error:  # noqa: BLE001 - handed over: raised where the walk is read
        work.give(error)


def _reached(work: _Work, last: int, end: int | None) -> int:
    course = work.course
    doubtful = 0
    while not work.stopped.is_set() and (end is None or last < end):
        asked = {**course.query, **ORDER, "limit": str(course.size), "id_greater": str(last)}
        page = course.fetch(asked)
        ids = page.numbers
        if not ids and end is None and ids is not None:
            work.give((page, 0))
            return last
        if not ids or ids != sorted(ids) or ids[0] <= last:
            doubtful += 1
            if doubtful >= PATIENCE:
                raise Doubt
            continue
        doubtful = 0
        work.give((page, len({number for number in ids if end is None or number <= end})))
        last = ids[-1]
        if len(ids) < course.size if end is None else last >= end:
            break
    return last if end is None else end
