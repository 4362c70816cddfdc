"""``actoolkit export``: a notebook of one's own as one offline page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def export_command(
    notebook: Annotated[
        Path,
        typer.Argument(metavar="NOTEBOOK", help="The .ipynb file; it is never changed."),
    ],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="File to write. Default: beside the notebook, ending in .html.",
            show_default=False,
        ),
    ] = None,
    execute: Annotated[
        bool,
        typer.Option(
            "--execute/--no-execute",
            help="Run it from top to bottom first, or take the outputs that it holds.",
        ),
    ] = True,
    personal_data: Annotated[
        bool,
        typer.Option("--personal-data", help="Let e-mail addresses stand on the page."),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Write your own notebook as one HTML file that needs no network.

    Prose, folded code, text, pictures, tables and Altair charts look as in a report. Scripts in
    outputs never run, so names from the account cannot do harm; live controls become a note. Cells
    tagged remove-cell are left out, hide-input hides their code.

    Exit code 1: a cell failed (the message says which), or an e-mail address would be on the page.
    """
    from actoolkit.reports import export_notebook

    target = output or notebook.parent / f"{notebook.stem}.html"
    export_notebook(notebook, target, execute=execute, personal_data=personal_data)
    if not quiet:
        typer.echo(f"Wrote {target} ({target.stat().st_size / 1e6:.1f} MB). Open it in a browser.")
