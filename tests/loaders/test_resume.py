"""A load that is killed goes on where it stopped; two processes pay once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from datetime import timedelta

import pytest

from actoolkit.errors import RequestRejected
from actoolkit.loaders import load_lists
from actoolkit.settings import IN_FLIGHT

LISTED = [{"id": str(n), "name": f"list {n}"} for n in range(1, 141)]
IDS = [row["id"] for row in LISTED]
EVERY_PAGE = {f"/api/3/lists?limit=100&offset={offset}" for offset in range(0, 130, 6)}

PROGRAM = textwrap.dedent("""
    import sys
    from datetime import UTC, datetime
    from actoolkit.loaders import load_lists
    from actoolkit.settings import Account

    account = Account(url=sys.argv[1], token="test-stub", cache_dir=sys.argv[2], rate=10_000,
                      identity="stub", clock=lambda: datetime(2026, 3, 1, 12, tzinfo=UTC))
    print(",".join(load_lists(account=account)["list_id"]))
""")


@pytest.fixture
def lists(stub):
    stub.cap = 7
    stub.rows["/lists"] = ("lists", list(LISTED))
    return stub


def start(stub, tmp_path):
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, stub.url, str(tmp_path / "cache")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def alone(lists, tmp_path):
    """Requests of a load that nobody disturbs."""
    load_lists(account=lists.account(tmp_path / "alone"))
    sent = len(lists.seen)
    lists.seen.clear()
    return sent


@pytest.mark.parametrize("at", [1, 2, 9, 20])
def test_a_killed_load_goes_on(lists, tmp_path, account, at):
    whole = alone(lists, tmp_path)
    reached, go_on = threading.Event(), threading.Event()

    def stop(number):
        if number == at and not go_on.is_set():
            reached.set()
            go_on.wait(60)

    lists.before = stop
    process = start(lists, tmp_path)
    assert reached.wait(60)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    go_on.set()
    time.sleep(0.1)
    frame = load_lists(account=account)
    assert frame["list_id"].to_list() == IDS
    assert len(lists.seen) <= whole + IN_FLIGHT
    assert not [p for p in account.folder.rglob("journals/**/*") if p.is_file()]


def test_a_failed_load_goes_on(lists, tmp_path, account):
    whole = alone(lists, tmp_path)
    lists.faults[10] = (422, {}, b"{}")
    with pytest.raises(RequestRejected):
        load_lists(account=account)
    assert load_lists(account=account)["list_id"].to_list() == IDS
    assert len(lists.seen) <= whole + IN_FLIGHT


@pytest.mark.parametrize("how", ["old", "refresh"])
def test_pages_of_two_moments_do_not_mix(lists, account, clock, how):
    lists.faults[10] = (422, {}, b"{}")
    with pytest.raises(RequestRejected):
        load_lists(account=account)
    lists.rows["/lists"][1][0] = {"id": "1", "name": "renamed"}
    if how == "old":
        clock.forward(hours=25)
    before = len(lists.seen)
    frame = load_lists(account=account, refresh=how == "refresh")
    assert frame["name"][0] == "renamed"
    assert set(lists.seen[before:]) >= EVERY_PAGE


def test_a_shorter_max_age_begins_anew(lists, account, clock):
    lists.faults[10] = (422, {}, b"{}")
    with pytest.raises(RequestRejected):
        load_lists(account=account)
    clock.forward(minutes=10)
    before = len(lists.seen)
    load_lists(account=account, max_age=timedelta(minutes=5))
    assert set(lists.seen[before:]) >= EVERY_PAGE


@pytest.mark.parametrize("damage", [b"", b"not a database at all", None])
def test_a_damaged_journal_costs_requests_and_nothing_else(lists, tmp_path, account, damage):
    lists.faults[10] = (422, {}, b"{}")
    with pytest.raises(RequestRejected):
        load_lists(account=account)
    (path,) = account.folder.rglob("*.sqlite")
    content = bytearray(path.read_bytes())
    for place in range(5000, len(content), 50):
        content[place] ^= 0x10
    path.write_bytes(content if damage is None else damage)
    assert load_lists(account=account)["list_id"].to_list() == IDS


@pytest.mark.parametrize("processes", [2, 4])
def test_many_processes_one_fetch(lists, tmp_path, processes):
    whole = alone(lists, tmp_path)
    lists.before = lambda number: time.sleep(0.02)
    started = [start(lists, tmp_path) for _ in range(processes)]
    answers = [process.communicate() for process in started]
    for out, err in answers:
        assert out.strip() == ",".join(IDS), err
    assert len(lists.seen) == whole


def test_threads_share_one_fetch(lists, tmp_path, account):
    whole = alone(lists, tmp_path)
    frames = []
    threads = [
        threading.Thread(target=lambda: frames.append(load_lists(account=account)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lists.seen) == whole
    assert all(frame.equals(frames[0]) for frame in frames)
