"""From a page to a PDF, by the browser that the machine has."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from actoolkit.errors import ReportError
from actoolkit.reports.document import write_content

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
"""Commands that print, in the order of trying; ACTOOLKIT_BROWSER comes before them."""

SETTLE = 15_000
"""Milliseconds of the page's own clock that its charts may take; it runs ahead of the wall's."""

LONGEST = 180
"""Seconds after which a browser that has not printed is given up."""


def browser() -> str:
    """Find the browser to print with.

    Raises:
        ReportError: There is none.
    """
    named = os.environ.get("ACTOOLKIT_BROWSER")
    for command in (named,) if named else BROWSERS:
        found = shutil.which(command)
        if found:
            return found
    looked = named or ", ".join(BROWSERS)
    raise ReportError(
        f"No browser was found to print with (looked for {looked}).",
        hint="Install Chromium, set ACTOOLKIT_BROWSER to its command, or print from a browser.",
    )


def print_pdf(page: str, target: Path, *, private: bool = False) -> Path:
    """Print a page, whole or not at all.

    The browser gets a profile and a temporary folder of its own, no network, and is closed again.

    Args:
        page: The page.
        target: File to write; replaced when it exists.
        private: Let nobody else read it.

    Returns:
        The file.

    Raises:
        ReportError: No browser is found, it could not print, or the file cannot be written.
    """
    command = browser()
    try:
        with tempfile.TemporaryDirectory(
            prefix="actoolkit-print-", ignore_cleanup_errors=True
        ) as folder:
            Path(folder, "report.html").write_text(page, encoding="utf-8", errors="replace")
            content = _printed(command, Path(folder))
    except OSError as error:
        raise ReportError(
            f"No temporary folder could be used to print in: {error.strerror or error}.",
            hint="Set TMPDIR to a folder that you may write to and that has room.",
        ) from error
    return write_content(content, target, private=private)


def _printed(command: str, folder: Path) -> bytes:
    """What the browser makes of the page in a folder."""
    printed = folder / "report.pdf"
    options = [
        "--headless",
        "--disable-gpu",
        "--no-first-run",
        "--disable-extensions",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        "--window-size=1000,1400",
        f"--user-data-dir={folder}/profile",
        f"--virtual-time-budget={SETTLE}",
        "--no-pdf-header-footer",
        f"--print-to-pdf={printed}",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--no-sandbox")
    try:
        _run([str(Path(command).absolute()), *options, (folder / "report.html").as_uri()], folder)
    except (OSError, subprocess.SubprocessError) as error:
        raise ReportError(
            f"{Path(command).name} could not print the report: {_reason(error)}.",
            hint="Open the HTML file in a browser and print it from there.",
        ) from error
    content = printed.read_bytes() if printed.exists() else b""
    if not content.startswith(b"%PDF") or not content.rstrip().endswith(b"%%EOF"):
        raise ReportError(
            f"{Path(command).name} could not print the report: it wrote no whole PDF.",
            hint=f"Make room in {folder.parent}, set TMPDIR to a folder on another disk, or open "
            "the HTML file in a browser and print it from there.",
        )
    return content


def _run(command: list[str], folder: Path) -> None:
    """Run the browser to its end; what it started ends with it, also when we are interrupted.

    It keeps its temporary files, sockets among them, in the folder, which it knows as "." only: the
    path of a socket may have some hundred characters, and with more it would not start.
    """
    running: subprocess.Popen[bytes] | None = None
    try:
        with _interrupts_wait():
            running = subprocess.Popen(  # noqa: S603 - a browser found by its name, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env={**os.environ, "TMPDIR": "."},
                start_new_session=True,
            )
        code = running.wait(LONGEST)
    finally:
        if running is not None:
            _end(running)
    if code:
        raise subprocess.CalledProcessError(code, command)


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Let an interrupt wait for the end of the block: one while a process starts would lose it."""
    if threading.current_thread() is not threading.main_thread():  # where they never come
        yield
        return
    came: list[tuple[int, FrameType | None]] = []
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    usual = {number: one for number, one in handlers.items() if callable(one)}
    for number in usual:
        signal.signal(number, lambda which, frame: came.append((which, frame)))
    try:
        yield
    finally:
        for number, one in usual.items():
            signal.signal(number, one)
    if came:
        which, frame = came[-1]
        usual[signal.Signals(which)](which, frame)


def _end(running: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
    else:
        running.kill()
    running.wait()


def _reason(error: OSError | subprocess.SubprocessError) -> str:
    if isinstance(error, subprocess.TimeoutExpired):
        return f"it took longer than {LONGEST} seconds"
    if isinstance(error, subprocess.CalledProcessError):
        return f"it ended with code {error.returncode}"
    return getattr(error, "strerror", None) or "it did not run"
