"""Bringing the rows of a request: one walk, one per hundred ids, or one for each parent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import reduce

from actoolkit.api.journal import Journal
from actoolkit.api.operation import Params
from actoolkit.api.paging import Outcome, Walk
from actoolkit.api.reader import Reader
from actoolkit.loaders._cost import MANY_ROWS, cost
from actoolkit.loaders._parents import SURE, gather
from actoolkit.loaders._request import MOST_IDS, Request
from actoolkit.loaders._rows import Rows
from actoolkit.loaders.progress import Task

SETTLE_TRIES = 12
SETTLE_SECONDS = 1.0
"""Between two looks at a query that the API answers while it is still being worked out."""


def read(
    request: Request, reader: Reader, journal: Journal, rows: Rows, task: Task, *, anew: bool
) -> tuple[Outcome, tuple[str, ...]]:
    """Bring all rows of a request.

    Args:
        request: What to load.
        reader: Of the account.
        journal: Of this load.
        rows: Takes what comes.
        task: Whom to tell.
        anew: Whether the API shall work out anew what it remembers.

    Returns:
        What is known about the rows, and what else is to be told.
    """
    if request.parents is not None:
        return gather(request, reader, journal, rows, task)
    notes: tuple[str, ...] = ()
    if "segment_id" in request.filters:
        notes = _settle(request, reader, task, anew=anew)
    outcomes: list[Outcome] = []
    for params in parts(request):
        walk = reader.walk(
            request.walked,
            params,
            page_size=_page_size(request),
            journal=journal,
            records=rows.records,
        )
        before = sum(outcome.rows for outcome in outcomes)
        outcomes.append(_follow(walk, request, reader, rows, task, before=before))
        if rows.enough:
            break
    whole = reduce(_together, outcomes)
    return (replace(whole, certainty="unverified") if notes else whole), notes


def parts(request: Request) -> Iterator[Params]:
    """Give the parameters of each walk: many ids are asked for in several.

    Args:
        request: What to load, not by parent.
    """
    params = request.params
    many = [(name, ids) for name, ids in params.items() if isinstance(ids, tuple)]
    if not many:
        yield params
    for name, ids in many:
        for start in range(0, len(ids), MOST_IDS):
            yield {**params, name: ids[start : start + MOST_IDS]}


def _together(one: Outcome, other: Outcome) -> Outcome:
    """What is known about the rows of two walks that have none in common."""
    known = one.vendor_total is not None and other.vendor_total is not None
    return Outcome(
        min(one.certainty, other.certainty, key=SURE.index),
        (one.vendor_total or 0) + (other.vendor_total or 0) if known else None,
        one.requests + other.requests,
        one.rows + other.rows,
        one.strategy,
    )


def _page_size(request: Request) -> int | None:
    if request.limit is None:
        return None
    return max(2, min(request.walked.page_size, request.limit))


def _follow(
    walk: Walk, request: Request, reader: Reader, rows: Rows, task: Task, *, before: int
) -> Outcome:
    """Take the pages of a walk, and tell how far it is."""
    told = request.limit is not None
    for page in walk:
        rows.add(page.rows, page.side_loads, page.keys)
        outcome = walk.outcome
        so_far = before + outcome.rows
        task.update(rows=so_far, total=outcome.vendor_total, requests=reader.requests)
        if rows.enough:
            break
        if not told and (outcome.vendor_total or 0) > MANY_ROWS:
            told_cost = cost(reader.account, request.walked, outcome.vendor_total or 0)
            task.say(f"{request.table.name}: {told_cost}")
        told = True
    return walk.outcome


def _settle(request: Request, reader: Reader, task: Task, *, anew: bool) -> tuple[str, ...]:
    """Wait for a query that the API starts on the first request, until two totals are equal.

    The API remembers its result for an hour, unless it is told to begin anew.
    """
    last: int | None = None
    for attempt in range(SETTLE_TRIES):
        force = {"forceQuery": "1"} if anew and not attempt else {}
        page = reader.page(request.walked, {**request.params, **force, "limit": "1"})
        equal = attempt > 0 and page.total == last
        if equal and (page.total or attempt > 2):  # none at all may only mean "not yet"
            return ()
        last = page.total
        task.waiting(SETTLE_SECONDS, "the segment's query is being worked out")
        time.sleep(SETTLE_SECONDS)
    return (f"the segment's total still changed after {SETTLE_TRIES} looks",)
