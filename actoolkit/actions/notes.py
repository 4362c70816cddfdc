"""Notes on contacts, deals and companies."""

from __future__ import annotations

from typing import Literal, get_args

import polars as pl

from actoolkit.actions import _arguments as arguments
from actoolkit.actions._run import Action
from actoolkit.api.write_operations import WRITES
from actoolkit.errors import InvalidArgument
from actoolkit.settings import Account

Record = Literal["Subscriber", "Deal", "DealTask", "CustomerAccount", "Activity"]
"""What a note can be on, as the column ``related_to`` of the notes table says it."""


def add_note(
    note: str,
    *,
    related_to: Record,
    related_id: str | int,
    again: bool = False,
    account: Account | None = None,
    apply: bool = False,
    progress: bool | None = None,
) -> pl.DataFrame:
    """Add a note to a contact, a deal or another record.

    Nothing in an account tells one note from another of the same text: when the answer is lost the
    verdict is "unknown", and calling it again sends nothing unless ``again=True``.

    Args:
        note: Its text.
        related_to: Kind of the record; "Subscriber" is a contact.
        related_id: The record.
        again: Send it although an earlier run cannot tell whether it did.
        account: Whom to write to; default `Account.from_env`. A dry run needs none.
        apply: Send it. Otherwise nothing is sent.
        progress: Show a bar; default in terminals and notebooks.

    Returns:
        A polars frame of one row: related_to, related_id (String), then

        - verdict (String): "dry run", "ok", "rejected", "not done" or "unknown".
        - status (Int64): HTTP status, null when there was no answer.
        - reason (String): why, in words.
        - object_id (String): the note's.
        - method, path, body (String): what is sent.

    Raises:
        InvalidArgument: An empty text, another kind of record, or no id. Nothing was sent.
        StoreError: The account's folder, where the run is journalled, cannot be used.

    Source:
        https://developers.activecampaign.com/reference/create-a-note

    Example:
        >>> add_note("Called.", related_to="Subscriber", related_id=7)["body"].item()
        '{"note":{"note":"Called.","reltype":"Subscriber","relid":7}}'
    """
    if related_to not in get_args(Record):
        raise InvalidArgument(
            f"related_to={related_to!r} is not one of {', '.join(get_args(Record))}.",
            hint='A contact is a "Subscriber".',
        )
    body: dict[str, object] = {
        "note": arguments.text("note", note, lines=True),
        "reltype": related_to,
        "relid": arguments.number("related_id", related_id),
    }
    request = WRITES["add_note"].request(body)
    keys: dict[str, list[str]] = {"related_to": [related_to], "related_id": [str(body["relid"])]}
    action = Action(name="add_note", requests=[request], keys=keys, again=again)
    return action.run(account, apply=apply, progress=progress)


def add_account_note(
    customer_account_id: str | int,
    *,
    note: str,
    again: bool = False,
    account: Account | None = None,
    apply: bool = False,
    progress: bool | None = None,
) -> pl.DataFrame:
    """Add a note to a company, which the API calls an account.

    When the answer is lost the verdict is "unknown", as in `add_note`.

    Args:
        customer_account_id: The company.
        note: Its text.
        again: Send it although an earlier run cannot tell whether it did.
        account: Whom to write to; default `Account.from_env`. A dry run needs none.
        apply: Send it. Otherwise nothing is sent.
        progress: Show a bar; default in terminals and notebooks.

    Returns:
        A polars frame of one row: customer_account_id (String), then the columns of `add_note`
        from ``verdict`` on.

    Raises:
        InvalidArgument: An empty text or no id. Nothing was sent.
        StoreError: The account's folder, where the run is journalled, cannot be used.

    Source:
        https://developers.activecampaign.com/reference/create-an-account-note

    Example:
        >>> add_account_note(3, note="Renewed.")["path"].item()
        '/accounts/3/notes'
    """
    request = WRITES["add_account_note"].request(
        {"note": arguments.text("note", note, lines=True)}, customer_account_id=customer_account_id
    )
    keys = {"customer_account_id": [request.segments["customer_account_id"]]}
    action = Action(name="add_account_note", requests=[request], keys=keys, again=again)
    return action.run(account, apply=apply, progress=progress)


def update_account_note(
    customer_account_id: str | int,
    *,
    note_id: str | int,
    note: str,
    account: Account | None = None,
    apply: bool = False,
    progress: bool | None = None,
) -> pl.DataFrame:
    """Replace the text of a note on a company, which the API calls an account.

    Args:
        customer_account_id: The company.
        note_id: The note.
        note: Its new text.
        account: Whom to write to; default `Account.from_env`. A dry run needs none.
        apply: Send it. Otherwise nothing is sent.
        progress: Show a bar; default in terminals and notebooks.

    Returns:
        A polars frame of one row: customer_account_id, note_id (String), then the columns of
        `add_note` from ``verdict`` on.

    Raises:
        InvalidArgument: An empty text or no id. Nothing was sent.
        StoreError: The account's folder, where the run is journalled, cannot be used.

    Source:
        https://developers.activecampaign.com/reference/update-an-account-note

    Example:
        >>> update_account_note(3, note_id=9, note="Renewed twice.")["path"].item()
        '/accounts/3/notes/9'
    """
    request = WRITES["update_account_note"].request(
        {"note": arguments.text("note", note, lines=True)},
        customer_account_id=customer_account_id,
        note_id=note_id,
    )
    keys = {name: [value] for name, value in request.segments.items()}
    action = Action(name="update_account_note", requests=[request], keys=keys, again=True)
    return action.run(account, apply=apply, progress=progress)
