"""The command line, from its first moment on: loading it takes a while, and may be interrupted."""

from __future__ import annotations

import atexit
import io
import os
import signal
import sys
from contextlib import suppress
from types import FrameType

INTERRUPTED, TERMINATED = 130, 143


def run() -> None:
    """Run the command line; an interrupt is one line and exit code 130, never a traceback.

    SIGTERM, as `timeout`, systemd and a shutdown send it, is one too, with exit code 143: it leaves
    no temporary folder and no browser behind.

    Raises:
        SystemExit: Always, with the exit code.
    """
    code = 1
    _whole_streams()
    atexit.register(lambda: _leave(code))  # first in, last out: after everybody else's cleaning up
    terminated: list[int] = []

    def terminate(number: int, _: FrameType | None) -> None:
        terminated.append(number)
        raise KeyboardInterrupt

    try:
        if signal.getsignal(signal.SIGTERM) is not signal.SIG_IGN:
            signal.signal(signal.SIGTERM, terminate)
        from actoolkit.cli import main

        main()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted before anything was done.\n")
        code = INTERRUPTED
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 0
    if terminated and code == INTERRUPTED:
        code = TERMINATED
    code = _written(code)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # what was to be done is done
    sys.exit(code)


def _whole_streams() -> None:
    """Let each standard stream be there, where it was closed too, and take each character.

    Missing ones are opened in the order of their numbers, so that no file of ours gets one of these
    and whatever another program says.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            handle = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(handle, True)  # noqa: FBT003 - takes it by position only
            setattr(sys, name, os.fdopen(handle, mode, encoding="utf-8"))
        elif mode == "w" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _written(code: int) -> int:
    """The exit code once all is written: 1 where standard output took less than all."""
    try:
        sys.stdout.flush()
    except OSError as error:
        if code == 0 and not isinstance(
            error, BrokenPipeError
        ):  # who closed a pipe has read enough
            with suppress(OSError):
                sys.stderr.write(
                    f"actoolkit: Standard output takes no more: {error.strerror or error}. "
                    "Files that were written are whole.\n"
                )
        return code or 1
    return code


def _leave(code: int) -> None:
    """End the process at once, with this code.

    An interrupt while Python takes itself apart would end it by signal; so would, however well it
    was caught, one that came inside an ``exec`` of text, as dataclasses and named tuples do.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # said before
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    run()
