"""The command line, from its first moment on: loading it takes a while, and may be interrupted."""

from __future__ import annotations

import atexit
import os
import signal
import sys

INTERRUPTED = 130


def run() -> None:
    """Run the command line; an interrupt is one line and exit code 130, never a traceback.

    Raises:
        SystemExit: Always, with the exit code.
    """
    code = 1
    atexit.register(lambda: _leave(code))  # first in, last out: after everybody else's cleaning up
    try:
        from actoolkit.cli import main

        main()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted before anything was done.\n")
        code = INTERRUPTED
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 0
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # what was to be done is done
    sys.exit(code)


def _leave(code: int) -> None:
    """End the process at once, with this code.

    An interrupt while Python takes itself apart would end it by signal; so would, however well it
    was caught, one that came inside an ``exec`` of text, as dataclasses and named tuples do.
    """
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        return  # Python says it its own way
    os._exit(code)


if __name__ == "__main__":
    run()
