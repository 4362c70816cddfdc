"""Several accounts: which one, from which place, and never half of one with half of another."""

from __future__ import annotations

import json
import os
import traceback
from pathlib import Path

import pytest

from actoolkit import errors, keychain, sources
from actoolkit.secret import Token
from actoolkit.settings import Account

SECRET = "canary-0123456789abcdef"
OTHER = "canary-fedcba9876543210"
URL = "https://you.api-us1.com"
EU = "https://eu.api-us1.com"


@pytest.fixture(autouse=True)
def nowhere(monkeypatch, tmp_path):
    """No variable, no file, and no keyring, until a test says so."""
    for name in list(os.environ):
        if name.startswith(("ACTIVECAMPAIGN", "ACTOOLKIT")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(keychain, "read", lambda profile: None)


def environment(monkeypatch, suffix="", url=None, token=None):
    for name, value in (("ACTIVECAMPAIGN_URL", url), ("ACTIVECAMPAIGN_API_TOKEN", token)):
        if value is not None:
            monkeypatch.setenv(name + suffix, value)


def dotenv(text):
    Path(".env").write_text(text)
    Path(".env").chmod(0o600)


def test_a_profile_is_chosen_by_argument_or_environment(monkeypatch):
    environment(monkeypatch, "", URL, SECRET)
    environment(monkeypatch, "_ACME_EU", EU, OTHER)
    assert Account.from_env().url == URL
    account = Account.from_env(profile="acme-eu")
    assert (account.url, account.token.reveal()) == (EU, OTHER)
    monkeypatch.setenv("ACTOOLKIT_PROFILE", "acme-eu")
    assert Account.from_env().url == EU
    assert Account.from_env(profile="ACME_EU").folder == account.folder
    monkeypatch.setenv("ACTOOLKIT_PROFILE", "")
    assert Account.from_env().url == URL


def test_accounts_of_two_profiles_remember_apart(monkeypatch):
    environment(monkeypatch, "_A", URL, SECRET)
    environment(monkeypatch, "_B", EU, SECRET)
    assert Account.from_env(profile="a").folder != Account.from_env(profile="b").folder


def test_a_profile_never_falls_back_on_another_account(monkeypatch):
    environment(monkeypatch, "", URL, SECRET)
    environment(monkeypatch, "_EU", EU, OTHER)
    dotenv(f"ACTIVECAMPAIGN_URL={URL}\nACTIVECAMPAIGN_API_TOKEN={SECRET}\n")
    with pytest.raises(errors.CredentialsMissing, match="profile 'us'") as caught:
        Account.from_env(profile="us")
    assert "ACTIVECAMPAIGN_API_TOKEN_US" in str(caught.value)
    assert "there are profiles: eu" in str(caught.value)


@pytest.mark.parametrize("half", [{"url": EU}, {"token": OTHER}])
@pytest.mark.parametrize("elsewhere", ["dotenv", "keyring", "the account without a profile"])
def test_halves_of_two_places_never_pair(monkeypatch, half, elsewhere):
    environment(monkeypatch, "_EU", **half)
    if elsewhere == "dotenv":
        dotenv(f"ACTIVECAMPAIGN_URL_EU={URL}\nACTIVECAMPAIGN_API_TOKEN_EU={SECRET}\n")
    elif elsewhere == "keyring":
        monkeypatch.setattr(keychain, "read", lambda profile: (URL, Token(SECRET)))
    else:
        environment(monkeypatch, "", URL, SECRET)
    with pytest.raises(errors.CredentialsMissing, match="only one of") as caught:
        Account.from_env(profile="eu")
    assert caught.value.hint.startswith("Set ACTIVECAMPAIGN_")
    assert ("https://<account>" in caught.value.hint) == ("token" in half)  # what a token is not


def test_the_order_is_environment_keyring_file(monkeypatch):
    dotenv(f"ACTIVECAMPAIGN_URL={URL}\nACTIVECAMPAIGN_API_TOKEN={SECRET}\n")
    assert sources.find(None, ".env").place == ".env"
    monkeypatch.setattr(keychain, "read", lambda profile: (EU, Token(OTHER)))
    found = sources.find(None, ".env")
    assert (found.place, found.url, found.token.reveal()) == ("the keyring", EU, OTHER)
    environment(monkeypatch, "", "https://env.api-us1.com", SECRET)
    assert sources.find(None, ".env").place == "The environment"


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "../x", "a/b", "ä", "a" * 41, "1st", "-a", "a\n", 5, "a=b"]
)
def test_what_cannot_be_a_profile_is_refused(name):
    with pytest.raises(errors.InvalidArgument, match="profile"):
        Account.from_env(profile=name)


