"""Deadlines of a connection: what is opened, answered and sent ends in time, whatever still comes.

The timeout of a socket starts anew with every byte. Whoever sends one now and then would hold a
call for ever; here another thread ends the connection when the time is over.
"""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from weakref import WeakKeyDictionary

from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection


def through_proxy(connection: HTTPConnection, ask: Callable[[], None]) -> None:
    """Have a proxy make way, whose answer may come byte by byte or have no end.

    Args:
        connection: Open to the proxy.
        ask: Sends what the proxy is asked, and reads its answer.

    Raises:
        TimeoutError: Twice the timeout is over.
    """
    late = TimeoutError("the proxy did not answer in time")
    with _hanging_up(connection.sock, 2 * _patience(connection)) as over:
        try:
            ask()
        except (OSError, http.client.HTTPException):
            if over.is_set():
                raise late from None
            raise
        if over.is_set():
            raise late


def head(connection: HTTPConnection, receive: Callable[[], HTTPResponse]) -> HTTPResponse:
    """Receive the head of an answer, which may come byte by byte and never whole.

    The socket's timeout starts anew with every byte; here, twice that timeout is all there is.

    Args:
        connection: Open.
        receive: Reads the head.
    """
    sock = connection.sock
    with _hanging_up(sock, 2 * _patience(connection)):
        answer = receive()
    _sockets[answer] = sock
    return answer


_sockets: WeakKeyDictionary[HTTPResponse, socket.socket | None] = WeakKeyDictionary()
"""The connection of each answer that is being read; urllib3 forgets it where none follows."""


def receiving(answer: HTTPResponse, seconds: float) -> AbstractContextManager[threading.Event]:
    """Let the body of an answer take so many seconds, and then end its connection.

    What is read piece by piece can be left between two of them. But trailers without end, and what
    unpacks to nothing, are read within the libraries, which come back with no piece at all.

    Args:
        answer: Whose head is there.
        seconds: For all of the rest.

    Returns:
        Gives an event, set when the connection was ended.
    """
    return _hanging_up(_sockets.get(answer), seconds)


@contextmanager
def _hanging_up(sock: socket.socket | None, seconds: float) -> Iterator[threading.Event]:
    """End a connection when so many seconds are over, whatever still comes; tell whether it did."""
    over = threading.Event()

    def hang_up() -> None:
        over.set()
        # What TLS keeps about the connection stays: another thread is reading with it.
        inner = sock if isinstance(sock, socket.socket) else getattr(sock, "socket", None)
        if isinstance(inner, socket.socket):
            with suppress(OSError):
                socket.socket.shutdown(inner, socket.SHUT_RDWR)

    watch = threading.Timer(seconds, hang_up)
    watch.daemon = True
    watch.start()
    try:
        yield over
    finally:
        watch.cancel()


def _patience(connection: HTTPConnection) -> float:
    return connection.timeout if isinstance(connection.timeout, int | float) else 30.0
