"""The anchored walk: overlapping pages by offset, every seam checked.

While ids only rise (or only fall) from row to row, a page whose first id is not beyond the furthest
id seen follows without a gap, whatever was deleted or inserted meanwhile. When the first id is
beyond it, the seam is open: the walk steps back by 2, 4, 8 ... rows until it closes.

A closed page that reaches the total of its own answer is the end: one moment, nothing behind it.
Without a total, an empty page is, when it is empty three times.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import pairwise

from actoolkit.api.course import PATIENCE, STALLED, Course, Pages
from actoolkit.api.page import Page
from actoolkit.api.passes import passes

BEHIND = 2
"""Rows behind the first page that are looked at once more when a falling walk ends."""


class Step(Enum):
    """What a page means for the walk."""

    ON = auto()
    END = auto()
    DISORDER = auto()
    SAME_PAGE = auto()
    STUCK = auto()


@dataclass(slots=True)
class Anchor:
    """Where an anchored walk stands.

    Args:
        offset: What to ask for next.
        position: Just behind the last row received.
        rows: Different rows seen.
        sign: 1 when ids rise, -1 when they fall, 0 while nobody can tell.
        edge: The furthest id behind closed seams, times the sign.
        head: Ids of the first page.
    """

    offset: int = 0
    position: int = 0
    rows: int = 0
    sign: int = 0
    edge: int | None = None
    head: list[int] = field(default_factory=list)
    _back: int = 0
    _lap: int = 0
    _largest: int = 0
    _blank: int = 0
    _claims: int = 0
    _same: int = 0
    _barren: int = 0
    _tail: int = 0
    _returns: int = 0
    _doubtful: int = 0

    def take(self, ids: list[int], total: int | None) -> Step:
        """Take a page and say what it means.

        Args:
            ids: In the page's order.
            total: What this very answer says there is, or None.
        """
        if not ids:
            return self._take_blank(total)
        self._blank = self._claims = 0
        if not self._in_order(ids):
            self._doubtful += 1
            hopeless = not self.head or self._doubtful >= PATIENCE
            return Step.DISORDER if hopeless else Step.ON
        self._doubtful = 0
        if self.offset and ids == self.head:
            self._same += 1
            self.offset = self.position
            return Step.SAME_PAGE if self._same >= PATIENCE else Step.ON
        self._same = 0
        values = [number * (self.sign or 1) for number in ids]
        if self.edge is not None and self.offset and values[0] > self.edge:
            self._step_back()
            return Step.ON
        return self._close(ids, values, total)

    def reopen(self, rows: int) -> None:
        """Go back by so many rows from the end and look again."""
        self.offset = max(0, self.position - rows)
        self._blank = self._claims = self._tail = 0

    def _take_blank(self, total: int | None) -> Step:
        if total and self.offset >= total and self._returns < PATIENCE:
            self._returns += 1  # rows were deleted: the end is nearer than we thought
            self.offset = max(0, total - max(1, self._lap))
            return Step.ON
        if not total and 0 < self.offset < self.position:
            self._step_back()
            return Step.ON
        if total and self.offset < total:
            self._claims += 1
            return Step.STUCK if self._claims >= PATIENCE else Step.ON
        self._claims = 0
        self._blank += 1
        return Step.END if self._blank >= PATIENCE else Step.ON

    def _step_back(self) -> None:
        self._back = 2 * (self._back or self._lap or 1)
        self.offset = max(0, min(self.position, self.offset) - self._back)

    def _close(self, ids: list[int], values: list[int], total: int | None) -> Step:
        known = self.edge
        fresh = len({value for value in values if known is None or value > known})
        self.head = self.head or ids
        self.rows += fresh
        self.edge = values[-1] if known is None else max(known, values[-1])
        here = len(set(values))
        self.position = self.offset + here
        ended = self.position == total
        # Where rows are deleted quickly, a wider overlap saves stepping back at every seam.
        self._lap = max(self._lap * 3 // 4, self._back // 2, _overlap(here))
        self._back = 0
        self._largest = max(self._largest, here)
        # A short page without news may be the last: only an empty one behind it tells.
        more = fresh or (values[-1] == self.edge and here == self._largest)
        self.offset = self.position - (min(self._lap, here // 2) if more else 0)
        self._barren = 0 if fresh else self._barren + 1
        few = fresh < self._largest / 2 and here < self._largest
        self._tail = self._tail + 1 if few else 0
        if self._barren > STALLED + self.position // here:
            return Step.STUCK
        return Step.END if ended or self._tail >= STALLED else Step.ON

    def _in_order(self, ids: list[int]) -> bool:
        if self.sign:
            return direction(ids) in (0, self.sign)
        found = direction(ids if self.edge is None else [self.edge, *ids])
        if found in (1, -1):
            self.sign = found
            self.edge = None if self.edge is None else self.edge * found
        return found in (0, self.sign)


def anchored(course: Course) -> Pages:
    """Walk by offset with checked seams; another order than by id goes on to `passes`.

    Args:
        course: At its beginning.

    Raises:
        IncompleteLoad: The total says more, several times, or pages bring nothing new.
    """
    course.strategy = "anchored"
    anchor = Anchor()
    shortfalls = newest = 0
    while True:
        page = course.at(anchor.offset)
        yield page
        if course.requests == 1 and course.whole(page):
            return
        ids = page.numbers
        step = Step.DISORDER if ids is None else anchor.take(ids, page.total)
        course.rows = anchor.rows
        if step is Step.ON:
            continue
        if step is not Step.END:
            yield from _give_up(course, step, page, len(anchor.head))
            return
        if anchor.sign < 0:
            newest = newest or anchor.head[0]
            born = yield from _newer(course, newest, anchor.head)
            if course.strategy == "passes":
                return
            anchor.rows += len(born)
            newest = max(born, default=newest)
        if not course.short_of(course.rows):
            course.prove()
            return
        shortfalls += 1
        if shortfalls > PATIENCE:
            raise course.missing("the last page is reached")
        anchor.reopen(2**shortfalls)


def _give_up(course: Course, step: Step, page: Page, head: int) -> Pages:
    """Go on in another way, or not at all."""
    if step is Step.STUCK:
        raise course.missing("pages bring no new rows")
    if step is Step.SAME_PAGE and (head >= course.size or not course.short_of(course.rows)):
        course.settle_same_page(head)
        return
    # A short page behind a row that was born since looks the same: another pass tells.
    yield from passes(course, page if course.requests == 1 else None)


def _newer(course: Course, newest: int, head: list[int]) -> Generator[Page, None, set[int]]:
    """Look at the head of a falling walk again: rows born, or moved, there since it began.

    A row that moved stands before larger ids, or at the end of those that changed in the second in
    which the walk began. So the rows are looked at until two are behind all of the first page. The
    pages are asked for one after the other: in a page older than the one before it, a row that was
    deleted between them looks like one that moved.

    Returns:
        The ids of those that were born. A row that moved means that the order is not by id after
        all: the walk goes on to `passes`.
    """
    born: set[int] = set()
    looked: list[int] = []
    counted: int | None = None
    offset = 0
    for _ in range(STALLED):
        page = course.later(offset)
        counted = course.total if not offset else counted
        yield page
        ids = page.numbers
        fresh = [number for number in ids or () if number <= newest and number not in looked]
        if ids is None or direction(ids) > 0 or (looked and max(fresh, default=0) > min(looked)):
            yield from passes(course)
            return set()
        newer = {number for number in ids if number > newest}
        course.rows += len(newer - born)
        born |= newer
        looked += fresh
        ended = not ids or (page.total is not None and offset + len(ids) >= page.total)
        if ended or sum(number < min(head) for number in looked) >= BEHIND:
            break
        offset += len(ids)
    course.total = counted  # a later page counts rows born since, which nobody looked at
    return born


def direction(ids: Sequence[int]) -> int:
    """1 when ids rise, -1 when they fall, 0 when they cannot tell, 2 when they do neither.

    Example:
        >>> direction([3, 5, 5, 9]), direction([9, 3]), direction([4]), direction([1, 3, 2])
        (1, -1, 0, 2)
    """
    found = {(b > a) - (b < a) for a, b in pairwise(ids)} - {0}
    return found.pop() if len(found) == 1 else 2 * bool(found)


def _overlap(rows: int) -> int:
    """Rows by which pages overlap: enough to tell a seam, few enough to cost 2 % more pages."""
    return max(0, min(2 if rows >= 50 else 1, rows - 1))
