"""One write in, one honest verdict out: sent once, and a lost answer is settled by looking.

A request that the API refused before it did anything (429, 503, a passing 403), and one that
never left this machine, may be sent again. After anything else that leaves a doubt, a POST is not.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from types import TracebackType
from typing import Literal, Self

import requests

from actoolkit.api.answers import parse
from actoolkit.api.pacing import Pacer, pace_of
from actoolkit.api.read_back import Sighting, look
from actoolkit.api.reader import Reader
from actoolkit.api.retry import Limits, Outcome, Retry, decide, describe, reasons
from actoolkit.api.session import open_session
from actoolkit.api.transmission import prepare, transmit
from actoolkit.api.write_operations import WriteOperation, WriteRequest
from actoolkit.errors import ActoolkitError
from actoolkit.settings import Account

Verdict = Literal["dry run", "ok", "rejected", "not done", "unknown"]
"""What became of a write.

- ``dry run``: nothing was sent.
- ``ok``: the account is as the write wants it.
- ``rejected``: the API refused it, and says why.
- ``not done``: it is not in the account; running it again is safe.
- ``unknown``: the answer was lost, and nothing in the account tells.
"""

LOOKS_AFTER = (0.0, 1.0, 3.0)
"""Seconds before each look for a write whose answer was lost."""
_ABSENT = "No Result found"


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one write.

    Args:
        verdict: See `Verdict`.
        status: HTTP status of the last answer, or None.
        reason: Why, in words; "" for a plain ok.
        object_id: Id of the object, or its name where it has no id.
    """

    verdict: Verdict
    status: int | None = None
    reason: str = ""
    object_id: str | None = None


class Sense(Enum):
    """What one answer to a write means."""

    DONE = auto()
    REFUSED = auto()
    AGAIN = auto()
    LOST = auto()


def judge(outcome: Outcome, operation: WriteOperation, *, lost_before: bool) -> Sense:
    """Say what one outcome of a write means. Pure.

    Args:
        outcome: How the request ended; it did reach the server.
        operation: What was asked for.
        lost_before: Whether an earlier attempt may have done it.
    """
    status = outcome.status
    if outcome.kind != "answer" or status is None:
        return Sense.LOST
    if status in (200, 201, 204):
        return _judge_success(outcome, operation)
    if status in (429, 503):
        return Sense.AGAIN
    if operation.method == "DELETE" and lost_before and _says_absent(outcome):
        return Sense.DONE
    if status in (408, 425) or status >= 500:
        return Sense.LOST
    return Sense.AGAIN if status == 403 and not _says_absent(outcome) else Sense.REFUSED


def soft_failure(outcome: Outcome) -> str:
    """Why a 2xx is none, in words; "" when its body does not say so.

    Args:
        outcome: An answer.
    """
    data, problem = parse(outcome.body)
    if problem.startswith("the answer reports"):
        return problem
    for key in ("succeeded", "success"):
        if key in data and str(data[key]).lower() in ("0", "false"):
            return "; ".join(reasons(outcome.body)) or f"the API answers {key}: {data[key]}"
    return ""


def returned(outcome: Outcome, operation: WriteOperation) -> Mapping[str, object] | None:
    """The object in an answer, or None when the answer has none with its key."""
    data, problem = parse(outcome.body)
    row = data.get(operation.envelope or "")
    if problem or not isinstance(row, dict) or row.get(operation.key) in (None, ""):
        return None
    return row


def _judge_success(outcome: Outcome, operation: WriteOperation) -> Sense:
    if soft_failure(outcome):
        return Sense.REFUSED
    if operation.method == "DELETE":
        empty = not outcome.body.strip()
        return Sense.DONE if empty or not parse(outcome.body)[1] else Sense.LOST
    return Sense.LOST if returned(outcome, operation) is None else Sense.DONE


def _says_absent(outcome: Outcome) -> bool:
    return outcome.status in (404, 410) or (
        outcome.status == 403 and any(_ABSENT in text for text in reasons(outcome.body))
    )


