"""What a load tells a person while it runs: a bar, and one line when it is done.

On standard error in a terminal, as a widget in a notebook, never on standard output. Several loads
share one display inside `progress_display`.
"""

from __future__ import annotations

import importlib.util
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

log = logging.getLogger("actoolkit")

NOTEBOOK_PATIENCE = 3.0

_current: ContextVar[Display | None] = ContextVar("actoolkit_progress", default=None)


class Task:
    """The bar of one load.

    Args:
        display: Where it is shown.
        table: What is loaded.
    """

    def __init__(self, display: Display, table: str) -> None:
        self._display = display
        self._table = table
        self._bar: TaskID | None = None
        self._started = time.monotonic()

    def update(self, *, rows: int, total: int | None, requests: int) -> None:
        """Show how far the load is.

        Args:
            rows: Rows so far.
            total: Rows that the API says there are, or None.
            requests: Requests sent so far.
        """
        shown = f"{rows:,} of {total:,} rows" if total else f"{rows:,} rows"
        note = f"{shown}, {self._speed(requests, done=rows, of=total)}"
        self._show(completed=rows, total=total, note=note)

    def parents(self, done: int, of: int, *, rows: int, requests: int) -> None:
        """Show how far a load that asks for each parent is.

        Args:
            done: Parents asked for.
            of: Parents in all.
            rows: Rows so far.
            requests: Requests sent so far.
        """
        note = f"{done:,} of {of:,}, {rows:,} rows, {self._speed(requests, done=done, of=of)}"
        self._show(completed=done, total=of, note=note)

    def say(self, line: str) -> None:
        """Tell a sentence while the load goes on.

        Args:
            line: What to say.
        """
        log.info("%s", line)
        self._display.say(line)

    def waiting(self, seconds: float, reason: str) -> None:
        """Show that the load waits.

        Args:
            seconds: For how long at most.
            reason: Why.
        """
        log.debug("%s waits up to %.1f s: %s", self._table, seconds, reason)
        self._show(note=f"waits up to {seconds:.0f} s: {reason}")
        if self._display.bars is not None:
            # Drawn at once: a page of another request could write over it before it was seen.
            self._display.bars.refresh()

    def done(self, line: str, *, warn: bool = False) -> None:
        """Say what was loaded, in one line.

        Args:
            line: What to say.
            warn: Whether it needs attention, so that it is heard even where nothing is shown.
        """
        log.log(logging.WARNING if warn and not self._display.on else logging.INFO, "%s", line)
        self._display.say(line)

    def close(self) -> None:
        """Remove the bar."""
        bars = self._display.bars
        if bars is not None and self._bar is not None:
            bars.remove_task(self._bar)

    def _speed(self, requests: int, *, done: int, of: int | None) -> str:
        """How fast it goes, and for how long it will at this speed."""
        spent = max(0.001, time.monotonic() - self._started)
        speed = f"{requests:,} requests, {requests / spent:.1f} a second"
        if not of or not 0 < done < of:
            return speed
        left = spent * (of - done) / done
        return (
            f"{speed}, {left:,.0f} s left" if left < 100 else f"{speed}, {left / 60:,.0f} min left"
        )

    def _show(self, *, note: str, completed: int = 0, total: int | None = None) -> None:
        if time.monotonic() - self._started < self._display.patience:
            return
        bars = self._display.start()
        if bars is None:
            return
        if self._bar is None:
            self._bar = bars.add_task(self._table, total=None, note="")
        if completed:
            bars.update(self._bar, completed=completed, total=total)
        bars.update(self._bar, note=note)


class Display:
    """Bars and lines of one or several loads.

    Args:
        on: Whether anything is shown; the log gets its lines in any case.
        steps: Loads to come, for an overall bar; 0 shows none.
    """

    def __init__(self, *, on: bool, steps: int = 0) -> None:
        self.bars: Progress | None = None
        self.on = on
        self._steps = steps
        self._overall: TaskID | None = None
        if on:
            from rich.console import Console  # slow to import, and scripts need none of it

            self._console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)

    @property
    def patience(self) -> float:
        """Seconds before a bar is worth showing: in a notebook it leaves a gap behind."""
        return NOTEBOOK_PATIENCE if self.on and self._console.is_jupyter else 0.0

    def start(self) -> Progress | None:
        """Show the bars, where there is a place for them."""
        if self.bars is None and self.on and self._lively():
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            self.bars = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=24),
                TextColumn("{task.fields[note]}", markup=False),
                TimeElapsedColumn(),
                console=self._console,
                transient=True,
                redirect_stdout=False,
            )
            self.bars.start()
            if self._steps:
                self._overall = self.bars.add_task("tables", total=self._steps, note="")
        return self.bars

    def step(self, note: str) -> None:
        """Move the overall bar on by one load.

        Args:
            note: What was loaded.
        """
        if self.bars is not None and self._overall is not None:
            self.bars.update(self._overall, advance=1, note=note)

    def say(self, line: str) -> None:
        """Print a line beside the bars."""
        if not self.on:
            return
        if self._console.is_jupyter:
            from IPython.display import display

            display({"text/plain": line}, raw=True)  # type: ignore[no-untyped-call]
        else:
            self._console.print(line)

    def close(self) -> None:
        """Take the bars away."""
        if self.bars is not None:
            self.bars.stop()
            self.bars = None

    def _lively(self) -> bool:
        if self._console.is_jupyter:
            return importlib.util.find_spec("ipywidgets") is not None
        return self._console.is_terminal


def _wanted(*, progress: bool | None) -> bool:
    if progress is not None:
        return progress
    return sys.stderr.isatty() or _in_notebook()


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return type(shell).__name__ == "ZMQInteractiveShell"


@contextmanager
def progress_display(*, progress: bool | None = None, steps: int = 0) -> Iterator[Display]:
    """Let every load in this block share one display.

    Args:
        progress: True shows it, False does not, None decides: shown in a terminal or a notebook.
        steps: Loads to come, for an overall bar; 0 shows none.

    Example:
        >>> with progress_display(progress=False):  # every load in here is silent
        ...     pass
    """
    outer = _current.get()
    if outer is not None and progress is None:
        yield outer
        return
    display = Display(on=_wanted(progress=progress), steps=steps)
    token = _current.set(display)
    try:
        yield display
    finally:
        _current.reset(token)
        display.close()


@contextmanager
def task(table: str, *, progress: bool | None) -> Iterator[Task]:
    """Show one load, in the display of the surrounding block or one of its own.

    Args:
        table: What is loaded.
        progress: As in `progress_display`.
    """
    with progress_display(progress=progress) as display:
        shown = Task(display, table)
        try:
            yield shown
        finally:
            shown.close()
