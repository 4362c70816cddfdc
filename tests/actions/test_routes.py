"""Path segments never leave their route, whatever is passed as an id or a domain."""

# ruff: noqa: RUF001
from __future__ import annotations

import contextlib
import re

import polars as pl
import pytest
import requests

from actoolkit import actions
from actoolkit.api.retry import Limits
from actoolkit.api.session import open_session
from actoolkit.api.transmission import prepare, transmit
from actoolkit.api.write_operations import WRITES, WriteRequest, check_domain
from actoolkit.errors import InvalidArgument

HOSTILE = [
    "../lists/5", "..", ".", "../", "/", "//", "/lists/5", "5/../6", "5/..", "../../..", "5/", "/5",
    "%2e%2e", "%2e%2e/lists/5", "%2E%2E%2Flists%2F5", "..%2flists%2f5", "%252e%252e", "..;/lists/5",
    "5;x=1", "5?x=1", "5#x", "?", "#", "5&6", "5 ", " 5", "5\n", "\n5", "5\r\nX: y", "5\t", "5\0", "\0",
    "5\\6", "..\\lists\\5", "\\\\host\\share", "5@evil.test", "@evil.test", "user:pw@evil.test",
    "http://evil.test/", "//evil.test/lists/5", "evil.test:80", "evil.test/..", "[::1]", "::1",
    "127.0.0.1", "2130706433.", "0x7f.1", "", "   ", "-5", "+5", "5.0", "5e3", "0x5", "0", "00",
    "1234567890123456789012345", "٥", "５", "五", "5\u202e", "．．／lists／5", "。。", "．．", "a..b",
    ".example.com", "example.com.", "-a.example", "a-.example", "_dmarc.example", "a b.example",
    "a%2eb.example", "a*.example", "*", "*.example", "exa\u00admple.com/..", "ex\u2024ample..com",
    "a" * 64 + ".example", ("a" * 60 + ".") * 5 + "example", "<script>", "'; drop", "{list_id}", "$5",
    "lists", "xn--a/..example", "ⅷ/5", "℀.example", "ex℅mple.com", "a\u2044b.example", "a∕b.example",
    None, True, 5.0, b"5", ["5"], -1, 0,
]  # fmt: skip

ROUTES = {
    "delete_list": lambda bad, how: actions.delete_list(bad, name="News", **how),
    "remove_field_from_list": lambda bad, how: actions.remove_field_from_list(
        bad, field_id=4, list_id=3, **how
    ),
    "update_message": lambda bad, how: actions.update_message(bad, subject="x", **how),
    "delete_message": lambda bad, how: actions.delete_message(bad, name="Hello", **how),
    "add_account_note": lambda bad, how: actions.add_account_note(bad, note="x", **how),
    "update_account_note": lambda bad, how: actions.update_account_note(
        bad, note_id=9, note="x", **how
    ),
    "update_account_note's note": lambda bad, how: actions.update_account_note(
        3, note_id=bad, note="x", **how
    ),
    "subscribe's list": lambda bad, how: actions.subscribe(
        pl.DataFrame({"contact_id": ["7"]}), list_id=bad, **how
    ),
}


def test_there_are_enough():
    assert len(HOSTILE) >= 60


@pytest.mark.parametrize("route", ROUTES)
def test_no_hostile_id_is_sent(route, server, account):
    how = {"account": account, "apply": True, "progress": False}
    for bad in HOSTILE:
        with pytest.raises(InvalidArgument):
            ROUTES[route](bad, how)
    assert server.seen == []


def test_no_hostile_domain_leaves_its_route(server, account):
    how = {"account": account, "apply": True, "progress": False}
    for bad in HOSTILE:
        with contextlib.suppress(InvalidArgument):
            actions.remove_site_tracking_domain(bad, name=bad, **how)
        with contextlib.suppress(InvalidArgument):
            name = check_domain(bad)
            assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", name), bad
            prepared = prepare(
                open_session(account),
                account.url,
                WRITES["remove_site_tracking_domain"].request(domain=bad),
            )
            assert prepared.url == f"{account.url}/api/3/siteTrackingDomains/{name}"
    for _, path, _ in server.seen:
        assert re.fullmatch(r"/api/3/siteTrackingDomains(/[a-z0-9.-]+)?", path)
    assert [row["id"] for row in server.books.lists] == ["1"]
    assert server.books.domains == ["old.example"]


@pytest.mark.parametrize("name", [name for name, one in WRITES.items() if "{" in one.path])
def test_a_route_that_was_filled_unchecked_is_stopped_before_it_travels(name, server, account):
    """The check of the arguments is not the only one: what the HTTP library makes of it counts."""
    operation = WRITES[name]
    session = open_session(account)
    base = operation.path.split("{", maxsplit=1)[0]
    for bad in [one for one in HOSTILE if isinstance(one, str)]:
        path = re.sub(r"{\w+}", lambda _, bad=bad: bad, operation.path)
        request = WriteRequest(operation, path, {}, {})
        with contextlib.suppress(InvalidArgument, requests.RequestException):
            transmit(session, prepare(session, account.url, request), Limits(body=0.5))
    for _, path, _ in server.seen:
        assert re.fullmatch(rf"/api/3{base}[a-z0-9.-]+(/notes(/[0-9]+)?)?", path), path
        assert ".." not in path


def test_domains_become_what_dns_calls_them():
    assert check_domain("Bücher.Example") == "xn--bcher-kva.example"
    assert check_domain("faß.example") == "xn--fa-hia.example"
    assert check_domain("a.b-c.example") == "a.b-c.example"
