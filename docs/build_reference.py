"""Make the reference: ``python docs/build_reference.py FOLDER``, with the dev extra installed.

Public names are imported when they are first used; here each is used first, so that pdoc sees it.
"""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from pathlib import Path

import pdoc
import pdoc.render

PUBLIC = (".metrics", ".charts", ".widgets", ".actions", "")


def build(folder: Path) -> None:
    """Write one page per public module."""
    warnings.simplefilter("error", UserWarning)  # a name that cannot be found is a mistake
    for part in PUBLIC:
        module = import_module(f"actoolkit{part}")
        for public in getattr(module, "__all__", ()):
            setattr(module, public, getattr(module, public))
    pdoc.render.configure(docformat="google", show_source=False, footer_text="actoolkit")
    pdoc.pdoc("actoolkit", output_directory=folder)


if __name__ == "__main__":
    build(Path(sys.argv[1]))
