"""Custom fields: on which lists they are asked for."""

from __future__ import annotations

import polars as pl

from actoolkit.actions import _arguments as arguments
from actoolkit.actions._run import Action
from actoolkit.api.read_back import object_of
from actoolkit.api.write_operations import WRITES
from actoolkit.api.writes import Writer, Written
from actoolkit.settings import Account

ALL_LISTS = 0


def add_field_to_list(
    field_id: str | int,
    *,
    list_id: str | int | None,
    account: Account | None = None,
    apply: bool = False,
    progress: bool | None = None,
) -> pl.DataFrame:
    """Show a custom field on a list.

    Args:
        field_id: The custom field.
        list_id: The list; None for all lists.
        account: Whom to write to; default `Account.from_env`. A dry run needs none.
        apply: Send it. Otherwise nothing is sent.
        progress: Show a bar; default in terminals and notebooks.

    Returns:
        A polars frame of one row: field_id, list_id (String; "0" for all lists), then

        - verdict (String): "dry run", "ok", "rejected", "not done" or "unknown"; "ok" too when the
          field was there before.
        - status (Int64): HTTP status, null when there was no answer.
        - reason (String): why, in words.
        - object_id (String): the relation, for `remove_field_from_list`.
        - method, path, body (String): what is sent.

    Raises:
        InvalidArgument: No id. Nothing was sent.
        StoreError: The account's folder, where the run is journalled, cannot be used.

    Source:
        https://developers.activecampaign.com/reference/create-fieldrel

    Example:
        >>> add_field_to_list(4, list_id=None)["body"].item()
        '{"fieldRel":{"field":4,"relid":0}}'
    """
    body = {"field": arguments.number("field_id", field_id), "relid": _list(list_id)}
    request = WRITES["add_field_to_list"].request(body)
    keys = {"field_id": [str(body["field"])], "list_id": [str(body["relid"])]}
    action = Action(name="add_field_to_list", requests=[request], keys=keys, existing="ok")
    return action.run(account, apply=apply, progress=progress)


def remove_field_from_list(
    field_rel_id: str | int,
    *,
    field_id: str | int,
    list_id: str | int | None,
    account: Account | None = None,
    apply: bool = False,
    progress: bool | None = None,
) -> pl.DataFrame:
    """Take a custom field off a list; the contacts' values stay.

    Args:
        field_rel_id: The relation of field and list.
        field_id: The field of this relation. A relation has no name: its two sides are read from
            the account and compared before anything is sent.
        list_id: The list of this relation; None for all lists.
        account: Whom to write to; default `Account.from_env`. A dry run needs none.
        apply: Send it. Otherwise nothing is sent or compared.
        progress: Show a bar; default in terminals and notebooks.

    Returns:
        A polars frame of one row: field_rel_id, field_id, list_id (String), then the columns of
        `add_field_to_list` from ``verdict`` on.

    Raises:
        InvalidArgument: No id, or the relation joins others. Nothing was deleted.
        ApiError: The relation cannot be read. Nothing was deleted.
        StoreError: The account's folder, where the run is journalled, cannot be used.

    Source:
        https://developers.activecampaign.com/reference/delete-a-custom-field-relationship-to-lists

    Example:
        >>> remove_field_from_list(15, field_id=19, list_id=13)["path"].item()
        '/fieldRels/15'
    """
    request = WRITES["remove_field_from_list"].request(field_rel_id=field_rel_id)
    pair = (arguments.number("field_id", field_id), _list(list_id))

    def confirm(writer: Writer) -> Written | None:
        row = object_of(writer.reader, request.path, "fieldRel")
        if row is None:
            return Written("rejected", 404, "there is no such relation")
        given = f"field {pair[0]} on list {pair[1]}"
        found = f"field {row.get('field')} on list {row.get('relid')}"
        arguments.refuse_other(f"Relation {field_rel_id}", given, found)
        return None

    keys = {
        "field_rel_id": [request.segments["field_rel_id"]],
        "field_id": [str(pair[0])],
        "list_id": [str(pair[1])],
    }
    action = Action(name="remove_field_from_list", requests=[request], keys=keys, confirm=confirm)
    return action.run(account, apply=apply, progress=progress)


def _list(list_id: str | int | None) -> int:
    return ALL_LISTS if list_id is None else arguments.number("list_id", list_id)
