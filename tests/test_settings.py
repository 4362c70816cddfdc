"""Accounts: URL, token, sources, and what they show of themselves."""

from __future__ import annotations

import copy
import pickle
import traceback
from pathlib import Path

import pytest

from actoolkit.errors import CredentialsMissing, InvalidArgument, InvalidToken, InvalidURL
from actoolkit.settings import Account, Token

SECRET = "canary-0123456789abcdef"


@pytest.fixture(autouse=True)
def no_environment(monkeypatch, tmp_path):
    for name in ("ACTIVECAMPAIGN_URL", "ACTIVECAMPAIGN_API_TOKEN", "ACTOOLKIT_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "pasted",
    [
        "https://you.api-us1.com",
        "https://you.api-us1.com/",
        " https://you.api-us1.com/api/3 ",
        "https://YOU.api-us1.com/api/3/",
    ],
)
def test_url_as_pasted_is_tolerated(pasted):
    assert Account(url=pasted, token=SECRET).url == "https://you.api-us1.com"


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "you.api-us1.com",
        "http://you.api-us1.com",
        "ftp://you.api-us1.com",
        "file:///etc/passwd",
        "https://user@you.api-us1.com",
        "https://user:pass@you.api-us1.com",
        "https://you.api-us1.com@evil.test",
        "https://you.api-us1.com\\@evil.test",
        "https://you.api-us1.com%2eevil.test",
        "https://you.api-us1.com/?x=1",
        "https://you.api-us1.com/#x",
        "https://you.api-us1.com/admin",
        "https://you.api-us1.com/api/3/../../x",
        "https://2130706433",
        "https://0x7f.1",
        "https://169.254.169.254",
        "https://[fe80::1]",
        "https://10.0.0.1",
        "https://localhost.",
        "https://-bad.example.com",
        "https://a_b.example.com",
        "https://exa mple.com",
        "https://exämple.com",
        "https://you.api-us1.com\r\nX: y",
        "https://you.api-us1.com\x00",
        "https://" + "a" * 300 + ".com",
        "https://you",
        "https://you.api-us1.com:99999",
    ],
)
def test_hostile_urls_are_refused(hostile):
    with pytest.raises(InvalidURL) as raised:
        Account(url=hostile, token=SECRET)
    assert SECRET not in str(raised.value)
    assert "Settings > Developer" in raised.value.hint


def test_plain_http_needs_loopback_and_a_test_token():
    assert Account(url="http://127.0.0.1:8080", token="test-x").url == "http://127.0.0.1:8080"
    with pytest.raises(InvalidToken):
        Account(url="http://127.0.0.1:8080", token=SECRET)
    with pytest.raises(InvalidURL):
        Account(url="http://you.api-us1.com", token="test-x")


@pytest.mark.parametrize("token", ["", "  ", "two words", "line\nbreak", "tökén", "\x00"])
def test_what_cannot_be_a_token_is_refused(token):
    with pytest.raises(InvalidToken):
        Account(url="https://you.api-us1.com", token=token)


@pytest.mark.parametrize(
    "wrong", [{"share": 0}, {"share": 1.5}, {"rate": 0}, {"rate": 6}, {"frame": "arrow"}]
)
def test_values_out_of_range_are_refused(wrong):
    with pytest.raises(InvalidArgument):
        Account(url="https://you.api-us1.com", token=SECRET, **wrong)


def test_only_loopback_may_go_faster():
    assert Account(url="http://localhost:1", token="test-x", rate=500).rate == 500


def test_token_shows_itself_nowhere():
    account = Account(url="https://you.api-us1.com", token=SECRET)
    shown = [
        repr(account),
        str(account),
        f"{account}",
        repr(account.token),
        str(vars(account)),
        str(account.folder),
    ]
    try:
        raise ValueError(account)
    except ValueError as error:
        frames = traceback.TracebackException.from_exception(error, capture_locals=True)
        shown.append("".join(frames.format()))
    assert all(SECRET not in text for text in shown)
    with pytest.raises(InvalidToken):
        pickle.dumps(account)
    with pytest.raises(InvalidToken):
        copy.deepcopy(account)


def test_account_is_a_value():
    first = Account(url="https://you.api-us1.com", token=SECRET)
    assert first == Account(url="https://you.api-us1.com/api/3", token=Token(SECRET))
    assert first != Account(url="https://you.api-us1.com", token="other")
    assert hash(first) == hash(Account(url="https://you.api-us1.com", token=SECRET))
    with pytest.raises(AttributeError):
        first.url = "https://evil.test"


def test_two_tokens_of_one_account_have_two_folders():
    one = Account(url="https://you.api-us1.com", token="a")
    two = Account(url="https://you.api-us1.com", token="b")
    assert one.key != two.key
    assert one.key.startswith("you.api-us1.com-")


def test_identity_keeps_the_folder_of_a_sandbox_whose_port_changes():
    keys = {
        Account(url=f"http://127.0.0.1:{port}", token="test-x", identity="sandbox-small-7").key
        for port in (1, 2)
    }
    assert len(keys) == 1


def test_environment_gives_the_account(monkeypatch, tmp_path):
    monkeypatch.setenv("ACTIVECAMPAIGN_URL", "https://you.api-us1.com")
    monkeypatch.setenv("ACTIVECAMPAIGN_API_TOKEN", SECRET)
    monkeypatch.setenv("ACTOOLKIT_CACHE_DIR", str(tmp_path / "here"))
    account = Account.from_env()
    assert account.token.reveal() == SECRET
    assert account.folder.parent == tmp_path / "here"


def test_dotenv_gives_the_account():
    Path(".env").write_text(
        f"ACTIVECAMPAIGN_URL=https://you.api-us1.com\nACTIVECAMPAIGN_API_TOKEN={SECRET}\n"
    )
    assert Account.from_env(frame="pandas").frame == "pandas"


def test_a_token_never_pairs_with_a_url_from_another_source(monkeypatch):
    monkeypatch.setenv("ACTIVECAMPAIGN_API_TOKEN", SECRET)
    Path(".env").write_text("ACTIVECAMPAIGN_URL=https://evil.example.com\n")
    with pytest.raises(CredentialsMissing, match="ACTIVECAMPAIGN_URL is missing"):
        Account.from_env()


def test_no_account_names_the_next_step():
    with pytest.raises(CredentialsMissing, match="--sandbox"):
        Account.from_env()
