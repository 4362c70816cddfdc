"""When an answer counts: whole, strict JSON, an object, with its envelope and keyed rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from actoolkit.api.operation import Endpoint
from actoolkit.api.records import Record, Records, keys_of
from actoolkit.api.retry import reasons

Check = Callable[[Mapping[str, object]], str]
"""Says what is wrong with a parsed answer; "" when nothing is."""

MOST_PARTS = 1_000_000
"""Objects and lists of one answer; a page of a hundred rows has some hundreds."""
MOST_VALUES = 2_000_000
"""Commas of one answer, those within texts as well; a page of a hundred rows has some thousands."""
MOST_LEVELS = 100
"""Objects and lists within each other: what can be parsed can then be written, whoever calls."""

_BOM = b"\xef\xbb\xbf"
_UNMARKED = bytes(set(range(256)) - set(b'[]{}"'))
_ALIKE = bytes.maketrans(b"{}", b"[]")
_ESCAPED = re.compile(rb'\\[\\"]')
_TEXT = re.compile(rb'"[^"]*"')


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


def parse(
    raw: bytes, check: Check | None = None, records: Records | None = None
) -> tuple[Mapping[str, object], str]:
    """Parse an answer strictly.

    A truncated body, NaN, invalid UTF-8 or a second document is not JSON; a byte order mark is let
    pass. What would take many times its size in memory is not parsed, nor what nests without end.

    Args:
        raw: The whole decoded body.
        check: Says what is wrong with the parsed object.
        records: Parses rows of fields that are known; others are parsed as dicts.

    Returns:
        The object, and what is wrong with it ("" when nothing is).

    Example:
        >>> parse(b'{"lists": []}'), parse(b"<html>")
        (({'lists': []}, ''), ({}, 'the answer is not JSON'))
    """
    if problem := _unparsable(raw):
        return {}, problem
    if records is not None and (parsed := records.read(raw)) is not None:
        return parsed, check(parsed) if check else ""
    try:
        data = msgspec.json.decode(raw.removeprefix(_BOM))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}, "the answer is not JSON"
    if not isinstance(data, dict):
        return {}, "the answer is not an object"
    if data.get("errors"):
        return {}, "; ".join(("the answer reports errors", *reasons(raw)))
    problem = check(data) if check else ""
    if records is not None and not problem:
        records.learn(data)
    return data, problem


def _unparsable(raw: bytes) -> str:
    """What is wrong with an answer before it is parsed, "" for nothing."""
    if not raw or raw.isspace():
        return "the answer is empty"
    if len(raw) > MOST_PARTS:  # a page is far smaller, and need not be counted
        if raw.count(b"{") + raw.count(b"[") > MOST_PARTS:  # they take far more memory than bytes
            return f"the answer has more than {MOST_PARTS:,} objects and lists"
        if raw.count(b",") > MOST_VALUES:
            return f"the answer has more than {MOST_VALUES:,} values"
    if _nests(raw):
        return f"the answer has more than {MOST_LEVELS} levels"
    return ""


def _nests(raw: bytes) -> bool:
    """Whether there are too many levels: each round takes the innermost brackets out."""
    if b"\\" in raw and _ESCAPED.search(raw):  # one byte is found far faster than two
        raw = raw.replace(rb"\\", b"").replace(rb"\"", b"")
    marks = raw.translate(_ALIKE, _UNMARKED).replace(b'""', b"")  # most texts hold no brackets
    marks = _TEXT.sub(b"", marks)
    if b"[" * (MOST_LEVELS + 1) in marks:
        return True
    for _ in range(MOST_LEVELS):
        fewer = marks.replace(b"[]", b"")
        if len(fewer) == len(marks):
            return False
        marks = fewer
    return bool(marks)


def envelope_of(endpoint: Endpoint) -> Check:
    """The check of an endpoint's answers: the envelope is there and every row has its key.

    What rides along has to be rows too, or nothing: anything else could not be told from nothing.

    Args:
        endpoint: Of the catalogue.
    """

    def check(data: Mapping[str, object]) -> str:
        if endpoint.envelope is None:
            return ""
        rows = data.get(endpoint.envelope)
        if endpoint.paging == "single" and isinstance(rows, dict):
            rows = [rows]
        if not isinstance(rows, list):
            return f"the answer lacks {endpoint.envelope!r}"
        if endpoint.key is not None and not _all_keyed(rows, endpoint.key):
            return f"a row of {endpoint.envelope!r} has no {endpoint.key!r}"
        for name in endpoint.side_loads:
            if (riding := data.get(name)) and not _all_rows(riding):
                return f"{name!r} of the answer is no list of rows"
        return ""

    return check


def _all_rows(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(row, dict) for row in found)


def _all_keyed(rows: list[Any], name: str) -> bool:
    """Whether every row has a key: a text that is not empty, or an integer."""
    if rows and isinstance(rows[0], Record):
        keys = keys_of(rows)
        return set(map(type, keys)) <= {str, int} and "" not in keys
    return all(
        isinstance(row, dict) and type(row.get(name)) in (str, int) and row[name] != ""
        for row in rows
    )
