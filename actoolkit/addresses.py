"""Is there an e-mail address in a text, however coded? Asked of names and of finished pages."""

from __future__ import annotations

import base64
import binascii
import html
import quopri
import re
from collections.abc import Iterator
from urllib.parse import unquote

import polars as pl

ADDRESS = re.compile(
    r"[^\s@<>()\[\]\",;:]+[@\uff20\ufe6b][^\s@<>()\[\]\",;:]+\.[^\s@<>()\[\]\",;:.]{2,}"
)
"""Whatever looks like an e-mail address."""

DEPTH = 3
"""Codings within codings that are looked through."""
LOCAL, DOMAIN = 64, 255
"""Longest parts that an address has."""
SHORTEST = 8
"""Letters of base 64 that may hold an address."""

_AT_ONCE = 10_000
"""Texts that are searched together."""
_SUSPECT = r"%[0-9A-Fa-f]{2}|&#|&[a-z]{3,};|\\|=40|[A-Za-z0-9+/_-]{8,}"
_APART = "\n \n"
_ESCAPE = re.compile(r"\\+(?:u\{0*([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
_CSS_ESCAPE = re.compile(r"\\0{0,4}40 ?")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}")
_SEPARATOR = re.compile("[/_-]")
_AT = re.compile("[@\uff20\ufe6b]")


def find_address(page: str) -> str | None:
    """Find an e-mail address in a text.

    Looks at the text as it is, and behind HTML entities, percent signs, JSON's, JavaScript's and
    CSS's backslashes, quoted-printable and base 64, one within another too.

    Args:
        page: The text: a name, or a page, or what of it is to be searched.

    Returns:
        The first address found, or None.

    Example:
        >>> find_address("mailto:ada%40shop.example"), find_address("ada at shop.example")
        ('ada@shop.example', None)
    """
    seen: set[str] = set()
    waiting = [page]
    for _ in range(DEPTH + 1):
        following: list[str] = []
        for text in waiting:
            found = _address(text)
            if found:
                return found
            following += [one for one in _decoded(text) if one not in seen]
            seen.update(following)
        waiting = following
    return None


def coded(texts: pl.Series) -> list[str]:
    """Give the texts that hold an address behind a coding.

    Args:
        texts: Any; nulls hold none.

    Example:
        >>> coded(pl.Series(["a%20page", "to=ada%40shop.example", None]))
        ['to=ada%40shop.example']
    """
    suspects = texts.filter(texts.str.contains(_SUSPECT)).unique(maintain_order=True).to_list()
    found: list[str] = []
    for start in range(0, len(suspects), _AT_ONCE):
        part = suspects[start : start + _AT_ONCE]
        if find_address(_APART.join(part)):
            found += [text for text in part if find_address(text)]
    return found


def _address(text: str) -> str | None:
    """The first address that stands in a text as it is."""
    # Around each sign only: a pattern over the whole text takes ever longer in long words.
    for sign in _AT.finditer(text):
        place = sign.start()
        around = text[max(0, place - LOCAL) : place + DOMAIN]
        if found := ADDRESS.search(around):
            return found.group()
    return None


def _decoded(text: str) -> Iterator[str]:
    """A text without one coding, for each coding that it has."""
    for plain in (
        html.unescape(text),
        unquote(text, errors="replace"),
        _CSS_ESCAPE.sub("@", _ESCAPE.sub(_character, text)),
    ):
        if plain != text:
            yield plain
    if "=40" in text:
        yield quopri.decodestring(text.encode(errors="replace")).decode(errors="replace")
    for run in _BASE64.findall(text):
        for part in {run, *_SEPARATOR.split(run)}:
            if len(part) >= SHORTEST and (inner := _from_base64(part)) is not None:
                yield inner


def _character(found: re.Match[str]) -> str:
    number = int(next(one for one in found.groups() if one is not None), 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else found.group()


def _from_base64(run: str) -> str | None:
    """The text behind a run of letters, or None where it is no text."""
    whole = run[: len(run) // 4 * 4] if len(run) % 4 == 1 else run + "=" * (-len(run) % 4)
    try:
        text = base64.b64decode(whole, altchars=b"-_" if {"-", "_"} & set(run) else None).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return text if "".join(text.split()).isprintable() else None
