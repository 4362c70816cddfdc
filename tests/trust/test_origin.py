"""The token's one origin: redirects, the user's own proxy and .netrc, and other servers."""

from __future__ import annotations

import pytest
import requests

from actoolkit import actions, errors
from actoolkit.api.reader import Reader
from actoolkit.api.retry import Limits
from actoolkit.doctor import examine
from actoolkit.loaders import load_lists
from actoolkit.settings import Account

CODES = (300, 301, 302, 303, 305, 307, 308)
TARGETS = {
    "another port": "http://127.0.0.1:{port}/api/3/lists",
    "another host": "http://localhost:{port}/api/3/lists",
    "another spelling of the host": "http://127.1:{port}/api/3/lists",
    "another scheme": "https://127.0.0.1:{port}/api/3/lists",
    "no scheme": "//127.0.0.1:{port}/api/3/lists",
    "with a user": "http://user:password@127.0.0.1:{port}/",
    "our host as a user": "http://{host}@127.0.0.1:{port}/",
    "backslash": "http://{host}\\@127.0.0.1:{port}/",
    "blank before": " http://127.0.0.1:{port}/",
    "the same server": "/api/3/contacts",
    "a file": "file:///etc/hostname",
    "itself": "/api/3/lists",
    "nothing": "",
}


@pytest.fixture
def trap(serving):
    """The server that nobody may talk to."""
    return serving()


@pytest.mark.parametrize("code", CODES)
def test_no_redirect_is_followed(serving, trap, hunt, code, tmp_path, no_waiting):
    where = ""
    server = serving(lambda head: hunt.answer(code, Location=where))
    account = Account(url=server.url, token=hunt.CANARY, rate=10_000, cache_dir=tmp_path)
    with Reader(account) as reader:
        for name, target in TARGETS.items():
            where = target.format(port=trap.port, host=server.url.removeprefix("http://"))
            sent = len(server.heads)
            with pytest.raises(errors.RedirectRefused) as caught:
                reader.get("/lists")
            assert caught.value.hint, name
            assert not hunt.shows(hunt.error_text(caught.value)), name
            assert len(server.heads) == sent + 1, name
            with pytest.raises(errors.RedirectRefused):
                load_lists(account=account, progress=False)
    assert trap.connections == 0
    assert all(f"Api-Token: {hunt.CANARY}" in head for head in server.heads)


READS = {
    b"/siteTrackingDomains": b'{"siteTrackingDomains": [], "meta": {"total": "0"}}',
    b"/lists/5": b'{"list": {"id": "5", "name": "News"}}',
}


@pytest.mark.parametrize("code", CODES)
def test_no_redirect_of_a_write_is_followed(serving, trap, hunt, code, tmp_path, no_waiting):
    where = ""

    def respond(head):
        method, target, _ = head.split(b" ", 2)
        if method != b"GET":
            return hunt.answer(code, Location=where)
        (body,) = (body for path, body in READS.items() if path in target)
        return hunt.answer(200, body)

    server = serving(respond)
    account = Account(url=server.url, token=hunt.CANARY, rate=10_000, cache_dir=tmp_path)
    for target in TARGETS.values():
        where = target.format(port=trap.port, host=server.url.removeprefix("http://"))
        how = {"account": account, "apply": True, "progress": False}
        added = actions.add_site_tracking_domain("shop.example", **how)
        deleted = actions.delete_list(5, name="News", **how)
        for done in (added, deleted):
            assert done["verdict"].item() in ("rejected", "not done", "unknown")
            assert not hunt.shows(done.write_json())
    assert trap.connections == 0
    methods = [line.split()[0] for line in server.targets]
    assert methods.count("POST") == methods.count("DELETE") == len(TARGETS)


def test_the_doctor_follows_no_redirect_either(serving, trap, hunt, tmp_path, no_waiting):
    server = serving(lambda head: hunt.answer(302, Location=trap.url))
    account = Account(url=server.url, token=hunt.CANARY, rate=10_000, cache_dir=tmp_path)
    assert "problem" in {finding.verdict for finding in examine(account)}
    assert trap.connections == 0


PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


def test_the_users_environment_adds_nothing(serving, trap, hunt, tmp_path, monkeypatch, no_waiting):
    """A .netrc for the very host and proxies for all: without our doing, both would be used."""
    domains = b'{"siteTrackingDomains": [], "meta": {"total": "0"}}'
    server = serving(lambda head: hunt.answer(200, domains))
    home = tmp_path / "home"
    home.mkdir()
    (home / ".netrc").write_text("machine 127.0.0.1 login me password netrc-secret\n")
    (home / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("NETRC", str(home / ".netrc"))
    for name in PROXIES:
        monkeypatch.setenv(name, trap.url)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    monkeypatch.setenv("CURL_CA_BUNDLE", "/nowhere")
    requests.get(server.url, timeout=5)  # what a plain client does
    assert trap.connections == 1
    assert "Authorization: Basic" in trap.heads[0]

    account = Account(url=server.url, token=hunt.CANARY, rate=10_000, cache_dir=tmp_path / "cache")
    with Reader(account) as reader:
        reader.get("/siteTrackingDomains")
    actions.add_site_tracking_domain("a.example", account=account, apply=True, progress=False)
    assert trap.connections == 1
    assert len(server.heads) >= 2
    assert not any("authorization" in head.lower() for head in server.heads)


def test_https_passes_the_environments_proxies_by_too(serving, trap, hunt, tmp_path, monkeypatch):
    for name in PROXIES:
        monkeypatch.setenv(name, trap.url)
    server = serving()
    account = Account(
        url=server.url.replace("http:", "https:"),
        token=hunt.CANARY,
        rate=10_000,
        cache_dir=tmp_path,
    )
    with Reader(account, limits=Limits(attempts=1, connect=1, body=1)) as reader:
        with pytest.raises(errors.ApiError) as caught:
            reader.get("/lists")
    assert not hunt.shows(hunt.error_text(caught.value))
    assert trap.connections == 0
    assert server.connections >= 1
    assert not any(hunt.shows(head) for head in server.heads)
