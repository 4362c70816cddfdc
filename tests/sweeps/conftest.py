"""A second server, of another hand than the sandbox: rows that come, go and change while it is read.

It knows four orders, cuts pages short as it likes, and counts what there is at the moment.
"""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta

import pytest

from actoolkit.api.page import Page

EPOCH = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORDERS = ("id rising", "id falling", "newest change first", "no order")


class Living:
    """A collection that lives on between two requests.

    - ``order``: one of ``ORDERS``; ``orders[id]`` is honoured when it is asked for.
    - ``churn``: mean number of changes before each request.
    - ``short``: chance that a page comes cut short.
    - ``still``: no change any more.
    """

    def __init__(self, endpoint, order, churn, seed, rows=None, short=0.1):
        self.chance = random.Random(f"{order} {churn} {seed}")
        self.endpoint, self.order, self.churn, self.short = endpoint, order, churn, short
        self.requests = 0
        self.clock = EPOCH
        self.rows, self.versions = {}, {}
        self.last = 0
        for _ in range(self.chance.randint(0, 260) if rows is None else rows):
            self.insert()
        self.stayed = set(self.rows)
        self.still = False

    def insert(self):
        self.last += self.chance.choice((1, 1, 1, 2, 9))
        self.rows[self.last] = self.row(self.last)

    def row(self, number):
        self.clock += timedelta(seconds=self.chance.choice((0, 0, 1, 60)))
        text = self.clock.isoformat(timespec="seconds")
        made = {"id": str(number), "cdate": text, "udate": text, "n": self.chance.random()}
        self.versions.setdefault(number, []).append(made)
        return made

    def change(self):
        what = self.chance.random()
        if what < 0.35 or not self.rows:
            self.insert()
        else:
            number = self.chance.choice(list(self.rows))
            if what < 0.6:
                del self.rows[number]
                self.stayed.discard(number)
            else:
                self.rows[number] = self.row(number)

    def live(self):
        if self.still:
            return
        count, left = 0, math.exp(-min(self.churn, 50.0))
        product = self.chance.random()
        while product > left:
            count, product = count + 1, product * self.chance.random()
        for _ in range(count):
            self.change()

    def in_order(self, params):
        rows = list(self.rows.values())
        if "orders[id]" in params or self.order == "id rising":
            return sorted(rows, key=lambda row: int(row["id"]))
        if self.order == "id falling":
            return sorted(rows, key=lambda row: -int(row["id"]))
        if self.order == "newest change first":
            return sorted(rows, key=lambda row: (row["udate"], int(row["id"])), reverse=True)
        return sorted(rows, key=lambda row: int(row["id"]) * 2654435761 % 1000003)

    def keeps(self, row, params):
        return True

    def fetch(self, params):
        return Page.of(self.endpoint, self.body(params))

    def body(self, params):
        self.requests += 1
        self.live()
        rows = [row for row in self.in_order(params) if self.keeps(row, params)]
        total = len(rows)
        if "id_greater" in params:
            rows = [row for row in rows if int(row["id"]) > int(params["id_greater"])]
        if "id_less" in params:
            rows = [row for row in rows if int(row["id"]) < int(params["id_less"])]
        start, size = int(params.get("offset", 0)), int(params.get("limit", 20))
        if size > 2 and self.chance.random() < self.short:
            size = self.chance.randint(2, size)
        return {self.endpoint.envelope: rows[start : start + size], "meta": {"total": str(total)}}


@pytest.fixture
def living():
    return Living


@pytest.fixture
def epoch():
    return EPOCH