class Writer:
    """Writes to an account, one request at a time.

    Args:
        account: Whom to write to.
        session: Default: `open_session` of the account.
        pace: Default: `pace_of` the account, shared with every process that uses it.
        limits: Patience and size of one request.
        on_wait: Called with seconds and a reason before every wait.
        clock: Gives seconds.
        sleep: Sleeps seconds.

    Attributes:
        reader: Reads the same account at the same pace.

    Example:
        >>> from actoolkit.api.write_operations import WRITES
        >>> request = WRITES["contact_list"].request({"list": 2, "contact": 7, "status": 1})
        >>> Writer(account).write(request).verdict  # doctest: +SKIP
        'ok'
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
        self._session = session or open_session(account)
        self._pace = pace or pace_of(account, sleep=sleep)
        self._limits = limits or Limits()
        self._on_wait = on_wait
        self._clock = clock
        self._sleep = sleep
        self.reader = Reader(
            account,
            self._session,
            pace=self._pace,
            limits=self._limits,
            on_wait=on_wait,
            clock=clock,
            sleep=sleep,
        )

    def write(self, request: WriteRequest) -> Written:
        """Carry out a write.

        Args:
            request: What to do. The caller has looked whether it is needed.

        Returns:
            What became of it; whatever the network does is a verdict, not an error.

        Raises:
            InvalidArgument: The request would leave its route. Nothing was sent.
            InvalidToken: The token may not be sent there.
            StoreFull, StoreLocked: The pace cannot be kept.
        """
        prepare(self._session, self.account.url, request)
        history: list[Outcome] = []
        waited = 0.0
        lost = False
        while True:
            outcome, reached = self._attempt(request)
            waited += outcome.seconds
            sense = judge(outcome, request.operation, lost_before=lost) if reached else Sense.AGAIN
            if sense is Sense.LOST and outcome.kind == "answer" and (outcome.status or 0) < 300:
                outcome = replace(outcome, kind="malformed", detail="the answer cannot be read")
            history.append(outcome)
            lost = lost or sense is Sense.LOST or _doubtful(outcome, request)
            if sense is Sense.DONE:
                return self._done(request, outcome)
            if sense is Sense.REFUSED:
                return Written("rejected", outcome.status, _why(outcome, request))
            if sense is Sense.LOST and not request.operation.idempotent:
                return self.settle(request, outcome.status, describe(outcome))
            step = decide(
                history,
                endpoint=request.path,
                waited=waited,
                limits=self._limits,
                jitter=random.random(),  # noqa: S311 - spreads retries, guards nothing
            )
            if not isinstance(step, Retry):
                return self._exhausted(request, outcome, lost=lost)
            waited += step.after
            self._wait(step)
            if outcome.status == 503 and not request.operation.idempotent:
                seen = self._look(request)
                if isinstance(seen, Sighting) and seen.holds:
                    return Written("ok", 503, "found in the account", seen.object_id)

    def settle(self, request: WriteRequest, status: int | None, why: str) -> Written:
        """Find out what became of a write whose answer was lost.

        Args:
            request: What was sent.
            status: HTTP status, when there was one.
            why: What went wrong.
        """
        seen: Sighting | ActoolkitError | None = None
        for seconds in LOOKS_AFTER:
            if seconds:
                self._sleep(seconds)
            seen = self._look(request)
            if not isinstance(seen, Sighting):
                break
            if seen.holds:
                reason = f"the answer was lost ({why}); found in the account"
                return Written("ok", status, reason, seen.object_id)
        if isinstance(seen, Sighting):
            reason = f"the answer was lost ({why}); not found in the account"
            return Written("not done", status, reason, seen.object_id)
        if seen is None:
            reason = f"the answer was lost ({why}); only a look at the account tells"
        else:
            reason = f"the answer was lost ({why}), and so was the look: {seen.message}"
        return Written("unknown", status, reason)

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

    def _attempt(self, request: WriteRequest) -> tuple[Outcome, bool]:
        prepared = prepare(self._session, self.account.url, request)
        self._pace.wait()
        return transmit(self._session, prepared, self._limits, clock=self._clock)

    def _wait(self, step: Retry) -> None:
        if self._on_wait:
            self._on_wait(step.after, step.reason)
        if step.everyone:
            self._pace.block(step.after)
        else:
            self._sleep(step.after)

    def _look(self, request: WriteRequest) -> Sighting | ActoolkitError | None:
        try:
            return look(self.reader, request)
        except ActoolkitError as error:  # an account that cannot be read leaves the doubt
            return error

    def _done(self, request: WriteRequest, outcome: Outcome) -> Written:
        operation = request.operation
        row = returned(outcome, operation) if operation.envelope else None
        if row is None:
            return Written("ok", outcome.status, "", None)
        key = str(row[operation.key])
        if differs := _differences(row, request):
            return Written("rejected", outcome.status, f"the API answers {differs}", key)
        return Written("ok", outcome.status, "", key)

    def _exhausted(self, request: WriteRequest, outcome: Outcome, *, lost: bool) -> Written:
        if lost:
            return self.settle(request, outcome.status, describe(outcome))
        if outcome.status == 403:
            return Written("rejected", 403, _why(outcome, request))
        return Written("not done", outcome.status, describe(outcome))


def _doubtful(outcome: Outcome, request: WriteRequest) -> bool:
    """Whether a refusal may hide that it was done; a gateway's 503 sometimes does."""
    return outcome.status == 503 and request.operation.idempotent


def _why(outcome: Outcome, request: WriteRequest) -> str:
    if failure := soft_failure(outcome):
        return failure
    if said := reasons(outcome.body):
        return "; ".join(said)
    return f"{request.operation.method} {request.path} answered {outcome.status} and no reason"


def _differences(row: Mapping[str, object], request: WriteRequest) -> str:
    """What the API made of a value that decides whether the write took effect."""
    if request.operation.name != "contact_list":
        return ""
    fields = ("contact", "list", "status")
    return ", ".join(
        f"{name} {row[name]}"
        for name in fields
        if row.get(name) is not None and str(row[name]) != str(request.body[name])
    )
