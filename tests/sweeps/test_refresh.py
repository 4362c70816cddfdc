"""Histories of an account whose contacts are refreshed by what changed: no row stays stale.

Rows that change in the same second, while they are read, across days of 23 and of 25 hours in six
zones (one changes at midnight, one by half an hour, two are off by a half or a whole day); clocks of the client, of the server and of its answers a day apart; filters that take the moment, or
the day only, in the account's zone or in UTC, with it or without; and a server that knows no filter.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.api.paging import Walk
from actoolkit.loaders._refresh import renew
from actoolkit.loaders._request import request_of
from actoolkit.loaders._rows import Rows
from actoolkit.store.manifest import Manifest, schema_version

ZONES = (
    "America/Chicago",
    "America/St_Johns",
    "America/Santiago",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
)
CONTACTS = ENDPOINTS["contacts"]
DAY = timedelta(days=1)
FILTERS = (
    "after the moment",
    "from the moment",
    "after the day, here",
    "from the day, here",
    "after the day, as written",
    "none",
)
CELLS = 2 * len(ZONES) * len(FILTERS)


def changes(zone):
    """The two hours of 2026 at which a zone's clocks change."""
    hours = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(365 * 24)]
    offsets = [hour.astimezone(zone).utcoffset() for hour in hours]
    return [hours[n] for n in range(1, len(hours)) if offsets[n] != offsets[n - 1]]


CHANGES = {name: changes(ZoneInfo(name)) for name in ZONES}


