"""A user without a home folder, as in a container: told what to set, and the sandbox asks for none."""

from __future__ import annotations

from pathlib import Path

import pytest

import actoolkit as ac
from actoolkit import doctor
from actoolkit.errors import SettingsError
from actoolkit.loaders._mask_key import mask_key
from actoolkit.reports import assets
from actoolkit.settings import Account
from actoolkit.widgets import live_chart

TABLE = Path(__file__).parents[1] / "docs" / "troubleshooting.md"
GIVEN = {"url": "https://you.api-us1.com", "token": "x"}


@pytest.fixture(autouse=True)
def no_home(monkeypatch):
    """The system knows no such user, and no variable says more."""

    def unknown(uid):
        raise KeyError(uid)

    for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", unknown)


@pytest.mark.parametrize(
    ("use", "variable"),
    [
        (lambda: Account(**GIVEN).folder, "ACTOOLKIT_CACHE_DIR"),
        (lambda: Account(**GIVEN, cache_dir="~/cache"), "ACTOOLKIT_CACHE_DIR"),
        (lambda: mask_key(Account(**GIVEN)), "ACTOOLKIT_KEY_DIR"),
    ],
)
def test_what_to_set_is_told(use, variable):
    with pytest.raises(SettingsError, match=rf"No home folder is known.*{variable}"):
        use()


def test_the_doctor_tells_it_as_a_finding():
    (found,) = doctor.examine(Account(**GIVEN))
    assert (found.subject, found.verdict) == ("cache folder", "problem")
    assert "ACTOOLKIT_CACHE_DIR" in found.remedy
    assert found.message.rstrip(".") in TABLE.read_text(encoding="utf-8")


def test_the_sandbox_and_its_report_need_none(tmp_path):
    assets.vega_bundle.cache_clear()
    with ac.sandbox_account(size="tiny") as account:
        ac.report(account=account, path=tmp_path / "report.html", progress=False)
    assert "vega" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "vega" in live_chart.offline_module()
