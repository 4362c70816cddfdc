"""Orders that follow a mail: near in time, which is not because of it."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.metrics.counters import was_sent
from actoolkit.metrics.frames import Schema, closed, opened, same_kind
from actoolkit.metrics.orders import address, paid
from actoolkit.metrics.touches import named
from actoolkit.metrics.windows import checked_window, stretch

_EXPOSURE: Schema = {
    "campaign_id": "key",
    "exposed_buyers": "count",
    "exposed_orders": "count",
}


def campaign_exposure(
    campaigns: Any,
    campaign_lists: Any,
    contact_lists: Any,
    contacts: Any,
    orders: Any,
    *,
    window_days: int = 7,
) -> Any:
    """Count who bought within days after a campaign went to a list they were on.

    Grain: one row per campaign.

    This is exposure, not causation: the API does not say who got, opened or clicked which mail, and
    those on a list may have bought anyway. A campaign narrowed by a segment counts its whole lists.
    An order counts for every campaign that it follows, once for each, so campaigns do not add up.

    An order counts for a campaign where all of this holds: it was completed or recovered; its
    e-mail address, trimmed and in lower case, is a contact's; the contact was on one of the
    campaign's lists at the send (``subscribed_at`` <= ``sent_at``, never unconfirmed, and still
    subscribed, or left after the send or at a time not known); ``sent_at`` <= ``ordered_at`` <
    ``sent_at`` + ``window_days`` x 24 hours. The API keeps only the latest subscription, so who
    left and came back counts from then on.

    Args:
        campaigns: Result of `actoolkit.load_campaigns`.
        campaign_lists: Result of `actoolkit.load_campaign_lists`.
        contact_lists: Result of `actoolkit.load_contact_lists`.
        contacts: Result of `actoolkit.load_contacts`.
        orders: Result of `actoolkit.load_ecom_orders`.
        window_days: Length of the window, at least 1.

    Returns:
        The same kind of frame as ``campaigns``, sorted:
        ``campaign_id``;
        ``exposed_buyers (Int64, e-mail addresses)``, ``exposed_orders (Int64)``: both null for a
        mail of an automation, which goes to each contact at another time, for a campaign not sent,
        and for one whose lists are not known.

    Raises:
        InvalidArgument: ``window_days`` is no whole number of at least 1, or the frames are of
            different kinds.
        MissingColumns: A frame lacks a column.

    Source:
        `actoolkit.metrics.explain("campaign_exposure")`.

    Example:
        >>> import polars as pl
        >>> from datetime import UTC, datetime
        >>> def at(day): return datetime(2026, 5, day, 12, tzinfo=UTC)
        >>> campaigns = pl.DataFrame({"campaign_id": ["1"], "automation_id": [None],
        ...     "sent_at": [at(10)], "sends": [50]})
        >>> campaign_lists = pl.DataFrame({"campaign_id": ["1"], "list_id": ["9"]})
        >>> contact_lists = pl.DataFrame({"contact_id": ["7"], "list_id": ["9"],
        ...     "status": ["subscribed"], "subscribed_at": [at(1)], "unsubscribed_at": [None]})
        >>> contacts = pl.DataFrame({"contact_id": ["7"], "email": ["ann@example.com"]})
        >>> orders = pl.DataFrame({"order_id": ["3", "4"], "email": ["Ann@example.com"] * 2,
        ...     "state": ["completed"] * 2, "ordered_at": [at(11), at(17)]})
        >>> campaign_exposure(campaigns, campaign_lists, contact_lists, contacts, orders).rows()
        [('1', 1, 1)]
    """
    window_days = checked_window(window_days)
    mails = opened(
        "campaign_exposure",
        campaigns,
        {"campaign_id": "key", "automation_id": "key", "sent_at": "moment", "sends": "count"},
    )
    links = opened("campaign_exposure", campaign_lists, {"campaign_id": "key", "list_id": "key"})
    links = links.drop_nulls().unique()
    members = _members(contact_lists)
    buyers = _buyers(contacts, orders)
    same_kind("campaign_exposure", mails, links, members, *buyers)
    one_off = mails.filter(
        was_sent(), nw.col("automation_id").is_null(), ~nw.col("sent_at").is_null()
    )
    known = links.select("campaign_id").unique().with_columns(listed=nw.lit(1))
    one_off = one_off.select("campaign_id", "sent_at").join(known, on="campaign_id")
    found = _following(one_off, links, members, *buyers, window_days=window_days)
    counts = found.group_by("campaign_id").agg(
        exposed_buyers=nw.col("address").n_unique(), exposed_orders=nw.col("order_id").n_unique()
    )
    listed = one_off.select("campaign_id", "listed").unique()
    made = mails.select("campaign_id").join(listed, on="campaign_id", how="left")
    made = made.join(counts, on="campaign_id", how="left")
    for name in ("exposed_buyers", "exposed_orders"):
        column = nw.col(name)
        some = nw.when(~column.is_null()).then(column).otherwise(nw.lit(0))
        made = made.with_columns(nw.when(~nw.col("listed").is_null()).then(some).alias(name))
    return closed(made, campaigns, _EXPOSURE, sort_by=["campaign_id"])


def _members(contact_lists: Any) -> nw.LazyFrame[Any]:
    rows = opened(
        "campaign_exposure",
        contact_lists,
        {
            "contact_id": "key",
            "list_id": "key",
            "status": "text",
            "subscribed_at": "moment",
            "unsubscribed_at": "moment",
        },
    )
    unconfirmed = (nw.col("status") == "unconfirmed").fill_null(value=False)
    return rows.filter(
        ~unconfirmed,
        *named(),
        ~nw.col("list_id").is_null(),
        ~nw.col("subscribed_at").is_null(),
    )


def _buyers(contacts: Any, orders: Any) -> tuple[nw.LazyFrame[Any], nw.LazyFrame[Any]]:
    people = opened("campaign_exposure", contacts, {"contact_id": "key", "email": "text"})
    people = people.select("contact_id", address=address("email")).drop_nulls().unique()
    bought = opened(
        "campaign_exposure",
        orders,
        {"order_id": "key", "email": "text", "state": "text", "ordered_at": "moment"},
    )
    bought = bought.filter(paid()).select("order_id", "ordered_at", address=address("email"))
    return people, bought.drop_nulls()


def _following(
    one_off: nw.LazyFrame[Any],
    links: nw.LazyFrame[Any],
    members: nw.LazyFrame[Any],
    people: nw.LazyFrame[Any],
    bought: nw.LazyFrame[Any],
    *,
    window_days: int,
) -> nw.LazyFrame[Any]:
    """Pair each order with the campaigns it follows.

    An order meets only the campaigns of its own stretch of time: stretches are longer than the
    window, and a campaign stands in the one of its send and in the next.
    """
    sends = one_off.join(links, on="campaign_id").select("campaign_id", "list_id", "sent_at")
    sends = sends.with_columns(stretch=stretch("sent_at", window_days))
    sends = nw.concat([sends, sends.with_columns(stretch=nw.col("stretch") + 1)])
    bought = bought.with_columns(stretch=stretch("ordered_at", window_days))
    pairs = (
        bought.join(people, on="address")
        .join(members, on="contact_id")
        .join(sends, on=["list_id", "stretch"])
    )
    sent, left = nw.col("sent_at"), nw.col("unsubscribed_at")
    stayed = (nw.col("status") == "subscribed").fill_null(value=False)
    gone = (left <= sent).fill_null(value=False) & ~stayed
    return pairs.filter(
        nw.col("ordered_at") >= sent,
        nw.col("ordered_at") < sent.dt.offset_by(f"{24 * window_days}h"),
        nw.col("subscribed_at") <= sent,
        ~gone,
    )
