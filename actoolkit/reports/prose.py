"""Markdown of a notebook as HTML: raw HTML stays text, images are inside or not at all."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it.token import Token

IMAGE_TYPES = {
    "image/png": b"\x89PNG",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
}
"""Pictures that are taken over, and how their bytes begin."""

_SAFE_LINK = re.compile(r"(?:https?://|#)", re.IGNORECASE)


def prose(
    text: str,
    *,
    attachments: Mapping[str, Mapping[str, str]],
    anchor: Callable[[str], str],
    titled: bool,
) -> tuple[Markup, str]:
    """Render Markdown.

    Args:
        text: Markdown.
        attachments: Pictures of the cell, by name and type.
        anchor: Gives the id of a heading of the second level, or "" for none.
        titled: Whether the first heading of the first level is taken out, as a title.

    Returns:
        The HTML, and the heading taken out or "".
    """
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    tokens = reader.parse(text)
    title = _title(tokens) if titled else ""
    for place, token in enumerate(tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = {"h1": "h2"}.get(token.tag, token.tag)
            if token.type == "heading_open" and token.tag == "h2":
                name = anchor(_words(tokens[place + 1]))
                token.attrs = {"id": name} if name else {}
        for child in token.children or ():
            _fence_in(child, attachments)
    html = reader.renderer.render(tokens, reader.options, {})
    return Markup(html), title  # noqa: S704 - raw HTML is off, links and images are checked


def _title(tokens: list[Token]) -> str:
    """Take the first heading of the first level out."""
    for place, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h1":
            words = _words(tokens[place + 1])
            del tokens[place : place + 3]
            return words
    return ""


def _words(token: Token) -> str:
    kinds = ("text", "code_inline")
    return " ".join("".join(c.content for c in token.children or () if c.type in kinds).split())


def _fence_in(token: Token, attachments: Mapping[str, Mapping[str, str]]) -> None:
    if token.type == "link_open":
        if _SAFE_LINK.match(str(token.attrs.get("href", ""))):
            token.attrSet("rel", "noopener noreferrer")
        else:
            token.attrs = {}
    elif token.type == "image":
        source = str(token.attrs.get("src", ""))
        name = source.removeprefix("attachment:")
        bundle = attachments.get(name, {}) if name != source else _from_data(source)
        inside = image_source(bundle)
        if inside:
            token.attrs = {"src": inside, "alt": ""}
        else:
            token.type, token.tag = "text", ""
            token.content = f"[picture not taken over: {token.content or 'without words'}]"


def _from_data(source: str) -> Mapping[str, str]:
    found = re.fullmatch(r"data:(image/[a-z+]+);base64,(\S+)", source)
    return {found[1]: found[2]} if found else {}


def image_source(bundle: Mapping[str, Any]) -> str:
    """Give the ``data:`` address of the first picture that is what it says, or "".

    Args:
        bundle: Content by type, as notebooks keep it; SVG as text, others in base 64.

    Example:
        >>> image_source({"image/png": "PHNjcmlwdD4="}), image_source({"image/gif": "R0lGODlh"})
        ('', 'data:image/gif;base64,R0lGODlh')
    """
    for kind, start in IMAGE_TYPES.items():
        text = "".join(joined(bundle.get(kind)).split())
        try:
            data = base64.b64decode(text, validate=True)
        except ValueError:
            continue
        if data.startswith(start):
            return f"data:{kind};base64,{base64.b64encode(data).decode()}"
    drawing = joined(bundle.get("image/svg+xml"))
    if "<svg" in drawing:
        # As a picture it runs no script and fetches nothing: the browser's rule for images.
        data = drawing.encode(errors="replace")
        return f"data:image/svg+xml;base64,{base64.b64encode(data).decode()}"
    return ""


def joined(content: Any) -> str:
    """Give a text that a notebook keeps whole or in lines.

    Args:
        content: A text, a list of texts, or anything else, which is no text.
    """
    if isinstance(content, list):
        return "".join(line for line in content if isinstance(line, str))
    return content if isinstance(content, str) else ""
