"""Pages by offset, asked for before the walk asks: several requests in flight under one pace.

A walk moves on by the same step while nothing disturbs it. So the pages that it will ask for are
guessed, and fetched beside the one that it waits for. A guess changes nothing of what the walk
checks: it takes each page as if it had just come, seams, ends and totals included. Where the walk
turns elsewhere, the guesses are dropped, and fewer are made until it is steady again.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from actoolkit.api.operation import Params
from actoolkit.api.page import Page

BLIND = 4
"""Guesses at most where no total says how far the collection goes."""


class Ahead:
    """Fetches pages for a walk, and the next ones beside them.

    Args:
        fetch: Gives the page for query parameters; called by several threads.
        most: Requests in flight at most.
    """

    def __init__(self, fetch: Callable[[Params], Page], most: int) -> None:
        self._fetch = fetch
        self._most = most
        self._pool: ThreadPoolExecutor | None = None
        self._flying: dict[int, Future[Page]] = {}
        self._last: int | None = None
        self._step = 0
        self._window = 1
        self._total: int | None = None
        self._ended = False

    def __call__(self, params: Params) -> Page:
        """Give the page for query parameters; those without an offset are fetched as they are."""
        offset = params.get("offset")
        if not isinstance(offset, str):
            return self._fetch(params)
        here = int(offset)
        guessed = self._flying.pop(here, None)
        if guessed is None:
            self._turn(here)
        else:
            self._window = min(2 * self._window, self._most - 1)
        self._last = here
        self._guess(here, params)
        page = self._fetch(params) if guessed is None else guessed.result()
        self._total = page.total or self._total
        self._ended = not page.rows
        return page

    def close(self) -> None:
        """Drop what was guessed, and wait for what is on its way."""
        self._drop()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _turn(self, here: int) -> None:
        """The walk goes another way than was guessed."""
        self._drop()
        self._window = 1
        self._step = max(0, here - self._last) if self._last is not None else 0

    def _drop(self) -> None:
        for guess in self._flying.values():
            guess.cancel()
        self._flying.clear()

    def _guess(self, here: int, params: Params) -> None:
        if not self._step or self._ended:
            return
        window = self._window if self._total else min(self._window, BLIND)
        for number in range(1, window + 1):
            there = here + number * self._step
            if self._total and there >= self._total:
                return
            if there not in self._flying:
                if self._pool is None:
                    self._pool = ThreadPoolExecutor(self._most, thread_name_prefix="actoolkit")
                asked = {**params, "offset": str(there)}
                self._flying[there] = self._pool.submit(self._fetch, asked)
