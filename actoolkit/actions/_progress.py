"""How far an action is: a bar in a terminal, a line for every tenth elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

STEPS = 10


class ActionProgress:
    """Shows one action, on standard error.

    Args:
        name: Of the action.
        total: Requests to come.
        progress: True shows it, False does not, None decides.
    """

    def __init__(self, name: str, total: int, *, progress: bool | None) -> None:
        self._name, self._total, self._done = name, total, 0
        self._bars: Progress | None = None
        self._bar: TaskID | None = None
        terminal = sys.stderr.isatty()
        shown = terminal or "ipykernel" in sys.modules if progress is None else progress
        self._lines = shown and not terminal and total >= STEPS
        if shown and terminal:
            from rich.console import Console  # slow to import, and scripts need none of it
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
            from rich.progress import TimeRemainingColumn as Left

            columns = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=24))
            note = TextColumn("{task.fields[note]}", markup=False)
            console = Console(stderr=True, highlight=False, markup=False)
            self._bars = Progress(
                *columns, MofNCompleteColumn(), Left(), note, console=console, transient=True
            )
            self._bar = self._bars.add_task(name, total=total, note="")

    def advance(self) -> None:
        """Count one row more."""
        self._done += 1
        if self._bars is not None and self._bar is not None:
            self._bars.update(self._bar, advance=1, note="")
        step = self._done * STEPS // self._total
        if self._lines and step > (self._done - 1) * STEPS // self._total:
            sys.stderr.write(f"{self._name}: {self._done:,} of {self._total:,}\n")

    def waiting(self, seconds: float, reason: str) -> None:
        """Say that the action waits.

        Args:
            seconds: For how long.
            reason: Why.
        """
        if self._bars is not None and self._bar is not None:
            self._bars.update(self._bar, note=f"waits {seconds:.0f} s: {reason}")

    def __enter__(self) -> Self:
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bars is not None:
            self._bars.stop()
