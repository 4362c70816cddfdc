"""Which account, with which token, remembered where: a value, passed explicitly."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Self

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from actoolkit.errors import InvalidArgument, InvalidToken, InvalidURL, SettingsError
from actoolkit.home import CACHE_VARIABLE, cache_home, expanded
from actoolkit.secret import Token
from actoolkit.sources import FIND_URL, chosen_profile, find

PROXY_VARIABLE = "ACTOOLKIT_PROXY"
BUNDLE_VARIABLE = "ACTOOLKIT_CA_BUNDLE"
RATE_LIMIT = 5.0
"""Requests per second that ActiveCampaign allows an account, for all of its tools together."""
IN_FLIGHT = 8
"""Requests on their way at once: five a second, at up to a second and a half each."""

_HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+"
)
_AROUND = ("'", '"', "`", "<", ">", *"\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb")
"""What mails and files of settings put around an address."""
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

FrameKind = Literal["polars", "pandas"]


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, init=False, repr=False)
class Account:
    """One ActiveCampaign account, as seen by one API token.

    Args:
        url: The address in Settings > Developer. A trailing slash or ``/api/3`` is tolerated.
        token: The API token of one of the account's users; hidden everywhere.
        cache_dir: Folder of the cache. Default: ``ACTOOLKIT_CACHE_DIR``, or the user's own.
        frame: What loaders return when not told: "polars" or "pandas".
        share: Share of the account's 5 requests/s to use, 0 < share <= 1; the rest is left for
            other tools.
        strict: Spread the requests evenly, so that no second ever holds a sixth one, wherever it
            begins: for accounts whose other tools break on a 429. It costs a tenth of the speed.
        in_flight: Requests that may be on their way at once, 1 to 8, all under the pace. What kills
            a load costs those that were: with 1 a single page, and an API that takes longer than
            0.2 s for an answer then slows the load down.
        rate: Requests per second. Only a loopback account (the sandbox, a stub) may raise it.
        minor_units: Decimals of currencies that have no hundredths, such as ``{"JPY": 0}``.
        identity: Names the cache folder of a loopback account whose port changes.
        proxy: ``http://host:port`` of a proxy to reach the account through, which sees neither
            token nor data. The environment's own (``HTTPS_PROXY``, ``.netrc``) are ignored;
            `from_env` reads ``ACTOOLKIT_PROXY``. A loopback account uses none.
        ca_bundle: File of the certificates (PEM) to trust instead of the usual ones, where the
            network inspects traffic. The environment's own (``SSL_CERT_FILE``,
            ``REQUESTS_CA_BUNDLE``) are ignored; `from_env` reads ``ACTOOLKIT_CA_BUNDLE``.
        clock: Gives the current moment (UTC). The sandbox passes its own.

    Raises:
        InvalidURL: The address is not https, or holds more than a host and ``/api/3``.
        InvalidToken: The token is empty, or a real token would travel unencrypted.
        InvalidArgument: ``share``, ``rate`` or ``in_flight`` out of range.
        SettingsError: ``cache_dir`` begins with ``~``, and the user has no home folder. Or
            ``ca_bundle`` holds no certificates.

    Example:
        >>> Account(url="https://you.api-us1.com/api/3/", token="abc")
        Account(url='https://you.api-us1.com', token=Token(hidden))
    """

    url: str
    token: Token
    cache_dir: Path | None = None
    frame: FrameKind = "polars"
    share: float = 1.0
    strict: bool = False
    in_flight: int = IN_FLIGHT
    rate: float = RATE_LIMIT
    minor_units: Mapping[str, int] = field(default_factory=dict, hash=False)
    identity: str | None = None
    proxy: str | None = None
    ca_bundle: Path | None = None
    clock: Callable[[], datetime] = field(default=_utc_now, repr=False, compare=False)

    def __init__(
        self,
        *,
        url: str,
        token: str | Token,
        cache_dir: str | os.PathLike[str] | None = None,
        frame: FrameKind = "polars",
        share: float = 1.0,
        strict: bool = False,
        in_flight: int = IN_FLIGHT,
        rate: float = RATE_LIMIT,
        minor_units: Mapping[str, int] | None = None,
        identity: str | None = None,
        proxy: str | None = None,
        ca_bundle: str | os.PathLike[str] | None = None,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        secret = token if isinstance(token, Token) else Token(token)
        del token
        secret.check()
        base = clean_url(url, secret)
        if frame not in ("polars", "pandas"):
            raise InvalidArgument(
                f"frame={frame!r} is not a kind of frame.", hint='Use "polars" or "pandas".'
            )
        if not 0 < share <= 1:
            raise InvalidArgument(
                f"share={share!r} is not in (0, 1].", hint="share=0.6 uses 3 of the 5 requests/s."
            )
        if not rate > 0 or (rate > RATE_LIMIT and not is_loopback(base)):
            raise InvalidArgument(
                f"rate={rate!r} is not between 0 and {RATE_LIMIT:g} requests/s.",
                hint="ActiveCampaign allows 5 requests/s; only a loopback account may go faster.",
            )
        if isinstance(in_flight, bool) or in_flight not in range(1, IN_FLIGHT + 1):
            raise InvalidArgument(
                f"in_flight={in_flight!r} is no number of requests.",
                hint=f"Use 1 to {IN_FLIGHT}; 1 sends one after the other.",
            )
        chosen = cache_dir if cache_dir is not None else os.environ.get(CACHE_VARIABLE)
        values = {
            "url": base,
            "token": secret,
            "cache_dir": expanded(chosen) if chosen else None,
            "frame": frame,
            "share": float(share),
            "strict": bool(strict),
            "in_flight": int(in_flight),
            "rate": float(rate),
            "minor_units": {code.upper(): int(n) for code, n in (minor_units or {}).items()},
            "identity": identity,
            "proxy": None if proxy is None else clean_proxy(proxy),
            "ca_bundle": None if ca_bundle is None else clean_bundle(ca_bundle),
            "clock": clock,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        return f"Account(url={getattr(self, 'url', '?')!r}, token=Token(hidden))"

    @classmethod
    def from_env(
        cls,
        *,
        profile: str | None = None,
        dotenv: str | os.PathLike[str] | None = ".env",
        **overrides: object,
    ) -> Self:
        """Describe the account by ``ACTIVECAMPAIGN_URL`` and ``ACTIVECAMPAIGN_API_TOKEN``.

        Both come from the environment, or both from the keyring (with the ``keyring`` extra), or
        both from the ``.env`` file: a token never pairs with a URL from another source.

        Args:
            profile: Which of several accounts: "acme" is ``ACTIVECAMPAIGN_URL_ACME`` and
                ``ACTIVECAMPAIGN_API_TOKEN_ACME``. Default: ``ACTOOLKIT_PROFILE``, or none.
            dotenv: File to read when neither environment nor keyring has them; None reads none.
            **overrides: Further arguments of `Account`.

        Raises:
            CredentialsMissing: One of the two is not set, the keyring did not open, or others can
                read the file.
            InvalidArgument: ``url`` or ``token`` is given: `Account` takes both. Or no name of a
                profile.
        """
        if "url" in overrides or "token" in overrides:
            overrides.clear()
            raise InvalidArgument(
                "from_env takes URL and token from one place, never one of them from elsewhere.",
                hint="Use Account(url=..., token=...).",
            )
        found = find(chosen_profile(profile), dotenv)
        ways = {
            "proxy": os.environ.get(PROXY_VARIABLE) or None,
            "ca_bundle": os.environ.get(BUNDLE_VARIABLE) or None,
        }
        given = {"url": found.url, "token": found.token, **ways, **overrides}
        return cls(**given)  # type: ignore[arg-type]

    @classmethod
    def chosen(cls, account: object) -> Account:
        """Take what was given as an account.

        Args:
            account: As the user gave it; None for `from_env`.

        Raises:
            InvalidArgument: It is something else, such as a sandbox that was not started.
            CredentialsMissing: None was given, and `from_env` finds none.
        """
        if account is None:
            return cls.from_env()
        if isinstance(account, Account):
            return account
        raise InvalidArgument(
            f"account= takes an Account, not {type(account).__name__}.",
            hint="A sandbox gives one: with actoolkit.sandbox_account() as account: ..., or "
            "account = actoolkit.sandbox_account().start(). Of your own: actoolkit.Account(...).",
        )

    @property
    def key(self) -> str:
        """Name of this account's cache folder: readable host and a digest of host and token."""
        host = self.identity or self.host
        digest = hmac.new(self.token.reveal().encode(), host.encode(), hashlib.sha256).hexdigest()[
            :12
        ]
        readable = re.sub(r"[^a-z0-9.-]+", "-", host.lower()).strip("-.") or "account"
        return f"{readable}-{digest}"

    @property
    def host(self) -> str:
        """Host and, when not the default one, port."""
        return self.url.split("://", 1)[1]

    @property
    def folder(self) -> Path:
        """Where everything of this account is remembered.

        Raises:
            SettingsError: No cache folder was chosen, and the user has no home folder.
        """
        return (self.cache_dir or cache_home()) / self.key

    @property
    def loopback(self) -> bool:
        """Whether the account is on this machine: the sandbox, or a stub."""
        return is_loopback(self.url)

    def now(self) -> datetime:
        """The current moment of this account's clock, UTC."""
        return self.clock()


