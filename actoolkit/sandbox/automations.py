"""Automations and who went through them, as the API tells them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from actoolkit.sandbox.brand import AUTOMATIONS
from actoolkit.sandbox.clock import iso
from actoolkit.sandbox.collection import BASE, Collection, Query, links, record_collection
from actoolkit.sandbox.draws import Ints

if TYPE_CHECKING:
    from actoolkit.sandbox.world import World

BUILT = -45_000


@lru_cache(maxsize=4)
def _counts(world: World, minute: int) -> tuple[list[int], list[int]]:
    size = len(AUTOMATIONS)
    inside = world.entries.minute <= minute
    ended = world.entries.ended <= minute
    entered = np.bincount(world.entries.automation[inside], minlength=size)
    left = np.bincount(world.entries.automation[ended], minlength=size)
    return entered.tolist(), left.tolist()


def _automations(world: World) -> list[dict[str, object]]:
    entered, left = _counts(world, world.minute)
    rows: list[dict[str, object]] = []
    for number, one in enumerate(AUTOMATIONS, 1):
        row: dict[str, object] = {
            "name": one.name,
            "cdate": iso(BUILT + number * 700),
            "mdate": iso(number * 900),
            "userid": "1",
            "status": "1" if one.active else 2,
            "entered": str(entered[number - 1]),
            "exited": str(left[number - 1]),
            "hidden": "0",
            "links": links(
                f"automations/{number}",
                "campaigns",
                "contactGoals",
                "contactAutomations",
                "blocks",
                "goals",
                "sms",
                "sitemessages",
            ),
            "id": str(number),
            "entitlements_violation": "0",
            "source": "1",
            "description": None,
            "exit_on_unsubscribe": "0",
            "exit_on_conversion": "0",
            "multientry": "1",
        }
        if number == 1:
            row |= {"defaultscreenshot": "/media/a.png", "screenshot": "/media/a.png"}
        rows.append(row)
    return rows


def _select(world: World, query: Query) -> Ints:
    entries = world.entries
    rows = np.arange(int(np.searchsorted(entries.minute, world.minute, side="right")))
    wanted = query.named("filters")
    if (text := wanted.get("seriesid")) and text.isdigit():
        rows = rows[entries.automation[rows] == int(text) - 1]
    if (text := wanted.get("subscriberid")) and text.isdigit():
        rows = rows[world.people.ids[entries.contact[rows]] == int(text)]
    if (text := wanted.get("status")) in ("1", "2"):
        rows = rows[(entries.ended[rows] <= world.minute) == (text == "2")]
    if query.named("orders").get("adddate", "ASC").upper() == "DESC":
        rows = rows[::-1]
    return rows


def _render(world: World, rows: Ints) -> list[str]:
    entries, made = world.entries, []
    for row in rows.tolist():
        ident, at = int(entries.ids[row]), int(entries.automation[row])
        contact, minute, ended = (
            int(world.people.ids[entries.contact[row]]),
            int(entries.minute[row]),
            int(entries.ended[row]),
        )
        over, steps = ended <= world.minute, 2 + len(AUTOMATIONS[at].mails)
        share = 1.0 if over else (world.minute - minute) / max(ended - minute, 1)
        done = int(share * steps)
        base = f"{BASE}/contactAutomations/{ident}"
        made.append(
            f'{{"contact":"{contact}","seriesid":"{at + 1}","startid":"{at + 1}","status":"{2 if over else 1}",'
            f'"batchid":null,"adddate":"{iso(minute)}","remdate":{chr(34) + iso(ended) + chr(34) if over else "null"},'
            f'"timespan":{chr(34) + str((ended - minute) * 60) + chr(34) if over else "null"},'
            f'"lastblock":"{10 * (at + 1) + done}","lastlogid":"0","lastdate":"{iso(min(ended, world.minute))}",'
            f'"in_als":"1","completedElements":"{done}","totalElements":"{steps}","completed":{int(over)},'
            f'"completeValue":{100 * done // steps},'
            f'"links":{{"automation":"{base}/automation","contact":"{base}/contact","contactGoals":"{base}/contactGoals"}},'
            f'"id":"{ident}","automation":"{at + 1}"}}'
        )
    return made


AUTOMATION_LIST = record_collection(
    "automations",
    _automations,
    filters={"name": "name", "status": "status"},
    orders={"name": "name", "cdate": "cdate"},
    meta=lambda query, limit, offset: {"starts": [], "filtered": False, "smsLogs": []},
)
CONTACT_AUTOMATIONS = Collection(
    "contactAutomations",
    "string",
    _select,
    _render,
    meta=lambda query, limit, offset: {"showcase_stats": []},
)
