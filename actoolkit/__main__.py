"""The command line, from its first moment on: loading it takes a while, and may be interrupted."""

from __future__ import annotations

import sys

INTERRUPTED = 130


def run() -> None:
    """Run the command line; an interrupt is one line and exit code 130, never a traceback."""
    try:
        from actoolkit.cli import main

        main()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted before anything was done.\n")
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    run()