def is_loopback(url: str) -> bool:
    """Whether a URL names this machine.

    Args:
        url: A URL with a scheme.
    """
    return parse_url(url).host in _LOOPBACK


def clean_proxy(url: str) -> str:
    """Check the address of a proxy.

    Args:
        url: As given by the user.

    Returns:
        Scheme, host and port, nothing else.

    Raises:
        InvalidURL: It is not one, or holds a user and password, which would be shown.
    """
    text = url.strip() if isinstance(url, str) else ""
    try:
        parts = parse_url(text) if text.isascii() and text.isprintable() else None
    except LocationParseError:
        parts = None
    written = f"Write it as http://proxy.example:3128, in {PROXY_VARIABLE} or as proxy=."
    if parts is not None and parts.auth:
        raise InvalidURL(
            "The proxy's address holds a user and password, which would be shown.",
            hint=f"{written} A proxy that asks for them needs another in between that adds them.",
        )
    if (
        parts is None
        or parts.scheme not in ("http", "https")
        or not parts.host
        or parts.query
        or parts.fragment
        or (parts.path or "/") != "/"
    ):
        raise InvalidURL("The proxy's address is not one.", hint=written)
    return f"{parts.scheme}://{parts.host}{f':{parts.port}' if parts.port else ''}"


def clean_bundle(path: str | os.PathLike[str]) -> Path:
    """Check that a file holds certificates.

    Args:
        path: As given by the user.

    Raises:
        SettingsError: It holds none, or cannot be read.
    """
    import ssl  # only those behind such a network need it

    found = expanded(path, BUNDLE_VARIABLE)
    try:
        ssl.create_default_context(cafile=found)
    except OSError as error:  # ssl's own among them
        reason = error.strerror or type(error).__name__
    else:
        return found
    raise SettingsError(
        f"{found} is no file of certificates: {reason}.",
        hint=f"{BUNDLE_VARIABLE} takes a file in PEM form; ask those who run the network.",
    )


