"""From analysis to action: a frame of contacts becomes a list, and the few other writes.

Every function shows first and sends only with ``apply=True``: the default is a dry run that sends
nothing and returns what would be sent. A POST is sent once. The verdict of each row is "ok",
"rejected" with the API's reason, "not done" (running it again is safe) or "unknown" (the answer was
lost, and nothing in the account tells). A run that broke off goes on when the same call is made
again. Stored snapshots of what was written to are loaded anew.

Example:
    >>> import polars as pl
    >>> from actoolkit import actions
    >>> segment = pl.DataFrame({"contact_id": ["7", "12", "31"]})
    >>> actions.subscribe(segment, list_id=3)["verdict"].value_counts().row(0)
    ('dry run', 3)
"""

from __future__ import annotations

from actoolkit.actions.fields import add_field_to_list, remove_field_from_list
from actoolkit.actions.lists import (
    create_list,
    delete_list,
    grant_list_to_group,
    subscribe,
    unsubscribe,
)
from actoolkit.actions.messages import create_message, delete_message, update_message
from actoolkit.actions.notes import add_account_note, add_note, update_account_note
from actoolkit.actions.tracking import add_site_tracking_domain, remove_site_tracking_domain

__all__ = [
    "add_account_note",
    "add_field_to_list",
    "add_note",
    "add_site_tracking_domain",
    "create_list",
    "create_message",
    "delete_list",
    "delete_message",
    "grant_list_to_group",
    "remove_field_from_list",
    "remove_site_tracking_domain",
    "subscribe",
    "unsubscribe",
    "update_account_note",
    "update_message",
]


def __dir__() -> list[str]:
    return sorted(__all__)
