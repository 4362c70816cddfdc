"""Names that people gave to campaigns and lists, made fit to be drawn.

A name may hold markup, control characters, marks that reverse the reading direction, an e-mail
address or ten thousand letters. Escaping is the page's business; what is done here keeps a name
readable, short, private and inside its place.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import count

from actoolkit.addresses import ADDRESS, find_address

LONGEST = 60
"""Characters of a name that are drawn; the rest becomes an ellipsis."""

_STACKED_MARKS = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{2})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)
_NO_KEY = "__proto__"
"""Vega keeps what it draws in plain objects by name: under this one it finds something else, and a
chart stops following its controls."""

_ISOLATE, _POP = "\u2068", "\u2069"

TYPES: Mapping[str, str] = {
    "single": "One-off",
    "recurring": "Recurring",
    "split": "Split test",
    "responder": "Autoresponder",
    "reminder": "Date-based",
    "special": "Special",
    "activerss": "RSS",
    "text": "Text only",
}
"""What people call the API's campaign types."""


def called(column: str, value: str) -> str:
    """Give what people call a value of a column: types of campaigns have names of their own.

    Args:
        column: Name of the column.
        value: As the account has it.

    Example:
        >>> called("type", "responder"), called("type", "new kind"), called("name", "single")
        ('Autoresponder', 'new kind', 'single')
    """
    return TYPES.get(value, value) if column == "type" else value


def display_name(name: str | None, *, longest: int = LONGEST, missing: str = "(no name)") -> str:
    """Make a name fit to be drawn.

    Control and direction marks go, white space collapses, e-mail addresses are masked (a name
    that holds one in some coding as a whole), long names end in an ellipsis, and right-to-left
    text is isolated from what stands beside it.

    Args:
        name: As the account has it.
        longest: Characters to keep.
        missing: What stands for no name.

    Example:
        >>> display_name("Hello bob@example.com"), display_name("x" * 99, longest=4)
        ('Hello [address]', 'xxx…')
    """
    known = name if isinstance(name, str) else ""  # pandas has NaN for a missing one
    text = unicodedata.normalize("NFC", known[: longest * 20])
    text = "".join(c if _drawable(c) else " " if c in "\t\n\r\v\f" else "" for c in text)
    text = ADDRESS.sub("[address]", _STACKED_MARKS.sub(r"\1", " ".join(text.split())))
    if not text:
        return missing
    text = _cut(text, longest)
    if find_address(text):  # one in some coding, which the last look at a page would refuse
        return "[address]"
    if any(unicodedata.bidirectional(c) in ("R", "AL", "AN") for c in text):
        return f"{_ISOLATE}{text}{_POP}"
    return f"{text}\N{NO-BREAK SPACE}" if text == _NO_KEY else text


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _drawable(char: str) -> bool:
    return char == "\u200d" or unicodedata.category(char) not in (
        "Cc",
        "Cf",
        "Cs",
        "Co",
        "Cn",
        "Zl",
        "Zp",
    )


def distinct(names: Sequence[str], hints: Iterable[str], *, longest: int = LONGEST) -> list[str]:
    """Tell equal names apart, so that no two rows of a chart become one.

    Args:
        names: Names fit to be drawn.
        hints: For each name what to add where it is not alone, such as a date.
        longest: Characters to keep of a name that gets a hint.

    Example:
        >>> distinct(["News", "News", "Sale"], ["3 May", "3 May", "9 May"])
        ['News · 3 May', 'News · 3 May (2)', 'Sale']
    """
    times = Counter(names)
    taken: dict[str, None] = {}
    for name, hint in zip(names, hints, strict=True):
        wanted = name if times[name] == 1 or not hint else f"{_cut(name, longest)} · {hint}"
        label = next(
            text for n in count(1) if (text := wanted if n == 1 else f"{wanted} ({n})") not in taken
        )
        taken[label] = None
    return list(taken)
