"""From a page to a PDF, by the browser that the machine has."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from actoolkit.errors import ReportError

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


def print_pdf(page: str, target: Path) -> Path:
    """Print a page.

    The browser gets a profile of its own, no network, and is closed again.

    Args:
        page: The page.
        target: File to write; replaced when it exists.

    Returns:
        The file.

    Raises:
        ReportError: No browser is found, or it could not print.
    """
    command = browser()
    with tempfile.TemporaryDirectory(prefix="actoolkit-print-") as folder:
        source, printed = Path(folder, "report.html"), Path(folder, "report.pdf")
        source.write_text(page, encoding="utf-8")
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
            subprocess.run(  # noqa: S603 - a browser found by its name, no shell
                [command, *options, source.as_uri()],
                check=True,
                capture_output=True,
                timeout=LONGEST,
            )
            shutil.copyfile(printed, target)
        except (OSError, subprocess.SubprocessError) as error:
            raise ReportError(
                f"{Path(command).name} could not print the report: {_reason(error)}.",
                hint="Open the HTML file in a browser and print it from there.",
            ) from error
    return target


def _reason(error: OSError | subprocess.SubprocessError) -> str:
    if isinstance(error, subprocess.TimeoutExpired):
        return f"it took longer than {LONGEST} seconds"
    if isinstance(error, subprocess.CalledProcessError):
        return f"it ended with code {error.returncode}"
    return getattr(error, "strerror", None) or "it wrote no file"
