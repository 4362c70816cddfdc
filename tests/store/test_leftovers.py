"""Clearing leaves nothing, beside the account's folder either; nor does an account never reached."""

from __future__ import annotations

import pytest

from actoolkit import doctor
from actoolkit.api.pacing import pace_of
from actoolkit.reports import assets
from actoolkit.settings import Account
from actoolkit.store.inventory import clear
from actoolkit.store.leftovers import of_other_tokens
from actoolkit.store.purge import purge
from actoolkit.widgets import live_chart


def of(tmp_path, host="you.api-us1.com", token="a-real-looking-token"):
    return Account(url=f"https://{host}", token=token, cache_dir=tmp_path / "cache")


def remember(*accounts):
    """Leave what a load leaves: a folder with something in it, and the pace."""
    for account in accounts:
        account.folder.mkdir(parents=True, mode=0o700)
        (account.folder / "kept").touch()
        pace_of(account).wait()


def left(tmp_path):
    root = tmp_path / "cache"
    return {str(path.relative_to(root)) for path in root.rglob("*")}


@pytest.fixture
def bundles(tmp_path, monkeypatch):
    """Let a page and a chart be made, which keep what they carry."""
    monkeypatch.setenv("ACTOOLKIT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(assets, "_build", lambda: "vega")
    monkeypatch.setattr(live_chart, "_bundle", lambda: "chart")
    assets.vega_bundle.cache_clear()
    assert assets.vega_bundle() == "vega"
    assert live_chart.offline_module()
    yield
    assets.vega_bundle.cache_clear()


def test_nothing_is_left_of_the_last_account(tmp_path, bundles):
    account = of(tmp_path)
    remember(account)
    assert {"assets", "pace"} < {path.name for path in (tmp_path / "cache").iterdir()}
    clear(account)
    assert left(tmp_path) == set()


def test_what_is_not_ours_stays(tmp_path, bundles):
    account = of(tmp_path)
    remember(account)
    (tmp_path / "cache" / "assets" / "mine.png").touch()
    (tmp_path / "cache" / "mine").touch()
    clear(account)
    assert left(tmp_path) == {"assets", "assets/mine.png", "mine"}


def test_the_pace_goes_with_the_last_token_of_its_host(tmp_path, bundles):
    one, two = of(tmp_path), of(tmp_path, token="another-token")
    other = of(tmp_path, "other.api-us1.com")
    remember(one, two, other)
    clear(one)
    assert {"pace/you.api-us1.com.json", "pace/other.api-us1.com.json"} < left(tmp_path)
    clear(two)
    paces = {path for path in left(tmp_path) if path.startswith("pace/")}
    assert paces == {"pace/other.api-us1.com.json", "pace/other.api-us1.com.json.lock"}
    assert "assets" in left(tmp_path)
    clear(other)
    assert left(tmp_path) == set()


def test_folders_of_other_tokens_are_named(tmp_path, bundles):
    one, two = of(tmp_path), of(tmp_path, token="another-token")
    remember(one, two, of(tmp_path, "other.api-us1.com"), of(tmp_path, "not-you.api-us1.com"))
    assert of_other_tokens(one) == [two.folder]
    told = str(purge(one, "ada@shop.example"))
    assert f"- what was loaded with another token: {two.folder}" in told
    assert str(one.folder) not in told
    clear(two)
    assert of_other_tokens(one) == []
    assert "another token" not in str(purge(one, "ada@shop.example"))


def test_clearing_again_removes_what_an_earlier_version_left(tmp_path, bundles):
    account = of(tmp_path)
    pace_of(account).wait()
    assert clear(account) == 0
    assert left(tmp_path) == set()


def test_a_kept_history_keeps_the_pace(tmp_path):
    account = of(tmp_path)
    remember(account)
    (account.folder / "history").mkdir()
    clear(account, keep_history=True)
    assert "pace/you.api-us1.com.json" in left(tmp_path)


def test_the_doctor_leaves_nothing_of_a_mistyped_address(tmp_path):
    list(doctor.examine(of(tmp_path, "no-such-account.invalid")))
    assert left(tmp_path) == set()


def test_the_doctor_takes_nothing_from_an_account_that_was_loaded(tmp_path):
    account = of(tmp_path, "no-such-account.invalid")
    remember(account)
    before = left(tmp_path)
    list(doctor.examine(account))
    assert left(tmp_path) == before
