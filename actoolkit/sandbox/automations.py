"""Automations and who went through them, as the API tells them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from actoolkit.sandbox.brand import AUTOMATIONS
from actoolkit.sandbox.clock import iso
from actoolkit.sandbox.collection import (
    BASE,
    Collection,
    Query,
    Rows,
    kept_moments,
    kept_numbers,
    known_by_now,
    links,
    record_collection,
)
from actoolkit.sandbox.draws import Ints

if TYPE_CHECKING:
    from actoolkit.sandbox.world import World

BUILT = -45_000


@known_by_now
def _counts(world: World) -> tuple[list[int], list[int]]:
    size = len(AUTOMATIONS)
    inside = world.entries.minute <= world.minute
    ended = world.entries.ended <= world.minute
    entered = np.bincount(world.entries.automation[inside], minlength=size)
    left = np.bincount(world.entries.automation[ended], minlength=size)
    return entered.tolist(), left.tolist()


def _automations(world: World) -> list[dict[str, object]]:
    entered, left = _counts(world)
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


def _select(world: World, query: Query) -> Rows:
    entries = world.entries
    rows: Rows = range(int(np.searchsorted(entries.minute, world.minute, side="right")))
    tests = [test for test in query.tests("filters") if test[0] in (*NUMBERS, "adddate")]
    orders = {k: v for k, v in query.named("orders").items() if k in (*NUMBERS, *MOMENTS)}
    if not tests and not orders:
        return rows
    rows = np.asarray(rows, np.int64)
    for name, operator, text in tests:
        if name == "adddate":
            rows = rows[kept_moments(entries.minute[rows], operator, text)]
        else:
            rows = rows[kept_numbers(NUMBERS[name](world, rows), operator, text)]
    for name, direction in reversed(orders.items()):
        keys = {**NUMBERS, **MOMENTS}[name](world, rows)
        rows = rows[np.argsort(-keys if direction.upper() == "DESC" else keys, kind="stable")]
    return rows


def _last_block(world: World, rows: Ints) -> Ints:
    return 10 * (world.entries.automation[rows] + 1) + _done(world, rows)


def _done(world: World, rows: Ints) -> Ints:
    entries = world.entries
    began, ended = entries.minute[rows], entries.ended[rows]
    passed = np.minimum(world.minute, ended) - began
    done: Ints = passed * STEPS[entries.automation[rows]] // np.maximum(ended - began, 1)
    return done


STEPS = np.array([2 + len(one.mails) for one in AUTOMATIONS])

Column: TypeAlias = Callable[["World", Ints], Ints]
NUMBERS: Mapping[str, Column] = {
    "seriesid": lambda world, rows: world.entries.automation[rows] + 1,
    "subscriberid": lambda world, rows: world.people.ids[world.entries.contact[rows]],
    "status": lambda world, rows: 1 + (world.entries.ended[rows] <= world.minute),
    "lastblock": _last_block,
}
MOMENTS: Mapping[str, Column] = {
    "adddate": lambda world, rows: world.entries.minute[rows],
    "lastdate": lambda world, rows: np.minimum(world.entries.ended[rows], world.minute),
}


def render(world: World, rows: Ints) -> list[str]:
    """Write entries as JSON."""
    entries, made = world.entries, []
    for row, done in zip(rows.tolist(), _done(world, rows).tolist(), strict=True):
        ident, at = int(entries.ids[row]), int(entries.automation[row])
        contact, minute, ended = (
            int(world.people.ids[entries.contact[row]]),
            int(entries.minute[row]),
            int(entries.ended[row]),
        )
        over, steps = ended <= world.minute, 2 + len(AUTOMATIONS[at].mails)
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
    orders={name: name for name in ("name", "status", "entered", "cdate", "mdate")},
    meta=lambda query, limit, offset: {"starts": [], "filtered": False, "smsLogs": []},
)
CONTACT_AUTOMATIONS = Collection(
    "contactAutomations",
    "string",
    _select,
    render,
    meta=lambda query, limit, offset: {"showcase_stats": []},
)
