"""Running a notebook from top to bottom, with errors that say which cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from actoolkit.errors import MissingExtra, ReportError
from actoolkit.reports.outputs import plain


def executed(held: Any, source: Path) -> Any:
    """Run a notebook in its folder.

    Args:
        held: The notebook; it gets the outputs.
        source: Its file.

    Raises:
        ReportError: A cell failed, or the kernel is missing or died.
        MissingExtra: The ``notebook`` extra is not installed.
    """
    try:
        import nbclient
        from jupyter_client.kernelspec import NoSuchKernel, get_kernel_spec
        from nbclient.exceptions import CellExecutionError, DeadKernelError
    except ImportError:
        raise MissingExtra("Running a notebook", "notebook") from None
    for cell in held.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    kernel = held.metadata.get("kernelspec", {}).get("name", "python3")
    folder = str(source.resolve().parent)
    client = nbclient.NotebookClient(
        held,
        kernel_name=kernel,
        timeout=None,
        resources={"metadata": {"path": folder}},
        config=_encrypted(),
    )
    try:
        get_kernel_spec(kernel)
        client.execute()
    except CellExecutionError as error:
        place = _failed(held)
        said = plain(f"{error.ename}: {error.evalue}").split("\n")[0][:300]
        raise ReportError(
            f"Cell {place} of {source.name!r} failed: {said}",
            hint="Run the notebook in JupyterLab and mend that cell, or take the outputs it holds: "
            "--no-execute.",
        ) from None
    except DeadKernelError:
        raise ReportError(
            f"The kernel died while {source.name!r} ran.",
            hint="Memory is the usual reason: load less, or take the outputs it holds: "
            "--no-execute.",
        ) from None
    except NoSuchKernel:
        raise ReportError(
            f"{source.name!r} asks for the kernel {kernel!r}, which is not installed here.",
            hint="Choose another kernel in JupyterLab, or take the outputs it holds: --no-execute.",
        ) from None
    return held


def _encrypted() -> Any:
    """Settings by which what cells hold and put out is encrypted on its way, where that can be.

    Where it is not, newer kernels say so on standard error, each time.
    """
    import zmq
    from jupyter_client.manager import KernelManager
    from traitlets.config import Config

    able = hasattr(KernelManager, "transport_encryption") and zmq.has("curve")
    return Config({"KernelManager": {"transport_encryption": "auto"}} if able else {})


def _failed(held: Any) -> int:
    """The place of the failed cell among all, from 1."""
    for place, cell in enumerate(held.cells, 1):
        if any(o.get("output_type") == "error" for o in cell.get("outputs", ())):
            return place
    return 0
