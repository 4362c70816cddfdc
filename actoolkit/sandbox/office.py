"""What the account keeps beside contacts and mail: users, groups, hooks, templates, settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from actoolkit.sandbox.brand import LISTS
from actoolkit.sandbox.clock import DAY, ZONE, iso, wall
from actoolkit.sandbox.collection import links, record_collection

if TYPE_CHECKING:
    from actoolkit.sandbox.world import World

Row = dict[str, object]
BUILT = -60_000
EVENTS = (
    *("subscribe", "unsubscribe", "update", "sent", "open", "click", "forward", "share", "reply"),
    *("bounce", "contact_tag_added", "contact_tag_removed", "contact_add", "list_add"),
)
SITE_EVENTS = ("viewed product", "started subscription", "booked cupping")
SITES = ("hillside.example.com", "eu.hillside.example.com")
RIGHTS = (
    *("pgListAdd", "pgListEdit", "pgListDelete", "pgListHeaders", "pgListEmailaccount"),
    *("pgListBounce", "pgMessageAdd", "pgMessageEdit", "pgMessageDelete", "pgMessageSend"),
    *("pgContactAdd", "pgContactEdit", "pgContactDelete", "pgContactMerge", "pgContactImport"),
    *("pgContactApprove", "pgContactExport", "pgContactSync", "pgContactFilters"),
    *("pgContactActions", "pgContactFields", "pg_user_add", "pg_user_edit", "pg_user_delete"),
    *("pgGroupAdd", "pgGroupEdit", "pgGroupDelete", "pgTemplateAdd", "pgTemplateEdit"),
    *("pgTemplateDelete", "pgAutomationManage", "pgFormEdit", "pgReportsCampaign"),
    *("pgReportsList", "pgReportsUser", "pgReportsTrend", "pgDeal", "pgTagManage"),
    *("pgSavedResponsesManage", "pgDealDelete", "pgDealReassign", "pgDealGroupAdd"),
    *("pgDealGroupEdit", "pgDealGroupDelete", "pgPersonalizationAdd", "pgPersonalizationEdit"),
    *("pgPersonalizationDelete", "pgStartupReports", "pgStartupGettingstarted"),
)
LIST_RIGHTS = (
    *("p_list_add", "p_list_edit", "p_list_delete", "p_list_sync", "p_list_filter"),
    *("p_message_add", "p_message_edit", "p_message_delete", "p_message_send"),
    *("p_subscriber_add", "p_subscriber_edit", "p_subscriber_delete", "p_subscriber_import"),
    "p_subscriber_approve",
)


def user(world: World) -> Row:
    """Give the user whose token it is."""
    return {
        "username": "analyst",
        "firstName": "Ada",
        "lastName": "Example",
        "email": "analyst@example.com",
        "phone": "",
        "signature": "",
        "localZoneid": ZONE,
        "password_updated_utc_timestamp": "0000-00-00 00:00:00",
        "cdate": None,
        "udate": iso(0),
        "mfaEnabled": "0",
        "links": links("users/1", "lists", "userGroup", "configs"),
        "id": "1",
    }


def _brandings(world: World) -> list[Row]:
    texts = ("headerTextValue", "headerHtmlValue", "footerTextValue", "footerHtmlValue")
    templates = ("adminTemplateHtm", "adminTemplateCss", "publicTemplateHtm", "publicTemplateCss")
    return [
        {
            "groupid": "3",
            "siteName": "Hillside Coffee",
            "siteLogo": "",
            "siteLogoSmall": "",
            **dict.fromkeys(texts, ""),
            **dict.fromkeys(("copyright", "version", "license", "links", "help"), "1"),
            **dict.fromkeys(templates, ""),
            "favicon": None,
            "id": "1",
        }
    ]


def _calendars(world: World) -> list[Row]:
    return [
        {
            "title": "Cuppings",
            "type": "All",
            "userid": "1",
            "notification": "15",
            "cdate": iso(BUILT),
            "mdate": iso(0),
            "token": "not-a-secret-of-anybody",
            "links": links("calendars/1", "user", "calendarRels", "calendarUsers"),
            "id": "1",
        }
    ]


def _groups(world: World) -> list[Row]:
    return [
        {
            "title": title,
            "descript": None if number == 3 else "Reads reports",
            "unsubscribelink": "0",
            "optinconfirm": "0",
            "p_admin": str(int(number == 3)),
            **dict.fromkeys(RIGHTS, str(int(number == 3))),
            "pgReportsCampaign": "1",
            "sdate": iso(BUILT),
            "reqApproval": "0",
            "reqApproval1st": "2",
            "reqApprovalNotify": "",
            "socialdata": "0",
            "links": links(f"groups/{number}", "userGroups", "groupLimit", "listGroups"),
            "id": str(number),
        }
        for number, title in ((3, "Admin"), (4, "Analysts"))
    ]


def _group_limits(world: World) -> list[Row]:
    return [
        {
            "groupid": "3",
            "limitMail": "0",
            "limitMailType": "month",
            "limitContact": "0",
            "limitList": "0",
            "limitCampaign": "0",
            "limitCampaignType": "month",
            "limitAttachment": "-1",
            "limitUser": "0",
            "abuseRatio": "4",
            "forceSenderInfo": "0",
            "links": links("groupLimits/1", "group"),
            "id": "1",
            "group": "3",
        }
    ]


def _list_groups(world: World) -> list[Row]:
    return [
        {
            "list": str(number),
            "group": "3",
            **dict.fromkeys(LIST_RIGHTS, "1"),
            "links": links(f"listGroups/{number}", "list", "group"),
            "id": str(number),
        }
        for number in range(1, len(LISTS) + 1)
    ]


def _saved_responses(world: World) -> list[Row]:
    return [
        {
            "title": title,
            "subject": title,
            "body": f"<p>{body}</p>",
            "cdate": iso(BUILT),
            "links": links(f"savedResponses/{number}", "savedResponse"),
            "id": str(number),
            "ldate": iso(50 * DAY) if number == 1 else None,
            "last_sent_user_id": "1" if number == 1 else None,
            "mdate": None,
        }
        for number, (title, body) in enumerate(
            (("Where is my order?", "It is on its way."), ("Wholesale prices", "Here they are.")), 1
        )
    ]


def _task_outcomes(world: World) -> list[Row]:
    return [
        {
            "title": title,
            "sentiment": sentiment,
            "created_by": "1",
            "disabled": "0",
            "links": links(f"taskOutcomes/{number}", "tasktypeOutcomeRels"),
            "id": str(number),
            "updated_by": "1",
            "created_utc_timestamp": iso(BUILT),
            "updated_utc_timestamp": iso(BUILT),
            "dealTasktype_ids": ["1", "2"],
            "_code": {"NEGATIVE": "1", "NEUTRAL": "2", "POSITIVE": "3"}[sentiment],
        }
        for number, (title, sentiment) in enumerate(
            (("Agreed", "POSITIVE"), ("Left a message", "NEUTRAL"), ("Declined", "NEGATIVE")), 1
        )
    ]


def _tasktype_outcome_rels(world: World) -> list[Row]:
    return [
        {
            "tasktype_id": str(kind),
            "outcome_id": str(outcome),
            "display_order": str(outcome),
            "created_by": "1",
            "created_utc_timestamp": iso(BUILT),
            "updated_by": None,
            "updated_utc_timestamp": wall(BUILT),
            "links": links(f"tasktypeOutcomeRels/{3 * kind + outcome - 3}", "tasktype", "outcome"),
            "id": str(3 * kind + outcome - 3),
            "tasktype": str(kind),
            "outcome": str(outcome),
            "createdBy": "1",
        }
        for kind in (1, 2)
        for outcome in (1, 2, 3)
    ]


def _webhooks(world: World) -> list[Row]:
    return [
        {
            "cdate": iso(BUILT),
            "listid": on,
            "name": name,
            "url": f"https://hooks.example.com/{number}",
            "events": list(events),
            "sources": ["public", "admin", "api", "system"],
            "links": [],
            "id": str(number),
        }
        for number, (name, on, events) in enumerate(
            (("Warehouse", "0", EVENTS[:2]), ("Newsletter only", "1", EVENTS[3:6])), 1
        )
    ]


def _named(names: tuple[str, ...]) -> Callable[[World], list[Row]]:
    return lambda world: [{"name": name} for name in names]


def bulk_import(world: World) -> Row:
    """Give what the importer has waiting and done."""
    date = wall(world.minute)[:10]
    return {
        "outstanding": [{"forDate": date, "batches": "1", "contacts": "40"}],
        "recentlyCompleted": [{"forDate": date, "batches": "3", "contacts": "212"}],
    }


def webhook_events(world: World) -> Row:
    """Give the names of what a webhook can be told of: plain texts, not objects."""
    return {"webhookEvents": list(EVENTS), "meta": {"total": len(EVENTS)}}


BRANDINGS = record_collection("brandings", _brandings)
CALENDARS = record_collection("calendars", _calendars)
GROUPS = record_collection("groups", _groups)
GROUP_LIMITS = record_collection("groupLimits", _group_limits)
LIST_GROUPS = record_collection("listGroups", _list_groups)
SAVED_RESPONSES = record_collection("savedResponses", _saved_responses)
TASK_OUTCOMES = record_collection("taskOutcomes", _task_outcomes, filters={"sentiment": "_code"})
TASKTYPE_OUTCOME_RELS = record_collection("tasktypeOutcomeRels", _tasktype_outcome_rels)
USERS = record_collection("users", lambda world: [user(world)])
WEBHOOKS = record_collection(
    "webhooks", _webhooks, filters={"name": "name", "url": "url", "listid": "listid"}
)
EVENT_TRACKING_EVENTS = record_collection("eventTrackingEvents", _named(SITE_EVENTS), total="int")
SITE_TRACKING_DOMAINS = record_collection("siteTrackingDomains", _named(SITES), total="int")
