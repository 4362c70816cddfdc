"""The walk through a collection of unknown order: again and again, until it holds still."""

from __future__ import annotations

from collections.abc import Generator

from actoolkit.api.course import PATIENCE, STALLED, Course, Pages
from actoolkit.api.page import Page

PASSES = 5


def passes(course: Course) -> Pages:
    """Read the whole collection until two passes bring the same keys, as many as the total says.

    Args:
        course: At its beginning, or given up by another walk.

    Raises:
        IncompleteLoad: All passes together brought fewer rows than the total says.
    """
    course.strategy = "passes"
    union: set[str] = set()
    previous: set[str] | None = None
    for _ in range(PASSES):
        course.rows = 0
        keys = yield from _once(course)
        if course.certainty == "proven":
            return
        union |= keys
        course.rows = len(union)
        if keys == previous and course.total in (None, len(keys)):
            course.certainty = "converged"
            return
        previous = keys
    if course.short_of(course.rows):
        raise course.missing(f"{PASSES} passes did not bring the rows")


def _once(course: Course) -> Generator[Page, None, set[str]]:
    """Read the collection once, by the rows received; give its keys."""
    keys: set[str] = set()
    first: tuple[str, ...] = ()
    offset = blank = barren = 0
    while True:
        page = course.at(offset)
        yield page
        fresh = set(page.keys) - keys
        keys |= fresh
        course.rows = len(keys)
        if not page.keys:
            blank += 1
            if blank >= 2 or course.enough(len(keys)):
                return keys
            continue
        blank = 0
        if not offset and page.total == len(keys) and len(page.keys) < course.size:
            course.prove()  # one answer, which says itself that it is all
            return keys
        first = first or page.keys
        barren = 0 if fresh else barren + 1
        if barren >= PATIENCE and page.keys == first:
            course.settle_same_page(len(first))
            return keys
        if barren > STALLED:
            return keys
        offset += len(page.keys)
