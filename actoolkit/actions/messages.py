"""Messages: the texts that campaigns send."""

from __future__ import annotations

import polars as pl

from actoolkit.actions import _arguments as arguments
from actoolkit.actions._run import Action
from actoolkit.api.read_back import object_of
from actoolkit.api.write_operations import WRITES
from actoolkit.api.writes import Writer, Written
from actoolkit.errors import InvalidArgument
from actoolkit.settings import Account


def create_message(
    *,
    from_name: str,
    from_email: str,
    reply_to: str,
    subject: str | None = None,
    preheader: str | None = None,
    html: str | None = None,
    text: str | None = None,
    again: bool = False,
    account: Account | None = None,
    apply: bool = False,
    progress: bool | None = None,
) -> pl.DataFrame:
    """Create a message.

    Nothing in an account tells one message from another of the same text: when the answer is lost
    the verdict is "unknown", and calling it again sends nothing unless ``again=True``.

    Args:
        from_name: Name of the sender.
        from_email: E-mail address of the sender.
        reply_to: E-mail address that answers go to.
        subject: Subject line.
        preheader: Text that mailboxes show beside the subject.
        html: Body as HTML.
        text: Body as plain text.
        again: Send it although an earlier run cannot tell whether it did.
        account: Whom to write to; default `Account.from_env`. A dry run needs none.
        apply: Send it. Otherwise nothing is sent.
        progress: Show a bar; default in terminals and notebooks.

    Returns:
        A polars frame of one row: subject (String), then

        - verdict (String): "dry run", "ok", "rejected", "not done" or "unknown".
        - status (Int64): HTTP status, null when there was no answer.
        - reason (String): why, in words.
        - object_id (String): the message's.
        - method, path, body (String): what is sent.

    Raises:
        InvalidArgument: A value that is no text or address. Nothing was sent.
        StoreError: The account's folder, where the run is journalled, cannot be used.

    Source:
        https://developers.activecampaign.com/reference/create-a-message

    Example:
        >>> result = create_message(
        ...     from_name="Shop",
        ...     from_email="news@shop.example",
        ...     reply_to="help@shop.example",
        ...     subject="We miss you",
        ... )
        >>> result.select("subject", "verdict", "method", "path").row(0)
        ('We miss you', 'dry run', 'POST', '/messages')
    """
    for name, value in (
        ("from_name", from_name),
        ("from_email", from_email),
        ("reply_to", reply_to),
    ):
        arguments.text(name, value)
    body = _body(
        from_name=from_name,
        from_email=from_email,
        reply_to=reply_to,
        subject=subject,
        preheader=preheader,
        html=html,
        text=text,
    )
    request = WRITES["create_message"].request(body)
    action = Action(
        name="create_message", requests=[request], keys={"subject": [subject or ""]}, again=again
    )
    return action.run(account, apply=apply, progress=progress)


def update_message(
    message_id: str | int,
    *,
    from_name: str | None = None,
    from_email: str | None = None,
    reply_to: str | None = None,
    subject: str | None = None,
    preheader: str | None = None,
    html: str | None = None,
    text: str | None = None,
    account: Account | None = None,
    apply: bool = False,
    progress: bool | None = None,
) -> pl.DataFrame:
    """Change a message; what is not named stays.

    Args:
        message_id: The message.
        from_name: Name of the sender.
        from_email: E-mail address of the sender.
        reply_to: E-mail address that answers go to.
        subject: Subject line.
        preheader: Text that mailboxes show beside the subject.
        html: Body as HTML.
        text: Body as plain text.
        account: Whom to write to; default `Account.from_env`. A dry run needs none.
        apply: Send it. Otherwise nothing is sent.
        progress: Show a bar; default in terminals and notebooks.

    Returns:
        A polars frame of one row: message_id (String), then the columns of `create_message` from
        ``verdict`` on.

    Raises:
        InvalidArgument: No id, nothing to change, or a value that is no text or address.
        StoreError: The account's folder, where the run is journalled, cannot be used.

    Source:
        https://developers.activecampaign.com/reference/update-a-message

    Example:
        >>> update_message(5, subject="We still miss you")["body"].item()
        '{"message":{"subject":"We still miss you"}}'
    """
    body = _body(
        from_name=from_name,
        from_email=from_email,
        reply_to=reply_to,
        subject=subject,
        preheader=preheader,
        html=html,
        text=text,
    )
    if not body:
        raise InvalidArgument("There is nothing to change.", hint='Such as subject="...".')
    request = WRITES["update_message"].request(body, message_id=message_id)
    keys = {"message_id": [request.segments["message_id"]]}
    action = Action(name="update_message", requests=[request], keys=keys)
    return action.run(account, apply=apply, progress=progress)


def delete_message(
    message_id: str | int,
    *,
    name: str,
    account: Account | None = None,
    apply: bool = False,
    progress: bool | None = None,
) -> pl.DataFrame:
    """Delete a message. There is no way back.

    Args:
        message_id: The message.
        name: Its name, exactly, or its subject when it has no name: read from the account and
            compared before anything is sent.
        account: Whom to write to; default `Account.from_env`. A dry run needs none.
        apply: Send it. Otherwise nothing is sent or compared.
        progress: Show a bar; default in terminals and notebooks.

    Returns:
        A polars frame of one row: message_id, name (String), then the columns of `create_message`
        from ``verdict`` on; object_id is null.

    Raises:
        InvalidArgument: No id, or the message has another name. Nothing was deleted.
        ApiError: The message cannot be read. Nothing was deleted.
        StoreError: The account's folder, where the run is journalled, cannot be used.

    Source:
        https://developers.activecampaign.com/reference/delete-a-message

    Example:
        >>> delete_message(5, name="We miss you").select("verdict", "path").row(0)
        ('dry run', '/messages/5')
    """
    request = WRITES["delete_message"].request(message_id=message_id)
    arguments.text("name", name)

    def confirm(writer: Writer) -> Written | None:
        row = object_of(writer.reader, request.path, "message")
        if row is None:
            return Written("rejected", 404, "there is no such message")
        found = row.get("name") or row.get("subject")
        arguments.refuse_other(f"Message {message_id}", name, found)
        return None

    keys = {"message_id": [request.segments["message_id"]], "name": [name]}
    action = Action(name="delete_message", requests=[request], keys=keys, confirm=confirm)
    return action.run(account, apply=apply, progress=progress)


_FIELDS = {
    "from_name": ("fromname",),
    "from_email": (
        "fromemail",
        "email",
    ),  # the reference's example has the one, its schema the other
    "reply_to": ("reply2",),
    "subject": ("subject",),
    "preheader": ("preheader_text",),
    "html": ("html",),
    "text": ("text",),
}


def _body(**given: str | None) -> dict[str, object]:
    """The fields that are named, as the API names them."""
    body: dict[str, object] = {}
    for name, value in given.items():
        if value is None:
            continue
        if name in ("from_email", "reply_to"):
            checked = arguments.address(name, value)
        else:
            checked = arguments.text(name, value, lines=name in ("html", "text"))
        body |= dict.fromkeys(_FIELDS[name], checked)
    return body
