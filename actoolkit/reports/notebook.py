"""The user's own notebook as one offline page in the look of the reports."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from actoolkit.addresses import find_address
from actoolkit.charts.names import display_name
from actoolkit.errors import InvalidArgument, MissingExtra, ReportError
from actoolkit.reports.document import check_place, write_page
from actoolkit.reports.outputs import Output, outputs_of
from actoolkit.reports.prose import joined, prose


@dataclass(frozen=True, slots=True)
class PageCell:
    """One cell.

    Args:
        html: Of its Markdown.
        code: Of a code cell, or "".
        outputs: What it put out.
    """

    html: Markup | str = ""
    code: str = ""
    outputs: Sequence[Output] = ()


@dataclass(frozen=True)
class NotebookPage:
    """A notebook that is ready to be a page.

    Args:
        name: Of its file.
        title: Its first heading.
        cells: What it shows, in order.
        contents: Id and words of each heading of the second level.
        executed: Whether it was run for this page.
        personal_data: Whether e-mail addresses may stand on the page.
    """

    name: str
    title: str
    cells: Sequence[PageCell]
    contents: Sequence[tuple[str, str]]
    executed: bool
    personal_data: bool

    def html(self) -> str:
        """Give the page. The same notebook gives the same bytes.

        Raises:
            ReportError: An e-mail address would be on it.
        """
        from actoolkit.reports.notebook_page import render, searchable

        page, checked = render(self)
        if not self.personal_data and find_address(checked):
            texts = [searchable(_texts(cell)) for cell in self.cells]
            where = next((n for n, text in enumerate(texts, 1) if find_address(text)), 0)
            place = f"cell {where} of those shown" if where else "its title"
            raise ReportError(
                f"The page would show an e-mail address, in {place}.",
                hint="Take it out of the notebook, or allow it: personal_data=True "
                "(--personal-data).",
            )
        return page


def export_notebook(
    notebook: str | os.PathLike[str],
    path: str | os.PathLike[str],
    *,
    execute: bool = True,
    personal_data: bool = False,
) -> Path:
    """Write a notebook as one HTML file that needs no network and trusts no output.

    Prose, folded code, text, pictures, tables and Altair charts are taken over. Scripts and markup
    of outputs are not: a table is rebuilt from its texts, a chart from its specification. Cells
    tagged ``remove-cell`` are left out, ``hide-input`` shows no code.

    Args:
        notebook: The ``.ipynb`` file; it is read and never written.
        path: File to write; replaced when it exists.
        execute: Run it from top to bottom first, in its own folder; False takes the outputs that
            it holds.
        personal_data: Let e-mail addresses stand on the page, which is then readable by you only;
            without it one is an error.

    Returns:
        The path.

    Raises:
        InvalidArgument: There is no such file, or it is not a notebook.
        ReportError: A cell failed, an address would be on the page, or it cannot be written.
        MissingExtra: The ``notebook`` extra is not installed.

    Example:
        >>> from actoolkit.reports import export_notebook
        >>> export_notebook("my.ipynb", "my.html", execute=False)  # doctest: +SKIP
    """
    source, target = Path(notebook), Path(path)
    if os.path.realpath(target) == os.path.realpath(source):
        raise InvalidArgument(
            f"{str(target)!r} is the notebook itself.", hint="Choose another file to write."
        )
    held = _read(source)
    check_place(target)
    if execute:
        from actoolkit.reports.execution import executed

        held = executed(held, source)
    page = _page(held, source, executed=execute, personal_data=personal_data)
    return write_page(page.html(), target, private=personal_data)


def _read(source: Path) -> Any:
    try:
        import nbformat
    except ImportError:
        raise MissingExtra("Exporting a notebook", "notebook") from None
    try:
        text = source.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise _not_a_notebook(source) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InvalidArgument(
            f"{str(source)!r} cannot be read: {reason}.", hint="Give the path of a .ipynb file."
        ) from error
    try:
        held = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    except (nbformat.ValidationError, ValueError, LookupError, RecursionError) as error:
        raise _not_a_notebook(source) from error
    except (AttributeError, TypeError) as error:  # JSON of another shape
        raise _not_a_notebook(source) from error
    cells = held.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, Mapping) for cell in cells):
        raise _not_a_notebook(source)
    return held


def _not_a_notebook(source: Path) -> InvalidArgument:
    return InvalidArgument(
        f"{str(source)!r} is not a Jupyter notebook.",
        hint="Give a .ipynb file that JupyterLab opens.",
    )


def _page(held: Any, source: Path, *, executed: bool, personal_data: bool) -> NotebookPage:
    contents: list[tuple[str, str]] = []

    def anchor(words: str) -> str:
        contents.append((f"part-{len(contents) + 1}", display_name(words)))
        return contents[-1][0]

    title, cells = "", []
    for cell in held.get("cells", ()):
        tags = set(cell.get("metadata", {}).get("tags", ()))
        if tags & {"remove-cell", "remove_cell"}:
            continue
        text = joined(cell.get("source"))
        if cell.get("cell_type") == "markdown":
            attachments: Mapping[str, Any] = cell.get("attachments") or {}
            html, heading = prose(text, attachments=attachments, anchor=anchor, titled=not title)
            title = title or heading
            cells.append(PageCell(html=html))
        elif cell.get("cell_type") == "code":
            hidden = tags & {"hide-input", "hide_input", "remove-input", "remove_input"}
            silent = tags & {"hide-output", "hide_output", "remove-output", "remove_output"}
            code = "" if hidden else text
            cells.append(PageCell(code=code, outputs=[] if silent else outputs_of(cell)))
    return NotebookPage(
        name=display_name(source.name),
        title=display_name(title or source.stem, longest=200),
        cells=cells,
        contents=contents,
        executed=executed,
        personal_data=personal_data,
    )


def _texts(cell: PageCell) -> str:
    shown = [output.text + repr(output.spec) + repr(output.table) for output in cell.outputs]
    return "\n".join([str(cell.html), cell.code, *shown])
