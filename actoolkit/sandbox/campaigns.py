"""Campaigns, which lists they went to, and their messages, as the API tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actoolkit.sandbox.brand import LISTS
from actoolkit.sandbox.clock import NEVER, iso, wall
from actoolkit.sandbox.collection import known_by_now, links, record_collection
from actoolkit.sandbox.mail import Mailing

if TYPE_CHECKING:
    from actoolkit.sandbox.world import World

COUNTERS = (
    "send_amt",
    "total_amt",
    "opens",
    "uniqueopens",
    "linkclicks",
    "uniquelinkclicks",
    "subscriberclicks",
    "forwards",
    "uniqueforwards",
    "hardbounces",
    "softbounces",
    "unsubscribes",
    "unsubreasons",
    "updates",
    "socialshares",
    "replies",
    "uniquereplies",
)
CONSTANT = {
    "userid": "1",
    "segmentid": "0",
    "bounceid": "-1",
    "realcid": "0",
    "sendid": "0",
    "threadid": "0",
    "formid": "0",
    "basetemplateid": "0",
    "addressid": "1",
    "source": "web",
    "public": "1",
    "mail_transfer": "0",
    "mail_send": "0",
    "mail_cleanup": "0",
    "mailer_log_file": "0",
    "tracklinks": "all",
    "tracklinksanalytics": "0",
    "trackreads": "1",
    "trackreadsanalytics": "0",
    "analytics_campaign_name": "",
    "tweet": "0",
    "facebook": "0",
    "survey": "",
    "embed_images": "0",
    "htmlunsub": "1",
    "textunsub": "1",
    "htmlunsubdata": None,
    "textunsubdata": None,
    "recurring": "day1",
    "willrecur": "0",
    "split_type": "even",
    "split_content": "0",
    "split_offset": "2",
    "split_offset_type": "day",
    "split_winner_messageid": "0",
    "split_winner_awaiting": "0",
    "responder_offset": "0",
    "responder_type": "subscribe",
    "responder_existing": "0",
    "reminder_field": "sdate",
    "reminder_format": None,
    "reminder_type": "month_day",
    "reminder_offset": "0",
    "reminder_offset_type": "day",
    "reminder_offset_sign": "+",
    "reminder_last_cron_run": None,
    "activerss_interval": "day1",
    "activerss_url": None,
    "activerss_items": "10",
    "ip4": "0",
    "laststep": "result",
    "managetext": "0",
    "schedule": "0",
    "scheduleddate": None,
    "waitpreview": "0",
    "deletestamp": None,
    "replysys": "0",
}


def visible(world: World) -> list[Mailing]:
    """Mailings that exist by now, in the order of their ids."""
    made = [m for m in world.mailings if m.created <= world.minute]
    return sorted(made, key=lambda m: m.campaign_id)


@known_by_now
def campaign_rows(world: World) -> list[dict[str, object]]:
    """Give all campaigns by now."""
    return [_campaign(world, mailing, world.minute) for mailing in visible(world)]


def _campaign(world: World, mailing: Mailing, minute: int) -> dict[str, object]:
    ident, series = (
        str(mailing.campaign_id),
        str(mailing.automation + 1) if mailing.automation >= 0 else "0",
    )
    message = str(2000 + mailing.campaign_id)
    counters = dict.fromkeys(COUNTERS, 0)
    verified = {"verified_opens": 0, "verified_unique_opens": 0}
    if mailing.number in world.tallies:
        tally = world.tallies[mailing.number]
        counted = {name: counter.at(minute) for name, counter in tally.items()}
        verified = {name: counted.pop(name) for name in verified}
        counters |= counted
        started = mailing.automation >= 0 or mailing.sent <= minute
        whole = minute if mailing.automation >= 0 else NEVER
        counters["total_amt"] = tally["send_amt"].at(whole) if started else 0
        counters["replies"] = counters["uniquereplies"] = counters["subscriberclicks"] // 23
        counters["unsubreasons"] = counters["unsubscribes"] // 3
    started = mailing.automation >= 0 or 0 <= mailing.sent <= minute
    status = mailing.status
    if mailing.automation < 0 and mailing.sent >= 0 and not started:
        status = "1"
    first = max(mailing.sent, mailing.created)
    row: dict[str, object] = {
        "type": mailing.kind,
        **CONSTANT,
        "seriesid": series,
        "basemessageid": message,
        "name": mailing.name,
        "cdate": iso(mailing.created),
        "mdate": iso(mailing.created + 60),
        "sdate": iso(first) if mailing.sent >= 0 else None,
        "ldate": iso(min(first + 25, minute)) if started else None,
        **{name: str(value) for name, value in counters.items()},
        "status": status,
        "created_timestamp": wall(mailing.created),
        "updated_timestamp": wall(min(first + 60, minute)),
        "created_by": "1",
        "updated_by": None,
        "ip": "0",
        "series_send_lock_time": "0000-00-00 00:00:00" if mailing.automation >= 0 else None,
        "can_skip_approval": "0",
        "use_quartz_scheduler": "1",
        **({name: str(value) for name, value in verified.items()} if mailing.verified else {}),
        "additional_data": '{"review":{"state":"approved"}}',
        "predictive_send": "0",
        "segmentname": "",
        "has_predictive_content": "0",
        "message_id": message,
        "screenshot": f"//screenshots.example.com/campaign_{ident}.png",
        "campaign_message_id": str(3000 + mailing.campaign_id),
        "ed_version": "3",
        "format": "mime",
        "links": links(
            f"campaigns/{ident}",
            "user",
            "automation",
            "campaignMessage",
            "campaignMessages",
            "links",
            "aggregateRevenues",
            "segment",
            "campaignLists",
        ),
        "id": ident,
        "user": "1",
        "automation": series if series != "0" else None,
        "_lists": [str(number + 1) for number in mailing.lists],
    }
    if mailing.number % 5 == 0:
        row["sandbox_note"] = "a field that nobody documented"
    return row


def _campaign_lists(world: World) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for mailing in visible(world):
        ident = str(mailing.campaign_id)
        for number in mailing.lists if mailing.automation < 0 else ():
            key, on = str(len(rows) + 1), str(number + 1)
            amount = (
                world.tallies[mailing.number]["send_amt"].at(world.minute)
                if mailing.number in world.tallies
                else 0
            )
            rows.append(
                {
                    "campaignid": ident,
                    "listid": on,
                    "userid": "1",
                    "list_amt": str(amount),
                    "cdate": iso(mailing.created),
                    "udate": None,
                    "name": LISTS[number].name,
                    "id": key,
                    "links": links(f"campaignLists/{key}", "campaign", "list"),
                    "campaign": ident,
                    "list": on,
                    "user": "1",
                }
            )
    return rows


def messages(world: World) -> list[dict[str, object]]:
    """Give the messages of all campaigns by now."""
    return [
        {
            "fromname": "Hillside Coffee",
            "fromemail": "hello@example.com",
            "reply2": "hello@example.com",
            "subject": mailing.name.split(",")[0],
            "preheader_text": "Freshly roasted",
            "text": f"{mailing.name}\n\nRead this online.",
            "html": f"<html><body><h1>{mailing.name}</h1></body></html>",
            "links": links(f"messages/{2000 + mailing.campaign_id}", "user", "campaigns"),
            "id": str(2000 + mailing.campaign_id),
            "userid": "1",
            "ed_instanceid": "0",
            "ed_version": "3",
            "cdate": iso(mailing.created),
            "mdate": iso(mailing.created + 30),
            "name": mailing.name,
            "priority": "3",
            "charset": "utf-8",
            "encoding": "quoted-printable",
            "format": "mime",
            "htmlfetch": "now",
            "textfetch": "now",
            "hidden": "1",
            "preview_mime": "text/html",
            "preview_data": None,
            "user": "1",
            "has_predictive_content": "0",
        }
        for mailing in visible(world)
    ]


CAMPAIGNS = record_collection(
    "campaigns",
    campaign_rows,
    filters={
        "seriesid": "seriesid",
        "automation": "seriesid",
        "list_id": "_lists",
        "willrecur": "willrecur",
        "type": "type",
        "status": "status",
        "name": "name",
        "id": "id",
    },
    orders={name: name for name in ("sdate", "ldate", "mdate", "status", "id")},
)
CAMPAIGN_LISTS = record_collection("campaignLists", _campaign_lists)
MESSAGES = record_collection("messages", messages)
