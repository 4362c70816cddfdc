"""One GET in, one verified JSON body out: paced, retried, bounded."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import msgspec
import requests

from actoolkit.api.endpoints import ENDPOINTS, Endpoint
from actoolkit.api.exchange import send
from actoolkit.api.operation import Params
from actoolkit.api.pacing import Pace, Pacer
from actoolkit.api.paging import Page, Walk
from actoolkit.api.retry import GiveUp, Limits, Outcome, Retry, decide, reasons
from actoolkit.api.session import open_session
from actoolkit.errors import ApiError, AuthenticationError, InvalidArgument, NotAvailable
from actoolkit.settings import Account

PREFIX = "/api/3"
_PATH = re.compile(r"(/[A-Za-z0-9_-]+)+")
_BOM = b"\xef\xbb\xbf"

Check = Callable[[dict[str, object]], str]
"""Says what is wrong with a parsed body; "" when nothing is."""


@dataclass(frozen=True, slots=True)
class Body:
    """One verified answer.

    Args:
        json: The parsed object.
        raw: Its bytes, decoded.
        headers: Lower-case names.
        status: HTTP status.
    """

    json: dict[str, object] = field(repr=False)
    raw: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    status: int = 200


class Reader:
    """Reads an account, one verified answer at a time.

    Args:
        account: Whom to read.
        session: Default: `open_session` of the account.
        pace: Default: the account's rate times its share.
        limits: Patience and size of one request.
        on_wait: Called with seconds and a reason before every wait of a retry.
        clock: Gives seconds.
        sleep: Sleeps seconds.

    Example:
        >>> Reader(account).get("/users/me").json["user"]["localZoneid"]  # doctest: +SKIP
        'America/Chicago'
    """

    def __init__(
        self,
        account: Account,
        session: requests.Session | None = None,
        *,
        pace: Pacer | None = None,
        limits: Limits | None = None,
        on_wait: Callable[[float, str], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.account = account
        self.requests = 0
        self._session = session or open_session(account)
        self._pace = pace or Pace(account.rate * account.share, clock=clock, sleep=sleep)
        self._limits = limits or Limits()
        self._on_wait = on_wait or (lambda seconds, reason: None)
        self._clock = clock
        self._sleep = sleep

    def get(self, path: str, params: Params | None = None, *, check: Check | None = None) -> Body:
        """Read one object or page.

        Args:
            path: Below ``/api/3``, such as ``/users/me``.
            params: Query parameters.
            check: Says what is wrong with the parsed body; an answer that fails it is asked for again.

        Returns:
            The answer: whole, strict JSON, an object, and accepted by ``check``.

        Raises:
            AuthenticationError: The token is wrong.
            NotAvailable: This account has no such resource.
            NotFound: No such object.
            RequestRejected: The API refuses the parameters.
            RedirectRefused: The server sends elsewhere.
            RateLimited, ServerError, ConnectionFailed, MalformedResponse: Patience is at its end.
        """
        if not _PATH.fullmatch(path):
            raise InvalidArgument(
                f"{path!r} is not a path of the API.", hint="Use a path such as /campaigns."
            )
        answer = self._ask(path, params, check)
        if isinstance(answer, AuthenticationError) and answer.status == 403 and path != "/users/me":
            answer = self._explain(answer, path)
        if isinstance(answer, ApiError):
            raise answer
        return answer

    def page(self, endpoint: Endpoint, params: Params, **ids: object) -> Page:
        """Read one page of a collection.

        Args:
            endpoint: Of `ENDPOINTS`.
            params: Query parameters, paging included.
            **ids: Values for the ``{names}`` in the endpoint's path.

        Raises:
            ApiError: As `get`.
        """
        body = self.get(
            endpoint.located(**ids), params, check=lambda data: _envelope(endpoint, data)
        )
        return Page.of(endpoint, body.json)

    def walk(
        self,
        endpoint: Endpoint | str,
        query: Params | None = None,
        *,
        page_size: int | None = None,
        **ids: object,
    ) -> Walk:
        """Walk a whole collection.

        Args:
            endpoint: Of `ENDPOINTS`, or its name.
            query: Filters, as `Endpoint.query` writes them.
            page_size: Rows to ask for in a page; default the endpoint's own.
            **ids: Values for the ``{names}`` in the endpoint's path.

        Returns:
            Iterate it for pages; then ask it for its ``outcome``.
        """
        chosen = ENDPOINTS[endpoint] if isinstance(endpoint, str) else endpoint
        return Walk(
            lambda params: self.page(chosen, params, **ids),
            chosen,
            query or {},
            page_size=page_size,
        )

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _ask(self, path: str, params: Params | None, check: Check | None) -> Body | ApiError:
        """Send until there is an answer or no patience left."""
        history: list[Outcome] = []
        waited = 0.0
        while True:
            self._pace.wait()
            self.requests += 1
            outcome = send(
                self._session,
                self.account.url + PREFIX + path,
                params,
                self._limits,
                clock=self._clock,
            )
            data, problem = _parse(outcome, check)
            if problem:
                outcome = replace(outcome, kind="malformed", detail=problem)
            history.append(outcome)
            verdict = decide(
                history,
                endpoint=path,
                waited=waited + outcome.seconds,
                limits=self._limits,
                jitter=random.random(),  # noqa: S311
            )
            if isinstance(verdict, GiveUp):
                return verdict.error
            if not isinstance(verdict, Retry):
                return Body(data, outcome.body, outcome.headers, outcome.status or 200)
            waited += outcome.seconds + verdict.after
            self._on_wait(verdict.after, verdict.reason)
            if verdict.everyone:
                self._pace.block(verdict.after)
            else:
                self._sleep(verdict.after)

    def _explain(self, error: AuthenticationError, path: str) -> ApiError:
        """Tell a wrong token from a plan or a permission: only the former shuts out ``/users/me``."""
        if isinstance(self._ask("/users/me", None, None), ApiError):
            return error
        return NotAvailable(
            f"{path} is not available on this account: its plan or the user's permissions leave it out.",
            endpoint=path,
            status=403,
            hint="Go on without it, or use the token of a user who may see it.",
        )


def _parse(outcome: Outcome, check: Check | None) -> tuple[dict[str, object], str]:
    """Give the parsed object and what is wrong with it."""
    if outcome.kind != "answer" or outcome.status != 200:
        return {}, ""
    if not outcome.body.strip():
        return {}, "the answer is empty"
    try:
        data = msgspec.json.decode(outcome.body.removeprefix(_BOM))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}, "the answer is not JSON"
    if not isinstance(data, dict):
        return {}, "the answer is not an object"
    if data.get("errors"):
        return {}, "; ".join(("the answer reports errors", *reasons(outcome.body)))
    return data, check(data) if check else ""


def _envelope(endpoint: Endpoint, data: Mapping[str, object]) -> str:
    """Say what is wrong with a page."""
    if endpoint.envelope is None:
        return ""
    rows = data.get(endpoint.envelope)
    if endpoint.paging == "single":
        return "" if isinstance(rows, dict | list) else f"the answer lacks {endpoint.envelope!r}"
    if not isinstance(rows, list):
        return f"the answer lacks {endpoint.envelope!r}"
    if endpoint.key is None:
        return ""
    for row in rows:
        if not isinstance(row, dict) or row.get(endpoint.key) in (None, ""):
            return f"a row of {endpoint.envelope!r} has no {endpoint.key!r}"
    return ""
