"""The keyset walk: each page asks for the ids above the last one."""

from __future__ import annotations

from dataclasses import dataclass

from actoolkit.api.anchored import anchored
from actoolkit.api.course import PATIENCE, STALLED, Course, Pages
from actoolkit.api.ranges import in_ranges, worthwhile


@dataclass(slots=True)
class _Cursor:
    """How far the ids have come, and how long nothing much has followed."""

    last: int = -1
    expected: int | None = None
    blank: int = 0
    doubtful: int = 0
    tail: int = 0
    largest: int = 0
    shortfalls: int = 0

    def take(self, ids: list[int]) -> int:
        """Move behind these ids; give how many they are."""
        self.blank = self.doubtful = 0
        self.last = ids[-1]
        self.tail = self.tail + 1 if len(ids) < self.largest / 2 else 0
        self.largest = max(self.largest, len(ids))
        return len(set(ids))

    def ended(self, rows: int) -> bool:
        """Whether what follows can only be rows born since the walk began.

        They may come as fast as pages are read, so that no page is ever empty.
        """
        enough = self.expected is not None and rows >= self.expected
        if self.blank:
            return enough or self.blank >= PATIENCE
        return self.tail >= (PATIENCE if enough else STALLED)


def keyset(course: Course) -> Pages:
    """Ask for the ids above the last one, until there are none.

    The total is compared with the first page's: later ones may count only what is above the last
    id. Fewer rows than it are no fault when rows were deleted meanwhile, so a shortfall asks for
    the total once more, and for what was born since.

    Args:
        course: At its beginning.

    Raises:
        IncompleteLoad: The total says more, several times.
    """
    course.strategy = "keyset"
    start = course.query.get("id_greater")
    order = {"orders[id]": "ASC", "limit": course.size}
    cursor = _Cursor(last=int(start) if isinstance(start, str) else -1)
    while True:
        above = {"id_greater": cursor.last} if cursor.last >= 0 else {}
        page = course.ask(**order, **above)
        yield page
        ids = page.numbers
        if course.requests == 1 and start is None:
            cursor.expected = page.total or None
        if not page.keys:
            cursor.blank += 1
        elif ids is not None and ids == sorted(ids) and ids[0] > cursor.last:
            course.rows += cursor.take(ids)
            left = (cursor.expected or 0) - course.rows
            if course.requests == 1 and "id_less" not in course.query and worthwhile(course, left):
                reached = yield from in_ranges(course, cursor.last, left)
                cursor.last = reached or cursor.last
        else:
            cursor.doubtful += 1
            if cursor.doubtful >= PATIENCE:  # the server does not know id_greater, or no order
                course.rows = 0
                yield from anchored(course)
                return
            continue
        if not cursor.ended(course.rows):
            continue
        course.total = cursor.expected if course.rows else course.total
        if not course.short_of(course.rows):
            course.prove()
            return
        cursor.shortfalls += 1
        if cursor.shortfalls > PATIENCE:
            raise course.missing("ids above the last one bring no more rows")
        head = course.ask(**{**order, "limit": 2})
        yield head
        cursor.expected, cursor.blank, cursor.tail = head.total, PATIENCE - 1, 0
