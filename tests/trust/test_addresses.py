"""Addresses and path values that somebody wrote to lead a request elsewhere: none gets out."""

# ruff: noqa: RUF001
from __future__ import annotations

import contextlib
import inspect
import re

import pytest

import actoolkit as ac
from actoolkit import errors
from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.api.reader import Reader
from actoolkit.loaders import load_custom_object_records
from actoolkit.settings import Account

BASES = [
    "", " ", "/", "//", "https://", "https:///", "https:you.api-us1.com", "https:/you.api-us1.com", "you.api-us1.com",
    "//you.api-us1.com", "http://you.api-us1.com", "ftp://you.api-us1.com", "file:///etc/passwd", "ws://you.api-us1.com",
    "javascript:alert(1)", "data:text/html,x", "gopher://you.api-us1.com", "https+http://you.api-us1.com",
    "https://user@you.api-us1.com", "https://user:password@you.api-us1.com", "https://you.api-us1.com@evil.test",
    "https://you.api-us1.com:443@evil.test", "https://you.api-us1.com\\@evil.test", "https://evil.test\\.you.api-us1.com",
    "https://you.api-us1.com%2eevil.test", "https://you.api-us1.com%00.evil.test", "https://you.api-us1.com%40evil.test",
    "https://you.api-us1.com?x=1", "https://you.api-us1.com/?x=1", "https://you.api-us1.com#@evil.test", "https://you.api-us1.com/#x",
    "https://you.api-us1.com/admin", "https://you.api-us1.com/api/3/contacts", "https://you.api-us1.com/api/3/..",
    "https://you.api-us1.com/api/3/../../x", "https://you.api-us1.com/api/2", "https://you.api-us1.com/api//3", "https://you.api-us1.com/%61pi/3",
    "https://you.api-us1.com/;x", "https://you.api-us1.com:port", "https://you.api-us1.com:-1", "https://you.api-us1.com:99999",
    "https://you.api-us1.com:80:80", "https://you.api-us1.com:٨٠", "https://2130706433", "https://0x7f.1", "https://0x7f000001", "https://0177.0.0.1",
    "https://127.0.0.1", "https://127.1", "https://169.254.169.254", "https://10.0.0.1", "https://0.0.0.0", "https://[::1]", "https://[fe80::1]",
    "https://[::ffff:127.0.0.1]", "https://[::1", "https://localhost", "https://localhost.", "http://localhost.evil.test", "http://127.0.0.1.evil.test",
    "http://127.0.0.1", "http://localhost:8765", "https://-bad.example.com", "https://bad-.example.com", "https://a_b.example.com",
    "https://exa mple.com", "https://you..api-us1.com", "https://.api-us1.com", "https://you.api-us1.com.", "https://you", "https://*.api-us1.com",
    "https://yöu.api-us1.com", "https://уou.api-us1.com", "https://you。api-us1.com", "https://you.api-us1.com\u202e", "https://you.api-us1.com\u200b",
    "https://you.api-us1.com\r\nHost: evil.test", "https://you.api-us1.com\n/admin", "https://you.api-us1.com\tx", "https://you.api-us1.com\0", "https://you.api\r-us1.com",
    "https://you.api-us1.com https://evil.test", "https://you.api-us1.com,evil.test", "https://{account}.api-us1.com", "https://$(id).api-us1.com",
    "https://<you>.api-us1.com", "https://'you'.api-us1.com", "https://" + "a" * 64 + ".api-us1.com", "https://" + "a." * 127 + "test", "https://℀.test", "https://1.2.3",
]  # fmt: skip

VALUES = [
    "../lists/5", "..", ".", "../", "/", "//", "/lists/5", "5/../6", "5/..", "../../..", "5/", "/5", "5//", "%2e%2e", "%2e%2e/lists/5",
    "%2E%2E%2Flists%2F5", "..%2flists%2f5", "%252e%252e", "%2f", "%5c", "%00", "%0d%0aX:y", "..;/lists/5", "5;x=1", "5?x=1", "5#x", "?", "#", "5&6",
    "5 6", "5\n6", "5\r\nX: y", "5\r\n\r\nGET /api/3/lists HTTP/1.1", "5\t6", "5\0", "\0", "\x7f", "\x1b[0m", "5\\6", "..\\lists\\5", "\\\\host\\share",
    "5@evil.test", "@evil.test", "user:pw@evil.test", "http://evil.test/", "//evil.test/lists/5", "evil.test:80", "evil.test/..", "[::1]", "::1",
    "5.0", "5.", ".5", "-5", "+5", "٥", "５", "五", "5\u202e", "5\u200b", "5\u2028", "．．／lists／5", "。。", "．．", "..\u2215lists", "a\u2044b", "a∕b", "ⅷ/5",
    "", "   ", "<script>", "'; drop", "{contact_id}", "$5", "*", "5,6", "5|6", "5`id`", "\ud800", "a" * 2000, "1" * 200, 5.5, float("inf"), True, b"5", -1, {"a": 1},
]  # fmt: skip


def test_there_are_enough():
    assert len(set(BASES)) >= 60
    assert len(set(map(repr, VALUES))) >= 60


