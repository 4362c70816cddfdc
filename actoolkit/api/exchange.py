"""One request, one outcome: sent once, read within a deadline and a byte cap, never raising.

Whatever the network does becomes an `Outcome`. The exceptions of the HTTP libraries hold the
request and with it the token, so none of them leaves this module, not even as a context.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import requests
import urllib3

from actoolkit.api.deadline import receiving
from actoolkit.api.interrupts import without_frames
from actoolkit.api.operation import Params
from actoolkit.api.retry import Kind, Limits, Outcome
from actoolkit.api.session import HostBoundAuth, taking
from actoolkit.errors import ActoolkitError

CHUNK = 2**16
UNKNOWN_HOST = "no such host is known here"
TOO_SLOW: tuple[Kind, str, bytes] = ("timeout", "the answer came too slowly", b"")
REPEATED = "the answer repeats the token"


@without_frames
def send(
    session: requests.Session,
    url: str,
    params: Params | None,
    limits: Limits,
    *,
    turn: Callable[[], float] = lambda: 0.0,
    sent: Callable[[], None] = lambda: None,
    clock: Callable[[], float] = time.monotonic,
) -> Outcome:
    """Send one GET and read its whole body.

    Args:
        session: Of `open_session`.
        url: Address without query.
        params: Query parameters.
        limits: Of these, ``connect``, ``body`` and ``size`` count here.
        turn: Waits until the request may go, once its connection is open; gives the seconds
            waited. They do not count as its own.
        sent: Called when it is on its way.
        clock: Gives seconds.

    Returns:
        How it ended. A status other than 200 is an "answer" too.

    Raises:
        InvalidToken: The token may not be sent there.
        StoreFull, StoreLocked: The turn cannot be waited for.
    """
    started = clock()
    kind: Kind
    status: int | None = None
    headers: dict[str, str] = {}
    body = b""

    refused: ActoolkitError | None = None

    def calmly(step: Callable[[], Any]) -> Any:
        nonlocal started, refused
        try:
            done = step()
        except ActoolkitError as error:
            refused = error
            raise OSError from None  # ends the request; its frames hold the token
        started = clock()
        return done

    try:
        with taking(partial(calmly, turn), partial(calmly, sent)):
            response = session.get(
                url,
                params=params,
                stream=True,
                allow_redirects=False,
                timeout=(limits.connect, min(30.0, limits.body)),
            )
        with response:
            status = response.status_code
            headers = {name.lower(): value for name, value in response.headers.items()}
            kind, detail, body = _body(response.raw, started + limits.body, limits, clock)
            if repeats(session, body):
                kind, detail, body = ("malformed" if status == 200 else kind), REPEATED, b""
    except (requests.exceptions.SSLError, urllib3.exceptions.SSLError) as error:
        kind, detail = ("certificate" if _untrusted(error) else "connection"), "TLS failed"
    except (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError):
        kind, detail = "timeout", "no answer in time"
    except (requests.exceptions.ConnectionError, OSError) as error:
        kind, detail = "connection", f"the connection failed{unconnected(error)}"
    except urllib3.exceptions.ProtocolError:
        kind, detail = "connection", "the answer broke off"
    except (
        requests.RequestException,
        urllib3.exceptions.HTTPError,
        http.client.HTTPException,
        ValueError,
    ):
        kind, detail = "malformed", "the answer cannot be read"
    if refused is not None:
        raise refused.with_traceback(None)
    return Outcome(kind, status, headers, body, detail, clock() - started)


def repeats(session: requests.Session, body: bytes) -> bool:
    """Whether an answer holds the token that it was asked with.

    Args:
        session: Of `open_session`.
        body: Decoded.
    """
    return isinstance(session.auth, HostBoundAuth) and session.auth.told_in(body)


def _untrusted(error: BaseException) -> bool:
    """Whether a TLS failure is a certificate's, which asking again cannot mend."""
    return any(isinstance(one, ssl.SSLCertVerificationError) for one in _within(error))


def unconnected(error: BaseException) -> str:
    """Say why there is no connection, in words of ours: the libraries' hold the request.

    Args:
        error: What they raised.

    Returns:
        The end of a sentence, with its colon; empty where nothing more is known.
    """
    if kept_back(error):
        return ": the proxy does not let it through"
    causes = _within(error)
    for kind, why in (
        (socket.gaierror, UNKNOWN_HOST),
        (ConnectionRefusedError, "the host refuses it"),
    ):
        if any(isinstance(one, kind) for one in causes):
            return f": {why}"
    return ""


def kept_back(error: BaseException) -> bool:
    """Whether a proxy was not reached, or refused, so that nothing of the request was sent.

    Args:
        error: What the libraries raised. urllib3 blames the proxy too when a connection through it
            breaks off after the request was sent.
    """
    for one in _within(error):
        if isinstance(one, urllib3.exceptions.ProxyError):
            cause = one.original_error
            if isinstance(cause, urllib3.exceptions.NewConnectionError):
                return True
            if isinstance(cause, OSError) and str(cause).startswith("Tunnel connection failed"):
                return True
    return False


def _within(error: BaseException) -> list[object]:
    """An error and everything that it was made of."""
    found: list[object] = [error]
    for one in found:
        if isinstance(one, BaseException) and len(found) < 50:
            found += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return found


def _body(
    raw: urllib3.HTTPResponse, deadline: float, limits: Limits, clock: Callable[[], float]
) -> tuple[Kind, str, bytes]:
    """Read a body; one that gives no pieces either cannot outlive the deadline by much."""
    with receiving(raw, limits.body) as over:
        try:
            read = _read(raw, deadline, limits.size, clock)
        except (OSError, urllib3.exceptions.HTTPError, http.client.HTTPException):
            if not over.is_set():
                raise
        if over.is_set():
            return TOO_SLOW
    return read


def _read(
    raw: urllib3.HTTPResponse, deadline: float, size: int, clock: Callable[[], float]
) -> tuple[Kind, str, bytes]:
    """Read a body as its pieces come, so that a slow one cannot outlive the deadline."""
    pieces: list[bytes] = []
    read = 0
    while piece := raw.read1(CHUNK, decode_content=True):
        pieces.append(piece)
        read += len(piece)
        if read > size:
            raw.close()
            return "oversize", f"the answer is larger than {size // 2**20} MiB", b""
        if clock() > deadline:
            raw.close()
            return TOO_SLOW
    return "answer", "", b"".join(pieces)
