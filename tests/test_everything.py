"""The calls that tiny and large accounts are tried with: all there are, and each right by itself."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

import actoolkit as ac

PATH = Path(__file__).parent / "everything.py"
SPEC = importlib.util.spec_from_file_location("everything", PATH)
everything = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(everything)

TOO_SMALL = {
    "tiny": {"clv", "clv_fit", "clv_holdout"},  # nobody can fit these to forty customers
    "small": set(),
}


def test_every_public_name_is_called_or_has_its_reason():
    called = {*everything.OTHERS, *(one for one in ac.__all__ if one.startswith("load_"))}
    assert set(ac.__all__) == called | everything.NO_CALL.keys()
    assert not called & everything.NO_CALL.keys()


@pytest.mark.parametrize("size", ["tiny", pytest.param("small", marks=pytest.mark.slow)])
def test_on_an_account_with_something_of_everything_each_call_succeeds(size, tmp_path):
    """A call that is wrong by itself would pass on every tiny account, as one that says why."""
    failed = {}
    with ac.sandbox_account(size, cache_dir=tmp_path) as account:
        for name, call in {
            **everything.loader_calls(account),
            **everything.metric_calls(everything.frames_of(account), tmp_path),
            **everything.other_calls(account, tmp_path),
        }.items():
            try:
                call()
            except Exception as error:
                failed[name] = repr(error)[:300]
    assert failed.keys() == TOO_SMALL[size], failed
    assert all("it needs 100" in problem for problem in failed.values())