def clean_url(url: str, token: Token) -> str:
    """Check an account's address with the parser that will send to it.

    Args:
        url: As pasted by the user.
        token: Decides whether plain http is allowed (only ``test-`` tokens, only on loopback).

    Returns:
        Scheme, host and port, nothing else.

    Raises:
        InvalidURL: The address is not one of an account.
        InvalidToken: A real token would travel unencrypted.
    """
    text = url.strip() if isinstance(url, str) else ""
    _check_characters(text)
    try:
        parts = parse_url(text)
    except LocationParseError:
        parts = None
    if parts is None or not parts.scheme or not parts.host or parts.auth:
        raise _no_address(text)
    if "?" in text or "#" in text:  # what stands there is often a token, and never shown
        raise InvalidURL(
            "The account's URL goes on after its host, with ? or #.",
            hint=f"Leave that away: a token belongs into its own setting. {FIND_URL}",
        )
    # The path as it was pasted: the parser has already resolved "..".
    path = text.partition("://")[2].partition("/")[2].rstrip("/")
    if path not in ("", "api", "api/3"):
        raise InvalidURL(f"{text!r} has a path that is not /api/3.", hint=FIND_URL)
    host, port = parts.host.lower(), f":{parts.port}" if parts.port else ""
    if host in _LOOPBACK and parts.scheme in ("http", "https"):
        if not token.reveal().startswith("test-"):
            raise InvalidToken(
                "A loopback account takes only a token that begins with 'test-', "
                "so that a real one is never sent to a stub.",
                hint="Use the sandbox's token, or the https address of your account.",
            )
        return f"{parts.scheme}://{host}{port}"
    if parts.scheme != "https":
        raise InvalidURL(
            f"{text!r} is not https: the token would travel unencrypted.",
            hint=f"Write https://{host}. {FIND_URL}",
        )
    if (
        not _HOST.fullmatch(host)
        or host.rsplit(".", 1)[-1].isdigit()
        or re.fullmatch(r"0x[0-9a-f.x]+", host)
    ):
        raise InvalidURL(f"{host!r} is not the host of an account.", hint=FIND_URL)
    return f"https://{host}{port}"


def _check_characters(text: str) -> None:
    if text[:1] in _AROUND or text[-1:] in _AROUND:
        raise InvalidURL(
            "The account's URL has quotes or brackets around it.",
            hint=f"Write it without them. {FIND_URL}",
        )
    if not text.isascii() or any(c.isspace() or c in "\\%@" or not c.isprintable() for c in text):
        raise InvalidURL(
            "The account's URL has characters that no account address has.", hint=FIND_URL
        )


def _no_address(text: str) -> InvalidURL:
    """Say what is wrong; what does not look like a host may be a token, and is not shown."""
    host = text.partition("/")[0]
    if "://" not in text and _HOST.fullmatch(host.lower()):
        return InvalidURL(
            f"{host!r} is not the address of an account. It begins with https://.",
            hint=f"Write https://{host}. {FIND_URL}",
        )
    return InvalidURL(
        "What is given as URL is not the address of an account. It begins with https://.",
        hint=f"Were URL and token exchanged? {FIND_URL}",
    )