def test_a_file_of_profiles(monkeypatch):
    dotenv(
        f"ACTIVECAMPAIGN_URL_A={URL}\nACTIVECAMPAIGN_API_TOKEN_A={SECRET}\n"
        f"ACTIVECAMPAIGN_URL_B={EU}\nACTIVECAMPAIGN_API_TOKEN_B={OTHER}\n"
    )
    assert Account.from_env(profile="a").url == URL
    assert Account.from_env(profile="b").token.reveal() == OTHER
    Path(".env").chmod(0o644)
    with pytest.raises(errors.CredentialsMissing, match="chmod 600"):
        Account.from_env(profile="b")


@pytest.mark.parametrize("profile", [None, "eu"])
@pytest.mark.parametrize(
    "half", [{"token": SECRET}, {"url": "https://evil.test/x", "token": SECRET}]
)
def test_no_traceback_with_locals_shows_it(monkeypatch, half, profile):
    environment(monkeypatch, "" if profile is None else "_EU", **half)
    with pytest.raises(errors.ActoolkitError) as caught:
        Account.from_env(profile=profile)
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    ours = [frame for frame in frames.stack if "/actoolkit/" in frame.filename]
    assert ours
    assert all(SECRET not in str(frame.locals) for frame in ours)


@pytest.mark.parametrize("spoilt", ["utf-16", "latin-1"])
def test_a_file_that_is_no_text_is_told_and_shows_nothing(spoilt):
    text = f"ACTIVECAMPAIGN_URL={URL}\nACTIVECAMPAIGN_API_TOKEN={SECRET}\nNAME=\u00e9\n"
    Path(".env").write_bytes(text.encode(spoilt))
    Path(".env").chmod(0o600)
    with pytest.raises(errors.CredentialsMissing, match="not UTF-8") as caught:
        Account.from_env()
    assert caught.value.__context__ is None
    assert str(caught.value).count("chmod 600") == 1


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="no owners here")
def test_a_file_of_somebody_else_is_refused(monkeypatch):
    dotenv(f"ACTIVECAMPAIGN_URL={URL}\nACTIVECAMPAIGN_API_TOKEN={SECRET}\n")
    monkeypatch.setattr(os, "getuid", lambda: Path(".env").stat().st_uid + 1)
    with pytest.raises(errors.CredentialsMissing, match="another user"):
        Account.from_env()


def test_a_file_that_cannot_be_read_is_told(monkeypatch):
    def refuse(*_args, **_more):
        raise PermissionError(13, "Permission denied")

    dotenv("")
    monkeypatch.setattr(sources, "dotenv_values", refuse)
    with pytest.raises(errors.CredentialsMissing, match="Permission denied"):
        Account.from_env()


