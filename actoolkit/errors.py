"""Every error that actoolkit raises on purpose.

```
ActoolkitError                   .hint: the next step
├── SettingsError                the account is not described well enough to talk to it
│   ├── CredentialsMissing       no URL or no token was found
│   ├── InvalidURL               the URL is not an account's address
│   └── InvalidToken             the token cannot be a token, or may not travel to this URL
├── InvalidArgument (ValueError) a value that the function, or the API, would not honour
├── ApiError                     .status, .endpoint
│   ├── AuthenticationError      401, 402, 403: token, payment or permission
│   ├── NotAvailable             the plan, the permission or the account lacks this resource
│   ├── NotFound                 404 for one object
│   ├── RequestRejected          400 or 422: .reasons as the API gave them
│   ├── RedirectRefused          3xx: the token stays with the configured host
│   ├── RateLimited              still 429/503 after the wait budget
│   ├── ServerError              still 5xx after the wait budget
│   ├── ConnectionFailed         no complete answer after the wait budget
│   └── MalformedResponse        an answer that is not the documented JSON
├── LoadError                    .endpoint
│   ├── IncompleteLoad           rows are missing, or the collection would not hold still
│   └── DecodeError              a row that cannot become a table row
├── StoreError
│   ├── StoreUnsafe              the cache folder may not hold customers' data
│   ├── StoreFull                no space or no permission to write
│   ├── StoreLocked              another process held a lock for longer than we wait
│   └── SnapshotMissing          nothing stored under this name
├── MetricError
│   └── MissingColumns           (also KeyError) the frame lacks columns the metric needs
├── ReportError                  a report cannot be written
├── ExportError                  a frame cannot be written to a file
├── SandboxError                 the synthetic account cannot do that
└── MissingExtra (ImportError)   an optional dependency is needed
```

A message says what happened and ends with the next step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

_MOST_NAMES = 30
_ALIKE = 0.7
"""How much of two names must agree before one is taken for a slip of the other."""


class ActoolkitError(Exception):
    """The root of every error raised on purpose.

    Attributes:
        message: What happened, without the hint.
        hint: What to do next; empty when there is nothing to do.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        super().__init__(f"{message} {hint}".strip())

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class SettingsError(ActoolkitError):
    """The account is not described well enough to talk to it."""


class CredentialsMissing(SettingsError):
    """No URL or no token was found."""


class InvalidURL(SettingsError):
    """The URL is not an account's address."""


class InvalidToken(SettingsError):
    """The token cannot be a token, or may not travel to this URL."""


class InvalidArgument(ActoolkitError, ValueError):
    """A value that the function, or the API, would not honour."""


class ApiError(ActoolkitError):
    """The API did not give what was asked for.

    Attributes:
        status: HTTP status, or None when there was no complete answer.
        endpoint: Path below ``/api/3``, such as ``/campaigns``.
    """

    def __init__(
        self, message: str, *, endpoint: str = "", status: int | None = None, hint: str = ""
    ) -> None:
        self.endpoint = endpoint
        self.status = status
        super().__init__(message, hint=hint)


class AuthenticationError(ApiError):
    """The token is wrong, its user may not see this (403), or the account is unpaid (402)."""


class NotAvailable(ApiError):
    """The plan, the permission or the account lacks this resource. Safe to catch and go on."""


class NotFound(ApiError):
    """404 for one object."""


class RequestRejected(ApiError):
    """400 or 422.

    Attributes:
        reasons: The API's own sentences, possibly empty.
    """

    def __init__(
        self,
        message: str,
        *,
        endpoint: str = "",
        status: int | None = None,
        hint: str = "",
        reasons: Sequence[str] = (),
    ) -> None:
        self.reasons = tuple(reasons)
        super().__init__(message, endpoint=endpoint, status=status, hint=hint)


class RedirectRefused(ApiError):
    """3xx: a redirect is never followed, so that the token stays with its host."""


class RateLimited(ApiError):
    """Still 429 (or 503) after the wait budget."""


class ServerError(ApiError):
    """Still 5xx after the wait budget."""


class ConnectionFailed(ApiError):
    """No complete answer after the wait budget."""


class MalformedResponse(ApiError):
    """An answer that is not the documented JSON."""


class LoadError(ActoolkitError):
    """A collection could not be loaded whole.

    Attributes:
        endpoint: Path below ``/api/3``.
    """

    def __init__(self, message: str, *, endpoint: str = "", hint: str = "") -> None:
        self.endpoint = endpoint
        super().__init__(message, hint=hint)


class IncompleteLoad(LoadError):
    """Rows are missing, or the collection would not hold still."""


class DecodeError(LoadError):
    """A row that cannot become a table row."""


class StoreError(ActoolkitError):
    """The cache folder cannot be used."""


class StoreUnsafe(StoreError):
    """The cache folder may not hold customers' data: owner, mode or symbolic link."""


class StoreFull(StoreError):
    """No space, or no permission to write."""


class StoreLocked(StoreError):
    """Another process held a lock for longer than we wait."""


class SnapshotMissing(StoreError):
    """Nothing is stored under this name."""


class MetricError(ActoolkitError):
    """A metric cannot be computed from these frames."""


class MissingColumns(MetricError, KeyError):
    """The frame lacks columns that the metric needs.

    Attributes:
        missing: Names that are not there.
    """

    def __init__(
        self,
        metric: str,
        missing: Iterable[str],
        available: Iterable[str],
        *,
        hints: Mapping[str, str] | None = None,
    ) -> None:
        self.missing = tuple(missing)
        there = [str(name) for name in available]
        steps = {name: step for name, step in (hints or {}).items() if name in self.missing}
        others = [name for name in self.missing if name not in steps]
        near = [one for name in others for one in get_close_matches(name, there, 2, _ALIKE)]
        told = list(dict.fromkeys(steps.values()))
        if near:
            told.append(f"Did you mean {' or '.join(dict.fromkeys(near))}?")
        more = f" and {len(there) - _MOST_NAMES:,} more" if len(there) > _MOST_NAMES else ""
        super().__init__(
            f"{metric} needs the columns {', '.join(self.missing)}; "
            f"this frame has {', '.join(there[:_MOST_NAMES]) or 'none'}{more}.",
            hint=" ".join(told)
            or "Pass the frame of the loader named in the metric's docstring; by= takes columns "
            "of that frame.",
        )


class ReportError(ActoolkitError):
    """A report cannot be written."""


class ExportError(ActoolkitError):
    """A frame cannot be written to a file."""


class SandboxError(ActoolkitError):
    """The synthetic account cannot do that."""


class MissingExtra(ActoolkitError, ImportError):
    """An optional dependency is needed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(
            f"{feature} needs the {extra!r} extra.",
            hint=f'In the folder of the project, run: python -m pip install ".[{extra}]"',
        )
