"""One write, one outcome: sent once to exactly its route, read within a deadline, never raising.

As in `exchange`, no exception of the HTTP libraries leaves this module: they hold the token.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import requests
import urllib3

from actoolkit.api.exchange import REPEATED, _body, kept_back, repeats, unconnected
from actoolkit.api.interrupts import without_frames
from actoolkit.api.retry import Kind, Limits, Outcome
from actoolkit.api.write_operations import WriteRequest
from actoolkit.errors import InvalidArgument

PREFIX = "/api/3"


def prepare(
    session: requests.Session, base: str, request: WriteRequest
) -> requests.PreparedRequest:
    """Prepare a request, and check that what will travel is its route.

    Args:
        session: Of `open_session`.
        base: The account's URL.
        request: What to send.

    Raises:
        InvalidArgument: It is not the operation's route, or would be sent to another path.
        InvalidToken: The token may not be sent there.
    """
    payload = request.payload
    prepared = session.prepare_request(
        requests.Request(
            request.operation.method,
            base + PREFIX + request.path,
            data=payload,
            headers={} if payload is None else {"Content-Type": "application/json"},
        )
    )
    route = urlsplit(prepared.url or "")
    straight = route.path == PREFIX + request.path and not route.query and not route.fragment
    if not straight or not request.operation.covers(request.path):
        raise InvalidArgument(
            f"{request.path} would be sent to {route.path}.", hint="Check the ids and names."
        )
    return prepared


@without_frames
def transmit(
    session: requests.Session,
    prepared: requests.PreparedRequest,
    limits: Limits,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[Outcome, bool]:
    """Send a prepared request once and read its whole answer.

    Args:
        session: Of `open_session`.
        prepared: Of `prepare`.
        limits: Of these, ``connect``, ``body`` and ``size`` count here.
        clock: Gives seconds.

    Returns:
        How it ended, and whether it can have reached the server: False when there never was a
        connection.
    """
    started = clock()
    kind: Kind
    status: int | None = None
    headers: dict[str, str] = {}
    body = b""
    reached = True
    try:
        response = session.send(
            prepared,
            stream=True,
            allow_redirects=False,
            timeout=(limits.connect, min(30.0, limits.body)),
        )
        with response:
            status = response.status_code
            headers = {name.lower(): value for name, value in response.headers.items()}
            kind, detail, body = _body(response.raw, started + limits.body, limits, clock)
            if repeats(session, body):
                lost = status // 100 == 2  # done, perhaps; its answer is not looked at
                kind, detail, body = ("malformed" if lost else kind), REPEATED, b""
    except (requests.exceptions.SSLError, urllib3.exceptions.SSLError) as error:
        kind, detail, reached = "certificate", "TLS failed", not _never_connected(error)
    except requests.exceptions.ConnectTimeout:
        kind, detail, reached = "timeout", "no connection in time", False
    except (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError):
        kind, detail = "timeout", "no answer in time"
    except (requests.exceptions.ConnectionError, OSError) as error:
        kind, reached = "connection", not _never_connected(error)
        detail = "the connection broke off" if reached else f"no connection{unconnected(error)}"
    except urllib3.exceptions.ProtocolError:
        kind, detail = "connection", "the answer broke off"
    except (
        requests.RequestException,
        urllib3.exceptions.HTTPError,
        http.client.HTTPException,
        ValueError,
    ):
        kind, detail = "malformed", "the answer cannot be read"
    return Outcome(kind, status, headers, body, detail, clock() - started), reached


def _never_connected(error: BaseException) -> bool:
    """Whether the attempt ended before a byte of the request was sent."""
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    if isinstance(reason, urllib3.exceptions.SSLError):
        return "CERTIFICATE_VERIFY_FAILED" in str(reason)
    return isinstance(reason, urllib3.exceptions.NewConnectionError) or kept_back(error)
