"""Which path of the API answers with what."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from actoolkit.sandbox import (
    automations,
    campaign_parts,
    campaigns,
    contact_rows,
    contacts,
    custom_objects,
    lists,
    office,
    orders,
)
from actoolkit.sandbox.account import CONNECTIONS, EMAIL_ACTIVITIES
from actoolkit.sandbox.collection import Collection, Query, Refused, text_of
from actoolkit.sandbox.contact_filters import position_of
from actoolkit.sandbox.world import World

COLLECTIONS: Mapping[str, Collection] = {
    "/automations": automations.AUTOMATION_LIST,
    "/brandings": office.BRANDINGS,
    "/calendars": office.CALENDARS,
    "/campaignLists": campaigns.CAMPAIGN_LISTS,
    "/campaignMessages": campaign_parts.CAMPAIGN_MESSAGES,
    "/campaigns": campaigns.CAMPAIGNS,
    "/connections": CONNECTIONS,
    "/contactAutomations": automations.CONTACT_AUTOMATIONS,
    "/contactLists": lists.CONTACT_LISTS,
    "/contactTags": contact_rows.CONTACT_TAGS,
    "/contacts": contacts.CONTACTS,
    "/ecomCustomers": orders.ECOM_CUSTOMERS,
    "/ecomOrderProducts": orders.ECOM_ORDER_PRODUCTS,
    "/ecomOrders": orders.ECOM_ORDERS,
    "/emailActivities": EMAIL_ACTIVITIES,
    "/eventTrackingEvents": office.EVENT_TRACKING_EVENTS,
    "/fieldValues": contact_rows.FIELD_VALUES,
    "/fields": contact_rows.FIELD_LIST,
    "/groupLimits": office.GROUP_LIMITS,
    "/groups": office.GROUPS,
    "/listGroups": office.LIST_GROUPS,
    "/lists": lists.LIST_LIST,
    "/messages": campaigns.MESSAGES,
    "/notes": contact_rows.NOTES,
    "/savedResponses": office.SAVED_RESPONSES,
    "/scores": contacts.SCORES_LIST,
    "/segments": contact_rows.SEGMENT_LIST,
    "/siteTrackingDomains": office.SITE_TRACKING_DOMAINS,
    "/tags": contact_rows.TAG_LIST,
    "/taskOutcomes": office.TASK_OUTCOMES,
    "/tasktypeOutcomeRels": office.TASKTYPE_OUTCOME_RELS,
    "/users": office.USERS,
    "/webhooks": office.WEBHOOKS,
}

Rows = Callable[[World, int], Iterable[str]]
Bodies = Callable[[World, str, Query], object]


def _entries_of(world: World, position: int) -> list[str]:
    entries = world.entries
    there = (entries.contact == position) & (entries.minute <= world.minute)
    return automations.render(world, np.flatnonzero(there)[::-1])


def _scores_of(world: World, position: int) -> list[str]:
    return [contacts.score_values(world, np.array([position])).strip("[]")]


OF_CONTACT: Mapping[str, Rows] = {
    "contactAutomations": _entries_of,
    "contactLists": lists.of_contact,
    "contactTags": contact_rows.tags_of,
    "fieldValues": contact_rows.values_of,
    "geoIps": contact_rows.places_of,
    "notes": contact_rows.notes_of,
    "scoreValues": _scores_of,
    "trackingLogs": contact_rows.tracking_of,
}


def _below_contact(world: World, ident: str, envelope: str) -> str:
    position = position_of(world, ident)
    if position is None:
        raise Refused(404, {"message": f"No Result found for Subscriber with id {ident}"})
    return f'{{"{envelope}":[{",".join(OF_CONTACT[envelope](world, position))}]}}'


def _message(world: World, ident: str, query: Query) -> object:
    for row in campaigns.messages(world):
        if row["id"] == ident:
            return {"message": row}
    raise Refused(404, {"message": f"No Result found for Message with id {ident}"})


SINGLES: tuple[tuple[re.Pattern[str], Bodies], ...] = (
    (re.compile(r"/contacts/(\w+)"), lambda world, ident, query: contacts.one(world, ident)),
    (re.compile(r"/lists/(\w+)"), lambda world, ident, query: lists.one(world, ident)),
    (re.compile(r"/messages/(\w+)"), _message),
    (re.compile(r"/users/(me)"), lambda world, ident, query: {"user": office.user(world)}),
    (
        re.compile(r"/campaigns/(\w+)/links"),
        lambda world, ident, query: {"links": campaign_parts.links_of(world, ident)},
    ),
    (
        re.compile(r"/customObjects/(schemas)"),
        lambda world, ident, query: custom_objects.schemas(world, query),
    ),
    (re.compile(r"/customObjects/records/([\w-]+)"), custom_objects.records),
    (re.compile(r"/import/(bulk_import)"), lambda world, ident, query: office.bulk_import(world)),
    (re.compile(r"/webhook/(events)"), lambda world, ident, query: office.webhook_events(world)),
)
_CONTACT = re.compile(rf"/contacts/(\w+)/({'|'.join(OF_CONTACT)})")
_ORDER = re.compile(r"/ecomOrders/(\w+)/orderProducts")
_AUTOMATION = re.compile(r"/automations/(\d+)/contactAutomations")


def body(world: World, path: str, query: str) -> bytes | None:
    """Give what a GET answers, or None when there is no such path.

    Args:
        world: Whose account.
        path: Path below ``/api/3``.
        query: The part of the address after the question mark.

    Raises:
        Refused: The API answers with an error.
    """
    if path in COLLECTIONS:
        return COLLECTIONS[path].answer(world, Query(query))
    if found := _CONTACT.fullmatch(path):
        return _below_contact(world, found[1], found[2]).encode()
    if found := _ORDER.fullmatch(path):
        return f'{{"ecomOrderProducts":[{",".join(orders.lines_of(world, found[1]))}]}}'.encode()
    if found := _AUTOMATION.fullmatch(path):
        inside = f"{query}&filters[seriesid]={found[1]}"
        return automations.CONTACT_AUTOMATIONS.answer(world, Query(inside))
    for pattern, single in SINGLES:
        if found := pattern.fullmatch(path):
            return text_of(single(world, found[1], Query(query))).encode()
    return None
