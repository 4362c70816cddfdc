"""What the account itself says about a write: whether the object that was asked for is there.

A write whose answer was lost is settled by looking, where the object can be told by what was sent:
its own id, its name, or the pair it joins. Notes and new messages cannot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.api.page import Row
from actoolkit.api.reader import Reader
from actoolkit.api.write_operations import WriteRequest
from actoolkit.errors import NotFound


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a look at the account gave.

    Args:
        holds: Whether the account is as the write wants it.
        object_id: The object that is there, or None.
    """

    holds: bool
    object_id: str | None = None


Look = Callable[[Reader, WriteRequest], Sighting]


def look(reader: Reader, request: WriteRequest) -> Sighting | None:
    """Look whether the account is as a write wants it.

    Args:
        reader: Of the account.
        request: The write.

    Returns:
        None where nothing in the account tells.

    Raises:
        ApiError: The account does not answer.
    """
    found = LOOKS.get(request.operation.name)
    return found(reader, request) if found else None


def object_of(reader: Reader, path: str, envelope: str) -> Row | None:
    """Read one object; None when the account has none.

    Args:
        reader: Of the account.
        path: Below ``/api/3``.
        envelope: Top-level key.

    Raises:
        ApiError: The account does not answer.
    """

    def check(data: Mapping[str, object]) -> str:
        return "" if isinstance(data.get(envelope), dict) else f"the answer lacks {envelope!r}"

    try:
        row = reader.get(path, check=check).json[envelope]
    except NotFound:
        return None
    return row if isinstance(row, dict) else None


def domains(reader: Reader) -> set[str]:
    """The site-tracking domains of the account.

    Raises:
        ApiError: The account does not answer.
    """
    pages = reader.walk("site_tracking_domains")
    return {str(row.get("name")).lower() for page in pages for row in page.rows}


def _contact_list(reader: Reader, request: WriteRequest) -> Sighting:
    endpoint = ENDPOINTS["contact_lists_of_contact"]
    try:
        pages = list(reader.walk(endpoint, contact_id=str(request.body["contact"])))
    except NotFound:  # no such contact, so on no list
        return Sighting(holds=False)
    for row in (row for page in pages for row in page.rows):
        if str(row.get("list")) == str(request.body["list"]):
            return Sighting(str(row.get("status")) == str(request.body["status"]), str(row["id"]))
    return Sighting(holds=False)


def _named_list(reader: Reader, request: WriteRequest) -> Sighting:
    name = str(request.body["name"])
    query = ENDPOINTS["lists"].query(name=name)
    rows = [row for page in reader.walk("lists", query) for row in page.rows]
    return _first([row for row in rows if row.get("name") == name])


def _domain_added(reader: Reader, request: WriteRequest) -> Sighting:
    name = str(request.body["name"])
    there = name in domains(reader)
    return Sighting(there, name if there else None)


def _domain_removed(reader: Reader, request: WriteRequest) -> Sighting:
    return Sighting(request.segments["domain"] not in domains(reader))


def _field_on_list(reader: Reader, request: WriteRequest) -> Sighting:
    rows = [row for page in reader.walk("fields") for row in page.side_loads["fieldRels"]]
    return _first([row for row in rows if _pair(row, request, ("field", "relid"))])


def _list_of_group(reader: Reader, request: WriteRequest) -> Sighting:
    rows = [row for page in reader.walk("list_groups") for row in page.rows]
    sent = {"list": request.body["listid"], "group": request.body["groupid"]}
    return _first([row for row in rows if all(str(row.get(k)) == str(v) for k, v in sent.items())])


def _gone(envelope: str) -> Look:
    def gone(reader: Reader, request: WriteRequest) -> Sighting:
        return Sighting(object_of(reader, request.path, envelope) is None)

    return gone


def _message_changed(reader: Reader, request: WriteRequest) -> Sighting:
    row = object_of(reader, request.path, "message")
    if row is None:
        return Sighting(holds=False)
    same = all(row.get(key) == value for key, value in request.body.items() if key in row)
    return Sighting(same, request.segments["message_id"])


def _first(rows: list[Row]) -> Sighting:
    return Sighting(bool(rows), str(rows[0].get("id")) if rows else None)


def _pair(row: Row, request: WriteRequest, keys: tuple[str, ...]) -> bool:
    return all(str(row.get(key)) == str(request.body[key]) for key in keys)


LOOKS: Mapping[str, Look] = {
    "contact_list": _contact_list,
    "add_field_to_list": _field_on_list,
    "remove_field_from_list": _gone("fieldRel"),
    "grant_list_to_group": _list_of_group,
    "create_list": _named_list,
    "delete_list": _gone("list"),
    "add_site_tracking_domain": _domain_added,
    "remove_site_tracking_domain": _domain_removed,
    "update_message": _message_changed,
    "delete_message": _gone("message"),
}
"""How the writes that can be settled are; the others are told apart by nothing that was sent."""
