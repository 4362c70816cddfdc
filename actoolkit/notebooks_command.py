"""``actoolkit notebooks``: the prebuilt notebooks, to be one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from actoolkit.errors import InvalidArgument


def notebooks_command(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="Folder to copy into; made when missing.", file_okay=False
        ),
    ],
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite notebooks of the same name.")
    ] = False,
) -> None:
    """Copy the prebuilt notebooks into a folder of yours."""
    sources = sorted(_prebuilt_notebooks().glob("*.ipynb"))
    try:
        taken = [source.name for source in sources if (folder / source.name).exists()]
        if taken and not force:
            raise InvalidArgument(
                f"{folder} already has {', '.join(taken)}.",
                hint="Add --force to overwrite, or choose another folder.",
            )
        folder.mkdir(parents=True, exist_ok=True)
        for source in sources:
            (folder / source.name).write_bytes(source.read_bytes())
    except OSError as error:
        raise InvalidArgument(
            f"{folder} cannot be written: {error.strerror or error}.",
            hint="Choose a folder that you may write to.",
        ) from error
    for source in sources:
        typer.echo(folder / source.name)
    typer.echo(
        f"Open them: jupyter lab {folder} (without it, in the folder of the project: "
        "python -m pip install '.[lab]')",
        err=True,
    )


def _prebuilt_notebooks() -> Path:
    package = Path(__file__).parent
    installed = package / "prebuilt_notebooks"
    return installed if installed.is_dir() else package.parent / "notebooks"
