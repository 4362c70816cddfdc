"""The API token, which shows itself to nobody."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import NoReturn

from actoolkit.errors import InvalidToken

_FIND_TOKEN = "Copy it from ActiveCampaign: Settings > Developer > API Access."  # noqa: S105


class Token:
    """An API token that shows itself to nobody.

    ``repr``, ``str``, ``format``, ``vars`` and pickling reveal nothing; `reveal` is called in one
    place, where the header is set.

    Example:
        >>> Token("test-abc")
        Token(hidden)
    """

    __slots__ = ("_reveal",)

    def __init__(self, value: str) -> None:
        # Until the check below nothing may fail: no frame of an error may still hold the text.
        text = value.strip() if isinstance(value, str) else ""
        self._reveal: Callable[[], str] = lambda: text

    def check(self) -> None:
        """Refuse what cannot be a token.

        Raises:
            InvalidToken: It is empty, or has characters that no token has.
        """
        if not _is_token(self):
            raise InvalidToken(
                "The API token is empty or has characters that no token has.",
                hint=f"{_FIND_TOKEN} It is letters and digits, without blanks, quotes or https://.",
            )

    def reveal(self) -> str:
        """Give the text of the token."""
        return self._reveal()

    def __repr__(self) -> str:
        return "Token(hidden)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Token) and hmac.compare_digest(self.reveal(), other.reveal())

    def __hash__(self) -> int:
        return hash(("Token", self.reveal()))

    def __reduce__(self) -> NoReturn:
        raise InvalidToken(
            "A token cannot be pickled.",
            hint="Pass the account's settings and read the token again.",
        )


def _is_token(token: Token) -> bool:
    text = token.reveal()
    plain = text.isascii() and text.isprintable() and not any(one in text for one in " \"'`")
    return plain and "://" not in text and any(one.isalnum() for one in text)
