"""The reader against a server that misbehaves on a real socket."""

from __future__ import annotations

import gzip
import http.client
import json
import logging
import threading
import traceback

import pytest

from actoolkit import errors
from actoolkit.api.reader import Reader
from actoolkit.settings import Account

TOKEN = "test-CANARY-5f3a9c"
GOOD = {"lists": [{"id": "1"}, {"id": "2"}], "meta": {"total": "2"}}


def chunked(body, *, cut=None, end=True):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    text = f"{len(body):x}\r\n".encode() + body + b"\r\n" + (b"0\r\n\r\n" if end else b"")
    return head + text[:cut]


def transient(wire):
    good = json.dumps(GOOD).encode()
    whole, cut = wire.zipped(GOOD)
    trailerless = gzip.compress(good)[:-8]
    return {
        "429 with seconds": wire.http(429, b"slow down", {"Retry-After": "3"}),
        "429 with a date": wire.http(429, b"", {"Retry-After": "Tue, 30 Jun 2026 15:00:00 GMT"}),
        "429 with junk": wire.http(429, b"{}", {"Retry-After": "soon"}),
        "429 with minus": wire.http(429, b"{}", {"Retry-After": "-5"}),
        "429 without": wire.http(429, b"{}"),
        "500": wire.http(500, b"<html>"),
        "502": wire.http(502),
        "503": wire.http(503, b"busy"),
        "504": wire.http(504),
        "520": wire.http(520),
        "403 once": wire.http(403, {"message": "Forbidden"}),
        "reset": wire.reset,
        "closed": wire.then_close(b""),
        "half a head": wire.then_close(b"HTTP/1.1 200 OK\r\nContent-Le"),
        "garbage status line": wire.then_close(b"banana\r\n\r\n"),
        "endless header": wire.then_close(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70000 + b"\r\n\r\n"),
        "cut under Content-Length": wire.then_close(wire.http(200, good)[:-7]),
        "cut chunk": wire.then_close(chunked(good, cut=20)),
        "chunks without end": wire.then_close(chunked(good[:-4], end=False)),
        "bad chunk size": wire.then_close(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + good
        ),
        "cut and closed": wire.then_close(wire.http(200, good[:-5], length=False)),
        "gzip cut": cut,
        "gzip that is none": wire.http(200, good, {"Content-Encoding": "gzip"}),
        "html": wire.http(200, b"<html>maintenance</html>", {"Content-Type": "text/html"}),
        "html as json": wire.http(200, b"<html></html>", {"Content-Type": "application/json"}),
        "empty": wire.http(200, b""),
        "blank": wire.http(200, b" \n"),
        "null": wire.http(200, b"null"),
        "a list": wire.http(200, b"[]"),
        "errors": wire.http(200, {"errors": [{"title": "try later"}], "lists": []}),
        "no envelope": wire.http(200, {"meta": {"total": "2"}}),
        "null envelope": wire.http(200, {"lists": None}),
        "object envelope": wire.http(200, {"lists": {}}),
        "scalar row": wire.http(200, {"lists": ["1", "2"]}),
        "row without id": wire.http(200, {"lists": [{"id": "1"}, {"name": "x"}]}),
        "row with null id": wire.http(200, {"lists": [{"id": None}]}),
        "NaN": wire.http(200, b'{"lists": [{"id": NaN}]}'),
        "invalid UTF-8": wire.http(200, b'{"lists": [{"id": "\xff"}]}'),
        "two documents": wire.http(200, good + good),
        "deep": wire.http(200, b"[" * 200000),
        "204": b"HTTP/1.1 204 No Content\r\n\r\n",
        "202": wire.http(202, GOOD),
        "206": wire.http(206, GOOD),
    }, {
        "plain": wire.http(200, good),
        "gzip": whole,
        "gzip without trailer": wire.http(200, trailerless, {"Content-Encoding": "gzip"}),
        "chunked": chunked(good),
        "until close": wire.then_close(wire.http(200, good, length=False)),
        "byte order mark": wire.http(200, b"\xef\xbb\xbf" + good),
        "100 first": b"HTTP/1.1 100 Continue\r\n\r\n" + wire.http(200, good),
    }