class Account:
    """Contacts that live in the account's own time; reads them as a reader does."""

    def __init__(self, living, seed):
        self.chance = random.Random(seed)
        self.filter = FILTERS[seed % len(FILTERS)]
        self.world = living(CONTACTS, "id rising", self.chance.choice((0, 0.2, 1)), seed, rows=0)
        name = ZONES[seed // len(FILTERS) % len(ZONES)]
        self.zone = ZoneInfo(name)
        change = CHANGES[name][seed // (len(FILTERS) * len(ZONES)) % 2]
        early = timedelta(hours=self.chance.choice((1, 20, 50)))
        self.world.clock = self.now = change - early  # in UTC, which has no gaps
        self.world.row, self.world.keeps = self.row, self.keeps
        self.client_off = self.chance.choice((0, 1, -1)) * DAY
        self.answers_off = self.chance.choice((0, 0, 1, -1)) * DAY
        self.requests = 0
        for _ in range(self.chance.randint(3, 120)):
            self.world.insert()

    def row(self, number):
        self.now += timedelta(seconds=self.chance.choice((0, 0, 0, 1, 90)))
        text = self.now.astimezone(self.zone).isoformat(timespec="seconds")
        value = str(self.chance.random())
        return {"id": str(number), "cdate": text, "udate": text, "firstName": value}

    def keeps(self, row, params):
        asked = params.get("filters[updated_after]")
        if asked is None or self.filter == "none":
            return True
        edge, changed = datetime.fromisoformat(asked), datetime.fromisoformat(row["udate"])
        here = edge.astimezone(self.zone).date()
        return {
            "after the moment": changed > edge,
            "from the moment": changed >= edge,
            "after the day, here": changed.date() > here,
            "from the day, here": changed.date() >= here,
            "after the day, as written": changed.date() > edge.date(),
        }[self.filter]

    def live(self, span):
        """Let time pass, with changes in it, some in the very same second."""
        end = self.now + span
        for _ in range(self.chance.randint(0, 12)):
            self.now += (end - self.now) * self.chance.random() ** 3
            for _ in range(self.chance.choice((1, 1, 4))):
                self.world.change()
        self.now = max(self.now, end)

    @property
    def server_at(self):
        return self.now + self.answers_off

    def page(self, endpoint, params):
        self.requests += 1
        return self.world.fetch(params)

    def walk(self, endpoint, query, *, journal=None):
        return Walk(lambda params: self.page(endpoint, params), endpoint, query, page_size=20)


class Memory:
    """The last load, as `Snapshots` gives it."""

    def __init__(self, request):
        self.request, self.manifest, self.frame = request, None, None

    def find(self, table, query):
        return self.manifest

    def read(self, manifest):
        return self.frame

    def keep(self, account, began, server_began, frame, certainty, whole_at):
        self.frame = frame
        self.manifest = Manifest(
            account="a", table="contacts", endpoint="/contacts", query={}, generation="1",
            fetched_at=began, server_at=server_began, rows=frame.height, vendor_total=None,
            certainty=certainty, unknown_fields={}, rescued_values={}, requests=0, sha256="",
            file="", schema_version=schema_version(self.request.table), actoolkit_version="",
            whole_at=whole_at,
        )  # fmt: skip


def load(account, memory, *, whole=False):
    """One load as the loader makes it; give whether it was a refresh, and its requests."""
    began, server_began = account.now + account.client_off, account.server_at
    account.requests = 0
    quiet = SimpleNamespace(update=lambda **told: None)
    renewed = None if whole else renew(memory.request, memory, account, None, quiet)
    if renewed is not None:
        memory.keep(
            account, began, server_began, renewed.frame, renewed.certainty, renewed.whole_at
        )
        return True, account.requests
    rows = Rows(memory.request)
    walk = account.walk(CONTACTS, {})
    for page in walk:
        rows.add(page.rows, page.side_loads, page.keys)
    (_, ordered), *_ = rows.finish(walk.outcome.rows)
    frame = ordered.frame()
    memory.keep(account, began, server_began, frame, walk.outcome.certainty, began)
    return False, account.requests


def differences(account, memory):
    """Rows that are missing or stale, and rows that are no more."""
    truth = {key: row["firstName"] for key, row in account.world.rows.items()}
    stored = {
        int(key): name for key, name in memory.frame.select("contact_id", "first_name").iter_rows()
    }
    assert len(stored) == memory.frame.height
    wrong = [key for key, name in truth.items() if stored.get(key) != name]
    return wrong, stored.keys() - truth.keys()


def history(living, seed):
    account = Account(living, seed)
    memory = Memory(request_of("contacts"))
    load(account, memory)
    refreshed = 0
    for _ in range(account.chance.randint(1, 5)):
        account.live(account.chance.choice((0, 1, 24, 30, 24 * 9)) * timedelta(hours=1))
        refreshed += load(account, memory)[0]
    account.world.still = True
    before = account.now
    refreshed += load(account, memory)[0]
    assert account.now == before
    wrong, ghosts = differences(account, memory)
    assert not wrong, (seed, account.filter, wrong)
    assert not ghosts or memory.manifest.certainty == "unverified", (seed, ghosts)
    load(account, memory, whole=True)
    assert differences(account, memory) == ([], set()), seed
    return refreshed


def test_the_zones_have_short_and_long_days():
    """The histories begin where days are not as long as others."""
    lengths = set()
    for name, found in CHANGES.items():
        assert len(found) == 2, name
        for change in found:
            day = change.astimezone(ZoneInfo(name)).date()
            ends = [
                datetime(one.year, one.month, one.day, tzinfo=ZoneInfo(name)).astimezone(UTC)
                for one in (day, day + DAY)
            ]
            lengths.add((ends[1] - ends[0]) / timedelta(hours=1))
    assert {23, 25} <= lengths <= {23, 23.5, 24, 24.5, 25}


def test_no_row_is_stale_in_two_histories_of_each_cell(living):
    """Six zones, two changes of clocks, six filters."""
    assert sum(history(living, seed) for seed in range(2 * CELLS)) > 2 * CELLS


@pytest.mark.slow
@pytest.mark.timeout(14400)
def test_no_row_is_stale_in_five_thousand_histories(living):
    assert sum(history(living, seed) for seed in range(2 * CELLS, 5000)) > 5000


def test_a_refresh_costs_the_pages_that_changed_and_three_requests(living):
    account = Account(living, 1)
    account.world.churn = account.world.short = 0
    account.client_off = account.answers_off = timedelta(0)
    for _ in range(2000):
        account.world.insert()
    account.live(timedelta(0))
    account.world.still = True
    memory = Memory(request_of("contacts"))
    _, dear = load(account, memory)
    account.now += 40 * DAY
    account.world.rows[account.world.last] = account.row(account.world.last)
    load(account, memory)
    account.now += 3 * DAY
    for number in list(account.world.rows)[:70]:
        account.world.rows[number] = account.row(number)
    refreshed, cheap = load(account, memory)
    assert refreshed
    assert dear > 100
    assert cheap <= -(-70 // 20) + 3 + 1  # one page of overlap
    assert differences(account, memory) == ([], set())


def test_what_was_deleted_is_said_and_goes_on_request(living):
    account = Account(living, 2)
    account.world.still = True
    memory = Memory(request_of("contacts"))
    load(account, memory)
    gone = min(account.world.rows)
    del account.world.rows[gone]
    assert load(account, memory)[0]
    assert memory.manifest.certainty == "unverified"
    assert differences(account, memory) == ([], {gone})
    load(account, memory, whole=True)
    assert memory.manifest.certainty == "proven"
    assert differences(account, memory) == ([], set())


@pytest.mark.parametrize("lie", ["empty", "short"])
def test_a_filter_that_does_not_work_is_noticed(living, lie):
    account = Account(living, 0)
    account.world.still = True
    memory = Memory(request_of("contacts"))
    load(account, memory)
    account.now += 3 * DAY
    account.world.insert()
    honest = account.keeps
    newest = str(account.world.last)
    account.world.keeps = lambda row, params: (
        honest(row, params)
        and ("filters[updated_after]" not in params or (lie == "short" and row["id"] != newest))
    )
    refreshed, _ = load(account, memory)
    assert not refreshed
    assert differences(account, memory) == ([], set())


def test_the_frame_keeps_its_shape_and_order(living):
    account = Account(living, 4)
    memory = Memory(request_of("contacts"))
    load(account, memory)
    account.live(3 * DAY)
    load(account, memory)
    assert memory.frame.schema == memory.request.table.schema
    keys = memory.frame["contact_id"].cast(pl.Int64)
    assert keys.is_sorted()
