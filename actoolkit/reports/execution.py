"""Running a notebook from top to bottom, with errors that say which cell."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from pathlib import Path
from typing import Any, NoReturn

from actoolkit.errors import MissingExtra, ReportError
from actoolkit.reports.outputs import plain

PATIENCE = 10.0
"""Seconds in which a cell that is interrupted may clean up."""


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
        _run(client)
    except CellExecutionError as error:
        place = _failed(held)
        said = plain(f"{error.ename}: {error.evalue}").split("\n")[0][:300]
        end = "" if said.endswith((".", "!", "?")) else "."
        raise ReportError(
            f"Cell {place} of {source.name!r} failed: {said}{end}",
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


def _run(client: Any) -> None:
    """Run a client to its end; an interrupt ends the kernel, and then the call as any other.

    The client's own handlers would end the kernel only, and the call with an error of its own.
    """
    if os.name == "nt" or threading.current_thread() is not threading.main_thread() or _in_a_loop():
        client.execute()  # which sets no handlers there
        return
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    usual = {number: one for number, one in handlers.items() if callable(one)}
    came: list[signal.Signals] = []
    loop = asyncio.new_event_loop()
    running = loop.create_task(client.async_execute())

    def stop(number: signal.Signals) -> None:
        came.append(number)
        stopping.append(loop.create_task(_stop(client, running)))

    stopping: list[asyncio.Task[None]] = []
    for number in usual:
        loop.add_signal_handler(number, stop, number)
    remove = loop.remove_signal_handler
    vars(loop).update(add_signal_handler=_refuse, remove_signal_handler=_refuse)
    try:
        loop.run_until_complete(asyncio.wait({running}))
        if stopping:
            loop.run_until_complete(asyncio.wait(stopping))
    finally:
        for number, one in usual.items():
            remove(number)
            signal.signal(number, one)
        loop.close()
    for number in came[:1]:
        usual[number](number, None)
    running.result()


async def _stop(client: Any, running: asyncio.Task[Any]) -> None:
    """Interrupt the cell, which ends the run as one that failed; else end the kernel at once."""
    if client.km is not None and client.km.has_kernel:
        await client.km.interrupt_kernel()
        await asyncio.wait({running}, timeout=PATIENCE)
    client.shutdown_kernel = "immediate"
    running.cancel()


def _in_a_loop() -> bool:
    """Whether a loop runs in this thread, as in a notebook."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _refuse(*_: object) -> NoReturn:
    raise RuntimeError


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
