"""The brief walk: a collection below one parent, mostly a few rows, whose answers have no total.

The first answer holds nearly always everything, and whether such routes page at all is not
documented. One request from the last row on settles it: that row alone is the end, the first page
again means that the offset does not count, and anything else is walked in full. Where the offset
does not count and the first answer is as long as a page of the API, a request for fewer rows tells
whether the limit counts.
"""

from __future__ import annotations

from actoolkit.api.anchored import anchored
from actoolkit.api.course import PATIENCE, Course, Pages

PAGE_SIZES = (20, 100)
"""The API's usual and largest page: an answer of just that length may be cut off."""
FEWER = 7


def brief(course: Course) -> Pages:
    """Read a collection in one request when it is empty, in two when it is small.

    When the API cannot be made to tell whether an answer of just a page is all, the collection is
    "unverified".

    Args:
        course: At its beginning.

    Raises:
        IncompleteLoad: As the anchored walk, which longer collections get.
    """
    course.strategy = "brief"
    first = course.at(0)
    yield first
    count = len(set(first.keys))
    course.rows = count
    if not count:
        course.prove()
        return
    behind = course.at(max(1, count - 1))
    yield behind
    for _ in range(PATIENCE - 1):  # nobody is doubted for a single answer
        if count not in PAGE_SIZES or behind.keys != first.keys:
            break
        behind = course.at(max(1, count - 1))
        yield behind
    if behind.keys == (first.keys[-1:] if count > 1 else ()):
        course.prove()
    elif behind.keys != first.keys:
        course.rows = 0
        yield from anchored(course)
    elif count not in PAGE_SIZES:
        course.prove()
    elif len(course.ask(limit=FEWER, offset=0).keys) == FEWER:  # the limit counts
        if count >= course.size:
            raise course.missing("the API gives the same page for every offset")
        course.prove()
