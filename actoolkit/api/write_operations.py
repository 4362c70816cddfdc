"""The writing half of the catalogue: every POST, PUT and DELETE of the toolkit, as data."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import msgspec
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from actoolkit.api.operation import DOCS
from actoolkit.errors import InvalidArgument

Method = Literal["POST", "PUT", "DELETE"]
Body = Mapping[str, object]

_ID = re.compile(r"[0-9]{1,18}")
_DOMAIN = re.compile(
    r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
_NOT_IN_DOMAIN = frozenset("/\\?#@:%[]")


@dataclass(frozen=True, slots=True)
class WriteOperation:
    """One operation that changes the account.

    Args:
        name: Key in `WRITES`.
        method: HTTP method.
        path: Path below ``/api/3`` with ``{names}``; each is an id, except ``{domain}``.
        envelope: Top-level key of what is sent and of what comes back; None for a DELETE.
        key: Field of the answer that identifies the object.
        touches: Tables whose stored snapshots are out of date afterwards.
        page: Last part of the address of the reference page.
    """

    name: str
    method: Method
    path: str
    envelope: str | None
    touches: tuple[str, ...]
    key: str = "id"
    page: str = "overview"

    @property
    def doc_url(self) -> str:
        """Address of the reference page."""
        return DOCS + self.page

    @property
    def idempotent(self) -> bool:
        """Whether sending it twice leaves what sending it once leaves."""
        return self.method != "POST"

    def covers(self, path: str) -> bool:
        """Whether a path is this route, filled with an id or a domain in each place.

        Args:
            path: Below ``/api/3``, as it would travel.
        """
        places = [place for place in re.split(r"({\w+})", self.path) if place]
        patterns = {"{domain}": _DOMAIN.pattern}
        route = "".join(
            patterns.get(place, _ID.pattern) if place.startswith("{") else re.escape(place)
            for place in places
        )
        return re.fullmatch(route, path) is not None

    def request(self, body: Body | None = None, **segments: object) -> WriteRequest:
        """Make a request of it.

        Args:
            body: What the envelope holds.
            **segments: A value for each ``{name}`` in the path.

        Raises:
            InvalidArgument: A segment is missing, unknown, or could leave the route.

        Example:
            >>> WRITES["delete_list"].request(list_id=7).path
            '/lists/7'
        """
        wanted = re.findall(r"{(\w+)}", self.path)
        if set(wanted) != set(segments):
            raise InvalidArgument(
                f"{self.path} needs {', '.join(wanted) or 'no ids'}, "
                f"not {', '.join(segments) or 'none'}.",
                hint="Pass each of them once.",
            )
        filled = {
            name: check_domain(value) if name == "domain" else check_id(name, value)
            for name, value in segments.items()
        }
        return WriteRequest(self, self.path.format(**filled), filled, dict(body or {}))


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """One request that changes the account, checked and not yet sent.

    Args:
        operation: Of `WRITES`.
        path: Its path below ``/api/3``, filled.
        segments: What the path was filled with.
        body: What the envelope holds.
    """

    operation: WriteOperation
    path: str
    segments: Mapping[str, str]
    body: Body

    @property
    def payload(self) -> bytes | None:
        """What is sent, as JSON; None for a DELETE."""
        if self.operation.envelope is None:
            return None
        return msgspec.json.encode({self.operation.envelope: self.body})

    @property
    def digest(self) -> str:
        """Names the request in a journal: the same request has the same digest."""
        text = b"\0".join(
            (
                self.operation.method.encode(),
                self.path.encode(),
                msgspec.json.encode(self.body, order="sorted"),
            )
        )
        return hashlib.sha256(text).hexdigest()


def check_id(name: str, value: object) -> str:
    """Check an id: digits and nothing else.

    Args:
        name: Of the argument, for the message.
        value: Text or int.

    Raises:
        InvalidArgument: It is no id.

    Example:
        >>> check_id("list_id", 7), check_id("list_id", "12")
        ('7', '12')
    """
    text = str(value)
    if type(value) not in (int, str) or not _ID.fullmatch(text) or not int(text):
        raise InvalidArgument(
            f"{name}={value!r} is not an id.", hint="Ids are whole numbers above 0."
        )
    return str(int(text))


def check_domain(value: object) -> str:
    """Check the name of a domain and write it as DNS does.

    Args:
        value: Such as ``shop.example``; international names become their ``xn--`` form.

    Raises:
        InvalidArgument: It is no domain name: no path, port, user or address.

    Example:
        >>> check_domain("Shop.Example"), check_domain("bücher.example")
        ('shop.example', 'xn--bcher-kva.example')
    """
    text = value if isinstance(value, str) else ""
    host = ""
    if text.isprintable() and not any(c.isspace() or c in _NOT_IN_DOMAIN for c in text):
        try:
            host = parse_url(f"https://{text}").host or ""
        except LocationParseError:
            host = ""
    if not _DOMAIN.fullmatch(host) or host.rpartition(".")[2].isdigit():
        raise InvalidArgument(
            f"domain={value!r} is not a domain name.", hint='Such as "shop.example.com".'
        )
    return host


_ALL = (
    WriteOperation(
        "contact_list",
        "POST",
        "/contactLists",
        "contactList",
        ("contact_lists", "contacts", "lists"),
        page="update-list-status-for-contact",
    ),
    WriteOperation(
        "add_field_to_list", "POST", "/fieldRels", "fieldRel", ("fields",), page="create-fieldrel"
    ),
    WriteOperation(
        "remove_field_from_list",
        "DELETE",
        "/fieldRels/{field_rel_id}",
        None,
        ("fields",),
        page="delete-a-custom-field-relationship-to-lists",
    ),
    WriteOperation(
        "grant_list_to_group",
        "POST",
        "/listGroups",
        "listGroup",
        ("groups", "lists"),
        page="create-a-list-group-permission",
    ),
    WriteOperation("create_list", "POST", "/lists", "list", ("lists",), page="create-new-list"),
    WriteOperation(
        "delete_list",
        "DELETE",
        "/lists/{list_id}",
        None,
        ("lists", "contact_lists", "campaign_lists", "contacts", "fields"),
        page="delete-a-list",
    ),
    WriteOperation(
        "add_site_tracking_domain",
        "POST",
        "/siteTrackingDomains",
        "siteTrackingDomain",
        ("site_tracking_domains",),
        key="name",
        page="add-a-site-tracking-domain",
    ),
    WriteOperation(
        "remove_site_tracking_domain",
        "DELETE",
        "/siteTrackingDomains/{domain}",
        None,
        ("site_tracking_domains",),
        page="sitetrackingdomainsname",
    ),
    WriteOperation(
        "create_message", "POST", "/messages", "message", ("messages",), page="create-a-message"
    ),
    WriteOperation(
        "update_message",
        "PUT",
        "/messages/{message_id}",
        "message",
        ("messages",),
        page="update-a-message",
    ),
    WriteOperation(
        "delete_message",
        "DELETE",
        "/messages/{message_id}",
        None,
        ("messages", "campaign_messages"),
        page="delete-a-message",
    ),
    WriteOperation(
        "add_account_note",
        "POST",
        "/accounts/{customer_account_id}/notes",
        "note",
        ("notes",),
        page="create-an-account-note",
    ),
    WriteOperation(
        "update_account_note",
        "PUT",
        "/accounts/{customer_account_id}/notes/{note_id}",
        "note",
        ("notes",),
        page="update-an-account-note",
    ),
    WriteOperation("add_note", "POST", "/notes", "note", ("notes",), page="create-a-note"),
)

WRITES: Mapping[str, WriteOperation] = MappingProxyType({one.name: one for one in _ALL})
"""Every writing operation by its name."""