@pytest.fixture(params=["GET"])
def lists():
    from actoolkit.api.endpoints import ENDPOINTS

    return ENDPOINTS["lists"]


def ids(page):
    return [row["id"] for row in page.rows]


def test_every_way_of_sending_it_right(stub, reader, wire, lists):
    for name, behaviour in transient(wire)[1].items():
        stub.script.append(behaviour)
        assert ids(reader.page(lists, {})) == ["1", "2"], name
    assert len(stub.requests) == reader.requests == len(transient(wire)[1])


def test_two_of_every_fault_in_a_row_end_with_the_exact_rows(stub, reader, wire, lists):
    for name, behaviour in transient(wire)[0].items():
        stub.script.extend([behaviour, behaviour, wire.http(200, GOOD)])
        before = len(stub.requests)
        assert ids(reader.page(lists, {})) == ["1", "2"], name
        assert len(stub.requests) - before == 3, name


def test_every_fault_that_stays_is_a_typed_error_with_a_next_step(stub, reader, wire, lists):
    for name, behaviour in transient(wire)[0].items():
        stub.script.clear()
        stub.script.extend([behaviour] * 8)
        with pytest.raises(errors.ApiError) as caught:
            reader.page(lists, {})
        assert caught.value.hint, name
        assert caught.value.endpoint == "/lists", name
        assert TOKEN not in str(caught.value), name


def test_a_429_stops_everybody_for_as_long_as_it_says(stub, reader, pace, slept, wire, lists):
    stub.script.extend([wire.http(429, b"", {"Retry-After": "3"}), wire.http(200, GOOD)])
    told = []
    reader._on_wait = lambda seconds, reason: told.append((seconds, reason))
    reader.page(lists, {})
    assert pace.blocked == [3.0]
    assert slept == []
    assert told == [(3.0, "the account's rate limit")]


def test_what_the_server_allows_is_told_to_the_pace(stub, reader, pace, wire, lists, monkeypatch):
    told = []
    monkeypatch.setattr(pace, "limit", told.append)
    stub.script.append(wire.http(429, b"", {"Retry-After": "1", "RateLimit-Limit": "2"}))
    stub.script.append(wire.http(200, GOOD, {"RateLimit-Limit": "60, 60;w=20"}))
    stub.script.append(wire.http(200, GOOD, {"RateLimit-Limit": "many"}))
    for _ in range(2):
        reader.page(lists, {})
    assert told == [2.0, 3.0]


def test_a_429_of_six_hours_is_told_at_once(stub, reader, pace, wire, lists):
    stub.script.append(wire.http(429, b"", {"Retry-After": "21600"}))
    with pytest.raises(errors.RateLimited, match="21600"):
        reader.page(lists, {})
    assert len(stub.requests) == 1
    assert pace.blocked == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused_and_nobody_else_sees_a_request(
    stub, other_stub, reader, wire, status
):
    for target in (
        other_stub.url + "/api/3/lists",
        f"http://localhost:{other_stub.port}/",
        "/api/3/x",
    ):
        stub.script.append(wire.http(status, b"", {"Location": target}))
        with pytest.raises(errors.RedirectRefused):
            reader.get("/lists")
    assert other_stub.requests == []
    assert len(stub.requests) == 3


@pytest.mark.parametrize("target", ["http://[::1/", "\u00ff", "//", "http://a b/", "file:///etc/x"])
def test_a_redirect_to_nowhere_is_refused_as_well(stub, reader, wire, target):
    answer = wire.http(302, b"", {"Location": target})
    stub.script.append(answer.decode().encode("latin-1"))
    with pytest.raises(errors.RedirectRefused):
        reader.get("/lists")
    assert len(stub.requests) == 1


