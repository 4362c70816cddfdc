"""What happened to contacts, from every table that has a moment and a contact."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.frames import Schema, closed, opened, same_kind
from actoolkit.metrics.orders import address, contacts_of_addresses, paid
from actoolkit.metrics.touches import KINDS, TOUCHES, named

_EVENTS: Schema = {"contact_id": "key", "event": "text", "happened_at": "moment"}
_SINGLE = {
    "contacts": {"joined": "created_at"},
    "contact_lists": {"subscribed": "subscribed_at", "left a list": "unsubscribed_at"},
    "contact_automations": {"entered an automation": "added_at"},
}
EVENT_NAMES = (*(name for events in _SINGLE.values() for name in events), *KINDS, "ordered")
"""Every event that `contact_events` can give."""


def contact_events(
    *,
    contacts: Any = None,
    contact_lists: Any = None,
    contact_automations: Any = None,
    touches: Any = None,
    orders: Any = None,
) -> Any:
    """Put what happened to contacts under each other, for a funnel of their steps.

    Grain: one row per event of a known contact.

    Args:
        contacts: Result of `actoolkit.load_contacts`: "joined".
        contact_lists: Result of `actoolkit.load_contact_lists`: "subscribed", "left a list".
        contact_automations: Result of `actoolkit.load_contact_automations`: "entered an
            automation".
        touches: Result of `touches_from_log` and the like: their kinds, such as "click" or
            "listed"; clicks marked as machines' are left out.
        orders: Result of `actoolkit.load_ecom_orders`: "ordered"; needs ``contacts``, by whose
            addresses an order finds its contact.

    Returns:
        The same kind of frame, sorted by contact and moment: ``contact_id (String)``,
        ``event (String)``, ``happened_at (Datetime, UTC)``.

    Raises:
        InvalidArgument: Nothing was given, orders without contacts, or frames of different kinds.
        MissingColumns: A frame lacks a column.

    Source:
        `actoolkit.metrics.explain("contact_funnel")`.

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account("tiny") as account:
        ...     contacts = ac.load_contacts(account=account, progress=False)
        ...     orders = ac.load_ecom_orders(account=account, progress=False)
        >>> events = contact_events(contacts=contacts, orders=orders)
        >>> events["event"].unique().sort().to_list()
        ['joined', 'ordered']
    """
    metric = "contact_events"
    if orders is not None and contacts is None:
        raise InvalidArgument(
            "Orders find their contacts by address.", hint="Pass contacts= as well."
        )
    given = {
        "contacts": contacts,
        "contact_lists": contact_lists,
        "contact_automations": contact_automations,
    }
    parts = []
    for table, events in _SINGLE.items():
        if given[table] is not None:
            moments: Schema = dict.fromkeys(events.values(), "moment")
            rows = opened(metric, given[table], {"contact_id": "key", **moments})
            parts += [_event(rows, nw.lit(name), at) for name, at in events.items()]
    if touches is not None:
        names = ("contact_id", "touched_at", "kind", "is_bot")
        rows = opened(metric, touches, {name: TOUCHES[name] for name in names})
        rows = rows.filter(~nw.col("is_bot").fill_null(value=False))
        parts.append(_event(rows, nw.col("kind"), "touched_at"))
    if orders is not None:
        people = opened(metric, contacts, {"contact_id": "key", "email": "text"})
        people = contacts_of_addresses(people).drop("namesakes")
        bought = opened(metric, orders, {"email": "text", "state": "text", "ordered_at": "moment"})
        same_kind(metric, people, bought)
        bought = bought.filter(paid()).with_columns(address=address("email"))
        found = bought.join(people, on="address")
        parts.append(_event(found, nw.lit("ordered"), "ordered_at"))
    if not parts:
        raise InvalidArgument("There are no events.", hint="Pass at least one table.")
    same_kind(metric, *parts)
    like = next(one for one in (*given.values(), touches, orders) if one is not None)
    order = ["contact_id", "happened_at", "event"]
    return closed(nw.concat(parts), like, _EVENTS, sort_by=order)


def _event(rows: nw.LazyFrame[Any], name: nw.Expr, at: str) -> nw.LazyFrame[Any]:
    made = rows.select("contact_id", event=name, happened_at=nw.col(at))
    return made.filter(*named(), ~nw.col("happened_at").is_null())
