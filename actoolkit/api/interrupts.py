"""Ctrl-C while a request is under way: it takes no frame along that holds the token."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")


def without_frames(call: Callable[_Given, _Made]) -> Callable[_Given, _Made]:
    """Let an interrupt leave a call without the frames that it came through.

    Tools that show tracebacks with locals would print the headers of the request, which are locals
    of the libraries that send it.

    Args:
        call: Sends a request.
    """

    @wraps(call)
    def calling(*args: _Given.args, **kwargs: _Given.kwargs) -> _Made:
        try:
            return call(*args, **kwargs)
        except KeyboardInterrupt as error:
            stopped = error
        stopped.__context__ = stopped.__cause__ = None
        raise stopped.with_traceback(None)

    return calling
