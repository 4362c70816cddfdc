"""The HTTP session: whom the token is shown to, and what is never done with it."""

from __future__ import annotations

import http.client
from http.cookiejar import DefaultCookiePolicy

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.util import parse_url

import actoolkit
from actoolkit.errors import InvalidToken
from actoolkit.settings import Account, Token

HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": f"actoolkit/{actoolkit.__version__}",
}


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
        if http.client.HTTPConnection.debuglevel > 0:
            raise InvalidToken(
                "http.client prints every header while its debuglevel is on: no token is sent.",
                hint="Set http.client.HTTPConnection.debuglevel = 0.",
            )
        request.headers["Api-Token"] = self._token.reveal()
        return request

    def __repr__(self) -> str:
        return f"HostBoundAuth({self._origin[1]!r})"


def open_session(account: Account, *, connections: int = 16) -> requests.Session:
    """Open a plain session to an account: no proxies or .netrc from the environment, no cookies.

    Args:
        account: Whom to talk to.
        connections: Connections to keep, for as many workers.
    """
    session = requests.Session()
    session.trust_env = False
    session.headers.clear()
    session.headers.update(HEADERS)
    session.auth = HostBoundAuth(account.url, account.token)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=connections, max_retries=0))
    return session


def _origin(url: str) -> tuple[str, str, int]:
    parts = parse_url(url)
    scheme = (parts.scheme or "").lower()
    return (
        scheme,
        (parts.host or "").lower(),
        parts.port or {"https": 443, "http": 80}.get(scheme, 0),
    )
