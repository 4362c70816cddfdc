"""Clearing leaves nothing, beside the account's folder either; nor does an account never reached."""

from __future__ import annotations

from functools import partial

import pytest

import actoolkit as ac
from actoolkit import doctor, errors
from actoolkit.api import reader
from actoolkit.api.journal import Journal
from actoolkit.api.pacing import pace_of
from actoolkit.api.retry import Limits
from actoolkit.reports import assets
from actoolkit.settings import Account
from actoolkit.store import holding, open_journal
from actoolkit.store.generations import name_generation
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


@pytest.fixture
def impatient(monkeypatch):
    """Ask once, so that nobody waits for an address that is known to be wrong."""
    monkeypatch.setattr(reader, "Limits", partial(Limits, attempts=1))


ASKED = {
    "a load": lambda account: ac.load_lists(account=account, progress=False),
    "a sync": lambda account: ac.sync(account=account, progress=False),
    "a refresh": lambda account: ac.load_contacts(account=account, refresh=True, progress=False),
    "a plan": lambda account: ac.plan("contacts", account=account),
    "a report": lambda account: ac.report(account=account, progress=False),
}


@pytest.mark.parametrize("what", ASKED)
def test_a_mistyped_address_leaves_nothing(tmp_path, impatient, what):
    with pytest.raises(errors.ConnectionFailed, match="no such host"):
        ASKED[what](of(tmp_path, "no-such-account.invalid"))
    assert left(tmp_path) == set()


def test_an_impatient_interrupt_leaves_nothing_either(tmp_path, monkeypatch):
    def interrupted(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(reader.Reader, "page", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ASKED["a load"](of(tmp_path))
    assert left(tmp_path) == set()


def test_what_was_loaded_stays_when_the_account_answers_no_more(tmp_path, impatient):
    account = of(tmp_path, "no-such-account.invalid")
    moment = account.now()
    generation, journal = open_journal(
        account.folder, "lists", {}, name_generation(1, moment), now=moment, max_age=None
    )
    with journal:
        journal.put(journal.key("/groups", {}), b"{}", {})
    for what in ("a plan", "a refresh"):
        with pytest.raises(errors.ConnectionFailed):
            ASKED[what](account)
    kept = account.folder / "journals" / "lists" / "all" / f"{generation}.sqlite"
    assert kept.exists()
    with pytest.raises(errors.ConnectionFailed):
        ASKED["a load"](account)
    with Journal(kept.parent, generation) as journal:
        assert journal.pages == 1


def test_nothing_is_taken_from_a_load_of_another_process(tmp_path, impatient):
    """It holds its lock, has no answer yet, and found no room to write who it is."""
    account = of(tmp_path, "no-such-account.invalid")
    with holding(account.folder, "contacts-all"):
        (account.folder / "locks" / "contacts-all.owner.json").unlink()
        with pytest.raises(errors.ConnectionFailed):
            ASKED["a load"](account)
        assert (account.folder / "locks" / "contacts-all.lock").exists()


def test_how_long_a_busy_account_asks_to_wait_is_kept(tmp_path, monkeypatch):
    def busy(*args, **options):
        raise errors.RateLimited("/lists: still answers 429.", hint="Wait.")

    account = of(tmp_path)
    pace_of(account).block(3.0)
    monkeypatch.setattr(reader.Reader, "page", busy)
    with pytest.raises(errors.RateLimited):
        ASKED["a load"](account)
    assert "pace/you.api-us1.com.json" in left(tmp_path)
