"""When an answer counts: whole, strict JSON, an object, with its envelope and keyed rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec

from actoolkit.api.operation import Endpoint
from actoolkit.api.retry import reasons

Check = Callable[[Mapping[str, object]], str]
"""Says what is wrong with a parsed answer; "" when nothing is."""

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Body:
    """One verified answer.

    Args:
        json: The parsed object.
        raw: Its bytes, decoded.
        headers: Lower-case names.
        status: HTTP status.
    """

    json: Mapping[str, object] = field(repr=False)
    raw: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    status: int = 200


def parse(raw: bytes, check: Check | None = None) -> tuple[Mapping[str, object], str]:
    """Parse an answer strictly.

    A truncated body, NaN, invalid UTF-8, a second document or nesting without end is not JSON; a
    byte order mark is let pass.

    Args:
        raw: The whole decoded body.
        check: Says what is wrong with the parsed object.

    Returns:
        The object, and what is wrong with it ("" when nothing is).

    Example:
        >>> parse(b'{"lists": []}'), parse(b"<html>")
        (({'lists': []}, ''), ({}, 'the answer is not JSON'))
    """
    if not raw.strip():
        return {}, "the answer is empty"
    try:
        data = msgspec.json.decode(raw.removeprefix(_BOM))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}, "the answer is not JSON"
    if not isinstance(data, dict):
        return {}, "the answer is not an object"
    if data.get("errors"):
        return {}, "; ".join(("the answer reports errors", *reasons(raw)))
    return data, check(data) if check else ""


def envelope_of(endpoint: Endpoint) -> Check:
    """The check of an endpoint's answers: the envelope is there and every row has its key.

    Args:
        endpoint: Of the catalogue.
    """

    def check(data: Mapping[str, object]) -> str:
        if endpoint.envelope is None:
            return ""
        rows = data.get(endpoint.envelope)
        if endpoint.paging == "single" and isinstance(rows, dict):
            return ""
        if not isinstance(rows, list):
            return f"the answer lacks {endpoint.envelope!r}"
        if endpoint.key is not None and not all(_keyed(row, endpoint.key) for row in rows):
            return f"a row of {endpoint.envelope!r} has no {endpoint.key!r}"
        return ""

    return check


def _keyed(row: object, key: str) -> bool:
    return isinstance(row, dict) and isinstance(row.get(key), str | int) and row[key] != ""
