"""Whose a custom object's record is: relationships to contacts, by the names of the account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
import polars as pl

_NAMESPACE = "contacts"


def relations_elsewhere(schemas: Iterable[pl.DataFrame]) -> dict[str, set[str]]:
    """Read which relationships of each kind of custom object lead to something else than contacts.

    Args:
        schemas: Loads of ``custom_object_schemas``.

    Returns:
        Short names by ``schema_id``; those that any load has of contacts are left out.
    """
    elsewhere: dict[str, set[str]] = {}
    to_contacts: dict[str, set[str]] = {}
    for frame in schemas:
        for ident, text in frame.select("schema_id", "relationships").iter_rows():
            relations = _decoded(text)
            for relation in relations if isinstance(relations, list) else ():
                if isinstance(relation, dict) and isinstance(relation.get("namespace"), str):
                    found = to_contacts if relation["namespace"] == _NAMESPACE else elsewhere
                    found.setdefault(ident, set()).add(str(relation.get("id")))
    return {ident: names - to_contacts.get(ident, set()) for ident, names in elsewhere.items()}


def related_to_contacts(
    records: pl.DataFrame, contacts: Iterable[str], elsewhere: Mapping[str, set[str]]
) -> pl.Series:
    """Say which records belong to one of some contacts.

    A relationship that no definition at hand describes counts: a record too many is loaded again,
    one too few is what was asked to go.

    Args:
        records: With ``relationships`` and, if it is there, ``schema_id``.
        contacts: Their ids.
        elsewhere: Result of `relations_elsewhere`.
    """
    ids = set(contacts)
    found = [not ids.isdisjoint(related) for related in _related(records, elsewhere)]
    return pl.Series(found, dtype=pl.Boolean)


def lead_to_contacts(records: pl.DataFrame, elsewhere: Mapping[str, set[str]]) -> pl.Series:
    """Say which records belong to any contact, as far as the definitions at hand tell.

    Args:
        records: With ``relationships`` and, if it is there, ``schema_id``.
        elsewhere: Result of `relations_elsewhere`.
    """
    return pl.Series([bool(ids) for ids in _related(records, elsewhere)], dtype=pl.Boolean)


def _related(records: pl.DataFrame, elsewhere: Mapping[str, set[str]]) -> Iterator[set[str]]:
    kinds = records["schema_id"] if "schema_id" in records.columns else [None] * records.height
    for kind, text in zip(kinds, records["relationships"], strict=True):
        yield set(_ids(text, elsewhere.get(kind or "", set())))


def _ids(text: str | None, elsewhere: set[str]) -> Iterable[str]:
    found = _decoded(text)
    for slug, value in found.items() if isinstance(found, dict) else ():
        if slug in elsewhere:
            continue
        for one in value if isinstance(value, list) else [value]:
            yield str(one.get("id") if isinstance(one, dict) else one)


def _decoded(text: str | None) -> Any:
    try:
        return msgspec.json.decode(text or "null")
    except msgspec.DecodeError:
        return None
