"""One GET in, one verified JSON body out: paced, retried, bounded, journalled."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

import requests

from actoolkit.api.answers import Body, Check, envelope_of, parse
from actoolkit.api.endpoints import ENDPOINTS, Endpoint
from actoolkit.api.exchange import UNKNOWN_HOST, send
from actoolkit.api.operation import Params
from actoolkit.api.pacing import Pacer, pace_of
from actoolkit.api.page import Page
from actoolkit.api.paging import Walk
from actoolkit.api.records import Records
from actoolkit.api.retry import GiveUp, Limits, Outcome, Retry, decide
from actoolkit.api.ring import allowed
from actoolkit.api.session import open_session, proxy_hint
from actoolkit.errors import (
    ApiError,
    AuthenticationError,
    InvalidArgument,
    MalformedResponse,
    NotAvailable,
)
from actoolkit.settings import Account

if TYPE_CHECKING:
    from actoolkit.api.journal import Journal

__all__ = ["PREFIX", "Body", "Reader"]

PREFIX = "/api/3"
WHO_AM_I = "/users/me"
YEARS = range(2000, 9000)
"""Years that a server's clock may show: near the ends of the calendar, no span can be added."""
_PATH = re.compile(r"(/[A-Za-z0-9_-]+)+")


class Reader:
    """Reads an account, one verified answer at a time. Threads may share it.

    Args:
        account: Whom to read.
        session: Default: `open_session` of the account.
        pace: Default: `pace_of` the account, shared with every process that reads it.
        limits: Patience and size of one request.
        on_wait: Called with seconds and a reason before every wait of a retry.
        clock: Gives seconds.
        sleep: Sleeps seconds.

    Attributes:
        requests: Requests sent so far, retries included.
        server_at: The server's own clock in its last answer, UTC; None before.

    Raises:
        StoreFull, StoreUnsafe: The cache folder cannot hold the pace.

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
        self.server_at: datetime | None = None
        self._session = session or open_session(account)
        self._pace = pace or pace_of(account, sleep=sleep)
        self._limits = limits or Limits()
        self._on_wait = on_wait
        self._clock = clock
        self._sleep = sleep
        self._count = threading.Lock()
        self._at_home = False  # whether anything of an account was found at its address

    def get(
        self,
        path: str,
        params: Params | None = None,
        *,
        check: Check | None = None,
        journal: Journal | None = None,
        records: Records | None = None,
    ) -> Body:
        """Read one object or page.

        Args:
            path: Below ``/api/3``, such as ``/users/me``.
            params: Query parameters.
            check: Says what is wrong with the parsed body; such an answer is asked for again.
            journal: Where this load's answers are kept, and taken from.
            records: Parses the rows of a collection whose fields are known.

        Returns:
            The answer: whole, strict JSON, an object, and accepted by ``check``.

        Raises:
            AuthenticationError: The token is wrong, or the account unpaid.
            NotAvailable: This account has no such resource.
            NotFound: No such object.
            RequestRejected: The API refuses the parameters.
            RedirectRefused: The server sends elsewhere.
            RateLimited, ServerError, ConnectionFailed, MalformedResponse: Patience is at its end.
                Or nothing of an account is at that address.
            StoreFull, StoreLocked: The journal or the pace cannot be kept.
        """
        if not isinstance(path, str) or not _PATH.fullmatch(path):
            raise InvalidArgument(f"{path!r} is not a path of the API.", hint="Such as /campaigns.")
        key = journal.key(path, params) if journal is not None else ""
        if journal is not None and (kept := journal.get(key)):
            data, problem = parse(kept[0], check, records)
            if not problem:
                return Body(data, *kept)
        answer = self._ask(path, params, check, records)
        if isinstance(answer, AuthenticationError) and path != WHO_AM_I:
            answer = self._explain(answer, path)
        elif isinstance(answer, NotAvailable) and not self._at_home:
            answer = self._located(answer, path)
        if isinstance(answer, ApiError):
            raise answer
        self._at_home = True
        if journal is not None:
            journal.put(key, answer.raw, answer.headers)
        return answer

    def page(
        self,
        endpoint: Endpoint,
        params: Params,
        *,
        journal: Journal | None = None,
        records: Records | None = None,
        **ids: object,
    ) -> Page:
        """Read one page of a collection.

        Args:
            endpoint: Of `ENDPOINTS`.
            params: Query parameters, paging included.
            journal: As in `get`.
            records: As in `get`.
            **ids: Values for the ``{names}`` in the endpoint's path.

        Raises:
            ApiError: As `get`.
        """
        path = endpoint.located(**ids)
        check = envelope_of(endpoint)
        body = self.get(path, params, check=check, journal=journal, records=records)
        return Page.of(endpoint, body.json)

    def walk(
        self,
        endpoint: Endpoint | str,
        query: Params | None = None,
        *,
        page_size: int | None = None,
        journal: Journal | None = None,
        records: Records | None = None,
        in_flight: int | None = None,
        **ids: object,
    ) -> Walk:
        """Walk a whole collection.

        Args:
            endpoint: Of `ENDPOINTS`, or its name.
            query: Filters, as `Endpoint.query` writes them.
            page_size: Rows to ask for in a page; default the endpoint's own.
            journal: As in `get`: a walk that was broken off goes on where it stopped.
            records: As in `get`.
            in_flight: Pages that may be on their way at once, all under the account's pace; default
                as many as the account's requests.
            **ids: Values for the ``{names}`` in the endpoint's path.

        Returns:
            Iterate it for pages; then ask it for its ``outcome``.
        """
        chosen = ENDPOINTS[endpoint] if isinstance(endpoint, str) else endpoint

        def fetch(params: Params) -> Page:
            return self.page(chosen, params, journal=journal, records=records, **ids)

        flying = self.account.in_flight if in_flight is None else in_flight
        return Walk(fetch, chosen, query or {}, page_size=page_size, in_flight=flying)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _ask(
        self,
        path: str,
        params: Params | None,
        check: Check | None,
        records: Records | None = None,
    ) -> Body | ApiError:
        """Send until there is an answer or no patience left."""
        history: list[Outcome] = []
        waited = 0.0
        while True:
            outcome, data = self._attempt(path, params, check, records)
            history.append(outcome)
            waited += outcome.seconds
            verdict = decide(
                history,
                endpoint=path,
                waited=waited,
                limits=self._patience(outcome),
                jitter=random.random(),  # noqa: S311 - spreads retries, guards nothing
                way=proxy_hint(self.account),
            )
            if isinstance(verdict, GiveUp):
                return verdict.error
            if not isinstance(verdict, Retry):
                return Body(data, outcome.body, outcome.headers)
            waited += verdict.after
            if self._on_wait:
                self._on_wait(verdict.after, verdict.reason)
            if verdict.everyone:
                self._pace.block(verdict.after)
            else:
                self._sleep(verdict.after)

    def _patience(self, outcome: Outcome) -> Limits:
        """A name that nobody knows is mistyped, unless something of that name has answered."""
        attempts = min(self._limits.attempts, self._limits.unknown)
        is_mistyped = self.server_at is None and outcome.detail.endswith(UNKNOWN_HOST)
        return replace(self._limits, attempts=attempts) if is_mistyped else self._limits

    def _attempt(
        self,
        path: str,
        params: Params | None,
        check: Check | None,
        records: Records | None,
    ) -> tuple[Outcome, Mapping[str, object]]:
        with self._count:
            self.requests += 1
        address = self.account.url + PREFIX + path
        outcome = send(
            self._session,
            address,
            params,
            self._limits,
            turn=self._pace.wait,
            sent=self._pace.sent,
            clock=self._clock,
        )
        self._note_date(outcome.headers.get("date", ""))
        if (rate := allowed(outcome.headers)) is not None:
            self._pace.limit(rate)
        if outcome.kind != "answer" or outcome.status != 200:
            return outcome, {}
        data, problem = parse(outcome.body, check, records)
        return (replace(outcome, kind="malformed", detail=problem) if problem else outcome), data

    def _note_date(self, text: str) -> None:
        try:
            moment = parsedate_to_datetime(text)
            moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            return
        if moment.year in YEARS:
            self.server_at = moment

    def _located(self, error: NotAvailable, path: str) -> ApiError:
        """Tell an account that lacks a resource from another web site, which lacks all of them."""
        whose = error if path == WHO_AM_I else self._ask(WHO_AM_I, None, None)
        if not isinstance(whose, NotAvailable):
            self._at_home = True
            return error
        return MalformedResponse(
            f"{self.account.url} answers, but not as an ActiveCampaign account ({whose.status}).",
            endpoint=path,
            status=whose.status,
            hint="Copy the URL from Settings > Developer.",
        )

    def _explain(self, error: AuthenticationError, path: str) -> ApiError:
        """Tell a wrong token, or an unpaid account, from a plan or permission.

        Only the first two shut out ``/users/me``.
        """
        if isinstance(self._ask(WHO_AM_I, None, None), ApiError):
            return error
        why = "its plan or the user's permissions leave it out"
        if error.status == 402:
            why = "it is not among what is paid for"
        return NotAvailable(
            f"{path} is not available on this account: {why}.",
            endpoint=path,
            status=error.status,
            hint="Go on without it, or use the token of a user who may see it.",
        )
