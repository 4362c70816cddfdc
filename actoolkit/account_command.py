"""``actoolkit account remember | forget``: an account in the keyring of the system."""

from __future__ import annotations

import os
import sys
from getpass import getpass
from typing import Annotated

import typer

from actoolkit import keychain
from actoolkit.console import PlainCommand
from actoolkit.errors import InvalidArgument
from actoolkit.secret import Token
from actoolkit.sources import PROFILE_VARIABLE, chosen_profile

account_app = typer.Typer(
    help="Keep an account in the keyring of your system; needs the keyring extra.",
    no_args_is_help=True,
)


@account_app.command(
    "remember", cls=PlainCommand, short_help="Ask for the token and keep it with the URL."
)
def remember(
    url: Annotated[
        str,
        typer.Argument(metavar="URL", help="The account's address, from Settings > Developer."),
    ],
) -> None:
    """Ask for the token, without showing it, and keep both under the profile (--profile)."""
    from actoolkit.settings import Account, clean_url

    profile = chosen_profile(None)
    clean_url(url, Token("test-before-asking"))
    if not sys.stdin.isatty():
        raise InvalidArgument(
            "Nobody can be asked for the token here.", hint="Run it in a terminal."
        )
    account = Account(url=url, token=Token(getpass("API token (not shown): ")))
    keychain.remember(profile, account.url, account.token)
    chosen = "" if profile is None else f" --profile {profile}"
    typer.echo(f"Remembered {account.url}. Next: actoolkit{chosen} doctor")


@account_app.command("forget")
def forget() -> None:
    """Remove what is kept under the profile (--profile)."""
    profile = chosen_profile(None)
    there = keychain.forget(profile)
    typer.echo("Forgotten." if there else "The keyring had no such account.")


def use_profile(name: str | None) -> None:
    """Let everything that follows use a profile.

    Args:
        name: Of the profile; None leaves what the environment says.

    Raises:
        InvalidArgument: It cannot be the name of one.
    """
    if name is not None:
        os.environ[PROFILE_VARIABLE] = chosen_profile(name) or ""
