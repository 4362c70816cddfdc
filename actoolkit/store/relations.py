"""Whose a custom object's record is: relationships to contacts, by the names of the account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import polars as pl

_NAMESPACE = "contacts"


def contact_relations(schemas: Iterable[pl.DataFrame]) -> dict[str, set[str]]:
    """Read which relationships of each kind of custom object lead to contacts.

    Args:
        schemas: Loads of ``custom_object_schemas``.

    Returns:
        Short names by ``schema_id``.
    """
    found: dict[str, set[str]] = {}
    for frame in schemas:
        for ident, text in frame.select("schema_id", "relationships").iter_rows():
            one = found.setdefault(ident, set())
            relations = _decoded(text)
            for relation in relations if isinstance(relations, list) else ():
                if isinstance(relation, dict) and relation.get("namespace") == _NAMESPACE:
                    one.add(str(relation.get("id")))
    return found


def related_to_contacts(
    records: pl.DataFrame, contacts: Iterable[str], relations: Mapping[str, set[str]]
) -> pl.Series:
    """Say which records belong to one of some contacts.

    Of a kind whose definition is not at hand every relationship counts: a record too many is
    loaded again, one too few is what was asked to go.

    Args:
        records: With ``relationships`` and, if it is there, ``schema_id``.
        contacts: Their ids.
        relations: Result of `contact_relations`.
    """
    ids = set(contacts)
    kinds = records["schema_id"] if "schema_id" in records.columns else [None] * records.height
    return pl.Series(
        [
            bool(ids & set(_ids(text, relations.get(kind or ""))))
            for kind, text in zip(kinds, records["relationships"], strict=True)
        ],
        dtype=pl.Boolean,
    )


def _ids(text: str | None, slugs: set[str] | None) -> Iterable[str]:
    found = _decoded(text)
    for slug, value in found.items() if isinstance(found, dict) else ():
        if slugs is not None and slug not in slugs:
            continue
        for one in value if isinstance(value, list) else [value]:
            yield str(one.get("id") if isinstance(one, dict) else one)


def _decoded(text: str | None) -> Any:
    try:
        return msgspec.json.decode(text or "null")
    except msgspec.DecodeError:
        return None
