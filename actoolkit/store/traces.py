"""How an address may be written: as it is, escaped in links, JSON and markup, or in base 64."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from html.entities import html5

_BEFORE = (
    r"""^'*|[^\w.+'-]'*|\.\.|[%=](?:25)*[0-9a-fA-F]{2}"""
    r"""|\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[nrtbf])"""
)
_AFTER = r"$|[^\w.-]|[.-](?:$|\W)"
_ROOM = 2
"""Letters at either end of a piece of base 64 that hold other bytes too."""


def pattern(address: str, spellings: Iterable[str] = ()) -> str:
    """Give a regular expression for every way to write an address, for polars.

    Upper and lower case are the same. An address of which this one is a part, such as
    ``ada@shop.example`` for ``a@shop.example``, is another one.

    Args:
        address: In lower case.
        spellings: As it was written where it is known: base 64 tells capitals apart.

    Example:
        >>> bool(re.search(pattern("a@b.example"), "https://x/?who=A%40b.example&y"))
        True
        >>> bool(re.search(pattern("a@b.example"), "ada@b.example"))
        False
    """
    return rf"(?:{_BEFORE})(?i:{_escaped(address)})(?:{_AFTER})|{_packed(address, spellings)}"


def blank(text: str, address: str) -> str:
    """Give a text with "removed" wherever the address stands.

    Args:
        text: Any.
        address: In lower case.
    """
    escaped = re.compile(rf"({_BEFORE})(?i:{_escaped(address)})(?={_AFTER})")
    plain = escaped.sub(lambda found: f"{found[1]}removed", text)
    return re.sub(_packed(address, ()), "removed", plain)


def _escaped(address: str) -> str:
    """Each character as it is, or as percent signs, backslashes, entities or =40 write it."""
    parts = []
    for one in address:
        ways = [re.escape(one)]
        for case in {one, one.upper()}:
            ways.append("".join(f"[%=](?:25)*{byte:02x}" for byte in case.encode()))
            if len(case) == 1 and ord(case) < 0x10000:
                ways.append(rf"\\+(?:u{ord(case):04x}|u\{{0*{ord(case):x}\}}|x{ord(case):02x})")
                ways.append(f"&#0*{ord(case)};?|&#x0*{ord(case):x};?")
        ways += [f"&{name}" for name, sign in html5.items() if sign == one and name[-1] == ";"]
        if one == "@":
            ways += ["\uff20", "\ufe6b"]
        parts.append(f"(?:{'|'.join(dict.fromkeys(ways))})")
    return "".join(parts)


def _packed(address: str, spellings: Iterable[str]) -> str:
    """What base 64 makes of it, at each of the three places that it can begin."""
    found = set()
    for text in {address, address.upper(), *spellings}:
        raw = text.encode()
        for shift in range(3):
            coded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
            core = coded[_ROOM * bool(shift) + (shift == 2) :]
            core = core[:-1] if (shift + len(raw)) % 3 else core
            found |= {re.escape(core), re.escape(core.translate(str.maketrans("+/", "-_")))}
    return "|".join(sorted(found))
