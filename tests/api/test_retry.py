"""What follows each outcome: a table, and a Retry-After that cannot be a crash."""

from __future__ import annotations

import json
import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actoolkit import errors
from actoolkit.api.answers import parse
from actoolkit.api.retry import (
    Accept,
    GiveUp,
    Limits,
    Outcome,
    Retry,
    decide,
    reasons,
    retry_after,
)


def verdict(*outcomes, waited=0.0, endpoint="/lists"):
    return decide(outcomes, endpoint=endpoint, waited=waited, limits=Limits())


def answer(status, retry=None, body=b""):
    return Outcome("answer", status, {} if retry is None else {"retry-after": retry}, body)


TRANSIENT = [
    *(answer(status) for status in (403, 408, 425, 429, 500, 502, 503, 504, 520)),
    *(Outcome(kind) for kind in ("malformed", "connection", "timeout", "oversize")),
]

FINAL = [
    (Outcome("certificate"), errors.ConnectionFailed),
    (answer(301), errors.RedirectRefused),
    (answer(308), errors.RedirectRefused),
    (answer(400), errors.RequestRejected),
    (answer(401), errors.AuthenticationError),
    (answer(402), errors.AuthenticationError),
    (answer(404), errors.NotAvailable),
    (answer(410), errors.NotAvailable),
    (answer(422), errors.RequestRejected),
]

EXHAUSTED = [
    (answer(429), errors.RateLimited),
    (answer(503), errors.RateLimited),
    (answer(500), errors.ServerError),
    (answer(204), errors.MalformedResponse),
    (Outcome("malformed", 200, detail="the answer is empty"), errors.MalformedResponse),
    (Outcome("oversize", 200), errors.MalformedResponse),
    (Outcome("connection"), errors.ConnectionFailed),
    (Outcome("timeout"), errors.ConnectionFailed),
]


def test_a_200_counts():
    assert isinstance(verdict(answer(200)), Accept)


@pytest.mark.parametrize("outcome", TRANSIENT, ids=str)
def test_two_faults_in_a_row_are_survived(outcome):
    assert isinstance(verdict(outcome), Retry)
    assert isinstance(verdict(outcome, outcome), Retry)
    assert isinstance(verdict(outcome, outcome, answer(200)), Accept)


@pytest.mark.parametrize(("outcome", "error"), FINAL, ids=str)
def test_what_asking_again_cannot_mend_is_told_at_once(outcome, error):
    told = verdict(outcome)
    assert isinstance(told, GiveUp)
    assert type(told.error) is error
    assert told.error.hint
    assert "/lists" in str(told.error)


@pytest.mark.parametrize(("outcome", "error"), EXHAUSTED, ids=str)
def test_patience_ends_after_six_requests(outcome, error):
    assert isinstance(verdict(*[outcome] * 5), Retry)
    told = verdict(*[outcome] * 6)
    assert isinstance(told, GiveUp)
    assert type(told.error) is error
    assert told.error.hint


def test_a_service_that_is_down_blames_nobody_else():
    assert "Other tools" in verdict(*[answer(429)] * 6).error.hint
    assert "maintenance" in verdict(*[answer(503)] * 6).error.hint
    assert "ther tools" not in str(verdict(*[answer(503)] * 6).error)


def test_a_403_is_believed_the_third_time():
    assert isinstance(verdict(answer(403), answer(500), answer(403)), Retry)
    told = verdict(answer(403), answer(403), answer(403))
    assert isinstance(told.error, errors.AuthenticationError)


def test_a_missing_object_is_not_a_missing_resource():
    assert isinstance(verdict(answer(404), endpoint="/lists/7").error, errors.NotFound)
    assert isinstance(verdict(answer(404), endpoint="/segments").error, errors.NotAvailable)
    slug = "/customObjects/records/a-slug"
    assert isinstance(verdict(answer(404), endpoint=slug).error, errors.NotFound)


