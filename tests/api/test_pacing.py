"""One account, one pace: threads, processes, blocks, torn files, clocks that jump."""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import stat
import threading
import time

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st

from actoolkit.api.pacing import Pace, SharedPace, pace_of
from actoolkit.api.ring import MARGIN, MARGIN_MOST, MARGIN_STEP, Ring, allowed
from actoolkit.errors import StoreFull, StoreLocked, StoreUnsafe
from actoolkit.settings import Account


class Time:
    """A clock that only sleeping moves."""

    def __init__(self, now=1000.0, late=0.0):
        self.now = now
        self.late = late

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        assert seconds > 0
        self.now += seconds + self.late


def most_in_a_second(moments):
    return max(sum(start <= one < start + 1.0 for one in moments) for start in moments)


@given(
    rate=st.sampled_from([0.5, 1.0, 2.5, 3.0, 5.0, 7.0]),
    work=st.lists(st.floats(0, 0.5), min_size=5, max_size=60),
    late=st.floats(0, 0.05),
)
def test_no_second_has_more_than_the_rate(rate, work, late):
    clock = Time(late=late)
    pace = Pace(rate, clock=clock, sleep=clock.sleep)
    sent = []
    for seconds in work:
        pace.wait()
        sent.append(clock.now)
        clock.now += seconds
    assert most_in_a_second(sent) <= math.ceil(rate)


def test_the_limit_is_used():
    clock = Time()
    pace = Pace(5.0, clock=clock, sleep=clock.sleep)
    for _ in range(500):
        pace.wait()
    assert 0.97 < 500 / 5 / (clock.now - 1000.0) <= 1.02


def test_a_share_leaves_room(tmp_path):
    clock = Time()
    pace = SharedPace(tmp_path / "p" / "a.json", 3.0, clock=clock, sleep=clock.sleep)
    for _ in range(30):
        pace.wait()
    assert 30 / (clock.now - 1000.0) < 3.3


@pytest.mark.parametrize("kind", ["one process", "file"])
def test_a_block_stops_everybody_and_widens_the_margin_once(tmp_path, kind):
    clock = Time()
    if kind == "file":
        path = tmp_path / "p" / "a.json"
        pace = SharedPace(path, 5.0, clock=clock, sleep=clock.sleep)
        other = SharedPace(path, 5.0, clock=clock, sleep=clock.sleep)
    else:
        pace = other = Pace(5.0, clock=clock, sleep=clock.sleep)
    pace.wait()
    for _ in range(4):
        pace.block(3.0)
    assert other.wait() == pytest.approx(3.0, abs=0.01)
    pace.block(1.0)
    pace.block(0.5)
    assert other.wait() == pytest.approx(1.0, abs=0.01)


def test_requests_in_flight_together_widen_the_margin_once():
    ring = Ring()
    for _ in range(8):
        ring.block(100.0, 2.0)
    assert ring.margin == pytest.approx(MARGIN + MARGIN_STEP)


def test_the_margin_is_bounded_and_forgotten():
    ring = Ring()
    for second in range(50):
        ring.block(second * 10.0, 1.0)
    assert ring.margin == MARGIN_MOST
    ring.take(500.0, 5.0)
    ring.take(500.1, 5.0)
    assert ring.margin == MARGIN_MOST
    ring.take(2000.0, 5.0)
    assert ring.margin == MARGIN


def spin(path, moments, until):
    pace = SharedPace(path, 20.0)
    while time.time() < until:
        pace.wait()
        moments.append(time.time())


def test_processes_share_one_pace(tmp_path):
    context = multiprocessing.get_context("fork")
    with context.Manager() as manager:
        moments = manager.list()
        path, until = tmp_path / "p" / "a.json", time.time() + 3.0
        workers = [context.Process(target=spin, args=(path, moments, until)) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        sent = sorted(moments)
    assert all(worker.exitcode == 0 for worker in workers)
    assert 20 < len(sent) <= 3 * 20 + 20
    # What is noted is the moment after the turn; a busy machine may shift single ones.
    assert most_in_a_second(sent) <= 20 + 2


def test_threads_share_one_pace(tmp_path):
    pace = SharedPace(tmp_path / "p" / "a.json", 40.0)
    sent = []

    def work():
        for _ in range(10):
            pace.wait()
            sent.append(time.time())

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent) == 60
    assert most_in_a_second(sorted(sent)) <= 40 + 2


def test_a_lock_that_is_never_given_back_is_an_error_that_says_so(tmp_path):
    pace = SharedPace(tmp_path / "p" / "a.json", 5.0, patience=0.05)
    with FileLock(tmp_path / "p" / "a.json.lock"):
        with pytest.raises(StoreLocked, match=r"a\.json\.lock"):
            pace.wait()
    pace.wait()


@pytest.mark.parametrize(
    "junk",
    [
        *(b"{", b"null", b"[1]", b"\xff", b'{"sent": "x"}', b'{"sent": [1e400]}', b""),
        pytest.param(b'{"x": ' + b"[" * 200_000, id="deep"),
    ],
)
def test_a_torn_file_costs_at_most_a_second(tmp_path, junk):
    clock = Time()
    pace = SharedPace(tmp_path / "p" / "a.json", 5.0, clock=clock, sleep=clock.sleep)
    (tmp_path / "p" / "a.json").write_bytes(junk)
    assert pace.wait() <= 1.01
    assert json.loads((tmp_path / "p" / "a.json").read_bytes())["sent"] == [clock.now]


