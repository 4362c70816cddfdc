"""The examples of all docstrings but those of metrics and loaders, which run with their own tests."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import actoolkit

ROOT = Path(actoolkit.__file__).parent
ELSEWHERE = ("metrics", "loaders")


def modules():
    """Names of the modules that have an example."""
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if ">>>" in path.read_text(encoding="utf-8") and parts[0] not in ELSEWHERE:
            yield ".".join(("actoolkit", *(part for part in parts if part != "__init__")))


@pytest.mark.parametrize("module", list(modules()))
def test_examples_run(module, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert doctest.testmod(importlib.import_module(module)).failed == 0


def test_they_are_found():
    found = set(modules())
    assert {"actoolkit.charts.attribution", "actoolkit.reports", "actoolkit.settings"} <= found
    assert len(found) > 60
