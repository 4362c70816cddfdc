"""A collection that changes while it is paged: the oracle of the walks.

Pure and seeded. ``Drifting`` answers page requests like the API and changes itself between them;
it remembers which rows existed throughout, which is what no walk may lose.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from actoolkit.api.endpoints import Endpoint
from actoolkit.api.page import Page


@dataclass
class Drifting:
    """Rows (id, updated) with an order, a churn and quirks.

    Args:
        endpoint: Shape of the answers.
        rows: How many to begin with.
        order: "id asc", "id desc", "updated desc" or "updated asc".
        churn: Mean number of inserts, deletes and updates between two requests.
        cap: Most rows the server gives whatever limit is asked for.
        total: "string", "int", "absent", or a function from the true total.
        ignores: Parameters that the server does not know.
    """

    endpoint: Endpoint
    rows: int
    order: str = "id asc"
    churn: float = 0.0
    seed: int = 0
    cap: int = 100
    total: object = "string"
    ignores: frozenset[str] = frozenset()
    requests: list[dict[str, object]] = field(default_factory=list)

    def __post_init__(self):
        self.random = random.Random(self.seed)
        self.clock = 0
        self.alive: dict[int, int] = {}
        self.next_id = 1
        for _ in range(self.rows):
            self.insert()
        for number in self.random.sample(sorted(self.alive), len(self.alive) // 3):
            self.update(number)
        self.throughout = set(self.alive)

    def insert(self):
        self.clock += 1
        self.alive[self.next_id] = self.clock
        self.next_id += self.random.choice((1, 1, 1, 2, 7))

    def update(self, number):
        self.clock += 1
        self.alive[number] = self.clock

    def delete(self, number):
        del self.alive[number]
        self.throughout.discard(number)

    def drift(self):
        events = int(self.churn) + (self.random.random() < self.churn % 1)
        for _ in range(events):
            kind = self.random.choice(("insert", "delete", "update"))
            if kind == "insert" or not self.alive:
                self.insert()
            elif kind == "delete":
                self.delete(self.random.choice(list(self.alive)))
            else:
                self.update(self.random.choice(list(self.alive)))

    def sorted_ids(self, params):
        if params.get("orders[id]") == "ASC" and "orders" not in self.ignores:
            return sorted(self.alive)
        column, direction = self.order.split()
        rank = (lambda n: n) if column == "id" else (lambda n: self.alive[n])
        return sorted(self.alive, key=rank, reverse=direction == "desc")

    def answer(self, params) -> dict[str, object]:
        self.requests.append(dict(params))
        if len(self.requests) > 1:
            self.drift()
        ids = self.sorted_ids(params)
        matching = ids
        if "id_greater" in params and "id_greater" not in self.ignores:
            matching = [n for n in ids if n > int(params["id_greater"])]
        limit = (
            min(int(params.get("limit", 20)), self.cap) if "limit" not in self.ignores else len(ids)
        )
        offset = int(params.get("offset", 0)) if "offset" not in self.ignores else 0
        rows = [
            {"id": str(n), "updated": str(self.alive[n])} for n in matching[offset : offset + limit]
        ]
        return {self.endpoint.envelope: rows} | self.meta(len(ids))

    def meta(self, count) -> dict[str, object]:
        if self.total == "absent":
            return {}
        if callable(self.total):
            return {"meta": {"total": self.total(count)}}
        return {"meta": {"total": str(count) if self.total == "string" else count}}

    def fetch(self, params) -> Page:
        return Page.of(self.endpoint, self.answer(params))
