"""The walk through a collection of unknown order: again and again, until it holds still."""

from __future__ import annotations

from collections.abc import Generator

from actoolkit.api.course import PATIENCE, STALLED, Course, Pages
from actoolkit.api.page import Page

PASSES = 5


def passes(course: Course, opening: Page | None = None) -> Pages:
    """Read the whole collection until two passes bring the same keys, as many as the total says.

    Args:
        course: At its beginning, or given up by another walk.
        opening: Its first page, when it has just been handed on.

    Raises:
        IncompleteLoad: All passes together brought fewer rows than the total says.
    """
    course.strategy = "passes"
    union: set[str] = set()
    previous: set[str] | None = None
    for _ in range(PASSES):
        course.rows = 0
        keys = yield from _once(course, opening)
        opening = None
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


def _once(course: Course, opening: Page | None) -> Generator[Page, None, set[str]]:
    """Read the collection once, by the rows received; give its keys."""
    keys: set[str] = set()
    first: tuple[str, ...] = ()
    offset = blank = barren = 0
    while True:
        page = opening if opening and not offset else course.at(offset)
        if page is not opening:
            yield page
        fresh = set(page.keys) - keys
        keys |= fresh
        course.rows = len(keys)
        if not page.keys:
            blank += 1
            if blank >= PATIENCE or (page.total and offset >= page.total):
                return keys
            continue
        blank = 0
        if not offset and course.whole(page):
            return keys
        first = first or page.keys
        barren = 0 if fresh else barren + 1
        if barren >= PATIENCE and page.keys == first:
            course.settle_same_page(len(first))
            return keys
        if barren > STALLED:
            return keys
        offset += len(set(page.keys))
        if offset == page.total:
            return keys
