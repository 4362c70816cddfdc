"""What to do with the outcome of a request. Pure: no sleeping, no sending, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Literal

import msgspec

from actoolkit.errors import (
    ApiError,
    AuthenticationError,
    ConnectionFailed,
    MalformedResponse,
    NotAvailable,
    NotFound,
    RateLimited,
    RedirectRefused,
    RequestRejected,
    ServerError,
)

MOST_SAID = 2**20
"""Bytes of an answer in which sentences about an error are looked for: it is parsed unasked."""
MOST_REASONS = 10
_OF_FILTERS = (400, 409, 413, 414, 422)
"""What the API says of a call, not somebody on the way of the account's address."""
_KINDS = "/customObjects/records/"
"""Behind it stands the id of a kind, which need have no digit."""

Kind = Literal["answer", "malformed", "connection", "timeout", "oversize", "certificate"]
"""How a request ended: with an answer, with one that does not hold, or without one."""

MINUTES_HINT = "Wait a minute and run it again; what was already loaded is kept."

LOGIN_HINT = "In a network that asks to log in first, such as a hotel's, log in and run it again."

SHARED_HINT = "Other tools share the account's limit: run it later, or with a smaller share."
BUSY_HINT = (
    "ActiveCampaign is overloaded or under maintenance: run it again later; what was already "
    "loaded is kept."
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one request ended.

    Args:
        kind: See `Kind`.
        status: HTTP status, when there was one.
        headers: Lower-case names.
        body: The whole body, decoded; empty unless kind is "answer" or "malformed".
        detail: What was wrong, for the message. Never holds a header of the request.
        seconds: How long it took.
    """

    kind: Kind
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    detail: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How much patience one request has.

    Args:
        attempts: Requests at most.
        forbidden: Requests that may answer 403 before it is believed.
        unknown: Requests that may find no such host before it is believed, if it never answered.
        wait: Seconds at most, over all attempts, spent waiting or failing.
        body: Seconds at most for one answer to arrive.
        size: Bytes at most of one decoded body.
        connect: Seconds at most for one connection.
    """

    attempts: int = 6
    forbidden: int = 3
    unknown: int = 3
    wait: float = 120.0
    body: float = 60.0
    size: int = 64 * 2**20
    connect: float = 10.0


@dataclass(frozen=True, slots=True)
class Accept:
    """The answer counts."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Send it again.

    Args:
        after: Seconds to wait first.
        reason: What went wrong, for a progress display.
        everyone: Whether every request to the account has to wait.
    """

    after: float
    reason: str
    everyone: bool = False


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Raise this error."""

    error: ApiError


def decide(
    history: Sequence[Outcome],
    *,
    endpoint: str,
    waited: float,
    limits: Limits,
    jitter: float = 0.5,
    now: datetime | None = None,
    way: str = "",
) -> Accept | Retry | GiveUp:
    """Decide what follows the last of a request's outcomes.

    Args:
        history: Every outcome of this request so far, the last one last.
        endpoint: Path below ``/api/3``, for messages.
        waited: Seconds spent so far on waiting and on attempts that failed.
        limits: How much patience there is.
        jitter: In [0, 1): spreads the waits of several workers.
        now: For Retry-After dates; default the current moment.
        way: What to do if there is no connection; default to check network and URL.
    """
    last = history[-1]
    if last.kind == "answer" and last.status == 200:
        return Accept()
    if last.kind == "certificate":
        return GiveUp(_untrusted(endpoint, last.detail))
    final = _final(last, endpoint, history, limits)
    if final is not None:
        return GiveUp(final)
    asked = retry_after(last.headers.get("retry-after"), now=now)
    after = _wait(len(history), asked, jitter)
    if len(history) >= limits.attempts or waited + after > limits.wait:
        times = f"{len(history)} {'request' if len(history) == 1 else 'requests'}"
        return GiveUp(_exhausted(last, endpoint, f"after {times} and {waited:.0f} s", asked, way))
    return Retry(after, describe(last), everyone=last.status in (429, 503))


def _wait(attempts: int, asked: float | None, jitter: float) -> float:
    """Seconds to wait: what the API asks for, and ever more when that did not help."""
    backoff = min(20.0, 0.25 * float(2**attempts)) * (0.75 + jitter / 2)
    if asked is None:
        return backoff
    return asked if attempts == 1 else max(asked, backoff)


def retry_after(text: str | None, *, now: datetime | None = None) -> float | None:
    """Read a Retry-After header: whole or broken seconds, an HTTP date, or nothing of use.

    Returns:
        Seconds from now, at least 0; None when the header says nothing.

    Example:
        >>> retry_after("3"), retry_after("soon")
        (3.0, None)
    """
    if not text or len(text) > 64:
        return None
    words = text.strip()
    if words.isascii() and words.replace(".", "", 1).isdigit():
        return float(words)
    try:
        moment = parsedate_to_datetime(words)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def describe(outcome: Outcome) -> str:
    """Say in a few words what was wrong."""
    if outcome.status == 429:
        return "the account's rate limit"
    if outcome.kind == "answer":
        return f"status {outcome.status}"
    return outcome.detail or outcome.kind


def reasons(body: bytes) -> tuple[str, ...]:
    """The API's own sentences about an error, possibly none; a few, however many it sends."""
    if len(body) > MOST_SAID:
        return ()
    try:
        data = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()
    if not isinstance(data, dict):
        return ()
    errors = data.get("errors")
    found: list[object] = [data.get("message"), data.get("error")]
    for one in errors if isinstance(errors, list) else []:
        if isinstance(one, dict):
            found += [one.get("detail") or one.get("title")]
    said = (text[:300] for text in found if isinstance(text, str) and text)
    return tuple(islice(said, MOST_REASONS))


def _final(
    last: Outcome, endpoint: str, history: Sequence[Outcome], limits: Limits
) -> ApiError | None:
    """The error for an outcome that asking again cannot mend."""
    status = last.status
    if last.kind != "answer" or status is None:
        return None
    if 300 <= status < 400:
        return RedirectRefused(
            f"{endpoint} answered with a redirect ({status}), which is not followed: "
            "the token stays with its host.",
            endpoint=endpoint,
            status=status,
            hint=f"Copy the account's URL again from Settings > Developer. {LOGIN_HINT}",
        )
    if status in (401, 402, 403):
        times = sum(one.status == 403 for one in history)
        return None if 0 < times < limits.forbidden else _refused(endpoint, status, last.body)
    if status in (404, 405, 410):
        return _absent(endpoint, status)
    if 400 <= status < 500 and status not in (408, 425, 429):
        return _rejected(endpoint, status, reasons(last.body))
    return None


def _untrusted(endpoint: str, detail: str) -> ApiError:
    return ConnectionFailed(
        f"{endpoint}: the server's certificate is not trusted ({detail}).",
        endpoint=endpoint,
        hint="Check the account's URL and this machine's clock. Where the network inspects "
        "traffic, set ACTOOLKIT_CA_BUNDLE to the file of its certificates.",
    )


def _refused(endpoint: str, status: int, body: bytes) -> ApiError:
    if status == 402:
        said = _quoted(reasons(body))
        return AuthenticationError(
            f"{endpoint} answered 402: the account is unpaid or its plan has ended{said}",
            endpoint=endpoint,
            status=status,
            hint="Ask the account's owner to look at its billing, then run it again.",
        )
    return AuthenticationError(
        f"{endpoint} answered {status}: the token is wrong, or its user may not see this.",
        endpoint=endpoint,
        status=status,
        hint="Copy the token again from Settings > Developer, and check the user's group.",
    )


def _quoted(said: Sequence[str]) -> str:
    """What the API says, behind a colon; in any case the end of a sentence."""
    text = "; ".join(one.strip() for one in said)
    return (f": {text}" if text else "") + ("" if text.endswith((".", "!", "?")) else ".")


def _rejected(endpoint: str, status: int, said: Sequence[str]) -> ApiError:
    return RequestRejected(
        f"{endpoint} rejected the request ({status}){_quoted(said)}",
        endpoint=endpoint,
        status=status,
        reasons=said,
        hint="Check the filters of this call."
        if status in _OF_FILTERS
        else "Check the account's URL; if it is right, run it again later.",
    )


def _absent(endpoint: str, status: int) -> ApiError:
    if endpoint.startswith(_KINDS) or any(character.isdigit() for character in endpoint):
        return NotFound(
            f"{endpoint} does not exist in this account.",
            endpoint=endpoint,
            status=status,
            hint="Check the id.",
        )
    return NotAvailable(
        f"{endpoint} does not exist on this account ({status}).",
        endpoint=endpoint,
        status=status,
        hint="The vendor may have withdrawn it; go on without it.",
    )


def _exhausted(last: Outcome, endpoint: str, tried: str, asked: float | None, way: str) -> ApiError:
    status = last.status
    if last.kind == "answer" and status in (429, 503):
        wait = f" It asks to wait {asked:.0f} s." if asked else ""
        return RateLimited(
            f"{endpoint} still answers {status} {tried}.{wait}",
            endpoint=endpoint,
            status=status,
            hint=SHARED_HINT if status == 429 else BUSY_HINT,
        )
    if last.kind == "answer" and status is not None and status >= 500:
        return ServerError(
            f"{endpoint} still answers {status} {tried}.",
            endpoint=endpoint,
            status=status,
            hint=MINUTES_HINT,
        )
    if last.kind in ("answer", "malformed", "oversize"):
        is_page = last.body.lstrip()[:1] == b"<"
        login = f" {LOGIN_HINT}" if is_page else ""
        return MalformedResponse(
            f"{endpoint}: {describe(last)}, {tried}.",
            endpoint=endpoint,
            status=status,
            hint=f"Check the account's URL; if it is right, run it again later.{login}",
        )
    return ConnectionFailed(
        f"{endpoint}: {describe(last)}, {tried}.",
        endpoint=endpoint,
        status=status,
        hint=way or "Check the network and the account's URL, then run it again.",
    )
