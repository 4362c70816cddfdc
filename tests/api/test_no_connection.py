"""Why there is no connection, and of a proxy that other programs would use."""

from __future__ import annotations

import socket
import traceback

import pytest

from actoolkit import errors
from actoolkit.api.reader import Reader
from actoolkit.api.retry import Limits
from actoolkit.settings import Account

TOKEN = "test-CANARY-5f3a9c"
PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


@pytest.mark.parametrize(
    ("url", "proxy", "told"),
    [
        ("https://no-such-account.invalid", None, "no such host is known here"),
        ("https://127.0.0.1:1", None, "the host refuses it"),
        ("https://you.api-us1.com", "http://127.0.0.1:1", "the proxy does not let it through"),
    ],
)
def test_why_there_is_no_connection_is_told(tmp_path, pace, monkeypatch, url, proxy, told):
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    account = Account(url=url, token=TOKEN, cache_dir=tmp_path, proxy=proxy)
    with Reader(account, pace=pace, limits=Limits(attempts=1)) as reader:
        with pytest.raises(
            errors.ConnectionFailed, match=f"failed: {told}.*Check the net"
        ) as caught:
            reader.get("/lists")
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("name", PROXIES)
def test_a_proxy_of_other_programs_is_named_whoever_asks(tmp_path, pace, monkeypatch, name):
    monkeypatch.setenv(name, "http://proxy.example:3128")
    url = "https://no-such-account.invalid"
    limits = Limits(attempts=1)
    with Reader(Account(url=url, token=TOKEN, cache_dir=tmp_path), pace=pace, limits=limits) as one:
        with pytest.raises(errors.ConnectionFailed, match=f"{name} is not read.*ACTOOLKIT_PROXY"):
            one.get("/lists")
    given = Account(url=url, token=TOKEN, cache_dir=tmp_path, proxy="http://127.0.0.1:1")
    with Reader(given, pace=pace, limits=limits) as one:
        with pytest.raises(
            errors.ConnectionFailed,
            match=r"Check the network.* http://127\.0\.0\.1:1 \(ACTOOLKIT_PROXY",
        ):
            one.get("/lists")


def test_a_name_that_nobody_knows_is_believed_soon_unless_it_has_answered(
    stub, wire, account, pace, slept, monkeypatch
):
    """At first it is mistyped; later the network has gone, and may come back."""

    def unknown(*_args, **_more):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with Reader(account, pace=pace, sleep=slept.append) as reader:
        with pytest.raises(errors.ConnectionFailed, match=r"no such host.*after 3 requests"):
            reader.get("/lists")
    monkeypatch.undo()

    def once(connection, _query):
        headers = {"Date": "Mon, 29 Jun 2026 08:00:00 GMT", "Connection": "close"}
        connection.sendall(wire.http(200, {}, headers))
        connection.shutdown(socket.SHUT_RDWR)

    stub.script.append(once)
    with Reader(account, pace=pace, sleep=slept.append) as reader:
        reader.get("/lists")
        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        with pytest.raises(errors.ConnectionFailed, match=r"no such host.*after 6 requests"):
            reader.get("/lists")
