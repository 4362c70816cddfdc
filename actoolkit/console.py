"""The terminal as the commands use it: rows that stay whole, help in words of people."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from typer.core import TyperArgument, TyperCommand

if TYPE_CHECKING:
    from rich.console import Console

WIDEST = 100_000
"""Characters of a line that no terminal limits; a table takes as many as its rows need."""


def standard_output() -> Console:
    """Give the console that tables are printed on.

    In a terminal they are as wide as it is, and long words go on below. A file or another program
    gets each row as one line.
    """
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    if not sys.stdout.isatty() or console.width < 1:
        console.width = WIDEST
    return console


class PlainCommand(TyperCommand):
    """A command whose help calls its arguments by their names only, without types of Python."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for parameter in self.params:
            if isinstance(parameter, TyperArgument) and parameter.metavar:
                vars(parameter)["display_type_rich"] = lambda ctx: None  # noqa: ARG005