@pytest.mark.parametrize("token", ["canary-0123456789", "test-canary-0123456789"])
def test_no_hostile_address_is_taken(hunt, token):
    for base in BASES:
        with contextlib.suppress(errors.SettingsError):
            account = Account(url=base, token=token)
            # What is accepted is this machine, for the token of a stub, or what was pasted untidily.
            assert token.startswith("test-"), base
            assert re.fullmatch(r"https?://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?", account.url), (
                base
            )
    refusals = {base: error for base in BASES if (error := refusal(base, token))}
    assert len(refusals) >= len(BASES) - 6
    for base, error in refusals.items():
        assert error.hint, base
        assert not hunt.shows(hunt.error_text(error), token), base
        assert not re.search(r"[\x00-\x1f\x7f\u202e\u200b]", str(error)), base


def refusal(base, token):
    """The error of an address, or None where it is taken."""
    try:
        Account(url=base, token=token)
    except errors.SettingsError as error:
        return error
    return None


@pytest.mark.parametrize("wrong", [None, 5, b"https://you.api-us1.com", ["x"], {}, True])
def test_what_is_no_text_is_no_address(wrong):
    with pytest.raises(errors.InvalidURL):
        Account(url=wrong, token="canary")
    with pytest.raises(errors.InvalidToken):
        Account(url="https://you.api-us1.com", token=wrong)


@pytest.fixture
def seen(serving, hunt):
    """A server that answers anything, and an account of it."""
    return serving(lambda head: hunt.answer(404, b'{"message": "No Route found"}'))


@pytest.fixture
def account(seen, hunt, tmp_path, no_waiting):
    return Account(url=seen.url, token=hunt.CANARY, rate=10_000, cache_dir=tmp_path)


def test_no_hostile_value_leaves_its_route(seen, account):
    """Each route with a value in its path: what the server saw is that route, or nothing."""
    routes = [one for one in ENDPOINTS.values() if "{" in one.path]
    assert len(routes) >= 8
    refused = 0
    with Reader(account) as reader:
        for endpoint in routes:
            names = re.findall(r"{(\w+)}", endpoint.path)
            route = re.sub(r"{\w+}", "[A-Za-z0-9-]{1,64}", f"GET /api/3{endpoint.path}")
            for value in VALUES:
                before = len(seen.heads)
                with pytest.raises(errors.ActoolkitError) as caught:
                    reader.page(endpoint, {}, **dict.fromkeys(names, value))
                assert isinstance(caught.value, errors.InvalidArgument), (endpoint.path, value)
                refused += 1
                for line in seen.targets[before:]:
                    assert re.fullmatch(rf"{route} HTTP/1\.1", line), (value, line)
    assert seen.heads == []
    assert refused == len(routes) * len(VALUES)


def test_no_hostile_path_is_sent_as_it_is(seen, account):
    with Reader(account) as reader:
        for value in VALUES:
            for path in (value, f"/{value}", f"/lists/{value}", f"/lists{value}"):
                with contextlib.suppress(errors.ActoolkitError):
                    reader.get(path)
    for line in seen.targets:
        assert re.fullmatch(r"GET /api/3(/[A-Za-z0-9_-]+)+ HTTP/1\.1", line), line
    assert not any("\nX:" in head for head in seen.heads)


def id_arguments():
    """Loader and argument for each id that a loader takes."""
    for name in dir(ac):
        if name.startswith("load_"):
            for argument in inspect.signature(getattr(ac, name)).parameters:
                if argument.endswith(("_id", "_ids")):
                    yield name, argument


def test_no_loader_lets_one_through(seen, account):
    pairs = sorted(id_arguments())
    assert len(pairs) >= 25
    sent = set()
    for name, argument in pairs:
        load = getattr(ac, name)
        needed = {
            one.name: "5"
            for one in inspect.signature(load).parameters.values()
            if one.default is one.empty and one.name != argument
        }
        for value in VALUES:
            with pytest.raises(errors.ActoolkitError):
                load(**needed, **{argument: value}, account=account, progress=False)
        sent |= set(seen.targets)
        seen.heads.clear()
    # External ids are free text: they travel as a filter, encoded, never as a part of the path.
    for line in sent:
        assert re.fullmatch(
            r"GET /api/3(/[A-Za-z0-9-]+)+(\?[A-Za-z0-9%&=._~+*-]*)? HTTP/1\.1", line
        ), line
        path = line.split()[1].partition("?")[0]
        assert ".." not in path
        assert path.count("/") <= 6


def test_filters_of_free_text_stay_in_their_parameter(seen, account):
    from urllib.parse import parse_qsl, urlsplit

    sent = 0
    for value in [one for one in VALUES if isinstance(one, str)]:
        seen.heads.clear()
        with contextlib.suppress(errors.ActoolkitError):
            ac.load_contacts(email=value, account=account, progress=False)
        # Whether there is an account at all is asked word for word, with nothing of the value.
        asked = [line for line in seen.targets if line != "GET /api/3/users/me HTTP/1.1"]
        sent += len(asked)
        for line in asked:
            target = urlsplit(line.split()[1])
            assert target.path == "/api/3/contacts", value
            known = {"email", "limit", "offset", "id_greater", "orders[id]"}
            assert {name for name, _ in parse_qsl(target.query)} <= known, value
    assert sent > 40


def test_a_schemas_id_is_checked_too(seen, account):
    for value in [one for one in VALUES if one != ""]:
        with pytest.raises(errors.ActoolkitError):
            load_custom_object_records(schema_id=value, account=account, progress=False)
    assert seen.heads == []