def test_a_wrong_token_and_a_plan_without_the_feature_are_told_apart(stub, reader, wire):
    stub.serve = lambda query: {"user": {"id": "1"}}
    stub.script.extend([wire.http(403, {"message": "Forbidden"})] * 3)
    with pytest.raises(errors.NotAvailable, match="plan"):
        reader.get("/ecomOrders")
    assert stub.requests[-1][0] == "/api/3/users/me"

    stub.script.extend([wire.http(403, {"message": "Forbidden"})] * 6)
    with pytest.raises(errors.AuthenticationError):
        reader.get("/ecomOrders")
    stub.script.extend([wire.http(403)] * 3)
    with pytest.raises(errors.AuthenticationError):
        reader.get("/users/me")


def test_where_an_account_was_found_nobody_asks_whether_there_is_one(stub, reader, wire, lists):
    missing = wire.http(404, {"message": "No"})
    stub.script.extend([missing, wire.http(200, {"user": {"id": "1"}})])
    for requests in (2, 3):
        with pytest.raises(errors.NotAvailable):
            reader.get("/segments")
        assert len(stub.requests) == requests
        stub.script.append(missing)


def test_an_unpaid_feature_is_left_out_and_an_unpaid_account_told(stub, reader, wire):
    stub.serve = lambda query: {"user": {"id": "1"}}
    stub.script.append(wire.http(402, {"message": "Please upgrade"}))
    with pytest.raises(errors.NotAvailable, match="paid for"):
        reader.get("/ecomOrders")
    assert [path for path, *_ in stub.requests] == ["/api/3/ecomOrders", "/api/3/users/me"]
    for path, answers in (("/ecomOrders", 2), ("/users/me", 1)):
        stub.script.extend([wire.http(402, {"message": "Please upgrade"})] * answers)
        told = "unpaid or its plan has ended: Please upgrade. Ask the account's owner"
        with pytest.raises(errors.AuthenticationError, match=told):
            reader.get(path)


@pytest.mark.parametrize(
    ("said", "told"),
    [("No such filter", "(422): No such filter. Check"), ("Why?", "(422): Why? Check")],
)
def test_what_the_api_says_ends_before_the_hint_begins(stub, reader, wire, said, told):
    stub.script.append(wire.http(422, {"message": said}))
    with pytest.raises(errors.RequestRejected) as caught:
        reader.get("/lists")
    assert told in str(caught.value)


def test_the_apis_own_reasons_are_passed_on(stub, reader, wire):
    stub.script.append(wire.http(422, {"errors": [{"title": "The filter is unknown"}]}))
    with pytest.raises(errors.RequestRejected, match="The filter is unknown") as caught:
        reader.get("/lists")
    assert caught.value.reasons == ("The filter is unknown",)


def test_nobody_listens(account, pace, slept, stub):
    stub.close()
    with Reader(account, pace=pace, sleep=slept.append) as reader:
        with pytest.raises(errors.ConnectionFailed, match="Check the network"):
            reader.get("/lists")
    assert 0 < sum(slept) < 120


@pytest.mark.parametrize(
    "path", ["", "lists", "/../x", "/lists?x=1", "//evil.test/x", "/a b", "/%2e%2e", "/."]
)
def test_a_path_is_a_path_of_the_api(reader, stub, path):
    with pytest.raises(errors.InvalidArgument):
        reader.get(path)
    assert stub.requests == []


def test_what_is_sent(stub, reader, lists):
    stub.serve = lambda query: GOOD
    reader.page(lists, {"filters[name]": "Ä&b", "ids[]": ("1", "2")})
    path, query, headers, _ = stub.requests[0]
    assert path == "/api/3/lists"
    assert query == {"filters[name]": "Ä&b", "ids[]": "2"}
    assert headers["api-token"] == TOKEN
    assert headers["user-agent"].startswith("actoolkit/")
    assert headers["accept-encoding"] == "gzip, deflate"
    assert not {"cookie", "authorization"} & set(headers)


def test_cookies_are_not_kept(stub, reader, wire, lists):
    stub.script.append(wire.http(200, GOOD, {"Set-Cookie": "session=1; Path=/"}))
    stub.serve = lambda query: GOOD
    reader.page(lists, {})
    reader.page(lists, {})
    assert "cookie" not in stub.requests[1][2]


