"""How long a reader tries whom nobody has told how long: seconds of one answer, of all, attempts.

The clock is the test's own: no second is waited for.
"""

from __future__ import annotations

import threading

import pytest

from actoolkit import errors
from actoolkit.api.reader import Reader

BODY = b'{"lists": []}'


class Clock:
    """Seconds that pass when a server says so.

    A request takes its time from when it was sent, which the client says after the server may have
    seen it: the server waits for that.
    """

    def __init__(self):
        self.now, self._sent, self._begun = 1_000.0, False, threading.Semaphore(0)

    def __call__(self):
        now = self.now
        if self._sent:
            self._sent = False
            self._begun.release()
        return now

    def sent(self):
        self._sent = True

    def forward(self, seconds):
        self._begun.acquire()
        self.now += seconds


def slowly(clock, wire, seconds):
    """An answer whose last sign takes so many seconds of the clock."""
    answer = wire.http(200, BODY)

    def behave(connection, query):
        connection.sendall(answer[:-1])
        clock.forward(seconds)
        connection.sendall(answer[-1:])

    return behave


def reading(account, pace, slept, clock=None):
    if clock is None:
        return Reader(account, pace=pace, sleep=slept.append)
    pace.sent = clock.sent
    return Reader(account, pace=pace, sleep=slept.append, clock=clock)


def test_an_answer_may_take_a_minute(stub, account, pace, wire, slept):
    clock = Clock()
    stub.script.append(slowly(clock, wire, 58))
    with reading(account, pace, slept, clock) as reader:
        assert reader.get("/lists").raw == BODY
    assert slept == []


def test_one_that_takes_longer_is_asked_for_again_until_two_minutes_are_over(
    stub, account, pace, wire, slept
):
    clock = Clock()
    stub.script.extend([slowly(clock, wire, 100)] * 9)
    with reading(account, pace, slept, clock) as reader:
        with pytest.raises(errors.ConnectionFailed, match="slowly"):
            reader.get("/lists")
    assert len(stub.requests) == 2


def test_waits_that_the_server_asks_for_end_after_two_minutes(stub, account, pace, wire, slept):
    stub.script.extend([wire.http(429, b"{}", {"Retry-After": "50"})] * 9)
    with reading(account, pace, slept) as reader:
        with pytest.raises(errors.RateLimited):
            reader.get("/lists")
    assert pace.blocked == [50, 50]
    assert len(stub.requests) == 3


def test_six_requests_are_made_for_one_answer(stub, account, pace, wire, slept):
    stub.script.extend([wire.http(500, b"{}")] * 5 + [wire.http(200, BODY)])
    with reading(account, pace, slept) as reader:
        assert reader.get("/lists").raw == BODY
    assert len(slept) == 5
    assert 0 < sum(slept) < 120


def test_and_no_seventh(stub, account, pace, wire, slept):
    stub.script.extend([wire.http(500, b"{}")] * 6)
    with reading(account, pace, slept) as reader:
        with pytest.raises(errors.ServerError, match="6 requests"):
            reader.get("/lists")
    assert len(stub.requests) == 6
