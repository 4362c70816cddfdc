"""Lists: who is on them, and the lists themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import polars as pl

from actoolkit.actions import _arguments as arguments
from actoolkit.actions._run import Action
from actoolkit.api.read_back import object_of
from actoolkit.api.write_operations import WRITES
from actoolkit.api.writes import Writer, Written
from actoolkit.errors import InvalidArgument
from actoolkit.settings import Account

SUBSCRIBED, UNSUBSCRIBED = 1, 2
RESUBSCRIBED_BY_HAND = 4
_STAYED_OFF = f"the API answers status {UNSUBSCRIBED}"
_WHY = ": unsubscribed; subscribe with resubscribe=True who has consented"


def subscribe(
    frame: Any,
    *,
    list_id: str | int,
    resubscribe: bool = False,
    account: Account | None = None,
    apply: bool = False,
    progress: bool | None = None,
) -> pl.DataFrame:
    """Put the contacts of a frame on a list.

    A run that broke off goes on when it is called again within a day: what went well is not sent
    again.

    Args:
        frame: Contacts: any pandas, polars or other frame with a column ``contact_id``; each
            different contact counts once.
        list_id: The list.
        resubscribe: Also contacts who unsubscribed before. Only with their consent.
        account: Whom to write to; default `Account.from_env`. A dry run needs none.
        apply: Send it. Otherwise nothing is sent.
        progress: Show a bar; default in terminals and notebooks.

    Returns:
        A polars frame, one row per different contact in the frame's order:

        - contact_id (String), list_id (String).
        - verdict (String): "dry run", "ok", "rejected", "not done" or "unknown".
        - status (Int64): HTTP status, null when there was no answer.
        - reason (String): why, in words.
        - object_id (String): the membership (``contact_list_id``).
        - method, path, body (String): what is sent.

    Raises:
        InvalidArgument: The frame has no ``contact_id``, or holds what is no id. Nothing was sent.
        StoreError: The account's folder, where the run is journalled, cannot be used.

    Source:
        https://developers.activecampaign.com/reference/update-list-status-for-contact

    Example:
        >>> import polars as pl
        >>> lapsed = pl.DataFrame({"contact_id": ["7", "12"]})
        >>> subscribe(lapsed, list_id=3).select("contact_id", "verdict", "body").rows()[0]
        ('7', 'dry run', '{"contactList":{"list":3,"contact":7,"status":1}}')
    """
    extra = {"sourceid": RESUBSCRIBED_BY_HAND} if resubscribe else {}
    action = _memberships("subscribe", frame, list_id, {"status": SUBSCRIBED, **extra})
    result = action.run(account, apply=apply, progress=progress)
    if resubscribe:
        return result
    return result.with_columns(pl.col("reason").replace(_STAYED_OFF, _STAYED_OFF + _WHY))


def unsubscribe(
    frame: Any,
    *,
    list_id: str | int,
    account: Account | None = None,
    apply: bool = False,
    progress: bool | None = None,
) -> pl.DataFrame:
    """Take the contacts of a frame off a list.

    A contact who was never on it has the status "unsubscribed" of it afterwards.

    Args:
        frame: Contacts: any pandas, polars or other frame with a column ``contact_id``; each
            different contact counts once.
        list_id: The list.
        account: Whom to write to; default `Account.from_env`. A dry run needs none.
        apply: Send it. Otherwise nothing is sent.
        progress: Show a bar; default in terminals and notebooks.

    Returns:
        A polars frame, one row per different contact in the frame's order; columns as of
        `subscribe`.

    Raises:
        InvalidArgument: The frame has no ``contact_id``, or holds what is no id. Nothing was sent.
        StoreError: The account's folder, where the run is journalled, cannot be used.

    Source:
        https://developers.activecampaign.com/reference/update-list-status-for-contact

    Example:
        >>> import polars as pl
        >>> unsubscribe(pl.DataFrame({"contact_id": [7]}), list_id=3)["verdict"].to_list()
        ['dry run']
    """
    action = _memberships("unsubscribe", frame, list_id, {"status": UNSUBSCRIBED})
    return action.run(account, apply=apply, progress=progress)


def _memberships(name: str, frame: Any, list_id: object, body: dict[str, object]) -> Action:
    number = arguments.number("list_id", list_id)
    contacts = arguments.contact_ids(frame)
    requests = [
        WRITES["contact_list"].request({"list": number, "contact": int(contact), **body})
        for contact in contacts
    ]
    keys = {"contact_id": contacts, "list_id": [str(number)] * len(contacts)}
    return Action(name=name, requests=requests, keys=keys)


def create_list(
    name: str,
    *,
    sender_url: str,
    sender_reminder: str,
    string_id: str | None = None,
    send_last_broadcast: bool | None = None,
    carbon_copy: Sequence[str] = (),
    notify_subscription: Sequence[str] = (),
    notify_unsubscription: Sequence[str] = (),
    user_id: str | int | None = None,
    account: Account | None = None,
    apply: bool = False,
    progress: bool | None = None,
) -> pl.DataFrame:
    """Create a list, unless there is one of this name.

    Args:
        name: Its name.
        sender_url: Address of the web site that contacts subscribed on.
        sender_reminder: Why they receive mail, for the footer.
        string_id: Its name in addresses; default: made of ``name``.
        send_last_broadcast: Send new contacts the last campaign.
        carbon_copy: E-mail addresses that get a copy of every mail.
        notify_subscription: E-mail addresses told of subscriptions.
        notify_unsubscription: E-mail addresses told of unsubscriptions.
        user_id: Its owner; default the token's user.
        account: Whom to write to; default `Account.from_env`. A dry run needs none.
        apply: Send it. Otherwise nothing is sent.
        progress: Show a bar; default in terminals and notebooks.

    Returns:
        A polars frame of one row: name (String), then the columns of `subscribe` from ``verdict``
        on; object_id is the list's. A list of this name that was there before is "rejected".

    Raises:
        InvalidArgument: A value that is no name, address or id. Nothing was sent.
        StoreError: The account's folder, where the run is journalled, cannot be used.

    Source:
        https://developers.activecampaign.com/reference/create-new-list

    Example:
        >>> result = create_list(
        ...     "Win back",
        ...     sender_url="https://shop.example",
        ...     sender_reminder="You bought from us.",
        ... )
        >>> result.select("name", "verdict", "path").row(0)
        ('Win back', 'dry run', '/lists')
    """
    body: dict[str, object] = {
        "name": arguments.text("name", name),
        "stringid": arguments.text("string_id", string_id or _slug(name)),
        "sender_url": arguments.web_address("sender_url", sender_url),
        "sender_reminder": arguments.text("sender_reminder", sender_reminder, lines=True),
    }
    if send_last_broadcast is not None:
        body["send_last_broadcast"] = int(send_last_broadcast)
    for key, argument, values in (
        ("carboncopy", "carbon_copy", carbon_copy),
        ("subscription_notify", "notify_subscription", notify_subscription),
        ("unsubscription_notify", "notify_unsubscription", notify_unsubscription),
    ):
        if values:
            body[key] = arguments.addresses(argument, values)
    if user_id is not None:
        body["user"] = arguments.number("user_id", user_id)
    request = WRITES["create_list"].request(body)
    action = Action(
        name="create_list", requests=[request], keys={"name": [name]}, existing="rejected"
    )
    return action.run(account, apply=apply, progress=progress)


def delete_list(
    list_id: str | int,
    *,
    name: str,
    account: Account | None = None,
    apply: bool = False,
    progress: bool | None = None,
) -> pl.DataFrame:
    """Delete a list. There is no way back.

    Args:
        list_id: The list.
        name: Its name, exactly: it is read from the account and compared before anything is sent.
        account: Whom to write to; default `Account.from_env`. A dry run needs none.
        apply: Send it. Otherwise nothing is sent, and the name is not compared.
        progress: Show a bar; default in terminals and notebooks.

    Returns:
        A polars frame of one row: list_id, name (String), then the columns of `subscribe` from
        ``verdict`` on.

    Raises:
        InvalidArgument: No id, or the list has another name. Nothing was deleted.
        ApiError: The list cannot be read. Nothing was deleted.
        StoreError: The account's folder, where the run is journalled, cannot be used.

    Source:
        https://developers.activecampaign.com/reference/delete-a-list

    Example:
        >>> delete_list(7, name="Win back").select("list_id", "verdict", "method").row(0)
        ('7', 'dry run', 'DELETE')
    """
    request = WRITES["delete_list"].request(list_id=list_id)
    arguments.text("name", name)

    def confirm(writer: Writer) -> Written | None:
        row = object_of(writer.reader, request.path, "list")
        if row is None:
            return Written("rejected", 404, "there is no such list")
        arguments.refuse_other(f"List {list_id}", name, row.get("name"))
        return None

    keys = {"list_id": [request.segments["list_id"]], "name": [name]}
    action = Action(name="delete_list", requests=[request], keys=keys, confirm=confirm)
    return action.run(account, apply=apply, progress=progress)


def grant_list_to_group(
    list_id: str | int,
    *,
    group_id: str | int,
    account: Account | None = None,
    apply: bool = False,
    progress: bool | None = None,
) -> pl.DataFrame:
    """Let a group of users see and use a list.

    Args:
        list_id: The list.
        group_id: The group of users.
        account: Whom to write to; default `Account.from_env`. A dry run needs none.
        apply: Send it. Otherwise nothing is sent.
        progress: Show a bar; default in terminals and notebooks.

    Returns:
        A polars frame of one row: list_id, group_id (String), then the columns of `subscribe` from
        ``verdict`` on. A permission that was there before is "ok".

    Raises:
        InvalidArgument: No id. Nothing was sent.
        StoreError: The account's folder, where the run is journalled, cannot be used.

    Source:
        https://developers.activecampaign.com/reference/create-a-list-group-permission

    Example:
        >>> grant_list_to_group(7, group_id=3)["body"].item()
        '{"listGroup":{"listid":7,"groupid":3}}'
    """
    body = {
        "listid": arguments.number("list_id", list_id),
        "groupid": arguments.number("group_id", group_id),
    }
    request = WRITES["grant_list_to_group"].request(body)
    keys = {"list_id": [str(body["listid"])], "group_id": [str(body["groupid"])]}
    action = Action(name="grant_list_to_group", requests=[request], keys=keys, existing="ok")
    return action.run(account, apply=apply, progress=progress)


def _slug(name: object) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", str(name).lower()).strip("-")
    if not slug:
        raise InvalidArgument(
            f"No string_id can be made of {name!r}.", hint='Pass one: string_id="win-back".'
        )
    return slug
