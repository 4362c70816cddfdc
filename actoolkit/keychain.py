"""Accounts in the keyring of the system; needs the ``keyring`` extra, and does without it.

An entry holds URL and token together, so that neither ever pairs with another's.
"""

from __future__ import annotations

import importlib.util
import json
from typing import Any

from actoolkit.errors import CredentialsMissing, MissingExtra, SettingsError
from actoolkit.secret import Token

SERVICE = "actoolkit"
DEFAULT = "(no profile)"
"""Name of the entry of the account without a profile: no profile can have it."""


def entry(profile: str | None) -> str:
    """Give the name under which a profile is kept: one name, as its variables have one.

    Args:
        profile: Name, or None.

    Example:
        >>> entry("ACME_EU"), entry(None)
        ('acme-eu', '(no profile)')
    """
    return DEFAULT if profile is None else profile.lower().replace("_", "-")


def read(profile: str | None) -> tuple[str, Token] | None:
    """Give the URL and token that the keyring has under a profile.

    Args:
        profile: Name, or None.

    Returns:
        None where there is no such entry, no keyring, or no ``keyring`` extra.

    Raises:
        CredentialsMissing: The keyring did not open, or the entry is not ours.
    """
    if importlib.util.find_spec("keyring") is None:
        return None
    name = entry(profile)
    kept, problem = _read(name)
    if problem:
        raise CredentialsMissing(
            f"The keyring did not open: {problem}.",
            hint="Unlock it, or set ACTIVECAMPAIGN_URL and ACTIVECAMPAIGN_API_TOKEN.",
        )
    if kept is None:
        return None
    url, token = kept
    if not url or token is None:
        chosen = "" if profile is None else f" --profile {profile}"
        raise CredentialsMissing(
            f"The keyring's entry {name!r} of {SERVICE!r} is not an account.",
            hint=f"Write it anew: actoolkit{chosen} account remember URL",
        )
    return url, token


def remember(profile: str | None, url: str, token: Token) -> None:
    """Keep an account in the keyring.

    Args:
        profile: Name, or None.
        url: Its URL.
        token: Its token.

    Raises:
        MissingExtra: The ``keyring`` extra is not installed.
        SettingsError: There is no keyring, it keeps passwords in plain text, or did not open.
    """
    backend = _backend()
    problem = ""
    try:
        backend.set_password(
            SERVICE, entry(profile), json.dumps({"url": url, "token": token.reveal()})
        )
    except _errors() as error:
        problem = type(error).__name__
    # Outside of the handler: the frames of the keyring hold the token.
    if problem:
        raise SettingsError(
            f"The keyring did not take it: {problem}.", hint="Unlock it, and run it again."
        )


def forget(profile: str | None) -> bool:
    """Remove an account from the keyring; say whether it was there.

    Args:
        profile: Name, or None.

    Raises:
        MissingExtra: The ``keyring`` extra is not installed.
        SettingsError: There is no keyring, or it did not open.
    """
    backend = _backend()
    problem = ""
    try:
        if backend.get_password(SERVICE, entry(profile)) is None:
            return False
        backend.delete_password(SERVICE, entry(profile))
    except _errors() as error:
        problem = type(error).__name__
    if problem:
        raise SettingsError(f"The keyring did not open: {problem}.", hint="Unlock it.")
    return True


def _read(name: str) -> tuple[tuple[str, Token | None] | None, str]:
    """What an entry holds, and what went wrong; the token hidden before anything can fail."""
    import keyring
    from keyring.errors import NoKeyringError

    text: str | None = None
    try:
        text = keyring.get_password(SERVICE, name)
    except NoKeyringError:
        return None, ""
    except _errors() as error:
        return None, type(error).__name__
    if text is None:
        return None, ""
    try:
        kept = json.loads(text)
    except ValueError:
        kept = None
    del text
    if not isinstance(kept, dict) or not all(isinstance(one, str) for one in kept.values()):
        return ("", None), ""
    token = Token(kept.pop("token")) if kept.get("token") else None
    return (str(kept.get("url", "")), token), ""


def _backend() -> Any:
    """The keyring of this system.

    Raises:
        MissingExtra, SettingsError: As `remember`.
    """
    try:
        import keyring
    except ModuleNotFoundError:
        raise MissingExtra("The keyring", "keyring") from None
    backend = keyring.get_keyring()
    home = type(backend).__module__
    if home.startswith(("keyring.backends.fail", "keyring.backends.null")):
        raise SettingsError(
            "This system has no keyring.", hint="Use the environment, or a .env file of mode 600."
        )
    if home.startswith("keyrings.alt"):
        raise SettingsError(
            f"{home} keeps passwords where others may read them.",
            hint="Use the keyring of your system, or a .env file of mode 600.",
        )
    return backend


def _errors() -> tuple[type[Exception], ...]:
    """What a keyring may raise."""
    from keyring.errors import KeyringError

    return KeyringError, OSError, RuntimeError
