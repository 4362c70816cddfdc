"""Accounts: URL, token, sources, and what they show of themselves."""

from __future__ import annotations

import copy
import pickle
import traceback
from pathlib import Path

import pytest

from actoolkit.errors import (
    ActoolkitError,
    CredentialsMissing,
    InvalidArgument,
    InvalidToken,
    InvalidURL,
)
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
    "wrong",
    [
        {"share": 0},
        {"share": 1.5},
        {"rate": 0},
        {"rate": 6},
        {"frame": "arrow"},
        {"in_flight": 0},
        {"in_flight": 9},
        {"in_flight": True},
        {"in_flight": "2"},
    ],
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


def dotenv(mode=0o600):
    path = Path(".env")
    path.write_text(
        f"ACTIVECAMPAIGN_URL=https://you.api-us1.com\nACTIVECAMPAIGN_API_TOKEN={SECRET}\n"
    )
    path.chmod(mode)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o666, 0o604, 0o620])
def test_a_dotenv_that_others_can_open_is_refused_with_the_remedy(mode):
    dotenv(mode)
    with pytest.raises(CredentialsMissing) as caught:
        Account.from_env()
    assert caught.value.hint == "Run: chmod 600 .env"


def test_a_dotenv_without_our_variables_is_nobodys_business():
    Path(".env").write_text("OTHER=1\n")
    Path(".env").chmod(0o644)
    with pytest.raises(CredentialsMissing, match="are not set"):
        Account.from_env()


@pytest.mark.parametrize("given", [{"url": "https://evil.example.com"}, {"token": "other"}])
def test_neither_half_is_replaced(monkeypatch, given):
    monkeypatch.setenv("ACTIVECAMPAIGN_URL", "https://you.api-us1.com")
    monkeypatch.setenv("ACTIVECAMPAIGN_API_TOKEN", SECRET)
    with pytest.raises(InvalidArgument, match="from one place"):
        Account.from_env(**given)


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "https://evil.example.com/elsewhere"},
        {"url": "http://you.api-us1.com"},
        {"url": "http://127.0.0.1:8765"},
        {"url": "ftp://127.0.0.1:1"},
        {"share": 7},
        {"frame": "arrow"},
        {"rate": 9},
        {"token": f"{SECRET} with a space"},
        {"token": f"{SECRET}é"},
    ],
)
def test_a_refused_account_shows_no_token_in_tracebacks_with_locals(wrong):
    values = {"url": "https://you.api-us1.com", "token": SECRET, **wrong}
    error = refusal(values)
    values.clear()
    frames = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert SECRET not in "".join(frames.format())


def refusal(values):
    try:
        Account(**values)
    except ActoolkitError as error:
        wrong = error
    values.clear()
    return wrong


@pytest.mark.parametrize("wrong", [{"share": 7}, {"url": "https://evil.example.com"}])
def test_the_environments_token_shows_in_no_traceback(monkeypatch, wrong):
    monkeypatch.setenv("ACTIVECAMPAIGN_URL", "https://you.api-us1.com")
    monkeypatch.setenv("ACTIVECAMPAIGN_API_TOKEN", SECRET)
    with pytest.raises(ActoolkitError) as caught:
        Account.from_env(**wrong)
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    ours = [frame for frame in frames.stack if "actoolkit" in frame.filename]
    assert ours
    assert all(SECRET not in str(frame.locals) for frame in ours)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1:1", "file://localhost", "ws://127.0.0.1:8765"])
def test_loopback_speaks_http_only(url):
    with pytest.raises(InvalidURL):
        Account(url=url, token="test-x")


def test_dotenv_gives_the_account():
    dotenv()
    assert Account.from_env(frame="pandas").frame == "pandas"


def test_a_token_never_pairs_with_a_url_from_another_source(monkeypatch):
    monkeypatch.setenv("ACTIVECAMPAIGN_API_TOKEN", SECRET)
    Path(".env").write_text("ACTIVECAMPAIGN_URL=https://evil.example.com\n")
    Path(".env").chmod(0o600)
    with pytest.raises(CredentialsMissing, match="ACTIVECAMPAIGN_URL is missing"):
        Account.from_env()


def test_no_account_names_the_next_step():
    with pytest.raises(CredentialsMissing, match="--sandbox"):
        Account.from_env()
