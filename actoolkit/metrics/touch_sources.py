"""Touches from what the API says: lists, automations, one-to-one mail; clicks that are bots'."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import is_whole
from actoolkit.metrics.counters import was_sent
from actoolkit.metrics.frames import closed, opened, same_kind
from actoolkit.metrics.orders import address
from actoolkit.metrics.touches import ORDER, TOUCHES, completed


def list_touches(
    campaigns: Any,
    campaign_lists: Any,
    contact_lists: Any,
    *,
    orders: Any = None,
    contacts: Any = None,
) -> Any:
    """Say who was on a list that a campaign went to, when it was sent.

    Grain: one row per campaign and contact. The weakest of touches: a campaign that a segment
    narrowed counts its whole lists, and nobody need have read it. Mails of automations have none;
    `automation_touches` has them.

    Args:
        campaigns: Result of `actoolkit.load_campaigns`.
        campaign_lists: Result of `actoolkit.load_campaign_lists`.
        contact_lists: Result of `actoolkit.load_contact_lists`.
        orders: Result of `actoolkit.load_ecom_orders`; with it only contacts whose address has
            ordered are kept. To credit revenue nobody else is needed, and a large account has more
            touches than fit into memory.
        contacts: Result of `actoolkit.load_contacts`, which orders need.

    Returns:
        The columns of `touches_from_log`, of kind "listed", at the moment of sending.

    Raises:
        InvalidArgument: The frames are of different kinds, or orders lack contacts.
        MissingColumns: A frame lacks a column.

    Source:
        `actoolkit.metrics.explain("attributed_revenue")`.

    Example:
        >>> import polars as pl
        >>> from datetime import UTC, datetime
        >>> def at(day): return datetime(2026, 5, day, tzinfo=UTC)
        >>> campaigns = pl.DataFrame({"campaign_id": ["1"], "automation_id": [None],
        ...     "sent_at": [at(10)], "sends": [50]})
        >>> campaign_lists = pl.DataFrame({"campaign_id": ["1"], "list_id": ["9"]})
        >>> contact_lists = pl.DataFrame({"contact_id": ["7", "8"], "list_id": ["9", "9"],
        ...     "status": ["subscribed"] * 2, "subscribed_at": [at(1), at(11)],
        ...     "unsubscribed_at": [None, None]})
        >>> list_touches(campaigns, campaign_lists, contact_lists)["contact_id"].to_list()
        ['7']
    """
    metric = "list_touches"
    mails = opened(
        metric,
        campaigns,
        {"campaign_id": "key", "automation_id": "key", "sent_at": "moment", "sends": "count"},
    )
    links = opened(metric, campaign_lists, {"campaign_id": "key", "list_id": "key"})
    members = opened(
        metric,
        contact_lists,
        {
            "contact_id": "key",
            "list_id": "key",
            "status": "text",
            "subscribed_at": "moment",
            "unsubscribed_at": "moment",
        },
    )
    same_kind(metric, mails, links, members)
    if orders is not None:
        members = _of_buyers(metric, members, orders, contacts)
    mails = mails.filter(was_sent(), nw.col("automation_id").is_null())
    sends = mails.select("campaign_id", "sent_at").join(
        links.drop_nulls().unique(), on="campaign_id"
    )
    sent, left = nw.col("sent_at"), nw.col("unsubscribed_at")
    stayed = (nw.col("status") == "subscribed").fill_null(value=False)
    gone = (left <= sent).fill_null(value=False) & ~stayed
    unconfirmed = (nw.col("status") == "unconfirmed").fill_null(value=False)
    pairs = members.filter(~unconfirmed).join(sends, on="list_id")
    pairs = pairs.filter(nw.col("subscribed_at") <= sent, ~gone, ~nw.col("contact_id").is_null())
    pairs = pairs.select("contact_id", "campaign_id", "sent_at").unique()
    made = pairs.with_columns(touched_at=sent, kind=nw.lit("listed"))
    return closed(completed(made), campaigns, TOUCHES, sort_by=ORDER)


def _of_buyers(
    metric: str, members: nw.LazyFrame[Any], orders: Any, contacts: Any
) -> nw.LazyFrame[Any]:
    """Keep the rows of contacts whose address has ordered."""
    if contacts is None:
        raise InvalidArgument(
            f"{metric} cannot tell whose the orders are.",
            hint="Pass contacts=actoolkit.load_contacts(...) too: orders have addresses.",
        )
    bought = opened(metric, orders, {"email": "text"})
    people = opened(metric, contacts, {"contact_id": "key", "email": "text"})
    same_kind(metric, members, bought, people)
    addresses = bought.select(address=address("email")).drop_nulls().unique()
    people = people.select("contact_id", address=address("email"))
    buyers = people.join(addresses, on="address", how="semi").select("contact_id").unique()
    return members.join(buyers, on="contact_id", how="semi")


def automation_touches(contact_automations: Any) -> Any:
    """Say who entered which automation, and when.

    Grain: one row per entry. The API does not say which mails of the automation a contact got; the
    touch is the entry, and its ``campaign_id`` is null.

    Args:
        contact_automations: Result of `actoolkit.load_contact_automations`.

    Returns:
        The columns of `touches_from_log`, of kind "automation".

    Raises:
        MissingColumns: The frame lacks a column.

    Source:
        `actoolkit.metrics.explain("attributed_revenue")`.

    Example:
        >>> import polars as pl
        >>> from datetime import UTC, datetime
        >>> entries = pl.DataFrame({"contact_id": ["7"], "automation_id": ["2"],
        ...     "added_at": [datetime(2026, 5, 1, tzinfo=UTC)]})
        >>> automation_touches(entries).select("kind", "automation_id").rows()
        [('automation', '2')]
    """
    rows = opened(
        "automation_touches",
        contact_automations,
        {"contact_id": "key", "automation_id": "key", "added_at": "moment"},
    )
    rows = rows.filter(~nw.col("contact_id").is_null(), ~nw.col("added_at").is_null())
    made = rows.rename({"added_at": "touched_at"}).with_columns(kind=nw.lit("automation"))
    return closed(completed(made), contact_automations, TOUCHES, sort_by=ORDER)


def one_to_one_touches(email_activities: Any) -> Any:
    """Say who was written to by hand, and when.

    Grain: one row per mail of the log, which holds mail to and by single contacts and nothing of
    campaigns.

    Args:
        email_activities: Result of `actoolkit.load_email_activities`.

    Returns:
        The columns of `touches_from_log`, of kind "one_to_one".

    Raises:
        MissingColumns: The frame lacks a column.

    Source:
        `actoolkit.metrics.explain("attributed_revenue")`.

    Example:
        >>> import polars as pl
        >>> from datetime import UTC, datetime
        >>> log = pl.DataFrame({"contact_id": ["7", None],
        ...     "happened_at": [datetime(2026, 5, 1, tzinfo=UTC)] * 2})
        >>> one_to_one_touches(log).select("contact_id", "kind").rows()
        [('7', 'one_to_one')]
    """
    rows = opened(
        "one_to_one_touches", email_activities, {"contact_id": "key", "happened_at": "moment"}
    )
    rows = rows.filter(~nw.col("contact_id").is_null(), ~nw.col("happened_at").is_null())
    made = rows.rename({"happened_at": "touched_at"}).with_columns(
        kind=nw.lit("one_to_one"), sent_at=nw.col("touched_at")
    )
    return closed(completed(made), email_activities, TOUCHES, sort_by=ORDER)


def flag_bots(touches: Any, *, seconds: int = 5, links: int = 4) -> Any:
    """Mark the clicks that look like those of security software.

    Grain: one row per touch, as given. Such software follows the links of a mail the moment that
    it arrives, all of them at once. A click is marked if it came within ``seconds`` of the sending,
    or if the same contact clicked at least so many different ``links`` of the campaign in the same
    clock minute. A hint, not a proof: what a user's log had marked stays marked.

    Args:
        touches: Result of `touches_from_log`, with ``sent_at`` or ``link`` where they are known.
        seconds: After the sending.
        links: Different ones, within a minute.

    Returns:
        The same kind of frame and rows; ``is_bot (Boolean)``: null for what is no click.

    Raises:
        InvalidArgument: ``seconds`` or ``links`` is no whole number from 1 on, or ``seconds`` are
            more than those of a day.
        MissingColumns: The frame lacks a column.

    Source:
        `actoolkit.metrics.explain("attributed_revenue")`.

    Example:
        >>> import polars as pl
        >>> from datetime import UTC, datetime, timedelta
        >>> from actoolkit.metrics import touches_from_log
        >>> sent = datetime(2026, 5, 1, tzinfo=UTC)
        >>> log = pl.DataFrame({"contact_id": ["7", "8"], "campaign_id": ["1"] * 2,
        ...     "sent_at": [sent] * 2,
        ...     "touched_at": [sent + timedelta(seconds=s) for s in (2, 900)]})
        >>> flag_bots(touches_from_log(log, kind="click"))["is_bot"].to_list()
        [True, False]
    """
    if not is_whole(seconds, 1, 86_400) or not is_whole(links, 1, 2**31):
        raise InvalidArgument(
            f"seconds={seconds!r}, links={links!r} cannot be.", hint="Use whole numbers from 1 on."
        )
    rows = opened("flag_bots", touches, TOUCHES)
    is_click = (nw.col("kind") == "click").fill_null(value=False)
    sent, touched = nw.col("sent_at"), nw.col("touched_at")
    at_once = ((touched >= sent) & (touched < sent.dt.offset_by(f"{seconds}s"))).fill_null(
        value=False
    )
    rows = rows.with_columns(minute=touched.dt.truncate("1m"))
    keys = ["contact_id", "campaign_id", "minute"]
    clicked = rows.filter(is_click, ~nw.col("link").is_null(), ~nw.col("campaign_id").is_null())
    many = clicked.group_by(*keys).agg(different=nw.col("link").n_unique())
    many = many.filter(nw.col("different") >= links).with_columns(together=nw.lit(1))
    rows = rows.join(many.select(*keys, "together"), on=keys, how="left")
    marked = at_once | ~nw.col("together").is_null() | nw.col("is_bot").fill_null(value=False)
    made = rows.with_columns(is_bot=nw.when(is_click).then(marked))
    return closed(made, touches, TOUCHES, sort_by=ORDER)
