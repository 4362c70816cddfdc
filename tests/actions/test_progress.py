"""What an action shows while it runs."""

from __future__ import annotations

import sys

import polars as pl
import pytest

from actoolkit import actions

CONTACTS = pl.DataFrame({"contact_id": range(1, 41)})


def test_silent_when_told_so_or_piped(server, account, capsys, monkeypatch):
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    for progress in (False, None):
        actions.subscribe(CONTACTS, list_id=3, account=account, apply=True, progress=progress)
    assert capsys.readouterr() == ("", "")


def test_a_bar_in_a_terminal(server, account, capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    server.script = ["before 429"]
    actions.subscribe(CONTACTS, list_id=3, account=account, apply=True)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "40/40" in shown.err


@pytest.mark.parametrize("progress", [True, None])
def test_lines_in_a_notebook(progress, server, account, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    actions.subscribe(CONTACTS, list_id=3, account=account, apply=True, progress=progress)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines() == [f"subscribe: {n} of 40" for n in range(4, 41, 4)]
