"""The world is a small causal one, the same on every machine, and it lives on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter, defaultdict
from statistics import mean

import numpy as np
import pytest

from actoolkit.sandbox import SandboxSession, World
from actoolkit.sandbox.clock import NEVER
from actoolkit.sandbox.shop import recover

PATHS = (
    "/automations",
    "/campaigns",
    "/campaignLists",
    "/contactAutomations",
    "/contactLists",
    "/contacts",
    "/ecomCustomers",
    "/ecomOrderProducts",
    "/ecomOrders",
    "/emailActivities",
    "/lists",
    "/messages",
    "/scores",
)
TINY = "a3746609597625a6cf9f79933d8064ef89eb4e1aa672047458485a5d48eff754"

DIGEST = """
import hashlib, sys
from actoolkit.sandbox import World, routes
world = World("tiny", int(sys.argv[1]))
found = hashlib.sha256()
for path in sys.argv[2:]:
    for offset in range(0, 1000, 100):
        found.update(routes.body(world, path, f"limit=100&offset={offset}"))
print(found.hexdigest())
"""


def digest(seed, hash_seed):
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": "Asia/Tokyo"}
    done = subprocess.run(
        [sys.executable, "-c", DIGEST, str(seed), *PATHS],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return done.stdout.strip()


@pytest.mark.parametrize("hash_seed", ["0", "4711"])
def test_every_machine_serves_the_same_bytes(hash_seed):
    assert digest(7, hash_seed) == TINY


def test_another_seed_is_another_world():
    assert digest(8, "0") != TINY


@pytest.fixture(scope="module")
def sends(small):
    """What became of each mail: contact and campaign to send."""
    found = {}
    for mailing in small.mailings:
        ident = str(mailing.campaign_id)
        for send in small.sends(ident):
            found.setdefault((str(send.contact_id), ident), []).append(send)
    return found


@pytest.fixture(scope="module")
def truth(small):
    return small.truth()


def test_some_orders_are_because_of_mail_and_most_are_not(truth):
    share = mean(order["campaign_id"] is not None for order in truth)
    assert 0.02 < share < 0.5


def test_a_mail_that_caused_an_order_was_read_before(truth, sends):
    caused = [order for order in truth if order["campaign_id"]]
    assert len(caused) > 50
    for order in caused:
        got = sends[order["contact_id"], order["campaign_id"]]
        read = [
            moment
            for send in got
            for moment in (send.verified_opened_at, send.clicked_at)
            if moment is not None
        ]
        assert read, order
        assert min(read) <= order["ordered_at"], order


def placed(world):
    """Orders that brought money: by whom, when wished for, whether from a cart."""
    orders = world.orders
    return {
        str(orders.ids[row]): (
            int(orders.contact[row]),
            int(orders.minute[row]),
            int(orders.kind[row]),
        )
        for row in range(world.order_count)
        if world.order_state(row) in ("1", "3")
    }


@pytest.mark.parametrize(("seed", "persuasion"), [(4, 0.5), (5, 3.0)])
def test_what_mail_caused_is_what_a_world_without_it_lacks(seed, persuasion, monkeypatch):
    """The same people in a world whose mail is sent, read, and makes nobody buy or come back."""
    world = World("small", seed, persuasion=persuasion)
    monkeypatch.setattr(
        "actoolkit.sandbox.world.recover",
        lambda seed, count, clicked, mailing, left: recover(
            seed, count, np.full(count, NEVER), mailing, left
        ),
    )
    without = Counter(placed(World("small", seed, persuasion=0.0)).values())
    known = placed(world)
    caused = [known[one["order_id"]] for one in world.truth() if one["campaign_id"]]
    assert len(caused) > 100
    assert Counter(known.values()) - without == Counter(caused)
    assert not without - Counter(known.values()), "mail takes no order away"


def test_privacy_software_opens_mail_and_buys_nothing(truth, sends):
    by_software = {
        key
        for key, got in sends.items()
        if any(send.opened_at for send in got)
        and not any(send.verified_opened_at or send.clicked_at for send in got)
    }
    assert len(by_software) > 100
    causes = {(order["contact_id"], order["campaign_id"]) for order in truth}
    assert not causes & by_software


def test_people_differ_in_how_much_they_read(sends):
    opens = defaultdict(list)
    for (contact, _), got in sends.items():
        opens[contact] += [send.verified_opened_at is not None for send in got]
    half = {
        contact: (mean(seen[::2]), mean(seen[1::2]))
        for contact, seen in opens.items()
        if len(seen) >= 20
    }
    keen = [later for earlier, later in half.values() if earlier > 0.4]
    cool = [later for earlier, later in half.values() if earlier < 0.1]
    assert len(keen) > 20
    assert len(cool) > 20
    assert mean(keen) > 2 * mean(cool)


def served(session, path, envelope):
    import requests

    rows, offset = [], 0
    while True:
        answer = requests.get(
            f"{session.url}/api/3{path}",
            params={"limit": 100, "offset": offset},
            headers={"Api-Token": "test-sandbox"},
            timeout=30,
        )
        page = answer.json()[envelope]
        rows += page
        offset += 100
        if len(page) < 100:
            return {row["id"]: row for row in rows}


def test_the_world_lives_on():
    session = SandboxSession("tiny", 7)
    session.start()
    try:
        before = {path: served(session, path, path[1:]) for path in ("/contacts", "/ecomOrders")}
        campaigns = served(session, "/campaigns", "campaigns")
        session.advance(60)
        for path, rows in before.items():
            after = served(session, path, path[1:])
            assert rows.keys() < after.keys(), path
            key = "cdate" if path == "/contacts" else "externalcreateddate"
            known = [k for k in next(iter(rows.values())) if k.lower() == key]
            assert known
            for ident, row in rows.items():
                assert after[ident][known[0]] == row[known[0]]
        later = served(session, "/campaigns", "campaigns")
        for ident, row in campaigns.items():
            for counter in ("send_amt", "uniqueopens", "subscriberclicks"):
                assert int(later[ident][counter]) >= int(row[counter])
        grown = [i for i in campaigns if int(later[i]["send_amt"]) > int(campaigns[i]["send_amt"])]
        assert grown, "automation mails keep accumulating"
    finally:
        session.stop()