def test_retry_after_is_obeyed_and_stops_everybody():
    told = verdict(answer(429, "7"))
    assert told == Retry(7.0, "the account's rate limit", everyone=True)
    assert verdict(answer(503, "7")).everyone
    assert not verdict(answer(500, "7")).everyone


def test_a_server_that_always_asks_for_no_wait_is_given_ever_more():
    for asked in ("0", "0.1"):
        waits = [verdict(*[answer(429, asked)] * n).after for n in range(1, 6)]
        assert waits[0] == float(asked)
        assert waits[1] >= 0.75
        assert waits == sorted(waits)
    assert verdict(answer(429, "30"), answer(429, "30")).after == 30


@pytest.mark.parametrize("text", ["21600", "121"])
def test_a_wait_beyond_the_budget_is_an_error_not_a_nap(text):
    told = verdict(answer(429, text))
    assert isinstance(told.error, errors.RateLimited)
    assert text in str(told.error)


def test_waits_grow_and_stay_bearable():
    waits = [verdict(*[answer(500)] * n).after for n in range(1, 6)]
    assert waits == sorted(waits)
    assert 0.3 < waits[0] < 1
    assert sum(waits) < 30
    many = decide([answer(500)] * 30, endpoint="/x", waited=0, limits=Limits(attempts=99))
    assert many.after <= 25


def test_the_budget_counts_what_was_waited():
    assert isinstance(verdict(answer(500), waited=119.0), Retry)
    assert isinstance(verdict(answer(500), waited=120.0), GiveUp)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("3", 3.0),
        ("1.5", 1.5),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
        ("1e3", None),
        ("9" * 65, None),
        (" 3 ", 3.0),
        ("٣", None),
        ("Tue, 30 Jun 2026 15:00:20 GMT", 20.0),
        ("Tue, 30 Jun 2026 14:00:00 GMT", 0.0),
        ("Tue, 99 Jun 2026 14:00:00 GMT", None),
    ],
)
def test_retry_after(text, seconds):
    now = datetime(2026, 6, 30, 15, 0, tzinfo=UTC)
    assert retry_after(text, now=now) == seconds


@given(st.text(max_size=80))
def test_retry_after_never_crashes(text):
    seconds = retry_after(text)
    assert seconds is None or seconds >= 0


@given(st.binary(max_size=200))
def test_reasons_never_crash(body):
    assert all(isinstance(one, str) for one in reasons(body))


def test_reasons_are_the_apis_own():
    body = b'{"errors": [{"title": "T", "detail": "no such segment"}, {"title": "Bad"}], "message": "m"}'
    assert reasons(body) == ("m", "no such segment", "Bad")
    error = verdict(answer(422, body=body)).error
    assert error.reasons == ("m", "no such segment", "Bad")
    assert "no such segment" in str(error)


def test_an_error_page_is_not_parsed_however_large_it_is():
    """Lists of lists take twenty times their bytes: an answer of 64 MiB a gigabyte."""
    body = b'{"message": "m", "x": [' + b"[]," * 2**21 + b"[]]}"
    tracemalloc.start()
    try:
        assert isinstance(verdict(answer(422, body=body)).error, errors.RequestRejected)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < len(body)


def test_of_a_thousand_reasons_a_few_are_told():
    body = json.dumps({"errors": [{"title": f"reason {n}"} for n in range(1000)]}).encode()
    assert reasons(body) == tuple(f"reason {n}" for n in range(10))
    assert parse(body)[1].endswith("reason 8; reason 9")
    long = json.dumps({"errors": [{"detail": "x" * 10**4}, {"detail": "y"}]}).encode()
    assert reasons(long) == ("x" * 300, "y")


@pytest.mark.parametrize(
    ("status", "step"), [(400, "filters"), (422, "filters"), (418, "URL"), (451, "URL")]
)
def test_only_what_the_api_says_of_a_call_is_blamed_on_its_filters(status, step):
    hint = verdict(answer(status)).error.hint
    assert step in hint
    assert ("filters" in hint) is (step == "filters")
