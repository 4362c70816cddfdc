"""What the account knows of contacts beside their mail: tags, segments, custom fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from actoolkit.sandbox.clock import DAY
from actoolkit.sandbox.draws import Flags

if TYPE_CHECKING:
    from actoolkit.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Attribute:
    """One tag or segment, and whom it is true of: a flag for each contact."""

    name: str
    description: str
    of: Callable[[World], Flags]


@dataclass(frozen=True, slots=True)
class Field:
    """One custom field; contacts whose place divides by ``every`` have a value."""

    title: str
    kind: str
    tag: str
    every: int
    values: tuple[str | None, ...]


def _opened_lately(world: World) -> Flags:
    opened = world.traces().opened
    return (opened >= 0) & (opened > world.minute - 90 * DAY)


def _wholesale(world: World) -> Flags:
    on, there = world.members[-1], np.zeros(len(world.people.ids), bool)
    there[on.contacts[(on.since <= world.minute) & (on.until > world.minute)]] = True
    return there


def _barista(world: World) -> Flags:
    eager: Flags = world.people.engagement > 0.8
    return eager


def _gifts(world: World) -> Flags:
    generous: Flags = world.people.spending > 1.5
    return generous


def _met(world: World) -> Flags:
    there: Flags = world.people.ids % 6 == 0
    return there


TAGS = (
    Attribute("Barista", "Knows the craft", _barista),
    Attribute("Gift giver", "Buys for others", _gifts),
    Attribute("Met in store", "Signed up there", _met),
)

SEGMENTS = (
    Attribute("Opened in the last 90 days", "", _opened_lately),
    Attribute("Wholesale, subscribed", "", _wholesale),
)

FIELDS = (
    Field("Brewing method", "dropdown", "BREWING_METHOD", 3, ("Espresso", "Filter", "Press", "")),
    Field(
        "Favourite roasts",
        "checkbox",
        "FAVOURITE_ROASTS",
        5,
        ("||Guji natural||", "||House espresso||Decaf||", "||Huila washed||Guji natural||"),
    ),
    Field("Birthday", "date", "BIRTHDAY", 7, ("1984-05-17", "1991-11-02", None, "1978-02-28")),
)