class TestKeyring:
    @pytest.fixture(autouse=True)
    def memory(self, monkeypatch, nowhere):
        """A keyring by the interface that real ones have."""
        keyring = pytest.importorskip("keyring")
        before = keyring.get_keyring()
        monkeypatch.undo()
        for name in ("ACTIVECAMPAIGN_URL", "ACTIVECAMPAIGN_API_TOKEN", "ACTOOLKIT_PROFILE"):
            monkeypatch.delenv(name, raising=False)

        class Memory(keyring.backend.KeyringBackend):
            priority = 9

            def __init__(self):
                super().__init__()
                self.kept = {}
                self.failing = None

            def check(self):
                if self.failing:
                    raise self.failing

            def get_password(self, service, username):
                self.check()
                return self.kept.get((service, username))

            def set_password(self, service, username, password):
                self.check()
                self.kept[service, username] = password

            def delete_password(self, service, username):
                self.check()
                del self.kept[service, username]

        self.backend = Memory()
        keyring.set_keyring(self.backend)
        yield
        keyring.set_keyring(before)

    def test_what_is_remembered_is_found_and_forgotten(self):
        keychain.remember("eu", EU, Token(SECRET))
        keychain.remember(None, URL, Token(OTHER))
        assert Account.from_env(profile="eu", dotenv=None).url == EU
        assert Account.from_env(dotenv=None).token.reveal() == OTHER
        assert set(self.backend.kept) == {("actoolkit", "eu"), ("actoolkit", keychain.DEFAULT)}
        assert keychain.forget("eu")
        assert not keychain.forget("eu")
        with pytest.raises(errors.CredentialsMissing):
            Account.from_env(profile="eu", dotenv=None)

    def test_a_profile_has_one_entry_and_none_has_that_of_no_profile(self):
        keychain.remember(None, URL, Token(OTHER))
        for name in ("default", "Default", "no-profile"):
            with pytest.raises(errors.CredentialsMissing):
                Account.from_env(profile=name, dotenv=None)
        keychain.remember("acme-eu", EU, Token(SECRET))
        assert Account.from_env(profile="ACME_EU", dotenv=None).url == EU
        assert keychain.forget("Acme-Eu")

    def test_the_commands(self, monkeypatch, capsys):
        import sys

        from actoolkit import account_command, cli

        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        monkeypatch.setattr(account_command, "getpass", lambda prompt: SECRET)
        monkeypatch.setenv("ACTOOLKIT_PROFILE", "")

        def run(*words):
            monkeypatch.setattr(sys, "argv", ["actoolkit", *words])
            with pytest.raises(SystemExit) as left:
                cli.main()
            shown = capsys.readouterr()
            assert SECRET not in shown.out + shown.err
            return left.value.code, shown.out + shown.err

        assert run("--profile", "eu", "account", "remember", f"{EU}/api/3")[0] == 0
        assert json.loads(self.backend.kept["actoolkit", "eu"]) == {"url": EU, "token": SECRET}
        assert Account.from_env(profile="eu", dotenv=None).token.reveal() == SECRET
        code, said = run("--profile", "eu", "account", "remember", "http://you.example")
        assert (code, "https" in said) == (2, True)
        assert "Forgotten" in run("--profile", "eu", "account", "forget")[1]
        assert "no such account" in run("--profile", "eu", "account", "forget")[1]
        assert run("--profile", "../x", "doctor")[0] == 2
        monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
        assert run("account", "remember", EU)[0] == 2
        assert self.backend.kept == {}

    def test_a_locked_one_is_told_and_shows_nothing(self):
        from keyring.errors import KeyringLocked

        keychain.remember(None, URL, Token(SECRET))
        self.backend.failing = KeyringLocked("locked")
        for act in (
            lambda: Account.from_env(dotenv=None),
            lambda: keychain.remember(None, URL, Token(SECRET)),
            lambda: keychain.forget(None),
        ):
            with pytest.raises(errors.SettingsError, match="KeyringLocked") as caught:
                act()
            assert caught.value.__context__ is None
            frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
            ours = [frame for frame in frames.stack if "/tests/" not in frame.filename]
            assert all(SECRET not in str(frame.locals) for frame in ours)

    @pytest.mark.parametrize(
        "entry", ["", "no JSON", "[]", '"x"', "{}", '{"url": "https://you.api-us1.com"}', '{"url": 1, "token": 2}', json.dumps({"token": SECRET})]
    )  # fmt: skip
    def test_a_foreign_entry_is_told_and_shows_nothing(self, entry):
        self.backend.kept["actoolkit", keychain.DEFAULT] = entry
        with pytest.raises(errors.CredentialsMissing, match="not an account") as caught:
            Account.from_env(dotenv=None)
        frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        ours = [frame for frame in frames.stack if "/tests/" not in frame.filename]
        assert all(SECRET not in str(frame.locals) for frame in ours)

    def test_a_keyring_of_plain_text_is_refused(self, monkeypatch):
        monkeypatch.setattr(type(self.backend), "__module__", "keyrings.alt.file")
        with pytest.raises(errors.SettingsError, match="others may read"):
            keychain.remember(None, URL, Token(SECRET))
        assert self.backend.kept == {}

    def test_a_system_without_one_goes_on_to_the_file(self, tmp_path, monkeypatch):
        import keyring
        from keyring.backends import fail

        keyring.set_keyring(fail.Keyring())
        monkeypatch.chdir(tmp_path)
        dotenv(f"ACTIVECAMPAIGN_URL={URL}\nACTIVECAMPAIGN_API_TOKEN={SECRET}\n")
        assert Account.from_env().url == URL
        with pytest.raises(errors.SettingsError, match="no keyring"):
            keychain.remember(None, URL, Token(SECRET))