def test_the_environment_adds_nothing(stub, reader, lists, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    stub.serve = lambda query: GOOD
    reader.page(lists, {})
    assert "authorization" not in stub.requests[0][2]


def test_the_servers_clock_is_noted(stub, reader, wire, lists):
    stub.script.append(wire.http(200, GOOD, {"Date": "Tue, 30 Jun 2026 15:00:00 GMT"}))
    stub.script.append(wire.http(200, GOOD, {"Date": "rubbish"}))
    assert reader.server_at is None
    for _ in range(2):
        reader.page(lists, {})
        assert reader.server_at.isoformat() == "2026-06-30T15:00:00+00:00"


@pytest.mark.parametrize(
    "date",
    [
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Mon, 01 Jan 99999999999 00:00:00 GMT",
        "Mon, 01 Jan 2026 00:00:00 +99999999999999999",
        "Mon, 01 Jan 2026 00:00:00 +9999",
        "Fri, 01 Jan 100 00:00:00 GMT",
        "Mon, 99 Jan 2026 99:99:99 GMT",
        ",",
        "1 2 3",
    ],
)
def test_a_clock_that_no_server_has_is_not_noted(stub, reader, wire, lists, date):
    stub.script.append(wire.http(200, GOOD, {"Date": date}))
    assert ids(reader.page(lists, {})) == ["1", "2"]
    assert reader.server_at is None


def test_threads_share_a_reader(stub, reader, wire):
    stub.serve = wire.rows(250, "contacts")
    found = []

    def load():
        walk = reader.walk("contacts")
        found.append([row["id"] for page in walk for row in page.rows])

    threads = [threading.Thread(target=load) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[str(n) for n in range(1, 251)]] * 6
    assert reader.requests == len(stub.requests)


def canary_in(error):
    """Whether the token shows in an error, its chain, or any local variable of its frames."""
    text = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    seen, queue = set(), [error]
    while queue:
        one = queue.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        text += repr(one) + str(one) + repr(vars(one))
        request = getattr(one, "request", None)
        text += repr(getattr(request, "headers", ""))
        queue += [one.__context__, one.__cause__]
        frames = traceback.walk_tb(one.__traceback__)
        text += "".join(
            repr(value)
            for frame, _ in frames
            if "/actoolkit/" in frame.f_code.co_filename
            or "/site-packages/" in frame.f_code.co_filename
            for value in frame.f_locals.values()
        )
    return TOKEN in text


def test_no_error_shows_the_token(stub, account, pace, wire, lists, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    with Reader(account, pace=pace, sleep=lambda s: None) as reader:
        assert TOKEN not in repr(reader) + repr(vars(reader)) + repr(vars(reader._session))
        for name, behaviour in transient(wire)[0].items():
            stub.script.clear()
            stub.script.extend([behaviour] * 8)
            with pytest.raises(errors.ApiError) as caught:
                reader.page(lists, {})
            assert not canary_in(caught.value), name
            assert caught.value.__context__ is None, name
    assert any(headers.get("api-token") == TOKEN for _, _, headers, _ in stub.requests)
    assert TOKEN not in caplog.text
    out = capsys.readouterr()
    assert TOKEN not in out.out + out.err


def test_the_token_is_not_sent_while_headers_are_printed(stub, reader, monkeypatch):
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    with pytest.raises(errors.InvalidToken, match="debuglevel"):
        reader.get("/lists")
    assert stub.requests == []


def test_the_token_goes_to_one_origin(stub, other_stub, account, pace):
    from actoolkit.api.session import open_session

    session = open_session(account)
    for url in (other_stub.url, f"http://localhost:{stub.port}", f"https://127.0.0.1:{stub.port}"):
        with pytest.raises(errors.InvalidToken) as caught:
            session.get(url + "/api/3/lists", timeout=5)
        assert not canary_in(caught.value)
    assert stub.requests == other_stub.requests == []
    elsewhere = Account(url=other_stub.url, token="test-other")
    assert TOKEN not in repr(open_session(elsewhere).auth) + repr(session.auth)
    session.close()
