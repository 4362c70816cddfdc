"""The HTTP session: whom the token is shown to, and what is never done with it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import parse_url
from urllib3.util.connection import is_connection_dropped

import actoolkit
from actoolkit.api.deadline import head, through_proxy
from actoolkit.errors import InvalidToken
from actoolkit.secret import Token
from actoolkit.settings import PROXY_VARIABLE, Account

HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": f"actoolkit/{actoolkit.__version__}",
}


OTHERS_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
"""Variables by which other programs are told a proxy."""

IDLE = 2.0
"""Seconds after which a server may have closed a connection that waited for its turn."""

_ESCAPE = re.compile(rb"\\u00[2-7]")
"""An escape of an ASCII character, which is hardly ever needed."""


class HostBoundAuth(AuthBase):
    """Sets the token on requests to one scheme, host and port, and on no other.

    Args:
        url: The account's URL.
        token: Its token.

    Raises:
        InvalidToken: On calling: the request goes elsewhere, or headers would be printed.
    """

    def __init__(self, url: str, token: Token) -> None:
        self._origin = _origin(url)
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Set the header."""
        if _origin(request.url or "") != self._origin:
            raise InvalidToken(
                f"The token belongs to {self._origin[1]} and is not sent anywhere else.",
                hint="Report this as a bug of actoolkit.",
            )
        noisy = _printing()
        if noisy is not None:
            raise InvalidToken(
                "http.client prints every header while its debuglevel is on: no token is sent.",
                hint=f"Set {noisy}.debuglevel = 0.",
            )
        request.headers["Api-Token"] = self._token.reveal()
        return request

    def told_in(self, body: bytes) -> bool:
        """Whether an answer repeats the token: what it says is then shown and kept nowhere.

        Args:
            body: Decoded; letters may stand there as JSON's escapes.
        """
        if self._token.reveal().encode() in body:
            return True
        if b"\\" not in body or not _ESCAPE.search(body):
            return False
        letters = (
            rb"(?:%b|\\u00(?i:%02x))" % (re.escape(bytes([one])), one)
            for one in self._token.reveal().encode()
        )
        return re.search(b"".join(letters), body) is not None

    def __repr__(self) -> str:
        host = getattr(self, "_origin", ("", "?"))[1]  # a traceback may show a half-made one
        return f"HostBoundAuth({host!r})"


class _Session(requests.Session):
    """Looks at no redirect: before it is refused, its body would be read, however large it is."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Where to go on: nowhere."""


def open_session(account: Account, *, connections: int = 16) -> requests.Session:
    """Open a plain session to an account: no proxies or .netrc of the environment, no cookies.

    Args:
        account: Whom to talk to.
        connections: Connections to keep, for as many workers.
    """
    session = _Session()
    session.trust_env = False
    session.headers.clear()
    session.headers.update(HEADERS)
    session.auth = HostBoundAuth(account.url, account.token)
    if account.proxy is not None and not account.loopback:
        session.proxies = {"https": account.proxy}
    if account.ca_bundle is not None:
        session.verify = str(account.ca_bundle)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    for scheme in ("https://", "http://"):
        session.mount(scheme, _PatientAdapter(pool_maxsize=connections, max_retries=0))
    return session


def proxy_hint(account: Account) -> str:
    """What to do where the way out leads through a proxy, or one was told to other programs.

    Args:
        account: Whom nobody answers for.

    Returns:
        A hint, or nothing where no proxy is named.
    """
    if account.loopback:
        return ""
    if account.proxy:
        return (
            f"Check the network, the account's URL and the proxy, {account.proxy} "
            f"({PROXY_VARIABLE}, in Python proxy=), then run it again."
        )
    named = [name for name in OTHERS_PROXIES if os.environ.get(name)]
    if not named:
        return ""
    return f"{named[0]} is not read; if a proxy is needed, set {PROXY_VARIABLE} to its address."


@contextmanager
def taking(turn: Callable[[], float], sent: Callable[[], None]) -> Iterator[None]:
    """Let the next request of this thread take its turn when its connection is open.

    Opening one takes several ways to the server and back. A turn taken before would say little
    about when the request is sent: those on new and on old connections would arrive together.

    Args:
        turn: Waits, and gives the seconds waited.
        sent: Called when the request is on its way.
    """
    token = _turn.set((turn, sent))
    try:
        yield
    finally:
        _turn.reset(token)


_Turn = tuple[Callable[[], float], Callable[[], None]]
_turn: ContextVar[_Turn | None] = ContextVar("turn", default=None)


@contextmanager
def _in_turn(connection: HTTPConnection) -> Iterator[None]:
    found = _turn.get()
    if found is None:
        yield
        return
    turn, sent = found
    if connection.sock is None:
        connection.connect()
    if turn() > IDLE and is_connection_dropped(connection):
        connection.close()
        connection.connect()
    yield
    sent()


class _Connection(HTTPConnection):
    def _tunnel(self) -> None:
        through_proxy(self, super()._tunnel)

    def request(self, *args: Any, **kwargs: Any) -> None:
        with _in_turn(self):
            super().request(*args, **kwargs)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 does
        return head(self, super().getresponse)


class _TLSConnection(HTTPSConnection):
    def _tunnel(self) -> None:
        through_proxy(self, super()._tunnel)

    def request(self, *args: Any, **kwargs: Any) -> None:
        with _in_turn(self):
            super().request(*args, **kwargs)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 does
        return head(self, super().getresponse)


_CONNECTIONS = (_Connection, _TLSConnection)


def _printing() -> str | None:
    """Name the class whose debuglevel makes one of our connections print what it sends."""
    for ours in _CONNECTIONS:
        for cls in ours.__mro__:
            if vars(cls).get("debuglevel", 0) > 0 and ours.debuglevel > 0:
                return f"{cls.__module__}.{cls.__name__}"
    return None


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


_POOLS = {"http": _Pool, "https": _TLSPool}


class _PatientAdapter(HTTPAdapter):
    """Connections with a deadline for the head of an answer."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


def _origin(url: str) -> tuple[str, str, int]:
    parts = parse_url(url)
    scheme = (parts.scheme or "").lower()
    return (
        scheme,
        (parts.host or "").lower(),
        parts.port or {"https": 443, "http": 80}.get(scheme, 0),
    )