def test_without_the_extra_nothing_is_missed(monkeypatch):
    import sys

    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert keychain.read(None) is None
    with pytest.raises(errors.MissingExtra, match=r"\.\[keyring\]"):
        keychain.remember(None, URL, Token(SECRET))


class TestProxy:
    def test_it_is_used_when_asked_for_and_sees_no_token(self, serving, hunt, tmp_path, no_waiting):
        from actoolkit.api.reader import Reader
        from actoolkit.api.retry import Limits

        proxy = serving(lambda head: hunt.answer(502))
        account = Account(url=URL, token=SECRET, cache_dir=tmp_path, proxy=proxy.url)
        with Reader(account, limits=Limits(attempts=1)) as reader:
            with pytest.raises(errors.ConnectionFailed) as caught:
                reader.get("/lists")
        (target,) = set(proxy.targets)
        assert target.startswith("CONNECT you.api-us1.com:443 HTTP/1.")
        assert not hunt.shows("".join(proxy.heads), SECRET)
        assert not hunt.shows(hunt.error_text(caught.value), SECRET)

    def test_the_environment_may_ask_for_it(self, monkeypatch):
        environment(monkeypatch, "", URL, SECRET)
        monkeypatch.setenv("HTTPS_PROXY", "http://trap.example:1")
        assert Account.from_env().proxy is None
        monkeypatch.setenv("ACTOOLKIT_PROXY", "http://proxy.example:3128/")
        assert Account.from_env().proxy == "http://proxy.example:3128"
        assert Account.from_env(proxy=None).proxy is None

    def test_this_machine_is_reached_without(self, serving, hunt, tmp_path):
        from actoolkit.api.reader import Reader

        proxy, server = serving(), serving()
        account = Account(url=server.url, token="test-x", cache_dir=tmp_path, proxy=proxy.url)
        with Reader(account) as reader:
            reader.get("/lists")
        assert proxy.connections == 0

    @pytest.mark.parametrize(
        "wrong", ["", "proxy", "proxy:3128", "socks5://p:1", "http://user:secret@p:1", "http://p:1/path", "http://p:1?x", "http://", 5, "http://p\n:1"]
    )  # fmt: skip
    def test_what_is_none_is_refused(self, wrong):
        with pytest.raises(errors.InvalidURL) as caught:
            Account(url=URL, token=SECRET, proxy=wrong)
        assert "secret" not in str(caught.value)
