"""What one answer to a write means, and that the catalogue holds the fourteen writes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actoolkit.api.retry import Outcome
from actoolkit.api.session import open_session
from actoolkit.api.transmission import prepare
from actoolkit.api.write_operations import WRITES, WriteRequest, check_domain, check_id
from actoolkit.api.writes import Sense, judge
from actoolkit.errors import InvalidArgument
from actoolkit.settings import Account
from actoolkit.tables import TABLES

OPERATIONS = {
    ("POST", "/contactLists"),
    ("POST", "/fieldRels"),
    ("DELETE", "/fieldRels/{}"),
    ("POST", "/listGroups"),
    ("POST", "/lists"),
    ("DELETE", "/lists/{}"),
    ("POST", "/siteTrackingDomains"),
    ("DELETE", "/siteTrackingDomains/{}"),
    ("POST", "/messages"),
    ("PUT", "/messages/{}"),
    ("DELETE", "/messages/{}"),
    ("POST", "/accounts/{}/notes"),
    ("PUT", "/accounts/{}/notes/{}"),
    ("POST", "/notes"),
}

POST, PUT, DELETE = WRITES["add_note"], WRITES["update_message"], WRITES["delete_list"]
DONE, REFUSED, AGAIN, LOST = Sense.DONE, Sense.REFUSED, Sense.AGAIN, Sense.LOST
NOTE = b'{"note":{"id":"2"}}'
ABSENT = b'{"message":"No Result found for _List with id 3"}'


def test_the_catalogue_holds_the_operations_of_the_api_list():
    assert {(one.method, re.sub(r"{\w+}", "{}", one.path)) for one in WRITES.values()} == OPERATIONS
    for one in WRITES.values():
        assert set(one.touches) <= set(TABLES), one.name
        assert (one.envelope is None) == (one.method == "DELETE")


@pytest.mark.parametrize(
    ("operation", "status", "body", "lost", "sense"),
    [
        (POST, 200, NOTE, False, DONE),
        (POST, 201, NOTE, False, DONE),
        (POST, 201, b'{"note":{"id":2}}', False, DONE),
        (POST, 201, b'{"note":{"id":""}}', False, LOST),
        (POST, 201, b'{"note":[]}', False, LOST),
        (POST, 200, b"{}", False, LOST),
        (POST, 200, b"", False, LOST),
        (POST, 204, b"", False, LOST),
        (POST, 200, b'{"note":{"id":"2"}', False, LOST),
        (POST, 200, b"<html>", False, LOST),
        (POST, 200, b'{"success":0,"note":{"id":"2"}}', False, REFUSED),
        (POST, 200, b'{"succeeded":"0"}', False, REFUSED),
        (POST, 200, b'{"errors":[{"title":"no"}],"note":{"id":"2"}}', False, REFUSED),
        (POST, 200, b'{"success":1,"note":{"id":"2"}}', False, DONE),
        (POST, 302, b"", False, REFUSED),
        (POST, 400, b"{}", False, REFUSED),
        (POST, 401, b"", False, REFUSED),
        (POST, 403, b'{"message":"Forbidden"}', False, AGAIN),
        (POST, 404, b"", False, REFUSED),
        (POST, 408, b"", False, LOST),
        (POST, 409, b"", False, REFUSED),
        (POST, 422, b"{}", False, REFUSED),
        (POST, 429, b"", False, AGAIN),
        (POST, 500, b"", False, LOST),
        (POST, 502, b"", False, LOST),
        (POST, 503, b"", False, AGAIN),
        (POST, 504, b"", False, LOST),
        (PUT, 200, b'{"message":{"id":"5"}}', False, DONE),
        (PUT, 404, ABSENT, False, REFUSED),
        (PUT, 404, ABSENT, True, REFUSED),
        (DELETE, 200, b"{}", False, DONE),
        (DELETE, 200, b"", False, DONE),
        (DELETE, 204, b"", False, DONE),
        (DELETE, 200, b'{"succeeded":0}', False, REFUSED),
        (DELETE, 200, b"<html>", False, LOST),
        (DELETE, 404, ABSENT, False, REFUSED),
        (DELETE, 404, b"", True, DONE),
        (DELETE, 403, ABSENT, False, REFUSED),
        (DELETE, 403, ABSENT, True, DONE),
        (DELETE, 403, b'{"message":"Forbidden"}', True, AGAIN),
        (DELETE, 500, b"", False, LOST),
    ],
)
def test_what_an_answer_means(operation, status, body, lost, sense):
    outcome = Outcome("answer", status, {}, body)
    assert judge(outcome, operation, lost_before=lost) is sense


@pytest.mark.parametrize("kind", ["malformed", "connection", "timeout", "oversize"])
@pytest.mark.parametrize("operation", [POST, PUT, DELETE])
def test_no_answer_is_a_lost_one(kind, operation):
    assert judge(Outcome(kind, 200), operation, lost_before=False) is LOST


@given(st.binary(max_size=40), st.sampled_from([200, 201, 204]))
def test_only_the_object_itself_makes_a_post_done(body, status):
    outcome = Outcome("answer", status, {}, body)
    assert judge(outcome, POST, lost_before=False) is not DONE


@given(st.text(max_size=12) | st.integers() | st.floats() | st.none() | st.booleans())
def test_an_id_is_digits_or_refused(value):
    try:
        found = check_id("list_id", value)
    except InvalidArgument:
        return
    assert found.isascii()
    assert found.isdigit()
    assert 0 < int(found) == int(value)


@given(st.text(alphabet="ab.-/\\%@:?#é。\0 ", max_size=12))
def test_a_domain_is_one_segment_or_refused(value):
    account = Account(url="https://you.api-us1.com", token="abc")
    operation = WRITES["remove_site_tracking_domain"]
    try:
        name = check_domain(value)
    except InvalidArgument:
        unchecked = WriteRequest(operation, f"/siteTrackingDomains/{value}", {}, {})
        if operation.covers(unchecked.path):
            return  # a domain in another spelling
        with pytest.raises(InvalidArgument):
            prepare(open_session(account), account.url, unchecked)
        return
    prepared = prepare(open_session(account), account.url, operation.request(domain=value))
    assert prepared.url == f"https://you.api-us1.com/api/3/siteTrackingDomains/{name}"


def test_a_request_has_one_digest_and_another_request_another():
    digests = {
        WRITES["add_note"].request({"note": "a", "relid": 1}).digest,
        WRITES["add_note"].request({"relid": 1, "note": "a"}).digest,
    }
    assert len(digests) == 1
    assert WRITES["add_note"].request({"note": "b", "relid": 1}).digest not in digests
    assert (
        WRITES["delete_list"].request(list_id=1).digest
        != WRITES["delete_message"].request(message_id=1).digest
    )


def test_a_path_needs_its_segments():
    for segments in ({}, {"message_id": 1}, {"list_id": 1, "x": 2}):
        with pytest.raises(InvalidArgument):
            WRITES["delete_list"].request(**segments)
