"""Why there is no connection, and of a proxy that other programs would use."""

from __future__ import annotations

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
        with pytest.raises(errors.ConnectionFailed, match="Check the network"):
            one.get("/lists")