def test_a_clock_that_was_set_back_does_not_stop_the_account(tmp_path):
    clock = Time(now=10_000_000.0)
    pace = SharedPace(tmp_path / "p" / "a.json", 5.0, clock=clock, sleep=clock.sleep)
    for _ in range(5):
        pace.wait()
    pace.block(30.0)
    clock.now = 1000.0
    assert pace.wait() < 2.0


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_files_are_private_at_any_umask(tmp_path, umask):
    before = os.umask(umask)
    try:
        SharedPace(tmp_path / "deep" / "p" / "a.json", 5.0).wait()
    finally:
        os.umask(before)
    for path in (tmp_path / "deep").rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_a_folder_of_others_is_refused(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(StoreUnsafe, match="symbolic link"):
        SharedPace(tmp_path / "link" / "a.json", 5.0)
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(StoreUnsafe, match="written by others"):
        SharedPace(tmp_path / "open" / "a.json", 5.0)
    (tmp_path / "file").write_text("")
    with pytest.raises((StoreUnsafe, StoreFull)):
        SharedPace(tmp_path / "file" / "a.json", 5.0)


def test_only_a_fast_loopback_account_needs_no_file(tmp_path):
    fast = Account(url="http://127.0.0.1:1", token="test-x", rate=1000, cache_dir=tmp_path)
    assert isinstance(pace_of(fast), Pace)
    slow = Account(url="http://127.0.0.1:1", token="test-x", cache_dir=tmp_path)
    assert isinstance(pace_of(slow), SharedPace)
    one, two = (
        Account(url="https://you.api-us1.com", token=token, cache_dir=tmp_path, share=0.6)
        for token in ("a", "b")
    )
    pace_of(one)
    pace_of(two)
    assert {path.name for path in (tmp_path / "pace").glob("*.json")} == {
        "127.0.0.1-1.json",
        "you.api-us1.com.json",
    }


@given(
    rate=st.sampled_from([0.5, 1.0, 2.5, 3.0, 5.0]),
    work=st.lists(st.floats(0, 0.5), min_size=5, max_size=60),
    shifts=st.lists(st.floats(0, 0.059), min_size=60, max_size=60),
)
def test_a_strict_pace_holds_at_the_server_whatever_the_way_there_takes(rate, work, shifts):
    clock = Time()
    pace = Pace(rate, strict=True, clock=clock, sleep=clock.sleep)
    arrived = []
    for seconds, shift in zip(work, shifts, strict=False):
        pace.wait()
        arrived.append(clock.now + shift)
        clock.now += seconds
    assert most_in_a_second(sorted(arrived)) <= math.ceil(rate)


def test_a_strict_pace_costs_a_tenth():
    clock = Time()
    pace = Pace(5.0, strict=True, clock=clock, sleep=clock.sleep)
    for _ in range(500):
        pace.wait()
    assert 0.93 < 500 / 5 / (clock.now - 1000.0) < 0.95


@pytest.mark.parametrize("kind", ["one process", "file"])
@settings(deadline=None, max_examples=20)
@given(late=st.lists(st.floats(0, 0.3), min_size=40, max_size=40))
def test_what_is_sent_late_counts_from_then(tmp_path_factory, kind, late):
    clock = Time()
    path = tmp_path_factory.mktemp("pace") / "p" / "a.json"
    pace = (
        SharedPace(path, 5.0, strict=True, clock=clock, sleep=clock.sleep)
        if kind == "file"
        else Pace(5.0, strict=True, clock=clock, sleep=clock.sleep)
    )
    sent = []
    for seconds in late:
        pace.wait()
        clock.now += seconds
        sent.append(clock.now)
        pace.sent()
    assert most_in_a_second(sent) <= 5


def test_a_smaller_limit_of_the_server_is_kept_by_all(tmp_path):
    clock = Time()
    path = tmp_path / "p" / "a.json"
    pace = SharedPace(path, 5.0, clock=clock, sleep=clock.sleep)
    other = SharedPace(path, 5.0, clock=clock, sleep=clock.sleep)
    pace.limit(2.0)
    for _ in range(20):
        other.wait()
    assert 20 / (clock.now - 1000.0) < 2.3
    pace.limit(50.0)
    clock.now += 10
    began = clock.now
    for _ in range(50):
        other.wait()
    assert 4.8 < 50 / (clock.now - began) < 5.6


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("5", 5.0),
        (" 3 ", 3.0),
        ("5, 5;w=1", 5.0),
        ("100, 100;w=50", 2.0),
        ("60;w=60", 1.0),
        ("1;w=60", 1 / 60),
        ("1;w=999999", 1 / 60),
        ("0", None),
        ("", None),
        ("-1", None),
        ("five", None),
        ("5.5", None),
        ("9" * 30, None),
        ("5;w=0", 5.0),
        ("\u0665", None),
    ],
)
def test_what_the_server_says_of_its_limit(text, rate):
    assert allowed({"ratelimit-limit": text}) == rate
    assert allowed({}) is None
