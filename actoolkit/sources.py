"""Where an account's URL and token come from: always both from one place."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from actoolkit import keychain
from actoolkit.errors import CredentialsMissing, InvalidArgument
from actoolkit.secret import Token

URL_VARIABLE = "ACTIVECAMPAIGN_URL"
TOKEN_VARIABLE = "ACTIVECAMPAIGN_API_TOKEN"  # noqa: S105 - the name of a variable, not a token
PROFILE_VARIABLE = "ACTOOLKIT_PROFILE"
_FIND = "Copy it from ActiveCampaign: Settings > Developer > API Access"
FIND_URL = f"{_FIND} (https://<account>.api-us1.com)."

_PROFILE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Found:
    """A URL and the token that belongs to it.

    Args:
        url: As the user wrote it.
        token: Hidden.
        place: Where both were found, in words.
    """

    url: str
    token: Token
    place: str


def chosen_profile(profile: str | None) -> str | None:
    """Give the profile to use: the argument, or else the environment's, or None.

    Args:
        profile: As the caller gave it.

    Raises:
        InvalidArgument: It cannot be the name of one.
    """
    name = profile if profile is not None else os.environ.get(PROFILE_VARIABLE) or None
    if name is not None and not (isinstance(name, str) and _PROFILE.fullmatch(name)):
        raise InvalidArgument(
            f"profile={name!r} is not the name of a profile.",
            hint="Letters, digits, - and _, such as acme-eu.",
        )
    return name


def variables(profile: str | None) -> tuple[str, str]:
    """Give the names of the variables that hold a profile's URL and token.

    Args:
        profile: Name, or None for the account without one.

    Example:
        >>> variables("acme-eu")
        ('ACTIVECAMPAIGN_URL_ACME_EU', 'ACTIVECAMPAIGN_API_TOKEN_ACME_EU')
    """
    suffix = "" if profile is None else "_" + profile.upper().replace("-", "_")
    return URL_VARIABLE + suffix, TOKEN_VARIABLE + suffix


def find(profile: str | None, dotenv: str | os.PathLike[str] | None) -> Found:
    """Look for an account in the environment, the keyring and the ``.env`` file, in this order.

    The first place that has a URL or a token has to have both.

    Args:
        profile: From `chosen_profile`. A profile never falls back on the account without one.
        dotenv: File to read; None reads none.

    Raises:
        CredentialsMissing: There is none, or half of one, or others can read the file.
    """
    names = variables(profile)
    found = _whole(_hidden(os.environ, names), names, "The environment")
    if found is None and (kept := keychain.read(profile)) is not None:
        return Found(*kept, place="the keyring")
    if found is None and dotenv is not None:
        found = _whole(_of_file(Path(dotenv), names), names, str(dotenv))
    if found is None:
        which = "" if profile is None else f" of the profile {profile!r}"
        others = _others(names)
        raise CredentialsMissing(
            f"No account{which}: {names[0]} and {names[1]} are not set"
            + (f"; there are profiles: {', '.join(others)}." if others else "."),
            hint="Set both, or put them in a .env file. Copy them from ActiveCampaign: "
            "Settings > Developer > API Access. "
            "Or try it without an account: actoolkit report --sandbox",
        )
    return found


def _hidden(values: Mapping[str, str | None], names: tuple[str, str]) -> tuple[str, Token | None]:
    """URL and token of one place. It never fails: this frame still holds the text of the token."""
    url, token = (values.get(name) or "" for name in names)
    return url, Token(token) if token else None


def _of_file(path: Path, names: tuple[str, str]) -> tuple[str, Token | None]:
    """URL and token of a file, which has to be the user's own and closed to others."""
    problem = ""
    given: tuple[str, Token | None] = ("", None)
    try:
        if path.is_file():
            given = _hidden(dotenv_values(path, interpolate=False), names)
            if any(given):
                _check_private(path)
    except UnicodeDecodeError:
        problem = "it is not UTF-8"
    except OSError as error:
        problem = error.strerror or type(error).__name__
    # Outside of the handler: the error of a text that is not UTF-8 holds the file.
    if problem:
        raise CredentialsMissing(
            f"{path} cannot be read: {problem}.",
            hint=f"Write it as text, readable by you: chmod 600 {path}",
        )
    return given


def _whole(given: tuple[str, Token | None], names: tuple[str, str], place: str) -> Found | None:
    """Both, or None where there is neither."""
    url, token = given
    if url and token is not None:
        return Found(url, token, place)
    if not url and token is None:
        return None
    lacking = names[1] if url else names[0]
    raise CredentialsMissing(
        f"{place} has only one of {names[0]} and {names[1]}: {lacking} is missing.",
        hint=f"Set {lacking} in the same place. {_FIND + '.' if url else FIND_URL}",
    )


def _others(names: tuple[str, str]) -> list[str]:
    """Profiles that the environment does have."""
    begin = f"{URL_VARIABLE}_"
    return sorted(
        one.removeprefix(begin).lower().replace("_", "-")
        for one in os.environ
        if one.startswith(begin) and one not in names
    )


def _check_private(path: Path) -> None:
    """Refuse a file with a token that others can read, or have written."""
    if os.name != "posix":
        return
    facts = path.stat()
    if facts.st_uid != os.getuid():
        raise CredentialsMissing(
            f"{path} belongs to another user.", hint="Use a file of your own, readable by you only."
        )
    if facts.st_mode & 0o077:
        raise CredentialsMissing(
            f"{path} holds a token and others can read it.", hint=f"Run: chmod 600 {path}"
        )
